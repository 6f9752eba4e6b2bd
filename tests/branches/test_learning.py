"""One's own study: what came of every meeting, in figures and in words."""

from datetime import timedelta
from decimal import Decimal

import pytest

from branches import ledger
from branches.learning import Verdict, _meetings_begun, evidence_of, learning_of
from live.models import Classroom, StudyMode
from tests.branches import school
from tests.branches.school import LATER, NINE

pytestmark = pytest.mark.django_db


def verdicts(person, *, now=LATER, year=2026):
    learning = learning_of(person, year=year, now=now)
    return {
        meeting.session.number: meeting.verdict
        for studied in learning.classes
        for meeting in studied.meetings
    }


def only_meeting(person, *, now=LATER):
    return learning_of(person, year=2026, now=now).classes[0].meetings[0]


@pytest.fixture
def seated(wang, session):
    school.seat(wang, session)
    return wang


def test_presence_that_was_posted_is_counted(seated, session):
    line = school.studied(seated, session)

    meeting = only_meeting(seated)

    assert (meeting.verdict, meeting.line) == (Verdict.COUNTED, line)


def test_presence_that_waits_for_its_line_is_being_posted(seated, session):
    school.attendance(seated, session)

    assert verdicts(seated) == {1: Verdict.POSTING}


def test_too_short_a_presence_says_how_much_is_missing(seated, session):
    school.attendance(seated, session, spans=[(2, 24), (41, 60)])

    meeting = only_meeting(seated)

    assert meeting.verdict == Verdict.NOT_ENOUGH
    assert (meeting.minutes_there, meeting.minutes_needed, meeting.minutes_missing) == (41, 54, 13)
    assert meeting.axis.spans == [(2, 24), (41, 60)]
    assert meeting.axis.marks == ["9:00", "9:45", "10:30"]


@pytest.mark.parametrize("seconds", [53 * 60 + 31, 53 * 60 + 59], ids=["half up", "one second"])
def test_a_few_missing_seconds_are_a_missing_minute(seated, session, seconds):
    attendance = school.attendance(seated, session, minutes=53)
    attendance.seconds = seconds
    attendance.save()

    meeting = only_meeting(seated)

    assert (meeting.minutes_there, meeting.minutes_needed, meeting.minutes_missing) == (53, 54, 1)


def test_who_never_came_was_absent(seated, session):
    assert verdicts(seated) == {1: Verdict.ABSENT}


@pytest.mark.parametrize(
    ("room", "now", "verdict"),
    [
        (None, NINE + timedelta(minutes=10), Verdict.NOT_CLOSED),
        (None, NINE + timedelta(minutes=119), Verdict.NOT_CLOSED),
        (None, NINE + timedelta(minutes=120), Verdict.NOT_HELD),
        ({}, NINE + timedelta(minutes=120), Verdict.NOT_HELD),
        ({"started_at": NINE}, NINE + timedelta(days=1), Verdict.NOT_CLOSED),
        ({"started_at": NINE, "ended_at": LATER}, NINE + timedelta(days=1), Verdict.NOT_CLOSED),
    ],
    ids=["running", "late", "nobody taught", "waited in vain", "never ended", "not closed yet"],
)
def test_a_meeting_that_is_not_closed_is_not_held_against_anybody(city, wang, room, now, verdict):
    session = school.session(school.class_group(at=city), closed=False)
    school.seat(wang, session)
    if room is not None:
        Classroom.objects.create(session=session, **room)

    assert verdicts(wang, now=now) == {1: verdict}


def test_a_line_taken_back_by_hand_says_so(seated, session):
    line = school.studied(seated, session)
    reversal = ledger.reverse(entry=line, by=school.login(), reason="家人代开", now=LATER)

    meeting = only_meeting(seated)

    assert (meeting.verdict, meeting.reversal) == (Verdict.CORRECTED, reversal)


def test_corrected_attendance_shows_its_newest_line(seated, session):
    attendance = school.attendance(seated, session)
    ledger.post_session(session=session, now=LATER)
    school.correct(attendance, minutes=68)
    ledger.post_session(session=session, now=LATER)

    assert only_meeting(seated).line.minutes == 68


def test_presence_taken_away_is_not_enough_and_not_a_correction_by_hand(seated, session):
    attendance = school.attendance(seated, session)
    ledger.post_session(session=session, now=LATER)
    school.correct(attendance, minutes=30)
    ledger.post_session(session=session, now=LATER)

    assert only_meeting(seated).verdict == Verdict.NOT_ENOUGH


