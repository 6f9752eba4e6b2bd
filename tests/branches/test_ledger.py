"""The ledger: what is posted, corrected, reversed and never changed."""

import contextlib
import logging
import threading
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from branches import drafting, ledger, queries
from branches.errors import CannotReverse, NoHoursRule
from branches.models import BranchRecord, StudyEntry
from live.models import StudyMode
from live.signals import session_closed
from tests.branches import school
from tests.branches.school import LATER, NINE, THAT_DAY

pytestmark = pytest.mark.django_db


def lines():
    return [
        (line.person.name, line.minutes, line.credit_hours, line.revision)
        for line in StudyEntry.objects.select_related("person").order_by("pk")
    ]


# Posting


def test_everybody_present_gets_one_line_with_all_it_rests_on(city, branch, wang, session):
    school.attendance(wang, session)

    assert ledger.post_session(session=session, now=LATER) == 1

    line = StudyEntry.objects.get()
    assert (line.person, line.branch, line.session) == (wang, branch, session)
    assert (line.studied_on, line.minutes, line.credit_hours) == (THAT_DAY, 90, Decimal(2))
    assert (line.mode, line.title) == (StudyMode.LIVE, "行书入门 第 1 讲 横画")
    assert (line.rule.version, line.posted_at, line.posted_by) == ("2026-1", LATER, None)
    assert (line.revision, line.reverses, line.reason) == (0, None, "")


def test_posting_again_adds_nothing(wang, session):
    school.attendance(wang, session)
    ledger.post_session(session=session, now=LATER)

    assert ledger.post_session(session=session, now=LATER) == 0
    assert lines() == [("王秀兰", 90, Decimal(2), 0)]


@pytest.mark.parametrize(
    ("given", "posted"),
    [
        ({"minutes": 41}, []),
        ({"minutes": 0, "spans": [], "present": True}, []),
        ({"minutes": 20, "present": True}, [("王秀兰", 20, Decimal(0), 0)]),
        ({"minutes": 54}, [("王秀兰", 54, Decimal(1), 0)]),
        ({"minutes": 86}, [("王秀兰", 86, Decimal(2), 0)]),
    ],
    ids=["not long enough", "present for nothing", "too little for an hour", "60 %", "grace"],
)
def test_only_presence_is_posted_and_minutes_stay_what_they_were(wang, session, given, posted):
    school.attendance(wang, session, **given)

    ledger.post_session(session=session, now=LATER)

    assert lines() == posted


def test_the_day_is_the_day_at_the_school(city, wang):
    # Half past seven in the morning of the 18th is still the 17th in UTC.
    early = school.session(
        school.class_group(at=city), starts_at=NINE + timedelta(hours=22, minutes=30)
    )
    school.attendance(wang, early)

    ledger.post_session(session=early, now=LATER)

    assert StudyEntry.objects.get().studied_on == date(2026, 9, 18)


def test_the_line_goes_to_the_home_branch_of_that_day(city, branch, session):
    before, after = school.branch("前支部", at=city), school.branch("后支部", at=city)
    moved = school.person("李国强", at=city)
    school.member(moved, before, until=THAT_DAY)
    school.member(moved, branch, since=THAT_DAY, until=THAT_DAY + timedelta(days=1))
    school.member(moved, after, since=THAT_DAY + timedelta(days=1))
    school.attendance(moved, session)

    ledger.post_session(session=session, now=LATER)

    assert StudyEntry.objects.get().branch == branch


def test_members_of_a_functional_branch_are_counted_once_and_at_home(city, branch, wang, session):
    functional = school.branch("书法缘", at=city, kind="functional")
    school.member(wang, functional)
    school.attendance(wang, session)

    ledger.post_session(session=session, now=LATER)

    assert [line.branch for line in StudyEntry.objects.all()] == [branch]


