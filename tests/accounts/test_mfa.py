import base64
import json
import re
import time
import uuid
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from channels.testing import WebsocketCommunicator
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

import tests.who_may
from accounts import services
from accounts.logins import second_step
from accounts.logins.doorkeeper import SecondStep
from accounts.models import AuditLine, Organisation, RoleGrant, User
from config.sockets import SecondStepFirst
from tests import factories
from tests.test_who_may import ROWS

pytestmark = pytest.mark.django_db

ASK = reverse("account_request_login_code")
CONFIRM = reverse("account_confirm_login_code")
STEP = reverse("mfa_authenticate")
INDEX = reverse("mfa_index")
APP, REMOVAL = reverse("mfa_activate_totp"), reverse("mfa_deactivate_totp")
PASSKEY = reverse("mfa_add_webauthn")
CODES, NEW_CODES = reverse("mfa_view_recovery_codes"), reverse("mfa_generate_recovery_codes")
AGAIN = reverse("mfa_reauthenticate")
AGAIN_BY_PASSKEY = reverse("mfa_reauthenticate_webauthn")
PHONE = "13800000001"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
# What a browser sends for a passkey, by one that nobody has set up.
A_KEY_OF_NOBODY = {
    "id": "AAAA",
    "rawId": "AAAA",
    "type": "public-key",
    "response": {
        "clientDataJSON": base64.urlsafe_b64encode(
            b'{"type":"webauthn.get","challenge":"AAAA","origin":"http://testserver"}'
        )
        .decode()
        .rstrip("="),
        "authenticatorData": "A" * 50,
        "signature": "AAAA",
    },
    "clientExtensionResults": {},
}
STAFF = ["registrar", "bureau", "auditor", "editor", "reviewer", "administrator"]
NOT_STAFF = ["teacher", "coordinator", "helper"]


def staff(role="registrar", phone=PHONE):
    person = factories.person("沈文清", phone=phone)
    organisation = Organisation.objects.first()
    services.grant_role(person=person, role=role, organisation=organisation)
    return factories.login(person)


@pytest.fixture
def user():
    return staff()


@pytest.fixture
def with_app(user):
    """Staff with an app and recovery codes; returns the codes."""
    TOTP.activate(user, SECRET)
    return RecoveryCodes.activate(user).generate_codes()


@pytest.fixture
def required(settings):
    settings.STAFF_SECOND_STEP = "required"


