"""`manage.py verify_ledger`: what it reads, what it finds, and what it lets pass."""

from datetime import date

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from branches import ledger, verification
from branches.models import BranchMembership, HoursRule, LedgerTail, StudyEntry
from live.models import Attendance
from tests.branches import school
from tests.branches.school import LATER, NINE

pytestmark = pytest.mark.django_db

TABLES = ("branches_studyentry", "branches_ledgerbatch")


def behind_the_application(statement, *params):
    """What somebody does who holds the database: the guard is taken away for it."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table in TABLES:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        else:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = [row for row in cursor.fetchall() if "ledger" in row[1]]
            for name, _ in triggers:
                cursor.execute(f"DROP TRIGGER {name}")
        cursor.execute(statement, params)


@pytest.fixture
def posted(city, branch, wang):
    """Three sessions of two members, one of them corrected, one line reversed by hand."""
    li = school.person("李国强", at=city)
    school.member(li, branch)
    group = school.class_group(at=city)
    for number in range(3):
        session = school.session(group, number=number + 1)
        first = school.attendance(wang, session)
        school.attendance(li, session)
        ledger.post_session(session=session, now=LATER)
    school.correct(first, minutes=68)
    ledger.post_missed(now=LATER)
    by_hand = StudyEntry.objects.filter(person=li).first()
    ledger.reverse(entry=by_hand, by=school.login(), reason="请假", now=LATER)


def test_a_ledger_as_it_should_be_is_said_to_be_so(posted, capsys):
    call_command("verify_ledger")

    lines = StudyEntry.objects.count()
    said = capsys.readouterr().out.splitlines()
    assert said[0] == f"Checked {lines} lines in {LedgerTail.objects.get().number} batches."
    assert said[1:] == ["Differences: 0", "First broken link: none"]


def test_an_empty_ledger_is_well(capsys):
    call_command("verify_ledger")

    assert capsys.readouterr().out.splitlines() == [
        "Checked 0 lines in 0 batches.",
        "Differences: 0",
        "First broken link: none",
    ]


@pytest.mark.parametrize("page", [1, 2, 3, 1000])
def test_the_size_of_a_page_changes_nothing(posted, page):
    report = verification.verify(page=page)

    assert (report.lines, report.is_well) == (StudyEntry.objects.count(), True)


def test_half_days_that_were_shared_out_are_well(city, wang):
    group = school.class_group(at=city)
    for number in range(3):
        school.attendance(wang, session := school.session(group, number=number))
        ledger.post_session(session=session, now=LATER)

    assert sorted(line.credit_hours for line in StudyEntry.objects.all()) == [0, 2, 2]
    assert verification.verify().is_well


@pytest.mark.parametrize("page", [1, 1000])
@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("UPDATE branches_studyentry SET title = '别的' WHERE id = {line}", "content was changed"),
        ("UPDATE branches_studyentry SET hash = x'00' WHERE id = {line}", "content was changed"),
        ("UPDATE branches_studyentry SET place = 9 WHERE id = {line}", "of the batch is missing"),
        (
            "UPDATE branches_ledgerbatch SET count = 9 WHERE number = {batch}",
            "9 lines were posted",
        ),
    ],
    ids=["a word", "its hash", "its place", "the count"],
)
def test_the_first_broken_link_is_named(posted, statement, what, page):
    line = StudyEntry.objects.filter(reversed_by=None, is_reversal=False).order_by("pk")[1]
    statement = statement.format(line=line.pk, batch=line.batch_id)
    if connection.vendor == "postgresql":
        statement = statement.replace("x'00'", "'\\x00'::bytea")
    behind_the_application(statement)

    report = verification.verify(page=page)

    assert what in str(report.broken)
    assert report.broken.batch == line.batch_id
    assert report.broken.line == (line.pk if "content" in what else None)


def test_a_line_that_was_removed_is_missed(posted):
    line = StudyEntry.objects.filter(reversed_by=None, is_reversal=False).first()
    behind_the_application("DELETE FROM branches_studyentry WHERE id = %s", line.pk)

    assert verification.verify().broken.batch == line.batch_id


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("DELETE FROM branches_studyentry WHERE id = {gone}", "taken back by it, is gone"),
        ("DELETE FROM branches_ledgertail", "nothing says which batch is the last"),
        ("DELETE FROM branches_hoursrule", "there is no rule"),
    ],
    ids=["a line that was taken back", "the end of the chain", "the rules"],
)
def test_what_other_lines_lean_on_is_missed_in_words(posted, statement, what, capsys):
    """PostgreSQL's own keys would refuse these."""
    gone = StudyEntry.objects.filter(is_reversal=True).first().reverses_id
    with transaction.atomic():
        behind_the_application(statement.format(gone=gone))
        with pytest.raises(SystemExit) as left:
            call_command("verify_ledger")
        transaction.set_rollback(True)

    said = capsys.readouterr().out
    assert left.value.code == 1
    assert what in said
    assert "First broken link: " in said


