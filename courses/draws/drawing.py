"""The draw itself: the seed is opened, the order computed, every place given at once."""

import json
from collections import Counter
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import task

from accounts.models import Person, User
from courses import signals
from courses.draws import arithmetic
from courses.errors import NotDrawn
from courses.models import (
    ClassGroup,
    Draw,
    Enrolment,
    SeatPool,
    Source,
    WaitingEntry,
)
from courses.registration import leave_everything, offering, seats

BATCH = 2_000
Outcome = WaitingEntry.Outcome
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
    lost = Draw.objects.filter(drawn_at=None, asked_at__lt=long_ago)
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
    drawn = _draw(draw, arithmetic.normal(public_number), witnesses.strip(), by, now)
    # After the draw's transaction: who gives up a seat may have to wait for one who answers an
    # offer, and must not hold all seats meanwhile. Repeated with the call.
    for person in _closed_files(drawn):
        leave_everything(person=person, by=by, now=now)
    return drawn


@transaction.atomic
def _draw(draw: Draw, number: str, witnesses: str, by: User | None, now: datetime) -> Draw:
    draw = Draw.objects.select_for_update(no_key=True).get(pk=draw.pk)
    _check(draw, number, witnesses)
    if draw.drawn_at:
        return draw
    listed = json.loads(draw.list_text)
    pools = _locked_pools(listed)
    cancelled = {
        facts["class"]
        for code, facts in listed["pools"].items()
        if pools[code].class_group.cancelled_at
    }
    drawn = arithmetic.draw(listed, draw.seed, number, cancelled)
    _give(draw, listed, drawn, pools, by=by, now=now)
    draw.public_number, draw.witnesses = number, witnesses
    draw.drawn_at, draw.drawn_by = now, by
    draw.result_text = arithmetic.text_of(
        drawn
        | {
            "cancelled": sorted(cancelled),
            "list_sha256": draw.list_sha256,
            "public_number": number,
            "seed": draw.seed,
        }
    )
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


def _locked_pools(listed: dict) -> dict[str, SeatPool]:
    """The pools of the list by their codes: nobody cancels a class while its seats are given."""
    keys = {facts["pool"]: code for code, facts in listed["pools"].items()}
    classes = ClassGroup.objects.select_for_update(no_key=True, of=("self",)).order_by("pk")
    list(classes.filter(pools__in=keys).values_list("pk", flat=True))
    return {keys[pk]: pool for pk, pool in seats.lock_pools(keys).items()}


def _give(
    draw: Draw,
    listed: dict,
    drawn: dict,
    pools: dict[str, SeatPool],
    *,
    by: User | None,
    now: datetime,
) -> None:
    applicants = {
        number: (person, asked_by)
        for number, person, asked_by in draw.round.applications.values_list(
            "number", "person", "asked_by"
        )
    }
    partners = {one["number"]: one["partner"] for one in listed["applications"]}
    seated, waits = _places(Enrolment, pools), _places(WaitingEntry, pools)
    placed = seated.keys() | waits.keys()
    enrolments, entries = {}, {}
    for number, codes in drawn["given"]:
        person, asked_by = applicants[number]
        for code in codes:
            pool = pools[code]
            one = Enrolment(
                class_group_id=pool.class_group_id,
                pool_id=pool.pk,
                person_id=person,
                round_id=draw.round_id,
                source=Source.DRAW,
                seated_at=now,
                seated_by_id=asked_by,
            )
            if (person, pool.class_group_id) in seated:
                one.withdrawn_at, one.withdrawn_by = now, by
                one.withdrawn_because = _("这个班已经有座位了")
            enrolments[number, code] = one
    for code, waiting_number, number in drawn["waiting"]:
        person, asked_by = applicants[number]
        pool = pools[code]
        entry = WaitingEntry(
            class_group_id=pool.class_group_id,
            pool_id=pool.pk,
            person_id=person,
            round_id=draw.round_id,
            number=waiting_number,
            source=Source.DRAW,
            asked_at=now,
            asked_by_id=asked_by,
        )
        if (person, pool.class_group_id) in placed:
            # Who was put back in line meanwhile keeps the earlier number.
            entry.left_at, entry.left_by, entry.outcome = now, by, Outcome.LEFT
        entries[number, code] = entry
    _write(Enrolment, enrolments, partners, Q(withdrawn_at=None), draw)
    _write(WaitingEntry, entries, partners, Q(left_at=None), draw)
    for one in enrolments.values():
        if entry := waits.get((one.person_id, one.class_group_id)):
            WaitingEntry.objects.filter(pk=entry).update(
                left_at=now, outcome=Outcome.SEATED, enrolment=one
            )
    _count(pools, enrolments, entries, now)


def _places(model, pools: dict[str, SeatPool]) -> dict[tuple[int, int], int]:
    """The live places in the classes of the draw, by person and class: for whoever got one
    in another way since the list was frozen."""
    live = {"withdrawn_at": None} if model is Enrolment else {"left_at": None}
    classes = {pool.class_group_id for pool in pools.values()}
    found = model.objects.filter(class_group__in=classes, **live).order_by()
    return {
        (person, group): pk
        for pk, person, group in found.values_list("pk", "person", "class_group")
    }


def _write(model, made: dict, partners: dict, live: Q, draw: Draw) -> None:
    """Insert the places; those of a couple refer to each other."""
    second = {
        (number, code): made.get((partners[number], code))
        for number, code in made
        if partners[number] and partners[number] < number
    }
    model.objects.bulk_create(
        [one for name, one in made.items() if name not in second], batch_size=BATCH
    )
    for name, first in second.items():
        if first and not _is_over(first) and not _is_over(made[name]):
            made[name].partner = first
    model.objects.bulk_create([made[name] for name in second], batch_size=BATCH)
    tied = model.objects.filter(partner=OuterRef("pk")).order_by()
    model.objects.filter(
        Exists(tied), live, round=draw.round_id, source=Source.DRAW, partner=None
    ).update(partner=Subquery(tied.values("pk")[:1]))


def _is_over(place: Enrolment | WaitingEntry) -> bool:
    return bool(place.withdrawn_at if isinstance(place, Enrolment) else place.left_at)


def _count(pools: dict[str, SeatPool], enrolments: dict, entries: dict, now: datetime) -> None:
    given = Counter(code for (_number, code), one in enrolments.items() if not _is_over(one))
    waiting = Counter(code for _number, code in entries)
    for code, pool in pools.items():
        SeatPool.objects.filter(pk=pool.pk).update(
            seats_taken=F("seats_taken") + given[code],
            last_waiting_number=F("last_waiting_number") + waiting[code],
            held_for_draw=False,
        )
    for pool in pools.values():
        # What was given up while it was kept for the draw goes to those in line.
        offering.offer_what_is_free(pool, now)


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
