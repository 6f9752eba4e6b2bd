from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from accounts import services as accounts
from accounts.models import Organisation, RoleGrant
from live import hub as hubs
from live import queries, services, watching
from tests import factories
from tests.live.test_consumers import Page, in_database

MINUTE = timedelta(minutes=1)


@pytest.fixture
def clock(school):
    with time_machine.travel(school.now, tick=False) as clock:
        yield clock


def staff(person):
    accounts.grant_role(
        person=person, role=RoleGrant.Role.REGISTRAR, organisation=Organisation.objects.first()
    )
    return logged_in(person)


def logged_in(person):
    client = Client()
    client.force_login(factories.login(person))
    return client


def key_of(client):
    return client.cookies["session"].value


def watch(school, client, clock, *, minutes):
    """Sit before the class; nothing is asked for but what its open page sends by itself."""
    logins = {key_of(client): int(client.session["_auth_user_id"])}
    for _minute in range(minutes):
        clock.shift(MINUTE)
        watching.keep_logged_in(classroom_pk=school.room.pk, logins=logins)


def is_logged_in(client):
    return client.get("/me/").status_code == 200


def test_staff_who_watch_a_class_longer_than_they_may_be_idle_stay_logged_in(school, clock):
    client = staff(school.learner)
    services.begin(classroom=school.room, now=school.now)

    watch(school, client, clock, minutes=90)
    clock.shift(59 * MINUTE)

    assert is_logged_in(client)


def test_a_page_forgotten_in_a_room_keeps_nobody_logged_in(school, clock):
    client = staff(school.learner)
    services.begin(classroom=school.room, now=school.now)
    services.end(classroom=school.room, now=school.now)

    watch(school, client, clock, minutes=61)

    assert not is_logged_in(client)


@pytest.mark.parametrize("is_over", [True, False])
def test_a_console_that_asks_by_itself_counts_while_its_class_goes_on(school, clock, is_over):
    client = staff(factories.person("周敏"))
    services.begin(classroom=school.room, now=school.now)
    if is_over:
        services.end(classroom=school.room, now=school.now)

    for _quarter in range(5):
        clock.shift(15 * MINUTE)
        client.get(f"/sessions/{school.session.pk}/here/")

    assert is_logged_in(client) is not is_over


def test_watching_makes_no_session_longer_than_it_may_last_at_all(school, clock, settings):
    limits = settings.SESSION_LIMITS["staff"] | {"absolute": 70 * MINUTE}
    settings.SESSION_LIMITS = settings.SESSION_LIMITS | {"staff": limits}
    client = staff(school.learner)
    services.begin(classroom=school.room, now=school.now)

    watch(school, client, clock, minutes=71)

    assert not is_logged_in(client)


def test_a_login_that_ended_does_not_come_back(school, clock):
    client = staff(school.learner)
    key, user = key_of(client), int(client.session["_auth_user_id"])
    client.post("/accounts/logout/")

    watching.keep_logged_in(classroom_pk=school.room.pk, logins={key: user})

    assert not Session.objects.filter(session_key=key).exists()


def test_learners_cost_two_questions_and_no_writing_however_many(
    school, clock, django_assert_num_queries
):
    clients = [logged_in(learner) for learner in school.learners]
    logins = {key_of(client): int(client.session["_auth_user_id"]) for client in clients}
    clock.shift(5 * MINUTE)

    with django_assert_num_queries(2):
        watching.keep_logged_in(classroom_pk=school.room.pk, logins=logins)


def test_the_door_is_open_from_a_quarter_of_an_hour_before_until_the_end(school):
    answers = {
        minutes: queries.is_open(school.session, now=school.now + minutes * MINUTE)
        for minutes in (-16, -15, 0, 89, 90)
    }

    assert answers == {-16: False, -15: True, 0: True, 89: True, 90: False}


@pytest.mark.parametrize("beats", [True, False])
async def test_a_page_in_the_room_counts_by_its_beats(transactional_db, school, beats):
    client = await in_database(staff, person=school.learner)
    key = key_of(client)
    seen = (timezone.now() - 50 * MINUTE).timestamp()

    def look_idle():
        session = SessionStore(key)
        session["login_began_at"] = session["login_seen_at"] = seen
        session.save()
        return SessionStore(key)

    session = await in_database(look_idle)
    page = Page(school.session, school.learner.login, session)
    await page.hello()
    if beats:
        await page.send_to(text_data='{"type": "beat", "seen": 0}')
        await page.hear()

    await hubs.hub().check_seats()

    now_seen = await in_database(lambda: SessionStore(key)["login_seen_at"])
    assert (now_seen > seen) is beats
    await page.leave()
