"""Who may do what: every address asked by every kind of visitor (tests/who_may/).

302 for a stranger is the way to the login page. An address without a row is red.
"""

import importlib
import pkgutil
import uuid

import pytest
from django.urls import URLResolver, get_resolver, reverse

import tests.who_may
from tests.ground import made_once
from tests.who_may import VISITORS, town

AREAS = [
    importlib.import_module(f"tests.who_may.{found.name}")
    for found in pkgutil.iter_modules(tests.who_may.__path__)
    if found.name != "town"
]
ROWS = [line.split() for area in AREAS for line in area.TABLE.strip().splitlines()]
ROWS += [line.split() for area in AREAS for line in getattr(area, "LAST", "").splitlines() if line]

# Of these the whole tree is somebody else's and has rows of its own in cms.py.
TREES = {"office/", "cms/", "documents/"}
# The page tree itself and Wagtail's password-protected pages, which this school has none of.
WAGTAIL = {
    "wagtail_serve",
    "wagtailcore_login",
    "wagtailcore_authenticate_with_password",
}


def addresses(resolver=None, namespaces=()):
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            if str(pattern.pattern) not in TREES:
                inside = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
                yield from addresses(pattern, inside)
        else:
            yield ":".join([*namespaces, pattern.name])


def test_every_address_has_a_row():
    assert {row[0] for row in ROWS if row[0][0] != "/"} == set(addresses()) - WAGTAIL


def test_every_row_has_a_column_for_every_visitor():
    assert [row[:2] for row in ROWS if len(row) != len(VISITORS) + 2] == []


@made_once
def place():
    """The town, and what every area needs in it."""
    place = town.build()
    place.needs = tests.who_may.Needs()
    for area in AREAS:
        of_area = area.furnish(place)
        place.needs.arguments |= of_area.arguments
        place.needs.fields |= of_area.fields
    return place


def asked(client, needs, address, method, visitor):
    key = f"{address} {method}" if f"{address} {method}" in needs.fields else address
    arguments = needs.arguments.get(key, needs.arguments.get(address))
    path = address if address[0] == "/" else reverse(address, args=arguments)
    fields = needs.fields.get(
        key, {"client_id": uuid.uuid4(), "device": uuid.uuid4(), "text": "好"}
    )
    if callable(fields):
        fields = fields(visitor)
    return client.get(path, fields) if method == "GET" else client.post(path, fields)


# Whom the doors let in does not depend on the database; what is asked behind them does, and
# these see most of it.
ON_BOTH = {"registrar", "secretary", "admin"}


@pytest.mark.parametrize(
    "visitor",
    [
        pytest.param(visitor, marks=[] if visitor in ON_BOTH else pytest.mark.sqlite_only)
        for visitor in VISITORS
    ],
)
def test_each_visitor_gets_what_the_table_says(client, place, visitor):
    if visitor in place.logins:
        client.force_login(place.logins[visitor])

    found = {}
    for address, method, *_statuses in ROWS:
        found[address, method] = asked(client, place.needs, address, method, visitor).status_code
        if address == "accounts:act_for":
            client.post(reverse("accounts:act_for"))  # Oneself again.

    column = VISITORS.index(visitor) + 2
    assert found == {(row[0], row[1]): int(row[column]) for row in ROWS}
