"""A branch confirms its quarter, a bureau freezes its report.  Both may be pressed twice."""

import hashlib
import json
from datetime import UTC, date, datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import Organisation, User
from branches.errors import AlreadyFrozen, FiguresChanged, QuarterNotOver
from branches.models import Branch, LedgerTail, QuarterConfirmation, QuarterReport, StudyEntry
from branches.quarters import Quarter
from branches.reports import catalogue, counting
from branches.reports.content import content_of
from common import dates


def figures_of(branch: Branch, quarter: Quarter) -> dict:
    """What a branch confirms: its own figures, with those of its groups."""
    scope = counting.scope_of_branch(branch)
    counted = counting.count(scope, quarter)
    figures = counted.rows.get(branch.pk, catalogue.nothing())
    return {code: figures[code] for code in catalogue.OF_A_BRANCH}


def print_of(figures: dict) -> str:
    """A short sign of some figures, to see whether they are still the same."""
    return _digest(figures)[:16]


@transaction.atomic
def confirm(
    *,
    branch: Branch,
    quarter: Quarter,
    seen: str,
    by: User,
    now: datetime | None = None,
) -> QuarterConfirmation:
    """Confirm the quarter of `branch` as it was `seen` (print_of the figures).

    Harmless to repeat: the confirmation of the same figures stays the one it is.  Raises
    QuarterNotOver, and FiguresChanged when a line was posted since.
    """
    now = now or timezone.now()
    _check_over(quarter, timezone.localdate(now))
    Branch.objects.select_for_update(no_key=True).get(pk=branch.pk)
    figures = figures_of(branch, quarter)
    if print_of(figures) != seen:
        raise FiguresChanged(_("数字刚才有变化，请再看一遍，对了再确认。"))
    last = last_confirmation(branch, quarter)
    if last and last.figures == figures:
        return last
    return QuarterConfirmation.objects.create(
        branch=branch,
        quarter=quarter.code,
        revision=last.revision + 1 if last else 0,
        figures=figures,
        confirmed_at=now,
        confirmed_by=by,
    )


def freeze(
    *, organisation: Organisation, quarter: Quarter, by: User, now: datetime | None = None
) -> QuarterReport:
    """Freeze the report of a quarter: figures, rules, time and name, never changed again.

    Raises QuarterNotOver, and AlreadyFrozen with the name of whoever was first.
    """
    now = now or timezone.now()
    _check_over(quarter, timezone.localdate(now))
    try:
        with transaction.atomic():
            # Who appends to the ledger waits here too: a line is either counted and before the
            # report's last, or after it.
            LedgerTail.objects.select_for_update().get(pk=1)
            return _freeze(organisation, quarter, by, now)
    except IntegrityError:
        raise _already(frozen_of(organisation, quarter)) from None


def last_confirmation(branch: Branch, quarter: Quarter) -> QuarterConfirmation | None:
    found = branch.confirmations.filter(quarter=quarter.code).select_related(
        "confirmed_by__person"
    )
    return found.order_by("-revision").first()


def frozen_of(organisation: Organisation, quarter: Quarter) -> QuarterReport | None:
    reports = QuarterReport.objects.select_related("organisation", "frozen_by__person")
    return reports.filter(organisation=organisation, quarter=quarter.code).first()


def is_whole(report: QuarterReport) -> bool:
    """Whether the report says what it said when it was frozen."""
    return report.hash == hash_of(report)


def hash_of(report: QuarterReport) -> str:
    return _digest(
        {
            "organisation": report.organisation_id,
            "quarter": report.quarter,
            "content": report.content,
            "last_line": report.last_line,
            "frozen_at": report.frozen_at.astimezone(UTC).isoformat(timespec="microseconds"),
            "frozen_by": report.frozen_by_id,
        }
    )


def _freeze(organisation, quarter, by, now) -> QuarterReport:
    if found := frozen_of(organisation, quarter):
        raise _already(found)
    report = QuarterReport(
        organisation=organisation,
        quarter=quarter.code,
        content=content_of(organisation, quarter),
        last_line=StudyEntry.objects.aggregate(last=Max("pk"))["last"] or 0,
        frozen_at=now,
        frozen_by=by,
    )
    report.hash = hash_of(report)
    report.save(force_insert=True)
    return report


def _check_over(quarter: Quarter, today: date) -> None:
    if today < quarter.ends_before:
        raise QuarterNotOver(
            _("%(quarter)s还没有过完，%(day)s起可以办。")
            % {"quarter": quarter, "day": dates.in_words(quarter.ends_before)}
        )


def _already(report: QuarterReport) -> AlreadyFrozen:
    return AlreadyFrozen(
        _("这一季已经由%(name)s在%(when)s定稿，数字不再变。")
        % {
            "name": report.frozen_by,
            "when": dates.long_day_clock(timezone.localtime(report.frozen_at), _language()),
        }
    )


def _language() -> str:
    return get_language() or settings.LANGUAGE_CODE


def _digest(facts) -> str:
    text = json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
