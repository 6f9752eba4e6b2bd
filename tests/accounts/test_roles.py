import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.db import connection

from accounts import queries, services
from accounts.errors import FileFrozen, RoleRefused
from accounts.models import AuditLine, Organisation, Person, RoleGrant
from accounts.organisations import tree
from accounts.roles import granting
from tests import factories

pytestmark = pytest.mark.django_db

Role = RoleGrant.Role
NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)


def staff(name, organisation, *held, at=None):
    person = factories.person(name, organisation=organisation)
    for role in held:
        services.grant_role(person=person, role=role, organisation=at or organisation)
    return factories.login(person)


def held_by(person):
    return {(grant.role, str(grant.organisation)) for grant in queries.roles_of(person)}


@pytest.fixture
def city():
    """A city with one county, and another city."""
    city = factories.organisation("青岚市")
    factories.organisation("望湖区", parent=city)
    factories.organisation("远山市")
    return named("青岚市")


def named(name):
    return Organisation.objects.get(name=name)


@pytest.fixture
def administrator(city):
    return staff("林静", city, Role.ADMINISTRATOR)


# Granting


def test_an_administrator_gives_a_role_that_is_written_down(city, administrator):
    person = factories.person("周敏", organisation=named("望湖区"))

    grant = granting.grant(
        person=person, role=Role.REGISTRAR, organisation=named("望湖区"), by=administrator, now=NOW
    )

    assert held_by(person) == {("registrar", "望湖区")}
    assert (grant.granted_by, grant.granted_at) == (administrator, NOW)
    line = AuditLine.objects.first()
    assert (line.action, line.actor, line.person, line.organisation, line.details) == (
        "role.granted",
        administrator,
        person,
        named("望湖区"),
        {"role": "registrar"},
    )


def test_granting_twice_is_one_grant(city, administrator):
    person = factories.person("周敏", organisation=city)

    grants = {
        granting.grant(person=person, role=Role.BUREAU, organisation=city, by=administrator)
        for _time in range(2)
    }

    assert len(grants) == 1
    assert AuditLine.objects.filter(action="role.granted", person=person).count() == 1


@pytest.mark.parametrize("role", Role.values)
def test_no_role_but_the_administrators_gives_roles(city, role):
    by = staff("甲", city, role)
    person = factories.person("乙", organisation=city)

    if role == Role.ADMINISTRATOR:
        granting.grant(person=person, role=Role.HELPER, organisation=city, by=by)
    else:
        with pytest.raises(RoleRefused, match="不归您管理"):
            granting.grant(person=person, role=Role.HELPER, organisation=city, by=by)

    assert bool(held_by(person)) == (role == Role.ADMINISTRATOR)


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR, Role.HELPER])
@pytest.mark.parametrize("where", ["青岚市", "远山市"])
def test_an_administrator_gives_nothing_above_or_beside_their_part_of_the_tree(city, role, where):
    by = staff("甲", named("望湖区"), Role.ADMINISTRATOR)
    person = factories.person("乙", organisation=named("望湖区"))

    with pytest.raises(RoleRefused, match="不归您管理"):
        granting.grant(person=person, role=role, organisation=named(where), by=by)


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR])
def test_administrators_and_auditors_are_made_by_an_administrator_at_or_above(
    city, administrator, role
):
    at = staff("甲", named("望湖区"), Role.ADMINISTRATOR)
    first, second = (factories.person(name, organisation=named("望湖区")) for name in "乙丙")

    for person, by in ((first, at), (second, administrator)):
        granting.grant(person=person, role=role, organisation=named("望湖区"), by=by)

    assert held_by(first) == held_by(second) == {(role, "望湖区")}


@pytest.mark.parametrize("role", Role.values)
def test_nobody_gives_themselves_a_role(city, administrator, role):
    with pytest.raises(RoleRefused, match="自己不能给自己"):
        granting.grant(
            person=administrator.person,
            role=role,
            organisation=named("望湖区"),
            by=administrator,
        )


def test_nobody_gives_themselves_a_role_by_a_file_that_was_merged_away(city, administrator):
    kept = factories.person("林静", organisation=city)
    Person.objects.filter(pk=administrator.person_id).update(merged_into=kept)
    administrator.refresh_from_db()
    services.grant_role(person=kept, role=Role.ADMINISTRATOR, organisation=city)

    with pytest.raises(RoleRefused, match="自己不能给自己"):
        granting.check_may_grant(person=kept, organisation=city, by=administrator)


