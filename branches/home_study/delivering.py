"""Bringing packs: who goes, when it arrived, what hindered."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Person, User
from branches.errors import OrderRefused
from branches.home_study import reading
from branches.models import Delivery


@transaction.atomic
def send(
    *, deliveries: Iterable[Delivery], visitor: Person | None, planned_on: date | None
) -> int:
    """Let `visitor` bring these packs on a day; what was brought already is left alone."""
    pks = [delivery.pk for delivery in deliveries]
    waiting = Delivery.objects.filter(pk__in=pks, handed_on=None, order__cancelled_at=None).values(
        "pk"
    )
    return Delivery.objects.filter(pk__in=waiting).update(visitor=visitor, planned_on=planned_on)


@transaction.atomic
def hand(
    *,
    delivery: Delivery,
    by: User,
    handed_on: date | None,
    note: str = "",
    now: datetime | None = None,
) -> Delivery:
    """It arrived on that day, or without one it did not and `note` says why.

    The same again is harmless. Raises OrderRefused for a day before it was packed or still to
    come, and for a pack whose slip is back.
    """
    delivery = locked(delivery)
    today = timezone.localdate(now)
    slip = reading.newest_slip(delivery)
    if slip and slip.minutes and handed_on is None:
        raise OrderRefused(_("回执已经回来了，不能再写成没送到。"))
    if delivery.order.cancelled_at:
        raise OrderRefused(_("这份点单已经取消了。"))
    if handed_on and not timezone.localdate(delivery.packed_at) <= handed_on <= today:
        raise OrderRefused(_("送到的日期要在装好以后，不晚于今天。"), field="handed_on")
    if not handed_on and not note.strip():
        raise OrderRefused(_("没送到，请写一句为什么，例如：家里没人。"), field="note")
    delivery.handed_on, delivery.handed_by, delivery.note = handed_on, by, note.strip()
    delivery.save(update_fields=["handed_on", "handed_by", "note"])
    return delivery


def locked(delivery: Delivery) -> Delivery:
    """The pack as it is now, held until the transaction ends."""
    Delivery.objects.select_for_update(no_key=True).get(pk=delivery.pk)
    found = Delivery.objects.filter(pk=delivery.pk).select_related("order__person")
    return found.prefetch_related("slips").get()
