import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live.attendance import STILL_THERE, is_enough, time_present, unite


def at(clock: str) -> datetime:
    hour, minute, *second = (int(part) for part in clock.split(":"))
    return datetime(2026, 9, 9, hour, minute, *second, tzinfo=UTC)


@pytest.mark.parametrize(
    ("spans", "seconds"),
    [
        ([], 0),
        ([("09:00", "10:00")], 3600),
        ([("08:30", "10:30")], 3600),
        ([("09:00", "09:20"), ("09:40", "10:00")], 2400),
        ([("09:00", "09:40"), ("09:20", "10:00")], 3600),
        ([("09:20", "10:00"), ("09:00", "09:40")], 3600),
        ([("09:00", "10:00"), ("09:10", "09:20")], 3600),
        ([("09:10", "09:20"), ("09:10", "09:20")], 600),
        ([("08:00", "08:50")], 0),
        ([("10:00", "10:20")], 0),
        ([("09:30", "09:30")], 0),
        ([("09:00", "09:59:45")], 3600),
        ([("09:00", "09:59:39")], 3579),
    ],
    ids=[
        "absent",
        "whole lesson",
        "early and late",
        "a break",
        "phone and tablet",
        "out of order",
        "nested",
        "two tabs",
        "before",
        "after",
        "opened and closed at once",
        "last beat just before the end",
        "gone just before the end",
    ],
)
def test_presence_counts_covered_time_once(spans, seconds):
    times = [(at(entered), at(left)) for entered, left in spans]

    united = unite(times, opens=at("09:00"), closes=at("10:00"))

    assert time_present(united) == timedelta(seconds=seconds)


minutes = st.integers(min_value=-30, max_value=120)


@given(st.lists(st.tuples(minutes, minutes).map(sorted)))
def test_united_stretches_are_apart_and_cover_what_any_span_covers(spans):
    opens, closes = at("09:00"), at("10:00")
    times = [
        (opens + timedelta(minutes=start), opens + timedelta(minutes=end)) for start, end in spans
    ]

    united = unite(times, opens=opens, closes=closes)

    assert all(start < end for start, end in united)
    assert all(left[1] < right[0] for left, right in itertools.pairwise(united))
    covered = {minute for start, end in spans for minute in range(max(start, 0), min(end, 60))}
    assert time_present(united) == timedelta(minutes=len(covered))


def test_who_was_heard_of_shortly_before_the_end_is_there_until_the_end():
    spans = [(at("09:00"), at("10:00") - STILL_THERE)]

    assert unite(spans, opens=at("09:00"), closes=at("10:00")) == [(at("09:00"), at("10:00"))]


@pytest.mark.parametrize(
    ("present", "percent", "enough"),
    [(54, 60, True), (53, 60, False), (90, 100, True), (0, 1, False), (1, 1, True)],
)
def test_enough_is_a_share_of_the_session(present, percent, enough):
    of = timedelta(minutes=90)

    assert is_enough(timedelta(minutes=present), of=of, percent=percent) is enough
