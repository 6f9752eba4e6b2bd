"""The ledger of a province at two sizes, in the database of DATABASE_URL.

Started by bench.ledger in a process of its own:
python -m bench.stage.ledger SMALL LARGE BRANCHES PERSONS ROUNDS POSTED
"""

import os
import sys
import time
from collections import defaultdict
from datetime import datetime, timedelta
from unittest.mock import patch

import django

django.setup()

from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import Person, RoleGrant, User  # noqa: E402
from accounts.services import grant_role  # noqa: E402
from bench.stage.cpu import seconds_used  # noqa: E402
from bench.stage.figures import report, share_s  # noqa: E402
from bench.stage.province import (  # noqa: E402
    BRANCHES_OF_A_COUNTY,
    MEMBERS,
    SESSIONS,
    YEAR,
    Province,
)
from branches import ledger, verification  # noqa: E402
from branches.models import Branch  # noqa: E402
from branches.quarters import Quarter  # noqa: E402
from branches.reports import freezing  # noqa: E402
from courses.models import ClassSession  # noqa: E402
from live.models import Attendance  # noqa: E402
from tests.databases import databases  # noqa: E402

WARM_UP = 3
# Numbers of meetings that no class of the province has: ten million lines are 20,000 of them.
POSTED_FROM = 30_000
# The pages look at the year of this day.
NOON = datetime(YEAR, 12, 31, 12, tzinfo=timezone.get_current_timezone())
QUARTER, FROZEN = Quarter(YEAR, 1), Quarter(YEAR, 2)
COUNTIES = 3
BRANCHES = 30


class Reader:
    """Somebody at their browser: asks for pages, and is told when one is refused."""

    def __init__(self, person: Person):
        phone = f"138{person.pk:08d}"
        found = User.objects.filter(person=person).first()
        self.user = found or User.objects.create_user(phone, person=person)
        self._client = Client(HTTP_HOST="127.0.0.1")
        self._client.force_login(self.user)

    def read(self, *addresses: str) -> None:
        for address in addresses:
            answer = self._client.get(address)
            if answer.status_code != 200:
                raise SystemExit(f"{address} was answered {answer.status_code}.")


