"""What the fee lines of a seat or a class add up to, and the door to a seat's money."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Case, DecimalField, F, OuterRef, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce
from django.http import Http404

from accounts.models import User
from accounts.queries import organisations_led_by
from courses.models import Enrolment, FeeLine
from courses.queries import LEADS_CLASSES

Kind = FeeLine.Kind

NOTHING = Decimal(0)
_MONEY = DecimalField(max_digits=12, decimal_places=2)

# Which kinds add to a figure, and which take from it.
DUE = ((Kind.CHARGE,), (Kind.DROPPED, Kind.WAIVED))
HELD = ((Kind.PAID, Kind.BROUGHT), (Kind.REFUNDED, Kind.CARRIED))
OWED = ((*DUE[0], *HELD[1]), (*DUE[1], *HELD[0]))


@dataclass(frozen=True)
class Account:
    """The fees of a seat, or of many, added up."""

    charge: Decimal = NOTHING
    dropped: Decimal = NOTHING
    waived: Decimal = NOTHING
    paid: Decimal = NOTHING
    refunded: Decimal = NOTHING
    carried: Decimal = NOTHING
    brought: Decimal = NOTHING
    # Of what is held: decided that it is not given back.
    kept: Decimal = NOTHING

    @property
    def due(self) -> Decimal:
        """What the seat costs by now."""
        return self._sum(DUE)

    @property
    def held(self) -> Decimal:
        """What the school has of it."""
        return self._sum(HELD)

    @property
    def owed(self) -> Decimal:
        """Still to be paid; below zero: to be given back."""
        return self._sum(OWED)

    @property
    def to_give_back(self) -> Decimal:
        return max(-self.owed, NOTHING)

    def _sum(self, kinds) -> Decimal:
        more, less = kinds
        return sum((getattr(self, kind) for kind in more), NOTHING) - sum(
            (getattr(self, kind) for kind in less), NOTHING
        )


def account_of(enrolment: Enrolment) -> Account:
    return accounts_of([enrolment])[enrolment.pk]


def accounts_of(enrolments: Iterable[Enrolment]) -> dict[int, Account]:
    """The account of each, by its key, in one query."""
    keys = [enrolment.pk for enrolment in enrolments]
    lines = FeeLine.objects.filter(enrolment__in=keys).order_by()
    sums: dict[int, dict] = {key: {} for key in keys}
    for key, kind, amount in lines.values_list("enrolment", "kind").annotate(Sum("amount")):
        sums[key][kind] = amount
    return {key: Account(**amounts) for key, amounts in sums.items()}


def account_of_lines(lines: QuerySet[FeeLine]) -> Account:
    """All of these lines added up, in one query."""
    return Account(**dict(lines.order_by().values_list("kind").annotate(Sum("amount"))))


def total(kinds) -> Coalesce:
    """The sum of DUE, HELD or OWED over lines of fees."""
    more, less = kinds
    signed = Case(
        When(kind__in=more, then=F("amount")),
        When(kind__in=less, then=-F("amount")),
        default=Value(NOTHING),
        output_field=_MONEY,
    )
    return Coalesce(Sum(signed), Value(NOTHING), output_field=_MONEY)


def total_of(kinds, **which) -> Coalesce:
    """The same for every row of another table: total_of(OWED, enrolment=OuterRef("pk"))."""
    # Grouped by nothing: one row, also where there are no lines.
    lines = FeeLine.objects.filter(**which).order_by().values(one=Value(1))
    return Coalesce(
        Subquery(lines.annotate(total=total(kinds)).values("total"), output_field=_MONEY),
        Value(NOTHING),
        output_field=_MONEY,
    )


def with_money(seats: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    """Each seat with what it is `due`, what of it is `held`, and what is `owed`."""
    return seats.annotate(
        due=total_of(DUE, enrolment=OuterRef("pk")),
        held=total_of(HELD, enrolment=OuterRef("pk")),
        owed=total_of(OWED, enrolment=OuterRef("pk")),
    )


def seats_led_by(user: User) -> QuerySet[Enrolment]:
    """The seats, given up or not, in the classes that `user` registers for."""
    led = organisations_led_by(user, *LEADS_CLASSES)
    return Enrolment.objects.filter(class_group__organisation__in=led).select_related(
        "person", "pool__teaching_point", "class_group__term", "class_group__organisation"
    )


def receipts_led_by(user: User) -> QuerySet[FeeLine]:
    """The money that came in or went out at the desks that `user` leads."""
    led = organisations_led_by(user, *LEADS_CLASSES)
    return FeeLine.objects.filter(
        organisation__in=led, kind__in=(Kind.PAID, Kind.REFUNDED)
    ).select_related(
        "enrolment__person",
        "enrolment__class_group",
        "organisation",
        "made_by__person",
    )


def receipt_led_by(*, user: User, pk: int) -> FeeLine:
    """The only door to a receipt. Raises Http404 for all others."""
    found = receipts_led_by(user).select_related("enrolment__class_group__term")
    if line := found.filter(pk=pk).first():
        return line
    raise Http404
