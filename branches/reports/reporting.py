"""The report of an organisation and quarter: the frozen one, or that of this moment."""

from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import Organisation
from branches.models import QuarterReport
from branches.quarters import Quarter
from branches.reports.content import content_of
from branches.reports.freezing import frozen_of
from branches.reports.layout import Report
from common import dates


def report_of(
    organisation: Organisation, quarter: Quarter, *, now: datetime | None = None
) -> Report:
    """The report that every page, file and command shows."""
    frozen = frozen_of(organisation, quarter)
    content = frozen.content if frozen else content_of(organisation, quarter)
    return Report(content, frozen=frozen, state=_state(frozen, now or timezone.now()))


def _state(frozen: QuarterReport | None, now: datetime) -> str:
    if frozen:
        return _("%(when)s定稿，编号 %(number)s") % {
            "when": _moment(frozen.frozen_at),
            "number": frozen.number,
        }
    return _("还没有定稿，%(when)s的数字") % {"when": _moment(now)}


def _moment(at: datetime) -> str:
    """With the year: what is printed is kept for years."""
    return dates.long_day_clock(timezone.localtime(at), get_language() or settings.LANGUAGE_CODE)
