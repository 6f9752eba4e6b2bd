"""What came after a report was frozen: shown beside it, never inside.

The ledger is append-only, so what came later is exactly the lines after the report's last.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

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


def late_lines(report: QuarterReport) -> QuerySet[StudyEntry]:
    """Every line of the quarter that was written after the report."""
    frozen = reading.scope_of_report(report.organisation, report)
    return _lines_of_both(report, frozen).filter(pk__gt=report.last_line)


def errata_of(report: QuarterReport) -> Errata:
    """All that is different now; the number of queries does not depend on how much that is."""
    return Errata(_changes(report), _items(late_lines(report)))


def _changes(report) -> list[Change]:
    quarter = Quarter.parse(report.quarter)
    frozen = reading.scope_of_report(report.organisation, report)
    lines = _lines_of_both(report, frozen)
    stood = frozen.branches.values_list("pk", flat=True)
    today = counting.scope_of(report.organisation).branches.values_list("pk", flat=True)
    if came := set(today) - set(stood):
        lines = lines.exclude(branch__in=came, pk__lte=report.last_line)
    now = counting.count(frozen, quarter, lines=lines).total
    then = report.content["total"]
    return [
        _change(figure, then[code], now[code])
        for code, figure in FIGURES.items()
        if code in then and code not in NOT_COMPARED and then[code] != now[code]
    ]


def _lines_of_both(report: QuarterReport, frozen: counting.Scope) -> QuerySet[StudyEntry]:
    """Every line of the quarter in the branches that stood in the report, and in today's."""
    quarter = Quarter.parse(report.quarter)
    today = counting.scope_of(report.organisation)
    return StudyEntry.objects.filter(
        branch__in=counting.together(frozen, today).values("pk"),
        studied_on__gte=quarter.starts_on,
        studied_on__lt=quarter.ends_before,
    )


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
