"""What tests of the registrar's pages stand on."""

import io
import re

from django.test import Client
from openpyxl import load_workbook

from accounts import services
from accounts.models import RoleGrant
from tests import factories


def registrar(organisation, name="周敏", role=RoleGrant.Role.REGISTRAR):
    """A client that is logged in as a registrar of `organisation`."""
    person = factories.person(name, organisation=organisation)
    services.grant_role(person=person, role=role, organisation=organisation)
    client = Client()
    client.force_login(factories.login(person))
    return client


def words(response):
    """The words of the page's main part, spaces made one."""
    main = response.content.decode().split("<main", 1)[1].split("</main>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)).strip()


def rows(response, sheet=0):
    """The rows of a workbook that was answered."""
    book = load_workbook(io.BytesIO(response.content))
    return [list(row) for row in book.worksheets[sheet].iter_rows(values_only=True)]