def test_of_two_memberships_dated_across_each_other_the_later_counts(city, branch, wang, session):
    other = school.branch("另一支部", at=city)
    school.member(wang, other, since=date(2026, 9, 1), until=date(2026, 12, 1))
    school.attendance(wang, session)

    ledger.post_session(session=session, now=LATER)

    assert StudyEntry.objects.get().branch == other


def test_who_belongs_to_no_branch_has_a_line_without_one(city, session):
    public = school.person("赵小兰", at=city)
    school.attendance(public, session)

    ledger.post_session(session=session, now=LATER)

    assert StudyEntry.objects.get().branch is None
    assert not BranchRecord.objects.exists()


# Rules


def test_the_rule_of_the_nearest_organisation_in_force_that_day_counts(city, session):
    county = school.organisation("石桥县", under=city)
    unit = school.organisation("教育局", under=county)
    school.rule(county, version="旧", minutes_per_hour=30)
    school.rule(county, version="新", since=THAT_DAY, minutes_per_hour=60)
    school.rule(county, version="以后", since=THAT_DAY + timedelta(days=1), minutes_per_hour=90)
    people = [school.person(str(at), at=at) for at in (city, county, unit)]
    for each in people:
        school.attendance(each, session)

    ledger.post_session(session=session, now=LATER)

    posted = {line.person.name: line.rule.version for line in StudyEntry.objects.all()}
    assert posted == {"青岚市": "2026-1", "石桥县": "新", "教育局": "新"}


def test_without_a_rule_the_others_are_posted_and_it_is_said_who_waits(wang, session):
    elsewhere = school.person("李国强", at=school.organisation("无规则县"))
    school.attendance(wang, session)
    school.attendance(elsewhere, session)

    with pytest.raises(NoHoursRule, match="无规则县还没有学时规则") as raised:
        ledger.post_session(session=session, now=LATER)

    assert raised.value.appended == 1
    assert lines() == [("王秀兰", 90, Decimal(2), 0)]


def test_a_rule_made_later_for_that_day_lets_the_missed_be_posted(session):
    place = school.organisation("无规则县")
    school.attendance(school.person("李国强", at=place), session)
    with pytest.raises(NoHoursRule):
        ledger.post_session(session=session, now=LATER)
    school.rule(place)

    assert ledger.post_missed(now=LATER) == 1


# Corrected attendance


def test_corrected_attendance_is_posted_as_reversal_and_new_line(branch, wang, session):
    attendance = school.attendance(wang, session)
    ledger.post_session(session=session, now=LATER)
    school.correct(attendance, minutes=68)

    assert ledger.post_session(session=session, now=LATER) == 2

    first, reversal, second = StudyEntry.objects.order_by("pk")
    assert reversal.reverses == first
    assert (reversal.minutes, reversal.credit_hours) == (-90, Decimal(-2))
    assert (reversal.branch, reversal.studied_on, reversal.mode) == (branch, THAT_DAY, first.mode)
    assert (reversal.reason, reversal.posted_by) == ("到课更正：90 分钟改为 68 分钟", None)
    assert (second.minutes, second.credit_hours, second.revision) == (68, Decimal("1.5"), 1)
    assert ledger.post_session(session=session, now=LATER) == 0


def test_attendance_corrected_to_another_mode_is_posted_anew(wang, session):
    attendance = school.attendance(wang, session)
    ledger.post_session(session=session, now=LATER)
    school.correct(attendance, minutes=90, mode=StudyMode.ON_SITE)

    ledger.post_session(session=session, now=LATER)

    assert [line.reason for line in StudyEntry.objects.filter(is_reversal=True)] == [
        "到课更正：直播改为现场"
    ]
    assert [line.mode for line in StudyEntry.objects.filter(queries.STANDS)] == ["on_site"]


def test_presence_taken_away_is_reversed_and_given_back_is_posted_again(wang, session):
    attendance = school.attendance(wang, session)
    ledger.post_session(session=session, now=LATER)
    school.correct(attendance, minutes=30)
    ledger.post_session(session=session, now=LATER)
    school.correct(attendance, minutes=90)
    ledger.post_session(session=session, now=LATER)

    assert lines() == [
        ("王秀兰", 90, Decimal(2), 0),
        ("王秀兰", -90, Decimal(-2), 0),
        ("王秀兰", 90, Decimal(2), 1),
    ]


