"""Reading home study.  The doors: `order_seen_by`, `order_kept_by`, `delivery_kept_by`,
`delivery_carried_by`, `delivery_with_slip`, `person_ordered_for`; for a person's own orders
`order_of`.
"""

from collections.abc import Iterable
from datetime import timedelta

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.http import Http404
from django.utils import timezone
from wagtail.models import Page, get_page_models

from accounts.models import Organisation, Person, RoleGrant, User
from accounts.queries import files_seen_by, organisations_led_by, own_file
from branches import queries
from branches.models import Branch, BranchMembership, Delivery, ReturnSlip, StudyOrder
from common.readings import Readable

Role = RoleGrant.Role
# So long whoever brought something may write down what is wanted next.
VISITED = timedelta(days=90)

# States of an order, as they are asked for in addresses.
NEW, TO_BRING, BROUGHT, BACK, CANCELLED = "new", "pack", "out", "back", "no"
STATES = (NEW, TO_BRING, BROUGHT, BACK, CANCELLED)

# The newest slip of a delivery that counts.
_newest = ReturnSlip.objects.filter(delivery=OuterRef("delivery")).order_by("-number")


def _with_state(orders: QuerySet[StudyOrder]) -> QuerySet[StudyOrder]:
    return orders.alias(slip_minutes=Subquery(_newest.values("minutes")[:1]))


# Of which orders what is true; after `_with_state`.
IS = {
    NEW: Q(cancelled_at=None, delivery=None),
    TO_BRING: Q(cancelled_at=None, delivery__isnull=False, delivery__handed_on=None)
    & (Q(slip_minutes=None) | Q(slip_minutes=0)),
    BROUGHT: Q(cancelled_at=None, delivery__handed_on__isnull=False)
    & (Q(slip_minutes=None) | Q(slip_minutes=0)),
    BACK: Q(slip_minutes__gt=0),
    CANCELLED: Q(cancelled_at__isnull=False),
}


def state_of(order: StudyOrder) -> str:
    """The same for one order with its delivery and slips."""
    if order.cancelled_at:
        return CANCELLED
    delivery = getattr(order, "delivery", None)
    if delivery is None:
        return NEW
    slip = newest_slip(delivery)
    if slip and slip.minutes:
        return BACK
    return BROUGHT if delivery.handed_on else TO_BRING


def newest_slip(delivery: Delivery) -> ReturnSlip | None:
    """What counts of a delivery, a slip taken back among it."""
    return max(delivery.slips.all(), key=lambda slip: slip.number, default=None)


# Who may


def organisations_served_by(user: User) -> QuerySet[Organisation]:
    """Where `user` brings study home to people without a branch."""
    return organisations_led_by(user, Role.COORDINATOR, Role.REGISTRAR)


def orders_kept_by(user: User) -> QuerySet[StudyOrder]:
    """The orders that `user` packs and has brought: of the branches whose books they keep,
    and of people without a branch where they are coordinator or registrar."""
    kept = queries.branches_kept_by(user)
    served = organisations_served_by(user)
    return StudyOrder.objects.filter(Q(branch__in=kept) | Q(branch=None, organisation__in=served))


def orders_seen_by(user: User) -> QuerySet[StudyOrder]:
    """Those of `orders_kept_by`, and the bureau's of its organisations."""
    led = organisations_led_by(user, Role.BUREAU)
    return StudyOrder.objects.filter(
        Q(pk__in=orders_kept_by(user).values("pk"))
        | Q(branch__organisation__in=led)
        | Q(branch=None, organisation__in=led)
    )


def keeps_any(user: User) -> bool:
    return queries.branches_kept_by(user).exists() or organisations_served_by(user).exists()


def sees_any(user: User) -> bool:
    """Whether there is a desk for `user`, be it empty."""
    return keeps_any(user) or organisations_led_by(user, Role.BUREAU).exists()


def order_seen_by(user: User, pk: int) -> StudyOrder:
    return _one(whole(orders_seen_by(user)).filter(pk=pk))


def order_kept_by(user: User, pk: int) -> StudyOrder:
    return _one(whole(orders_kept_by(user)).filter(pk=pk))


def order_of(person: Person, pk: int) -> StudyOrder:
    """A person's own order. Raises Http404 for anybody else's."""
    return _one(whole(StudyOrder.objects.filter(person=person, pk=pk)))


def deliveries_carried_by(user: User) -> QuerySet[Delivery]:
    """What `user` is to bring somebody: addresses end with the slip."""
    own = own_file(user) if user.is_authenticated and not user.is_limited else None
    if own is None:
        return Delivery.objects.none()
    return on_the_way().filter(visitor=own)


def on_the_way() -> QuerySet[Delivery]:
    """Packs to bring, and packs whose slip is waited for."""
    order = _with_state(StudyOrder.objects.filter(pk=OuterRef("order")))
    return Delivery.objects.filter(Exists(order.filter(IS[TO_BRING] | IS[BROUGHT])))


def deliveries_listed_for(user: User) -> QuerySet[Delivery]:
    """The packs that `user` keeps or brings, by street and door-to-door order of entry."""
    kept = Delivery.objects.filter(order__in=orders_kept_by(user).values("pk"))
    carried = deliveries_carried_by(user)
    found = Delivery.objects.filter(Q(pk__in=kept.values("pk")) | Q(pk__in=carried.values("pk")))
    return (
        found.filter(order__cancelled_at=None)
        .select_related("order__person", "order__branch", "order__organisation", "visitor")
        .prefetch_related("slips")
        .order_by("order__street_pinyin", "order__street", "pk")
    )


