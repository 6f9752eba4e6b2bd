"""Words and days that came with a request and that no form has checked."""

from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from common.errors import DomainError

MOST_SIGNS = 200
# Nothing of a school lies beyond, and at the ends of time there is no day before or after.
FIRST_YEAR, LAST_YEAR = 2000, 2199
# What began in somebody's life: the oldest party branch, the longest membership.
FIRST_YEAR_OF_LIVES = 1921


class TooLong(DomainError):
    """More words than are kept."""


def words_in(data, name: str) -> str:
    """What was typed, without NUL, which the database refuses, and without space around."""
    return data.get(name, "").replace("\0", "").strip()


def check_length(text: str) -> None:
    """Raises TooLong, in words, for more than MOST_SIGNS."""
    if len(text) > MOST_SIGNS:
        raise TooLong(_("请写短一些，最多 %(count)s 个字。") % {"count": MOST_SIGNS})


def number_of(text: str) -> int | None:
    """A number that a database can hold; nonsense is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def is_near(day: date) -> bool:
    """Whether `day` is in the years of a school."""
    return FIRST_YEAR <= day.year <= LAST_YEAR


def near_day(day: date) -> None:
    """For fields: a mistyped year is refused beside its field."""
    _check_year(day, FIRST_YEAR)


def day_of_a_life(day: date) -> None:
    """For fields: the same for what may have begun long before the school."""
    _check_year(day, FIRST_YEAR_OF_LIVES)


def _check_year(day: date, first: int) -> None:
    if not first <= day.year <= LAST_YEAR:
        raise ValidationError(
            _("请检查年份，写 %(first)s 到 %(last)s 之间的年份。")
            % {"first": first, "last": LAST_YEAR}
        )