def test_what_is_written_is_chinese_whoever_reads_english(wang, session):
    attendance = school.attendance(wang, session)
    with ledger.translation.override("en"):
        ledger.post_session(session=session, now=LATER)
        school.correct(attendance, minutes=68)
        ledger.post_session(session=session, now=LATER)

    titles = set(StudyEntry.objects.values_list("title", "reason"))
    assert titles == {
        ("行书入门 第 1 讲 横画", ""),
        ("行书入门 第 1 讲 横画", "到课更正：90 分钟改为 68 分钟"),
    }


# By hand


def test_a_reversal_by_hand_says_who_and_why_and_stays(wang, session):
    school.attendance(wang, session)
    ledger.post_session(session=session, now=LATER)
    line = StudyEntry.objects.get()
    secretary = school.login(school.person("赵建国"))

    reversal = ledger.reverse(entry=line, by=secretary, reason=" 当天请假 ", now=LATER)

    assert (reversal.reverses, reversal.reason) == (line, "当天请假")
    assert (reversal.posted_by, reversal.posted_at) == (secretary, LATER)
    assert (reversal.minutes, reversal.credit_hours) == (-90, Decimal(-2))
    assert ledger.post_session(session=session, now=LATER) == 0
    assert ledger.post_missed(now=LATER) == 0


def test_new_evidence_is_posted_after_a_reversal_by_hand(wang, session):
    attendance = school.attendance(wang, session)
    ledger.post_session(session=session, now=LATER)
    ledger.reverse(entry=StudyEntry.objects.get(), by=school.login(), reason="当天请假", now=LATER)
    school.correct(attendance, minutes=68)

    assert ledger.post_missed(now=LATER) == 1
    assert [line.minutes for line in StudyEntry.objects.filter(queries.STANDS)] == [68]


@pytest.mark.parametrize("reason", ["", "   "], ids=["nothing", "blanks"])
def test_a_reversal_without_a_reason_is_refused(wang, session, reason):
    school.attendance(wang, session)
    ledger.post_session(session=session, now=LATER)

    with pytest.raises(CannotReverse, match="原因"):
        ledger.reverse(entry=StudyEntry.objects.get(), by=school.login(), reason=reason)

    assert StudyEntry.objects.count() == 1


def test_a_line_is_reversed_once_and_a_reversal_never(wang, session):
    school.attendance(wang, session)
    ledger.post_session(session=session, now=LATER)
    line = StudyEntry.objects.get()
    reversal = ledger.reverse(entry=line, by=school.login(), reason="记错", now=LATER)

    for again in (line, reversal):
        with pytest.raises(CannotReverse):
            ledger.reverse(entry=again, by=school.login(), reason="记错", now=LATER)

    assert StudyEntry.objects.count() == 2


# What was missed


def test_a_session_closed_without_its_signal_is_posted_once(wang, session):
    school.attendance(wang, session)

    assert ledger.post_missed(now=LATER) == 1
    assert ledger.post_missed(now=LATER) == 0


def test_a_session_that_is_not_closed_is_not_missed(city, wang):
    running = school.session(school.class_group(at=city), closed=False)
    school.attendance(wang, running)

    assert ledger.post_missed(now=LATER) == 0


def test_the_scheduler_looks_back_a_while_and_the_command_at_everything(wang, session):
    school.attendance(wang, session)
    much_later = LATER + timedelta(days=ledger.DAYS_BACK + 1)

    assert ledger.post_missed(now=much_later) == 0
    assert ledger.post_missed(now=much_later, days=None) == 1


@pytest.mark.parametrize("sessions", [1, 3])
def test_nothing_missed_costs_four_queries(wang, city, sessions, django_assert_num_queries):
    group = school.class_group(at=city)
    for number in range(sessions):
        made = school.session(group, number=number + 1)
        school.attendance(wang, made)
        ledger.post_session(session=made, now=LATER)

    with django_assert_num_queries(4):
        assert ledger.post_missed(now=LATER) == 0


