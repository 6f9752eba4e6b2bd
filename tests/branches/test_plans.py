"""Whether the pages of a branch read what is the branch's, and not everybody of a province."""

import re
from collections import defaultdict

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import services as accounts
from accounts.models import RoleGrant
from branches import ledger
from tests.branches import school
from tests.branches.school import LATER

# SQLite asks a condition with EXISTS of each row of the table; PostgreSQL joins it.
pytestmark = [pytest.mark.django_db, pytest.mark.sqlite_only]

# The tables that are long where a province works here.
LONG = "accounts_person|branches_studyentry|live_attendance|branches_participation"
READ_WHOLE = re.compile(rf"SCAN ({LONG})\b")


@pytest.fixture
def pages(city, branch, wang, session, secretary):
    """Of a branch with a session, an activity and a record: {name: address}."""
    school.attendance(wang, session)
    ledger.post_session(session=session, now=LATER)
    activity = school.activity(branch, by=secretary)
    school.held(activity, wang)
    record = branch.records.filter(session=session).get()
    return {
        "today": reverse("branches:today"),
        "list": reverse("branches:list"),
        "members": reverse("branches:members", args=[branch.pk]),
        "ledger": reverse("branches:ledger", args=[branch.pk]) + "?quarter=2026Q3",
        "one's": reverse("branches:ledger", args=[branch.pk]) + f"?person={wang.pk}",
        "people": reverse("branches:ledger", args=[branch.pk]) + "?show=people",
        "activities": reverse("branches:activities", args=[branch.pk]),
        "activity": reverse("branches:activity", args=[branch.pk, activity.pk]),
        "presence": reverse("branches:presence", args=[branch.pk, activity.pk]),
        "records": reverse("branches:records", args=[branch.pk]),
        "record": reverse("branches:record", args=[branch.pk, record.pk]),
        "quarter": reverse("branches:report", args=[city.pk, "2026Q3"]),
        "lines": reverse("branches:report_lines", args=[city.pk, "2026Q3"]),
        "calls": reverse("branches:report_calls", args=[city.pk, "2026Q3"]),
        "learning": reverse("branches:my_learning"),
        "home study": reverse("branches:home_study"),
    }


def test_no_page_of_a_branch_reads_a_long_table_whole(pages, city, secretary, client):
    accounts.grant_role(person=secretary.person, role=RoleGrant.Role.BUREAU, organisation=city)
    client.force_login(secretary)
    read_whole = {}
    for name, address in pages.items():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200, name
        found = {step for query in captured for step in steps(query["sql"])}
        if whole := sorted(step for step in found if READ_WHOLE.search(step)):
            read_whole[name] = whole

    assert read_whole == {}


def steps(sql: str) -> list[str]:
    """What SQLite does for a query, each table by its name."""
    if not sql.startswith("SELECT"):
        return []
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN " + sql.replace("%", "%%"), [])
        found = [row[-1] for row in cursor.fetchall()]
    called = defaultdict(set)
    for table, alias in re.findall(r'"(\w+)" ([A-Z]\d+)\b', sql):
        called[alias].add(table)
    # An alias may stand for two tables in two subqueries: nothing is said of it then.
    sure = {alias: tables.pop() for alias, tables in called.items() if len(tables) == 1}
    return [re.sub(r"\b[A-Z]\d+\b", lambda at: sure.get(at[0], at[0]), step) for step in found]
