"""Stretches of the calendar that figures are counted over: a month, a quarter, a year."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Protocol, Self

from django.utils.translation import gettext as _

from branches.quarters import LAST_YEAR, Quarter

MONTH = re.compile(r"([1-9][0-9]{3})-(0[1-9]|1[0-2])")
YEAR = re.compile(r"[1-9][0-9]{3}")


class Period(Protocol):
    """Half-open: `starts_on` is within it, `ends_before` is not."""

    code: str
    label: str
    starts_on: date
    ends_before: date


@dataclass(frozen=True, order=True)
class Month:
    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> Self:
        return cls(day.year, day.month)

    @property
    def code(self) -> str:
        return f"{self.year}-{self.number:02}"

    @property
    def label(self) -> str:
        return _("%(year)s年%(month)s月") % {"year": self.year, "month": self.number}

    @property
    def starts_on(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def ends_before(self) -> date:
        years, month = divmod(self.number, 12)
        return date(self.year + years, month + 1, 1)


@dataclass(frozen=True, order=True)
class Year:
    year: int

    @property
    def code(self) -> str:
        return str(self.year)

    @property
    def label(self) -> str:
        return _("%(year)s年全年") % {"year": self.year}

    @property
    def starts_on(self) -> date:
        return date(self.year, 1, 1)

    @property
    def ends_before(self) -> date:
        return date(self.year + 1, 1, 1)


def parse(code: str) -> Period | None:
    """The period of "2026Q4", "2026-10" or "2026"; None for anything else."""
    if match := MONTH.fullmatch(code):
        period = Month(int(match[1]), int(match[2]))
    elif YEAR.fullmatch(code):
        period = Year(int(code))
    else:
        return Quarter.parse(code)
    # The day after the last of them has no date.
    return period if period.year < LAST_YEAR else None


def months_of(quarter: Quarter) -> list[Month]:
    first = quarter.starts_on.month
    return [Month(quarter.year, first + further) for further in range(3)]


def a_year_before(quarter: Quarter) -> Quarter:
    return Quarter(quarter.year - 1, quarter.number)
