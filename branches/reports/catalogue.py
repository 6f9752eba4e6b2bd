"""The catalogue of figures: what each is called, its unit, how it is counted.

Everything that goes up is made of these and of nothing else.  People, attendances and hours
(人数, 人次, 学时) are three different units and always written; minutes are not among them.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from branches import queries
from branches.models import BranchActivity
from branches.templatetags.study import hours, number
from live.models import StudyMode


class Unit(StrEnum):
    PEOPLE = "people"
    TIMES = "times"
    HOURS = "hours"
    BRANCHES = "branches"
    SHEETS = "sheets"
    MEETINGS = "meetings"

    @property
    def label(self) -> str:
        return _UNITS[self]


_UNITS = {
    Unit.PEOPLE: _("人"),
    Unit.TIMES: _("人次"),
    Unit.HOURS: _("学时"),
    Unit.BRANCHES: _("个"),
    Unit.SHEETS: _("份"),
    Unit.MEETINGS: _("次"),
}


class Source(StrEnum):
    """What a figure is counted from, and so what it opens to."""

    LEDGER = "ledger"
    RECORDS = "records"
    ACTIVITIES = "activities"
    MEMBERS = "members"
    BRANCHES = "branches"


@dataclass(frozen=True)
class Figure:
    """One figure; of the ledger, `modes` says of which lines (none: of all)."""

    code: str
    name: str
    unit: Unit
    how: str
    source: Source = Source.LEDGER
    modes: tuple[str, ...] = ()

    @property
    def opens(self) -> bool:
        """Whether a page shows what it was counted from."""
        return self.source == Source.LEDGER or self.source in OF_MEETINGS

    @property
    def label(self) -> str:
        """参加学习（人）"""
        return f"{self.name}（{self.unit.label}）"


APART = tuple(mode.value for mode in queries.APART)
TOGETHER = tuple(mode.value for mode in StudyMode if mode not in queries.APART)

_NAMES_OF_MODES = {
    StudyMode.ON_SITE: (_("现场学习人次"), _("现场学习学时")),
    StudyMode.LIVE: (_("直播学习人次"), _("直播学习学时")),
    StudyMode.SHARED_SCREEN: (_("集中收看人次"), _("集中收看学时")),
    StudyMode.REPLAY: (_("看回放人次"), _("看回放学时")),
    StudyMode.DELIVERED: (_("送学人次"), _("送学学时")),
    StudyMode.OWN_STUDY: (_("自学人次"), _("自学学时")),
    StudyMode.EXTERNAL: (_("外部平台人次"), _("外部平台学时")),
}

_FIRST = [
    Figure(
        "branches",
        _("支部"),
        Unit.BRANCHES,
        _("组织关系所在的支部，党小组算在支部里"),
        Source.BRANCHES,
    ),
    Figure(
        "confirmed",
        _("已确认支部"),
        Unit.BRANCHES,
        _("书记确认过本季度数字的支部"),
        Source.BRANCHES,
    ),
    Figure("members", _("支部成员"), Unit.PEOPLE, _("最后一天组织关系在支部的人"), Source.MEMBERS),
    Figure("people", _("参加学习人数"), Unit.PEOPLE, _("一人不管学几次都算一个")),
    Figure("times", _("参加学习人次"), Unit.TIMES, _("一人一次算一个，更正的不算")),
    Figure("hours", _("学时"), Unit.HOURS, _("不含回放、自学"), modes=TOGETHER),
    Figure("hours_apart", _("回放、自学学时"), Unit.HOURS, _("另外计"), modes=APART),
]
_OF_MODES = [
    figure
    for mode, (times, hours) in _NAMES_OF_MODES.items()
    for figure in (
        Figure(f"times_{mode.value}", times, Unit.TIMES, mode.label, modes=(mode.value,)),
        Figure(f"hours_{mode.value}", hours, Unit.HOURS, mode.label, modes=(mode.value,)),
    )
]
_OF_RECORDS = [
    Figure("records", _("支部学习记录"), Unit.SHEETS, _("这段时间里的记录"), Source.RECORDS),
    Figure(
        "due",
        _("应到"),
        Unit.TIMES,
        _("各次记录里应到的人加起来"),
        Source.RECORDS,
    ),
    Figure(
        "present",
        _("实到"),
        Unit.TIMES,
        _("各次记录里实到的人加起来，回放、自学不算"),
        Source.RECORDS,
    ),
]

_OF_ACTIVITIES = [
    Figure(
        f"held_{kind.value}",
        kind.label,
        Unit.MEETINGS,
        _("书记写好了到会的；几个支部一起开的，算在召集的支部"),
        Source.ACTIVITIES,
    )
    for kind in BranchActivity.Kind
]

_ALL = (*_FIRST, *_OF_MODES, *_OF_RECORDS, *_OF_ACTIVITIES)
FIGURES = {figure.code: figure for figure in _ALL}

# What a single month has: the rest is of a day, or of a whole quarter.
OF_THE_LEDGER = tuple(code for code, each in FIGURES.items() if each.source == Source.LEDGER)
# These open to the records and activities themselves.
OF_MEETINGS = (Source.RECORDS, Source.ACTIVITIES)
# What stands in the tables of many branches; the rest is on each branch's own page.
MAIN = ("members", "people", "times", "hours", "hours_apart", "records")
# Every figure that a single branch has.
OF_A_BRANCH = tuple(code for code in FIGURES if code not in ("branches", "confirmed"))


def said(code: str, value) -> str:
    """1,204 or 11,402.5: the same on the page, on paper and in the spreadsheet's title."""
    if FIGURES[code].unit == Unit.HOURS:
        return hours(Decimal(value))
    return number(value)


def nothing() -> dict:
    """Every figure, at nought."""
    return {code: "0.00" if each.unit == Unit.HOURS else 0 for code, each in FIGURES.items()}
