"""The places that a draw gave, written part by part: nobody else waits longer than for one part.

Until the draw is made its pools are kept for it, so that nobody else is given their seats or
numbers in between. How many parts are written is counted in the transaction that writes one:
whoever goes on, after a kill or beside another worker, begins with the next.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import F, Model
from django.utils.translation import gettext as _

from accounts.models import User
from courses.models import Draw, Enrolment, SeatPool, Source, WaitingEntry

# Places in one transaction: a few hundred milliseconds on SQLite.
BATCH = 1_000
Outcome = WaitingEntry.Outcome


def write(draw: Draw, decided: dict, *, by: User | None, now: datetime) -> None:
    """Write every place of `decided` that is not written yet."""
    listed = json.loads(draw.list_text)
    facts = {code: each["pool"] for code, each in listed["pools"].items()}
    partners = {one["number"]: one["partner"] for one in listed["applications"]}
    given = [(number, code, None) for number, codes in decided["given"] for code in codes]
    waiting = [(number, code, waits) for code, waits, number in decided["waiting"]]
    parts = [(Enrolment, part) for part in _parts(given, partners)]
    parts += [(WaitingEntry, part) for part in _parts(waiting, partners)]
    Draw.objects.filter(pk=draw.pk, to_write=0).update(to_write=len(parts))
    while True:
        with transaction.atomic():
            rows = Draw.objects.select_for_update(no_key=True).filter(pk=draw.pk)
            written, drawn_at = rows.values_list("written", "drawn_at").get()
            if drawn_at or written >= len(parts):
                return
            model, part = parts[written]
            _write(draw, model, part, facts, by=by, now=now)
            Draw.objects.filter(pk=draw.pk).update(written=written + 1)


def _parts(places: Iterable[tuple], partners: dict) -> Iterator[list[list[tuple]]]:
    """Places by the part, each part a list of units: one place, or the two of a couple."""
    by_name = {(number, code): (number, code, waits) for number, code, waits in places}
    part: list[list[tuple]] = []
    for (number, code), place in by_name.items():
        other = by_name.get((partners[number], code))
        if other and partners[number] < number:
            continue
        part.append([place, other] if other else [place])
        if len(part) >= BATCH:
            yield part
            part = []
    if part:
        yield part


def _write(
    draw: Draw,
    model: type[Model],
    part: list[list[tuple]],
    facts: dict[str, int],
    *,
    by: User | None,
    now: datetime,
) -> None:
    numbers = [number for unit in part for number, *_rest in unit]
    applicants = {
        number: (person, asked_by)
        for number, person, asked_by in draw.round.applications.filter(
            number__in=numbers
        ).values_list("number", "person", "asked_by")
    }
    pools = {pool.pk: pool for pool in SeatPool.objects.filter(pk__in=facts.values())}
    persons = {person for person, *_rest in applicants.values()}
    seated = _held(Enrolment, draw, pools, persons)
    waits = _held(WaitingEntry, draw, pools, persons)
    units = []
    for unit in part:
        rows = []
        for number, code, place in unit:
            person, asked_by = applicants[number]
            pool = pools[facts[code]]
            row = _row(model, draw, pool, person, asked_by, place, now)
            name = (person, pool.class_group_id)
            if model is Enrolment and name in seated:
                row.withdrawn_at, row.withdrawn_by = now, by
                row.withdrawn_because = _("这个班已经有座位了")
            elif model is WaitingEntry and (name in seated or name in waits):
                # Who was put back in line meanwhile keeps the earlier number.
                row.left_at, row.left_by, row.outcome = now, by, Outcome.LEFT
            rows.append(row)
        units.append(rows)
    _insert(model, units)
    made = [row for rows in units for row in rows]
    if model is Enrolment:
        for row in made:
            if entry := waits.get((row.person_id, row.class_group_id)):
                WaitingEntry.objects.filter(pk=entry).update(
                    left_at=now, outcome=Outcome.SEATED, enrolment=row
                )
    _count(made)


def _row(model, draw: Draw, pool: SeatPool, person: int, asked_by, waits, now: datetime):
    facts = {
        "class_group_id": pool.class_group_id,
        "pool_id": pool.pk,
        "person_id": person,
        "round_id": draw.round_id,
        "source": Source.DRAW,
    }
    if model is Enrolment:
        return Enrolment(**facts, seated_at=now, seated_by_id=asked_by)
    return WaitingEntry(**facts, number=waits, asked_at=now, asked_by_id=asked_by)


def _held(model, draw: Draw, pools: dict[int, SeatPool], persons: set[int]) -> dict:
    """What these persons have in the classes of the draw in another way, by person and class."""
    live = {"withdrawn_at": None} if model is Enrolment else {"left_at": None}
    classes = {pool.class_group_id for pool in pools.values()}
    found = model.objects.filter(person__in=persons, class_group__in=classes, **live)
    found = found.exclude(round=draw.round_id, source=Source.DRAW).order_by()
    rows = found.values_list("pk", "person", "class_group")
    return {(person, group): pk for pk, person, group in rows}


def _insert(model, units: list[list]) -> None:
    """Insert the places; those of a couple refer to each other."""
    model.objects.bulk_create([rows[0] for rows in units])
    couples = [rows for rows in units if len(rows) == 2]
    for first, second in couples:
        if not _is_over(first) and not _is_over(second):
            second.partner = first
    model.objects.bulk_create([second for _first, second in couples])
    tied = [first for first, second in couples if second.partner_id]
    for first, second in couples:
        first.partner = second if second.partner_id else None
    model.objects.bulk_update(tied, ["partner"])


def _is_over(place: Enrolment | WaitingEntry) -> bool:
    return bool(place.withdrawn_at if isinstance(place, Enrolment) else place.left_at)


def _count(made: list) -> None:
    taken = Counter(
        row.pool_id for row in made if isinstance(row, Enrolment) and not _is_over(row)
    )
    numbers = Counter(row.pool_id for row in made if isinstance(row, WaitingEntry))
    for pool in taken.keys() | numbers.keys():
        SeatPool.objects.filter(pk=pool).update(
            seats_taken=F("seats_taken") + taken[pool],
            last_waiting_number=F("last_waiting_number") + numbers[pool],
        )
