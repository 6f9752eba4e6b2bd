"""The fees of a seat follow what becomes of it: given, given up, moved, its class cancelled."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import task

from courses.fees.accounts import Account, account_of, with_money
from courses.models import ClassGroup, Enrolment, FeeLine

Kind = FeeLine.Kind

# How far back missed news is looked for. A fee set later is not asked of those who
# registered when there was none.
LOOKS_BACK = timedelta(days=1)


@transaction.atomic
def settle(*, enrolment: Enrolment, now: datetime | None = None) -> list[FeeLine]:
    """Charge a seat that was given, or drop what nobody will pay any more; return the lines.

    Money of a seat that was given up for this one comes along, with what was waived. After a
    class is cancelled nothing is owed and what was paid is to be given back; who gives up a
    paid seat otherwise has their money decided by the desk. Safe to repeat.
    """
    now = now or timezone.now()
    seat = lock(enrolment)
    if hasattr(seat, "transferred_to"):
        # Settling the new seat settles this one.
        return []
    is_void = bool(seat.undone or seat.class_group.cancelled_at)
    is_live = not seat.withdrawn_at and not is_void
    made = _charge(seat, is_live=is_live, now=now)
    if not is_live:
        account = account_of(seat)
        reason = _("停开") if seat.class_group.cancelled_at else _("退班")
        made += _drop(seat, account.due if is_void else account.owed, reason, now)
    return made


def settle_class(*, class_group: ClassGroup, now: datetime | None = None) -> None:
    """Settle every seat that a cancelled class ended. Safe to repeat."""
    ended = Q(withdrawn_at=None) | Q(withdrawn_at__gte=class_group.cancelled_at)
    for enrolment in class_group.enrolments.filter(ended).order_by("pk"):
        settle(enrolment=enrolment, now=now)


@task()
def settle_drawn(draw_pk: int) -> None:
    """Charge the seats that a draw gave; in the background, they may be thousands."""
    given = Enrolment.objects.filter(round__draw=draw_pk, source=Enrolment.Source.DRAW)
    for enrolment in given.order_by("pk"):
        settle(enrolment=enrolment)


def settle_missed(now: datetime | None = None) -> int:
    """Settle seats whose news was lost, with a process that died; return how many."""
    now = now or timezone.now()
    charged = FeeLine.objects.filter(enrolment=OuterRef("pk"), kind=Kind.CHARGE)
    since = now - LOOKS_BACK
    fresh = Enrolment.objects.filter(
        ~Exists(charged), withdrawn_at=None, seated_at__gte=since, class_group__cancelled_at=None
    ).filter(class_group__fee__gt=0)
    gone = with_money(Enrolment.objects.filter(withdrawn_at__gte=since, transferred_to=None))
    void = with_money(
        Enrolment.objects.filter(class_group__cancelled_at__gte=since, transferred_to=None)
    ).filter(
        Q(withdrawn_at=None) | Q(withdrawn_at__gte=F("class_group__cancelled_at")),
    )
    missed = [*fresh, *gone.filter(owed__gt=0), *void.filter(due__gt=0)]
    for enrolment in missed:
        settle(enrolment=enrolment, now=now)
    return len(missed)


def lock(enrolment: Enrolment) -> Enrolment:
    """The seat as it is now; whoever writes fees of it waits for whoever else does."""
    # A seat given up for another has the smaller key and is locked second; nobody holding it
    # asks for the other one. SQLite ignores the lock; there transactions are IMMEDIATE.
    seats = Enrolment.objects.select_for_update(no_key=True, of=("self",))
    return seats.select_related("class_group__organisation", "person").get(pk=enrolment.pk)


def add(
    seat: Enrolment, kind: str, amount: Decimal, *, now: datetime, reason: str = "", **facts
) -> FeeLine:
    return FeeLine.objects.create(
        enrolment=seat,
        organisation=seat.class_group.organisation,
        kind=kind,
        amount=amount,
        reason=reason,
        on=timezone.localdate(now),
        made_at=now,
        **facts,
    )


def _charge(seat: Enrolment, *, is_live: bool, now: datetime) -> list[FeeLine]:
    made = []
    is_new = not seat.fee_lines.filter(kind=Kind.CHARGE).exists()
    if is_live and is_new and seat.class_group.fee:
        made.append(add(seat, Kind.CHARGE, seat.class_group.fee, now=now))
    if seat.transferred_from_id:
        old = lock(seat.transferred_from)
        if old.transferred_from_id:
            # The news of the change before may be lost: what it moves goes on from here.
            made += _charge(old, is_live=True, now=now)
        made += _bring(seat, old, waives=is_live and is_new, now=now)
    return made


def _bring(seat: Enrolment, old: Enrolment, *, waives: bool, now: datetime) -> list[FeeLine]:
    before = account_of(old)
    made = _drop(old, before.due, _("转班"), now)
    if waives and before.waived:
        reasons = old.fee_lines.filter(kind=Kind.WAIVED).values_list("reason", flat=True)
        made += _waive_again(seat, before, _("原班减免：%(reason)s") % {"reason": reasons[0]}, now)
    if before.held > 0:
        made.append(add(old, Kind.CARRIED, before.held, now=now))
        made.append(add(seat, Kind.BROUGHT, before.held, now=now))
    return made


def _waive_again(seat: Enrolment, before: Account, reason: str, now: datetime) -> list[FeeLine]:
    amount = min(before.waived, account_of(seat).due)
    return [add(seat, Kind.WAIVED, amount, reason=reason[:200], now=now)] if amount > 0 else []


def _drop(seat: Enrolment, amount: Decimal, reason: str, now: datetime) -> list[FeeLine]:
    return [add(seat, Kind.DROPPED, amount, reason=reason, now=now)] if amount > 0 else []
