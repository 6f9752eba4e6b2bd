"""Confirming and freezing: once, whole, by one office; what came later stands beside."""

import contextlib
import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connections, transaction

from branches import ledger
from branches.errors import AlreadyFrozen, FiguresChanged, QuarterNotOver
from branches.models import QuarterConfirmation, QuarterReport
from branches.quarters import Quarter
from branches.reports import catalogue, errata, freezing
from branches.reports.content import content_of
from tests.branches import school
from tests.branches.reports.conftest import OCTOBER, Q3, SEPTEMBER, bureau, meeting

pytestmark = pytest.mark.django_db


def seen(branch):
    return freezing.print_of(freezing.figures_of(branch, Q3))


# Confirming


def test_a_branch_confirms_what_it_saw_and_twice_is_once(year):
    press = {"branch": year.first, "quarter": Q3, "seen": seen(year.first), "by": year.bureau}

    one, again = freezing.confirm(**press), freezing.confirm(**press)

    assert one == again
    assert one.figures == freezing.figures_of(year.first, Q3)
    found = content_of(year.county, Q3)
    assert found["total"]["confirmed"] == 1
    assert [bool(branch["confirmed_at"]) for branch in found["branches"]] == [True, False]


def test_figures_that_changed_under_the_button_are_not_confirmed(year):
    before = seen(year.first)
    meeting(year, year.group, SEPTEMBER + timedelta(days=7), year.wang, number=4)

    with pytest.raises(FiguresChanged):
        freezing.confirm(branch=year.first, quarter=Q3, seen=before, by=year.bureau)

    assert not QuarterConfirmation.objects.exists()


def test_after_a_correction_a_branch_confirms_again_and_both_stay(year):
    freezing.confirm(branch=year.first, quarter=Q3, seen=seen(year.first), by=year.bureau)
    meeting(year, year.group, SEPTEMBER + timedelta(days=7), year.wang, number=4)

    freezing.confirm(branch=year.first, quarter=Q3, seen=seen(year.first), by=year.bureau)

    assert [one.revision for one in QuarterConfirmation.objects.all()] == [0, 1]
    assert content_of(year.county, Q3)["total"]["confirmed"] == 1


def test_a_quarter_that_is_not_over_is_neither_confirmed_nor_frozen(year):
    with pytest.raises(QuarterNotOver, match="1月1日"):
        freezing.confirm(branch=year.first, quarter=Q3.next, seen="", by=year.bureau)
    with pytest.raises(QuarterNotOver):
        freezing.freeze(organisation=year.county, quarter=Q3.next, by=year.bureau)


# Freezing


@pytest.fixture
def frozen(year):
    return freezing.freeze(organisation=year.county, quarter=Q3, by=year.bureau, now=OCTOBER)


def test_a_frozen_report_keeps_figures_rules_time_and_name(year, frozen):
    frozen.refresh_from_db()

    assert frozen.content == content_of(year.county, Q3)
    assert (frozen.frozen_at, frozen.frozen_by) == (OCTOBER, year.bureau)
    assert frozen.content["rules"][0]["version"] == "2026-1"
    assert freezing.is_whole(frozen)


def test_no_person_is_named_in_a_frozen_report(year, frozen):
    text = str(frozen.content)

    assert not [name for name in (*year.people, "钱立新") if name in text]


@pytest.mark.parametrize("change", ["update", "delete"])
def test_the_database_refuses_to_change_a_frozen_report(frozen, change):
    reports = QuarterReport.objects.filter(pk=frozen.pk)

    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        reports.update(quarter="2026Q2") if change == "update" else reports._raw_delete("default")


def test_a_report_that_was_changed_behind_the_database_is_found(frozen):
    frozen.content["total"]["hours"] = "99.00"

    assert not freezing.is_whole(frozen)


