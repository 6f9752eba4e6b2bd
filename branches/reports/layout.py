"""A report's data laid out for reading: the same titles, tables and words on every medium.

Page, PDF and Excel each draw what is here; none of them counts or rounds anything.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from branches import periods
from branches.models import Branch, QuarterReport
from branches.quarters import Quarter
from branches.reports import catalogue, freezing
from branches.reports.catalogue import FIGURES, Figure, Unit
from live.models import StudyMode

# In the chart: what was studied together; 回放 and 自学 are apart and stand in the table.
CHARTED = [mode for mode in StudyMode if mode.value in catalogue.TOGETHER]


@dataclass(frozen=True)
class Item:
    """One figure with its value."""

    figure: Figure
    raw: int | str

    @property
    def value(self) -> int | Decimal:
        return Decimal(self.raw) if self.figure.unit == Unit.HOURS else self.raw

    @property
    def text(self) -> str:
        return catalogue.said(self.figure.code, self.raw)

    @property
    def with_unit(self) -> str:
        return f"{self.text} {self.figure.unit.label}"


@dataclass(frozen=True)
class Row:
    """A place, a month or a branch with its figures in the order of the columns."""

    name: str
    items: list[Item]
    pk: int | None = None
    place: str = ""
    confirmed_at: datetime | None = None
    needs_confirmation: bool = False
    # All figures of a branch, those that are nought too.
    all: tuple[Item, ...] = ()

    @property
    def state(self) -> str:
        if self.confirmed_at:
            return _("已确认")
        return _("还没有确认") if self.needs_confirmation else _("不用确认")


@dataclass(frozen=True)
class Bar:
    """A part of a month's bar: where it begins and how long it is."""

    mode: str
    start: int
    length: int


@dataclass(frozen=True)
class Compared:
    figure: Figure
    now: str
    before: str


def items_of(figures: dict, codes: Iterable[str]) -> list[Item]:
    """`codes` of some figures; an older report knows nothing of those that came later."""
    return [Item(FIGURES[code], figures.get(code, 0)) for code in codes]


PLACE_COLUMNS = ("branches", "confirmed", "members", "people", "times", "hours", "hours_apart")


class Report:
    """`content` of branches.reports.content, ready to be drawn; `state` says whether and when
    it was frozen."""

    def __init__(self, content: dict, *, frozen: QuarterReport | None = None, state: str = ""):
        self.content, self.frozen, self.state = content, frozen, state
        self.quarter = Quarter.parse(content["quarter"])
        self.organisation = content["organisation"]["name"]

    @property
    def is_spoilt(self) -> bool:
        """Whether somebody changed the frozen report around the triggers: its figures are given
        to nobody."""
        return self.frozen is not None and not freezing.is_whole(self.frozen)

    @property
    def title(self) -> str:
        return _("%(quarter)s学习情况通报") % {"quarter": self.quarter}

    @property
    def heads(self) -> list[Item]:
        """The figures on top."""
        return items_of(self.content["total"], PLACE_COLUMNS)

    @property
    def total(self) -> dict[str, Item]:
        return {item.figure.code: item for item in items_of(self.content["total"], FIGURES)}

    @property
    def everything(self) -> list[Item]:
        return items_of(self.content["total"], FIGURES)

    @property
    def month_columns(self) -> list[Figure]:
        """人数 and 人次, then 人次 of each way to study that there was."""
        total = self.content["total"]
        ways = [f"times_{mode.value}" for mode in StudyMode]
        used = [code for code in ways if total[code]]
        return [FIGURES[code] for code in ("people", "times", "hours", "hours_apart", *used)]

    @property
    def months(self) -> list[Row]:
        codes = [figure.code for figure in self.month_columns]
        return [
            Row(
                periods.parse(month["month"]).label,
                items_of(month["figures"], codes),
            )
            for month in self.content["months"]
        ]

    @property
    def month_total(self) -> list[Item]:
        return items_of(self.content["total"], [figure.code for figure in self.month_columns])

    @property
    def chart(self) -> list[tuple[str, list[Bar], str]]:
        """Of every month its name, the parts of its bar and the whole in words."""
        rows = []
        for month in self.content["months"]:
            figures, bars, start = month["figures"], [], 0
            for mode in CHARTED:
                if length := figures[f"times_{mode.value}"]:
                    bars.append(Bar(mode.value, start, length))
                    start += length
            number = periods.parse(month["month"]).number
            name = _("%(month)s月") % {"month": number}
            rows.append((name, bars, catalogue.said("times", start)))
        return rows

    @property
    def longest(self) -> int:
        """How long the longest bar is; never nought."""
        ends = [bars[-1].start + bars[-1].length for _name, bars, _whole in self.chart if bars]
        return max(ends, default=1)

    @property
    def key(self) -> list[tuple[str, str, str]]:
        total = self.content["total"]
        return [
            (mode.value, str(mode.label), catalogue.said("times", total[f"times_{mode.value}"]))
            for mode in CHARTED
            if total[f"times_{mode.value}"]
        ]

    @property
    def place_columns(self) -> list[Figure]:
        return [FIGURES[code] for code in PLACE_COLUMNS]

    @property
    def places(self) -> list[Row]:
        return [
            Row(place["name"], items_of(place["figures"], PLACE_COLUMNS))
            for place in self.content["places"]
        ]

    @property
    def branch_columns(self) -> list[Figure]:
        return [FIGURES[code] for code in catalogue.MAIN]

    @property
    def branches(self) -> list[Row]:
        return [self._branch(each) for each in self.content["branches"]]

    @property
    def branch_total(self) -> list[Item]:
        return items_of(self.content["total"], catalogue.MAIN)

    @property
    def compared(self) -> list[Compared]:
        """This quarter and the same a year ago, beside each other."""
        before = self.content["before"]["total"]
        return [
            Compared(
                FIGURES[code], self.total[code].text, catalogue.said(code, before.get(code, 0))
            )
            for code in ("members", "people", "times", "hours", "hours_apart", "records")
        ]

    @property
    def before(self) -> Quarter:
        return Quarter.parse(self.content["before"]["quarter"])

    @property
    def before_note(self) -> str:
        """Where the figures of a year ago come from."""
        if self.content["before"]["frozen_at"]:
            return _("一年前的是定稿的数字。")
        return _("一年前没有定稿，是按台账现算的数字。")

    @property
    def rules(self) -> list[str]:
        return [
            _("%(organisation)s %(version)s 号规则：%(words)s")
            % {key: rule[key] for key in ("organisation", "version", "words")}
            for rule in self.content["rules"]
        ]

    @property
    def people_note(self) -> str:
        return _("有人这一季换过支部，所以各支部人数加起来可能比合计多；合计里一人只算一个。")

    def branch(self, pk: int) -> Row | None:
        found = (self._branch(each) for each in self.content["branches"] if each["pk"] == pk)
        return next(found, None)

    def _branch(self, each) -> Row:
        is_group_above = each["level"] != Branch.Level.BRANCH
        return Row(
            _("%(branch)s（直属）") % {"branch": each["name"]} if is_group_above else each["name"],
            items_of(each["figures"], catalogue.MAIN),
            pk=each["pk"],
            place=each["place"],
            confirmed_at=parse_datetime(each["confirmed_at"]) if each["confirmed_at"] else None,
            needs_confirmation=not is_group_above,
            all=tuple(items_of(each["figures"], catalogue.OF_A_BRANCH)),
        )
