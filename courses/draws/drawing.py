"""The draw itself: the seed is opened, the order computed, every place given.

The order is computed while nobody waits; `writing` gives the places part by part, in short
transactions, and goes on where it was killed; only then the result is published.
"""

import json
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import task

from accounts.models import Person, User
from courses import signals
from courses.draws import arithmetic, writing
from courses.errors import NotDrawn
from courses.models import ClassGroup, Draw, Enrolment, SeatPool, WaitingEntry
from courses.registration import leave_everything, offering, seats

# A draw that was asked for and is not made by then was lost with its worker.
LOST_AFTER = timedelta(minutes=5)


@transaction.atomic
def begin(
    *,
    draw: Draw,
    public_number: str,
    witnesses: str,
    by: User | None = None,
    now: datetime | None = None,
) -> Draw:
    """Take the public number and draw with it in the background: fifty thousand take a minute.

    From here on no other number can be used. The same number again is harmless. Raises
    NotDrawn in words without a number or witnesses, and for another number.
    """
    now = now or timezone.now()
    number, witnesses = arithmetic.normal(public_number), witnesses.strip()
    draw = Draw.objects.select_for_update(no_key=True).get(pk=draw.pk)
    _check(draw, number, witnesses)
    if draw.asked_at is None:
        draw.asked_number, draw.asked_witnesses = number, witnesses
        draw.asked_at, draw.asked_by = now, by
        draw.save(update_fields=["asked_number", "asked_witnesses", "asked_at", "asked_by"])
        transaction.on_commit(partial(make.enqueue, draw.pk), robust=True)
    return draw


@task()
def make(draw_pk: int) -> None:
    """Make the draw that was asked for. Twice is harmless."""
    asked = Draw.objects.get(pk=draw_pk)
    draw(
        draw=asked,
        public_number=asked.asked_number,
        witnesses=asked.asked_witnesses,
        by=asked.asked_by,
    )


def make_lost(now: datetime | None = None) -> int:
    """Make the draws whose worker was killed; return how many. Safe to repeat."""
    long_ago = (now or timezone.now()) - LOST_AFTER
    lost = Draw.objects.filter(drawn_at=None, asked_at__lt=long_ago).only("pk")
    for one in lost:
        make.call(one.pk)
    return len(lost)


def draw(
    *,
    draw: Draw,
    public_number: str,
    witnesses: str,
    by: User | None = None,
    now: datetime | None = None,
) -> Draw:
    """Give the seats and the waiting numbers that follow from list, seed and public number.

    Classes cancelled since the list was frozen give none. What falls to a file that was
    closed meanwhile is given up at once and offered on; the published result stays what the
    lots said. The same number again is harmless. Raises NotDrawn in words without a number or
    witnesses, and for another number once it is drawn.
    """
    now = now or timezone.now()
    number, witnesses = arithmetic.normal(public_number), witnesses.strip()
    decided = _decide(draw, number, witnesses, by, now)
    if decided is not None:
        writing.write(draw, decided, by=by, now=now)
    drawn = _publish(draw, by, now)
    # After the draw's transactions: who gives up a seat may have to wait for one who answers an
    # offer, and must not hold all seats meanwhile. Repeated with the call.
    for person in _closed_files(drawn):
        leave_everything(person=person, by=by, now=now)
    return drawn


