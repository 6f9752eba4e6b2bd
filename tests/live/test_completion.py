"""Who was there often enough has learned the course to its end."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from courses import registration
from courses.models import Term
from live import queries, services
from live.models import Attendance, Visit
from live.signals import session_closed
from tests import factories


def come(person, session, *, present=True):
    Attendance.objects.create(
        session=session,
        person=person,
        mode="live",
        seconds=5400 if present else 60,
        session_seconds=5400,
        is_present=present,
    )


@pytest.fixture
def meetings(school):
    """Five meetings; 60 % of them are three."""
    start = school.now - timedelta(days=30)
    made = [
        factories.session(school.group, starts_at=start + timedelta(days=week), number=10 + week)
        for week in range(4)
    ]
    return [*made, school.session]


def completed(school):
    return {
        seat.person.name: seat.completed_on
        for seat in school.group.enrolments.exclude(completed_on=None).select_related("person")
    }


@pytest.mark.parametrize(("times", "enough"), [(2, False), (3, True), (5, True)])
def test_the_share_of_the_term_of_all_planned_meetings_is_enough(school, meetings, times, enough):
    for session in meetings[:times]:
        come(school.learner, session)
    for session in meetings[times:]:
        come(school.learner, session, present=False)
    session_closed.send(None, session=meetings[0])
    assert completed(school) == (
        {"王秀兰": timezone.localdate(meetings[0].ends_at)} if enough else {}
    )


@pytest.mark.parametrize(("percent", "times"), [(1, 1), (50, 3), (61, 4), (100, 5)])
def test_a_share_of_a_meeting_is_a_whole_one(school, meetings, percent, times):
    Term.objects.update(present_from_percent=percent)
    school.group.refresh_from_db()
    for session in meetings[: times - 1]:
        come(school.learner, session)
    assert list(queries.attended_enough(school.group)) == []
    come(school.learner, meetings[times - 1])
    assert [seat.person for seat in queries.attended_enough(school.group)] == [school.learner]


def test_the_first_day_stays_whoever_tells_again(school, meetings):
    for session in meetings[:4]:
        come(school.learner, session)
    session_closed.send(None, session=meetings[2])
    session_closed.send(None, session=meetings[3])
    assert completed(school) == {"王秀兰": timezone.localdate(meetings[2].ends_at)}


def test_who_gave_up_their_seat_has_not_completed_it(school, meetings):
    for session in meetings:
        come(school.learner, session)
    registration.withdraw(enrolment=school.learner.enrolments.get(), because="搬家")
    session_closed.send(None, session=meetings[0])
    assert completed(school) == {}


def test_meetings_of_another_class_do_not_count(school, meetings):
    other = factories.class_group(name="国画")
    for week in range(5):
        come(school.learner, factories.session(other, starts_at=school.now, number=week + 1))
    assert list(queries.attended_enough(school.group)) == []


def test_closing_the_last_meeting_that_was_wanted_notes_it(
    school, meetings, django_capture_on_commit_callbacks
):
    for session in meetings[:2]:
        come(school.learner, session)
    services.begin(classroom=school.room, now=school.session.starts_at)
    Visit.objects.create(
        classroom=school.room,
        person=school.learner,
        device=uuid.uuid4(),
        entered_at=school.session.starts_at,
        last_seen_at=school.session.ends_at,
    )
    services.end(classroom=school.room, now=school.session.ends_at)
    with django_capture_on_commit_callbacks(execute=True):
        services.close(classroom=school.room)
    assert set(completed(school)) == {"王秀兰"}
