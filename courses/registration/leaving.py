"""Giving up a seat or a waiting place."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from accounts.models import Person, User
from courses import errors, queries, signals
from courses.models import Application, Enrolment, Offer, SeatPool, WaitingEntry
from courses.registration import offering, seats

# domain rule: what was submitted can be taken back within ten minutes, without a trace.
UNDO = timedelta(minutes=10)

REASONS = (
    _lazy("身体原因"),
    _lazy("时间冲突"),
    _lazy("路远、出行不便"),
    _lazy("换了别的班"),
    _lazy("家里有事"),
    _lazy("其他"),
)


def can_undo(enrolment: Enrolment, *, now: datetime) -> bool:
    """Whether giving it up now needs no reason and leaves no trace."""
    # Taking back a change of class would lose both seats, and the money of the first.
    return enrolment.transferred_from_id is None and now - enrolment.seated_at < UNDO


@transaction.atomic
def withdraw(
    *,
    enrolment: Enrolment,
    by: User | None = None,
    because: str = "",
    now: datetime | None = None,
) -> None:
    """Give up a seat; it is offered to the first in line at once. Twice is harmless.

    Within ten minutes it is as if it had never been. Later, and for a seat that another was
    given up for, `because` is wanted: raises ReasonMissing.
    """
    now = now or timezone.now()
    undone = can_undo(enrolment, now=now)
    if not undone and not because.strip():
        if enrolment.withdrawn_at:
            return
        raise errors.ReasonMissing(_("请选一个退班的原因，教务好安排后面的人。"))
    pool = seats.lock_pool(enrolment.pool_id)
    if end_seat(enrolment, pool, by=by, because=because, undone=undone, now=now):
        offering.offer_what_is_free(pool, now)


def end_seat(
    enrolment: Enrolment,
    pool: SeatPool,
    *,
    by: User | None,
    because: str,
    undone: bool = False,
    now: datetime,
) -> bool:
    """End a live seat of a locked pool; whether it was this call that did."""
    ended = Enrolment.objects.filter(pk=enrolment.pk, withdrawn_at=None).update(
        # Clocks of two servers differ; a seat never ends before it began.
        withdrawn_at=max(now, enrolment.seated_at),
        withdrawn_by=by,
        withdrawn_because="" if undone else because.strip(),
        undone=undone,
    )
    if ended:
        SeatPool.objects.filter(pk=pool.pk, seats_taken__gt=0).update(
            seats_taken=F("seats_taken") - 1
        )
        seats.tell(
            signals.place_left,
            Enrolment,
            class_group=pool.class_group,
            person=enrolment.person,
            enrolment=enrolment,
        )
    return bool(ended)


@transaction.atomic
def leave_queue(
    *, entry: WaitingEntry, by: User | None = None, now: datetime | None = None
) -> None:
    """Give up a waiting place, and with it a seat that was offered. Twice is harmless.

    Raises AlreadySeated when the place turned into a seat meanwhile.
    """
    now = now or timezone.now()
    # Under the lock nobody makes or answers an offer.
    pool = seats.lock_pool(entry.pool_id)
    if offer := _open_offer(entry):
        offering.void(offer=offer, leaves=entry, by=by, now=now)
        return
    left = WaitingEntry.objects.filter(pk=entry.pk, left_at=None).update(
        left_at=now, left_by=by, outcome=WaitingEntry.Outcome.LEFT
    )
    if left:
        seats.tell(
            signals.place_left, WaitingEntry, class_group=pool.class_group, person=entry.person
        )
        # A couple becomes one, whom a single seat fits.
        offering.offer_what_is_free(pool, now)
    elif Enrolment.objects.filter(waited_as=entry, withdrawn_at=None).exists():
        raise errors.AlreadySeated(
            _("%(name)s已经有座位了，不在候补里。不想上，请在“我的班”里退班。")
            % {"name": entry.person.name}
        )


@transaction.atomic
def leave_everything(
    *, person: Person, by: User | None = None, now: datetime | None = None
) -> None:
    """Give up every seat, waiting place and wish of the terms that are not over.

    Twice is harmless.
    """
    now = now or timezone.now()
    terms = queries.terms_not_over(now)
    Application.objects.filter(person=person, round__term__in=terms, withdrawn_at=None).filter(
        round__draw=None
    ).update(withdrawn_at=now, withdrawn_by=by)
    going_on = {"class_group__term__in": terms, "person": person}
    waiting = WaitingEntry.objects.filter(left_at=None, **going_on).select_related("person")
    held = Enrolment.objects.filter(withdrawn_at=None, **going_on).select_related("person")
    # All at once: two who leave the same classes do not wait for each other.
    seats.lock_pools(
        [*waiting.values_list("pool", flat=True), *held.values_list("pool", flat=True)]
    )
    for entry in waiting:
        leave_queue(entry=entry, by=by, now=now)
    for enrolment in held:
        withdraw(enrolment=enrolment, by=by, because=_("档案停用"), now=now)


def _open_offer(entry: WaitingEntry) -> Offer | None:
    """What is offered to them, alone or as a couple."""
    mine = Q(entry=entry) | Q(entry=entry.partner_id, seats=2)
    return Offer.objects.filter(mine, answer="").select_related("entry").first()
