"""The lists as workbooks, whole and not by the page."""

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from common import excel
from common.excel import Column, Kind, Sheet
from courses.fees import amounts
from courses.fees.cash import Till, together
from courses.fees.owing import BACK, GONE, Totals
from courses.lists import classes, places
from courses.models import ClassGroup, Enrolment, FeeLine, WaitingEntry, Wish

_MONEY = "#,##0.00"


def of_classes(title: str, found: Iterable[ClassGroup], totals: classes.Totals) -> bytes:
    """The list of classes."""
    return excel.workbook(
        title=title,
        sheet_name=_("班级"),
        columns=[
            Column(_("班号"), width=7),
            Column(_("班名"), width=12),
            Column(_("课程"), width=10),
            Column(_("学期"), width=9),
            Column(_("教师"), width=6),
            Column(_("星期"), width=5),
            Column(_("时间"), width=5),
            Column(_("地点"), width=14),
            Column(_("座位"), Kind.NUMBER, width=4),
            Column(_("已报"), Kind.NUMBER, width=4),
            Column(_("候补"), Kind.NUMBER, width=4),
            Column(_("开班人数"), Kind.NUMBER, width=5),
            Column(_("应收（元）"), Kind.NUMBER, width=6, number_format=_MONEY),
            Column(_("实收（元）"), Kind.NUMBER, width=6, number_format=_MONEY),
            Column(_("情况"), width=6),
        ],
        rows=(
            [
                group.code,
                group.name,
                group.course.title,
                group.term.name,
                group.teacher.name,
                group.get_weekday_display(),
                f"{group.starts_at_time:%H:%M}",
                " ".join(filter(None, [str(group.teaching_point or ""), group.room])),
                group.seats_all,
                group.learners,
                group.waiting_all,
                group.min_to_open,
                group.fees_due,
                group.fees_held,
                state_of(group),
            ]
            for group in found
        ),
        totals=[
            _("合计 %(count)s 个班") % {"count": totals.classes},
            *[""] * 7,
            totals.seats,
            totals.learners,
            totals.waiting,
            "",
            totals.due,
            totals.held,
            "",
        ],
    )


def state_of(group: ClassGroup) -> str:
    """How a counted class stands, in a word."""
    if group.cancelled_at:
        return _("停开")
    if group.seats_taken_all >= group.seats_all:
        return _("满了")
    if group.learners < group.min_to_open:
        return _("不够人数")
    return _("有空位")


def of_places(group: ClassGroup, shown: str, rows: Iterable) -> bytes:
    """One part of the roster of a class."""
    columns, cells = _PARTS[shown]()
    title = _("%(class)s %(part)s") % {"class": group, "part": part_name(shown)}
    rows = list(rows)
    return excel.workbook(
        title=title,
        sheet_name=part_name(shown),
        notes=[
            _("班号 %(code)s，%(term)s，教师 %(teacher)s。手机号遮住中间四位。")
            % {"code": group.code, "term": group.term, "teacher": group.teacher}
        ],
        columns=columns,
        rows=(cells(row) for row in rows),
        totals=[_("合计 %(count)s 人") % {"count": len(rows)}, *[""] * (len(columns) - 1)],
    )


def part_name(shown: str) -> str:
    return {
        places.SEATS: _("学员名单"),
        places.WAITING: _("候补名单"),
        places.WISHES: _("抽签报名"),
        places.GONE: _("退班名单"),
    }[shown]


def of_cash(
    title: str, tills: list[Till], receipts: Iterable[FeeLine], waits: dict[str, Totals]
) -> bytes:
    """The cash report: a sheet by day and cashier, with what waits to be given back, and a
    sheet by receipt."""
    whole = together(tills)
    methods = [_("%(method)s（元）") % {"method": method.label} for method in FeeLine.Method]
    by_day = Sheet(
        title,
        [
            Column(_("日期"), width=7),
            Column(_("经手人"), width=7),
            Column(_("收据张数"), Kind.NUMBER, width=5),
            Column(_("收款（元）"), Kind.NUMBER, width=7, number_format=_MONEY),
            Column(_("退款（元）"), Kind.NUMBER, width=7, number_format=_MONEY),
            *(Column(name, Kind.NUMBER, width=7, number_format=_MONEY) for name in methods),
            Column(_("净收（元）"), Kind.NUMBER, width=7, number_format=_MONEY),
        ],
        [[till.on.isoformat(), str(till.cashier or ""), *_figures(till)] for till in tills],
        totals=[_("合计"), "", *_figures(whole)],
        notes=[
            _("现金、转账、扫码各栏都是收款减去退款。"),
            _("到现在还没退的：%(seats)s 笔，%(yuan)s 元。") % _facts(waits[BACK]),
            _("退了班、交过费，还没定退不退的：%(seats)s 笔，%(yuan)s 元。") % _facts(waits[GONE]),
        ],
        name=_("日报"),
    )
    by_receipt = Sheet(
        _("收据明细"),
        [
            Column(_("日期"), width=7),
            Column(_("时间"), width=4),
            Column(_("收据号"), width=8),
            Column(_("姓名"), width=6),
            Column(_("班号"), width=6),
            Column(_("班名"), width=12),
            Column(_("类别"), width=4),
            Column(_("方式"), width=4),
            Column(_("收（元）"), Kind.NUMBER, width=6, number_format=_MONEY),
            Column(_("退（元）"), Kind.NUMBER, width=6, number_format=_MONEY),
            Column(_("原因"), width=12),
            Column(_("经手人"), width=6),
        ],
        (_receipt(line) for line in receipts),
        totals=[_("合计"), *[""] * 7, whole.came_in, whole.went_out, "", ""],
        name=_("收据明细"),
    )
    return excel.workbook_of(title=title, sheets=[by_day, by_receipt])