def test_batches_cut_off_from_the_end_are_missed(posted):
    last = LedgerTail.objects.get().number
    behind_the_application("DELETE FROM branches_studyentry WHERE batch_id = %s", last)
    behind_the_application("DELETE FROM branches_ledgerbatch WHERE number = %s", last)

    assert str(verification.verify().broken) == f"batch {last}: batches are missing at the end"


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda: Attendance.objects.update(seconds=3600), "minutes is"),
        (lambda: Attendance.objects.update(mode="on_site"), "mode is live"),
        (lambda: Attendance.objects.update(is_present=False), "its evidence does not count"),
        (lambda: HoursRule.objects.update(minutes_per_hour=60), "its rule says 1.5"),
        (
            lambda: BranchMembership.objects.update(ends_on=date(2026, 1, 1)),
            "the home branch of that day is None",
        ),
    ],
    ids=["minutes", "mode", "presence", "rule", "membership"],
)
def test_lines_that_are_not_what_their_evidence_says_are_counted_and_told(
    posted, change, what, capsys
):
    change()

    with pytest.raises(SystemExit) as ended:
        call_command("verify_ledger")

    said = capsys.readouterr().out
    assert ended.value.code == 1
    assert "Differences: 0" not in said
    assert what in said
    assert "First broken link: none" in said


def test_evidence_that_counts_again_and_was_not_posted_is_a_difference(wang, session):
    attendance = school.attendance(wang, session)
    ledger.post_session(session=session, now=LATER)
    school.correct(attendance, minutes=10)
    ledger.post_session(session=session, now=LATER)
    assert verification.verify().is_well

    school.correct(attendance, minutes=90)

    (difference,) = verification.verify().first
    assert "it was taken back, and its evidence counts" in str(difference)


def test_lines_that_nobody_can_be_asked_about_are_told_apart(wang, capsys):
    school.line(wang, source="external", branch=wang.memberships.get().branch)

    call_command("verify_ledger")

    said = capsys.readouterr().out.splitlines()
    assert said[-1] == "1 lines of external have no evidence that can be asked."


@pytest.mark.parametrize("people", [2, 20])
def test_verifying_a_page_costs_the_same_queries_however_many_lines(
    city, people, django_assert_num_queries
):
    session = school.session(school.class_group(at=city), starts_at=NINE)
    for number in range(people):
        school.attendance(school.person(f"学员{number}", at=city), session)
    ledger.post_session(session=session, now=LATER)

    # Tail, batches twice, lines; evidence of two queries, homes, rules, half-days.
    with django_assert_num_queries(9):
        assert verification.verify().is_well


@pytest.mark.sqlite_only
def test_a_ledger_that_was_counted_is_not_read_whole_for_each_of_its_lines():
    """As ANALYZE finds it: nearly every line reverses none, so one value is in most rows."""
    counted = [
        ("sqlite_autoindex_branches_studyentry_1", "100000 100000"),
        ("sqlite_autoindex_branches_studyentry_2", "100000 500 1"),
        ("reversals_of_a_line", "5 1"),
    ]
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute("DELETE FROM sqlite_stat1")
        for index, stat in counted:
            cursor.execute(
                "INSERT INTO sqlite_stat1 VALUES ('branches_studyentry', %s, %s)", [index, stat]
            )
        cursor.execute("ANALYZE sqlite_schema")

    lines = StudyEntry.objects.filter(batch__gte=1, batch__lte=20).order_by("batch", "place")
    plan = lines.values_list("pk", "reversed_by__pk").explain()

    assert "USING COVERING INDEX reversals_of_a_line (reverses_id=?)" in plan
