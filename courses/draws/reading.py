"""What pages show of rounds that are drawn. The doors: `round_shown`, `draw_shown`,
`application_for`, and for the office `round_led_by`."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import Http404

from accounts import queries as accounts
from accounts.acting import households
from accounts.models import Person, User
from common.typed import number_of
from courses import queries
from courses.draws import freezing
from courses.models import (
    Application,
    ClassGroup,
    Draw,
    Enrolment,
    RegistrationRound,
    SeatPool,
    Source,
    WaitingEntry,
    Wish,
)
from courses.registration import rules


def round_shown(pk: int) -> RegistrationRound:
    """A round that is drawn, as everybody may see it. Raises Http404 for any other."""
    return _one(_rounds().filter(pk=pk))


def draw_shown(pk: int) -> Draw:
    """A draw as everybody may see it, its files read when asked for. Raises Http404 for an
    unknown number."""
    found = Draw.objects.defer("list_text", "decided_text", "result_text")
    return _one(found.filter(pk=pk).select_related("round__term__organisation"))


def application_for(*, person: Person, pk: int) -> Application:
    """The application of `person`, taken back or not. The only door to it. Raises Http404."""
    return _one(_with_wishes(Application.objects.filter(pk=pk, person=person)))


def live_application(*, person: Person, round: RegistrationRound) -> Application | None:
    mine = round.applications.filter(person=person, withdrawn_at=None)
    return _with_wishes(mine).first()


def rounds_led_by(user: User) -> QuerySet[RegistrationRound]:
    """The rounds to be drawn that `user` runs, the newest first, with `live` applications."""
    live = Count("applications", filter=Q(applications__withdrawn_at=None))
    terms = queries.terms_led_by(user)
    return _rounds().filter(term__in=terms).annotate(live=live).order_by("-opens_at", "-pk")


def round_led_by(*, user: User, pk: int) -> RegistrationRound:
    """The round to be drawn, if `user` runs it. Raises Http404 for all others."""
    return _one(rounds_led_by(user).filter(pk=pk))


def applications_of(round: RegistrationRound, *, text: str = "") -> QuerySet[Application]:
    """The live applications by their numbers; `text` is a number or part of a name."""
    found = _with_wishes(round.applications.filter(withdrawn_at=None)).order_by("number")
    if (number := number_of(text)) is not None:
        return found.filter(number=number)
    return found.filter(person__name__icontains=text) if text else found


@dataclass
class Progress:
    """How much a pool is wished for."""

    pool: SeatPool
    seats: int
    first: int
    all: int

    @property
    def for_a_seat(self) -> float | None:
        """First wishes for a seat; None where no seat is to be drawn."""
        return self.first / self.seats if self.seats else None


def progress(round: RegistrationRound) -> list[Progress]:
    """Wishes by pool, in the order of the timetable, and the seats to be drawn: once the list
    is frozen those that stand in it, whoever has them by now."""
    draw = getattr(round, "draw", None)
    frozen = _frozen_seats(draw.pk, draw.list_sha256) if draw else None
    wishes = Wish.objects.filter(application__round=round, application__withdrawn_at=None)
    counted = {
        pk: (first, count)
        for pk, first, count in wishes.order_by()
        .values("pool")
        .annotate(first=Count("pk", filter=Q(rank=1)), count=Count("pk"))
        .values_list("pool", "first", "count")
    }
    return [
        Progress(
            pool,
            pool.seats_left if frozen is None else frozen.get(pool.pk, 0),
            *counted.get(pool.pk, (0, 0)),
        )
        for pool in pools_of(round)
    ]


@lru_cache(maxsize=16)
def _frozen_seats(pk: int, _hash: str) -> dict[int, int]:
    pools = json.loads(Draw.objects.get(pk=pk).list_text)["pools"]
    return {facts["pool"]: facts["seats"] for facts in pools.values()}


def pools_of(round: RegistrationRound) -> QuerySet[SeatPool]:
    """The seats of the round with all that a page says of their classes."""
    one = ("course", "teacher", "teaching_point", "organisation", "for_organisation", "term")
    return (
        freezing.pools_of(round)
        .select_related("teaching_point", *(f"class_group__{name}" for name in one))
        .order_by("class_group__weekday", "class_group__starts_at_time", "class_group__code", "pk")
    )


@dataclass(frozen=True)
class Choice:
    """What somebody may wish for, and the classes that want a relative's word before."""

    pools: list[SeatPool]
    with_consent: list[ClassGroup]


def choice_of(*, person: Person, round: RegistrationRound) -> Choice:
    """What `person` may wish for, as far as it can be said for hundreds of classes at once;
    every wish is asked again when it is made."""
    term = round.term
    held = set(queries.places_by_class(person))
    consented = rules.has_relatives_consent(person, term)
    returning = rules.is_returning(person, term)
    done = set(
        Enrolment.objects.filter(person=person, completed_on__isnull=False).values_list(
            "class_group__course", flat=True
        )
    )

    def fits(group: ClassGroup) -> bool:
        first, last = group.born_between()
        return (
            group.pk not in held
            and person.born_on <= last
            and (person.born_on >= first or group.older_with_consent)
            and (returning or not group.returning_only)
            and (group.after_course_id is None or group.after_course_id in done)
            and _belongs(person, group)
        )

    def wants_consent(group: ClassGroup) -> bool:
        return not consented and person.born_on < group.born_between()[0]

    fitting = [pool for pool in pools_of(round) if fits(pool.class_group)]
    asking = [pool.class_group for pool in fitting if wants_consent(pool.class_group)]
    return Choice(
        pools=[pool for pool in fitting if pool.class_group not in asking],
        with_consent=list(dict.fromkeys(asking)),
    )


