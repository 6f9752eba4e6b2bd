"""The database is away: said in words, at once, and what was typed can be sent once more."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection
from django.test import Client, RequestFactory

from common.typed_again import typed_in
from courses.models import Enrolment
from tests import factories
from tests.courses.test_views import press, visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def outage():
    """Every statement fails, as when nobody answers at the other end."""

    def refuse(execute, sql, *rest):
        raise OperationalError("connection refused")

    return lambda: connection.execute_wrapper(refuse)


def fields_of(page):
    return dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page))


def quiet(client):
    client.raise_request_exception = False
    return client


def test_a_press_in_an_outage_is_told_in_words_and_can_be_sent_again(outage):
    group = factories.class_group()
    client, person = visitor()
    quiet(client)
    with outage():
        answer = press(client, group, person, key="0d7ff7b5-3f6c-4f5e-8d39-0f3c3d7f0001")
    page = answer.content.decode()
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert "您填的都还在" in page
    assert "Traceback" not in page
    again = fields_of(page)
    assert again["key"] == "0d7ff7b5-3f6c-4f5e-8d39-0f3c3d7f0001"
    assert f'action="/classes/{group.pk}/enrolment/"' in page
    for _press in range(2):
        assert client.post(f"/classes/{group.pk}/enrolment/", again).status_code == 302
    assert Enrolment.objects.count() == 1


def test_what_was_typed_is_shown_as_text(outage):
    client, _person = visitor()
    group = factories.class_group()
    quiet(client)
    with outage():
        page = client.post(f"/classes/{group.pk}/relative/", {"relative": '"><script>x</script>'})
    assert "<script>x" not in page.content.decode()


@pytest.mark.parametrize(
    "fields",
    [{"password": "geheim"}, {"code": "123456"}, {"key": "k", "new_password1": "geheim"}],
)
def test_a_password_or_a_code_is_written_into_no_page(fields):
    request = RequestFactory().post("/accounts/login/", fields)
    assert typed_in(request) == {"again": [], "address": ""}


def test_a_file_is_not_promised_to_be_kept():
    upload = {"note": "x", "sheet": SimpleUploadedFile("a.xlsx", b"x")}
    assert typed_in(RequestFactory().post("/roster/", upload))["again"] == []


def test_a_page_that_is_only_looked_at_says_so_at_once(outage):
    with outage():
        answer = quiet(Client()).get("/")
    assert (answer.status_code, "再试一次" in answer.content.decode()) == (503, False)
