from datetime import date, datetime, time
from decimal import Decimal

import pytest

from common import dates


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-hans", "9月3日 星期四"),
        ("en", "Thursday 3 September"),
        ("en-gb", "Thursday 3 September"),
    ],
)
def test_day_is_said_with_its_weekday(language, words):
    assert dates.day(date(2026, 9, 3), language) == words


def test_long_day_has_the_year():
    assert dates.long_day(date(2026, 9, 3)) == "2026年9月3日 星期四"
    assert dates.long_day(date(2026, 9, 3), "en") == "Thursday 3 September 2026"


def test_short_day_fits_a_column():
    assert dates.short_day(date(2026, 12, 30)) == "12月30日"
    assert dates.short_day(date(2026, 12, 30), "en") == "30 Dec"


@pytest.mark.parametrize(
    ("at", "chinese", "english"),
    [
        (time(0, 0), "凌晨0点", "12:00 am"),
        (time(0, 30), "凌晨0点半", "12:30 am"),
        (time(5, 59), "凌晨5点59分", "5:59 am"),
        (time(6, 0), "上午6点", "6:00 am"),
        (time(9, 0), "上午9点", "9:00 am"),
        (time(9, 30), "上午9点半", "9:30 am"),
        (time(11, 59), "上午11点59分", "11:59 am"),
        (time(12, 0), "中午12点", "12:00 pm"),
        (time(12, 45), "中午12点45分", "12:45 pm"),
        (time(13, 0), "下午1点", "1:00 pm"),
        (time(14, 10), "下午2点10分", "2:10 pm"),
        (time(17, 59), "下午5点59分", "5:59 pm"),
        (time(18, 5), "晚上6点5分", "6:05 pm"),
        (time(23, 30), "晚上11点半", "11:30 pm"),
    ],
)
def test_clock_is_said_as_people_say_it(at, chinese, english):
    assert dates.clock(at) == chinese
    assert dates.clock(at, "en") == english


def test_day_clock_says_both():
    at = datetime(2026, 9, 9, 9, 0)  # noqa: DTZ001

    assert dates.day_clock(at) == "9月9日 星期三 上午9点"
    assert dates.day_clock(at, "en") == "Wednesday 9 September, 9:00 am"


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        (time(9, 0), time(10, 30), "上午9点到10点半"),
        (time(11, 0), time(12, 30), "上午11点到中午12点半"),
        (time(14, 0), time(15, 30), "下午2点到3点半"),
    ],
    ids=["one part of the day", "over noon", "afternoon"],
)
def test_clock_span_says_the_part_of_the_day_once(start, end, words):
    assert dates.clock_span(start, end) == words


def test_clock_span_in_english_says_both_ends():
    assert dates.clock_span(time(9, 0), time(10, 30), "en") == "9:00 am to 10:30 am"


@pytest.mark.parametrize(
    ("count", "chinese", "english"),
    [
        (0, "0 分钟", "0 minutes"),
        (1, "1 分钟", "1 minute"),
        (41, "41 分钟", "41 minutes"),
        (60, "1 小时", "1 hour"),
        (95, "1 小时 35 分钟", "1 hour 35 minutes"),
        (120, "2 小时", "2 hours"),
    ],
)
def test_duration_is_said_in_hours_from_an_hour_on(count, chinese, english):
    assert dates.duration(count) == chinese
    assert dates.duration(count, "en") == english


def test_minutes_stay_minutes_past_the_hour():
    assert dates.minutes(90) == "90 分钟"
    assert dates.minutes(90, "en") == "90 minutes"


@pytest.mark.parametrize(
    ("value", "chinese", "english"),
    [
        (Decimal("2.0"), "2 学时", "2 study hours"),
        (Decimal("1.5"), "1.5 学时", "1.5 study hours"),
        (Decimal("1.0"), "1 学时", "1 study hour"),
        (Decimal("10"), "10 学时", "10 study hours"),
        (0.5, "0.5 学时", "0.5 study hours"),
    ],
)
def test_credit_hours_drop_an_empty_decimal_place(value, chinese, english):
    assert dates.credit_hours(value) == chinese
    assert dates.credit_hours(value, "en") == english
