"""Quarters: their bounds, their neighbours, their names."""

from datetime import date

import pytest

from branches import quarters
from branches.quarters import Quarter


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (date(2026, 1, 1), "2026Q1"),
        (date(2026, 3, 31), "2026Q1"),
        (date(2026, 4, 1), "2026Q2"),
        (date(2026, 6, 30), "2026Q2"),
        (date(2026, 7, 1), "2026Q3"),
        (date(2026, 9, 30), "2026Q3"),
        (date(2026, 10, 1), "2026Q4"),
        (date(2026, 12, 31), "2026Q4"),
    ],
    ids=lambda value: str(value),
)
def test_every_day_lies_in_the_quarter_of_its_month(day, code):
    quarter = Quarter.of(day)

    assert quarter.code == code
    assert day in quarter
    assert day not in quarter.previous
    assert day not in quarter.next


def test_a_quarter_begins_where_the_one_before_it_ends():
    quarter = Quarter(2026, 1)

    assert (quarter.starts_on, quarter.ends_before) == (date(2026, 1, 1), date(2026, 4, 1))
    assert quarter.previous == Quarter(2025, 4)
    assert quarter.previous.ends_before == quarter.starts_on
    assert Quarter(2026, 4).next == Quarter(2027, 1)


@pytest.mark.parametrize(
    ("code", "quarter"),
    [
        ("2026Q4", Quarter(2026, 4)),
        ("2026Q5", None),
        ("2026Q0", None),
        ("2026q4", None),
        ("0999Q1", None),
        ("9999Q4", None),
        ("２０２６Q4", None),
        ("2026Q4\n", None),
        ("", None),
    ],
    ids=[
        "a quarter",
        "fifth",
        "none",
        "small letter",
        "three figures",
        "end of time",
        "full width",
        "newline",
        "empty",
    ],
)
def test_only_a_code_is_read_as_a_quarter(code, quarter):
    assert Quarter.parse(code) == quarter


def test_a_quarter_is_called_as_people_call_it():
    assert str(Quarter(2026, 4)) == "2026年第四季度"


def test_quarters_between_two_are_listed_newest_first():
    listed = quarters.between(Quarter(2025, 3), Quarter(2026, 1))

    assert [quarter.code for quarter in listed] == ["2026Q1", "2025Q4", "2025Q3"]
    assert quarters.between(Quarter(2026, 1), Quarter(2025, 4)) == []