def test_a_role_is_given_only_to_people_whose_files_one_leads(city):
    by = staff("甲", named("望湖区"), Role.ADMINISTRATOR)
    stranger = factories.person("乙", organisation=city)

    with pytest.raises(RoleRefused, match="这份档案不归您管理"):
        granting.grant(person=stranger, role=Role.HELPER, organisation=named("望湖区"), by=by)


def test_a_frozen_file_gets_no_role(city, administrator):
    person = factories.person("秦守义", organisation=city)
    Person.objects.filter(pk=person.pk).update(frozen_at=NOW)

    with pytest.raises(FileFrozen):
        granting.grant(person=person, role=Role.HELPER, organisation=city, by=administrator)


def test_an_ended_organisation_gives_no_role(city, administrator):
    Organisation.objects.filter(name="望湖区").update(ended_on=NOW.date())
    person = factories.person("周敏", organisation=city)

    with pytest.raises(RoleRefused, match="已经撤销"):
        granting.grant(
            person=person, role=Role.HELPER, organisation=named("望湖区"), by=administrator
        )


# Nobody audits themselves


@pytest.mark.parametrize("writes", [Role.REGISTRAR, Role.ADMINISTRATOR])
@pytest.mark.parametrize(("here", "there"), [("青岚市", "望湖区"), ("望湖区", "青岚市")])
@pytest.mark.parametrize("first", ["writing", "auditing"])
def test_whoever_writes_files_does_not_audit_them(city, administrator, writes, here, there, first):
    person = factories.person("周敏", organisation=city)
    two = [(writes, named(here)), (Role.AUDITOR, named(there))]
    (role, organisation), (other, elsewhere) = two if first == "writing" else reversed(two)
    granting.grant(person=person, role=role, organisation=organisation, by=administrator)

    with pytest.raises(RoleRefused, match="不能是同一个人"):
        granting.grant(person=person, role=other, organisation=elsewhere, by=administrator)

    assert held_by(person) == {(role, str(organisation))}


def test_whoever_runs_the_server_does_not_make_self_auditors_either(city):
    admin = factories.login()
    admin.is_superuser = True
    person = staff("周敏", city, Role.REGISTRAR).person

    with pytest.raises(RoleRefused, match="不能是同一个人"):
        granting.grant(person=person, role=Role.AUDITOR, organisation=city, by=admin)


def test_writing_here_and_auditing_elsewhere_go_together(city):
    person = factories.person("周敏", organisation=city)

    services.grant_role(person=person, role=Role.REGISTRAR, organisation=city)
    services.grant_role(person=person, role=Role.AUDITOR, organisation=named("远山市"))

    assert held_by(person) == {("registrar", "青岚市"), ("auditor", "远山市")}


def test_auditing_goes_together_with_what_writes_no_files(city):
    person = factories.person("周敏", organisation=city)
    others = set(Role) - {Role.REGISTRAR, Role.ADMINISTRATOR}

    for role in others:
        services.grant_role(person=person, role=role, organisation=city)

    assert {role for role, _where in held_by(person)} == others


def test_a_role_that_was_taken_back_stands_against_nothing(city, administrator):
    person = staff("周敏", city, Role.REGISTRAR).person
    granting.end(grant=person.roles.get(), by=administrator)

    granting.grant(person=person, role=Role.AUDITOR, organisation=city, by=administrator)

    assert held_by(person) == {("auditor", "青岚市")}


# Ending


def test_an_administrator_takes_a_role_back_once(city, administrator):
    person = staff("周敏", named("望湖区"), Role.REGISTRAR).person
    grant = person.roles.get()

    for _time in range(2):
        granting.end(grant=grant, by=administrator, now=NOW)

    grant.refresh_from_db()
    assert (grant.ended_at, grant.ended_by) == (NOW, administrator)
    assert AuditLine.objects.filter(action="role.ended", person=person).count() == 1
    assert not queries.has_role(person.login, Role.REGISTRAR)


