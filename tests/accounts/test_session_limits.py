import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import services
from accounts.logins import sessions
from accounts.models import AuditLine, Organisation, RoleGrant, User
from branches.models import Branch, BranchOffice
from live import hub as hubs
from live import services as services_of_live
from tests import factories
from tests.live.test_consumers import Page, in_database

pytestmark = pytest.mark.django_db

CONFIRM = "/accounts/login/code/confirm/"
PHONE = "13800000001"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SENTENCE = "您离开了一会儿，为了安全请再登录一次。"
# Who, how long without a sign, how long at all.
LIMITS = [
    ("learner", 90 * DAY, 180 * DAY),
    ("teacher", 12 * HOUR, 30 * DAY),
    ("coordinator", 12 * HOUR, 30 * DAY),
    ("helper", 12 * HOUR, 30 * DAY),
    ("teaches a class", 12 * HOUR, 30 * DAY),
    ("holds an office", 12 * HOUR, 30 * DAY),
    ("registrar", HOUR, 12 * HOUR),
    ("bureau", HOUR, 12 * HOUR),
    ("auditor", HOUR, 12 * HOUR),
    ("editor", HOUR, 12 * HOUR),
    ("reviewer", HOUR, 12 * HOUR),
    ("is_staff", HOUR, 12 * HOUR),
    ("administrator", 30 * MINUTE, 8 * HOUR),
    ("is_superuser", 30 * MINUTE, 8 * HOUR),
]


def login_of(*kinds):
    person = factories.person("沈文清", phone=PHONE)
    user = factories.login(person)
    for kind in kinds:
        if kind in RoleGrant.Role:
            organisation = Organisation.objects.first()
            services.grant_role(person=person, role=kind, organisation=organisation)
        elif kind == "teaches a class":
            factories.class_group(teacher=person)
        elif kind == "holds an office":
            branch = Branch.add_root(name="第三支部", organisation=Organisation.objects.first())
            BranchOffice.objects.create(
                branch=branch, person=person, office="committee", starts_on=timezone.localdate()
            )
        elif kind != "learner":
            setattr(user, kind, True)
            user.save()
    return user


@pytest.fixture
def clock():
    with time_machine.travel(timezone.now().replace(microsecond=0), tick=False) as clock:
        yield clock


def is_logged_in(client, page="/accounts/phone/change/"):
    return client.get(page).status_code == 200


def row_of(client):
    return Session.objects.get(session_key=client.cookies["session"].value)


def said(response):
    return re.sub(r"<[^>]+>", "", response.content.decode())


# The table


@pytest.mark.parametrize(("kind", "idle", "absolute"), LIMITS, ids=lambda value: str(value))
def test_a_session_nobody_uses_ends(client, clock, kind, idle, absolute):
    client.force_login(login_of(kind))
    clock.shift(idle - MINUTE)
    assert is_logged_in(client)
    clock.shift(idle - MINUTE)
    assert is_logged_in(client)
    clock.shift(idle + timedelta(seconds=1))
    assert not is_logged_in(client)


@pytest.mark.parametrize(("kind", "idle", "absolute"), LIMITS, ids=lambda value: str(value))
def test_a_session_that_is_used_all_the_time_ends_too(client, clock, kind, idle, absolute):
    client.force_login(login_of(kind))
    began, step = timezone.now(), idle * 0.9
    while timezone.now() + step < began + absolute:
        clock.shift(step)
        assert is_logged_in(client)
    clock.move_to(began + absolute + timedelta(seconds=1))
    assert not is_logged_in(client)


def test_of_several_roles_the_stricter_limit_wins(client, clock):
    client.force_login(login_of("teacher", "registrar", "administrator"))
    clock.shift(31 * MINUTE)
    assert not is_logged_in(client)


def test_each_of_two_limits_wins_where_it_is_the_stricter(settings, clock):
    settings.SESSION_LIMITS = settings.SESSION_LIMITS | {
        "teacher": {"idle": 5 * MINUTE, "absolute": 90 * DAY},
        "staff": {"idle": HOUR, "absolute": 2 * HOUR},
    }
    found = sessions.limits_of(login_of("teacher", "editor"))
    assert (found.idle, found.absolute) == (5 * MINUTE, 2 * HOUR)


