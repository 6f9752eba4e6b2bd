"""A couple on one device: both present, each for as long as they were there."""

import uuid
from datetime import timedelta
from itertools import pairwise

import pytest
from channels.db import database_sync_to_async
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts import services as accounts
from accounts.acting import households, proposals, proxies
from courses.registration import withdraw
from live import hub as hubs
from live import queries, services
from live.hub import Seat, event_as_dict
from live.models import Attendance, RoomEvent, Visit
from tests import factories
from tests.live.test_consumers import (
    BAD_MESSAGE,
    Page,
    in_database,
    login_with_session,
)

pytestmark = pytest.mark.django_db(transaction=True)

BEAT = timedelta(seconds=15)
# Silence that the lease forgives, in beats.
FORGIVEN = 6


@pytest.fixture
def couple(school):
    """王秀兰 and 李国强, both with a seat, study on one device; logins of their own."""
    wife, husband = school.learners
    for person in (wife, husband):
        factories.login(person)
    proposal = proposals.propose(proposer=wife, person=husband, by=wife.login)
    proposals.agree(proposal=proposal, person=husband, by=husband.login)
    return wife, husband


def sit(school, *persons, device, now):
    return services.enter(classroom=school.room, persons=persons, device=device, now=now)


def seats_of(persons):
    """Whose visits were heard of, by person: from when until when."""
    return {
        (visit.person, visit.entered_at, visit.last_seen_at)
        for visit in Visit.objects.filter(person__in=persons)
    }


# Who is on a device


def test_both_get_a_visit_of_their_own_on_the_same_device(school, couple):
    device = uuid.uuid4()
    visits = sit(school, *couple, device=device, now=school.now)

    assert set(visits) == {person.pk for person in couple}
    assert set(Visit.objects.values_list("device", "mode")) == {(device, "live")}


def test_who_is_unticked_leaves_at_that_moment_and_comes_back_at_another(school, couple):
    wife, husband = couple
    device, minute = uuid.uuid4(), timedelta(minutes=1)
    sit(school, wife, husband, device=device, now=school.now)
    sit(school, wife, device=device, now=school.now + minute)
    again = sit(school, wife, husband, device=device, now=school.now + minute * 3 / 2)
    services.record_beats(visits=again.values(), now=school.now + 2 * minute)

    assert seats_of([husband]) == {
        (husband, school.now, school.now + minute),
        (husband, school.now + minute * 3 / 2, school.now + 2 * minute),
    }
    assert seats_of([wife]) == {(wife, school.now, school.now + 2 * minute)}


def test_a_late_beat_makes_no_visit_longer_that_is_over(school, couple):
    wife, husband = couple
    device = uuid.uuid4()
    visits = sit(school, wife, husband, device=device, now=school.now)
    sit(school, wife, device=device, now=school.now)

    silent = services.record_beats(visits=visits.values(), now=school.now + BEAT)

    assert silent == {visits[husband.pk]}
    assert seats_of([husband]) == {(husband, school.now, school.now)}


@pytest.mark.parametrize("couples", [1, 20])
def test_the_beats_of_a_tick_cost_one_update_for_any_household(
    school, couple, django_assert_num_queries, couples
):
    visits = [
        visit
        for _ in range(couples)
        for visit in sit(school, *couple, device=uuid.uuid4(), now=school.now).values()
    ]

    with django_assert_num_queries(1):
        assert services.record_beats(visits=visits, now=school.now + BEAT) == set()


@pytest.mark.parametrize("others", [1, 3])
def test_sitting_down_costs_the_same_for_any_household(school, django_assert_num_queries, others):
    persons = [school.learner, *(factories.person(f"家人{number}") for number in range(others))]
    sit(school, *persons, device=(device := uuid.uuid4()), now=school.now)

    with django_assert_num_queries(4):  # With BEGIN and COMMIT.
        sit(school, *persons, device=device, now=school.now + BEAT)


steps = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=2, max_size=60)


