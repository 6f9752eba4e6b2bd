"""What came after a report was frozen: shown beside it, never inside.

The ledger is append-only, so what came later is exactly the lines after the report's last.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Self

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncDate

from branches.models import QuarterReport, StudyEntry
from branches.quarters import Quarter
from branches.reports import catalogue, counting, reading
from branches.reports.catalogue import FIGURES, Figure

# These say what the report was made of, not what was studied.
NOT_COMPARED = ("branches", "confirmed")


@dataclass(frozen=True)
class Change:
    """One figure three times: as it was frozen, what was added since, as it is now."""

    figure: Figure
    then: str
    change: str
    now: str


@dataclass(frozen=True)
class Erratum:
    """What one branch added or took back on one day; its lines can be opened."""

    number: int
    posted_on: date
    branch_pk: int
    branch: str
    times: int
    hours: Decimal
    hours_apart: Decimal
    lines: int


@dataclass(frozen=True)
class Errata:
    changes: list[Change]
    items: list[Erratum]

    def __bool__(self):
        return bool(self.changes or self.items)


@dataclass(frozen=True)
class _Scopes:
    """The quarter of a report: the branches that stood in it, and all that are counted now."""

    report: QuarterReport
    quarter: Quarter
    frozen: counting.Scope
    today: counting.Scope

    @classmethod
    def of(cls, report: QuarterReport) -> Self:
        return cls(
            report,
            Quarter.parse(report.quarter),
            reading.scope_of_report(report.organisation, report),
            counting.scope_of(report.organisation),
        )

    def lines(self) -> QuerySet[StudyEntry]:
        return StudyEntry.objects.filter(
            branch__in=counting.together(self.frozen, self.today).values("pk"),
            studied_on__gte=self.quarter.starts_on,
            studied_on__lt=self.quarter.ends_before,
        )


def late_lines(report: QuarterReport) -> QuerySet[StudyEntry]:
    """Every line of the quarter that was written after the report."""
    return _Scopes.of(report).lines().filter(pk__gt=report.last_line)


def errata_of(report: QuarterReport) -> Errata:
    """All that is different now; the number of queries does not depend on how much that is."""
    scopes = _Scopes.of(report)
    lines = scopes.lines()
    return Errata(_changes(scopes, lines), _items(lines.filter(pk__gt=report.last_line)))


def _changes(scopes: _Scopes, lines: QuerySet[StudyEntry]) -> list[Change]:
    stood = scopes.frozen.branches.values_list("pk", flat=True)
    if came := set(scopes.today.branches.values_list("pk", flat=True)) - set(stood):
        lines = lines.exclude(branch__in=came, pk__lte=scopes.report.last_line)
    now = counting.count(scopes.frozen, scopes.quarter, lines=lines).total
    then = scopes.report.content["total"]
    return [
        _change(figure, then[code], now[code])
        for code, figure in FIGURES.items()
        if code in then and code not in NOT_COMPARED and then[code] != now[code]
    ]


def _change(figure, then, now) -> Change:
    difference = Decimal(now) - Decimal(then)
    said = catalogue.said(figure.code, abs(difference))
    sign = "+" if difference > 0 else "−"
    return Change(
        figure, catalogue.said(figure.code, then), sign + said, catalogue.said(figure.code, now)
    )


def _items(lines) -> list[Erratum]:
    apart = Q(mode__in=catalogue.APART)
    grouped = (
        lines.order_by()
        .values("branch", "branch__name", day=TruncDate("posted_at"))
        .annotate(
            times=counting.TIMES,
            hours=Sum("credit_hours", filter=~apart),
            hours_apart=Sum("credit_hours", filter=apart),
            lines=Count("pk"),
        )
        .order_by("day", "branch__path")
    )
    return [
        Erratum(
            number=number,
            posted_on=group["day"],
            branch_pk=group["branch"],
            branch=group["branch__name"],
            times=group["times"],
            hours=Decimal(group["hours"] or 0),
            hours_apart=Decimal(group["hours_apart"] or 0),
            lines=group["lines"],
        )
        for number, group in enumerate(grouped, start=1)
    ]
