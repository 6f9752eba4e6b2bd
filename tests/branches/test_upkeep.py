"""The tree of branches changed by an office, and the ledger that follows dates entered late."""

import threading
from datetime import date, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from branches import inspecting, ledger, queries, services, upkeep, verification
from branches.errors import BranchRefused, DatesCross
from branches.hints import term_hint
from branches.models import Branch, BranchChange, BranchRecord, StudyEntry
from tests.branches import school
from tests.branches.school import LATER, THAT_DAY

pytestmark = pytest.mark.django_db

SEPTEMBER = date(2026, 9, 1)


@pytest.fixture
def by(city):
    return school.login(school.person("郑敏", at=city))


def history(branch):
    return [(each.kind, each.before, each.after) for each in branch.changes.order_by("pk")]


def homes():
    lines = StudyEntry.objects.filter(queries.STANDS).order_by("studied_on", "person__pinyin")
    return [line.branch.name if line.branch else None for line in lines]


# The tree


def test_a_branch_is_founded_beneath_another_with_a_line_of_history(city, branch, by):
    group = school.class_group(at=city)

    made = upkeep.found(
        name="书法班临时党支部",
        level="branch",
        kind="temporary",
        organisation=city,
        class_group=group,
        founded_on=SEPTEMBER,
        parent=branch,
        by=by,
        now=LATER,
    )

    assert (made.get_parent(), made.class_group, made.founded_on) == (branch, group, SEPTEMBER)
    assert history(made) == [("founded", "", "书法班临时党支部")]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_found_the_same_at_once_one_is_told():
    city = school.organisation("青岚市")
    general = school.branch("总支", at=city, level="general")
    both, results = threading.Barrier(2), []

    def run():
        both.wait(timeout=10)
        try:
            facts = {"level": "branch", "kind": "home", "founded_on": SEPTEMBER, "by": None}
            upkeep.found(name="新支部", organisation=city, parent=general, **facts)
        except BranchRefused as refused:
            results.append(str(refused))
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _twice in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(results) == 1
    assert "同名" in results[0]
    assert Branch.objects.get(name="新支部").get_parent() == general


def test_two_open_branches_of_an_organisation_do_not_share_a_name(city, branch, sister, by):
    facts = {"level": "branch", "organisation": city, "by": by}

    with pytest.raises(BranchRefused, match="同名"):
        upkeep.found(name="第三党支部", kind="home", founded_on=SEPTEMBER, **facts)
    with pytest.raises(BranchRefused, match="同名"):
        upkeep.change(branch=sister, name="第三党支部", **facts)
    upkeep.end(branch=branch, ends_on=SEPTEMBER, by=by, now=LATER)
    upkeep.change(branch=sister, name="第三党支部", **facts)


def test_a_change_is_written_with_what_was_before_and_nothing_changed_is_not(city, branch, by):
    facts = {"branch": branch, "level": "branch", "organisation": city, "by": by, "now": LATER}

    upkeep.change(name="第三党支部", **facts)
    upkeep.change(name="新三支部", **facts)

    assert history(branch) == [
        ("changed", "第三党支部，党支部，青岚市，任期 3 年", "新三支部，党支部，青岚市，任期 3 年")
    ]


def test_a_branch_moves_with_what_is_beneath_it(city, branch, sister, by):
    child = school.branch("小组", at=city, under=branch, level="group")

    upkeep.move(branch=branch, parent=sister, on=SEPTEMBER, by=by, now=LATER)

    child, sister = Branch.objects.get(pk=child.pk), Branch.objects.get(pk=sister.pk)
    assert [each.name for each in child.get_ancestors()] == ["姐妹支部", "第三党支部"]
    assert history(branch) == [("moved", "最上一级", "姐妹支部")]
    with pytest.raises(BranchRefused, match="自己下面"):
        upkeep.move(branch=sister, parent=child, on=SEPTEMBER, by=by, now=LATER)


def test_a_branch_that_ends_lets_everybody_go_and_stays_readable(city, branch, wang, by):
    office = school.office(wang, branch)

    for _again in range(2):
        upkeep.end(branch=branch, ends_on=SEPTEMBER, by=by, now=LATER)

    branch.refresh_from_db()
    office.refresh_from_db()
    assert (branch.ended_on, office.ends_on) == (SEPTEMBER, SEPTEMBER)
    assert wang.memberships.get().ends_on == SEPTEMBER
    assert history(branch) == [("ended", "第三党支部", "")]
    with pytest.raises(BranchRefused, match="已经撤销"):
        upkeep.take_in(branch=branch, person=wang, starts_on=THAT_DAY, by=by, now=LATER)


@pytest.mark.parametrize("founded_on", [None, date(2021, 7, 1)])
def test_a_branch_does_not_end_before_its_people_came(branch, sister, wang, by, founded_on):
    """A mistyped year: nobody may be left in a branch that is no more."""
    Branch.objects.filter(pk=branch.pk).update(founded_on=founded_on)

    with pytest.raises(BranchRefused, match="日期不能更早"):
        upkeep.end(branch=branch, ends_on=date(2006, 9, 1), by=by, now=LATER)
    with pytest.raises(BranchRefused, match="日期不能更早"):
        upkeep.merge(branch=branch, into=sister, on=date(2006, 9, 1), by=by, now=LATER)

    assert Branch.objects.get(pk=branch.pk).ended_on is None


