"""Nobody comes to an office of a branch by way of a file."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts import services as accounts
from accounts.audit import reading
from accounts.errors import FileTaken, MergeRefused
from accounts.files import merging
from accounts.models import AuditLine
from branches import services
from branches.models import BranchOffice
from tests import factories
from tests.branches import school

pytestmark = pytest.mark.django_db

LONG_AGO = date(2026, 3, 1)
MINE, THEIRS = "13900000099", "13800000031"


@pytest.fixture
def zhao(city):
    """Becomes secretary, has no login yet."""
    return factories.person("赵建国", organisation=city, sex="m", phone=THEIRS)


@pytest.fixture
def clerk(city):
    return school.login(school.person("周敏", at=city))


def write_number(person, number, clerk):
    person.phone = number
    accounts.save_file(person=person, by=clerk)


@pytest.mark.parametrize("days", [-200, 0, 30])
def test_an_office_is_not_claimed_by_a_number_written_into_its_file(zhao, branch, clerk, days):
    starts_on = timezone.localdate() + timedelta(days=days)
    services.appoint(branch=branch, person=zhao, office="secretary", starts_on=starts_on)
    write_number(zhao, MINE, clerk)

    with pytest.raises(FileTaken, match="支部职务"):
        accounts.take_own_file(user=factories.login(phone=MINE), person=zhao)


def test_a_number_known_before_the_office_was_given_claims_it(zhao, branch, clerk):
    write_number(zhao, MINE, clerk)
    services.appoint(branch=branch, person=zhao, office="secretary", starts_on=LONG_AGO)
    user = factories.login(phone=MINE)

    accounts.take_own_file(user=user, person=zhao)

    user.refresh_from_db()
    assert user.person == zhao


def test_an_office_given_anew_is_claimed_with_the_new_number(zhao, branch, clerk):
    held = services.appoint(branch=branch, person=zhao, office="deputy", starts_on=LONG_AGO)
    write_number(zhao, MINE, clerk)
    today = timezone.localdate()
    services.leave_office(office=held, ends_on=today)
    services.appoint(branch=branch, person=zhao, office="deputy", starts_on=today, by=clerk)
    user = factories.login(phone=MINE)

    accounts.take_own_file(user=user, person=zhao)

    user.refresh_from_db()
    assert user.person == zhao


def test_an_office_of_before_the_log_counts_from_its_first_day(zhao, branch, clerk):
    BranchOffice.objects.create(
        branch=branch, person=zhao, office="committee", starts_on=timezone.localdate()
    )
    write_number(zhao, MINE, clerk)

    with pytest.raises(FileTaken):
        accounts.take_own_file(user=factories.login(phone=MINE), person=zhao)


def test_an_office_that_is_over_holds_nobody_up(zhao, branch, clerk):
    held = services.appoint(branch=branch, person=zhao, office="deputy", starts_on=LONG_AGO)
    services.leave_office(office=held, ends_on=timezone.localdate())
    write_number(zhao, MINE, clerk)
    user = factories.login(phone=MINE)

    accounts.take_own_file(user=user, person=zhao)

    user.refresh_from_db()
    assert user.person == zhao


def test_a_merge_moves_no_office_and_brings_no_login_to_one(zhao, branch, clerk, city):
    services.appoint(branch=branch, person=zhao, office="secretary", starts_on=LONG_AGO)
    friend = factories.person("赵建国", organisation=city, sex="m")
    factories.login(friend)

    for kept, dropped in ((friend, zhao), (zhao, friend)):
        with pytest.raises(MergeRefused, match="支部职务"):
            merging.merge(kept=kept, dropped=dropped, by=clerk)


def test_who_gave_an_office_stands_in_the_log(zhao, branch, clerk):
    services.appoint(branch=branch, person=zhao, office="deputy", starts_on=LONG_AGO, by=clerk)

    line = AuditLine.objects.filter(person=zhao, action="role.granted").get()
    assert (line.actor, line.details) == (clerk, {"office": "deputy", "branch": branch.pk})
    assert next(reading.with_words([line])).words == f"支部任职：副书记；支部：{branch.pk}"