def shown(secret=SECRET, *, steps=0):
    """What the app shows now, or some half minutes from now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def wrong(code):
    return f"{(int(code) + 1) % 10 ** len(code):0{len(code)}d}"


def by_sms(client, inbox, phone=PHONE, following="/"):
    """The first step; returns where it leads."""
    client.post(ASK, {"phone": phone})
    return client.post(CONFIRM, {"code": inbox(phone)[-1], "next": following})


def is_logged_in(client):
    return "_auth_user_id" in client.session


def said(response):
    return re.sub(r"<[^>]+>", "", response.content.decode())


# At the login


def test_staff_with_an_app_are_in_after_the_second_step(client, inbox, with_app):
    assert by_sms(client, inbox, following="/my/classes/").url == STEP
    assert not is_logged_in(client)
    assert "打开验证器" in said(client.get(STEP))
    assert client.post(STEP, {"code": shown()}).url == "/my/classes/"
    assert is_logged_in(client)


def test_a_code_of_the_app_is_taken_as_people_type_it(client, inbox, with_app):
    by_sms(client, inbox)
    typed = "".join(chr(ord(digit) + 0xFEE0) for digit in shown())
    client.post(STEP, {"code": f"{typed[:3]} {typed[3:]}"})
    assert is_logged_in(client)


def test_a_code_that_is_half_a_minute_old_is_taken_and_an_older_one_is_not(
    client, inbox, with_app
):
    by_sms(client, inbox)
    assert "没有对上" in said(client.post(STEP, {"code": shown(steps=-2)}))
    client.post(STEP, {"code": shown(steps=-1)})
    assert is_logged_in(client)


def test_a_code_opens_once_as_long_as_it_is_good(inbox, with_app):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        first, second = Client(), Client()
        code = shown(steps=1)
        by_sms(first, inbox)
        first.post(STEP, {"code": code})
        assert is_logged_in(first)
        clock.shift(timedelta(seconds=61))
        by_sms(second, inbox)
        second.post(STEP, {"code": code})
        assert not is_logged_in(second)


def test_a_recovery_code_opens_once(inbox, with_app):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for expected in (True, False):
            client = Client()
            by_sms(client, inbox)
            client.post(STEP, {"code": f"{with_app[0][:4]} {with_app[0][4:]}"})
            assert is_logged_in(client) == expected
            clock.shift(timedelta(minutes=2))


@pytest.mark.parametrize("kind", ["app", "recovery"])
def test_the_sixth_try_fails_even_with_the_right_code(inbox, with_app, kind):
    """Also in another browser and after another message; and not for ever."""
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = Client()
        by_sms(client, inbox)
        for _try in range(5):
            code = shown() if kind == "app" else with_app[0]
            assert "没有对上" in said(client.post(STEP, {"code": wrong(code)}))
        for one in (client, Client()):
            if one is not client:
                clock.shift(timedelta(minutes=2))
                by_sms(one, inbox)
            code = shown() if kind == "app" else with_app[0]
            assert "填错的次数太多了" in said(one.post(STEP, {"code": code}))
            assert not is_logged_in(one)
        clock.shift(timedelta(minutes=16))
        late = Client()
        by_sms(late, inbox)
        late.post(STEP, {"code": shown() if kind == "app" else with_app[0]})
        assert is_logged_in(late)


def test_tries_with_the_app_a_recovery_code_and_a_passkey_count_together(client, inbox, with_app):
    by_sms(client, inbox)
    for _try in range(2):
        client.post(STEP, {"code": wrong(shown())})
        client.post(STEP, {"code": wrong(with_app[0])})
    client.get(STEP)
    client.post(STEP, {"credential": json.dumps(A_KEY_OF_NOBODY)})
    client.post(STEP, {"code": shown()})
    assert not is_logged_in(client)


def test_tries_of_one_login_are_not_those_of_another(inbox, with_app):
    other = staff("editor", "13800000002")
    TOTP.activate(other, SECRET)
    mine, theirs = Client(), Client()
    by_sms(mine, inbox)
    for _try in range(6):
        mine.post(STEP, {"code": wrong(shown())})
    by_sms(theirs, inbox, "13800000002")
    theirs.post(STEP, {"code": shown()})
    assert is_logged_in(theirs)


@pytest.mark.parametrize(
    "credential",
    [
        "",
        "x",
        "null",
        "[]",
        "{}",
        '{"id": 7}',
        '{"id": "AA", "rawId": "AA", "type": "public-key", "response": {}}',
        '{"id": "AA", "rawId": "AA", "type": "public-key", "response": {"clientDataJSON": "AA",'
        ' "authenticatorData": "AA", "signature": "AA"}}',
        '{"id": "AA", "rawId": "AA", "type": "public-key", "response": 7}',
    ],
)
def test_a_passkey_that_is_none_opens_nothing(client, inbox, with_app, credential):
    by_sms(client, inbox)
    client.get(STEP)
    assert client.post(STEP, {"credential": credential}).status_code == 200
    assert not is_logged_in(client)


def test_the_second_step_alone_opens_nothing(client, with_app):
    assert client.get(STEP).url == "/accounts/login/"
    assert client.post(STEP, {"code": shown()}).url == "/accounts/login/"
    assert not is_logged_in(client)


def test_another_number_can_be_typed_instead(client, inbox, with_app):
    by_sms(client, inbox)
    assert ASK in client.get(STEP).content.decode()
    by_sms(client, inbox, "13800000007")
    assert client.session["_auth_user_id"] == str(User.objects.get(phone="13800000007").pk)


def test_learners_and_teachers_are_asked_for_nothing_more(client, inbox, required):
    for role in NOT_STAFF:
        phone = f"1390000000{NOT_STAFF.index(role)}"
        staff(role, phone)
        one = Client()
        assert by_sms(one, inbox, phone).url == "/"
        assert one.get("/my/classes/").status_code == 200


# Setting it up


def set_up(client):
    """An app, by its first code; returns the response and its secret."""
    client.get(APP)
    secret = client.session["mfa.totp.secret"]
    return client.post(APP, {"code": shown(secret)}), secret


def test_an_app_is_set_up_by_its_picture_and_first_code_and_codes_are_printed(
    client, user, django_capture_on_commit_callbacks
):
    client.force_login(user)
    page = client.get(APP).content.decode()
    assert re.search(r'<svg [^>]*width="[\d.]+em"', page)
    assert "style=" not in page[page.index("<svg ") : page.index("</svg>")]
    secret = client.session["mfa.totp.secret"]
    assert " ".join(secret[start : start + 4] for start in range(0, 32, 4)) in page

    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(APP, {"code": shown(secret)})

    assert response.url == CODES
    codes = RecoveryCodes(Authenticator.objects.get(type="recovery_codes")).get_unused_codes()
    page = said(client.get(CODES))
    assert [f"{code[:4]} {code[4:]}" in page for code in codes] == [True] * 10
    lines = AuditLine.objects.filter(action="login.second_step").order_by("number")
    assert {(line.actor, line.person, line.details["change"]) for line in lines} == {
        (user, user.person, "added")
    }
    assert {line.details["kind"] for line in lines} == {"recovery_codes", "totp"}


def test_what_an_app_knows_lies_sealed_in_the_database(client, user):
    client.force_login(user)
    _response, secret = set_up(client)
    kept = Authenticator.objects.get(type="totp").data["secret"]
    seed = Authenticator.objects.get(type="recovery_codes").data["seed"]
    assert secret not in kept
    assert kept.startswith("gAAAA")
    assert seed.startswith("gAAAA")


def test_a_wrong_first_code_sets_up_nothing(client, user):
    client.force_login(user)
    client.get(APP)
    secret = client.session["mfa.totp.secret"]
    page = said(client.post(APP, {"code": wrong(shown(secret))}))
    assert "没有对上" in page
    assert client.session["mfa.totp.secret"] == secret
    assert not Authenticator.objects.exists()


def test_whoever_has_nothing_to_do_with_it_finds_no_such_page(client):
    client.force_login(factories.login(factories.person()))
    for page in (INDEX, APP, CODES, AGAIN, AGAIN_BY_PASSKEY, PASSKEY, REMOVAL):
        assert client.get(page).status_code == 404
    assert "第二步验证" not in said(client.get("/me/"))


def test_staff_find_the_way_there_on_their_own_page(client, user):
    client.force_login(user)
    assert f'href="{INDEX}"' in client.get("/me/").content.decode()


def test_taking_it_away_asks_for_it_once_more(client, inbox, with_app):
    by_sms(client, inbox)
    client.post(STEP, {"code": shown()})
    asked = client.get(REMOVAL)
    assert asked.url.startswith(AGAIN)
    assert Authenticator.objects.filter(type="totp").exists()

    assert client.post(asked.url, {"code": with_app[0], "next": REMOVAL}).url == REMOVAL
    assert client.post(REMOVAL).url == INDEX
    assert not Authenticator.objects.exists()


def test_a_form_that_was_sent_too_late_is_sent_on_after_the_second_step(client, inbox, with_app):
    by_sms(client, inbox)
    client.post(STEP, {"code": shown()})
    asked = client.post(REMOVAL)
    assert asked.url.startswith(AGAIN)
    assert Authenticator.objects.filter(type="totp").exists()
    assert client.post(asked.url, {"code": with_app[0], "next": REMOVAL}).url == INDEX
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("page", [CODES, NEW_CODES, PASSKEY])
def test_what_opens_a_login_is_shown_and_made_after_the_second_step_once_more(
    client, inbox, with_app, page
):
    by_sms(client, inbox)
    client.post(STEP, {"code": shown()})
    assert client.get(page).url.startswith(AGAIN)


def test_new_recovery_codes_make_the_old_ones_worthless(client, inbox, with_app):
    by_sms(client, inbox)
    client.post(STEP, {"code": shown()})
    client.post(AGAIN, {"code": with_app[0]})
    client.post(NEW_CODES)
    new = RecoveryCodes(Authenticator.objects.get(type="recovery_codes")).get_unused_codes()
    assert not set(new) & set(with_app)


# Required


@pytest.mark.parametrize("role", STAFF)
def test_staff_without_it_are_led_to_where_it_is_set_up(client, required, role):
    client.force_login(staff(role))
    response = client.get("/me/")
    assert response.url == INDEX
    page = said(client.get(INDEX))
    assert "要先设好第二步验证" in page
    assert "设好一样，工作页面就打开" in page


@pytest.mark.parametrize("flag", ["is_staff", "is_superuser"])
def test_who_runs_the_server_owes_it_too(client, required, flag):
    user = factories.login(factories.person())
    setattr(user, flag, True)
    user.save()
    client.force_login(user)
    for page in ("/office/", "/cms/", "/cms/users/", "/documents/1/x.pdf"):
        assert client.get(page).url == INDEX


def test_only_public_pages_and_those_that_set_it_up_are_open_without_it(client, required):
    """Every address: whatever is not public to nobody leads away."""
    user = staff()
    user.is_staff = user.is_superuser = True
    user.save()
    client.force_login(user)
    public = {row[0] for row in ROWS if row[1] == "GET" and row[2] == "200" and row[0][0] != "/"}
    own = {name for name in SecondStep.OPEN if name.startswith("mfa_")}
    ways = {"account_logout", "accounts:reading", "set_language", "wagtail_serve"}
    assert public | own | ways | {"cms:picture"} >= SecondStep.OPEN

    needs = tests.who_may.Needs()
    reached = set()
    for name, method, *_statuses in ROWS:
        path = name if name[0] == "/" else _path_of(name, needs)
        response = client.get(path) if method == "GET" else client.post(path)
        if not (response.status_code == 302 and response.url.startswith(INDEX)):
            reached.add(name)
    assert reached <= SecondStep.OPEN | {"/", "/courses/", "/articles/", "account_inactive"}


def _path_of(name, needs):
    """The address with a number wherever it wants one."""
    for arguments in ([], [1], [1, 1], ["x"], ["1"], [1, "x"], [1, 1, 1], [1, uuid.UUID(int=1)]):
        try:
            return reverse(name, args=arguments)
        except Exception:
            continue
    raise AssertionError(f"{name} wants arguments this test does not know")


def test_a_script_that_asks_for_staff_things_is_refused(client, required, user):
    client.force_login(user)
    response = client.get("/me/", headers={"Sec-Fetch-Mode": "cors"})
    assert response.status_code == 403


def test_setting_it_up_opens_everything_at_once(client, required, user):
    client.force_login(user)
    set_up(client)
    assert client.get("/me/").status_code == 200


def test_an_older_session_does_it_once_more_and_returns_to_its_page(client, required, user):
    old = Client()
    old.force_login(user)
    client.force_login(user)
    _response, secret = set_up(client)
    response = old.get("/my/classes/?day=1")
    assert response.url == f"{AGAIN}?next=%2Fmy%2Fclasses%2F%3Fday%3D1"
    assert "请先做第二步验证" in said(old.get(response.url))
    done = old.post(response.url, {"code": shown(secret), "next": "/my/classes/?day=1"})
    assert done.url == "/my/classes/?day=1"
    assert old.get(done.url).status_code == 200


def test_a_role_that_is_granted_in_the_middle_of_a_session_counts_at_once(client, required):
    person = factories.person(phone=PHONE)
    client.force_login(factories.login(person))
    assert client.get("/me/").status_code == 200
    services.grant_role(person=person, role="registrar", organisation=person.organisation)
    assert client.get("/me/").url == INDEX
    services.end_role(grant=RoleGrant.objects.get())
    assert client.get("/me/").status_code == 200


def test_taking_the_last_one_away_closes_the_pages_again(client, required, user):
    client.force_login(user)
    set_up(client)
    client.post(REMOVAL)
    assert not Authenticator.objects.exists()
    assert client.get("/me/").url == INDEX


def test_logging_out_needs_no_second_step(client, required, user):
    client.force_login(user)
    client.post("/accounts/logout/")
    assert not is_logged_in(client)


def test_offered_it_keeps_nobody_out(client, settings, user):
    settings.STAFF_SECOND_STEP = "offered"
    client.force_login(user)
    assert client.get("/me/").status_code == 200


# Sockets


async def first_word(user):
    async def inner(scope, receive, send):
        await send({"type": "websocket.accept"})

    page = WebsocketCommunicator(SecondStepFirst(inner), "/ws/")
    page.scope |= {"user": user, "session": SessionStore()}
    connected, code = await page.connect(20)
    await page.disconnect(timeout=20)
    return "open" if connected else code


async def test_staff_who_owe_it_open_no_socket_and_others_do(required, transactional_db):
    from channels.db import database_sync_to_async

    make = database_sync_to_async
    assert await first_word(await make(staff)()) == 4403
    learner = await make(lambda: factories.login(factories.person(phone="13900000009")))()
    assert await first_word(learner) == "open"
    assert await first_word(AnonymousUser()) == "open"


# Other ways in


@pytest.mark.parametrize("page", ["/office/", "/office/login/", "/cms/", "/cms/login/"])
def test_the_offices_own_login_pages_lead_to_the_two_steps(client, inbox, with_app, user, page):
    user.is_staff = user.is_superuser = True
    user.save()
    assert client.get(page, follow=True).redirect_chain[-1][0].startswith("/accounts/login/")
    by_sms(client, inbox, following=page)
    assert client.get(page, follow=True).redirect_chain[-1][0] == STEP
    client.post(STEP, {"code": shown()})
    assert is_logged_in(client)
    assert client.get(page, follow=True).status_code == 200


@pytest.mark.parametrize("page", ["/office/login/", "/cms/login/", "/accounts/login/"])
def test_a_password_opens_nothing_however_often_it_is_tried(client, user, page):
    user.is_staff = user.is_superuser = True
    user.save()
    for password in ("", "!", user.password, "admin", "123456", PHONE):
        client.post(page, {"username": PHONE, "login": PHONE, "password": password})
        assert not is_logged_in(client)


# Lost


def test_who_lost_it_is_freed_by_the_server_and_logged_out_everywhere(client, with_app, user):
    client.force_login(user)
    call_command("forget_second_step", PHONE)
    assert not Authenticator.objects.exists()
    assert client.get("/me/").status_code == 302
    line = AuditLine.objects.get(details={"change": "forgotten"})
    assert (line.actor, line.person) == (None, user.person)


def test_what_is_forgotten_for_one_stays_for_the_others(user, with_app):
    other = staff("editor", "13800000002")
    TOTP.activate(other, SECRET)
    second_step.forget(user=user, by=other)
    assert not second_step.has_one(user)
    assert second_step.has_one(other)
