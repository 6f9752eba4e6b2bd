"""A report as Excel: one page, the branches, every figure of every branch."""

from decimal import Decimal

from django.utils.translation import gettext as _

from branches.reports.catalogue import Figure, Unit
from branches.reports.layout import Item, Report, Row
from common import excel
from common.excel import Column, Kind, Sheet


def workbook_of(report: Report) -> bytes:
    """The bytes of the .xlsx."""
    return excel.workbook_of(
        title=report.title,
        sheets=[
            _first(report),
            _by_month(report),
            _by_place(report),
            _branches(report),
            _everything(report),
        ],
    )


def _column(figure: Figure) -> Column:
    number_format = "#,##0.0#" if figure.unit == Unit.HOURS else "#,##0"
    return Column(figure.label, Kind.NUMBER, width=6, number_format=number_format)


def _values(items: list[Item]) -> list[int | Decimal]:
    return [item.value for item in items]


def _title(report, part) -> str:
    return f"{report.organisation} {report.title} {part}"


def _first(report) -> Sheet:
    """Figure, unit, this quarter, a year ago, how it is counted."""
    before = report.content["before"]["total"]
    return Sheet(
        title=_title(report, _("合计")),
        name=_("合计"),
        notes=[report.state, report.before_note, *report.rules],
        columns=[
            Column(_("数字"), width=12),
            Column(_("单位"), width=4),
            Column(report.quarter.label, Kind.NUMBER, width=8, number_format="#,##0.##"),
            Column(report.before.label, Kind.NUMBER, width=8, number_format="#,##0.##"),
            Column(_("怎样算"), width=18),
        ],
        rows=[
            [
                str(item.figure.name),
                str(item.figure.unit.label),
                item.value,
                Item(item.figure, before.get(item.figure.code, 0)).value,
                str(item.figure.how),
            ]
            for item in report.everything
        ],
    )


def _by_month(report) -> Sheet:
    return Sheet(
        title=_title(report, _("按月")),
        name=_("按月"),
        notes=[report.state],
        columns=[Column(_("月份"), width=8), *map(_column, report.month_columns)],
        rows=[[row.name, *_values(row.items)] for row in report.months],
        totals=[_("合计"), *_values(report.month_total)],
    )


def _by_place(report) -> Sheet:
    return Sheet(
        title=_title(report, _("各单位")),
        name=_("各单位"),
        notes=[report.state, _("按行政区划排，不排名次。"), report.people_note],
        columns=[Column(_("单位"), width=14), *map(_column, report.place_columns)],
        rows=[[row.name, *_values(row.items)] for row in report.places],
        totals=[_("合计"), *_values(report.heads)],
    )


def _branches(report) -> Sheet:
    return Sheet(
        title=_title(report, _("各支部")),
        name=_("各支部"),
        notes=[report.state, report.people_note],
        columns=[
            Column(_("单位"), width=10),
            Column(_("支部"), width=14),
            Column(_("确认"), width=6),
            *map(_column, report.branch_columns),
        ],
        rows=([row.place, row.name, row.state, *_values(row.items)] for row in report.branches),
        totals=[_("合计"), None, None, *_values(report.branch_total)],
    )


def _everything(report) -> Sheet:
    """The appendix: every figure of every branch."""
    figures = [item.figure for item in report.branches[0].all] if report.branches else []
    return Sheet(
        title=_title(report, _("附件")),
        name=_("附件"),
        notes=[report.state],
        columns=[Column(_("支部"), width=14), *map(_column, figures)],
        rows=(_line(row) for row in report.branches),
    )


def _line(row: Row) -> list:
    return [row.name, *_values(row.all)]
