"""The ledger as a spreadsheet: the same lines and the same figures as the page."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _

from branches import queries
from branches.choice import Choice
from branches.membership import Member
from branches.models import Branch, BranchActivity, HoursRule, StudyEntry
from branches.ruling import Outlook
from common import excel
from common.excel import Column, Kind


def ledger_file(
    *, branch: Branch, choice: Choice, words: list[str], lines: QuerySet[StudyEntry]
) -> HttpResponse:
    """`lines` of a ledger page as a file to keep; two queries however many lines.

    `words` are what was chosen beside the quarter; they stand in the title.
    """
    title = _("%(branch)s %(quarter)s学习台账") % {
        "branch": branch.name,
        "quarter": choice.quarter.label,
    }
    title = " ".join([title, *words])
    data = excel.workbook(
        title=title,
        sheet_name=_("学习台账"),
        notes=[_("人数、人次不含已更正的行；回放、自学的学时另计。")],
        columns=_columns(),
        rows=_rows(lines.order_by(*choice.order)),
        totals=_totals(queries.figures(lines)),
    )
    return excel.download(data=data, name=title)


def _columns() -> list[Column]:
    return [
        Column(_("日期"), Kind.DATE, width=6),
        Column(_("姓名"), width=6),
        Column(_("支部"), width=12),
        Column(_("学了什么"), width=18),
        Column(_("学习方式"), width=5),
        Column(_("分钟"), Kind.NUMBER, width=4, number_format="0"),
        Column(_("学时"), Kind.NUMBER, width=4, number_format="0.0#"),
        Column(_("回放、自学学时"), Kind.NUMBER, width=5, number_format="0.0#"),
        Column(_("规则"), width=5),
        Column(_("更正"), width=14),
    ]


def _rows(lines) -> Iterator[list]:
    for line in lines.iterator(chunk_size=2_000):
        is_apart = line.mode in queries.APART
        yield [
            line.studied_on,
            line.person.name,
            line.branch.name,
            line.title,
            line.get_mode_display(),
            line.minutes,
            None if is_apart else line.credit_hours,
            line.credit_hours if is_apart else None,
            line.rule.version,
            _correction(line),
        ]


def _correction(line) -> str:
    if not line.is_reversal:
        return ""
    if not line.posted_by_id:
        return line.reason
    return f"{line.reason}（{line.posted_by}）"


def _totals(figures: queries.Figures) -> list:
    return [
        _("合计"),
        _("%(people)s 人") % {"people": figures.people},
        None,
        _("%(times)s 人次") % {"times": figures.times},
        None,
        figures.minutes,
        figures.hours,
        figures.hours_apart,
        None,
        None,
    ]


def roster_file(*, branch: Branch, rows: list[Member], words: str, on: date) -> HttpResponse:
    """The members of a branch as its page shows them."""
    title = " ".join(filter(None, [_("%(branch)s成员") % {"branch": branch.name}, words]))
    data = excel.workbook(
        title=title,
        sheet_name=_("成员"),
        notes=[_("学时是 %(year)s 年到今天的支部学习；回放、自学另计。") % {"year": on.year}],
        columns=[
            Column(_("姓名"), width=6),
            Column(_("职务"), width=8),
            Column(_("从"), Kind.DATE, width=6),
            Column(_("到（不含）"), Kind.DATE, width=6),
            Column(_("学时"), Kind.NUMBER, width=5, number_format="0.0#"),
            Column(_("回放、自学学时"), Kind.NUMBER, width=6, number_format="0.0#"),
            Column(_("全年目标"), Kind.NUMBER, width=5, number_format="0"),
        ],
        rows=(
            [
                row.person.name,
                "、".join(row.offices),
                row.membership.starts_on,
                row.membership.ends_on,
                row.year.hours,
                row.year.apart,
                row.year.target,
            ]
            for row in rows
        ),
        totals=[
            _("%(people)s 人") % {"people": len(rows)},
            None,
            None,
            None,
            sum((row.year.hours for row in rows), Decimal(0)),
            sum((row.year.apart for row in rows), Decimal(0)),
            None,
        ],
    )
    return excel.download(data=data, name=title)


def activities_file(
    *, branch: Branch, found: QuerySet[BranchActivity], words: str
) -> HttpResponse:
    """The activities of a branch as their page shows them."""
    title = " ".join(filter(None, [_("%(branch)s支部活动") % {"branch": branch.name}, words]))
    number = {"kind": Kind.NUMBER, "width": 5, "number_format": "0"}
    rows = list(found)
    data = excel.workbook(
        title=title,
        sheet_name=_("支部活动"),
        notes=[_("应到、实到是各次加起来的人次；志愿服务的时间不算学时。")],
        columns=[
            Column(_("日期"), Kind.DATE, width=6),
            Column(_("类型"), width=7),
            Column(_("主题"), width=18),
            Column(_("支部"), width=12),
            Column(_("地点"), width=10),
            Column(_("分钟"), **number),
            Column(_("应到"), **number),
            Column(_("实到"), **number),
            Column(_("状态"), width=8),
        ],
        rows=(
            [
                each.held_on,
                each.get_kind_display(),
                each.topic,
                each.branch.name,
                each.place,
                each.minutes,
                each.due if each.closed_at else None,
                each.present if each.closed_at else None,
                each.state_in_words(),
            ]
            for each in rows
        ),
        totals=[
            _("%(count)s 次") % {"count": len(rows)},
            None,
            None,
            None,
            None,
            None,
            sum(each.due for each in rows if each.closed_at),
            sum(each.present for each in rows if each.closed_at),
            None,
        ],
    )
    return excel.download(data=data, name=title)


def outlook_file(*, rule: HoursRule, outlook: Outlook) -> HttpResponse:
    """Everybody whose 学时 a rule would change, by name."""
    title = _("学时规则 %(version)s 试算") % {"version": rule.version}
    number = {"kind": Kind.NUMBER, "width": 6, "number_format": "0.0#"}
    data = excel.workbook(
        title=title,
        sheet_name=_("试算"),
        notes=[str(rule.in_words()), _("只列有变化的人和他们有变化的行。")],
        columns=[
            Column(_("姓名"), width=6),
            Column(_("行数"), Kind.NUMBER, width=4, number_format="0"),
            Column(_("现在的学时"), **number),
            Column(_("新规则的学时"), **number),
            Column(_("现在的回放、自学"), **number),
            Column(_("新规则的回放、自学"), **number),
        ],
        rows=(
            [
                row.person.name,
                row.lines,
                row.before,
                row.after,
                row.before_apart,
                row.after_apart,
            ]
            for row in outlook.people
        ),
        totals=[
            _("%(people)s 人") % {"people": len(outlook.people)},
            outlook.changed,
            *(
                sum((getattr(row, name) for row in outlook.people), Decimal(0))
                for name in ("before", "after", "before_apart", "after_apart")
            ),
        ],
    )
    return excel.download(data=data, name=title)