def _decide(
    draw: Draw, number: str, witnesses: str, by: User | None, now: datetime
) -> dict | None:
    """What the lots say, kept before anything is given; None when all of it was given.

    Computed while nobody waits: only that no class was cancelled meanwhile is looked at under
    the lock. From here on none is cancelled until the draw is made (planning.cancelling).
    """
    draw.refresh_from_db()
    listed = json.loads(draw.list_text)
    while True:
        _check(draw, number, witnesses)
        if draw.drawn_at:
            return None
        if draw.decided_text:
            return json.loads(draw.decided_text)
        cancelled = _cancelled(listed)
        drawn = arithmetic.draw(listed, draw.seed, number, cancelled)
        text = arithmetic.text_of(
            drawn
            | {
                "cancelled": sorted(cancelled),
                "list_sha256": draw.list_sha256,
                "public_number": number,
                "seed": draw.seed,
            }
        )
        with transaction.atomic():
            draw = Draw.objects.select_for_update(no_key=True).get(pk=draw.pk)
            if draw.drawn_at or draw.decided_text:
                continue
            _check(draw, number, witnesses)
            _lock_classes(listed)
            if _cancelled(listed) != cancelled:
                continue
            if draw.asked_at is None:
                draw.asked_number, draw.asked_witnesses = number, witnesses
                draw.asked_at, draw.asked_by = now, by
            draw.decided_text = text
            draw.save(
                update_fields=[
                    "asked_number",
                    "asked_witnesses",
                    "asked_at",
                    "asked_by",
                    "decided_text",
                ]
            )
        return json.loads(text)


@transaction.atomic
def _publish(draw: Draw, by: User | None, now: datetime) -> Draw:
    """All places are written: the seats are anybody's again, the result is everybody's."""
    draw = Draw.objects.select_for_update(no_key=True).get(pk=draw.pk)
    if draw.drawn_at:
        return draw
    listed = json.loads(draw.list_text)
    _lock_classes(listed)
    pools = seats.lock_pools(facts["pool"] for facts in listed["pools"].values())
    SeatPool.objects.filter(pk__in=pools).update(held_for_draw=False)
    for pool in pools.values():
        pool.held_for_draw = False
        if pool.seats_left:
            # What was given up while it was kept for the draw goes to those in line.
            offering.offer_what_is_free(pool, now)
    draw.public_number, draw.witnesses = draw.asked_number, draw.asked_witnesses
    draw.drawn_at, draw.drawn_by = now, by
    draw.result_text, draw.decided_text = draw.decided_text, ""
    draw.result_sha256 = arithmetic.sha256(draw.result_text)
    draw.save()
    seats.tell(signals.draw_made, Draw, draw=draw)
    return draw


def _check(draw: Draw, number: str, witnesses: str) -> None:
    if draw.drawn_at and draw.public_number != number:
        raise NotDrawn(_("已经抽过了，用的是另一个数，不能再抽。"))
    if draw.asked_at and draw.asked_number != number:
        raise NotDrawn(_("正在用另一个数抽，不能再换。"))
    if not 0 < len(number) <= 200:
        raise NotDrawn(_("请输入公开的数，最多 200 个字。"))
    if not witnesses:
        raise NotDrawn(_("请写上见证人的姓名。"))


def _lock_classes(listed: dict) -> None:
    keys = [facts["pool"] for facts in listed["pools"].values()]
    classes = ClassGroup.objects.select_for_update(no_key=True, of=("self",)).order_by("pk")
    list(classes.filter(pools__in=keys).values_list("pk", flat=True))


def _cancelled(listed: dict) -> set[str]:
    """The codes of the list's classes that were cancelled since it was frozen."""
    by_pool = {facts["pool"]: facts["class"] for facts in listed["pools"].values()}
    pools = SeatPool.objects.filter(pk__in=by_pool, class_group__cancelled_at__isnull=False)
    return {by_pool[pk] for pk in pools.values_list("pk", flat=True)}


def _closed_files(draw: Draw) -> list[Person]:
    """Applicants who died, were erased or merged into another file after the list was frozen,
    and still have a place."""
    closed = Q(frozen_at__isnull=False) | Q(erased_at__isnull=False)
    closed |= Q(merged_into__isnull=False)
    places = Exists(
        Enrolment.objects.filter(person=OuterRef("pk"), round=draw.round_id, withdrawn_at=None)
    ) | Exists(
        WaitingEntry.objects.filter(person=OuterRef("pk"), round=draw.round_id, left_at=None)
    )
    return list(Person.objects.filter(closed, places).order_by("pk"))
