from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from common import context


def request_of(**cookies):
    request = RequestFactory().get("/")
    request.COOKIES.update(cookies)
    request.user = AnonymousUser()
    return request


def test_the_phone_is_dialled_without_spaces(settings):
    settings.SCHOOL = settings.SCHOOL | {"phone": "0571 8866-0120"}

    assert context.school(request_of())["school"]["tel"] == "057188660120"


@pytest.mark.parametrize(
    ("cookies", "step", "theme"),
    [
        ({}, "standard", "light"),
        ({"step": "largest", "theme": "dark"}, "largest", "dark"),
        ({"step": "huge", "theme": "<b>"}, "standard", "light"),
    ],
    ids=["none", "chosen", "made up"],
)
def test_reading_comes_from_the_cookies_where_the_middleware_did_not_run(cookies, step, theme):
    reading = context.school(request_of(**cookies))["reading"]

    assert (reading.step, reading.theme) == (step, theme)


def test_reading_of_the_middleware_comes_first():
    request = request_of(step="large")
    request.reading = SimpleNamespace(step="largest", theme="light")

    assert context.school(request)["reading"] is request.reading


def test_the_person_acted_for_is_named_and_nobody_where_no_middleware_ran():
    request, mother = request_of(), SimpleNamespace(pk=8)
    assert context.school(request)["acting"] is None

    request.acting = mother

    assert context.school(request)["acting"] is mother
