import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.test import Client
from django.utils import timezone

from accounts.errors import ConnectionTaken
from accounts.logins import connections
from accounts.models import AuditLine, User
from tests import factories
from tests.accounts.strangers import Strangers

pytestmark = pytest.mark.django_db

ASK, CONFIRM = "/accounts/login/code/", "/accounts/login/code/confirm/"
PHONE = "13800000001"
DOORS = ["weixin", "dingtalk"]
CODE = {"weixin": "code", "dingtalk": "authCode"}
TOKEN = {"weixin": "/sns/oauth2/access_token", "dingtalk": "/v1.0/oauth2/userAccessToken"}
PROFILE = {"weixin": "/sns/userinfo", "dingtalk": "/v1.0/contact/users/me"}


@pytest.fixture(scope="module")
def open_server():
    with Strangers().open() as server:
        yield server


@pytest.fixture
def strangers(open_server, settings):
    """Both switched on, and what they answer is on this machine."""
    open_server.asked, open_server.answers = [], {}
    open_server.person, open_server.nickname = "o-wang", "老王"
    settings.SOCIALACCOUNT_PROVIDERS = {
        name: provider | {"APPS": [{"client_id": f"id-{name}", "secret": "hush", "key": ""}]}
        for name, provider in settings.SOCIALACCOUNT_PROVIDERS.items()
    }
    settings.SOCIAL_ADDRESSES = {
        door: {name: open_server.url + urlsplit(url).path for name, url in addresses.items()}
        for door, addresses in settings.SOCIAL_ADDRESSES.items()
    }
    return open_server


def leave(client, door, **fields):
    """Press the button; returns the provider's page one is sent to, taken apart."""
    response = client.post(f"/accounts/{door}/login/", fields)
    assert response.status_code == 302, response.content
    parts = urlsplit(response.url)
    return parts, {name: values[0] for name, values in parse_qs(parts.query).items()}


def come_back(client, door, state, **answer):
    fields = answer or {CODE[door]: "good"}
    return client.get(f"/accounts/{door}/login/callback/", fields | {"state": state})


def pass_through(client, door, **fields):
    _page, asked = leave(client, door, **fields)
    return come_back(client, door, asked["state"])


def prove(client, inbox, phone=PHONE, following="/"):
    """The two steps by SMS, from where the door has led."""
    assert client.post(ASK, {"phone": phone}).url.startswith(CONFIRM)
    return client.post(CONFIRM, {"code": inbox(phone)[-1], "next": following})


def is_logged_in(client):
    return "_auth_user_id" in client.session


def said(response):
    return re.sub(r"<[^>]+>", "", response.content.decode())


# Switched off


@pytest.mark.parametrize("door", DOORS)
def test_without_an_id_neither_the_button_nor_the_address_is_there(client, door):
    for method in (client.get, client.post):
        assert method(f"/accounts/{door}/login/").status_code == 404
        assert method(f"/accounts/{door}/login/callback/").status_code == 404
    assert f"/accounts/{door}/" not in client.get("/accounts/login/").content.decode()


def test_each_is_switched_on_by_itself(client, strangers, settings):
    providers = settings.SOCIALACCOUNT_PROVIDERS
    settings.SOCIALACCOUNT_PROVIDERS = providers | {"weixin": providers["weixin"] | {"APPS": []}}
    page = said(client.get("/accounts/login/"))
    assert ("用钉钉登录" in page, "用微信登录" in page) == (True, False)
    assert client.post("/accounts/weixin/login/").status_code == 404


@pytest.mark.parametrize(
    ("inside", "agent", "shown"),
    [
        (False, "Mozilla/5.0", True),
        (False, "Mozilla/5.0 MicroMessenger/8.0", False),
        (True, "Mozilla/5.0", False),
        (True, "Mozilla/5.0 MicroMessenger/8.0", True),
    ],
)
def test_wechat_is_offered_where_the_schools_id_works(
    client, strangers, settings, inside, agent, shown
):
    settings.WECHAT_INSIDE = inside
    page = said(client.get("/accounts/login/", headers={"User-Agent": agent}))
    assert ("用微信登录" in page) == shown


