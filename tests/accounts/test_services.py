from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts import queries, services
from accounts.errors import FileTaken, ProxyRefused
from accounts.models import Proxy, RoleGrant, SentCode, User
from tests import factories

pytestmark = pytest.mark.django_db

NOW = timezone.now()


def test_a_file_carries_the_pinyin_of_its_name():
    person = factories.person(" 王秀兰 ")
    assert (person.name, person.pinyin, person.pinyin_initials) == (
        "王秀兰",
        "wang xiu lan",
        "wxl",
    )


def test_a_corrected_name_brings_its_pinyin_along():
    person = factories.person("王秀兰")
    person.name = "黄秀兰"
    services.save_file(person=person)
    person.refresh_from_db()
    assert (person.pinyin, person.pinyin_initials) == ("huang xiu lan", "hxl")


def test_the_login_of_a_number_is_made_once():
    assert services.login_of(phone="13800000001") == services.login_of(phone="13800000001")
    assert not User.objects.get().has_usable_password()


# Taking one's own file


def test_the_file_with_ones_number_becomes_ones_own_and_twice_is_harmless():
    person = factories.person(phone="13800000001")
    user = factories.login(phone="13800000001")
    services.take_own_file(user=user, person=person)
    services.take_own_file(user=user, person=person)
    user.refresh_from_db()
    assert user.person == person


@pytest.mark.parametrize("phone", ["", "13800000002"])
def test_a_file_without_ones_number_cannot_be_taken(phone):
    user = factories.login(phone="13800000001")
    with pytest.raises(FileTaken):
        services.take_own_file(user=user, person=factories.person(phone=phone))
    user.refresh_from_db()
    assert user.person is None


def test_a_file_that_has_a_login_cannot_be_taken():
    person = factories.person(phone="13800000001")
    factories.login(person, phone="13800000002")
    user = factories.login(phone="13800000001")
    with pytest.raises(FileTaken):
        services.take_own_file(user=user, person=person)
    user.refresh_from_db()
    assert user.person is None


def test_who_has_a_file_cannot_take_another():
    person = factories.person(phone="13800000001")
    user = factories.login(person)
    with pytest.raises(FileTaken):
        services.take_own_file(user=user, person=factories.person("李国强", phone="13800000001"))
    user.refresh_from_db()
    assert user.person == person


def test_a_second_own_file_is_refused_and_not_left_behind():
    user = factories.login(factories.person(phone="13800000001"))
    with pytest.raises(FileTaken):
        services.open_own_file(
            user=user,
            name="李国强",
            sex="m",
            born_on=date(1957, 10, 1),
            organisation=factories.organisation(),
        )
    assert not queries.Person.objects.filter(name="李国强").exists()


# Acting for somebody


def test_a_proxy_is_allowed_once():
    person, agent = factories.person(), factories.login()
    first = services.allow_proxy(person=person, agent=agent, relation="child", now=NOW)
    again = services.allow_proxy(person=person, agent=agent, relation="spouse", now=NOW)
    assert first == again
    assert set(queries.persons_acted_for(agent)) == {person}


def test_nobody_is_their_own_proxy():
    person = factories.person()
    with pytest.raises(ProxyRefused):
        services.allow_proxy(person=person, agent=factories.login(person), relation="child")


def test_a_revoked_proxy_acts_no_more_and_may_be_allowed_again():
    person, agent = factories.person(), factories.login()
    proxy = services.allow_proxy(person=person, agent=agent, relation="child", now=NOW)
    services.revoke_proxy(proxy=proxy, now=NOW)
    services.revoke_proxy(proxy=proxy, now=NOW + timedelta(days=1))
    proxy.refresh_from_db()
    assert proxy.revoked_at == NOW
    assert not queries.persons_acted_for(agent).exists()
    services.allow_proxy(person=person, agent=agent, relation="child")
    assert Proxy.objects.count() == 2


def test_a_clock_that_is_behind_ends_no_proxy_before_it_began():
    proxy = services.allow_proxy(
        person=factories.person(), agent=factories.login(), relation="child", now=NOW
    )
    services.revoke_proxy(proxy=proxy, now=NOW - timedelta(seconds=2))
    proxy.refresh_from_db()
    assert proxy.revoked_at == NOW


# Roles


def test_a_role_reaches_the_whole_subtree_and_nothing_beside_it():
    city = factories.organisation("青岚市")
    county = factories.organisation("望湖区", parent=city)
    street = factories.organisation("文昌街道", parent=county)
    factories.organisation("东溪区", parent=factories.organisation("青岚市二"))
    registrar = factories.person("周敏", organisation=city)
    user = factories.login(registrar)
    grant = services.grant_role(
        person=registrar, role=RoleGrant.Role.REGISTRAR, organisation=county
    )
    assert set(queries.organisations_led_by(user, "registrar")) == {county, street}
    assert set(queries.organisations_led_by(user, "bureau")) == set()
    assert queries.has_role(user, "registrar")
    services.end_role(grant=grant)
    assert set(queries.organisations_led_by(user, "registrar")) == set()
    assert not queries.has_role(user, "registrar")


def test_a_role_is_granted_once_and_again_after_its_end():
    person, unit = factories.person(), factories.organisation()
    first = services.grant_role(person=person, role="helper", organisation=unit)
    assert services.grant_role(person=person, role="helper", organisation=unit) == first
    services.end_role(grant=first)
    assert services.grant_role(person=person, role="helper", organisation=unit) != first


# Where messages go


def test_who_has_no_number_is_reached_through_those_who_act_for_them():
    person, agent = factories.person(), factories.login(phone="13800000004")
    assert queries.phones_of(person) == []
    services.allow_proxy(person=person, agent=agent, relation="child")
    assert queries.phones_of(person) == ["13800000004"]
    person.phone = "13800000001"
    assert queries.phones_of(person) == ["13800000001"]


def test_codes_are_forgotten_once_no_limit_counts_them():
    for days in (0, 1, 3):
        SentCode.objects.create(phone_hash="x", sent_at=NOW - timedelta(days=days))
    assert services.forget_old_codes(now=NOW) == 1
    assert services.forget_old_codes(now=NOW) == 0
    assert SentCode.objects.count() == 2
