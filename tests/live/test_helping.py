"""Who is stuck, why, who may see the number, and that helping is told and settled."""

import uuid
from datetime import timedelta

import pytest
from django.http import Http404

from accounts import services as accounts
from accounts.models import AuditLine, RoleGrant
from live import helping, moderation, presence, queries, services
from live.errors import NoSeat
from live.models import RoomEvent, Visit
from live.reception import Mode, Reception, Sound
from tests import factories

Reason = helping.Reason


@pytest.fixture
def helper(school):
    person = factories.person("何彩兰")
    accounts.grant_role(
        person=person, role=RoleGrant.Role.HELPER, organisation=school.group.organisation
    )
    return factories.login(person)


def enter(school, person, reception=None, *, now=None):
    visit = services.enter(
        classroom=school.room, persons=[person], device=uuid.uuid4(), now=now or school.now
    )[person.pk]
    if reception:
        presence.note_receptions({visit: reception})
    return visit


def stuck(school, *, after=timedelta(), session=None):
    school.room.refresh_from_db()
    found = helping.stuck(session or school.session, school.room, now=school.now + after)
    return {one.person.name: one.reasons for one in found}


WANG, LI = "王秀兰", "李国强"


@pytest.mark.parametrize(
    ("reception", "reasons"),
    [
        (Reception(Sound.OK), None),
        (Reception(Sound.NO), [Reason.NO_SOUND]),
        (Reception(Sound.UNKNOWN), [Reason.UNTRIED]),
        (Reception(Sound.OK, stalled=True), [Reason.STALLED]),
        (Reception(Sound.OK, Mode.SOUND), None),
    ],
    ids=["hears", "silent", "untried", "stalled", "sound only before the class"],
)
def test_a_page_in_the_waiting_room_says_whether_it_needs_help(school, reception, reasons):
    enter(school, school.learner, reception)

    assert stuck(school) == ({WANG: reasons} if reasons else {})


def test_in_class_the_lowest_mode_is_shown_and_an_untried_sound_is_not(school):
    services.begin(classroom=school.room, now=school.now)
    enter(school, school.learner, Reception(Sound.UNKNOWN))
    enter(school, school.learners[1], Reception(Sound.OK, Mode.SOUND))

    assert stuck(school) == {LI: [Reason.SOUND_ONLY]}


def test_a_page_that_lost_its_line_is_shown_until_it_is_back(school):
    enter(school, school.learner, Reception(Sound.OK))

    assert stuck(school, after=helping.SILENT + timedelta(seconds=1)) == {WANG: [Reason.RETRYING]}
    enter(school, school.learner, Reception(Sound.OK), now=school.now + timedelta(seconds=50))
    assert stuck(school, after=timedelta(seconds=51)) == {}


def test_a_seat_nobody_came_to_is_shown_after_the_start(school):
    enter(school, school.learner, Reception(Sound.OK))
    Visit.objects.update(last_seen_at=school.now + helping.ABSENT)

    assert stuck(school) == {}
    assert stuck(school, after=helping.ABSENT) == {LI: [Reason.ABSENT]}


def test_i_hear_nothing_comes_first_and_is_settled_by_helping(school, helper):
    enter(school, school.learner, Reception(Sound.OK))
    enter(school, school.learners[1], Reception(Sound.NO))
    services.cannot_hear(classroom=school.room, person=school.learner, now=school.now)
    assert list(stuck(school)) == [WANG, LI]

    for _ in range(2):
        helping.done(
            session=school.session,
            classroom=school.room,
            person=school.learner,
            by=helper,
            now=school.now,
        )

    assert list(stuck(school)) == [LI]
    assert RoomEvent.objects.filter(kind="helped").count() == 1
    services.cannot_hear(classroom=school.room, person=school.learner, now=school.now)
    assert list(stuck(school)) == [WANG, LI]


def test_another_trouble_after_the_help_is_shown_again(school, helper):
    visit = enter(school, school.learner, Reception(Sound.NO))
    done = {"session": school.session, "classroom": school.room, "by": helper}
    helping.done(person=school.learner, now=school.now, **done)
    assert stuck(school) == {}

    presence.note_receptions({visit: Reception(Sound.NO, stalled=True)})

    assert stuck(school) == {WANG: [Reason.STALLED]}