# The first time


@pytest.mark.parametrize("door", DOORS)
def test_the_page_is_asked_for_with_our_id_and_a_state_of_its_own(client, strangers, door):
    page, asked = leave(client, door)
    assert asked["appid" if door == "weixin" else "client_id"] == f"id-{door}"
    assert asked["redirect_uri"] == f"http://testserver/accounts/{door}/login/callback/"
    assert asked["state"] != leave(Client(), door)[1]["state"]
    assert (page.fragment == "wechat_redirect") == (door == "weixin")


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("is_known", [True, False])
def test_the_first_time_a_number_is_proved_and_then_one_tap_is_enough(
    client, strangers, inbox, door, is_known
):
    if is_known:
        factories.login(factories.person(phone=PHONE))

    response = pass_through(client, door, next="/my/classes/")
    assert response.url == f"{ASK}?next=%2Fmy%2Fclasses%2F"
    page = said(client.get(response.url))
    assert "还差一步" in page
    assert "老王" in page
    assert (is_logged_in(client), SocialAccount.objects.count()) == (False, 0)

    assert prove(client, inbox, following="/my/classes/").url == "/my/classes/"
    account = SocialAccount.objects.get()
    assert (account.provider, account.uid, account.user.phone) == (door, "o-wang", PHONE)

    later = Client()
    assert pass_through(later, door, next="/my/learning/").url == "/my/learning/"
    assert later.session["_auth_user_id"] == str(account.user_id)
    assert SocialAccount.objects.count() == 1


@pytest.mark.parametrize("door", DOORS)
def test_nothing_of_what_they_tell_is_kept_but_who_it_is(client, strangers, inbox, door):
    pass_through(client, door)
    prove(client, inbox)
    pass_through(Client(), door)
    user = User.objects.get()
    assert SocialAccount.objects.get().extra_data == {}
    assert not SocialToken.objects.exists()
    assert (user.first_name, user.last_name, user.email) == ("", "", "")


def test_connecting_is_written_down_without_personal_data(client, strangers, inbox):
    person = factories.person(phone=PHONE)
    user = factories.login(person)
    pass_through(client, "weixin")
    prove(client, inbox)
    line = AuditLine.objects.get(action="login.changed")
    assert (line.person, line.actor, line.details) == (person, user, {"connected": "weixin"})


def test_whoever_goes_to_the_login_page_by_itself_is_not_connected(client, strangers, inbox):
    """At a shared device the next person must not get the WeChat of the one before."""
    pass_through(client, "weixin")
    client.get("/accounts/login/")
    prove(client, inbox)
    assert is_logged_in(client)
    assert not SocialAccount.objects.exists()


def test_whoever_takes_too_long_is_not_connected(client, strangers, inbox):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        pass_through(client, "weixin")
        clock.shift(timedelta(minutes=16))
        prove(client, inbox)
    assert is_logged_in(client)
    assert not SocialAccount.objects.exists()


def test_an_account_that_was_connected_elsewhere_meanwhile_stays_there(client, strangers, inbox):
    other = factories.login()
    pass_through(client, "weixin")
    connections.connect(user=other, provider="weixin", uid="o-wang", by=other)
    prove(client, inbox)
    assert SocialAccount.objects.get().user == other
    assert is_logged_in(client)
    assert "已经连着另一个手机号" in said(client.get("/me/"))


# What goes wrong


def test_a_no_at_wechat_leads_back_to_the_telephone_number(client, strangers):
    _page, asked = leave(client, "weixin", next="/my/classes/")
    response = client.get("/accounts/weixin/login/callback/", {"state": asked["state"]})
    assert response.url == "/accounts/login/?next=%2Fmy%2Fclasses%2F"
    assert "您没有用微信登录" in said(client.get(response.url))
    assert strangers.asked == []


