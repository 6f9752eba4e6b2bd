"""Reading who belongs to a branch: the roster with each one's year, offices, notices."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum

from accounts.files import finding
from accounts.models import Person
from branches import hours, queries
from branches.models import (
    Branch,
    BranchMembership,
    BranchOffice,
    StudyEntry,
    StudyNotice,
    StudyTarget,
)

# By name or by the day somebody came: people are never put in order by their study.
SORTS = {
    "name": ["person__pinyin", "person_id"],
    "-name": ["-person__pinyin", "-person_id"],
    "since": ["starts_on", "person__pinyin", "pk"],
    "-since": ["-starts_on", "person__pinyin", "pk"],
}


@dataclass(frozen=True)
class Year:
    """What somebody has studied in a year, and what is aimed at: for them and their secretary.

    `hours` is what counts for the target; `target` is none where nobody has set one.
    """

    hours: Decimal
    apart: Decimal
    target: int | None


@dataclass(frozen=True)
class Member:
    membership: BranchMembership
    offices: list[str]
    year: Year

    @property
    def person(self) -> Person:
        return self.membership.person


def memberships(
    branch: Branch, *, on: date, words: str = "", sort: str = "name", former: bool = False
) -> QuerySet[BranchMembership]:
    """Who belongs to the branch on that day, or (`former`) who once did; `words` fit."""
    held = branch.memberships.filter(ends_on__lte=on) if former else None
    held = branch.memberships.filter(queries.held_on(on)) if held is None else held
    if words.strip():
        found = finding.matching(Person.objects.filter(memberships__branch=branch), words)
        held = held.filter(person__in=found.values("pk"))
    return held.select_related("person").order_by(*SORTS.get(sort, SORTS["name"]))


def members(found: Iterable[BranchMembership], *, on: date) -> list[Member]:
    """The memberships with offices and year; three queries however many."""
    found = list(found)
    people = [each.person for each in found]
    years = years_of(people, on=on)
    offices: dict[int, list[str]] = {}
    branches = {each.branch_id for each in found}
    held = BranchOffice.objects.filter(
        queries.held_on(on), person__in=people, branch__in=branches
    ).order_by("office")
    for office in held:
        offices.setdefault(office.person_id, []).append(office.get_office_display())
    return [Member(each, offices.get(each.person_id, []), years[each.person_id]) for each in found]


def years_of(people: list[Person], *, on: date) -> dict[int, Year]:
    """The year of `on` of each of `people`."""
    apart = Q(mode__in=queries.APART)
    lines = StudyEntry.objects.filter(
        person__in=people,
        studied_on__gte=date(on.year, 1, 1),
        studied_on__lt=date(on.year + 1, 1, 1),
        is_branch_study=True,
    )
    sums = {
        row["person"]: row
        for row in lines.order_by()
        .values("person")
        .annotate(
            counted=Sum("credit_hours", filter=~apart), apart=Sum("credit_hours", filter=apart)
        )
    }
    in_office = set(
        BranchOffice.objects.filter(queries.held_on(on), person__in=people).values_list(
            "person_id", flat=True
        )
    )
    targets = _targets(on)
    paths = dict(
        Person.objects.filter(pk__in=[person.pk for person in people]).values_list(
            "pk", "organisation__path"
        )
    )
    found = {}
    for person in people:
        row = sums.get(person.pk, {})
        target = hours.nearest(targets, path=paths[person.pk])
        aim = target and (target.office_hours if person.pk in in_office else target.member_hours)
        found[person.pk] = Year(_exact(row.get("counted")), _exact(row.get("apart")), aim)
    return found


def _targets(on: date) -> list[tuple[str, StudyTarget]]:
    targets = StudyTarget.objects.filter(valid_from__lte=on).select_related("organisation")
    return [(each.organisation.path, each) for each in targets.order_by("valid_from", "pk")]


def _exact(total) -> Decimal:
    return Decimal(total or 0).quantize(Decimal("0.01"))


def is_home_member(person: Person, *, on: date) -> bool:
    return person.memberships.filter(queries.held_on(on), kind=Branch.Kind.HOME).exists()


def lines_of_notices(notices: Iterable[StudyNotice]) -> dict[int, list[StudyEntry]]:
    """The lines at home that each notice tells of, by name; one query."""
    found = {notice.pk: [] for notice in notices}
    if not found:
        return {}
    told = {
        (each.branch_id, each.source, each.source_key, each.at_branch_id): each.pk
        for each in notices
    }
    lines = StudyEntry.objects.filter(
        queries.STANDS,
        branch__in={each.branch_id for each in notices},
        studied_on__in={each.studied_on for each in notices},
        source_key__in={each.source_key for each in notices},
    ).select_related("person")
    for line in lines.order_by("person__pinyin", "person_id"):
        key = line.branch_id, line.source, line.source_key, line.at_branch_id
        if key in told:
            found[told[key]].append(line)
    return found


@dataclass(frozen=True)
class Part:
    """The part of one branch, or of one organisation's people without a branch, in a session."""

    organisation: str
    branch: str
    # The branch above a group (党小组).
    above: str
    branch_pk: int | None
    people: int
    hours: Decimal
    hours_apart: Decimal


def parts_of(lines: QuerySet[StudyEntry]) -> list[Part]:
    """三级联训: who was there, by organisation and home branch; two queries."""
    apart = Q(mode__in=queries.APART)
    rows = (
        lines.filter(queries.STANDS)
        .order_by()
        .values(
            "person__organisation__path",
            "person__organisation__name",
            "branch__path",
            "branch__name",
            "branch__level",
            "branch",
        )
        .annotate(
            people=Count("person", distinct=True),
            counted=Sum("credit_hours", filter=~apart),
            apart=Sum("credit_hours", filter=apart),
        )
    )
    rows = sorted(
        rows, key=lambda row: (row["person__organisation__path"], row["branch__path"] or "~")
    )
    step = Branch.steplen
    groups = [row["branch__path"] for row in rows if row["branch__level"] == Branch.Level.GROUP]
    above = dict(
        Branch.objects.filter(path__in=[path[:-step] for path in groups]).values_list(
            "path", "name"
        )
    )
    return [
        Part(
            row["person__organisation__name"],
            row["branch__name"] or "",
            above.get(row["branch__path"][:-step], "") if row["branch__path"] in groups else "",
            row["branch"],
            row["people"],
            _exact(row["counted"]),
            _exact(row["apart"]),
        )
        for row in rows
    ]
