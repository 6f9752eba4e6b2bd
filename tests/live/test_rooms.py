from datetime import UTC, datetime, timedelta

import pytest

from live.rooms import Door, counted_window, door

STARTS = datetime(2026, 9, 9, 1, 0, tzinfo=UTC)
ENDS = STARTS + timedelta(minutes=90)


def after(minutes):
    return None if minutes is None else STARTS + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("now", "started", "ended", "expected"),
    [
        (-16, None, None, Door.NOT_YET),
        (-15, None, None, Door.OPEN),
        (10, None, None, Door.OPEN),
        (-5, -5, None, Door.TEACHING),
        (45, 0, None, Door.TEACHING),
        (45, 0, 40, Door.ENDED),
        (90, None, None, Door.ENDED),
        (119, 0, None, Door.TEACHING),
        (120, 0, None, Door.ENDED),
    ],
    ids=[
        "too early",
        "a quarter of an hour before",
        "teacher late",
        "teacher early",
        "in class",
        "ended early",
        "nobody taught",
        "running over",
        "forgotten",
    ],
)
def test_door(now, started, ended, expected):
    found = door(
        starts_at=STARTS,
        ends_at=ENDS,
        started_at=after(started),
        ended_at=after(ended),
        now=after(now),
    )

    assert found is expected


@pytest.mark.parametrize(
    ("started", "ended", "window"),
    [(0, 90, (0, 90)), (5, 80, (5, 80)), (-40, 90, (-15, 90)), (0, 300, (0, 120))],
    ids=["as planned", "shorter", "much too early", "forgotten to end"],
)
def test_presence_counts_in_what_was_taught_near_what_was_planned(started, ended, window):
    found = counted_window(
        starts_at=STARTS, ends_at=ENDS, started_at=after(started), ended_at=after(ended)
    )

    assert found == tuple(after(minutes) for minutes in window)
