"""What a page says where a button was pressed in vain, or an address opened without one."""

import re

import pytest
from django.test import Client

from tests import factories

pytestmark = pytest.mark.django_db

NAME = "王秀兰“小王”"


@pytest.fixture
def strict():
    """A browser whose page is older than its login: it sends a token of before."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(factories.login(factories.person()))
    client.get("/me/")
    return client


def send(client, **headers):
    fields = {"name": NAME, "csrfmiddlewaretoken": "x" * 64}
    return client.post("/me/rights/relatives/", fields, headers=headers)


def test_what_was_typed_into_an_old_page_is_sent_again_with_one_press(strict):
    answer = send(strict, origin="http://testserver", referer="http://testserver/me/rights/")
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "您填的都还在" in page
    assert 'action="/me/rights/relatives/"' in page
    assert f'name="name" value="{NAME}"' in page
    assert 'href="/me/rights/"' in page
    (token,) = re.findall(r'action="/me/rights/relatives/">\s*<input [^>]*value="(\w+)"', page)
    again = strict.post(
        "/me/rights/relatives/",
        {"name": NAME, "csrfmiddlewaretoken": token},
        headers={"origin": "http://testserver"},
    )
    assert again.status_code != 403


@pytest.mark.parametrize(
    "headers",
    [{}, {"origin": "http://elsewhere.example"}, {"referer": "http://testserver/me/"}],
    ids=["unknown", "another's", "only said where from"],
)
def test_nobody_is_asked_to_send_again_what_another_page_may_have_sent(strict, headers):
    page = send(strict, **headers).content.decode()
    assert NAME not in page
    assert "再送一次" not in page


@pytest.mark.parametrize(
    ("address", "above"),
    [
        ("/my/calendar/address/", "/my/calendar/"),
        ("/me/reading/", "/me/"),
    ],
)
def test_an_address_behind_a_button_says_so_and_leads_back(client, address, above):
    client.force_login(factories.login(factories.person()))
    answer = client.get(address)
    page = answer.content.decode()
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "要按按钮才能进" in page
    assert f'href="{above}"' in page


def test_a_form_larger_than_any_of_ours_is_told_so(client):
    client.force_login(factories.login(factories.person()))
    answer = client.post("/me/rights/relatives/", {"name": "王" * 3_000_000})
    assert answer.status_code == 400
    assert "写得太长了" in answer.content.decode()
    assert "没有复制全" not in answer.content.decode()


def test_a_button_for_something_that_is_gone_says_so_and_leads_back(client):
    client.force_login(factories.login(factories.person()))
    page = "http://testserver/my/classes/?x=1"
    answer = client.post("/my/places/seat/1/withdrawal/", headers={"referer": page})
    assert answer.status_code == 404
    assert "这一项没有了" in answer.content.decode()
    assert 'href="/my/classes/"' in answer.content.decode()
    elsewhere = {"referer": "http://elsewhere.example/x"}
    answer = client.post("/my/places/seat/1/withdrawal/", headers=elsewhere)
    assert "elsewhere" not in answer.content.decode()
    assert "没有这一页" in client.get("/nowhere-at-all/").content.decode()
