"""Who has which place in a class: seats, the line, wishes of a draw, seats given up."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Prefetch, Q, QuerySet, Sum

from accounts.files import finding
from accounts.models import Person
from courses.fees.accounts import NOTHING, Account, account_of_lines, with_money
from courses.models import (
    ClassGroup,
    Enrolment,
    FeeLine,
    Offer,
    SeatPool,
    Source,
    WaitingEntry,
    Wish,
)

SEATS, WAITING, WISHES, GONE = "seats", "waiting", "wishes", "gone"
SHOWN = (SEATS, WAITING, WISHES, GONE)

ORDERS = {
    SEATS: {
        "name": ("person__pinyin", "pk"),
        "since": ("seated_at", "pk"),
        "born": ("person__born_on", "pk"),
        "owed": ("owed", "person__pinyin", "pk"),
    },
    WAITING: {
        "number": ("pool", "number"),
        "name": ("person__pinyin", "pk"),
        "since": ("asked_at", "pk"),
    },
    WISHES: {
        "number": ("application__round", "application__number"),
        "rank": ("rank", "application__number"),
        "name": ("application__person__pinyin", "pk"),
    },
    GONE: {"since": ("withdrawn_at", "pk"), "name": ("person__pinyin", "pk")},
}
FEES = {"owes": Q(owed__gt=0), "paid": Q(owed__lte=0), "back": Q(owed__lt=0)}


@dataclass(frozen=True)
class Choice:
    """What somebody chose on the page; empty chooses nothing away."""

    shown: str = SEATS
    text: str = ""
    pool: SeatPool | None = None
    source: str = ""
    fees: str = ""
    sort: str = ""


@dataclass(frozen=True)
class Counts:
    """How many places of each kind a class has, and its money."""

    seats: int
    waiting: int
    wishes: int
    gone: int
    account: Account


def counts(class_group: ClassGroup) -> Counts:
    """Four figures and the money, in four queries."""
    seats = class_group.enrolments.filter(undone=False).aggregate(
        live=Count("pk", filter=Q(withdrawn_at=None)),
        gone=Count("pk", filter=Q(withdrawn_at__isnull=False)),
    )
    lines = FeeLine.objects.filter(enrolment__class_group=class_group)
    return Counts(
        seats=seats["live"],
        gone=seats["gone"],
        waiting=class_group.waiting.filter(left_at=None).count(),
        wishes=_wishes(class_group).count(),
        account=account_of_lines(lines),
    )


def chosen(class_group: ClassGroup, choice: Choice) -> QuerySet:
    """The rows of the part that is shown, in their order."""
    rows = {SEATS: _seats, GONE: _gone, WAITING: _waiting, WISHES: _wishes}[choice.shown](
        class_group
    )
    path = "application__" if choice.shown == WISHES else ""
    if choice.text:
        named = finding.matching(Person.objects.all(), choice.text)
        rows = rows.filter(**{f"{path}person__in": named.values("pk")})
    if choice.pool:
        rows = rows.filter(pool=choice.pool)
    if choice.source:
        rows = rows.filter(**{f"{path}source": choice.source})
    if choice.fees and choice.shown in (SEATS, GONE):
        rows = rows.filter(FEES[choice.fees])
    # Nobody asked for what is sealed.
    rows = rows.defer(*(f"{path}person__{name}" for name in finding.SEALED))
    return rows.order_by(*_order(choice))


def money(seats: QuerySet[Enrolment]) -> dict[str, Decimal]:
    """What all of these seats are `due`, and what of it is `held`."""
    sums = seats.order_by().aggregate(all_due=Sum("due"), all_held=Sum("held"))
    return {"due": sums["all_due"] or NOTHING, "held": sums["all_held"] or NOTHING}


def sources(shown: str) -> list[tuple[str, str]]:
    """How places of this kind can have come to be."""
    asked = (Source.ONLINE, Source.COUNTER, Source.PHONE)
    kinds = Source if shown in (SEATS, GONE) else asked
    return [(kind.value, kind.label) for kind in kinds]


def _seats(class_group: ClassGroup) -> QuerySet[Enrolment]:
    return _with_people(class_group.enrolments.filter(withdrawn_at=None))


def _gone(class_group: ClassGroup) -> QuerySet[Enrolment]:
    gone = class_group.enrolments.filter(withdrawn_at__isnull=False, undone=False)
    return _with_people(gone).select_related("transferred_to__class_group")


def _with_people(seats: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    return with_money(seats).select_related(
        "person", "pool__teaching_point", "partner__person", "seated_by__person"
    )


def _waiting(class_group: ClassGroup) -> QuerySet[WaitingEntry]:
    open_offers = Prefetch("offers", Offer.objects.filter(answer=""), to_attr="open_offers")
    return (
        class_group.waiting.filter(left_at=None)
        .select_related("person", "pool__teaching_point", "partner__person", "asked_by__person")
        .prefetch_related(open_offers)
    )


def _wishes(class_group: ClassGroup) -> QuerySet[Wish]:
    return Wish.objects.filter(
        pool__class_group=class_group, application__withdrawn_at=None
    ).select_related(
        "application__person",
        "application__round",
        "application__partner__person",
        "pool__teaching_point",
    )


def _order(choice: Choice) -> tuple[str, ...]:
    orders = ORDERS[choice.shown]
    first, *rest = orders.get(choice.sort.removeprefix("-"), next(iter(orders.values())))
    return (f"-{first}" if choice.sort.startswith("-") else first, *rest)
