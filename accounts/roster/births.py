"""Birth dates as people and programs write them: 1950.3.8, 一九五〇年三月, 18330."""

import re
from datetime import date, timedelta

from django.utils.translation import gettext_noop

from accounts.roster import signs
from accounts.roster.answers import Answer
from accounts.roster.rows import Field, Note, Problem

# Day 0 for all days we read: day 1 is 1 January 1900, and Excel gives 1900 a 29 February.
FROM_1900 = date(1899, 12, 30)
FROM_1904 = date(1904, 1, 1)
# As years these are likelier than as days: 1950 as a day is in 1905.
YEARS = range(1900, 2031)
LAST_SERIAL = 47_482  # the last day of 2029

BETWEEN = r"\s*[-./,、，。·年月\s\\_]\s*"
ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
WHOLE = re.compile(rf"([0-9]{{4}}){BETWEEN}([0-9]{{1,2}}){BETWEEN}([0-9]{{1,2}})\s*[日号]?")
MONTH = re.compile(rf"([0-9]{{4}}){BETWEEN}([0-9]{{1,2}})\s*月?")
YEAR = re.compile(r"([0-9]{4})\s*年?")
SHORT_YEAR = re.compile(rf"([0-9]{{2}}){BETWEEN}([0-9]{{1,2}}){BETWEEN}([0-9]{{1,2}})\s*[日号]?")
SHORT_YEAR_MONTH = re.compile(r"([0-9]{2})年([0-9]{1,2})月?")
YEAR_LAST = re.compile(r"([0-9]{1,2})\s*[-./]\s*([0-9]{1,2})\s*[-./]\s*([0-9]{4})")
EIGHT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
SIX = re.compile(r"([0-9]{4})([0-9]{2})")
SIX_SHORT = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{2})")
SERIAL = re.compile(r"([0-9]{4,5})(?:\.[0-9]+)?")
TIME_OF_DAY = re.compile(r"[T ]\s*[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?(\.[0-9]+)?$")
ENDINGS = re.compile(r"(出?生|\(.*\))$")
MOON = re.compile(r"农历|阴历|腊月|正月|初|闰|旧历")
CHINESE_NUMBERS = re.compile(r"[〇零○O一二三四五六七八九十]+")
CHINESE_DIGITS = str.maketrans("〇零○O一二三四五六七八九", "0000123456789")

WRITTEN_OTHERWISE = Note(gettext_noop("日期改成统一的写法"))
FROM_SERIAL = Note(gettext_noop("表格里的天数换算成日期"))
TIME_TAKEN_OUT = Note(gettext_noop("去掉日期后面的钟点"))
DAY_UNKNOWN = Note(gettext_noop("只写了年月，日子记作不知道"))


def _doubt(code: str, text: str) -> Problem:
    return Problem(Field.BORN.value, Note(text), code=code)


NO_SUCH_DAY = _doubt("born_no_such_day", gettext_noop("日历上没有这一天，请查出生日期。"))
SHORT = _doubt("born_short_year", gettext_noop("年份只写了两位，请查是哪一年。"))
YEAR_ONLY = _doubt("born_year_only", gettext_noop("出生日期只有年份，请补上月日。"))
ONE_OR_TEN = _doubt(
    "born_one_or_ten", gettext_noop("月份可能是 1 月，也可能是 10 月（末尾的 0 丢了），请查。")
)
DAY_OR_MONTH = _doubt("born_day_or_month", gettext_noop("分不清哪个是月，哪个是日，请查。"))
BY_THE_MOON = _doubt("born_lunar", gettext_noop("写的是农历，请改成公历。"))
HIDDEN = _doubt(
    "born_hidden", gettext_noop("列太窄，日期存成了 #### ，请在表格里拉宽这一列再存一次。")
)
UNREADABLE = _doubt("born_unreadable", gettext_noop("看不懂出生日期，请写成 1950-03-08 这样。"))


