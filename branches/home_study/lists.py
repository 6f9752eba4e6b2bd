"""What a visitor takes along: packs by street, as a spreadsheet; the page shows the same."""

from collections.abc import Iterable
from itertools import groupby

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from branches.home_study import codes, reading
from branches.models import Delivery
from common import excel
from common.excel import Column, Kind
from common.typed import words_in

TO_BRING, WAITING, ALL = "bring", "wait", "all"
SHOWS = (TO_BRING, WAITING, ALL)


def choice(asked) -> dict[str, str]:
    """What a request asks to see of the list, as `chosen` takes it."""
    return {
        "show": asked.get("show") if asked.get("show") in SHOWS else TO_BRING,
        "visitor": asked.get("visitor_pk", ""),
        "q": words_in(asked, "q")[:40],
    }


def chosen(
    deliveries: QuerySet[Delivery], *, show: str = TO_BRING, visitor: str = "", q: str = ""
) -> QuerySet[Delivery]:
    """Those still to bring, those whose slip is waited for, or both with those that are back;
    of one visitor by key, or "none"; by street or name."""
    if show != ALL:
        orders = reading.orders_in(
            reading.StudyOrder.objects.all(),
            reading.TO_BRING if show == TO_BRING else reading.BROUGHT,
        )
        deliveries = deliveries.filter(order__in=orders.values("pk"))
    if visitor == "none":
        deliveries = deliveries.filter(visitor=None)
    elif visitor.isascii() and visitor.isdecimal():
        deliveries = deliveries.filter(visitor=int(visitor[:9]))
    if q := q.strip():
        deliveries = deliveries.filter(
            Q(order__street__icontains=q) | Q(order__person__name__icontains=q)
        )
    return deliveries


def by_street(deliveries: Iterable[Delivery]) -> list[tuple[str, list[Delivery]]]:
    """Street by street, in the order they come in."""
    grouped = groupby(deliveries, key=lambda delivery: delivery.order.street)
    return [(street, list(packs)) for street, packs in grouped]


def sheet(deliveries: Iterable[Delivery], *, title: str) -> bytes:
    """The list as a spreadsheet with room for a tick."""
    return excel.workbook(
        title=title,
        sheet_name=_("送学单"),
        columns=[
            Column(_("街道、小区"), width=14),
            Column(_("门牌"), width=12),
            Column(_("姓名"), width=6),
            Column(_("电话"), width=9),
            Column(_("送什么"), width=20),
            Column(_("声音"), width=4),
            Column(_("回执号"), width=8),
            Column(_("送的人"), width=6),
            Column(_("打算哪天送"), Kind.DATE, width=7),
            Column(_("送到日期"), Kind.DATE, width=7),
            Column(_("签收"), width=8),
        ],
        rows=[
            [
                each.order.street,
                each.order.address,
                each.order.person.name,
                each.order.person.phone or each.order.person.other_phone,
                each.title,
                _("要") if each.order.with_sound else "",
                codes.spoken(each.code),
                each.visitor.name if each.visitor else "",
                each.planned_on,
                each.handed_on,
                "",
            ]
            for each in deliveries
        ],
    )
