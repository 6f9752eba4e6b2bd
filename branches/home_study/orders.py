"""Ordering (点单): by the senior, by somebody acting, by the secretary or the visitor."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Person, User
from branches import queries
from branches.errors import OrderRefused
from branches.home_study import reading
from branches.models import OrderedReading, StudyOrder
from common import pinyin

# As much as somebody reads in a month or two; more makes a booklet that nobody can hold.
MOST_READINGS = 12
# Of one person not brought yet: somebody who presses again and again is asked to wait.
MOST_OPEN = 5


@transaction.atomic
def order(
    *,
    key: UUID,
    person: Person,
    pages: Iterable[int],
    way: str,
    letters: str,
    with_sound: bool,
    street: str,
    address: str,
    by: User | None,
    wants: str = "",
    now: datetime | None = None,
) -> StudyOrder:
    """What `person` wants to read at home; the same `key` again is the same order.

    It goes to the home branch of that day, or without one to the organisation. Raises
    OrderRefused with nothing chosen and nothing wished for, for too much, and for a file that
    is frozen.
    """
    now = now or timezone.now()
    if found := StudyOrder.objects.filter(key=key, person=person).first():
        return found
    # Two orders of one person come one after the other; SQLite ignores the lock.
    person = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    if person.frozen_at:
        raise OrderRefused(_("这份档案已经停用，不能再点单。"))
    open_orders = reading.orders_in(person.study_orders.all(), reading.NEW)
    if open_orders.count() >= MOST_OPEN:
        raise OrderRefused(
            _("还有 %(count)s 份点单没有送到，请等送到以后再点。") % {"count": MOST_OPEN}
        )
    chosen = _chosen(pages, wants)
    try:
        with transaction.atomic():
            made = StudyOrder.objects.create(
                key=key,
                person=person,
                organisation=person.organisation,
                branch=queries.home_branch_on(person, timezone.localdate(now)),
                way=way,
                letters=letters,
                with_sound=with_sound,
                wants=wants.strip(),
                ordered_at=now,
                ordered_by=by,
                **_place(street, address),
            )
    except IntegrityError:
        raise OrderRefused(_("这张点单已经交过了。")) from None
    _put_down(made, chosen)
    return made


@transaction.atomic
def change(
    *,
    order: StudyOrder,
    pages: Iterable[int],
    letters: str,
    with_sound: bool,
    street: str,
    address: str,
    wants: str = "",
) -> StudyOrder:
    """Something else on an order that is not packed yet. Raises OrderRefused."""
    order = locked(order)
    if reading.state_of(order) != reading.NEW:
        raise OrderRefused(_("这份已经装好或者取消了，不能再改；可以另点一份。"))
    chosen = _chosen(pages, wants)
    order.letters, order.with_sound, order.wants = letters, with_sound, wants.strip()
    for name, value in _place(street, address).items():
        setattr(order, name, value)
    order.save()
    order.readings.all().delete()
    _put_down(order, chosen)
    return order


@transaction.atomic
def cancel(
    *, order: StudyOrder, by: User | None, reason: str = "", now: datetime | None = None
) -> StudyOrder:
    """Nothing is to be brought any more; twice is harmless.

    Raises OrderRefused for what was brought already.
    """
    order = locked(order)
    if order.cancelled_at:
        return order
    if reading.state_of(order) not in (reading.NEW, reading.TO_BRING):
        raise OrderRefused(_("这份已经送到了，不能取消。"))
    order.cancelled_at, order.cancelled_by = now or timezone.now(), by
    order.cancel_reason = reason.strip()
    order.save(update_fields=["cancelled_at", "cancelled_by", "cancel_reason"])
    return order


def cancel_of_the_dead(*, person: Person, now: datetime) -> int:
    """Nobody brings a booklet to a family in mourning; return how many were on the way."""
    orders = reading.orders_in(person.study_orders.all(), "")
    waiting = [
        each
        for each in reading.whole(orders)
        if reading.state_of(each) in (reading.NEW, reading.TO_BRING)
    ]
    for each in waiting:
        cancel(order=each, by=None, reason=_("档案已经停用"), now=now)
    return len(waiting)


def locked(order: StudyOrder) -> StudyOrder:
    """The order as it is now, held until the transaction ends."""
    StudyOrder.objects.select_for_update(no_key=True).get(pk=order.pk)
    return reading.whole(StudyOrder.objects.filter(pk=order.pk)).get()


def _chosen(pages: Iterable[int], wants: str) -> list[OrderedReading]:
    pages = list(dict.fromkeys(pages))
    if not pages and not wants.strip():
        raise OrderRefused(_("请选想读的，或者写一写想学什么。"), field="pages")
    if len(pages) > MOST_READINGS:
        raise OrderRefused(
            _("一次最多选 %(count)s 篇，多了一本装不下，请分两次点。") % {"count": MOST_READINGS},
            field="pages",
        )
    offered = reading.titles(reading.shelf().filter(pk__in=pages))
    if missing := [str(page) for page in pages if page not in offered]:
        raise OrderRefused(
            _("没有编号是 %(numbers)s 的读物，请对一对。") % {"numbers": "、".join(missing)},
            field="pages",
        )
    return [
        OrderedReading(page_id=page, title=offered[page][:255], place=place)
        for place, page in enumerate(pages, 1)
    ]


def _put_down(order: StudyOrder, chosen: list[OrderedReading]) -> None:
    for one in chosen:
        one.order = order
    OrderedReading.objects.bulk_create(chosen)


def _place(street: str, address: str) -> dict:
    street = " ".join(street.split())
    return {
        "street": street,
        "street_pinyin": pinyin.key(street),
        "address": address.strip(),
    }