def test_a_no_at_dingtalk_leads_back_to_the_telephone_number(client, strangers):
    _page, asked = leave(client, "dingtalk")
    response = come_back(client, "dingtalk", asked["state"], error="access_denied")
    assert "您没有用钉钉登录" in said(client.get(response.url))


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("state", ["", "made-up"])
def test_a_state_that_is_not_this_browsers_lets_nobody_in(client, strangers, door, state):
    leave(client, door)
    response = come_back(client, door, state)
    assert response.url == "/accounts/login/"
    assert "这一步过时了" in said(client.get(response.url))
    assert strangers.asked == []


def test_a_state_begun_in_another_browser_lets_nobody_in(client, strangers, inbox):
    """An attacker's own answer, sent to a victim as a link, connects nothing."""
    _page, asked = leave(Client(), "weixin")
    come_back(client, "weixin", asked["state"])
    prove(client, inbox)
    assert not SocialAccount.objects.exists()


def test_a_state_works_once_and_for_its_own_door(client, strangers):
    _page, asked = leave(client, "weixin")
    assert come_back(client, "dingtalk", asked["state"]).url == "/accounts/login/"
    assert come_back(client, "weixin", asked["state"]).url == ASK
    assert come_back(client, "weixin", asked["state"]).url == "/accounts/login/"


def test_a_state_is_forgotten_after_ten_minutes(client, strangers):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        _page, asked = leave(client, "weixin")
        clock.shift(timedelta(minutes=11))
        assert come_back(client, "weixin", asked["state"]).url == "/accounts/login/"