def _facts(total: Totals) -> dict:
    return {"seats": total.seats, "yuan": amounts.plain(total.amount)}


def of_open_fees(title: str, found: Iterable[Enrolment], total) -> bytes:
    """Seats whose money is not settled."""
    return excel.workbook(
        title=title,
        columns=[
            Column(_("姓名"), width=6),
            Column(_("手机号"), width=8),
            Column(_("班号"), width=7),
            Column(_("班名"), width=12),
            Column(_("学期"), width=9),
            Column(_("应收（元）"), Kind.NUMBER, width=6, number_format=_MONEY),
            Column(_("实收（元）"), Kind.NUMBER, width=6, number_format=_MONEY),
            Column(_("还欠（元）"), Kind.NUMBER, width=6, number_format=_MONEY),
            Column(_("情况"), width=6),
        ],
        rows=(
            [
                seat.person.name,
                seat.person.masked_phone,
                seat.class_group.code,
                seat.class_group.name,
                seat.class_group.term.name,
                seat.due,
                seat.held,
                seat.owed,
                _("已退班") if seat.withdrawn_at else "",
            ]
            for seat in found
        ),
        totals=[
            _("合计 %(count)s 笔") % {"count": total.seats},
            *[""] * 6,
            total.amount,
            "",
        ],
        notes=[_("还欠一栏小于 0 的，是要退给学员的。手机号遮住中间四位。")],
    )


def _figures(till: Till) -> list:
    methods = [amount for _name, amount in till.by_method]
    return [till.receipts, till.came_in, till.went_out, *methods, till.left]


def _receipt(line: FeeLine) -> list:
    came_in = line.kind == FeeLine.Kind.PAID
    return [
        line.on.isoformat(),
        f"{timezone.localtime(line.made_at):%H:%M}",
        line.receipt_number,
        line.enrolment.person.name,
        line.enrolment.class_group.code,
        line.enrolment.class_group.name,
        line.get_kind_display(),
        line.get_method_display(),
        line.amount if came_in else None,
        None if came_in else line.amount,
        line.reason,
        str(line.made_by or ""),
    ]


def _when(moment: datetime | None) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}" if moment else ""


def _partner(place) -> str:
    return place.partner.person.name if place.partner else ""


def _person_columns() -> list[Column]:
    return [
        Column(_("姓名"), width=6),
        Column(_("性别"), width=3),
        Column(_("出生日期"), width=8),
        Column(_("手机号"), width=8),
    ]


def _person(person) -> list:
    return [
        person.name,
        person.get_sex_display(),
        person.born_on.isoformat() if person.born_day_known else f"{person.born_on:%Y-%m}",
        person.masked_phone,
    ]


def _seats():
    columns = [
        *_person_columns(),
        Column(_("怎样上课"), width=8),
        Column(_("怎样报的名"), width=7),
        Column(_("入班时间"), width=9),
        Column(_("同伴"), width=6),
        Column(_("应收（元）"), Kind.NUMBER, width=6, number_format=_MONEY),
        Column(_("实收（元）"), Kind.NUMBER, width=6, number_format=_MONEY),
        Column(_("还欠（元）"), Kind.NUMBER, width=6, number_format=_MONEY),
    ]

    def cells(seat: Enrolment) -> list:
        return [
            *_person(seat.person),
            str(seat.pool),
            seat.get_source_display(),
            _when(seat.seated_at),
            _partner(seat),
            seat.due,
            seat.held,
            seat.owed,
        ]

    return columns, cells


def _gone():
    columns = [
        *_person_columns(),
        Column(_("怎样上课"), width=8),
        Column(_("入班时间"), width=9),
        Column(_("退班时间"), width=9),
        Column(_("原因"), width=14),
        Column(_("还留着（元）"), Kind.NUMBER, width=6, number_format=_MONEY),
    ]

    def cells(seat: Enrolment) -> list:
        return [
            *_person(seat.person),
            str(seat.pool),
            _when(seat.seated_at),
            _when(seat.withdrawn_at),
            seat.withdrawn_because,
            seat.held,
        ]

    return columns, cells


def _waiting():
    columns = [
        *_person_columns(),
        Column(_("怎样上课"), width=8),
        Column(_("候补号"), Kind.NUMBER, width=4),
        Column(_("怎样报的名"), width=7),
        Column(_("排上的时间"), width=9),
        Column(_("同伴"), width=6),
        Column(_("座位留到"), width=9),
    ]

    def cells(entry: WaitingEntry) -> list:
        return [
            *_person(entry.person),
            str(entry.pool),
            entry.number,
            entry.get_source_display(),
            _when(entry.asked_at),
            _partner(entry),
            _when(entry.open_offers[0].expires_at) if entry.open_offers else "",
        ]

    return columns, cells


def _wishes():
    columns = [
        *_person_columns(),
        Column(_("批次"), width=8),
        Column(_("报名号"), Kind.NUMBER, width=4),
        Column(_("第几志愿"), Kind.NUMBER, width=4),
        Column(_("怎样上课"), width=8),
        Column(_("怎样报的名"), width=7),
        Column(_("报名时间"), width=9),
        Column(_("同伴"), width=6),
    ]

    def cells(wish: Wish) -> list:
        application = wish.application
        return [
            *_person(application.person),
            application.round.name,
            application.number,
            wish.rank,
            str(wish.pool),
            application.get_source_display(),
            _when(application.asked_at),
            _partner(application),
        ]

    return columns, cells


_PARTS = {
    places.SEATS: _seats,
    places.WAITING: _waiting,
    places.WISHES: _wishes,
    places.GONE: _gone,
}
