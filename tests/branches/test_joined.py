"""A meeting that a class of the county joins: what its members have of it, at home."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from branches import ledger, queries
from branches.learning import Verdict, learning_of
from branches.models import BranchRecord, StudyEntry
from branches.periods import Year
from branches.reports import counting
from branches.sheets import sheet_of
from courses.models import JoinedClass
from live import queries as live
from live.signals import session_closed
from tests.branches import school
from tests.branches.school import LATER, NINE, THAT_DAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def joined(city):
    """The city's meeting, joined by the county's class: of its three, one came, one stayed
    away, one gave up the seat the week before."""
    county = school.organisation("石桥县", under=city)
    home = school.branch("县第一党支部", at=county)
    group = school.class_group(at=county, name="县里的班")
    own = school.session(group, number=1, starts_at=NINE - timedelta(weeks=1))
    people = [school.person(name, at=county) for name in ("郑玉梅", "钱国栋", "冯淑芬")]
    for person in people:
        school.member(person, home)
        gone = NINE - timedelta(days=6) if person is people[2] else None
        school.seat(person, own, until=gone)
    meeting = school.session(school.class_group(at=city, name="市里的班"), number=7)
    joining = JoinedClass.objects.create(
        session=meeting,
        organisation=county,
        class_group=group,
        offered_at=NINE - timedelta(days=3),
        accepted_at=NINE - timedelta(days=2),
    )
    guest, absent, _gone = people
    school.attendance(guest, meeting, minutes=85)
    return SimpleNamespace(
        home=home, guest=guest, absent=absent, own=own, meeting=meeting, joining=joining
    )


def verdicts(person):
    found = learning_of(person, year=2026, now=LATER).classes
    return {m.session.number: m.verdict for studied in found for m in studied.meetings}


def test_the_line_of_who_came_stands_at_home_by_the_citys_rule(joined):
    assert ledger.post_session(session=joined.meeting, now=LATER) == 1
    assert ledger.post_session(session=joined.meeting, now=LATER) == 0

    line = StudyEntry.objects.get()
    assert (line.person, line.branch, line.session) == (
        joined.guest,
        joined.home,
        joined.meeting,
    )
    assert (line.minutes, line.whole_minutes) == (85, 90)


def test_the_record_at_home_names_who_came_and_who_was_due(joined):
    ledger.post_session(session=joined.meeting, now=LATER)

    record = BranchRecord.objects.get(session=joined.meeting)
    sheet = sheet_of(record)
    assert record.branch == joined.home
    assert sheet.present == [("live", ["郑玉梅"])]
    assert [absence["name"] for absence in sheet.absent] == ["钱国栋"]


def test_the_report_counts_what_the_record_says(joined):
    ledger.post_session(session=joined.meeting, now=LATER)

    total = counting.count(counting.scope_of_branch(joined.home), Year(2026)).total

    assert (total["due"], total["present"]) == (2, 1)


def test_everybody_who_was_due_reads_what_became_of_the_meeting(joined):
    ledger.post_session(session=joined.meeting, now=LATER)

    assert verdicts(joined.guest)[7] == Verdict.COUNTED
    assert verdicts(joined.absent)[7] == Verdict.ABSENT


def test_the_secretary_finds_the_meeting_for_watching_it_together(joined):
    assert joined.meeting in queries.sessions_on(joined.home, THAT_DAY)


def test_it_counts_for_completing_ones_own_class(joined):
    school.attendance(joined.guest, joined.own)

    session_closed.send(None, session=joined.meeting)

    done = joined.own.class_group.enrolments.exclude(completed_on=None)
    assert [seat.person for seat in done] == [joined.guest]
    assert [group.name for group in live.classes_at(joined.meeting)] == ["市里的班", "县里的班"]


def test_nothing_is_due_any_more_once_the_joining_has_ended(joined):
    JoinedClass.objects.filter(pk=joined.joining.pk).update(ended_at=NINE - timedelta(days=1))
    ledger.post_session(session=joined.meeting, now=LATER)

    assert 7 not in verdicts(joined.absent)
    assert joined.meeting not in queries.sessions_on(joined.home, THAT_DAY)
    record = BranchRecord.objects.get(session=joined.meeting)
    assert sheet_of(record).absent == []
