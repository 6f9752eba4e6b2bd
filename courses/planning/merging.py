"""A class with too few learners goes into another: seats there, or numbers in its line."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Person, User
from courses import queries, signals
from courses.errors import PlanRefused
from courses.models import ClassGroup, Enrolment, SeatPool, Source, WaitingEntry
from courses.planning import cancelling, noting
from courses.registration import leaving, rules, seats


@dataclass
class Outlook:
    """Who goes where: (person, what they get there) in the order in which they come."""

    seated: list[Person] = field(default_factory=list)
    numbered: list[Person] = field(default_factory=list)
    there: list[Person] = field(default_factory=list)
    unfit: list[tuple[Person, str]] = field(default_factory=list)
    # Who only waited, and what the other class has for them.
    waited: list[Person] = field(default_factory=list)


class SomebodyCame(Exception):
    """Between the first look and the closing of the class somebody registered for it."""


# Each time somebody has to register within the same milliseconds.
_MOST_TRIES = 10


def targets_for(class_group: ClassGroup, classes: QuerySet[ClassGroup]) -> list[ClassGroup]:
    """The classes of the same term it could go into, those of its own course first."""
    others = classes.filter(term=class_group.term, cancelled_at=None).exclude(pk=class_group.pk)
    return sorted(
        others, key=lambda one: (one.course_id != class_group.course_id, one.weekday, one.code)
    )


def outlook(*, class_group: ClassGroup, into: ClassGroup) -> Outlook:
    """What a merger would do now. Raises PlanRefused when it cannot be."""
    _check(class_group, into)
    free = {pool.pk: 0 if pool.held_for_draw else pool.seats_left for pool in into.pools.all()}
    told, pools = Outlook(), list(into.pools.all())
    for unit in _units(_places(class_group)):
        if coming := _coming(unit, into, told):
            pool = _pool_like(coming[0].pool, pools)
            has_seats = free[pool.pk] >= len(coming)
            free[pool.pk] -= len(coming) if has_seats else 0
            _note(told, coming, has_seats=has_seats)
    return told


def merge_class(
    *,
    class_group: ClassGroup,
    into: ClassGroup,
    because: str,
    by: User | None = None,
    now: datetime | None = None,
) -> Outlook:
    """Cancel the class and take its learners over; everybody is told. Twice is harmless.

    In the order in which they registered they get the free seats of `into`, then its next
    waiting numbers; who waited here waits there, behind them. Couples get two seats or two
    numbers, and stay couples. Who does not meet the conditions of `into` gets nothing there.
    Raises PlanRefused.
    """
    if not because.strip():
        raise PlanRefused(_("请写明为什么并班，学员会看到。"))
    for _try in range(_MOST_TRIES):
        try:
            return _merge(class_group, into, because=because, by=by, now=now or timezone.now())
        except SomebodyCame:
            continue
    raise PlanRefused(_("现在正有很多人报这个班，请过一会儿再并。"))


@transaction.atomic
def _merge(class_group, into, *, because: str, by: User | None, now: datetime) -> Outlook:
    # Persons before classes before pools, as everywhere.
    persons = seats.lock_persons([place.person for place in _places(class_group)])
    class_group, into = _lock_classes(class_group, into)
    if class_group.merged_into_id == into.pk:
        return Outlook()
    keys = SeatPool.objects.filter(class_group__in=[class_group, into])
    locked = seats.lock_pools(keys.values_list("pk", flat=True))
    _check(class_group, into)
    cancelling.close(class_group, because=because, into=into, now=now)
    places = _places(class_group)
    if any(place.person_id not in persons for place in places):
        # They may be asking for the other class as well. Who holds a pool never waits for a
        # person: begin again.
        raise SomebodyCame
    cancelling.end_line(class_group, by=by, now=now)
    pools = [pool for pool in locked.values() if pool.class_group_id == into.pk]
    told = Outlook()
    for unit in _units(places):
        if coming := _coming(unit, into, told):
            _take_over(coming, into, _pool_like(coming[0].pool, pools), told, by=by, now=now)
    for place in places:
        if isinstance(place, Enrolment):
            reason = _("并入“%(class)s”") % {"class": into}
            leaving.end_seat(place, locked[place.pool_id], by=by, because=reason, now=now)
    cancelling.tell(class_group, [place.person for place in places])
    noting.note(
        noting.Action.CLASSES_MERGED,
        by=by,
        organisation=class_group.organisation,
        done=noting.MERGED,
        into=into.code,
        told=len(places),
        **{"class": class_group.code},
    )
    return told


def _lock_classes(*classes: ClassGroup) -> list[ClassGroup]:
    """Both as they are now; in the order of their keys, as two may be merged crosswise."""
    locked = ClassGroup.objects.select_for_update(no_key=True, of=("self",))
    locked = locked.select_related("term", "course", "organisation").order_by("pk")
    found = {one.pk: one for one in locked.filter(pk__in=[one.pk for one in classes])}
    if any(one.pk not in found for one in classes):
        raise PlanRefused(_("这个班刚刚停开了，请看看班级列表。"))
    return [found[one.pk] for one in classes]


def _check(class_group: ClassGroup, into: ClassGroup) -> None:
    if class_group.pk == into.pk or class_group.term_id != into.term_id:
        raise PlanRefused(_("只能并入同一学期的另一个班。"))
    if class_group.cancelled_at:
        raise PlanRefused(_("这个班已经停开了，不能再并。"))
    if into.cancelled_at:
        raise PlanRefused(_("“%(class)s”停开了，请选别的班。") % {"class": into})
    for group in (class_group, into):
        if group.pools.filter(held_for_draw=True).exists():
            raise PlanRefused(_("“%(class)s”正在抽签，抽完再并。") % {"class": group})


def _places(class_group: ClassGroup) -> list[Enrolment | WaitingEntry]:
    """All seats in the order in which they were given, then the line."""
    given = class_group.enrolments.filter(withdrawn_at=None).order_by("seated_at", "pk")
    waiting = class_group.waiting.filter(left_at=None).order_by("pool", "number")
    return [
        *given.select_related("person__organisation", "pool"),
        *waiting.select_related("person__organisation", "pool"),
    ]


def _units(places: list[Enrolment | WaitingEntry]) -> list[list[Enrolment | WaitingEntry]]:
    """Each place alone, or with that of the other one of the couple, where the first stands."""
    left = {(type(place), place.pk): place for place in places}
    units = []
    for place in places:
        both = [(type(place), place.pk), (type(place), place.partner_id)]
        if both[0] in left:
            units.append([left.pop(one) for one in both if one in left])
    return units


def _coming(unit, into: ClassGroup, told: Outlook) -> list[Enrolment | WaitingEntry]:
    """Who of a unit gets something in `into`; of the others it is noted why not."""
    coming = []
    for place in unit:
        if queries.place_held(person=place.person, class_group=into):
            told.there.append(place.person)
        elif no := _unfit(place.person, into):
            told.unfit.append((place.person, no))
        else:
            coming.append(place)
    return coming


def _note(told: Outlook, coming, *, has_seats: bool) -> None:
    waits = told.numbered if isinstance(coming[0], Enrolment) else told.waited
    (told.seated if has_seats else waits).extend(place.person for place in coming)


def _unfit(person: Person, into: ClassGroup) -> str:
    no = rules.unusable(person) or rules.ineligible(person=person, class_group=into)
    return str(no or rules.withheld(person) or "")


def _pool_like(pool: SeatPool, pools: Sequence[SeatPool]) -> SeatPool:
    """The seats of the other class that are most like those of `pool`."""
    return min(
        pools,
        key=lambda one: (
            (one.kind, one.teaching_point_id) != (pool.kind, pool.teaching_point_id),
            one.kind != pool.kind,
            one.kind != SeatPool.Kind.COMMON,
            -one.seats_left,
            one.pk,
        ),
    )


def _take_over(coming, into, pool, told: Outlook, *, by, now) -> None:
    """Seats for all of `coming`, or the next numbers for all; a couple is tied again."""
    has_seats = seats.take(pool, len(coming))
    _note(told, coming, has_seats=has_seats)
    numbers = [] if has_seats else seats.take_numbers(pool, len(coming))
    made = []
    for at, place in enumerate(coming):
        facts = {
            "class_group": into,
            "pool": pool,
            "person": place.person,
            "round_id": place.round_id,
            "source": Source.TRANSFER,
        }
        if has_seats:
            seat = Enrolment.objects.create(
                **facts,
                note=_("由“%(class)s”并来") % {"class": place.class_group},
                seated_at=now,
                seated_by=by,
                transferred_from=place if isinstance(place, Enrolment) else None,
            )
            seats.tell(signals.seat_given, Enrolment, enrolment=seat)
            made.append(seat)
        else:
            asked = facts | {"number": numbers[at], "asked_at": now, "asked_by": by}
            made.append(WaitingEntry.objects.create(**asked))
    if len(made) == 2:
        for mine, theirs in (made, reversed(made)):
            type(mine).objects.filter(pk=mine.pk).update(partner=theirs)
