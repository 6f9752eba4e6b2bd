"""The ledger of a province at two sizes, in the database of DATABASE_URL.

Started by bench.ledger in a process of its own:
python -m bench.stage.ledger SMALL LARGE BRANCHES PERSONS ROUNDS POSTED
"""

import os
import sys
import time
from datetime import date, datetime, timedelta
from types import SimpleNamespace

import django

django.setup()

from django.db import connection  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import Person  # noqa: E402
from bench.stage.cpu import seconds_used  # noqa: E402
from bench.stage.figures import report, share_s  # noqa: E402
from bench.stage.province import MEMBERS, YEAR, Province  # noqa: E402
from branches import ledger, membership, queries, verification  # noqa: E402
from branches.learning import learning_of  # noqa: E402
from branches.models import Branch  # noqa: E402
from branches.quarters import Quarter  # noqa: E402
from courses.models import ClassSession  # noqa: E402
from live.models import Attendance  # noqa: E402
from tests.databases import databases  # noqa: E402

WARM_UP = 3
# Numbers of meetings that no class of the province has: ten million lines are 20,000 of them.
POSTED_FROM = 30_000
LINES_ON_A_PAGE = 50
# The whole year of a branch is asked for as a quarter is.
WHOLE_YEAR = SimpleNamespace(starts_on=date(YEAR, 1, 1), ends_before=date(YEAR + 1, 1, 1))
LAST_DAY = date(YEAR, 12, 31)
NOON = datetime(YEAR, 12, 31, 12, tzinfo=timezone.get_current_timezone())
QUARTER = Quarter.of(date(YEAR, 3, 1))


class Look:
    """What is measured at one size."""

    def __init__(self, province: Province, size: str, rounds: int, posted: int):
        self.province, self.size, self.rounds, self.posted = province, size, rounds, posted
        self.cpu_ms: dict[str, float] = {}
        self.queries: dict[str, int] = {}

    def all(self) -> "Look":
        places = range(self.rounds + WARM_UP)
        # Of those who have studied at both sizes.
        branches = [Branch.objects.get(pk=self.province.branches[n % 30]) for n in places]
        people = Person.objects.in_bulk(self.province.people[: MEMBERS * 30])
        people = list(people.values())
        counties = list(Branch.objects.filter(depth=2).order_by("path")[:3])
        self.timed("branch_year", branch_year, branches)
        self.timed("person", person_page, [people[n * 7 % len(people)] for n in places])
        self.timed("quarter", county_quarter, [counties[n % len(counties)] for n in places])
        self.timed("post", post, [self._session_to_post(n) for n in places])
        self.verify()
        return self

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


def branch_year(branch: Branch) -> None:
    """The figures of a branch's year, the first page of its lines, and everybody's year."""
    lines = queries.ledger(branch, quarter=WHOLE_YEAR)
    queries.figures(lines)
    list(lines.order_by("-studied_on", "-pk")[:LINES_ON_A_PAGE])
    membership.members(membership.memberships(branch, on=LAST_DAY), on=LAST_DAY)


def person_page(person: Person) -> None:
    learning_of(person, year=YEAR, now=NOON)


def county_quarter(county: Branch) -> None:
    """The totals of forty branches, and each branch's own."""
    lines = queries.ledger(county, quarter=QUARTER)
    queries.figures(lines)
    list(queries.people_of(lines)[:LINES_ON_A_PAGE])


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
        looks.append(Look(province, size, rounds, posted).all())
    first, second = looks
    for name in ("branch_year", "person", "quarter", "post"):
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
        return measure(*numbers)
    finally:
        connection.close()
        copies.drop(name)
        copies.close()


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