@given(steps=steps)
@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_the_time_of_a_couple_is_the_union_of_its_visits(school, steps):
    """At every beat: is the husband ticked on the tablet, and is his own phone in the room?"""
    wife, husband = school.learners
    session = factories.session(school.group, starts_at=school.now)
    room = services.open_room(session=session)
    tablet, phone = uuid.uuid4(), uuid.uuid4()
    services.begin(classroom=room, now=school.now)
    sitting, visits = None, {}
    for number, (is_ticked, has_phone) in enumerate(steps):
        now = school.now + number * BEAT
        if is_ticked != sitting:
            persons = [wife, husband] if is_ticked else [wife]
            visits = services.enter(classroom=room, persons=persons, device=tablet, now=now)
            sitting = is_ticked
        else:
            assert services.record_beats(visits=visits.values(), now=now) == set()
        if has_phone:
            services.enter(classroom=room, persons=[husband], device=phone, now=now)
    last = school.now + (len(steps) - 1) * BEAT
    services.end(classroom=room, now=last + timedelta(minutes=5))
    services.close(classroom=room)

    on_phone = [number for number, (_ticked, has_phone) in enumerate(steps) if has_phone]
    there = {number for number, (ticked, _phone) in enumerate(steps[:-1]) if ticked}
    for one, other in pairwise(on_phone):
        if other - one <= FORGIVEN:
            there |= set(range(one, other))
    seconds = {row.person: row.seconds for row in Attendance.objects.filter(session=session)}
    beat = int(BEAT.total_seconds())
    assert seconds[wife] == (len(steps) - 1) * beat
    assert seconds.get(husband, 0) == len(there) * beat


# Who may be counted, and for how long


def page_seat(room, person, *beside, session_key="k", user=None):
    return Seat(
        room=room.pk,
        user=(user or person.login).pk,
        person=person.pk,
        session_key=session_key,
        is_learner=True,
        wire=None,
        together=frozenset(one.pk for one in beside),
    )


@pytest.fixture
def logged_in():
    def make(person):
        _user, session = login_with_session(person)
        return session.session_key

    return make


def stay_with(school, seat):
    return queries.who_may_stay(school.room.pk, [seat]).get(seat)


def test_a_companion_stays_while_household_seat_and_file_stand(school, couple, logged_in):
    wife, husband = couple
    seat = page_seat(school.room, wife, husband, session_key=logged_in(wife))

    assert stay_with(school, seat) == {husband.pk}


def _leave_household(school, husband):
    households.leave(person=husband, by=None)


def _give_up_seat(school, husband):
    withdraw(enrolment=school.group.enrolments.get(person=husband), because="换了别的班")


def _die(school, husband):
    type(husband).objects.filter(pk=husband.pk).update(frozen_at=school.now)


@pytest.mark.parametrize("loss", [_leave_household, _give_up_seat, _die])
def test_a_companion_who_lost_the_right_is_counted_no_more(school, couple, logged_in, loss):
    wife, husband = couple
    seat = page_seat(school.room, wife, husband, session_key=logged_in(wife))

    loss(school, husband)

    assert stay_with(school, seat) == frozenset()


def test_a_page_whose_own_person_died_is_closed(school, couple, logged_in):
    wife, husband = couple
    seat = page_seat(school.room, wife, husband, session_key=logged_in(wife))

    _die(school, wife)

    assert stay_with(school, seat) is None


def test_a_page_of_a_proxy_is_closed_when_the_proxy_ends(school, couple, logged_in):
    wife, husband = couple
    daughter = factories.person("王小雅")
    proxy = accounts.allow_proxy(person=wife, agent=factories.login(daughter), relation="child")
    seat = page_seat(
        school.room, wife, husband, session_key=logged_in(daughter), user=daughter.login
    )
    assert stay_with(school, seat) == {husband.pk}

    accounts.revoke_proxy(proxy=proxy)

    assert stay_with(school, seat) is None


@pytest.mark.parametrize("pages", [1, 3])
def test_asking_who_may_stay_costs_the_same_for_any_number_of_couples(
    school, couple, logged_in, django_assert_num_queries, pages
):
    wife, husband = couple
    key = logged_in(wife)
    seats = [page_seat(school.room, wife, husband, session_key=key) for _ in range(pages)]

    with django_assert_num_queries(6):
        assert set(queries.who_may_stay(school.room.pk, seats)) == set(seats)


# The page


def url(name, school):
    return reverse(f"live:{name}", args=[school.session.pk])


def test_the_room_asks_who_listens_and_says_who_has_no_seat(client, school, couple):
    wife, _husband = couple
    sister = factories.person("何素芬")
    proposal = proposals.propose(proposer=wife, person=sister, by=wife.login)
    proposals.agree(proposal=proposal, person=sister, by=factories.login(sister))
    client.force_login(wife.login)

    page = client.get(url("room", school)).content.decode()

    assert "今天谁在一起听？" in page
    assert 'data-name="李国强"' in page
    assert "何素芬没有报这个班" in page
    assert 'data-name="何素芬"' not in page


def test_who_studies_alone_is_asked_nothing(client, school):
    client.force_login(factories.login(school.learner))

    assert "今天谁在一起听" not in client.get(url("room", school)).content.decode()


