"""The axis of a class: where the bars stand and which gaps are said."""

from datetime import UTC, datetime

import pytest

from branches.axis import axis


def at(clock):
    hour, minute = clock.split(":")
    return datetime(2026, 9, 17, int(hour), int(minute), tzinfo=UTC)


def drawn(*spans):
    return axis(
        opens=at("9:00"),
        closes=at("10:30"),
        spans=[[at(start).isoformat(), at(end).isoformat()] for start, end in spans],
    )


@pytest.mark.parametrize(
    ("spans", "bars", "gaps"),
    [
        ([], [], [("9:00", "10:30")]),
        ([("9:00", "10:30")], [(0, 90)], []),
        (
            [("9:02", "9:24"), ("9:41", "10:00")],
            [(2, 24), (41, 60)],
            [("9:00", "9:02"), ("9:24", "9:41"), ("10:00", "10:30")],
        ),
        ([("9:00", "9:30"), ("9:31", "10:30")], [(0, 30), (31, 90)], []),
        ([("8:50", "9:10"), ("10:20", "10:40")], [(0, 10), (80, 90)], [("9:10", "10:20")]),
        ([("8:00", "8:50")], [], [("9:00", "10:30")]),
        ([("9:41", "10:30"), ("9:00", "9:41")], [(0, 41), (41, 90)], []),
    ],
    ids=["never", "all of it", "dropped out", "a minute", "cut off", "before it", "out of order"],
)
def test_bars_and_gaps_are_minutes_of_the_class(spans, bars, gaps):
    line = drawn(*spans)

    assert line.minutes == 90
    assert line.spans == bars
    assert line.gaps == [(at(start), at(end)) for start, end in gaps]


def test_the_axis_is_marked_at_beginning_middle_and_end():
    assert drawn().marks == ["9:00", "9:45", "10:30"]
