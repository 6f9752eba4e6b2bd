"""The back room: dates of people through services, the ledger only to read."""

from datetime import date

import pytest
from django.urls import reverse

from branches.models import BranchMembership, BranchOffice, HoursRule
from tests.branches import school

pytestmark = pytest.mark.django_db

MODELS = ["branch", "branchmembership", "branchoffice", "hoursrule", "studyentry", "branchrecord"]


def address(model, what, *args):
    return reverse(f"admin:branches_{model}_{what}", args=args)


@pytest.fixture
def office(client):
    client.force_login(school.login(school.person("林静"), is_staff=True, is_superuser=True))
    return client


@pytest.fixture
def full(city, branch, secretary, wang, session):
    """A row of everything; returns their numbers by model."""
    line = school.studied(wang, session)
    return {
        "branch": branch.pk,
        "branchmembership": wang.memberships.get().pk,
        "branchoffice": branch.offices.get().pk,
        "hoursrule": city.hours_rules.get().pk,
        "studyentry": line.pk,
        "branchrecord": branch.records.get().pk,
    }


@pytest.mark.parametrize("model", MODELS)
def test_every_list_and_every_row_opens(office, full, model):
    assert office.get(address(model, "changelist")).status_code == 200
    assert office.get(address(model, "change", full[model])).status_code == 200


@pytest.mark.parametrize("model", MODELS)
def test_nobody_but_superusers_comes_in(client, full, model):
    client.force_login(school.login(school.person(), is_staff=True))

    assert client.get(address(model, "changelist")).status_code == 403


@pytest.mark.parametrize("model", MODELS)
def test_what_others_rest_on_is_not_deleted(office, full, model):
    assert office.get(address(model, "delete", full[model])).status_code == 403


@pytest.mark.parametrize("model", ["studyentry", "branchrecord"])
def test_the_ledger_and_its_records_are_only_to_read(office, full, model):
    assert office.get(address(model, "add")).status_code == 403
    assert office.post(address(model, "change", full[model]), {}).status_code == 403


def test_a_membership_begun_here_leaves_the_home_branch_before(office, wang, branch, sister):
    response = office.post(
        address("branchmembership", "add"),
        {"branch": sister.pk, "person": wang.pk, "starts_on": "2026-09-01"},
    )

    assert response.status_code == 302
    dates = set(wang.memberships.values_list("branch__name", "starts_on", "ends_on", "kind"))
    assert dates == {
        ("第三党支部", date(2020, 1, 1), date(2026, 9, 1), "home"),
        ("姐妹支部", date(2026, 9, 1), None, "home"),
    }


def test_a_refusal_of_the_service_stands_in_the_form(office, wang, branch, sister):
    response = office.post(
        address("branchmembership", "add"),
        {"branch": sister.pk, "person": wang.pk, "starts_on": "2019-01-01"},
    )

    assert response.status_code == 200
    assert "请先看一看日期" in response.content.decode()
    assert BranchMembership.objects.count() == 1


def test_a_membership_can_be_ended_and_nothing_else_of_it_changed(office, wang, sister):
    held = wang.memberships.get()

    office.post(
        address("branchmembership", "change", held.pk),
        {"ends_on": "2026-09-01", "branch": sister.pk, "starts_on": "2000-01-01"},
    )

    held.refresh_from_db()
    assert (held.starts_on, held.ends_on) == (date(2020, 1, 1), date(2026, 9, 1))
    assert held.branch != sister


def test_an_office_begun_here_takes_over(office, branch, secretary, wang):
    response = office.post(
        address("branchoffice", "add"),
        {
            "branch": branch.pk,
            "person": wang.pk,
            "office": "secretary",
            "starts_on": "2026-09-01",
        },
    )

    assert response.status_code == 302
    held = set(BranchOffice.objects.values_list("person__name", "starts_on", "ends_on"))
    assert held == {
        ("赵建国", date(2020, 1, 1), date(2026, 9, 1)),
        ("王秀兰", date(2026, 9, 1), None),
    }


def test_an_office_does_not_end_before_it_began(office, branch, secretary):
    held = branch.offices.get()

    response = office.post(address("branchoffice", "change", held.pk), {"ends_on": "2019-01-01"})

    assert "结束的日期要晚于开始的日期" in response.content.decode()
    held.refresh_from_db()
    assert held.ends_on is None


def test_a_branch_is_shown_with_what_the_rules_advise(office, branch, secretary):
    page = office.get(address("branch", "change", branch.pk)).content.decode()

    assert "不足 3 人" in page
    assert "还没有书记" not in page


def test_the_kind_of_a_branch_with_members_stays(office, wang, branch, sister):
    facts = {
        "level": "branch",
        "organisation": branch.organisation_id,
        "term_years": 3,
        "treebeard_position": "first-child",
    }
    for each in (branch, sister):
        office.post(
            address("branch", "change", each.pk),
            facts | {"name": each.name, "kind": "functional", "treebeard_ref_node": ""},
        )
        each.refresh_from_db()

    assert (branch.kind, sister.kind) == ("home", "functional")


def test_a_rule_that_has_counted_nothing_can_still_be_put_right(office, city):
    fresh = school.rule(city, version="2027-1", since=date(2027, 1, 1))

    office.post(
        address("hoursrule", "change", fresh.pk),
        {
            "organisation": city.pk,
            "version": "2027-1",
            "valid_from": "2027-01-01",
            "way": "each",
            "minutes_per_hour": 60,
            "step": "0.5",
            "grace_minutes": 5,
        },
    )

    fresh.refresh_from_db()
    assert fresh.minutes_per_hour == 60


def test_a_rule_that_has_counted_something_is_history(office, full):
    response = office.post(
        address("hoursrule", "change", full["hoursrule"]), {"minutes_per_hour": 30}
    )

    assert response.status_code == 403
    assert HoursRule.objects.get(pk=full["hoursrule"]).minutes_per_hour == 45