def test_nobody_is_appointed_in_a_branch_that_is_no_more(branch, wang, by):
    upkeep.end(branch=branch, ends_on=SEPTEMBER, by=by, now=LATER)

    with pytest.raises(DatesCross, match="已经撤销"):
        services.appoint(branch=branch, person=wang, office="deputy", starts_on=SEPTEMBER)


def test_a_branch_with_open_branches_beneath_does_not_end(city, branch, by):
    school.branch("小组", at=city, under=branch)

    with pytest.raises(BranchRefused, match="下面还有"):
        upkeep.end(branch=Branch.objects.get(pk=branch.pk), ends_on=SEPTEMBER, by=by)


def test_members_of_a_merged_branch_belong_to_the_other_from_that_day(
    city, branch, sister, wang, by
):
    school.branch("小组", at=city, under=branch)
    early, late = (
        school.session(school.class_group(at=city), starts_at=school.NINE + timedelta(days=days))
        for days in (-20, 0)
    )
    for session in (early, late):
        school.studied(wang, session)
    branch = Branch.objects.get(pk=branch.pk)

    moved = upkeep.merge(branch=branch, into=sister, on=SEPTEMBER, by=by, now=LATER)
    again = upkeep.merge(branch=branch, into=sister, on=SEPTEMBER, by=by, now=LATER)

    branch, sister = Branch.objects.get(pk=branch.pk), Branch.objects.get(pk=sister.pk)
    assert (moved, again) == (1, 0)
    assert (branch.merged_into, branch.ended_on) == (sister, SEPTEMBER)
    assert [each.name for each in sister.get_children()] == ["小组"]
    assert homes() == ["第三党支部", "姐妹支部"]
    assert verification.verify().is_well


def test_branches_of_two_kinds_do_not_merge(city, branch, by):
    functional = school.branch("书法缘", at=city, kind="functional")

    with pytest.raises(BranchRefused, match="类型不同"):
        upkeep.merge(branch=branch, into=functional, on=SEPTEMBER, by=by)


# Dates entered late


def test_a_membership_dated_backwards_takes_the_study_of_those_days_along(
    city, branch, sister, wang, session, by
):
    school.studied(wang, session)

    upkeep.take_in(branch=sister, person=wang, starts_on=SEPTEMBER, by=by, now=LATER)

    line, reversal, again = StudyEntry.objects.order_by("pk")
    assert (line.branch, reversal.branch, again.branch) == (branch, branch, sister)
    assert (reversal.reason, reversal.posted_by) == ("组织关系补登，改记支部", by)
    assert (again.minutes, again.credit_hours, again.revision) == (90, line.credit_hours, 1)
    # The draft of a meeting that none of its people was at, as is known now, is no record.
    assert [record.branch for record in BranchRecord.objects.all()] == [sister]
    assert ledger.post_session(session=session, now=LATER) == 0
    assert verification.verify().is_well


@pytest.mark.parametrize("what", ["written", "to inspect", "somebody was there"])
def test_a_record_that_says_something_stays_where_it_was(
    city, branch, sister, wang, session, by, what
):
    school.studied(wang, session)
    if what == "written":
        BranchRecord.objects.update(edited_at=LATER)
    elif what == "to inspect":
        made = inspecting.grant(
            organisation=city,
            auditor=school.person("宋明", at=city),
            purpose="检查",
            held_from=SEPTEMBER,
            held_before=date(2026, 10, 1),
            opens_on=timezone.localdate(),
            closes_on=timezone.localdate(),
            size=1,
            by=by,
        )
        assert made.drawn.count() == 1
    else:
        li = school.person("李国强", at=city)
        school.member(li, branch)
        school.studied(li, session)

    upkeep.take_in(branch=sister, person=wang, starts_on=SEPTEMBER, by=by, now=LATER)

    assert {record.branch for record in BranchRecord.objects.all()} == {branch, sister}


def test_study_before_the_day_stays_where_it_was(city, branch, sister, wang, session, by):
    school.studied(wang, session)

    upkeep.take_in(
        branch=sister, person=wang, starts_on=THAT_DAY + timedelta(days=1), by=by, now=LATER
    )

    assert homes() == ["第三党支部"]


def test_who_leaves_backwards_keeps_a_ledger_of_their_own(branch, wang, session, by):
    school.studied(wang, session)

    upkeep.let_go(membership=wang.memberships.get(), ends_on=SEPTEMBER, by=by, now=LATER)

    assert homes() == [None]
    assert list(queries.my_entries(wang, 2026).filter(queries.STANDS))
    assert verification.verify().is_well


def test_dates_that_cross_change_nothing(city, branch, sister, wang, session, by):
    school.studied(wang, session)

    with pytest.raises(DatesCross):
        upkeep.take_in(branch=sister, person=wang, starts_on=date(2019, 1, 1), by=by, now=LATER)

    assert homes() == ["第三党支部"]
    assert not BranchChange.objects.exists()


@pytest.mark.parametrize(
    ("since", "years", "over"),
    [
        (None, 3, False),
        (date(2023, 9, 17), 3, True),
        (date(2023, 9, 18), 3, False),
        (date(2024, 2, 29), 3, False),
        (date(2020, 2, 29), 5, True),
    ],
)
def test_a_term_that_is_over_is_a_hint(since, years, over):
    assert bool(term_hint(since=since, years=years, on=THAT_DAY)) is over
