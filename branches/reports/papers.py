"""A report as PDF: A4, the bureau's page first, then the branches, then a page for each."""

from pathlib import Path

from django.utils.translation import gettext as _

from branches.reports.layout import CHARTED, Item, Report, Row
from common import paper


def pdf_of(report: Report) -> bytes:
    """The bytes of the PDF.

    Three hundred branches take a few seconds of one core.
    """
    facts = {
        "over": report.organisation,
        "title": report.title,
        "state": report.state,
        "foot": f"{report.organisation} {report.title} {report.state}",
        "heads": [
            {
                "name": str(item.figure.name),
                "text": item.text,
                "unit": str(item.figure.unit.label),
            }
            for item in report.heads
        ],
        "chart": _chart(report),
        "months": {
            "head": [_("月份"), *_heads(report.month_columns)],
            "rows": [[row.name, *_texts(row.items)] for row in report.months],
            "total": [_("合计"), *_texts(report.month_total)],
        },
        "places": {
            "title": _("各单位（按行政区划排，不排名次）"),
            "head": [_("单位"), *_heads(report.place_columns)],
            "rows": [[row.name, *_texts(row.items)] for row in report.places],
            "total": [_("合计"), *_texts(report.heads)],
        },
        "note": report.people_note,
        "compared": {
            "title": _("和一年前同一季度"),
            "head": [_("数字"), report.quarter.label, report.before.label],
            "rows": [[one.figure.label, one.now, one.before] for one in report.compared],
            "total": [],
        },
        "before": report.before_note,
        "rules": report.rules,
        "branches": {
            "title": _("各支部"),
            "head": [_("支部"), _("确认"), *_heads(report.branch_columns)],
            "rows": [[row.name, row.state, *_texts(row.items)] for row in report.branches],
            "total": [_("合计"), "", *_texts(report.branch_total)],
        },
        "appendix_head": [_("数字"), _("怎样算"), _("数和单位")],
        "appendix": [_appendix(row) for row in report.branches],
    }
    return compiled("quarter.typ", facts)


def compiled(name: str, facts: dict) -> bytes:
    """The PDF of a template and its facts."""
    return paper.compiled(Path(__file__).parent / "typst" / name, facts)


def _chart(report) -> dict:
    inks = {mode.value: place for place, mode in enumerate(CHARTED)}
    used = [mode for mode, _name, _text in report.key]
    inks = {mode: used.index(mode) for mode in inks if mode in used}
    return {
        "title": _("怎样学的（人次，按月）"),
        "longest": report.longest,
        "key": [{"name": name, "text": text} for _mode, name, text in report.key],
        "rows": [
            {
                "name": name,
                "text": _("%(count)s 人次") % {"count": whole},
                "parts": [
                    {"ink": inks[bar.mode], "start": bar.start, "length": bar.length}
                    for bar in bars
                ],
            }
            for name, bars, whole in report.chart
        ],
    }


def _appendix(row: Row) -> dict:
    return {
        "over": row.place,
        "name": row.name,
        "state": row.state,
        "rows": [
            [str(item.figure.name), str(item.figure.how), item.with_unit] for item in row.all
        ],
    }


def _heads(figures) -> list[str]:
    return [figure.label for figure in figures]


def _texts(items: list[Item]) -> list[str]:
    return [item.text for item in items]