@pytest.mark.parametrize("where", ["青岚市", "远山市"])
def test_an_administrator_takes_nothing_back_outside_their_part_of_the_tree(city, where):
    by = staff("甲", named("望湖区"), Role.ADMINISTRATOR)
    other = staff("乙", named(where), Role.REGISTRAR).person.roles.get()

    with pytest.raises(RoleRefused, match="不归您管理"):
        granting.end(grant=other, by=by)


def test_the_last_administrator_at_the_top_stays(city, administrator):
    own = administrator.person.roles.get()

    with pytest.raises(RoleRefused, match="最后一位管理员"):
        granting.end(grant=own, by=administrator)

    other = staff("高明", city, Role.ADMINISTRATOR)
    granting.end(grant=own, by=administrator)
    assert not queries.roles_of(administrator.person)
    assert queries.roles_of(other.person)


def test_an_administrator_who_died_does_not_count_as_another(city, administrator):
    dead = staff("高明", city, Role.ADMINISTRATOR).person
    Person.objects.filter(pk=dead.pk).update(frozen_at=NOW)

    with pytest.raises(RoleRefused, match="最后一位管理员"):
        granting.end(grant=administrator.person.roles.get(), by=administrator)


def test_the_last_administrator_of_a_county_may_go_for_the_city_gives_another(city):
    own = staff("甲", named("望湖区"), Role.ADMINISTRATOR)

    granting.end(grant=own.person.roles.get(), by=own)

    assert not queries.roles_of(own.person)


def test_whoever_runs_the_server_takes_the_last_administrator_back(city, administrator):
    admin = factories.login()
    admin.is_superuser = True

    granting.end(grant=administrator.person.roles.get(), by=admin)

    assert not queries.roles_of(administrator.person)


# Two at once


def both(*calls):
    start = threading.Barrier(len(calls), timeout=30)

    def run(call):
        try:
            connection.ensure_connection()
            start.wait()
            return call()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


@pytest.mark.django_db(transaction=True)
def test_two_last_administrators_who_go_at_once_leave_one():
    city = factories.organisation("青岚市")
    two = [staff(name, city, Role.ADMINISTRATOR) for name in ("林静", "高明")]

    outcomes = both(
        *[lambda by=by: granting.end(grant=by.person.roles.get(), by=by) for by in two]
    )

    assert sorted(type(each).__name__ for each in outcomes) == ["NoneType", "RoleRefused"]
    assert RoleGrant.objects.filter(ended_at=None).count() == 1


@pytest.mark.postgres_only
@pytest.mark.django_db(transaction=True)
def test_without_the_lock_both_last_administrators_go(monkeypatch):
    """Proves the test before: each looks while the other is still there."""
    looked = threading.Barrier(2, timeout=30)
    check = granting.check_may_end

    def look_then_wait(**what):
        check(**what)
        looked.wait()

    monkeypatch.setattr(tree, "lock", lambda: None)
    monkeypatch.setattr(granting, "check_may_end", look_then_wait)
    city = factories.organisation("青岚市")
    two = [staff(name, city, Role.ADMINISTRATOR) for name in ("林静", "高明")]

    both(*[lambda by=by: granting.end(grant=by.person.roles.get(), by=by) for by in two])

    assert not RoleGrant.objects.filter(ended_at=None).exists()


@pytest.mark.django_db(transaction=True)
def test_two_grants_at_once_make_nobody_a_self_auditor():
    city = factories.organisation("青岚市")
    by = staff("林静", city, Role.ADMINISTRATOR)
    person = factories.person("周敏", organisation=city)

    def grants(role):
        return lambda: granting.grant(person=person, role=role, organisation=city, by=by)

    outcomes = both(grants(Role.REGISTRAR), grants(Role.AUDITOR))

    assert sorted(type(each).__name__ for each in outcomes) == ["RoleGrant", "RoleRefused"]
    assert len(held_by(person)) == 1


# How far a role reaches


def test_a_role_reaches_open_units_and_every_file_beneath(city):
    lake = named("望湖区")
    factories.organisation("旧街道", parent=lake)
    Organisation.objects.filter(name="旧街道").update(ended_on=NOW.date())
    for organisation in (city, lake, named("旧街道")):
        factories.person(organisation=organisation)

    assert granting.reach_of(city) == granting.Reach(units=1, files=3)
