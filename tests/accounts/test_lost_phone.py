from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.utils import timezone

from accounts import services
from accounts.errors import NotTheirs
from accounts.files import merging
from accounts.models import AuditLine, RoleGrant, User
from accounts.rights import lost_phone
from tests import factories

pytestmark = pytest.mark.django_db

Role = RoleGrant.Role


@pytest.fixture
def unit():
    return factories.organisation("青岚市")


def with_role(name, role, unit):
    person = factories.person(name, organisation=unit)
    services.grant_role(person=person, role=role, organisation=unit)
    return factories.login(person)


def browser_of(login):
    client = Client()
    client.force_login(login)
    return client


@pytest.fixture
def registrar(unit):
    return with_role("周敏", Role.REGISTRAR, unit)


@pytest.fixture
def administrator(unit):
    return with_role("林静", Role.ADMINISTRATOR, unit)


@pytest.fixture
def editor(unit):
    login = with_role("方文", Role.EDITOR, unit)
    Authenticator.objects.create(user=login, type=Authenticator.Type.TOTP, data={})
    return login


def test_a_learner_is_logged_out_on_all_devices_by_the_registrar(unit, registrar):
    wang = factories.login(factories.person(organisation=unit))
    her = browser_of(wang)
    assert her.get("/me/").status_code == 200

    answer = browser_of(registrar).post(f"/people/{wang.person_id}/logins/end/", follow=True)

    assert "在所有设备上都退出登录了" in answer.content.decode()
    assert her.get("/me/").status_code == 302
    line = AuditLine.objects.get(action="login.ended")
    assert (line.person_id, line.actor_id) == (wang.person_id, registrar.pk)


def test_a_registrar_logs_no_administrator_out(registrar, administrator):
    with pytest.raises(NotTheirs, match="管理员"):
        lost_phone.log_out_everywhere(person=administrator.person, by=registrar)

    assert User.objects.get(pk=administrator.pk).session_epoch == administrator.session_epoch


def test_nobody_without_a_login_is_logged_out(unit, registrar):
    with pytest.raises(NotTheirs, match="还没有登录过"):
        lost_phone.log_out_everywhere(person=factories.person(organisation=unit), by=registrar)


def test_an_administrator_takes_a_lost_second_step_away(administrator, editor):
    page = browser_of(administrator).get(f"/people/{editor.person_id}/").content.decode()
    assert "去掉二次验证" in page

    browser_of(administrator).post(f"/people/{editor.person_id}/second-step/removal/")

    assert not Authenticator.objects.filter(user=editor).exists()


def test_a_registrar_takes_no_second_step_away(registrar, editor):
    with pytest.raises(NotTheirs, match="要管理员来办"):
        lost_phone.forget_second_step(person=editor.person, by=registrar)

    assert Authenticator.objects.filter(user=editor).exists()


def test_nobody_takes_their_own_second_step_away_in_the_office(administrator):
    Authenticator.objects.create(user=administrator, type=Authenticator.Type.TOTP, data={})

    with pytest.raises(NotTheirs, match="自己的二次验证"):
        lost_phone.forget_second_step(person=administrator.person, by=administrator)


def test_the_address_of_a_merged_file_leads_to_the_kept_one(unit, registrar):
    kept, dropped = (factories.person("何彩兰", organisation=unit) for _ in range(2))
    merging.merge(
        kept=kept, dropped=dropped, by=registrar, now=timezone.now() - timedelta(hours=1)
    )

    answer = browser_of(registrar).get(f"/people/{dropped.pk}/")

    assert (answer.status_code, answer.url) == (302, f"/people/{kept.pk}/")


def test_the_address_of_a_merged_file_is_unknown_to_strangers(unit):
    kept, dropped = (factories.person("何彩兰", organisation=unit) for _ in range(2))
    merging.merge(kept=kept, dropped=dropped, by=None)
    elsewhere = with_role("周正", Role.REGISTRAR, factories.organisation("白石县"))

    assert browser_of(elsewhere).get(f"/people/{dropped.pk}/").status_code == 404
