"""What went through the till: by day, cashier and method, and receipt by receipt."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum

from accounts.models import Organisation, User
from courses.fees.accounts import NOTHING, receipts_led_by
from courses.models import FeeLine

Kind, Method = FeeLine.Kind, FeeLine.Method


@dataclass(frozen=True)
class Choice:
    """What somebody chose on the page; the days are both counted."""

    first: date
    last: date
    method: str = ""
    cashier: User | None = None
    organisation: Organisation | None = None
    kind: str = ""


@dataclass
class Till:
    """What one person took and gave back on one day; or all of it together."""

    on: date | None = None
    cashier: User | None = None
    paid: dict[str, Decimal] = field(default_factory=lambda: dict.fromkeys(Method, NOTHING))
    refunded: dict[str, Decimal] = field(default_factory=lambda: dict.fromkeys(Method, NOTHING))
    receipts: int = 0

    @property
    def came_in(self) -> Decimal:
        return sum(self.paid.values(), NOTHING)

    @property
    def went_out(self) -> Decimal:
        return sum(self.refunded.values(), NOTHING)

    @property
    def left(self) -> Decimal:
        return self.came_in - self.went_out

    def left_in(self, method: str) -> Decimal:
        return self.paid[method] - self.refunded[method]

    @property
    def by_method(self) -> list[tuple[str, Decimal]]:
        """What is left in cash, on the account, by code; each with its word."""
        return [(method.label, self.left_in(method)) for method in Method]

    def count(self, kind: str, method: str, amount: Decimal, receipts: int) -> None:
        kept = self.paid if kind == Kind.PAID else self.refunded
        kept[method] += amount
        self.receipts += receipts


def receipts(user: User, choice: Choice) -> QuerySet[FeeLine]:
    """The receipts that `user` may see and that `choice` fits, in their order."""
    found = receipts_led_by(user).filter(on__range=(choice.first, choice.last))
    if choice.method:
        found = found.filter(method=choice.method)
    if choice.cashier:
        found = found.filter(made_by=choice.cashier)
    if choice.organisation:
        found = found.filter(organisation__path__startswith=choice.organisation.path)
    if choice.kind:
        found = found.filter(kind=choice.kind)
    return found.order_by("on", "made_at", "pk")


def tills(found: QuerySet[FeeLine]) -> list[Till]:
    """A till for each day and cashier, in two queries."""
    sums = list(
        found.order_by()
        .values_list("on", "made_by", "kind", "method")
        .annotate(Sum("amount"), Count("pk"))
    )
    cashiers = User.objects.select_related("person").in_bulk({row[1] for row in sums})
    made: dict[tuple, Till] = {}
    for on, cashier, kind, method, amount, number in sums:
        till = made.setdefault((on, cashier), Till(on, cashiers.get(cashier)))
        till.count(kind, method, amount, number)
    return sorted(made.values(), key=lambda till: (till.on, str(till.cashier)))


def together(of: Iterable[Till]) -> Till:
    """All tills as one."""
    whole = Till()
    for till in of:
        whole.receipts += till.receipts
        for method in Method:
            whole.paid[method] += till.paid[method]
            whole.refunded[method] += till.refunded[method]
    return whole


def cashiers_of(user: User) -> QuerySet[User]:
    """Who ever wrote a receipt that `user` may see."""
    made = receipts_led_by(user).order_by().values("made_by")
    return User.objects.filter(Q(pk__in=made)).select_related("person").order_by("pk")