def seats_to_get(*, person: Person, round: RegistrationRound) -> int:
    """How many classes the round may still give `person`: the seats they have count."""
    seats = queries.seats_of(person).filter(
        class_group__term=round.term_id, class_group__cancelled_at=None
    )
    return max(round.max_classes - seats.count(), 0)


def partners_of(*, user: User, person: Person) -> list[Person]:
    """With whom `person` may be drawn as one: those one acts for, oneself, the household."""
    found = {one.pk: one for one in households.companions_of(person)}
    found |= {one.pk: one for one in accounts.persons_acted_for(user)}
    if own := accounts.own_file(user):
        found[own.pk] = own
    found.pop(person.pk, None)
    return sorted(found.values(), key=lambda one: (one.pinyin, one.pk))


# What came out


@dataclass
class Lot:
    """What a draw said of one number."""

    number: int
    place: int
    key: str
    partner: int | None
    seats: list[str] = field(default_factory=list)
    waiting: list[tuple[str, int]] = field(default_factory=list)


@dataclass
class Result:
    """The files of a draw, read."""

    listed: dict
    places: dict[int, tuple[int, str]]
    partners: dict[int, int | None]
    given: dict[int, list[str]]
    waiting: dict[int, list[tuple[str, int]]]
    by_pool: dict[str, dict]

    @property
    def count(self) -> int:
        """How many were drawn: two who are drawn as one count once."""
        return len(self.places)

    @property
    def people(self) -> int:
        return len(self.partners)


def lot_of(draw: Draw, number: int) -> Lot | None:
    """What the draw said of an application, by its number; None for no number of the list."""
    result = result_of(draw)
    if number not in result.given:
        return None
    partner = result.partners[number]
    place, key = result.places[min(number, partner) if partner else number]
    names = {code: facts["name"] for code, facts in result.listed["pools"].items()}
    return Lot(
        number=number,
        place=place,
        key=key,
        partner=partner,
        seats=[names[code] for code in result.given[number]],
        waiting=[(names[code], waits) for code, waits in result.waiting.get(number, [])],
    )


def result_of(draw: Draw) -> Result:
    return _result(draw.pk, draw.result_sha256)


# The key holds the hash: the files of a draw do not change once it was made.
@lru_cache(maxsize=4)
def _result(pk: int, _hash: str) -> Result:
    draw = Draw.objects.get(pk=pk)
    listed, result = json.loads(draw.list_text), json.loads(draw.result_text)
    given, waiting = dict(map(tuple, result["given"])), {}
    by_pool = {
        code: {"name": facts["name"], "pool": facts["pool"], "given": [], "waiting": []}
        for code, facts in listed["pools"].items()
    }
    for number, codes in given.items():
        for code in codes:
            by_pool[code]["given"].append(number)
    for code, waits, number in result["waiting"]:
        waiting.setdefault(number, []).append((code, waits))
        by_pool[code]["waiting"].append((waits, number))
    return Result(
        listed=listed,
        places={number: (n, key) for n, (key, number) in enumerate(result["order"], start=1)},
        partners={one["number"]: one["partner"] for one in listed["applications"]},
        given=given,
        waiting=waiting,
        by_pool=by_pool,
    )


@dataclass
class Placed:
    """Somebody whom a draw gave a seat or a waiting number."""

    pool: SeatPool
    number: int
    person: Person
    waits: int | None
    is_over: bool


def placed_by(draw: Draw, *, pool: int | None = None) -> list[Placed]:
    """Who got what, class by class: seats by the application's number, then the line."""
    of_draw = {"round": draw.round_id, "source": Source.DRAW}
    if pool:
        of_draw["pool"] = pool
    numbers = {}
    applications = draw.round.applications.order_by("number")
    for number, person in applications.values_list("number", "person"):
        numbers[person] = number
    rows = [
        *_placed(Enrolment.objects.filter(**of_draw), numbers),
        *_placed(WaitingEntry.objects.filter(**of_draw), numbers),
    ]
    return sorted(
        rows,
        key=lambda row: (row.pool.class_group.code, row.pool.pk, row.waits or 0, row.number),
    )


def _placed(places: QuerySet, numbers: dict[int, int]) -> Iterable[Placed]:
    for one in places.select_related("person", "pool__class_group", "pool__teaching_point"):
        is_seat = isinstance(one, Enrolment)
        yield Placed(
            pool=one.pool,
            number=numbers.get(one.person_id, 0),
            person=one.person,
            waits=None if is_seat else one.number,
            is_over=bool(one.withdrawn_at if is_seat else one.left_at),
        )


def _rounds() -> QuerySet[RegistrationRound]:
    drawn = RegistrationRound.objects.filter(method=RegistrationRound.Method.DRAW)
    return drawn.with_draw().select_related("term__organisation")


def _with_wishes(applications: QuerySet[Application]) -> QuerySet[Application]:
    wishes = Wish.objects.select_related(
        "pool__teaching_point",
        "pool__class_group__teacher",
        "pool__class_group__teaching_point",
        "pool__class_group__organisation",
    )
    return applications.select_related(
        "person", "partner__person", "asked_by__person", "round__term", "round__draw"
    ).prefetch_related(Prefetch("wishes", wishes.order_by("rank")))


def _belongs(person: Person, group: ClassGroup) -> bool:
    wanted = group.for_organisation
    return wanted is None or person.organisation.path.startswith(wanted.path)


def _one(found: QuerySet):
    if one := found.first():
        return one
    raise Http404
