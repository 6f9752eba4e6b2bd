"""How long somebody was really in the room.

Plain functions over plain times, so that every odd case is one line in a test.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

# The page beats every 15 s. Browsers slow hidden tabs to about one beat a minute, so
# silence only counts as having left after a minute and a half (domain rule).
BEAT_EVERY = timedelta(seconds=15)
GONE_AFTER = timedelta(seconds=90)
# Who was heard of this shortly before the end was there at the end: one beat, and the
# time a beat may wait to be written (live.hub.WRITE_BEATS_EVERY).
STILL_THERE = BEAT_EVERY + timedelta(seconds=5)

Span = tuple[datetime, datetime]


def unite(spans: Iterable[Span], *, opens: datetime, closes: datetime) -> list[Span]:
    """The stretches between `opens` and `closes` that at least one span covers.

    Sorted, apart from each other, half-open; two devices at once count once.
    """
    united: list[Span] = []
    for entered, left in sorted(spans):
        if closes - STILL_THERE <= left < closes:
            left = closes
        start, end = max(entered, opens), min(left, closes)
        if end <= start:
            continue
        if united and start <= united[-1][1]:
            united[-1] = (united[-1][0], max(united[-1][1], end))
        else:
            united.append((start, end))
    return united


def time_present(united: Iterable[Span]) -> timedelta:
    """The length of stretches that do not overlap, as `unite` returns them."""
    return sum((end - start for start, end in united), timedelta())


def is_enough(present: timedelta, *, of: timedelta, percent: int) -> bool:
    """Whether `present` reaches `percent` of the session."""
    return present > timedelta() and present * 100 >= of * percent