def test_a_role_that_has_ended_limits_no_more(client, clock):
    user = login_of("registrar")
    services.end_role(grant=RoleGrant.objects.get())
    client.force_login(user)
    clock.shift(2 * HOUR)
    assert is_logged_in(client)


def test_a_role_granted_meanwhile_limits_the_session_that_is_open(client, clock):
    user = login_of("learner")
    client.force_login(user)
    services.grant_role(
        person=user.person, role="registrar", organisation=user.person.organisation
    )
    clock.shift(2 * HOUR)
    assert not is_logged_in(client)


def test_logging_in_again_counts_from_then(client, inbox, clock):
    login_of("registrar")
    for _day in range(2):
        client.post("/accounts/login/code/", {"phone": PHONE})
        client.post(CONFIRM, {"code": inbox(PHONE)[-1]})
        assert is_logged_in(client)
        clock.shift(12 * HOUR + MINUTE)
        assert not is_logged_in(client)


def test_a_session_of_an_older_version_begins_at_its_next_page(client, clock):
    client.force_login(login_of("registrar"))
    session = client.session
    for key in (sessions.BEGAN, sessions.SEEN, "_session_expiry"):
        del session[key]
    session.save()
    clock.shift(2 * HOUR)
    assert is_logged_in(client)
    clock.shift(2 * HOUR)
    assert not is_logged_in(client)


def test_a_session_that_was_made_to_end_at_a_moment_does(client, clock):
    client.force_login(login_of("learner"))
    session = client.session
    session.set_expiry(timezone.now() + HOUR)
    session.save()
    for _look in range(2):
        clock.shift(20 * MINUTE)
        assert is_logged_in(client)
    clock.shift(25 * MINUTE)
    assert not is_logged_in(client)


# In step


def test_the_row_and_the_cookie_end_when_the_session_does(client, clock):
    client.force_login(login_of("registrar"))
    clock.shift(10 * MINUTE)
    response = client.get("/me/")
    assert row_of(client).expire_date == timezone.now() + HOUR
    assert response.cookies["session"]["max-age"] == 3600


def test_the_row_ends_with_the_whole_time_where_that_is_sooner(client, clock):
    client.force_login(login_of("administrator"))
    began = timezone.now()
    while timezone.now() < began + 8 * HOUR - 20 * MINUTE:
        clock.shift(20 * MINUTE)
        client.get("/me/")
    assert row_of(client).expire_date == began + 8 * HOUR


def test_a_session_is_written_once_a_minute_at_most(client, clock):
    client.force_login(login_of("registrar"))
    written = []
    for seconds in (0, 30, 29, 1, 30, 30, 5):
        clock.shift(seconds)
        with CaptureQueriesContext(connection) as queries:
            client.get("/me/")
        written.append(any('UPDATE "django_session"' in query["sql"] for query in queries))
    assert written == [False, False, False, True, False, True, False]


def test_an_editors_open_page_that_asks_by_itself_is_nobody(client, clock):
    user = login_of("is_superuser")
    client.force_login(user)
    for _ping in range(4):
        clock.shift(10 * MINUTE)
        client.post("/cms/editing-sessions/ping/wagtailcore/page/1/1/")
    assert not is_logged_in(client)


# What one reads


def test_after_the_end_one_is_told_and_returns_to_the_page_one_was_on(client, inbox, clock):
    login_of("registrar")
    client.post("/accounts/login/code/", {"phone": PHONE})
    client.post(CONFIRM, {"code": inbox(PHONE)[-1]})
    clock.shift(2 * HOUR)

    response = client.get("/my/classes/?day=1")
    assert response.url == "/accounts/login/?next=/my/classes/%3Fday%3D1"
    assert SENTENCE in said(client.get(response.url))
    assert SENTENCE not in said(client.get("/accounts/login/"))

    client.post("/accounts/login/code/", {"phone": PHONE, "next": "/my/classes/?day=1"})
    following = {"code": inbox(PHONE)[-1], "next": "/my/classes/?day=1"}
    assert client.post(CONFIRM, following).url == "/my/classes/?day=1"