def test_nobody_is_stuck_before_the_door_opens_and_after_the_end(school):
    services.cannot_hear(classroom=school.room, person=school.learner, now=school.now)
    assert stuck(school, after=-timedelta(minutes=20)) == {}

    services.begin(classroom=school.room, now=school.now)
    services.end(classroom=school.room, now=school.now)

    assert stuck(school, session=queries.session_shown(school.session.pk)) == {}


def test_stuck_costs_the_same_for_one_and_for_three(school, django_assert_num_queries):
    enter(school, school.learner, Reception(Sound.NO))
    queries_asked = 3

    with django_assert_num_queries(queries_asked):
        assert len(helping.stuck(school.session, school.room, now=school.now)) == 1
    for number in range(2):
        learner = factories.person(f"学员{number}")
        factories.seat(school.group, learner, now=school.now - timedelta(days=1))
        enter(school, learner, Reception(Sound.NO))
    with django_assert_num_queries(queries_asked):
        assert len(helping.stuck(school.session, school.room, now=school.now)) == 3


# Telephone


def numbers(school, person, by, **more):
    return helping.numbers_of(
        session=queries.session_shown(school.session.pk),
        classroom=school.room,
        person=person,
        by=by,
        now=school.now,
        **more,
    )


def test_a_look_at_a_number_is_written_down_and_others_see_who_is_at_it(school, helper):
    school.learner.phone = "13800001234"
    school.learner.save()
    enter(school, school.learner, Reception(Sound.NO))

    assert numbers(school, school.learner, helper) == [helping.Number("13800001234")]

    line = AuditLine.objects.latest("pk")
    assert (line.action, line.person, line.actor) == ("file.revealed", school.learner, helper)
    [one] = helping.stuck(school.session, school.room, now=school.now)
    assert one.helped_by == "何彩兰"


def test_without_a_number_it_is_who_acts_for_them(school, helper):
    daughter = factories.login(factories.person("何雅琴"), phone="13900000009")
    accounts.allow_proxy(person=school.learner, agent=daughter, relation="child")

    assert numbers(school, school.learner, helper) == [helping.Number("13900000009", "何雅琴")]


def test_the_teacher_a_stranger_and_a_helper_elsewhere_see_no_number(school):
    elsewhere = factories.person("王远")
    accounts.grant_role(
        person=elsewhere,
        role=RoleGrant.Role.HELPER,
        organisation=factories.organisation("远山县"),
    )
    for person in (school.teacher, factories.person("路人"), elsewhere):
        with pytest.raises(Http404):
            numbers(school, school.learner, factories.login(person))


def test_a_helper_sees_no_number_once_the_class_is_over(school, helper):
    services.begin(classroom=school.room, now=school.now)
    services.end(classroom=school.room, now=school.now)

    with pytest.raises(Http404):
        numbers(school, school.learner, helper)


# Doors


def test_a_helper_enters_the_rooms_of_their_unit_as_a_helper_alone(school, helper):
    admission = queries.room_for(user=helper, person=helper.person, pk=school.session.pk)

    assert (admission.may_help, admission.may_teach, admission.is_learner) == (True, False, False)
    accounts.end_role(grant=helper.person.roles.get(), by=None)
    with pytest.raises(NoSeat):
        queries.room_for(user=helper, person=helper.person, pk=school.session.pk)


def test_a_monitor_with_a_seat_is_a_learner_and_opens_the_helpers_page_too(school):
    monitor = school.learners[1]
    accounts.grant_role(
        person=monitor, role=RoleGrant.Role.HELPER, organisation=school.group.organisation
    )
    user = factories.login(monitor)

    assert queries.room_for(user=user, person=monitor, pk=school.session.pk).is_learner
    assert queries.room_helped_by(user=user, pk=school.session.pk) == school.session


# Whether they hear


def test_who_hears_on_one_of_two_devices_hears(school):
    enter(school, school.learner, Reception(Sound.NO))
    enter(school, school.learner, Reception(Sound.OK))
    enter(school, school.learners[1], Reception(Sound.NO))

    hearing = helping.hearing(school.room, now=school.now)

    assert (hearing.here, hearing.hear, hearing.most_do) == (2, 1, False)


def test_of_an_empty_room_nobody_says_anything(school):
    hearing = helping.hearing(school.room, now=school.now)

    assert hearing.unknown
    assert moderation.muted(school.room.pk).count() == 0
