import pytest

from accounts import services
from accounts.models import Person, Proxy, RoleGrant, User
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client):
    client.force_login(User.objects.create_superuser("13800000031"))
    return client


@pytest.mark.parametrize(
    "name", ["organisation", "teachingpoint", "person", "user", "rolegrant", "proxy"]
)
def test_every_list_and_form_of_the_office_opens(office, name):
    person = factories.person()
    services.grant_role(person=person, role="helper", organisation=person.organisation)
    services.allow_proxy(person=person, agent=factories.login(), relation="child")
    assert office.get(f"/office/accounts/{name}/").status_code == 200
    assert office.get(f"/office/accounts/{name}/add/").status_code == 200


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
