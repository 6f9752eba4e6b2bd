"""When a room's door is open, and which stretch of time counts: times in, answers out."""

from datetime import datetime, timedelta
from enum import StrEnum

from live.attendance import Span

# 候课室: entry opens a quarter of an hour early (domain rule).
OPENS_EARLY = timedelta(minutes=15)
# A class that runs over counts until here; one whose teacher forgot to end it is ended
# then (live.services.end_forgotten).
RUNS_OVER = timedelta(minutes=30)
# A class whose teacher is there and forgot to press is begun so long after its time; the
# page to teach from asks every eight seconds, so this silence means that it was closed.
BEGINS_LATE = timedelta(minutes=2)
TEACHER_GONE_AFTER = timedelta(seconds=40)


class Door(StrEnum):
    """What somebody with a seat finds at the door of a session."""

    NOT_YET = "not_yet"
    OPEN = "open"
    TEACHING = "teaching"
    ENDED = "ended"


def opens_at(starts_at: datetime) -> datetime:
    return starts_at - OPENS_EARLY


def door(
    *,
    starts_at: datetime,
    ends_at: datetime,
    started_at: datetime | None,
    ended_at: datetime | None,
    now: datetime,
) -> Door:
    """The door of a session at `now`."""
    if ended_at or now >= ends_at + RUNS_OVER:
        return Door.ENDED
    if started_at:
        return Door.TEACHING
    if now >= ends_at:
        return Door.ENDED  # Nobody came to teach.
    return Door.OPEN if now >= opens_at(starts_at) else Door.NOT_YET


def counted_window(
    *, starts_at: datetime, ends_at: datetime, started_at: datetime, ended_at: datetime
) -> Span:
    """The stretch in which presence counts: what was taught, near what was planned."""
    opens = max(started_at, opens_at(starts_at))
    return opens, max(opens, min(ended_at, ends_at + RUNS_OVER))
