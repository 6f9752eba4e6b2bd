"""Counting the figures of the catalogue: per branch, per month, per place and together.

The number of queries is the same for one branch and for eighteen thousand.  Additive figures
are added up from one grouping of the lines; people (人数) are counted apart for every heading,
because one person may stand under several.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from functools import cached_property

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    When,
)
from django.db.models.functions import ExtractMonth, Length, Substr, TruncDate

from accounts.models import Organisation
from branches import queries
from branches.models import (
    Branch,
    BranchActivity,
    BranchMembership,
    BranchRecord,
    Participation,
    Source,
    StudyEntry,
)
from branches.periods import Period
from branches.reports import catalogue
from branches.reports.catalogue import FIGURES, Unit
from courses.models import Enrolment, seats_at

Level, Kind = Branch.Level, Branch.Kind
# 人次: a line that was reversed and its reversal take each other away.
TIMES = Count("pk", filter=Q(is_reversal=False)) - Count("pk", filter=Q(is_reversal=True))


# Branches that are named in a query one by one: a county has forty, a province 18,000.
LISTED_AT_MOST = 1_000


@dataclass(frozen=True)
class Scope:
    """Whose study is counted: `rows` are the branches that report, in their order; a group
    (党小组) is counted with the branch above it."""

    rows: list[Branch]
    # With the groups; for subqueries.
    branches: QuerySet[Branch]

    def row_of(self, path: str) -> Branch | None:
        return self._rows.get(path) or (self.rows[0] if len(self.rows) == 1 else None)

    @cached_property
    def _rows(self) -> dict[str, Branch]:
        return {row.path: row for row in self.rows}


def scope_of(organisation: Organisation) -> Scope:
    """The branches of an organisation and of all beneath it; two queries."""
    own = Branch.objects.filter(organisation__path__startswith=organisation.path, kind=Kind.HOME)
    own = own.exclude(level=Level.GROUP)
    # What a group belongs to decides, not where it meets.
    groups = Branch.objects.filter(level=Level.GROUP, kind=Kind.HOME)
    groups = groups.alias(above=_above()).filter(above__in=own.values("path"))
    return _with_groups(own, groups)


def scope_of_rows(rows: Iterable[int]) -> Scope:
    """The branches that stood in a report, wherever they belong today; two queries."""
    own = Branch.objects.filter(pk__in=list(rows))
    groups = Branch.objects.filter(level=Level.GROUP, kind=Kind.HOME)
    groups = groups.alias(above=_above()).filter(above__in=own.values("path"))
    return _with_groups(own, groups)


def scope_of_branch(branch: Branch) -> Scope:
    """A branch and all beneath it; one query."""
    beneath = queries.tree(branch).filter(kind=branch.kind)
    rows = beneath if branch.level == Level.GROUP else beneath.exclude(level=Level.GROUP)
    return Scope(_named(rows), beneath)


def together(one: Scope, other: Scope) -> QuerySet[Branch]:
    """The branches of both, for subqueries; two queries."""
    sides = [scope.branches.order_by().values("pk") for scope in (one, other)]
    if max(len(one.rows), len(other.rows)) > LISTED_AT_MOST:
        return Branch.objects.filter(Q(pk__in=sides[0]) | Q(pk__in=sides[1]))
    return Branch.objects.filter(pk__in={row["pk"] for side in sides for row in side})


def _with_groups(own: QuerySet[Branch], groups: QuerySet[Branch]) -> Scope:
    rows = _named(own)
    # Named one by one, PostgreSQL knows how few they are and goes to their lines; of "in these
    # or in those" it asks every line of the ledger, as is right where nearly all are meant.
    if len(rows) <= LISTED_AT_MOST:
        both = Q(pk__in=[row.pk for row in rows] + list(groups.values_list("pk", flat=True)))
    else:
        both = Q(pk__in=own.order_by().values("pk")) | Q(pk__in=groups.order_by().values("pk"))
    return Scope(rows, Branch.objects.filter(both))


def _named(rows: QuerySet[Branch]) -> list[Branch]:
    return list(rows.select_related("organisation").order_by("organisation__path", "path"))


def _above(path="path"):
    """The path of the branch above."""
    return Substr(path, 1, Length(path) - Branch.steplen)


def _row(branch="branch__"):
    """The path of the branch that reports for a line's branch."""
    group = Q(**{f"{branch}level": Level.GROUP})
    return Case(When(group, then=_above(f"{branch}path")), default=F(f"{branch}path"))


@dataclass
class Counted:
    """What was counted: {code: value} for every row by its pk, every month, every place."""

    total: dict
    rows: dict[int, dict]
    months: dict[int, dict]
    places: dict[str, dict] = field(default_factory=dict)


