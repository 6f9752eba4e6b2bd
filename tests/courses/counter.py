"""A school with a registrar, for tests of the counter and the telephone desk."""

import re

from django.test import Client

from accounts import services
from accounts.models import Organisation, Person, RoleGrant
from courses import planning
from tests import factories


def registrar(organisation=None, name="周敏") -> Client:
    """A browser in which a registrar of `organisation` is logged in; `.user` is the login."""
    organisation = organisation or Organisation.objects.first() or factories.organisation()
    person = factories.person(name, organisation=organisation, kind=Person.Kind.STAFF)
    services.grant_role(person=person, role=RoleGrant.Role.REGISTRAR, organisation=organisation)
    client = Client()
    client.user = factories.login(person)
    client.force_login(client.user)
    return client


def class_of(name="行书入门", *, code="", **facts):
    """A class found by its code, its name and its sounds, as planning writes them."""
    made = factories.class_group(name=name, **facts)
    if code:
        made.code = code
    planning.save_class(class_group=made)
    return made


def words(response) -> str:
    """The words of the page's main part, spaces made one."""
    page = response.content.decode()
    main = page.split("<main", 1)[1].split("</main>")[0] if "<main" in page else page
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))
