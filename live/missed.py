"""Beats that a page could not send, handed in when its line is back. Pure.

A page gives each beat its moment by the school's clock: what the server told it last, and
the seconds its own watch has run since. Of that only so much is believed:

- nothing of a page whose watch disagrees with the server's now: it has slept, or somebody
  sends an old answer once more;
- nothing of the future, and nothing older than KEPT_FOR;
- only what follows a beat that the server heard itself, by the same rule as for heard
  ones: silence of GONE_AFTER is absence.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from live.attendance import GONE_AFTER, Span

KEPT_FOR = timedelta(minutes=10)
# What a slow line may take to carry the answer here.
WATCHES_DIFFER = timedelta(seconds=10)
# A beat every 15 s for KEPT_FOR, and some to spare.
MOST_MISSED = 60
LARGEST_MS = 10**14


def moments(told) -> list[datetime]:
    """Moments as a page tells them: milliseconds since 1970. Raises ValueError for nonsense."""
    if not isinstance(told, list) or len(told) > MOST_MISSED:
        raise ValueError("no list of moments")
    if not all(type(one) is int and 0 <= one < LARGEST_MS for one in told):
        raise ValueError("no moment")
    return [datetime.fromtimestamp(one / 1000, UTC) for one in told]


def believable(
    moments: Iterable[datetime], *, says_now: datetime, now: datetime
) -> list[datetime]:
    """Those of `moments` that can be true, in order; `says_now` is the page's now."""
    if abs(now - says_now) > WATCHES_DIFFER:
        return []
    return sorted({moment for moment in moments if now - KEPT_FOR <= moment <= now})


def stretches(
    moments: Iterable[datetime], *, left: datetime, back: datetime | None = None
) -> list[Span]:
    """What `moments` (in order) add between the last beat heard and the next visit, if any.

    The first begins at `left` where they follow it without a silence. Nothing for none.
    """
    between = [moment for moment in moments if left < moment and (not back or moment < back)]
    found: list[Span] = []
    start = last = left
    for moment in between:
        if moment - last > GONE_AFTER:
            found.append((start, last))
            start = moment
        last = moment
    if between and back and back - last <= GONE_AFTER:
        last = back
    found.append((start, last))
    return [(start, end) for start, end in found if start < end]
