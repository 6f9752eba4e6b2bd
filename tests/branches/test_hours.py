"""学时: tables of minutes under the rules that schools use."""

from decimal import Decimal
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from branches.hours import credit_hours, nearest, shared


def rule(minutes_per_hour=45, step="0.5", grace_minutes=5, way="each"):
    return SimpleNamespace(
        way=way,
        minutes_per_hour=minutes_per_hour,
        step=Decimal(step),
        grace_minutes=grace_minutes,
    )


USUAL = rule()
CLOCK_HOUR = rule(60, "1", 0)
HALF_AN_HOUR = rule(30, "1", 0)
ONCE = rule(30, "1", 0, way="once")
QUARTERS = rule(45, "0.25", 0)


@pytest.mark.parametrize(
    ("minutes", "hours"),
    [
        (0, "0"),
        (1, "0"),
        (22, "0"),
        (23, "0.5"),
        (44, "0.5"),
        (45, "1"),
        (67, "1"),
        (68, "1.5"),
        (89, "1.5"),
        (90, "2"),
        (600, "13"),
    ],
    ids=lambda value: str(value),
)
def test_forty_five_minutes_are_one_hour_in_halves_rounded_down(minutes, hours):
    assert credit_hours(minutes, rule=USUAL) == Decimal(hours)


@pytest.mark.parametrize(
    ("minutes", "whole", "hours"),
    [
        (90, 90, "2"),
        (89, 90, "2"),
        (85, 90, "2"),
        (84, 90, "1.5"),
        (40, 45, "1"),
        (39, 45, "0.5"),
        (0, 5, "0"),
        (0, 90, "0"),
        (1, 5, "0"),
        (95, 90, "2"),
    ],
    ids=[
        "all of it",
        "a minute late",
        "just within grace",
        "just beyond grace",
        "short class, within",
        "short class, beyond",
        "never there, short class",
        "never there",
        "a moment of five minutes",
        "longer than the class",
    ],
)
def test_missing_no_more_than_the_grace_counts_as_the_whole(minutes, whole, hours):
    assert credit_hours(minutes, rule=USUAL, whole=whole) == Decimal(hours)


@pytest.mark.parametrize(
    ("counts_by", "minutes", "hours"),
    [
        (CLOCK_HOUR, 59, "0"),
        (CLOCK_HOUR, 60, "1"),
        (CLOCK_HOUR, 119, "1"),
        (CLOCK_HOUR, 120, "2"),
        (HALF_AN_HOUR, 29, "0"),
        (HALF_AN_HOUR, 30, "1"),
        (HALF_AN_HOUR, 59, "1"),
        (HALF_AN_HOUR, 60, "2"),
        (QUARTERS, 11, "0"),
        (QUARTERS, 12, "0.25"),
        (QUARTERS, 90, "2"),
    ],
    ids=lambda value: (
        f"{value.minutes_per_hour}min/{value.step}"
        if isinstance(value, SimpleNamespace)
        else str(value)
    ),
)
def test_other_schools_count_by_other_rules(counts_by, minutes, hours):
    assert credit_hours(minutes, rule=counts_by) == Decimal(hours)


def test_without_grace_a_minute_missed_is_a_minute_missed():
    assert credit_hours(89, rule=rule(grace_minutes=0), whole=90) == Decimal("1.5")


@given(
    minutes=st.integers(0, 600),
    more=st.integers(0, 600),
    whole=st.integers(1, 600),
    per_hour=st.integers(1, 240),
    step=st.sampled_from(["0.25", "0.5", "1"]),
    grace=st.integers(0, 30),
)
def test_more_minutes_never_count_less_and_nothing_counts_more_than_it_lasted(
    minutes, more, whole, per_hour, step, grace
):
    counts_by = rule(per_hour, step, grace)
    hours = credit_hours(minutes, rule=counts_by, whole=whole)

    assert hours % Decimal(step) == 0
    assert hours * per_hour <= max(minutes, whole)
    assert hours <= credit_hours(minutes + more, rule=counts_by, whole=whole)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("00010002", "county new"),
        ("000100020001", "county new"),
        ("00010003", "city"),
        ("0001", "city"),
        ("0002", None),
    ],
    ids=["itself", "beneath it", "sister county", "the city", "another city"],
)
def test_the_nearest_organisation_makes_the_rule_and_its_newest_holds(path, found):
    rules = [("00010002", "county old"), ("0001", "city"), ("00010002", "county new")]

    assert nearest(rules, path=path) == found


@pytest.mark.parametrize(
    ("minutes", "counted"), [(0, "0"), (29, "0"), (30, "1"), (90, "1"), (600, "1")]
)
def test_a_rule_may_count_whatever_is_long_enough_once(minutes, counted):
    assert credit_hours(minutes, rule=ONCE) == Decimal(counted)


@pytest.mark.parametrize(
    ("lines", "given"),
    [
        ([], []),
        ([("2", "4")], ["2"]),
        ([("13", "4")], ["4"]),
        ([("2", "4"), ("2", "4")], ["2", "2"]),
        ([("3", "4"), ("2", "4"), ("1", "4")], ["3", "1", "0"]),
        ([("3", None), ("2", "4"), ("9", None)], ["3", "1", "9"]),
        ([("4", "4"), ("2", "5")], ["4", "1"]),
    ],
    ids=["nothing", "below", "one too long", "full", "shortened", "no cap", "two rules"],
)
def test_half_a_day_is_shared_the_first_first(lines, given):
    lines = [(Decimal(full), cap and Decimal(cap)) for full, cap in lines]

    assert shared(lines) == [Decimal(part) for part in given]