def test_a_page_without_a_line_keeps_both_visits_by_its_beats(client, school, couple):
    wife, husband = couple
    client.force_login(wife.login)
    beat = {"device": uuid.uuid4(), "opened_as": wife.pk, "with": str(husband.pk)}

    answer = client.post(url("beat", school), beat).json()

    assert (answer["with"], answer["asked"]) == ([husband.pk], [husband.pk])
    assert {visit.person for visit in Visit.objects.all()} == {wife, husband}

    client.post(url("beat", school), beat | {"with": ""})

    assert {visit.person for visit in Visit.objects.filter(is_over=True)} == {husband}


@pytest.mark.parametrize("asked", ["1.x", "-1", "²", "1" * 40])
def test_an_odd_list_of_persons_is_not_found(client, school, asked):
    client.force_login(factories.login(school.learner))

    response = client.post(url("beat", school), {"device": uuid.uuid4(), "with": asked})

    assert response.status_code == 404
    assert not Visit.objects.exists()


def test_nobody_is_counted_who_never_agreed(client, school):
    wife, husband = school.learners
    client.force_login(factories.login(wife))

    answer = client.post(
        url("beat", school), {"device": uuid.uuid4(), "with": str(husband.pk)}
    ).json()

    assert answer["with"] == []
    assert [visit.person for visit in Visit.objects.all()] == [wife]


# The socket


async def page_of(school, person, **query):
    user, session = await in_database(login_with_session, person=person)
    return Page(school.session, user, session, **query)


async def beat(page, *beside):
    asked = ", ".join(str(pk) for pk in beside)
    await page.send_to(text_data=f'{{"type": "beat", "seen": 0, "with": [{asked}]}}')
    return await page.hear()


@database_sync_to_async
def on_the_device():
    return {visit.person_id for visit in Visit.objects.filter(is_over=False)}


async def test_a_page_that_opens_for_two_keeps_two_visits_alive(school, couple):
    wife, husband = couple
    page = await page_of(school, wife, **{"with": husband.pk})

    hello = await page.hello()

    assert (hello["with"], hello["asked"]) == ([husband.pk], [husband.pk])
    before = await in_database(lambda: dict(Visit.objects.values_list("person", "last_seen_at")))
    await beat(page, husband.pk)
    await hubs.hub().write_beats()
    after = await in_database(lambda: dict(Visit.objects.values_list("person", "last_seen_at")))
    assert set(after) == {wife.pk, husband.pk}
    assert all(after[pk] > before[pk] for pk in before)
    await page.leave()


async def test_the_choice_changes_in_class_with_the_next_beat(school, couple):
    wife, husband = couple
    page = await page_of(school, wife)
    assert "with" not in await page.hello()
    assert await on_the_device() == {wife.pk}

    assert (await beat(page, husband.pk))["with"] == [husband.pk]
    assert await on_the_device() == {wife.pk, husband.pk}
    assert (await beat(page))["with"] == []
    assert await on_the_device() == {wife.pk}
    await page.leave()


async def test_a_beat_that_asks_for_the_same_people_asks_the_database_nothing(
    school, couple, monkeypatch
):
    wife, husband = couple
    page = await page_of(school, wife)
    await page.hello()
    await beat(page, husband.pk)
    asked = []
    monkeypatch.setattr(services, "enter", lambda **facts: asked.append(facts))

    await beat(page, husband.pk)

    assert asked == []
    await page.leave()


async def test_whoever_may_not_be_counted_is_told_apart_by_the_answer(school, couple):
    wife, husband = couple
    stranger = await in_database(factories.person, name="陈志明")
    page = await page_of(school, wife)
    await page.hello()

    answer = await beat(page, husband.pk, stranger.pk)

    assert answer["with"] == [husband.pk]
    assert answer["asked"] == sorted([husband.pk, stranger.pk])
    assert await on_the_device() == {wife.pk, husband.pk}
    await page.leave()


@pytest.mark.parametrize("asked", ['"1"', "[-1]", '["x"]', "[[]]", "[null]", str([1] * 11)])
async def test_what_is_no_list_of_persons_closes_the_page(school, asked):
    page = await page_of(school, school.learner)
    await page.hello()

    await page.send_to(text_data=f'{{"type": "beat", "with": {asked}}}')

    assert await page.closing() == BAD_MESSAGE


async def test_who_leaves_the_household_in_class_is_counted_no_more(school, couple):
    wife, husband = couple
    page = await page_of(school, wife, **{"with": husband.pk})
    await page.hello()

    await in_database(households.leave, person=husband)
    await hubs.hub().check_seats()

    assert await page.hear() == {"type": "together", "with": [], "asked": [husband.pk]}
    assert await on_the_device() == {wife.pk}
    before = await in_database(Visit.objects.get, person=husband)
    await beat(page, husband.pk)
    await hubs.hub().write_beats()
    after = await in_database(Visit.objects.get, person=husband)
    assert (after.pk, after.last_seen_at) == (before.pk, before.last_seen_at)
    await page.leave()


