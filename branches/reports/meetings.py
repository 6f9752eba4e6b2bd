"""The records and activities that a figure of a report was counted from."""

from django.db.models import QuerySet

from branches.models import Branch, BranchActivity, BranchRecord, QuarterReport
from branches.quarters import Quarter
from branches.reports import counting
from branches.reports.catalogue import Figure, Source

KIND = "held_"


def behind(
    scope: counting.Scope,
    quarter: Quarter,
    *,
    report: QuarterReport | None,
    figure: Figure,
    branch: Branch | None = None,
) -> QuerySet:
    """The records, or of 党课 and its like the activities; of a frozen report those of then."""
    model = BranchActivity if figure.source == Source.ACTIVITIES else BranchRecord
    found = model.objects.filter(
        branch__in=scope.branches.values("pk"),
        branch__kind=Branch.Kind.HOME,
        held_on__gte=quarter.starts_on,
        held_on__lt=quarter.ends_before,
    )
    if model is BranchActivity:
        found = found.filter(kind=figure.code.removeprefix(KIND), closed_at__isnull=False)
        found = found.filter(closed_at__lte=report.frozen_at) if report else found
    else:
        found = found.filter(drafted_at__lte=report.frozen_at) if report else found
        found = found.select_related("session__class_group", "activity")
    found = counting.of_row(found, branch) if branch else found
    return found.select_related("branch").order_by("held_on", "branch__path", "pk")