class Look:
    """What is measured at one size; the first `studied` people of the province studied at both."""

    def __init__(self, province: Province, size: str, *, studied: int, rounds: int, posted: int):
        self.province, self.size, self.studied = province, size, studied
        self.rounds, self.posted = rounds, posted
        self.cpu_ms: dict[str, float] = {}
        self.queries: dict[str, int] = {}

    def all(self) -> "Look":
        places = range(self.rounds + WARM_UP)
        for name, pages in self._pages().items():
            self.timed(name, read, [pages[n * 7 % len(pages)] for n in places])
        self.timed("post", post, [self._session_to_post(n) for n in places])
        self.verify()
        return self

    def _pages(self) -> dict[str, list[tuple]]:
        """Who asks for what, of those who have studied at both sizes: [(reader, addresses)]."""
        some = self.province.people[: min(self.studied, MEMBERS * BRANCHES)]
        people = list(Person.objects.filter(pk__in=some).order_by("pk"))
        counties = max(1, min(COUNTIES, self.studied // (MEMBERS * BRANCHES_OF_A_COUNTY)))
        pages = defaultdict(list)
        for secretary in people[::MEMBERS]:
            branch = self.province.home[secretary.pk]
            members = reverse("branches:members", args=[branch])
            lines = reverse("branches:ledger", args=[branch])
            addresses = (members, f"{lines}?quarter={QUARTER.code}")
            pages["branch_year"].append((Reader(secretary), *addresses))
        for person in people[:: MEMBERS // 2 - 1]:
            address = f"{reverse('branches:my_learning')}?year={YEAR}"
            pages["person"].append((Reader(person), address))
        officials = Person.objects.filter(pk__in=self.province.people[-counties:])
        for county, official in zip(self.province.counties, officials, strict=False):
            grant_role(person=official, role=RoleGrant.Role.BUREAU, organisation=county)
            reader = Reader(official)
            report = reverse("branches:report", args=[county.pk, QUARTER.code])
            pages["quarter"].append((reader, report))
            if not county.quarter_reports.exists():
                freezing.freeze(organisation=county, quarter=FROZEN, by=reader.user)
            frozen = reverse("branches:report", args=[county.pk, FROZEN.code])
            pages["frozen_quarter"].append((reader, frozen))
            unit = Branch.objects.get(organisation=county, depth=2)
            lines = reverse("branches:ledger", args=[unit.pk])
            pages["county_lines"].append((reader, f"{lines}?quarter={QUARTER.code}"))
        return pages

    def timed(self, name: str, action, arguments) -> None:
        """The median time, and the mean processor time here and in the database: the one is
        what people wait, the other hardly depends on what else the machine does."""
        for argument in arguments[:WARM_UP]:
            with CaptureQueriesContext(connection) as captured:
                action(argument)
        self.queries[name] = len(captured)
        before, took = used(), []
        for argument in arguments[WARM_UP:]:
            began = time.perf_counter()
            action(argument)
            took.append(time.perf_counter() - began)
        self.cpu_ms[name] = (used() - before) * 1000 / len(took)
        report(f"{name}_{self.size}_ms", share_s(took, 50) * 1000)
        report(f"{name}_{self.size}_cpu_ms", self.cpu_ms[name])
        report(f"{name}_{self.size}_queries", self.queries[name])

    def verify(self) -> None:
        before, began = used(), time.perf_counter()
        found = verification.verify()
        millions = found.lines / 1_000_000
        if not found.is_well:
            raise SystemExit(f"The ledger is not well: {found}")
        report(f"verified_{self.size}_lines", found.lines)
        report(f"verify_{self.size}_s_per_million", (time.perf_counter() - began) / millions)
        report(f"verify_{self.size}_cpu_s_per_million", (used() - before) / millions)

    def _session_to_post(self, number: int) -> ClassSession:
        """A session that a thousand people were in, not posted yet; on a day of its own."""
        first = datetime(YEAR, 2, 1, 14, tzinfo=NOON.tzinfo)
        starts_at = first + timedelta(days=number + (150 if self.size == "large" else 0))
        made = ClassSession.objects.create(
            class_group=self.province.group,
            number=POSTED_FROM + ClassSession.objects.filter(number__gte=POSTED_FROM).count(),
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=90),
        )
        there = self.province.people[-self.posted :]
        Attendance.objects.bulk_create(
            Attendance(
                session=made,
                person_id=person,
                mode="live",
                seconds=5400,
                session_seconds=5400,
                is_present=True,
            )
            for person in there
        )
        return made


def used() -> float:
    found = seconds_used(os.getpid())
    if connection.vendor == "postgresql":
        found += seconds_used(connection.connection.info.backend_pid)
    return found


def bytes_of_a_line() -> float:
    """What a line takes on the disk, with its indexes."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_total_relation_size('branches_studyentry')")
        else:
            cursor.execute(
                "SELECT sum(pgsize) FROM dbstat WHERE name IN "
                "(SELECT name FROM sqlite_master WHERE tbl_name = 'branches_studyentry')"
            )
        size = cursor.fetchone()[0]
        cursor.execute("SELECT count(*) FROM branches_studyentry")
        return float(size) / cursor.fetchone()[0]


def read(page: tuple) -> None:
    reader, *addresses = page
    reader.read(*addresses)


def post(session: ClassSession) -> None:
    ledger.post_session(session=session, now=NOON)


def measure(small: int, large: int, branches: int, persons: int, rounds: int, posted: int) -> int:
    began = time.perf_counter()
    province = Province(branches=branches, persons=persons)
    looks = []
    for size, lines in (("small", small), ("large", large)):
        province.grow_to(lines)
        report(f"built_{size}_s", time.perf_counter() - began)
        report(f"line_bytes_{size}", bytes_of_a_line())
        # They are looked at, because they have as many lines at both sizes.
        studied = small // SESSIONS
        looks.append(Look(province, size, studied=studied, rounds=rounds, posted=posted).all())
    first, second = looks
    for name in first.cpu_ms:
        report(f"growth_{name}", round(second.cpu_ms[name] / max(first.cpu_ms[name], 0.01), 2))
    constant = first.queries == second.queries
    report("query_counts_constant", "yes" if constant else "no")
    return 0 if constant else 1


def main(*numbers: int) -> int:
    copies = databases()
    copies.make_template()
    name = connection.settings_dict["NAME"]
    copies.copy_to(name)
    try:
        with patch.object(timezone, "now", return_value=NOON):
            return measure(*numbers)
    finally:
        connection.close()
        copies.drop(name)
        copies.close()


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
