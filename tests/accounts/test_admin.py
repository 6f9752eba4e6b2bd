import pytest

from accounts import services
from accounts.models import Notice, Organisation, Person, Proxy, RoleGrant, TeachingPoint, User
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client):
    client.force_login(User.objects.create_superuser("13800000031"))
    return client


@pytest.mark.parametrize("name", ["person", "user", "rolegrant", "proxy"])
def test_every_list_and_form_of_the_office_opens(office, name):
    person = factories.person()
    services.grant_role(person=person, role="helper", organisation=person.organisation)
    services.allow_proxy(person=person, agent=factories.login(), relation="child")
    assert office.get(f"/office/accounts/{name}/").status_code == 200
    assert office.get(f"/office/accounts/{name}/add/").status_code == 200


def test_a_new_school_begins_with_an_empty_tree(office):
    empty = office.get("/organisations/").content.decode()

    assert "组织机构会在这里" in empty
    assert 'href="/organisations/new/"' in empty
    assert office.get("/roles/").status_code == 200


@pytest.mark.parametrize("name", ["organisation", "teachingpoint"])
def test_what_has_pages_of_its_own_is_only_looked_at_in_the_office(office, name):
    unit = factories.organisation()
    TeachingPoint.objects.create(pk=unit.pk, organisation=unit, name="教学点", address="二楼")
    one = f"/office/accounts/{name}/{unit.pk}"

    assert office.get(f"/office/accounts/{name}/").status_code == 200
    assert office.get(f"/office/accounts/{name}/add/").status_code == 403
    assert office.post(f"{one}/change/", {"name": "别的"}).status_code == 403
    assert office.post(f"{one}/delete/", {"post": "yes"}).status_code == 403
    assert Organisation.objects.get().name == unit.name


def test_a_role_that_rules_forbid_is_refused_in_words_in_the_office(office):
    person = factories.person()
    services.grant_role(person=person, role="registrar", organisation=person.organisation)
    facts = {"person": person.pk, "role": "auditor", "organisation": person.organisation_id}

    page = office.post("/office/accounts/rolegrant/add/", facts)

    assert "不能是同一个人" in page.content.decode()
    assert RoleGrant.objects.count() == 1


def test_a_file_written_in_the_office_has_its_pinyin(office):
    unit = factories.organisation()
    office.post(
        "/office/accounts/person/add/",
        {
            "name": "王秀兰",
            "sex": "f",
            "born_on": "1954-03-12",
            "phone": "138 0000 0001",
            "organisation": unit.pk,
            "kind": "retired",
        },
    )
    person = Person.objects.get()
    assert (person.pinyin, person.phone) == ("wang xiu lan", "13800000001")


def test_a_role_is_granted_and_ended_in_the_office(office):
    person = factories.person()
    facts = {"person": person.pk, "role": "teacher", "organisation": person.organisation_id}
    office.post("/office/accounts/rolegrant/add/", facts)
    grant = RoleGrant.objects.get(ended_at=None)
    office.post("/office/accounts/rolegrant/", {"action": "end", "_selected_action": [grant.pk]})
    assert not RoleGrant.objects.filter(ended_at=None).exists()


def test_a_proxy_is_allowed_and_revoked_in_the_office(office):
    person, agent = factories.person(), factories.login()
    office.post(
        "/office/accounts/proxy/add/",
        {"person": person.pk, "agent": agent.pk, "relation": "child"},
    )
    proxy = Proxy.objects.get(revoked_at=None)
    office.post("/office/accounts/proxy/", {"action": "revoke", "_selected_action": [proxy.pk]})
    assert not Proxy.objects.filter(revoked_at=None).exists()


def test_the_office_refuses_a_proxy_for_oneself(office):
    agent = factories.login(factories.person())
    response = office.post(
        "/office/accounts/proxy/add/",
        {"person": agent.person_id, "agent": agent.pk, "relation": "child"},
    )
    assert "自己不用给自己代办" in response.content.decode()
    assert not Proxy.objects.exists()


def test_files_and_logins_cannot_be_deleted_in_the_office(office):
    person = factories.person()
    user = factories.login(person)
    assert office.post(f"/office/accounts/person/{person.pk}/delete/").status_code == 403
    assert office.post(f"/office/accounts/user/{user.pk}/delete/").status_code == 403


@pytest.mark.parametrize("path", ["/office/", "/cms/users/", "/cms/users/new/"])
def test_an_editor_gets_neither_into_the_office_nor_to_the_logins(client, path):
    editor = factories.person("许文")
    user = factories.login(editor)
    services.grant_role(person=editor, role="editor", organisation=editor.organisation)
    client.force_login(user)
    assert client.get(path).status_code in {302, 403}


def test_the_office_shows_no_sealed_fact_and_keeps_them(office):
    person = factories.person(
        phone="13800000001",
        id_number="11010519491231002X",
        health_note="走路要人扶",
        phone_note="耳背",
    )
    address = f"/office/accounts/person/{person.pk}/change/"
    shown = office.get(address).content.decode()
    assert "110105**********2X" in shown
    for secret in ("11010519491231002X", "走路要人扶", "耳背"):
        assert secret not in shown
    office.post(
        address,
        {
            "name": "王秀云",
            "sex": "f",
            "born_on": "1954-03-12",
            "phone": "13800000001",
            "organisation": person.organisation_id,
            "kind": "retired",
        },
    )
    person.refresh_from_db()
    assert (person.name, person.id_number) == ("王秀云", "11010519491231002X")
    assert (person.health_note, person.phone_note) == ("走路要人扶", "耳背")


def test_files_that_stand_for_nobody_are_not_in_the_office(office):
    kept = factories.person("王秀兰")
    merged, erased = factories.person("合并的"), factories.person("注销的")
    Person.objects.filter(pk=merged.pk).update(merged_into=kept)
    Person.objects.filter(pk=erased.pk).update(erased_at="2026-09-03T00:00Z")
    shown = office.get("/office/accounts/person/").content.decode()
    assert "王秀兰" in shown
    assert "合并的" not in shown
    assert "注销的" not in shown
    assert office.get(f"/office/accounts/person/{merged.pk}/change/").status_code == 302


def test_a_frozen_file_is_not_changed_in_the_office(office):
    person = factories.person()
    Person.objects.filter(pk=person.pk).update(frozen_at="2026-09-03T00:00Z")
    address = f"/office/accounts/person/{person.pk}/change/"
    assert office.get(address).status_code == 200
    assert office.post(address, {"name": "别人"}).status_code == 403


def test_a_newer_notice_is_published_in_the_office_and_never_changed(office):
    first = Notice.objects.get(kind="basic")
    form = office.get("/office/accounts/notice/add/?kind=basic")
    assert first.text[:20] in form.content.decode()

    office.post(
        "/office/accounts/notice/add/", {"kind": "basic", "text": "# 新版", "text_en": "# New"}
    )

    newest = Notice.objects.get(kind="basic", version=2)
    assert (newest.text, newest.text_en) == ("# 新版", "# New")
    one = f"/office/accounts/notice/{first.pk}"
    assert office.post(f"{one}/change/", {"text": "别的"}).status_code == 403
    assert office.post(f"{one}/delete/", {"post": "yes"}).status_code == 403
