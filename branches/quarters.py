"""Quarters of a year: what ledgers are read by and reports are frozen by."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Self

from django.utils.translation import gettext as _

from common.typed import FIRST_YEAR

CODE = re.compile(r"([1-9][0-9]{3})Q([1-4])")
LAST_YEAR = 9999


@dataclass(frozen=True, order=True)
class Quarter:
    """Three months of a year; `starts_on` is within it, `ends_before` is not."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> Self:
        return cls(day.year, (day.month + 2) // 3)

    @classmethod
    def parse(cls, code: str) -> Self | None:
        """The quarter of "2026Q4", or None for anything else."""
        match = CODE.fullmatch(code)
        # The day after the last quarter has no date.
        if match is None or int(match[1]) >= LAST_YEAR:
            return None
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def begun(cls, code: str, *, on: date) -> Self | None:
        """The quarter of `code` if it has begun on that day: of others nothing can be said."""
        quarter = cls.parse(code)
        is_known = quarter and quarter.year >= FIRST_YEAR and quarter <= cls.of(on)
        return quarter if is_known else None

    @property
    def code(self) -> str:
        return f"{self.year}Q{self.number}"

    @property
    def label(self) -> str:
        names = [_("第一季度"), _("第二季度"), _("第三季度"), _("第四季度")]
        return _("%(year)s年%(quarter)s") % {"year": self.year, "quarter": names[self.number - 1]}

    @property
    def starts_on(self) -> date:
        return date(self.year, self.number * 3 - 2, 1)

    @property
    def ends_before(self) -> date:
        return self.next.starts_on

    @property
    def previous(self) -> Self:
        return self._moved(-1)

    @property
    def next(self) -> Self:
        return self._moved(1)

    def _moved(self, by: int) -> Self:
        years, number = divmod(self.number - 1 + by, 4)
        return type(self)(self.year + years, number + 1)

    def __contains__(self, day: date) -> bool:
        return self.starts_on <= day < self.ends_before

    def __str__(self):
        return self.label


def between(first: Quarter, last: Quarter) -> list[Quarter]:
    """Every quarter from `first` to `last`, the newest first; none if they are turned round."""
    found = []
    while last >= first:
        found.append(last)
        last = last.previous
    return found
