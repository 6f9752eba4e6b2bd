"""Nobody comes to a role, or takes one from somebody, by way of a file."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import queries, services
from accounts.errors import DeathRefused, ErasureRefused, FileTaken, MergeRefused
from accounts.files import merging
from accounts.logins import limited
from accounts.models import AuditLine, Merge, Person, RoleGrant, User
from accounts.rights import closing, erasing, freezing
from tests import factories

pytestmark = pytest.mark.django_db

Role = RoleGrant.Role


@pytest.fixture
def unit():
    return factories.organisation("青岚市")


def staff(name, role, unit, *, phone="", login=True):
    person = factories.person(name, organisation=unit, phone=phone, born_on=date(1980, 1, 1))
    services.grant_role(person=person, role=role, organisation=unit)
    return factories.login(person) if login else person


@pytest.fixture
def clerk(unit):
    return staff("周敏", Role.REGISTRAR, unit)


def test_a_merge_moves_no_role(unit, clerk):
    head = staff("林静", Role.ADMINISTRATOR, unit, login=False)
    friend = factories.person("林静", organisation=unit)

    with pytest.raises(MergeRefused, match="角色"):
        merging.merge(kept=friend, dropped=head, by=clerk)


def test_a_merge_brings_no_login_to_a_role(unit, clerk):
    head = staff("林静", Role.ADMINISTRATOR, unit, login=False)
    friend = factories.person("林静", organisation=unit)
    factories.login(friend)

    with pytest.raises(MergeRefused, match="先登录认领"):
        merging.merge(kept=head, dropped=friend, by=clerk)


def test_nobody_merges_their_own_file(unit, clerk):
    other = factories.person("周敏", organisation=unit)

    for kept, dropped in ((clerk.person, other), (other, clerk.person)):
        with pytest.raises(MergeRefused):
            merging.merge(kept=kept, dropped=dropped, by=clerk)
    assert not Merge.objects.exists()


def test_a_role_is_not_claimed_by_a_number_written_into_its_file(unit, clerk):
    head = staff("林静", Role.ADMINISTRATOR, unit, phone="13800000031", login=False)
    head.phone = "13900000099"
    services.save_file(person=head, by=clerk)

    with pytest.raises(FileTaken, match="重新授予"):
        services.take_own_file(user=factories.login(phone="13900000099"), person=head)

    grant = head.roles.get()
    services.end_role(grant=grant)
    services.grant_role(person=head, role=Role.ADMINISTRATOR, organisation=unit)
    services.take_own_file(user=User.objects.get(phone="13900000099"), person=head)


def test_a_role_is_claimed_by_the_number_it_was_given_with(unit):
    head = staff("林静", Role.ADMINISTRATOR, unit, phone="13800000031", login=False)
    user = factories.login(phone="13800000031")

    services.take_own_file(user=user, person=head)

    assert queries.own_file(User.objects.get(pk=user.pk)) == head


def test_a_registrar_closes_no_file_that_runs_the_server_or_the_school(unit, clerk):
    root = factories.login(factories.person("根", organisation=unit))
    User.objects.filter(pk=root.pk).update(is_superuser=True)
    head = staff("林静", Role.ADMINISTRATOR, unit)
    today = timezone.localdate()

    for user in (root, head):
        with pytest.raises(DeathRefused):
            freezing.freeze_file(person=user.person, deceased_on=today, by=clerk)
        with pytest.raises(ErasureRefused):
            erasing.erase(person=user.person, by=clerk)
        user.refresh_from_db()
        assert user.is_active


def test_an_administrator_closes_the_file_of_staff(unit, clerk):
    head = staff("林静", Role.ADMINISTRATOR, unit)

    freezing.freeze_file(person=clerk.person, deceased_on=timezone.localdate(), by=head)

    clerk.refresh_from_db()
    assert not clerk.is_active


def test_a_thawed_login_takes_no_number_from_who_acts_for_somebody(unit):
    mother = factories.person("何彩兰", organisation=unit, phone="13800000001")
    own = factories.login(mother)
    User.objects.filter(pk=own.pk).update(phone_proved_at=timezone.now())
    freezing.freeze_file(person=mother, deceased_on=timezone.localdate(), by=None)
    daughter = factories.login(phone="13800000001")
    services.allow_proxy(
        person=factories.person("何父", organisation=unit), agent=daughter, relation="child"
    )

    freezing.thaw_file(person=mother, by=daughter)

    daughter.refresh_from_db()
    own.refresh_from_db()
    assert (daughter.phone, daughter.is_active) == ("13800000001", True)
    assert (own.phone, own.is_active) == (None, True)


def test_a_new_number_is_found_and_written_down(unit):
    person = factories.person("王秀兰", organisation=unit, phone="13800001111")
    user = factories.login(person)

    services.prove_phone(user=user, phone="13800002222")

    person.refresh_from_db()
    assert (person.phone, person.phone_tail) == ("13800002222", "2222")
    assert AuditLine.objects.filter(action="login.changed", person=person).exists()


def test_a_card_opens_nothing_once_a_number_took_the_file(client, unit):
    person = factories.person("王秀兰", organisation=unit, phone="13800001111")
    old = User.objects.create_user(None)
    old.person = person
    old.save()
    session = client.session
    session[limited.OPENED_BY] = {
        "kind": limited.LINK,
        "person": person.pk,
        "session": 0,
        "login": old.pk,
        "epoch": 0,
    }
    session.save()
    assert limited.visitor_of(client.session)

    services.take_own_file(user=factories.login(phone="13800001111"), person=person)

    assert limited.visitor_of(client.session) is None


def test_what_a_merge_kept_is_forgotten_after_a_day(unit):
    kept = factories.person("王秀兰", organisation=unit)
    dropped = factories.person("王秀兰", organisation=unit, phone="13800001111")
    made = merging.merge(kept=kept, dropped=dropped, by=None)

    assert merging.forget_facts() == 0
    assert merging.forget_facts(now=timezone.now() + timedelta(days=1)) == 1
    assert merging.forget_facts(now=timezone.now() + timedelta(days=1)) == 0

    made.refresh_from_db()
    dropped.refresh_from_db()
    assert made.facts == ""
    assert (dropped.phone, dropped.merged_into) == ("", kept)
    assert Person.objects.get(pk=kept.pk).phone == "13800001111"


def test_a_number_that_stands_elsewhere_by_now_is_said(unit):
    kept = factories.person("王秀兰", organisation=unit)
    dropped = factories.person("王秀兰", organisation=unit, id_number="370202195503080027")
    made = merging.merge(kept=kept, dropped=dropped, by=None)
    kept.refresh_from_db()
    kept.id_number = ""
    services.save_file(person=kept)
    factories.person("王秀南", organisation=unit, id_number="370202195503080027")

    with pytest.raises(MergeRefused, match="身份证号已经在另一份档案"):
        merging.undo(merge=made, by=None)


def test_the_office_writes_down_what_it_changes_in_a_login(client, unit):
    root = factories.login(factories.person("根", organisation=unit))
    User.objects.filter(pk=root.pk).update(is_superuser=True, is_staff=True)
    clerk = factories.login(factories.person("周敏", organisation=unit))
    client.force_login(User.objects.get(pk=root.pk))
    address = reverse("admin:accounts_user_change", args=[clerk.pk])

    client.post(address, {"is_active": "on", "is_staff": "on", "phone": "13900000001"})

    changed = User.objects.get(pk=clerk.pk)
    assert changed.is_staff
    assert (changed.phone, changed.session_epoch) == (clerk.phone, clerk.session_epoch + 1)
    line = AuditLine.objects.filter(action="login.changed").get()
    assert (line.actor_id, line.person, line.details) == (
        root.pk,
        clerk.person,
        {"fields": ["is_staff"]},
    )


def test_closing_says_nothing_against_a_learner(unit, clerk):
    assert closing.objection(factories.person(organisation=unit), by=clerk) == ""
