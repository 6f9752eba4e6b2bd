"""The list of people's files: which are chosen, in what order, and their totals."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from accounts import queries
from accounts.files import finding
from accounts.models import Organisation, Person, User

ONLY = {
    "away": Q(lives_away=True),
    "badly": Q(moves_badly=True),
    "no_phone": Q(phone=""),
    "deceased": Q(deceased_on__isnull=False),
}
ORDERS = {
    "name": ("pinyin", "pk"),
    "born": ("born_on", "pinyin", "pk"),
    "organisation": ("organisation__path", "pinyin", "pk"),
    "kind": ("kind", "pinyin", "pk"),
}


@dataclass(frozen=True)
class Choice:
    """What somebody chose on the page; empty chooses nothing away."""

    text: str = ""
    organisation: Organisation | None = None
    kind: str = ""
    only: str = ""
    sort: str = ""


@dataclass(frozen=True)
class Totals:
    """How many of the chosen files there are, and how many of each kind."""

    all: int
    kinds: list[tuple[str, int]]
    no_phone: int


def chosen(user: User, choice: Choice) -> QuerySet[Person]:
    """The files that `user` may see and that `choice` fits, in its order."""
    if choice.text:
        found = finding.find(user, choice.text)
    else:
        found = queries.files_seen_by(user).defer(*finding.SEALED)
    if choice.organisation:
        found = found.filter(organisation__path__startswith=choice.organisation.path)
    if choice.kind:
        found = found.filter(kind=choice.kind)
    if choice.only:
        found = found.filter(ONLY[choice.only])
    return found.order_by(*_order(choice.sort))


def totals(found: QuerySet[Person]) -> Totals:
    """The totals of `found`, in one query."""
    counts = found.order_by().aggregate(
        all=Count("pk"),
        no_phone=Count("pk", filter=Q(phone="")),
        **{f"kind_{kind}": Count("pk", filter=Q(kind=kind)) for kind in Person.Kind},
    )
    return Totals(
        all=counts["all"],
        kinds=[(kind.label, counts[f"kind_{kind}"]) for kind in Person.Kind],
        no_phone=counts["no_phone"],
    )


def _order(sort: str) -> tuple[str, ...]:
    first, *rest = ORDERS.get(sort.removeprefix("-"), ORDERS["name"])
    return (f"-{first}" if sort.startswith("-") else first, *rest)