def clean(text: str, *, counts_from_1904: bool = False) -> Answer:
    """The date in `text`; its value is (date or None, whether the day is known)."""
    if ISO.fullmatch(text):
        return _read(text, counts_from_1904)
    plain = signs.number(text)
    time_taken = TIME_OF_DAY.sub("", plain)
    notes = (TIME_TAKEN_OUT,) if time_taken != plain else ()
    plain = ENDINGS.sub("", time_taken).strip(" .'")
    if MOON.search(plain):
        return Answer((None, True), (), (BY_THE_MOON,))
    if "##" in plain:
        return Answer((None, True), (), (HIDDEN,))
    if CHINESE_NUMBERS.search(plain):
        plain = CHINESE_NUMBERS.sub(_in_digits, plain)
    answer = _read(plain, counts_from_1904)
    if answer.value[0] is None:
        return answer
    return answer._replace(notes=notes + answer.notes or (WRITTEN_OTHERWISE,))


def _read(text: str, counts_from_1904: bool) -> Answer:
    if found := WHOLE.fullmatch(text) or EIGHT.fullmatch(text):
        answer = _day(*map(int, found.groups()))
        return answer._replace(notes=()) if ISO.fullmatch(text) else answer
    if found := MONTH.fullmatch(text):
        # As a number 1950.10 loses its zero.
        lost_zero = (ONE_OR_TEN,) if re.fullmatch(r"[0-9]{4}\.1", text) else ()
        return _month(*map(int, found.groups()), lost_zero)
    if (found := SIX.fullmatch(text)) and int(found[1]) in YEARS and 1 <= int(found[2]) <= 12:
        return _month(int(found[1]), int(found[2]))
    if found := SHORT_YEAR.fullmatch(text) or SIX_SHORT.fullmatch(text):
        year, month, day = map(int, found.groups())
        return _doubted(_day(1900 + year, month, day), SHORT)
    if found := SHORT_YEAR_MONTH.fullmatch(text):
        return _doubted(_month(1900 + int(found[1]), int(found[2])), SHORT)
    if found := YEAR_LAST.fullmatch(text):
        return _year_last(*map(int, found.groups()))
    if (found := YEAR.fullmatch(text)) and int(found[1]) in YEARS:
        return Answer((None, True), (), (YEAR_ONLY,))
    if (found := SERIAL.fullmatch(text)) and int(found[1]) <= LAST_SERIAL:
        return Answer((_of_serial(int(found[1]), counts_from_1904), True), (FROM_SERIAL,))
    return Answer((None, True), (), (UNREADABLE,))


def _day(year: int, month: int, day: int) -> Answer:
    if day == 0:
        # Whoever must fill in eight digits writes 00 for what nobody knows.
        return _month(year, month) if month else Answer((None, True), (), (YEAR_ONLY,))
    try:
        return Answer((date(year, month, day), True), (WRITTEN_OTHERWISE,))
    except ValueError:
        return Answer((None, True), (), (NO_SUCH_DAY,))


def _month(year: int, month: int, problems: tuple[Problem, ...] = ()) -> Answer:
    answer = _day(year, month, 1)
    if answer.value[0] is None:
        return answer
    return Answer((answer.value[0], False), (DAY_UNKNOWN,), problems)


def _year_last(first: int, second: int, year: int) -> Answer:
    if first > 12 >= second:
        return _day(year, second, first)
    answer = _day(year, first, second)
    return answer if second > 12 or first == second else _doubted(answer, DAY_OR_MONTH)


def _doubted(answer: Answer, problem: Problem) -> Answer:
    return answer._replace(problems=(*answer.problems, problem)) if answer.value[0] else answer


def _of_serial(days: int, counts_from_1904: bool) -> date:
    return (FROM_1904 if counts_from_1904 else FROM_1900) + timedelta(days)


def _in_digits(found: re.Match) -> str:
    """一九五〇 → 1950, 十二 → 12, 二十 → 20, 三十一 → 31."""
    text = found[0]
    if "十" not in text:
        return text.translate(CHINESE_DIGITS)
    tens, _, ones = text.partition("十")
    return (tens.translate(CHINESE_DIGITS) or "1") + (ones.translate(CHINESE_DIGITS) or "0")