def test_whoever_sent_a_form_too_late_returns_to_its_page(client, clock):
    client.force_login(login_of("registrar"))
    client.get("/me/")
    clock.shift(2 * HOUR)
    page = "http://testserver/my/classes/?day=1"
    response = client.post("/me/logins/end/", headers={"Referer": page})
    assert response.url == "/accounts/login/?next=%2Fmy%2Fclasses%2F%3Fday%3D1"
    assert SENTENCE in said(client.get(response.url))


def sent_too_late(client, clock, inbox, *, looked_for=timedelta(0)):
    """Somebody types, the login ends, they press, and log in again: what they read then."""
    login_of("registrar")
    for is_second in (False, True):
        client.post("/accounts/login/code/", {"phone": PHONE})
        client.post(CONFIRM, {"code": inbox(PHONE)[-1]})
        if not is_second:
            clock.shift(2 * HOUR)
            page = "http://testserver/me/rights/"
            typed = {"name": "何彩兰", "words": "<b>她去世了</b>"}
            late = client.post("/me/rights/relatives/", typed, headers={"Referer": page})
            assert late.url == "/accounts/login/?next=%2Fme%2Ftyped%2F"
            assert "何彩兰" not in str(row_of(client).get_decoded())
            clock.shift(looked_for)
    return client.get("/me/typed/")


def test_what_was_typed_too_late_is_there_after_the_login(client, clock, inbox):
    page = sent_too_late(client, clock, inbox)
    assert "您填的都还在" in said(page)
    html = page.content.decode()
    assert 'action="/me/rights/relatives/"' in html
    assert 'name="words" value="&lt;b&gt;她去世了&lt;/b&gt;"' in html
    assert 'href="/me/rights/"' in html
    assert client.get("/me/typed/").url == "/"


def test_what_was_typed_long_ago_is_kept_for_nobody(client, clock, inbox):
    assert sent_too_late(client, clock, inbox, looked_for=HOUR).url == "/"


@pytest.mark.parametrize("page", ["https://elsewhere.example/x", "", "javascript:alert(1)"])
def test_a_form_of_no_page_of_ours_leads_to_the_first_page(client, clock, page):
    client.force_login(login_of("registrar"))
    client.get("/me/")
    clock.shift(2 * HOUR)
    response = client.post("/me/logins/end/", headers={"Referer": page})
    assert response.url == "/accounts/login/?next=%2F"


def test_a_session_the_database_has_forgotten_is_told_in_the_same_words(client, clock):
    client.force_login(login_of("registrar"))
    client.get("/me/")
    Session.objects.all().delete()
    assert SENTENCE in said(client.get(client.get("/me/").url))


def test_a_public_page_stays_open_and_says_so(client, clock):
    client.force_login(login_of("registrar"))
    client.get("/me/")
    clock.shift(2 * HOUR)
    response = client.get("/search/")
    assert response.status_code == 200
    assert SENTENCE in said(response)


def test_whoever_logged_out_or_never_was_in_is_told_nothing(client):
    assert SENTENCE not in said(client.get(client.get("/me/").url))
    client.force_login(login_of("learner"))
    client.get("/me/")
    client.post("/accounts/logout/")
    assert SENTENCE not in said(client.get(client.get("/me/").url))


# Out of everything


def test_every_device_is_logged_out_at_once_and_this_one_too(client):
    user = login_of("learner")
    devices = [client, Client(), Client()]
    for device in devices:
        device.force_login(user)
        assert is_logged_in(device)

    response = client.post("/me/logins/end/")

    assert response.url == "/"
    assert [is_logged_in(device) for device in devices] == [False, False, False]
    line = AuditLine.objects.get(action="login.ended")
    assert (line.actor, line.person) == (user, user.person)


def test_the_device_in_hand_may_stay(client):
    user = login_of("learner")
    other = Client()
    for device in (client, other):
        device.force_login(user)
    assert client.post("/me/logins/end/", {"keep": "1"}).url == "/me/"
    assert (is_logged_in(client), is_logged_in(other)) == (True, False)
    assert is_logged_in(client)


def test_others_stay_where_they_are(client):
    stranger = Client()
    stranger.force_login(factories.login(factories.person("李国强")))
    client.force_login(login_of("learner"))
    client.post("/me/logins/end/")
    assert is_logged_in(stranger)


