"""Return slips (回执): recorded, corrected, taken back; the ledger follows each time."""

import logging
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from branches import ledger, queries
from branches.errors import NoHoursRule, SlipRefused
from branches.home_study import reading
from branches.home_study.delivering import locked
from branches.home_study.evidence import delivered
from branches.models import Delivery, ReturnSlip, Source, StudyEntry

logger = logging.getLogger(__name__)

# More than ten hours of reading on one slip is a slip of the pen.
MOST_MINUTES = 600
DAYS_BACK = 60


@dataclass(frozen=True)
class Recorded:
    """The slip, and whether the ledger could follow: without a rule it waits for one."""

    slip: ReturnSlip
    is_posted: bool


@transaction.atomic
def record(
    *,
    delivery: Delivery,
    studied_on: date,
    minutes: int,
    by: User,
    words: str = "",
    reason: str = "",
    now: datetime | None = None,
) -> Recorded:
    """Keep what a slip says, and post it: a line in mode 送学 at the home branch of that day.

    The same again is harmless; something else is a correction and says why. Raises
    SlipRefused.
    """
    now = now or timezone.now()
    delivery = locked(delivery)
    if delivery.order.cancelled_at:
        raise SlipRefused(_("这份点单已经取消了，没有回执可记。"))
    if not timezone.localdate(delivery.packed_at) <= studied_on <= timezone.localdate(now):
        raise SlipRefused(_("学完的日期要在装好以后，不晚于今天。"), field="studied_on")
    if not 1 <= minutes <= MOST_MINUTES:
        raise SlipRefused(_("请写 1 到 %(most)s 分钟。") % {"most": MOST_MINUTES}, field="minutes")
    last = reading.newest_slip(delivery)
    if words.strip() and words.strip() != delivery.words:
        delivery.words = words.strip()
        delivery.save(update_fields=["words"])
    if last and (last.studied_on, last.minutes) == (studied_on, minutes):
        return _follow(last, now=now)
    if last and not reason.strip():
        raise SlipRefused(_("这张回执已经登记过。要改，请写为什么。"), field="reason")
    if delivery.handed_on is None or delivery.handed_on > studied_on:
        # Who has read it has it.
        delivery.handed_on, delivery.handed_by = studied_on, by
        delivery.save(update_fields=["handed_on", "handed_by"])
    return _keep(delivery, last, studied_on, minutes, reason, by, now)


@transaction.atomic
def take_back(
    *, delivery: Delivery, reason: str, by: User, now: datetime | None = None
) -> Recorded | None:
    """The slip counts no more: a reversing line with the reason; twice is harmless.

    It may be recorded anew afterwards. Raises SlipRefused without a reason.
    """
    delivery = locked(delivery)
    last = reading.newest_slip(delivery)
    if last is None or not last.minutes:
        return None
    if not reason.strip():
        raise SlipRefused(_("请写为什么撤回。"), field="reason")
    return _keep(delivery, last, last.studied_on, 0, reason, by, now or timezone.now())


def post_missed(*, now: datetime | None = None, days: int | None = DAYS_BACK) -> int:
    """Post the slips that waited for a rule; return the lines. Harmless to repeat."""
    now = now or timezone.now()
    lines = StudyEntry.objects.filter(
        source=Source.DELIVERY, source_key=OuterRef("delivery"), is_reversal=False
    )
    waiting = ReturnSlip.objects.filter(~Exists(lines), minutes__gt=0)
    if days is not None:
        waiting = waiting.filter(recorded_at__gte=now - timedelta(days=days))
    keys = set(waiting.values_list("delivery", flat=True))
    if not keys:
        return 0
    try:
        return ledger.post(delivered(keys=keys), now=now)
    except NoHoursRule as error:
        logger.warning("Return slips: %s", error)
        return error.appended


def line_of(delivery: Delivery) -> StudyEntry | None:
    """The line of the ledger that stands for a pack."""
    lines = StudyEntry.objects.filter(
        queries.STANDS, source=Source.DELIVERY, source_key=delivery.pk
    )
    return lines.select_related("branch", "rule").first()


def _keep(delivery, last, studied_on, minutes, reason, by, now) -> Recorded:
    slip = ReturnSlip.objects.create(
        delivery=delivery,
        number=last.number + 1 if last else 1,
        studied_on=studied_on,
        minutes=minutes,
        reason=reason.strip() if last else "",
        recorded_at=now,
        recorded_by=by,
    )
    return _follow(slip, now=now)


def _follow(slip: ReturnSlip, *, now: datetime) -> Recorded:
    try:
        ledger.post(delivered(keys=[slip.delivery_id]), now=now)
    except NoHoursRule as error:
        logger.warning("Return slip %s: %s", slip.pk, error)
        return Recorded(slip, is_posted=False)
    return Recorded(slip, is_posted=True)