ODD_ANSWERS = {
    "refused": (400, {"code": "Forbidden", "message": "no"}, "application/json"),
    "refused with 200": (200, {"errcode": 40029, "errmsg": "invalid code"}, "text/plain"),
    "broken": (500, b"<h1>502 Bad Gateway</h1>", "text/html"),
    "no json": (200, b"<h1>welcome</h1>", "text/html"),
    "nothing": (200, b"", "text/plain"),
    "a list": (200, ["access_token"], "application/json"),
    "a text": (200, "access_token", "application/json"),
    "only half": (200, {"access_token": "A", "accessToken": "A"}, "application/json"),
    "no person": (200, {"openid": None, "openId": 7}, "application/json"),
    "an endless name": (200, {"openid": "x" * 500, "openId": "x" * 500}, "application/json"),
    "strange numbers": (
        200,
        {"access_token": "A", "accessToken": "A", "refreshToken": "", "expireIn": "?"}
        | {"expires_in": "?"},
        "application/json",
    ),
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("answer", ODD_ANSWERS.values(), ids=ODD_ANSWERS)
@pytest.mark.parametrize("asked_for", [TOKEN, PROFILE], ids=["token", "profile"])
def test_an_odd_answer_is_said_in_words(client, strangers, door, answer, asked_for):
    strangers.answer_with(asked_for[door], *answer)
    response = pass_through(client, door)
    if response.url == ASK:
        # WeChat's token is all of WeChat's answer that is needed.
        assert (asked_for, door, answer) == (TOKEN, "weixin", ODD_ANSWERS["only half"])
        return
    assert response.url == "/accounts/login/"
    assert "没有答应" in said(client.get(response.url))
    assert not is_logged_in(client)


@pytest.mark.parametrize("door", DOORS)
def test_a_code_they_do_not_know_is_said_in_words(client, strangers, door):
    _page, asked = leave(client, door)
    response = come_back(client, door, asked["state"], **{CODE[door]: "bad"})
    assert "没有答应" in said(client.get(response.url))


def test_an_api_that_does_not_answer_is_said_in_words(client, strangers, settings):
    settings.SOCIAL_ADDRESSES = {
        door: found | {"token": "http://127.0.0.1:9/"}
        for door, found in settings.SOCIAL_ADDRESSES.items()
    }
    assert "没有答应" in said(client.get(pass_through(client, "weixin").url))


# Where it may lead


@pytest.mark.parametrize(
    "target", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"]
)
@pytest.mark.parametrize("door", DOORS)
def test_nobody_is_led_to_another_site(client, strangers, inbox, door, target):
    response = pass_through(client, door, next=target)
    assert response.url == ASK
    prove(client, inbox)
    assert pass_through(Client(), door, next=target).url == "/"


@pytest.mark.parametrize("door", DOORS)
def test_only_a_form_of_ours_leads_there(strangers, door):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(f"/accounts/{door}/login/").status_code == 403
    page = strict.get(f"/accounts/{door}/login/")
    assert page.status_code == 200
    assert strangers.url not in page.content.decode()


@pytest.mark.parametrize("door", DOORS)
def test_the_address_does_not_say_what_is_asked_for(client, strangers, door):
    response = client.post(
        f"/accounts/{door}/login/?scope=everything&auth_params=redirect_uri%3Dhttps://x.example"
    )
    assert "everything" not in response.url
    assert "x.example" not in response.url


def test_a_login_that_was_closed_stays_closed(client, strangers, inbox):
    user = factories.login(phone=PHONE)
    connections.connect(user=user, provider="weixin", uid="o-wang", by=user)
    User.objects.update(is_active=False)
    assert pass_through(client, "weixin").url == "/accounts/inactive/"
    assert not is_logged_in(client)


def test_the_login_of_somebody_who_has_died_stays_closed(client, strangers):
    person = factories.person(phone=PHONE)
    user = factories.login(person)
    connections.connect(user=user, provider="weixin", uid="o-wang", by=user)
    person.frozen_at = timezone.now()
    person.save()
    assert pass_through(client, "weixin").url == "/accounts/inactive/"
    assert not is_logged_in(client)


# Logged in


def test_who_is_logged_in_connects_on_their_own_page(client, strangers):
    user = factories.login(phone=PHONE)
    client.force_login(user)
    assert "连上微信" in said(client.get("/me/"))
    assert pass_through(client, "weixin", process="connect").url == "/me/"
    page = said(client.get("/me/"))
    assert "微信连好了" in page
    assert "连上微信" not in page
    assert SocialAccount.objects.get().user == user
    assert client.session["_auth_user_id"] == str(user.pk)


def test_an_account_of_another_login_is_not_taken_over(client, strangers):
    other = factories.login()
    connections.connect(user=other, provider="weixin", uid="o-wang", by=other)
    user = factories.login(phone=PHONE)
    client.force_login(user)
    pass_through(client, "weixin", process="connect")
    assert "已经连着另一个手机号" in said(client.get("/me/"))
    assert SocialAccount.objects.get().user == other
    assert client.session["_auth_user_id"] == str(user.pk)


def test_logging_in_while_logged_in_connects_nothing(client, strangers):
    client.force_login(factories.login(phone=PHONE))
    assert client.post("/accounts/weixin/login/").url == "/me/"


def test_a_way_begun_before_logging_in_connects_nothing_after(client, strangers, inbox):
    _page, asked = leave(client, "weixin")
    prove(client, inbox)
    assert come_back(client, "weixin", asked["state"]).url == "/"
    assert not SocialAccount.objects.exists()


def test_what_was_connected_is_disconnected_by_its_owner_alone(client, strangers):
    user, other = factories.login(factories.person(phone=PHONE)), factories.login()
    mine = connections.connect(user=user, provider="weixin", uid="o-wang", by=user)
    theirs = connections.connect(user=other, provider="weixin", uid="o-li", by=other)
    client.force_login(user)
    assert client.post(f"/me/connections/{theirs.pk}/disconnection/").status_code == 404

    assert client.post(f"/me/connections/{mine.pk}/disconnection/").url == "/me/"
    assert "微信断开了" in said(client.get("/me/"))
    assert list(SocialAccount.objects.all()) == [theirs]
    assert AuditLine.objects.filter(
        details={"disconnected": "weixin"}, person=user.person
    ).exists()
    assert pass_through(Client(), "weixin").url == ASK


def test_connecting_twice_is_harmless_and_never_moves():
    user, other = factories.login(), factories.login()
    first = connections.connect(user=user, provider="weixin", uid="o", by=user)
    assert connections.connect(user=user, provider="weixin", uid="o", by=user) == first
    with pytest.raises(ConnectionTaken):
        connections.connect(user=other, provider="weixin", uid="o", by=other)
    assert SocialAccount.objects.get().user == user