async def test_a_device_that_slept_gets_new_visits_for_both(school, couple):
    wife, husband = couple
    page = await page_of(school, wife, **{"with": husband.pk})
    await page.hello()
    long_ago = school.now - timedelta(hours=1)
    await in_database(Visit.objects.all().update, entered_at=long_ago, last_seen_at=long_ago)

    await beat(page, husband.pk)
    await hubs.hub().write_beats()

    fresh = await in_database(
        lambda: set(
            Visit.objects.filter(last_seen_at__gt=long_ago).values_list("person", flat=True)
        )
    )
    assert fresh == {wife.pk, husband.pk}
    await page.leave()


# Who did it


@pytest.fixture
def daughter(school):
    """何雅琴 acts for 王秀兰."""
    person = factories.person("何雅琴")
    login = factories.login(person)
    accounts.allow_proxy(person=school.learner, agent=login, relation="child")
    proxies.begin(user=login, person=school.learner)
    return login


@pytest.fixture
def as_daughter(client, school, daughter):
    client.force_login(daughter)
    client.post(reverse("accounts:act_for"), {"person": school.learner.pk})
    return client


def test_what_a_proxy_says_and_does_says_so_where_the_teacher_looks(as_daughter, school, daughter):
    services.begin(classroom=school.room, now=school.now)
    as_daughter.post(url("say", school), {"text": "好", "client_id": uuid.uuid4()})
    as_daughter.post(url("hand", school), {"client_id": uuid.uuid4()})
    as_daughter.post(url("no_sound", school), {"client_id": uuid.uuid4()})
    as_daughter.post(url("beat", school), {"device": uuid.uuid4()})

    said = RoomEvent.objects.filter(person=school.learner)
    assert {event.by for event in said} == {daughter}
    assert {event_as_dict(event)["by"] for event in said} == {"何雅琴"}
    assert Visit.objects.get().by == daughter
    as_daughter.force_login(factories.login(school.teacher))
    page = as_daughter.get(url("here", school)).content.decode()
    assert page.count("王秀兰（何雅琴代办）") == 3


def test_what_people_do_themselves_names_nobody_else(client, school, couple):
    wife, _husband = couple
    client.force_login(wife.login)
    client.post(url("say", school), {"text": "好", "client_id": uuid.uuid4()})
    sit(school, *couple, device=uuid.uuid4(), now=school.now)

    event = RoomEvent.objects.get()
    assert event.by == wife.login
    assert "by" not in event_as_dict(event)
    assert {one.agent for one in queries.here_now(school.room, now=school.now)} == {""}


def test_of_a_login_without_a_file_the_number_is_not_shown(school):
    agent = factories.login(phone="13900001234")
    services.say(
        classroom=school.room,
        person=school.learner,
        by=agent,
        text="好",
        client_id=uuid.uuid4(),
    )

    assert event_as_dict(RoomEvent.objects.get())["by"] == "家人"


def test_company_is_whoever_was_on_the_same_device_and_the_agent_who_was_not(
    school, couple, daughter
):
    wife, husband = couple
    services.enter(
        classroom=school.room, persons=couple, device=uuid.uuid4(), by=daughter, now=school.now
    )

    with CaptureQueriesContext(connection) as asked:
        of_wife = queries.company_at([school.session], wife)[school.session.pk]
    of_husband = queries.company_at([school.session], husband)[school.session.pk]

    assert (of_wife.companions, of_wife.agent) == (("李国强",), "何雅琴")
    assert (of_husband.companions, of_husband.agent) == (("王秀兰",), "何雅琴")
    assert len(asked) == 2


def test_a_companion_is_no_agent(school, couple):
    wife, husband = couple
    services.enter(
        classroom=school.room, persons=couple, device=uuid.uuid4(), by=wife.login, now=school.now
    )

    company = queries.company_at([school.session], husband)[school.session.pk]

    assert (company.companions, company.agent) == (("王秀兰",), "")


def test_who_was_also_there_by_themselves_was_acted_for_by_nobody(school, daughter):
    own = factories.login(school.learner)
    for by in (daughter, own):
        services.enter(
            classroom=school.room,
            persons=[school.learner],
            device=uuid.uuid4(),
            by=by,
            now=school.now,
        )

    company = queries.company_at([school.session], school.learner)[school.session.pk]

    assert (company.companions, company.agent) == ((), "")