def test_a_code_opens_the_login_again_at_once(client, inbox):
    user = login_of("learner")
    sessions.end_all_logins(user=user, by=None)
    client.post("/accounts/login/code/", {"phone": PHONE})
    client.post(CONFIRM, {"code": inbox(PHONE)[-1]})
    assert is_logged_in(client)


def test_staff_end_the_logins_of_a_lost_telephone_and_it_is_written_down():
    user, staff = login_of("learner"), factories.login()
    sessions.end_all_logins(user=user, by=staff)
    line = AuditLine.objects.get(action="login.ended")
    assert (line.actor, line.person) == (staff, user.person)


def test_ending_twice_at_once_ends_twice(client):
    user = login_of("learner")
    same = User.objects.get(pk=user.pk)
    sessions.end_all_logins(user=user, by=user)
    sessions.end_all_logins(user=same, by=user)
    assert User.objects.get().session_epoch == 2


# Sockets


def key_of(client):
    return client.cookies["session"].value


def test_a_login_stands_until_it_is_ended_expired_closed_or_logged_out(client, clock):
    user = login_of("registrar")

    def opened():
        device = Client()
        device.force_login(user)
        return device

    kept = opened()
    assert sessions.standing([key_of(kept), "unknown"]) == {key_of(kept)}

    expired, left = opened(), opened()
    clock.shift(30 * MINUTE)
    kept.get("/me/")
    left.post("/accounts/logout/")
    clock.shift(40 * MINUTE)
    assert sessions.standing([key_of(kept), key_of(expired)]) == {key_of(kept)}

    sessions.end_all_logins(user=user, by=None)
    assert sessions.standing([key_of(kept)]) == set()

    again = opened()
    assert sessions.standing([key_of(again)]) == {key_of(again)}
    User.objects.update(is_active=False)
    assert sessions.standing([key_of(again)]) == set()


def test_a_session_without_a_login_stands_until_it_expires(client, clock):
    session = client.session
    session["opened_by"] = "card"
    session.set_expiry(3600)
    session.save()
    assert sessions.standing([session.session_key]) == {session.session_key}
    clock.shift(2 * HOUR)
    assert sessions.standing([session.session_key]) == set()


def test_standing_costs_two_queries_for_one_and_for_many(django_assert_num_queries):
    keys = []
    for number in range(3):
        device = Client()
        device.force_login(factories.login(factories.person(f"某{number}")))
        keys.append(key_of(device))
    for some in (keys[:1], keys):
        with django_assert_num_queries(2):
            assert sessions.standing(some) == set(some)


def test_a_session_signed_for_somebody_else_does_not_stand(client):
    client.force_login(login_of("learner"))
    session = client.session
    session[HASH_SESSION_KEY] = "made up"
    session.save()
    assert sessions.standing([key_of(client)]) == set()


def _end_all(user, key):
    sessions.end_all_logins(user=user, by=user)


def _be_idle_too_long(user, key):
    Session.objects.filter(session_key=key).update(expire_date=timezone.now())


def _class_with(learner):
    group = factories.class_group(teacher=factories.person("沈文清"))
    factories.seat(group, learner)
    session = factories.session(group, starts_at=timezone.now())
    services_of_live.open_room(session=session)
    return session


def _logged_in(person):
    user = factories.login(person)
    client = Client()
    client.force_login(user)
    return user, SessionStore(key_of(client))


@pytest.mark.parametrize("loss", [_end_all, _be_idle_too_long])
@pytest.mark.parametrize("path", ["", "console/"])
async def test_an_open_page_of_a_class_is_closed_when_its_login_ends(transactional_db, loss, path):
    learner = await in_database(factories.person, name="王秀兰")
    session = await in_database(_class_with, learner=learner)
    who = session.class_group.teacher if path else learner
    user, login_session = await in_database(_logged_in, person=who)
    page = Page(session, user, login_session, path=path)
    await page.hello()

    await in_database(loss, user=user, key=login_session.session_key)
    if path:
        await page.send_to(text_data='{"type": "beat"}')
    else:
        await hubs.hub().check_seats()

    assert await page.closing() == hubs.GONE