def test_meetings_are_those_to_come_to_and_those_come_to(city, wang):
    def meeting(number, **seat):
        group = school.class_group(at=city, cancelled_at=seat.pop("cancelled_at", None))
        session = school.session(group, number=number, starts_at=NINE + timedelta(minutes=number))
        if seat.pop("has_seat", True):
            school.seat(wang, session, **seat)
        return session

    meeting(1)
    meeting(2, since=NINE + timedelta(days=1))
    meeting(3, until=NINE - timedelta(days=1))
    meeting(4, until=NINE + timedelta(days=1))
    meeting(5, cancelled_at=NINE)
    school.attendance(wang, meeting(6, has_seat=False))
    school.seat(school.person("李国强"), meeting(7, has_seat=False))

    assert set(verdicts(wang)) == {1, 4, 6}


def test_meetings_to_come_and_of_other_years_are_left_out(city, wang):
    group = school.class_group(at=city)
    for number, starts_at in [(1, NINE), (2, LATER), (3, NINE - timedelta(days=366))]:
        school.seat_once(
            wang,
            school.session(group, number=number, starts_at=starts_at),
            since=NINE.replace(2020),
        )

    assert set(verdicts(wang)) == {1}
    assert set(verdicts(wang, year=2025)) == {3}


def test_the_class_met_last_comes_first_and_its_newest_meeting_too(city, wang):
    for name, days in [("书法", [1, 3]), ("手机", [2, 4])]:
        group = school.class_group(at=city, name=name)
        for day in days:
            session = school.session(group, number=day, starts_at=NINE + timedelta(days=day))
            school.seat_once(wang, session)

    learning = learning_of(wang, year=2026, now=NINE + timedelta(days=9))

    assert [
        (studied.class_group.name, [meeting.session.number for meeting in studied.meetings])
        for studied in learning.classes
    ] == [("手机", [4, 2]), ("书法", [3, 1])]


def test_figures_are_those_of_the_year(city, seated, session):
    school.studied(seated, session)
    replayed = school.session(session.class_group, number=2, starts_at=NINE + timedelta(hours=2))
    school.studied(seated, replayed, mode=StudyMode.REPLAY, minutes=45)
    school.session(session.class_group, number=3, starts_at=NINE + timedelta(hours=1))

    learning = learning_of(seated, year=2026, now=LATER)

    assert (learning.held, learning.counted) == (3, 2)
    assert (learning.figures.hours, learning.figures.hours_apart) == (Decimal(2), Decimal(1))
    assert learning.newest_line.rule.version == "2026-1"


def test_lines_of_no_meeting_are_listed_apart(city, branch, seated, session):
    line = school.line(seated, branch=branch)

    assert learning_of(seated, year=2026, now=LATER).others == [line]


@pytest.mark.parametrize("meetings", [1, 5])
def test_ones_study_costs_the_same_queries_however_much_it_was(
    city, wang, meetings, django_assert_num_queries
):
    group = school.class_group(at=city)
    for number in range(meetings):
        session = school.session(group, number=number, starts_at=NINE - timedelta(days=number))
        school.seat_once(wang, session)
        school.studied(wang, session)

    # Meetings, attendance, lines, figures, visits.
    with django_assert_num_queries(6):
        learning = learning_of(wang, year=2026, now=LATER)
        assert [meeting.axis.minutes for meeting in learning.classes[0].meetings] == [
            90
        ] * meetings
        assert learning.counted == meetings


def test_the_axis_is_the_time_that_was_really_taught(seated, session):
    room = session.classroom
    room.started_at, room.ended_at = NINE + timedelta(minutes=10), NINE + timedelta(minutes=90)
    room.save()
    line = school.studied(seated, session)

    evidence = evidence_of(line)

    assert (evidence.axis.marks, evidence.axis.spans) == (["9:10", "9:50", "10:30"], [(0, 80)])
    assert evidence.history == [line]


def test_evidence_of_a_line_without_a_session_is_the_line(city, wang):
    line = school.line(wang)

    evidence = evidence_of(line)

    assert (evidence.attendance, evidence.axis, evidence.history) == (None, None, [line])


@pytest.mark.sqlite_only
def test_ones_meetings_are_not_looked_for_among_everybodys(wang):
    """Of a province's meetings: read whole, a page took longer with every class elsewhere."""
    plan = _meetings_begun(wang, 2026, LATER).explain()

    assert "SEARCH courses_classsession USING INTEGER PRIMARY KEY" in plan
    assert "SCAN courses_classsession" not in plan