def test_who_waits_for_a_rule_is_left_alone_and_does_not_hold_up_the_others(
    city, wang, session, django_assert_num_queries, capsys
):
    place = school.organisation("无规则县")
    school.rule(place, since=THAT_DAY + timedelta(days=1))
    li = school.person("李国强", at=place)
    school.attendance(li, school.session(school.class_group(at=city)))
    school.attendance(li, session)
    school.attendance(wang, session)

    assert ledger.post_missed(now=LATER) == 1
    with django_assert_num_queries(4):
        assert ledger.post_missed(now=LATER) == 0

    call_command("post_study")
    said = capsys.readouterr()
    assert said.out == "Posted 0 lines.\n"
    assert said.err == "无规则县 has no rule for what its people studied.\n"


def test_the_signal_posts_and_a_repeated_signal_adds_nothing(wang, session):
    school.attendance(wang, session)

    answers = [session_closed.send_robust(None, session=session) for _ in range(2)]

    assert [error for answer in answers for _, error in answer if error] == []
    assert lines() == [("王秀兰", 90, Decimal(2), 0)]


def test_the_signal_of_a_session_without_a_rule_is_logged(session, caplog):
    school.attendance(school.person("李国强", at=school.organisation("无规则县")), session)

    with caplog.at_level(logging.WARNING):
        session_closed.send(None, session=session)

    assert "无规则县还没有学时规则" in caplog.text


def test_the_command_run_twice_adds_nothing_the_second_time(wang, session, capsys):
    school.attendance(wang, session)

    call_command("post_study")
    call_command("post_study")

    assert capsys.readouterr().out.splitlines() == ["Posted 1 lines.", "Posted 0 lines."]


# Its cost


@pytest.mark.parametrize("persons", [1, 30])
def test_posting_costs_the_same_queries_whatever_the_roster(
    city, branch, session, persons, django_assert_num_queries
):
    county = school.organisation("石桥县", under=city)
    school.rule(county)
    for number in range(persons):
        learner = school.person(f"学员{number}", at=county if number % 2 else city)
        school.member(learner, branch)
        school.attendance(learner, session)

    # Savepoint, activities, session, attendance, session, replays, made up, lines, people,
    # home branches, rules, half-days;
    # savepoint, tail, batch, lines, tail, savepoint released; savepoint of the drafts,
    # drafts there, who held it, branches there, replays seen, secretaries, insert, and two
    # savepoints released.
    with django_assert_num_queries(27):
        assert ledger.post_session(session=session, now=LATER) == persons


@pytest.mark.sqlite_only
def test_nothing_missed_is_found_by_person_and_session():
    # Without the right index a look at 30,000 lines takes minutes instead of a moment.
    steps = queries.sessions_unposted().explain().splitlines()

    lines = [step for step in steps if "study" in step or "evidence_is_posted" in step]
    assert lines
    assert all(
        "evidence_is_posted_once_for_a_person (person_id=? AND source=? AND source_key=?)" in step
        or step.endswith("(reverses_id=?) LEFT-JOIN")
        for step in lines
    )


# What the database refuses


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: lines.update(minutes=900),
        lambda lines: lines.update(reason="x"),
        lambda lines: lines.delete(),
        lambda lines: lines._raw_delete(lines.db),
    ],
    ids=["update", "update of one word", "delete", "raw delete"],
)
def test_the_database_refuses_to_change_or_remove_a_line(wang, session, change):
    school.attendance(wang, session)
    ledger.post_session(session=session, now=LATER)

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        change(StudyEntry.objects.all())

    assert lines() == [("王秀兰", 90, Decimal(2), 0)]


