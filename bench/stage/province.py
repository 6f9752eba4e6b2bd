"""A province for bench.ledger: branches, people, and a ledger that grows.

Rows are written in bulk by COPY or executemany, never around the guard: the triggers refuse
what they always refuse, the unique keys hold, and every line is hashed by branches.chain.
"""

import itertools
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from django.db import connection, transaction
from wagtail.models import Page

from accounts import services
from accounts.models import Organisation, Person
from branches import chain
from branches.models import (
    Branch,
    BranchMembership,
    BranchOffice,
    BranchRecord,
    HoursRule,
    LedgerBatch,
    LedgerTail,
    StudyEntry,
)
from courses.models import (
    ClassGroup,
    ClassSession,
    CoursePage,
    Enrolment,
    SeatPool,
    Subject,
    Term,
)
from live.models import Attendance

MEMBERS = 28
BRANCHES_OF_A_COUNTY = 40
# A class of the province: so many people, each in so many of its sessions a year.
CLASS = 500
SESSIONS = 20
BATCH = 5000
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗䶮𠮷"
GIVEN = "秀兰桂英建国志强文芳春梅淑珍德华永平红霞"
YEAR = 2026


class Province:
    def __init__(self, *, branches: int, persons: int):
        self.lines = 0
        self.sessions = 0
        self.top = Organisation.add_root(name="青岚省", code="37", kind="province")
        self.rule = HoursRule.objects.create(
            organisation=self.top, version="2026-1", valid_from=date(YEAR, 1, 1)
        )
        self._make_counties(-(-branches // BRANCHES_OF_A_COUNTY))
        self._make_people(persons)
        self._make_branches(branches)
        self._make_course()

    # People and branches

    def _make_counties(self, count: int) -> None:
        facts = {"kind": "county", "depth": 2, "numchild": 0}
        step = Organisation._get_path
        _in_batches(
            Organisation,
            (
                Organisation(
                    name=f"第{number}县",
                    code=f"37{number:04d}",
                    path=step(self.top.path, 2, number + 1),
                    **facts,
                )
                for number in range(count)
            ),
        )
        Organisation.objects.filter(pk=self.top.pk).update(numchild=count)
        self.counties = list(Organisation.objects.filter(depth=2).order_by("path"))

    def _county_of(self, place: int) -> Organisation:
        """Of the person at this place among all."""
        number = place // (MEMBERS * BRANCHES_OF_A_COUNTY)
        return self.counties[min(number, len(self.counties) - 1)]

    def _make_people(self, count: int) -> None:
        prepared = {}
        for number in range(len(SURNAMES) * len(GIVEN)):
            name = SURNAMES[number % len(SURNAMES)] + GIVEN[number // len(SURNAMES)]
            person = Person(name=name, sex="f", born_on=date(1955, 1, 1))
            services.prepare_file(person)
            prepared[number] = person
        first = Person.objects.order_by("-pk").values_list("pk", flat=True).first() or 0

        def people() -> Iterator[Person]:
            for number in range(count):
                like = prepared[number % len(prepared)]
                yield Person(
                    name=like.name,
                    sex="f",
                    born_on=date(1940, 1, 1) + timedelta(days=number % 9000),
                    organisation=self._county_of(number),
                    pinyin=like.pinyin,
                    pinyin_letters=like.pinyin_letters,
                    pinyin_initials=like.pinyin_initials,
                )

        _in_batches(Person, people())
        found = Person.objects.filter(pk__gt=first).order_by("pk").values_list("pk", flat=True)
        self.people = list(found)

    def _make_branches(self, count: int) -> None:
        root = Branch.add_root(name="省委", level="committee", organisation=self.top)
        step, rows = Branch._get_path, []
        for county, organisation in enumerate(self.counties):
            path, facts = step(root.path, 2, county + 1), {"organisation": organisation}
            mine = min(BRANCHES_OF_A_COUNTY, count - county * BRANCHES_OF_A_COUNTY)
            rows.append(
                Branch(
                    name=f"第{county}县",
                    level="general",
                    path=path,
                    depth=2,
                    numchild=mine,
                    **facts,
                )
            )
            for number in range(mine):
                rows.append(
                    Branch(
                        name=f"第{county}县第{number}支部",
                        path=step(path, 3, number + 1),
                        depth=3,
                        numchild=0,
                        **facts,
                    )
                )
        _in_batches(Branch, iter(rows))
        Branch.objects.filter(pk=root.pk).update(numchild=len(self.counties))
        found = Branch.objects.filter(depth=3).order_by("path")
        self.branches = list(found.values_list("pk", flat=True))
        self.home = {
            person: self.branches[place // MEMBERS]
            for place, person in enumerate(self.people)
            if place // MEMBERS < len(self.branches)
        }
        _in_batches(
            BranchMembership,
            (
                BranchMembership(
                    branch_id=branch, person_id=person, kind="home", starts_on=date(2020, 1, 1)
                )
                for person, branch in self.home.items()
            ),
        )
        _in_batches(
            BranchOffice,
            (
                BranchOffice(
                    branch_id=self.home[person],
                    person_id=person,
                    office="secretary",
                    starts_on=date(2024, 1, 1),
                )
                for person in self.people[::MEMBERS]
                if person in self.home
            ),
        )

    def _make_course(self) -> None:
        course = CoursePage(
            title="行书",
            slug="bench",
            subject=Subject.CALLIGRAPHY,
            organisation=self.top,
            summary="从执笔学起",
            description="<p>从执笔学起</p>",
        )
        Page.get_first_root_node().add_child(instance=course)
        term = Term.objects.create(
            organisation=self.top,
            name="2026年",
            starts_on=date(YEAR, 1, 1),
            ends_on=date(YEAR, 12, 31),
        )
        self._class_facts = {
            "course": course,
            "term": term,
            "organisation": self.top,
            "name": "行书入门",
            "teacher": Person.objects.get(pk=self.people[-1]),
            "weekday": 0,
            "starts_at_time": "09:00",
            "room": "二楼",
        }
        self.classes: list[ClassGroup] = []
        # The one whose meetings are posted.
        self.group = ClassGroup.objects.create(code="bench", **self._class_facts)

    def _class_of(self, place: int) -> ClassGroup:
        """The class at this place of the year, with a seat for each of its people."""
        if place < len(self.classes):
            return self.classes[place]
        group = ClassGroup.objects.create(code=f"bench-{place}", **self._class_facts)
        pool = SeatPool.objects.create(class_group=group, capacity=CLASS, seats_taken=CLASS)
        facts = {"class_group": group, "pool": pool, "source": "online"}
        facts["seated_at"] = datetime(YEAR, 1, 1, tzinfo=UTC)
        people = self.people[place * CLASS : (place + 1) * CLASS]
        Enrolment.objects.bulk_create(Enrolment(person_id=person, **facts) for person in people)
        self.classes.append(group)
        return group

    # The ledger

    def grow_to(self, lines: int) -> None:
        """Sessions with their attendance and their lines, until there are so many lines."""
        while self.lines < lines:
            wanted = min(lines - self.lines, 200_000)
            self._add(wanted)
        with connection.cursor() as cursor:
            # What PostgreSQL does by itself within a minute.
            vacuum = "VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE"
            cursor.execute(vacuum)

    def session(self) -> tuple[ClassSession, list[int]]:
        """The next session of the year and who is in it, in the order of the classes."""
        place, number = divmod(self.sessions, SESSIONS)
        people = self.people[place * CLASS : (place + 1) * CLASS]
        if not people:
            raise SystemExit("Too few persons for so many lines.")
        starts_at = datetime(YEAR, 1, 5, 1, tzinfo=UTC) + timedelta(days=17 * number)
        made = ClassSession(
            class_group=self._class_of(place),
            number=self.sessions + 1,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=90),
        )
        self.sessions += 1
        return made, people

    def _add(self, wanted: int) -> None:
        planned, count = [], 0
        while count < wanted:
            session, people = self.session()
            people = people[: wanted - count]
            planned.append((session, people))
            count += len(people)
        with transaction.atomic():
            ClassSession.objects.bulk_create([session for session, _ in planned], batch_size=BATCH)
            _copy(Attendance, ATTENDANCE, self._attendances(planned))
            batches = []
            # Asked before the COPY, which has the connection for itself.
            tail = LedgerTail.objects.get(pk=1)
            _copy(StudyEntry, LINE, self._lines(planned, tail, batches))
            LedgerBatch.objects.bulk_create(batches, batch_size=BATCH)
            _in_batches(BranchRecord, self._records(planned))
            last = batches[-1]
            LedgerTail.objects.filter(pk=1).update(number=last.number, hash=last.hash)
        self.lines += count

    def _attendances(self, planned) -> Iterator[tuple]:
        for session, people in planned:
            for person in people:
                yield session.pk, person, "live", 5400, 5400, "[]", True

    def _records(self, planned) -> Iterator[BranchRecord]:
        """The draft of every branch whose members were there."""
        for session, people in planned:
            homes = (self.home[person] for person in people if person in self.home)
            for branch in dict.fromkeys(homes):
                yield BranchRecord(
                    branch_id=branch,
                    session=session,
                    held_on=session.starts_at.date(),
                    drafted_at=session.ends_at,
                )

    def _lines(self, planned, tail: LedgerTail, batches: list) -> Iterator[tuple]:
        previous, number = bytes(tail.hash), tail.number
        for session, people in planned:
            number += 1
            latest, posted_at = chain.batch_seed(previous, number), session.ends_at
            shared = self._shared(session)
            for place, person in enumerate(people, 1):
                facts = shared | {"person_id": person, "branch_id": self.home.get(person)}
                covered = [facts[name] for name in chain.COVERED]
                latest = chain.line_hash(latest, covered)
                yield (*covered, number, place, latest)
            batches.append(
                LedgerBatch(
                    number=number,
                    previous_hash=previous,
                    hash=latest,
                    count=len(people),
                    posted_at=posted_at,
                )
            )
            previous = latest

    def _shared(self, session: ClassSession) -> dict:
        return dict.fromkeys(chain.COVERED) | {
            "studied_on": session.starts_at.date(),
            "half_day": "morning",
            "minutes": 90,
            "whole_minutes": 90,
            "credit_hours": Decimal("2.00"),
            "mode": "live",
            "title": f"行书入门 第 {session.number} 讲",
            "source": "session",
            "source_key": session.pk,
            "session_id": session.pk,
            "revision": 0,
            "rule_id": self.rule.pk,
            "is_branch_study": True,
            "is_reversal": False,
            "reason": "",
            "posted_at": session.ends_at,
        }


ATTENDANCE = (
    "session_id",
    "person_id",
    "mode",
    "seconds",
    "session_seconds",
    "spans",
    "is_present",
)
LINE = (*chain.COVERED, "batch_id", "place", "hash")


def _in_batches(model, rows: Iterator) -> None:
    while batch := list(itertools.islice(rows, BATCH)):
        model.objects.bulk_create(batch)


def _copy(model, columns: tuple, rows: Iterable[tuple]) -> None:
    table = model._meta.db_table
    named = ", ".join(columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({named}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return
        fields = [model._meta.get_field(name.removesuffix("_id")) for name in columns]
        dress = [_as_sqlite(field) for field in fields]
        marks = ", ".join(["%s"] * len(columns))
        statement = f"INSERT INTO {table} ({named}) VALUES ({marks})"
        dressed = ([make(value) for make, value in zip(dress, row, strict=True)] for row in rows)
        while batch := list(itertools.islice(dressed, BATCH)):
            cursor.executemany(statement, batch)


def _as_sqlite(field):
    """How SQLite holds a value of the field; JSON comes as text already."""
    kind = field.get_internal_type()
    if kind in ("DateTimeField", "DateField", "DecimalField"):
        return lambda value: field.get_db_prep_save(value, connection)
    return lambda value: value
