"""Branch records on A4 as PDF, as they go into the binder."""

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pylopdf_fonts_zh_cn
import typst
from django.utils.translation import gettext as _

from branches.sheets import Sheet
from common import dates


def records_pdf(papers: Iterable[tuple[Sheet, str, str]]) -> bytes:
    """A page or more for each (sheet, number, note)."""
    facts = {"records": [_facts(*paper) for paper in papers]}
    # Facts come in as data: whatever somebody is called is never typst's own language.
    return typst.compile(
        str(Path(__file__).parent / "typst" / "record.typ"),
        font_paths=[_fonts()],
        ignore_system_fonts=True,
        sys_inputs={"facts": json.dumps(facts, ensure_ascii=False)},
    )


def _facts(sheet: Sheet, number: str, note: str) -> dict:
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
            [_("内容"), sheet.said, 40],
            [_("决议"), sheet.decided, 20],
        ],
        "signs": [_("主持人"), _("记录人"), _("支部书记")],
        "foot": _("签字日期：____ 年 ____ 月 ____ 日"),
    }


@cache
def _fonts() -> str:
    return str(Path(pylopdf_fonts_zh_cn.__file__).parent)