def count(
    scope: Scope,
    period: Period,
    *,
    lines: QuerySet[StudyEntry] | None = None,
    places: Organisation | None = None,
) -> Counted:
    """Count everything of `scope` in `period`.

    `lines` are other lines than those of the scope; `places` groups by what is directly
    beneath that organisation.
    """
    if lines is None:
        lines = lines_of(scope, period)
    found = Counted(_nought(), {row.pk: _nought() for row in scope.rows}, {})
    _count_lines(found, scope, lines)
    _count_people(found, scope, lines)
    _count_members(found, scope, period)
    _count_records(found, scope, period)
    found.total["branches"] = sum(_is_asked(row, period) for row in scope.rows)
    if places:
        _group(found, scope, period, places, lines)
    return _written(found)


def was_there(row: Branch, period: Period) -> bool:
    """Whether the branch was one on any day of the period: what ended before it, or was founded
    after, is asked nothing; its figures are counted all the same, if it has any."""
    begun = row.founded_on is None or row.founded_on < period.ends_before
    return begun and (row.ended_on is None or row.ended_on > period.starts_on)


def _is_asked(row: Branch, period: Period) -> bool:
    return row.level == Level.BRANCH and was_there(row, period)


def lines_of(scope: Scope, period: Period) -> QuerySet[StudyEntry]:
    """The lines of the ledger behind the figures, reversals among them."""
    return StudyEntry.objects.filter(
        branch__in=scope.branches.values("pk"),
        studied_on__gte=period.starts_on,
        studied_on__lt=period.ends_before,
    )


def of_row(lines: QuerySet, branch: Branch) -> QuerySet:
    """Those of `lines`, records or activities that count for a branch that reports: its own
    and its groups'."""
    groups = queries.tree(branch).filter(level=Level.GROUP).alias(above=_above())
    return lines.filter(
        Q(branch=branch) | Q(branch__in=groups.filter(above=branch.path).values("pk"))
    )


def _nought() -> dict:
    return {
        code: Decimal(0) if figure.unit == Unit.HOURS else 0 for code, figure in FIGURES.items()
    }


def _count_lines(found: Counted, scope: Scope, lines: QuerySet[StudyEntry]) -> None:
    grouped = (
        lines.order_by()
        .values("mode", row=_row(), month=ExtractMonth("studied_on"))
        .annotate(
            times=TIMES,
            hours=Sum("credit_hours"),
        )
    )
    for group in grouped:
        hours = Decimal(group["hours"]).quantize(Decimal("0.01"))
        month = found.months.setdefault(group["month"], _nought())
        row, mode = scope.row_of(group["row"]), group["mode"]
        for figures in (found.total, month, *([found.rows[row.pk]] if row else [])):
            figures["times"] += group["times"]
            figures[f"times_{mode}"] += group["times"]
            figures[f"hours_{mode}"] += hours
            figures["hours_apart" if mode in catalogue.APART else "hours"] += hours


def _count_people(found: Counted, scope: Scope, lines: QuerySet[StudyEntry]) -> None:
    stand = lines.filter(queries.STANDS).order_by()
    for path, count in stand.values(row=_row()).annotate(n=_distinct()).values_list("row", "n"):
        if row := scope.row_of(path):
            found.rows[row.pk]["people"] = count
    by_month = stand.values(month=ExtractMonth("studied_on")).annotate(n=_distinct())
    for month, count in by_month.values_list("month", "n"):
        found.months.setdefault(month, _nought())["people"] = count
    found.total["people"] = stand.aggregate(n=_distinct())["n"]


def _count_members(found: Counted, scope: Scope, period: Period) -> None:
    last = period.ends_before - timedelta(days=1)
    held = BranchMembership.objects.filter(
        queries.held_on(last), branch__in=scope.branches.values("pk")
    )
    _spread(found, scope, held.order_by().values(row=_row()).annotate(members=_distinct()))


def _distinct():
    return Count("person", distinct=True)


def _count_records(found: Counted, scope: Scope, period: Period) -> None:
    # What a functional or temporary branch held is counted once, where its people are at home.
    everything = BranchRecord.objects.filter(
        branch__in=scope.branches.values("pk"),
        branch__kind=Kind.HOME,
        held_on__gte=period.starts_on,
        held_on__lt=period.ends_before,
    ).order_by()
    _spread(found, scope, everything.values(row=_row()).annotate(records=Count("pk")))
    _count_kinds(found, scope, period)
    _count_activities(found, scope, period)
    records = everything.filter(activity=None)
    # The same records, joined: a second list of the branches within the first is a list made
    # anew for each line.
    record = "session__branch_records__"
    there = StudyEntry.objects.filter(
        queries.STANDS,
        branch__in=scope.branches.values("pk"),
        branch__kind=Kind.HOME,
        **{
            f"{record}branch": F("branch"),
            f"{record}activity": None,
            f"{record}held_on__gte": period.starts_on,
            f"{record}held_on__lt": period.ends_before,
        },
    ).exclude(mode__in=catalogue.APART)
    there = there.order_by().values(row=_row()).annotate(present=Count("pk"))
    _spread(found, scope, there.annotate(due=F("present")))
    missing = _absent(records).values(row=_row()).annotate(due=Count("member"))
    _spread(found, scope, missing)


