"""Words looked for stand in no address, and are found again from it."""

import pytest
from django.http import QueryDict
from django.test import RequestFactory

from common import asked


def ask(**fields):
    view = asked.by_post(lambda request: request)
    return view(RequestFactory().post("/people/", {"csrfmiddlewaretoken": "t", **fields}))


def test_what_is_posted_comes_back_sealed_and_the_rest_as_it_is():
    answer = ask(q=" 王秀兰 ", kind="learner", sort="-name")
    address, query = answer.url.split("?", 1)
    kept = QueryDict(query)
    assert (answer.status_code, address) == (302, "/people/")
    assert (kept["kind"], kept["sort"], "csrfmiddlewaretoken" in kept) == (
        "learner",
        "-name",
        False,
    )
    assert "王" not in kept["q"]
    assert asked.opened(kept)["q"] == "王秀兰"


@pytest.mark.parametrize("typed", ["", "gAAAAAforged", "王秀兰"])
def test_what_was_never_sealed_stays_as_it_is(typed):
    assert asked.opened(QueryDict(f"q={typed}"))["q"] == typed


def test_a_view_that_is_looked_at_is_looked_at():
    request = RequestFactory().get("/people/")
    assert asked.by_post(lambda request: request)(request) is request
