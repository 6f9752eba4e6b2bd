"""Whose age fits: years of age turned into dates of birth."""

from datetime import date, timedelta


def born_between(*, on: date, min_age: int, max_age: int) -> tuple[date, date]:
    """The first and the last date of birth of those aged `min_age` to `max_age` on `on`."""
    return _years_before(on, max_age + 1) + timedelta(days=1), _years_before(on, min_age)


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        # 29 February of a year that has none: who was born on the 28th has had the day.
        return day.replace(year=day.year - years, day=28)
