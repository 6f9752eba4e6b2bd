"""A class that does not take place: offers taken back, the line ended, everybody told."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Person, User
from courses import signals
from courses.errors import PlanRefused
from courses.models import ClassGroup, Draw, Enrolment, Offer, SeatPool, WaitingEntry
from courses.planning import noting
from courses.registration import offering, seats

REASON_LENGTH = ClassGroup._meta.get_field("cancelled_because").max_length


@transaction.atomic
def cancel_class(
    *,
    class_group: ClassGroup,
    because: str = "",
    by: User | None = None,
    now: datetime | None = None,
) -> list[Person]:
    """The class does not take place; return who had a place and is told.

    Who had a seat keeps it on paper; the line ends. Twice is harmless: the first moment
    and the first reason stay, and nobody is told again. Raises PlanRefused without a
    reason where a person does it.
    """
    now = now or timezone.now()
    if by and not because.strip():
        raise PlanRefused(_("请写明为什么停开，学员会看到。"))
    if not close(class_group, because=because, now=now):
        return []
    persons = seated(class_group) + end_line(class_group, by=by, now=now)
    tell(class_group, persons)
    noting.note(
        noting.Action.CLASS_CANCELLED,
        by=by,
        organisation=class_group.organisation,
        done=noting.CANCELLED,
        told=len(persons),
        **{"class": class_group.code},
    )
    return persons


def close(
    class_group: ClassGroup,
    *,
    because: str,
    into: ClassGroup | None = None,
    now: datetime,
) -> bool:
    """Mark the class as cancelled, and shut its seats; whether it was this call that did."""
    closed = ClassGroup.objects.filter(pk=class_group.pk, cancelled_at=None).update(
        cancelled_at=now, cancelled_because=because.strip()[:REASON_LENGTH], merged_into=into
    )
    if closed and _is_being_drawn(class_group):
        # Its lots are decided and its seats just being written.
        raise PlanRefused(_("这个班正在抽签，一两分钟就好，请过一会儿再停开。"))
    if closed:
        # Who is just asking waits for the row of the pool, and after that looks at nothing
        # but that row: the class's own would be seen as it was.
        keys = class_group.pools.values_list("pk", flat=True)
        held = seats.lock_pools(keys)
        SeatPool.objects.filter(pk__in=held).update(held_for_draw=True)
    return bool(closed)


def _is_being_drawn(class_group: ClassGroup) -> bool:
    pools = class_group.pools.filter(held_for_draw=True)
    draws = Draw.objects.filter(round__term=class_group.term_id, drawn_at=None)
    return draws.exclude(decided_text="").exists() and pools.exists()


def seated(class_group: ClassGroup) -> list[Person]:
    """Who has a seat, in the order in which they got it."""
    held = Enrolment.objects.filter(class_group=class_group, withdrawn_at=None)
    return [one.person for one in held.select_related("person").order_by("seated_at", "pk")]


def end_line(class_group: ClassGroup, *, by: User | None, now: datetime) -> list[Person]:
    """Take the open offers back and end the line of a closed class; return who was in it."""
    waiting = WaitingEntry.objects.filter(class_group=class_group, left_at=None)
    persons = [one.person for one in waiting.select_related("person").order_by("pool", "number")]
    offers = Offer.objects.filter(pool__class_group=class_group, answer="")
    for offer in offers.select_related("entry").order_by("pk"):
        offering.void(offer=offer, by=by, now=now)
    waiting.update(left_at=now, left_by=by, outcome=WaitingEntry.Outcome.LEFT)
    return persons


def tell(class_group: ClassGroup, persons: list[Person]) -> None:
    class_group.refresh_from_db(fields=["cancelled_at", "cancelled_because", "merged_into"])
    seats.tell(signals.class_cancelled, ClassGroup, class_group=class_group, persons=persons)