def lists_deliveries(user: User) -> bool:
    """Whether `user` keeps orders, or has something to bring."""
    return keeps_any(user) or deliveries_listed_for(user).exists()


def delivery_handled_by(user: User, pk: int) -> Delivery:
    """A pack that `user` keeps or brings. Raises Http404 for all others."""
    return _one(deliveries_listed_for(user).filter(pk=pk))


def delivery_with_slip(user: User, code: str) -> Delivery:
    """The pack whose slip bears `code`: its keeper's, or whose visitor `user` was.

    Raises Http404 for all others, as for a code that was never given.
    """
    own = own_file(user) if user.is_authenticated and not user.is_limited else None
    mine = Q(order__in=orders_kept_by(user).values("pk"))
    if own:
        mine |= Q(visitor=own)
    found = Delivery.objects.filter(mine, code=code, order__cancelled_at=None)
    return _one(
        found.select_related("order__person", "order__branch", "visitor").prefetch_related(
            Prefetch("slips", ReturnSlip.objects.select_related("recorded_by__person"))
        )
    )


def keeps_order(user: User, order: StudyOrder) -> bool:
    return orders_kept_by(user).filter(pk=order.pk).exists()


def people_ordered_for(user: User) -> QuerySet[Person]:
    """For whom `user` may write an order: members of the branches they keep, people without
    a branch where they serve, and whom they bring something to."""
    today = timezone.localdate()
    home = BranchMembership.objects.filter(queries.held_on(today), kind=Branch.Kind.HOME)
    of_mine = home.filter(branch__in=queries.branches_kept_by(user))
    served = files_seen_by(user).filter(organisation__in=organisations_served_by(user))
    carried = _visited_by(user).values("order__person")
    return (
        Person.objects.kept()
        .filter(frozen_at=None)
        .filter(
            Q(pk__in=of_mine.values("person"))
            | (Q(pk__in=served.values("pk")) & ~Exists(home.filter(person=OuterRef("pk"))))
            | Q(pk__in=carried)
        )
        .order_by("pinyin", "pk")
    )


def _visited_by(user: User) -> QuerySet[Delivery]:
    """What `user` was sent with of late: at the door one hears what is wanted next."""
    own = own_file(user) if user.is_authenticated and not user.is_limited else None
    if own is None:
        return Delivery.objects.none()
    return Delivery.objects.filter(
        visitor=own, order__cancelled_at=None, packed_at__gte=timezone.now() - VISITED
    )


def person_ordered_for(user: User, pk: int) -> Person:
    """Somebody of `people_ordered_for`. Raises Http404 for all others."""
    return _one(people_ordered_for(user).filter(pk=pk))


def visitors_for(user: User) -> QuerySet[Person]:
    """Who may be sent: members of the branches `user` keeps, and their own people."""
    today = timezone.localdate()
    members = BranchMembership.objects.filter(
        queries.held_on(today), branch__in=queries.branches_kept_by(user)
    )
    served = files_seen_by(user).filter(organisation__in=organisations_served_by(user))
    own = own_file(user)
    return (
        Person.objects.kept()
        .filter(frozen_at=None)
        .filter(
            Q(pk__in=members.values("person"))
            | Q(pk__in=served.values("pk"))
            | Q(pk=own and own.pk)
        )
        .order_by("pinyin", "pk")
    )


def _one(found: QuerySet):
    if one := found.first():
        return one
    raise Http404


# Lists


def whole(orders: QuerySet[StudyOrder]) -> QuerySet[StudyOrder]:
    """With all that a list and a page of orders say; the same queries however many."""
    return orders.select_related(
        "person", "branch", "organisation", "ordered_by__person", "delivery__visitor"
    ).prefetch_related("readings", "delivery__slips")


def orders_in(orders: QuerySet[StudyOrder], state: str) -> QuerySet[StudyOrder]:
    """Those of `orders` in a state; of all states for "", without those cancelled."""
    found = _with_state(orders)
    return found.filter(IS[state]) if state in IS else found.filter(cancelled_at=None)


def counts(orders: QuerySet[StudyOrder]) -> dict[str, int]:
    """How many of `orders` are in each state, in one query."""
    found = _with_state(orders.order_by())
    return found.aggregate(**{state: Count("pk", filter=IS[state]) for state in STATES})


def overdue(orders: QuerySet[StudyOrder], *, days: int = 30) -> QuerySet[StudyOrder]:
    """Brought so many days ago, and no slip has come back."""
    before = timezone.localdate() - timedelta(days=days)
    return orders_in(orders, BROUGHT).filter(delivery__handed_on__lte=before)


def last_order_of(person: Person) -> StudyOrder | None:
    """Where something was brought to `person` the last time."""
    return person.study_orders.order_by("-ordered_at", "-pk").first()


# What can be ordered


def shelf(q: str = "") -> QuerySet[Page]:
    """The published pages that can be printed as a booklet, the newest first."""
    models = [model for model in get_page_models() if issubclass(model, Readable)]
    pages = Page.objects.live().public().type(*models)
    for word in q.split():
        pages = pages.filter(title__icontains=word)
    return pages.order_by("-first_published_at", "-pk")


def titles(pages: Iterable[Page]) -> dict[int, str]:
    """What each of `pages` is called on a card: a lesson with its course, two queries."""
    pages = list(pages)
    paths = {page.path[: -Page.steplen] for page in pages}
    above = dict(Page.objects.filter(path__in=paths).values_list("path", "title"))
    return {
        page.pk: f"{above[page.path[: -Page.steplen]]} {page.title}"
        if page.specific_class.is_of_a_series
        else page.title
        for page in pages
    }
