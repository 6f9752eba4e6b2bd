"""One meeting that a class beneath joins: seats, timetable, presence and attendance."""

import uuid
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.http import Http404

from accounts import services as accounts
from accounts.models import RoleGrant
from courses import joining
from courses import queries as courses
from courses.errors import JoiningRefused
from courses.timetable import meetings
from live import queries, services
from live.errors import NoSeat
from live.models import Attendance, Visit
from tests import factories


def registrar(organisation):
    person = factories.person(f"教务{organisation.name}", organisation=organisation)
    accounts.grant_role(person=person, role=RoleGrant.Role.REGISTRAR, organisation=organisation)
    return factories.login(person)


@pytest.fixture
def both(school):
    """The office of the meeting, and one beneath with a class of its own."""
    home = school.group.organisation
    county = factories.organisation("石桥镇", parent=home)
    other = factories.organisation("远山县")
    guests = factories.class_group(name="镇上的班", organisation=county)
    guest = factories.person("郑玉梅", organisation=county)
    factories.seat(guests, guest, now=school.now - timedelta(days=1))
    return SimpleNamespace(
        host=registrar(home),
        office=registrar(county),
        stranger=registrar(other),
        county=county,
        other=other,
        guests=guests,
        guest=guest,
    )


def invite(school, both):
    session = queries.session_shown(school.session.pk)
    return joining.offer(session=session, organisation=both.county, by=both.host, now=school.now)


def join(school, both):
    joined = joining.joined_led_by(user=both.office, pk=invite(school, both).pk)
    return joining.accept(joined=joined, class_group=both.guests, by=both.office, now=school.now)


def test_an_invitation_alone_gives_nobody_a_seat(school, both):
    assert invite(school, both) == invite(school, both)

    assert courses.seat_at(person=both.guest, session=school.session) is None
    [offered] = joining.offered_to(both.office, now=school.now)
    assert list(joining.classes_to_come(offered, user=both.office)) == [both.guests]


def test_who_joins_has_a_seat_in_that_room_and_sees_it_in_the_timetable(school, both):
    join(school, both)
    user = factories.login(both.guest)
    span = {"start": school.now - timedelta(hours=1), "end": school.now + timedelta(hours=3)}

    assert queries.room_for(user=user, person=both.guest, pk=school.session.pk).is_learner
    assert school.session in courses.sessions_of(both.guest, **span)
    assert school.session in meetings.meetings_of(both.guest, **span)
    assert set(courses.due_at(school.session)) == {*school.learners, both.guest}


def test_the_next_meeting_stays_closed_to_those_who_joined_one(school, both):
    join(school, both)
    later = factories.session(school.group, starts_at=school.now + timedelta(weeks=1))

    with pytest.raises(NoSeat):
        queries.room_for(user=factories.login(both.guest), person=both.guest, pk=later.pk)


def test_everybody_in_the_room_has_an_attendance(school, both):
    join(school, both)
    for person in (school.learner, both.guest):
        Visit.objects.create(
            classroom=school.room,
            person=person,
            device=uuid.uuid4(),
            entered_at=school.now,
            last_seen_at=school.now + timedelta(minutes=80),
        )
    services.begin(classroom=school.room, now=school.now)
    services.end(classroom=school.room, now=school.now + timedelta(minutes=80))
    services.close(classroom=school.room)

    present = Attendance.objects.filter(is_present=True).values_list("person", flat=True)
    assert set(present) == {school.learner.pk, both.guest.pk}


def test_either_side_may_end_it_and_the_seat_is_gone(school, both):
    for user in (both.host, both.office):
        joined = join(school, both)

        joining.end(joined=joining.joined_led_by(user=user, pk=joined.pk), by=user, now=school.now)
        joining.end(joined=joined, by=user, now=school.now)

        assert courses.seat_at(person=both.guest, session=school.session) is None


def test_strangers_open_neither_side(school, both):
    joined = invite(school, both)

    with pytest.raises(Http404):
        joining.joined_led_by(user=both.stranger, pk=joined.pk)
    with pytest.raises(Http404):
        joining.meeting_led_by(user=both.office, pk=school.session.pk)
    assert list(joining.offered_to(both.stranger, now=school.now)) == []


def test_only_who_is_beneath_is_invited_and_comes_with_a_class_of_its_own(school, both):
    session = queries.session_shown(school.session.pk)
    with pytest.raises(JoiningRefused, match="下级"):
        joining.offer(session=session, organisation=both.other, by=both.host, now=school.now)

    joined = invite(school, both)
    elsewhere = factories.class_group(name="别处的班", organisation=both.other)
    with pytest.raises(JoiningRefused, match="另选一个"):
        joining.accept(joined=joined, class_group=elsewhere, by=both.office, now=school.now)


def test_what_is_over_is_neither_joined_nor_left(school, both):
    joined = join(school, both)
    over = school.session.ends_at

    with pytest.raises(JoiningRefused, match="已经上过"):
        joining.end(joined=joined, by=both.host, now=over)
    with pytest.raises(JoiningRefused, match="已经上过"):
        joining.offer(session=school.session, organisation=both.county, by=both.host, now=over)
