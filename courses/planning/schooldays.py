"""On which days a school meets: weeks as they come, without holidays and with 调休."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from accounts.models import Organisation
from accounts.organisations import tree
from courses.models import CalendarDay

DAY = timedelta(days=1)
# A class whose weekday never comes would be looked for until the end of time.
LOOK_AHEAD = timedelta(days=3 * 366)


class Row(NamedTuple):
    """A day that is different for the organisation with this path and all beneath it."""

    path: str
    on: date
    as_weekday: int | None


@dataclass(frozen=True)
class SchoolDays:
    """The days that are different for somebody: None is no class, else as which weekday."""

    different: Mapping[date, int | None] = field(default_factory=dict)

    def meets(self, weekday: int, day: date) -> bool:
        """Whether the classes of `weekday` meet on `day`."""
        return self.different.get(day, day.weekday()) == weekday

    def first(self, weekday: int, day: date, *, without: Collection[date] = ()) -> date:
        """The first day from `day` on when the classes of `weekday` meet."""
        last = day + LOOK_AHEAD
        while day <= last:
            if self.meets(weekday, day) and day not in without:
                return day
            day += DAY
        raise ValueError(f"no weekday {weekday} within {LOOK_AHEAD} before {last}")


def rows_above(organisations: Iterable[Organisation]) -> list[Row]:
    """The days of `organisations` and of all above them. One query."""
    paths = {path for each in organisations for path in tree.paths_above(each.path)}
    found = CalendarDay.objects.filter(organisation__path__in=paths)
    return [Row(*row) for row in found.values_list("organisation__path", "on", "as_weekday")]


def days_of(organisation: Organisation, rows: Iterable[Row]) -> SchoolDays:
    """What `rows` mean for `organisation`; what is said nearest to it holds."""
    fitting = [row for row in rows if organisation.path.startswith(row.path)]
    fitting.sort(key=lambda row: len(row.path))
    return SchoolDays({row.on: row.as_weekday for row in fitting})


def at(organisation: Organisation) -> SchoolDays:
    return days_of(organisation, rows_above([organisation]))
