"""The demo school's branches: as issue and pages describe them, and made only once."""

from datetime import UTC, datetime

import pytest

import accounts.demo.people
import cms.demo
import courses.demo
import live.demo
from branches import demo, queries
from branches.models import (
    Branch,
    BranchActivity,
    BranchMembership,
    BranchOffice,
    BranchRecord,
    Delivery,
    HoursRule,
    StudyEntry,
    StudyOrder,
    TalentCard,
)
from branches.quarters import Quarter
from tests.databases import restore

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 21, 7, tzinfo=UTC)
MODELS = [
    Branch,
    BranchActivity,
    BranchMembership,
    BranchOffice,
    HoursRule,
    StudyEntry,
    BranchRecord,
    StudyOrder,
    Delivery,
    TalentCard,
]


@pytest.fixture(scope="module")
def school(copies, django_db_setup, django_db_blocker):
    """Made once, which takes long; what a test changes goes with the test."""
    with django_db_blocker.unblock():
        for app in (accounts.demo.people, cms.demo, courses.demo, live.demo, demo):
            app.create(now=NOW)
        yield
        restore(copies)


def test_made_twice_the_branches_are_the_same(school):
    before = [list(model.objects.order_by("pk").values()) for model in MODELS]

    demo.create(now=NOW)

    assert [list(model.objects.order_by("pk").values()) for model in MODELS] == before
    assert all(before)


def test_there_is_a_general_branch_with_four_beneath_it_one_of_them_functional(school):
    general = Branch.get_root_nodes().get()

    assert general.level == Branch.Level.GENERAL
    assert {branch.name: branch.kind for branch in general.get_children()} == {
        "离退休第一党支部": "home",
        "离退休第三党支部": "home",
        "石桥社区党支部": "home",
        "书法缘功能型党支部": "functional",
    }


def test_every_branch_has_a_secretary_and_enough_members(school):
    for branch in Branch.objects.all():
        size = queries.size_of(branch, on=NOW.date())
        assert size["has_secretary"], branch
        assert size["members"] >= 3, branch


def test_this_quarter_has_lines_of_everybody_at_home_only(school):
    quarter = Quarter.of(NOW.date())
    third = Branch.objects.get(name="离退休第三党支部")
    functional = Branch.objects.get(name="书法缘功能型党支部")

    assert queries.figures(queries.ledger(third, quarter=quarter)).people >= 8
    assert not queries.ledger(functional, quarter=quarter).exists()
    assert not queries.sessions_unposted().exists()
