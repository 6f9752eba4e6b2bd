"""Dates, times and lengths as people say them.

Plain functions over local dates and times; `language` is a language code, Chinese unless it
begins with "en"; `in_words` alone asks for that of the page.  Turning UTC into local time is
the caller's business.
"""

from datetime import date, datetime, time
from decimal import Decimal

from django.conf import settings
from django.utils.translation import get_language

WEEKDAYS = "一二三四五六日"
ENGLISH_WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
ENGLISH_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]

# The part of the day that begins at this hour, the latest first.
PARTS_OF_DAY = [(18, "晚上"), (13, "下午"), (12, "中午"), (6, "上午"), (0, "凌晨")]


def is_english(language: str) -> bool:
    return language.startswith("en")


def day(on: date, language: str = "zh-hans") -> str:
    """9月3日 星期三; Wednesday 3 September."""
    if is_english(language):
        return f"{ENGLISH_WEEKDAYS[on.weekday()]} {on.day} {ENGLISH_MONTHS[on.month - 1]}"
    return f"{on.month}月{on.day}日 {weekday(on, language)}"


def long_day(on: date, language: str = "zh-hans") -> str:
    """2026年9月3日 星期四: with the year, for what is kept."""
    if is_english(language):
        return f"{day(on, language)} {on.year}"
    return f"{on.year}年{day(on, language)}"


def in_words(on: date) -> str:
    """The day with its year, in the language of the page."""
    return long_day(on, get_language() or settings.LANGUAGE_CODE)


def short_day(on: date, language: str = "zh-hans") -> str:
    """9月3日: for a column of dates."""
    if is_english(language):
        return f"{on.day} {ENGLISH_MONTHS[on.month - 1][:3]}"
    return f"{on.month}月{on.day}日"


def weekday(on: date, language: str = "zh-hans") -> str:
    if is_english(language):
        return ENGLISH_WEEKDAYS[on.weekday()]
    return f"星期{WEEKDAYS[on.weekday()]}"


def clock(at: time | datetime, language: str = "zh-hans") -> str:
    """上午9点, 上午9点半, 下午2点10分; 9:00 am."""
    if is_english(language):
        return f"{_hour_on_the_dial(at.hour)}:{at.minute:02d} {'am' if at.hour < 12 else 'pm'}"
    return f"{_part_of_day(at.hour)}{_dial(at)}"


def day_clock(at: datetime, language: str = "zh-hans") -> str:
    """9月3日 星期三 上午9点."""
    if is_english(language):
        return f"{day(at, language)}, {clock(at, language)}"
    return f"{day(at, language)} {clock(at, language)}"


def long_day_clock(at: datetime, language: str = "zh-hans") -> str:
    """2026年9月3日 星期四 上午9点: with the year, for what is kept."""
    if is_english(language):
        return f"{long_day(at, language)}, {clock(at, language)}"
    return f"{long_day(at, language)} {clock(at, language)}"


def clock_span(start: time | datetime, end: time | datetime, language: str = "zh-hans") -> str:
    """上午9点到10点半: the part of the day is said once where it does not change."""
    if is_english(language):
        return f"{clock(start, language)} to {clock(end, language)}"
    same = _part_of_day(start.hour) == _part_of_day(end.hour)
    return f"{clock(start, language)}到{_dial(end) if same else clock(end, language)}"


def minutes(count: int, language: str = "zh-hans") -> str:
    """41 分钟: lessons are counted in minutes, also past the hour."""
    if is_english(language):
        return f"{count} minute{'' if count == 1 else 's'}"
    return f"{count} 分钟"


def duration(count: int, language: str = "zh-hans") -> str:
    """1 小时 35 分钟: for what is longer than a lesson."""
    whole, rest = divmod(count, 60)
    if not whole:
        return minutes(count, language)
    words = f"{whole} hour{'' if whole == 1 else 's'}" if is_english(language) else f"{whole} 小时"
    return f"{words} {minutes(rest, language)}" if rest else words


def place(seconds: float, language: str = "zh-hans") -> str:
    """12分30秒: a place in a recording, or how long it is."""
    whole = int(seconds)
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    if is_english(language):
        words = [(hours, " h"), (minutes, " min"), (rest, " s")]
        return " ".join(f"{count}{unit}" for count, unit in words if count) or "0 s"
    words = [(hours, "小时"), (minutes, "分"), (rest, "秒")]
    return "".join(f"{count}{unit}" for count, unit in words if count) or "0秒"


def plain_number(value: Decimal | float) -> str:
    """2.0 is said 2; 1.5 stays 1.5."""
    return f"{Decimal(str(value)).normalize():f}"


def credit_hours(value: Decimal | float, language: str = "zh-hans") -> str:
    """2 学时, 1.5 学时."""
    if is_english(language):
        return f"{plain_number(value)} study hour{'' if value == 1 else 's'}"
    return f"{plain_number(value)} 学时"


def _part_of_day(hour: int) -> str:
    return next(name for begins, name in PARTS_OF_DAY if hour >= begins)


def _hour_on_the_dial(hour: int) -> int:
    return (hour - 1) % 12 + 1


def _dial(at: time | datetime) -> str:
    # Midnight is said 凌晨0点: 凌晨12点 could be either end of the night.
    hour = 0 if at.hour == 0 else _hour_on_the_dial(at.hour)
    if at.minute == 0:
        return f"{hour}点"
    if at.minute == 30:
        return f"{hour}点半"
    return f"{hour}点{at.minute}分"
