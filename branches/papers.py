"""Branch records on A4 as PDF, as they go into the binder."""

from collections.abc import Iterable
from pathlib import Path

from django.utils.translation import gettext as _

from branches.sheets import Sheet
from common import dates, paper

TEMPLATE = Path(__file__).parent / "typst" / "record.typ"


def records_pdf(papers: Iterable[tuple[Sheet, str, str]]) -> bytes:
    """A page or more for each (sheet, number, note)."""
    return paper.compiled(TEMPLATE, {"records": [facts_of(*each) for each in papers]})


def facts_of(sheet: Sheet, number: str, note: str) -> dict:
    people = [f"{mode}（{len(names)}）：{'、'.join(names)}" for mode, names in sheet.by_mode]
    start, end = sheet.starts_at, sheet.ends_at
    when = f"{dates.long_day(start.date(), 'zh-hans')} {start:%H:%M}—{end:%H:%M}"
    return {
        "title": _("支部学习记录"),
        "number": number,
        "note": note,
        "wide": [
            [_("党组织"), sheet.branch],
            [_("类型"), sheet.kind],
            [_("主题"), sheet.topic],
            [_("时间"), when],
            [_("地点"), sheet.place],
            [_("讲课"), sheet.lecturer or _("没有")],
        ],
        "pairs": [
            [_("主持"), sheet.chair, _("记录"), sheet.recorder],
            [
                _("应到"),
                _("%(count)s 人") % {"count": sheet.due_count},
                _("实到"),
                _("%(count)s 人") % {"count": sheet.present_count},
            ],
        ],
        "long": [
            [_("到会"), "\n".join(people) or _("没有"), 0],
            [_("未到"), "、".join(sheet.away) or _("没有"), 0],
            [_("列席"), sheet.guests or _("没有"), 0],
            [_("内容"), sheet.said, _room(sheet.said, 40)],
            [_("决议"), sheet.decided, _room(sheet.decided, 20)],
        ],
        "signs": [_("主持人"), _("记录人"), _("支部书记")],
        "foot": _("签字日期：____ 年 ____ 月 ____ 日"),
    }


def _room(text: str, millimetres: int) -> int:
    """White paper beneath a text, for a pen: the less, the more is printed."""
    return max(0, millimetres - len(text) // 10)