@pytest.mark.parametrize(
    "facts",
    [
        {"is_reversal": True, "reason": "记错"},
        {"minutes": -90},
        {"credit_hours": -2},
        {"revision": 0},
    ],
    ids=["a reversal of nothing", "minutes taken", "hours taken", "posted twice"],
)
def test_the_database_refuses_a_line_that_makes_no_sense(wang, session, facts):
    school.attendance(wang, session)
    ledger.post_session(session=session, now=LATER)
    line = StudyEntry.objects.get()
    line.pk, line.revision = None, 1
    for name, value in facts.items():
        setattr(line, name, value)
    line.place = 2

    with pytest.raises(IntegrityError), transaction.atomic():
        line.save(force_insert=True)


def test_the_database_refuses_a_change_in_plain_sql(wang, session):
    school.attendance(wang, session)
    ledger.post_session(session=session, now=LATER)

    for statement in (
        "UPDATE branches_studyentry SET minutes = 900",
        "DELETE FROM branches_studyentry",
    ):
        with (
            pytest.raises(IntegrityError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)

    assert lines() == [("王秀兰", 90, Decimal(2), 0)]


# Two at once


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "attempts", [ledger.ATTEMPTS, 1], ids=["as it is", "without trying again, to prove the test"]
)
def test_two_processes_that_post_at_once_leave_one_line(monkeypatch, attempts):
    if attempts == 1 and connection.vendor == "sqlite":
        pytest.skip("SQLite runs writers one after another whatever the code does.")
    city = school.organisation("青岚市")
    school.rule(city)
    branch = school.branch(at=city)
    wang = school.person("王秀兰", at=city)
    school.member(wang, branch)
    session = school.session(school.class_group(at=city))
    school.attendance(wang, session)
    monkeypatch.setattr(ledger, "ATTEMPTS", attempts)
    both_looked = threading.Barrier(2)
    look = drafting.lines_called_for

    def slow_look(*args):
        found = look(*args)
        # Both look before either writes, if nothing stops them.
        with contextlib.suppress(threading.BrokenBarrierError):
            both_looked.wait(timeout=0.5)
        return found

    monkeypatch.setattr(drafting, "lines_called_for", slow_look)
    results = []

    def run():
        try:
            results.append(ledger.post_session(session=session, now=LATER))
        except IntegrityError:
            results.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(results, key=str) == ([0, 1] if attempts > 1 else [1, "refused"])
    assert StudyEntry.objects.count() == 1
    assert BranchRecord.objects.count() == 1


# Whatever happens


class WhateverHappens(TestCase):
    """Corrections by teachers and secretaries in any order."""

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    # Reversed by hand twice, and then the first evidence once more.
    @example(["post", "reverse", 60, "post", "reverse", 90])
    @given(
        st.lists(
            st.one_of(
                st.sampled_from([0, 30, 60, 89, 90]),
                st.just("reverse"),
                st.just("post"),
            ),
            max_size=8,
        )
    )
    def test_the_ledger_follows_the_attendance_and_knows_what_it_missed(self, steps):
        city = school.organisation("青岚市")
        school.rule(city)
        wang = school.person("王秀兰", at=city)
        session = school.session(school.class_group(at=city))
        attendance = school.attendance(wang, session)
        standing = StudyEntry.objects.filter(queries.STANDS).all
        taken_back = None
        for step in [*steps, "post"]:
            if step == "reverse":
                if line := standing().first():
                    ledger.reverse(entry=line, by=school.login(), reason="记错", now=LATER)
                    taken_back = line.minutes
            elif step != "post":
                school.correct(attendance, minutes=step)
            else:
                is_missed = queries.sessions_unposted().exists()
                assert is_missed == (ledger.post_session(session=session, now=LATER) > 0)
                wanted = attendance.minutes if attendance.is_present else None
                stands = [line.minutes for line in standing()]
                assert stands in ([wanted], []) if wanted else stands == []
                assert stands or not wanted or taken_back == wanted
        total = queries.figures(StudyEntry.objects.all())
        assert total.minutes == sum(line.minutes for line in standing())
        assert total.times == standing().count()