def test_whoever_freezes_second_is_told_who_was_first(year, frozen):
    with pytest.raises(AlreadyFrozen, match="钱立新在2026年10月8日"):
        freezing.freeze(organisation=year.county, quarter=Q3, by=year.sisters_bureau)

    assert QuarterReport.objects.get() == frozen


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("looks", [True, False], ids=["as it is", "without looking first"])
def test_two_offices_that_freeze_at_once_leave_one_report(monkeypatch, looks):
    city = school.organisation("青岚市")
    school.rule(city)
    school.branch(at=city)
    offices = [bureau(name, city) for name in ("甲", "乙")]
    both = threading.Barrier(2)
    gather = freezing.content_of

    def slow(*args):
        # Both have looked before either writes, if nothing stops them.
        with contextlib.suppress(threading.BrokenBarrierError):
            both.wait(timeout=0.5)
        return gather(*args)

    monkeypatch.setattr(freezing, "content_of", slow)
    answers = []

    def press(by):
        try:
            answers.append(freezing.freeze(organisation=city, quarter=Q3, by=by, now=OCTOBER))
        except AlreadyFrozen as error:
            answers.append(str(error))
        finally:
            connections.close_all()

    if not looks:
        # The constraint alone must hold.
        found = freezing.frozen_of
        hidden = iter([None, None])
        monkeypatch.setattr(freezing, "frozen_of", lambda *a: next(hidden, None) or found(*a))
    threads = [threading.Thread(target=press, args=[by]) for by in offices]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    report = QuarterReport.objects.get()
    told = [answer for answer in answers if answer != report]
    assert len(answers) == 2
    assert len(told) == 1
    assert f"已经由{report.frozen_by}在" in told[0]


@pytest.mark.postgres_only
@pytest.mark.django_db(transaction=True)
def test_a_line_that_is_being_posted_waits_for_the_freeze_or_is_in_it(monkeypatch):
    city = school.organisation("青岚市")
    school.rule(city)
    branch = school.branch(at=city)
    wang = school.person(at=city)
    school.member(wang, branch)
    session = school.session(school.class_group(at=city))
    school.attendance(wang, session)
    gather = freezing.content_of
    posting = threading.Thread(target=lambda: (_post(session), connections.close_all()))

    def slow(*args):
        posting.start()
        posting.join(timeout=0.5)
        assert posting.is_alive(), "the line came in while we counted"
        return gather(*args)

    monkeypatch.setattr(freezing, "content_of", slow)
    report = freezing.freeze(organisation=city, quarter=Q3, by=bureau("甲", city), now=OCTOBER)
    posting.join()

    assert report.content["total"]["times"] == 0
    assert [line.person for line in errata.late_lines(report)] == [wang]


def _post(session):
    ledger.post_session(session=session, now=OCTOBER)


# Errata


def changes(report):
    return {
        change.figure.code: (change.then, change.change, change.now)
        for change in errata.errata_of(report).changes
    }


def test_without_corrections_there_are_no_errata(frozen):
    assert not errata.errata_of(frozen)


def test_what_comes_late_stands_beside_the_figures_and_never_in_them(year, frozen):
    before = frozen.content
    meeting(year, year.group, SEPTEMBER + timedelta(days=7), year.wang, year.li, number=4)
    line = year.zhao.study_entries.filter(mode="live").get()
    ledger.reverse(entry=line, by=year.bureau, reason="那天请假")

    frozen.refresh_from_db()
    found = errata.errata_of(frozen)

    assert frozen.content == before
    assert changes(frozen)["times"] == ("6", "+1", "7")
    assert changes(frozen)["hours"] == ("10.0", "+2.0", "12.0")
    assert {
        (item.branch, item.times, catalogue.said("hours", item.hours), item.lines)
        for item in found.items
    } == {
        ("第一支部", 1, "2.0", 1),
        ("第一小组", 1, "2.0", 1),
        ("第二支部𠮷", -1, "-2.0", 1),
    }
    assert sum(item.times for item in found.items) == 1


def test_lines_of_another_quarter_or_county_are_no_errata(year, frozen):
    meeting(year, year.group, SEPTEMBER + timedelta(days=28), year.wang, number=4)
    meeting(year, school.class_group(at=year.sister), SEPTEMBER, year.stranger)

    assert not errata.errata_of(frozen)


def test_a_branch_that_moves_to_another_county_stays_in_the_report_it_was_in(year, frozen):
    year.second.organisation = year.sister
    year.second.save()

    assert changes(frozen) == {}


def test_a_year_ago_is_what_was_frozen_then(year):
    freezing.freeze(organisation=year.county, quarter=Quarter(2025, 3), by=year.bureau)
    line = year.wang.study_entries.filter(studied_on__year=2025).get()
    ledger.reverse(entry=line, by=year.bureau, reason="去年的更正")

    before = content_of(year.county, Q3)["before"]

    assert before["frozen_at"] is not None
    assert before["total"]["times"] == 1
