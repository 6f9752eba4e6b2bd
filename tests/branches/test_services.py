"""Memberships and offices: every way a change can end."""

from datetime import date

import pytest

from accounts.files import merging
from branches import queries, services
from branches.errors import DatesCross
from branches.models import BranchMembership, BranchOffice
from tests.branches import school

pytestmark = pytest.mark.django_db

MARCH, APRIL, MAY = date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)


@pytest.fixture
def wang():
    return school.person("王秀兰")


def memberships(person):
    rows = person.memberships.select_related("branch").order_by("starts_on", "pk")
    return [(row.branch.name, row.kind, row.starts_on, row.ends_on) for row in rows]


def offices(branch):
    rows = branch.offices.select_related("person").order_by("starts_on", "pk")
    return [(row.person.name, row.office, row.starts_on, row.ends_on) for row in rows]


def test_joining_twice_is_joining_once(wang):
    branch = school.branch("一支部")

    first = services.join_branch(branch=branch, person=wang, starts_on=MARCH)
    again = services.join_branch(branch=branch, person=wang, starts_on=APRIL)

    assert again == first
    assert memberships(wang) == [("一支部", "home", MARCH, None)]


def test_joining_another_home_branch_leaves_the_one_before(wang):
    services.join_branch(branch=school.branch("一支部"), person=wang, starts_on=MARCH)

    services.join_branch(branch=school.branch("二支部"), person=wang, starts_on=APRIL)

    assert memberships(wang) == [("一支部", "home", MARCH, APRIL), ("二支部", "home", APRIL, None)]


def test_a_functional_branch_is_joined_beside_the_home_branch(wang):
    services.join_branch(branch=school.branch("一支部"), person=wang, starts_on=MARCH)

    services.join_branch(
        branch=school.branch("书法缘", kind="functional"), person=wang, starts_on=APRIL
    )

    assert memberships(wang) == [
        ("一支部", "home", MARCH, None),
        ("书法缘", "functional", APRIL, None),
    ]


@pytest.mark.parametrize("joined", [APRIL, MARCH], ids=["the same day", "before it"])
def test_a_transfer_dated_before_the_membership_it_ends_is_refused(wang, joined):
    services.join_branch(branch=school.branch("一支部"), person=wang, starts_on=APRIL)

    with pytest.raises(DatesCross, match="一支部"):
        services.join_branch(branch=school.branch("二支部"), person=wang, starts_on=joined)

    assert memberships(wang) == [("一支部", "home", APRIL, None)]


def test_a_transfer_into_a_time_that_was_spent_elsewhere_is_refused(wang):
    school.member(wang, school.branch("一支部"), since=MARCH, until=MAY)

    with pytest.raises(DatesCross, match="2026-03-01 到 2026-04-30"):
        services.join_branch(branch=school.branch("二支部"), person=wang, starts_on=APRIL)


def test_coming_back_to_a_branch_is_a_new_membership(wang):
    branch = school.branch("一支部")
    held = services.join_branch(branch=branch, person=wang, starts_on=MARCH)
    services.leave_branch(membership=held, ends_on=APRIL)

    services.join_branch(branch=branch, person=wang, starts_on=MAY)

    assert memberships(wang) == [("一支部", "home", MARCH, APRIL), ("一支部", "home", MAY, None)]


def test_joining_before_one_has_joined_is_refused(wang):
    branch = school.branch("一支部")
    services.join_branch(branch=branch, person=wang, starts_on=APRIL)

    with pytest.raises(DatesCross, match="交叉"):
        services.join_branch(branch=branch, person=wang, starts_on=MARCH)

    assert BranchMembership.objects.count() == 1


def test_nobody_leaves_before_having_come(wang):
    held = school.member(wang, school.branch(), since=APRIL)

    with pytest.raises(DatesCross):
        services.leave_branch(membership=held, ends_on=APRIL)

    held.refresh_from_db()
    assert held.ends_on is None


def test_a_new_secretary_takes_over_from_the_one_before(wang):
    branch, zhao = school.branch(), school.person("赵建国")
    services.appoint(branch=branch, person=zhao, office="secretary", starts_on=MARCH)

    services.appoint(branch=branch, person=wang, office="secretary", starts_on=APRIL)

    assert offices(branch) == [
        ("赵建国", "secretary", MARCH, APRIL),
        ("王秀兰", "secretary", APRIL, None),
    ]


@pytest.mark.parametrize("office", ["secretary", "deputy"])
def test_nobody_holds_one_office_twice_from_two_days(wang, office):
    branch = school.branch(at=wang.organisation)
    services.appoint(branch=branch, person=wang, office=office, starts_on=APRIL)

    with pytest.raises(DatesCross, match="不用再登记"):
        services.appoint(branch=branch, person=wang, office=office, starts_on=MARCH)

    assert wang.offices.get().starts_on == APRIL


def test_appointing_twice_is_appointing_once(wang):
    branch = school.branch()
    services.appoint(branch=branch, person=wang, office="secretary", starts_on=MARCH)

    services.appoint(branch=branch, person=wang, office="secretary", starts_on=APRIL)

    assert offices(branch) == [("王秀兰", "secretary", MARCH, None)]


def test_members_of_the_committee_stand_beside_each_other(wang):
    branch, zhou = school.branch(), school.person("周玉梅")
    for person in (wang, zhou):
        services.appoint(branch=branch, person=person, office="committee", starts_on=MARCH)

    assert offices(branch) == [
        ("王秀兰", "committee", MARCH, None),
        ("周玉梅", "committee", MARCH, None),
    ]


def test_a_secretary_who_takes_over_on_the_very_first_day_is_refused(wang):
    branch, zhao = school.branch(), school.person("赵建国")
    services.appoint(branch=branch, person=zhao, office="secretary", starts_on=MARCH)

    with pytest.raises(DatesCross, match="新书记的日期要在这一天以后"):
        services.appoint(branch=branch, person=wang, office="secretary", starts_on=MARCH)

    assert BranchOffice.objects.count() == 1


# Two files of one human being


@pytest.mark.parametrize("kind", ["home", "functional"])
def test_merged_files_are_one_member_from_the_first_day_and_part_again(wang, kind):
    branch = school.branch(kind=kind)
    twin = school.person("王秀蓝")
    school.member(wang, branch, since=APRIL)
    school.member(twin, branch, since=MARCH)
    school.member(twin, school.branch("别处", kind="temporary"), since=APRIL)

    def rows(person):
        held = person.memberships.filter(branch=branch)
        return list(held.values_list("starts_on", "ends_on"))

    made = merging.merge(kept=wang, dropped=twin, by=None)

    assert (rows(wang), rows(twin)) == ([(MARCH, None)], [])
    assert wang.memberships.count() == 2
    assert list(queries.members_on(branch, APRIL)) == [wang]

    merging.undo(merge=made, by=None)

    assert (rows(wang), rows(twin)) == ([(APRIL, None)], [(MARCH, None)])
    assert twin.memberships.count() == 2
