"""Seats whose money is not settled: to be paid, to be given back, left to the desk."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum

from accounts.files import finding
from accounts.models import Person, User
from courses.fees.accounts import NOTHING, seats_led_by, with_money
from courses.models import ClassGroup, Enrolment, FeeLine, Term

OWED, BACK, GONE = "owed", "back", "gone"
DECIDED = FeeLine.objects.filter(
    Q(kind=FeeLine.Kind.KEPT)
    | Q(kind=FeeLine.Kind.REFUNDED, made_at__gte=OuterRef("withdrawn_at")),
    enrolment=OuterRef("pk"),
)
STATES = {
    OWED: Q(owed__gt=0),
    BACK: Q(owed__lt=0),
    # Given up by themselves after paying: the desk decides what is given back, once.
    GONE: Q(~Exists(DECIDED), withdrawn_at__isnull=False, held__gt=0, owed=0),
}
ORDERS = {
    "name": ("person__pinyin", "pk"),
    "class": ("class_group__code", "person__pinyin", "pk"),
    "amount": ("owed", "pk"),
    "since": ("seated_at", "pk"),
}


@dataclass(frozen=True)
class Choice:
    """What somebody chose on the page."""

    state: str = OWED
    text: str = ""
    term: Term | None = None
    class_group: ClassGroup | None = None
    sort: str = ""


@dataclass(frozen=True)
class Totals:
    """Seats are not people: one of these may have two."""

    seats: int
    people: int
    amount: Decimal


def chosen(user: User, choice: Choice) -> QuerySet[Enrolment]:
    """The seats that `user` leads and that `choice` fits, with their money, in its order."""
    found = with_money(seats_led_by(user)).filter(STATES[choice.state])
    if choice.text:
        named = finding.matching(Person.objects.all(), choice.text)
        found = found.filter(person__in=named.values("pk"))
    if choice.term:
        found = found.filter(class_group__term=choice.term)
    if choice.class_group:
        found = found.filter(class_group=choice.class_group)
    return found.defer(*(f"person__{name}" for name in finding.SEALED)).order_by(
        *_order(choice.sort)
    )


def waits_for_a_decision(seat: Enrolment) -> bool:
    """Whether the desk has to say what of a given up seat's money is given back."""
    return with_money(Enrolment.objects.filter(pk=seat.pk)).filter(STATES[GONE]).exists()


def totals(found: QuerySet[Enrolment], state: str) -> Totals:
    """How many, of how many people, and the money together, in one query."""
    money = F("held") if state == GONE else F("owed")
    sums = found.order_by().aggregate(
        seats=Count("pk"), people=Count("person", distinct=True), amount=Sum(money)
    )
    return Totals(sums["seats"], sums["people"], abs(sums["amount"] or NOTHING))


def _order(sort: str) -> tuple[str, ...]:
    first, *rest = ORDERS.get(sort.removeprefix("-"), ORDERS["class"])
    return (f"-{first}" if sort.startswith("-") else first, *rest)