def _count_kinds(found: Counted, scope: Scope, period: Period) -> None:
    """How many of each kind were held, where they were called."""
    held = BranchActivity.objects.filter(
        branch__in=scope.branches.values("pk"),
        branch__kind=Kind.HOME,
        closed_at__isnull=False,
        held_on__gte=period.starts_on,
        held_on__lt=period.ends_before,
    )
    grouped = held.order_by().values("kind", row=_row()).annotate(n=Count("pk"))
    _spread(
        found, scope, [{"row": each["row"], f"held_{each['kind']}": each["n"]} for each in grouped]
    )


def _count_activities(found: Counted, scope: Scope, period: Period) -> None:
    """Who was due and present at activities, each in the branch of their home on that day.

    Where several branches were together everybody is counted once, whosoever record lists them.
    """
    # Who ever belonged here: else everybody's home of the whole quarter is looked for.
    members = BranchMembership.objects.filter(
        branch__in=scope.branches.values("pk"), kind=Kind.HOME
    )
    home = BranchMembership.objects.filter(
        Q(ends_on=None) | Q(ends_on__gt=OuterRef("activity__held_on")),
        starts_on__lte=OuterRef("activity__held_on"),
        kind=Kind.HOME,
        person=OuterRef("person"),
    ).order_by("-starts_on", "-pk")
    rows = (
        Participation.objects.filter(
            Q(is_due=True) | Q(is_present=True),
            activity__branch__kind=Kind.HOME,
            activity__closed_at__isnull=False,
            activity__held_on__gte=period.starts_on,
            activity__held_on__lt=period.ends_before,
            person__merged_into=None,
            person__in=members.values("person"),
        )
        .alias(home=Subquery(home.values("branch")[:1]))
        .filter(home__in=scope.branches.values("pk"))
        .annotate(
            home_level=Subquery(home.values("branch__level")[:1]),
            home_path=Subquery(home.values("branch__path")[:1]),
        )
        .order_by()
    )
    group = Q(home_level=Level.GROUP)
    row = Case(When(group, then=_above("home_path")), default=F("home_path"))
    counted = rows.values(row=row).annotate(
        due=Count("pk"), present=Count("pk", filter=Q(is_present=True))
    )
    _spread(found, scope, counted)


def _absent(records: QuerySet[BranchRecord]) -> QuerySet[BranchRecord]:
    """A row for every member who was to come to a session of `records` and was not there:
    the same as branches.sheets says for one of them."""
    seat = Enrolment.objects.filter(
        seats_at(session="session", class_group="session__class_group"),
        Q(withdrawn_at=None) | Q(withdrawn_at__gte=OuterRef("session__starts_at")),
        person=OuterRef("member"),
        seated_at__lt=OuterRef("session__ends_at"),
    )
    # By the evidence, which one line stands for; by the session it is a thousand of them.
    there = StudyEntry.objects.filter(
        queries.STANDS,
        source=Source.SESSION,
        source_key=OuterRef("session"),
        person=OuterRef("member"),
        branch=OuterRef("branch"),
    ).exclude(mode__in=catalogue.APART)
    # Names for what is asked of a membership: else every mention of it is another join.
    named = records.alias(
        day=TruncDate("session__starts_at"),
        member=F("branch__memberships__person"),
        joined_on=F("branch__memberships__starts_on"),
        left_on=F("branch__memberships__ends_on"),
    )
    return named.filter(
        Q(left_on=None) | Q(left_on__gt=F("day")),
        Exists(seat),
        ~Exists(there),
        joined_on__lte=F("day"),
    )


def _spread(found: Counted, scope: Scope, grouped: Iterable[dict]) -> None:
    """Add what was grouped by `row` to that row and to the total."""
    for group in grouped:
        row = scope.row_of(group.pop("row"))
        for code, value in group.items():
            found.total[code] += value
            if row:
                found.rows[row.pk][code] += value


def _group(
    found: Counted, scope: Scope, period: Period, organisation: Organisation, lines
) -> None:
    """Add up the rows under what is directly beneath `organisation`."""
    length = len(organisation.path) + Organisation.steplen
    for row in scope.rows:
        if not (was_there(row, period) or any(found.rows[row.pk].values())):
            continue
        place = found.places.setdefault(row.organisation.path[:length], _nought())
        place["branches"] += _is_asked(row, period)
        for code, value in found.rows[row.pk].items():
            if code not in ("people", "branches"):
                place[code] += value
    place = Substr("branch__organisation__path", 1, length)
    stand = lines.filter(queries.STANDS).order_by()
    for path, count in (
        stand.values(beneath=place).annotate(n=_distinct()).values_list("beneath", "n")
    ):
        if path in found.places:
            found.places[path]["people"] = count


def _written(found: Counted) -> Counted:
    """Hours as text: they add up exactly, and JSON knows no decimals."""
    for figures in (
        found.total,
        *found.rows.values(),
        *found.months.values(),
        *found.places.values(),
    ):
        for code, value in figures.items():
            if isinstance(value, Decimal):
                figures[code] = str(value.quantize(Decimal("0.01")))
    return found
