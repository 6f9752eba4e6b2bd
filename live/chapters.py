"""The parts of a recorded class, by the slides that were shown: for whoever looks for one.

Plain functions over events and the recording's runs; a moment of the clock becomes a place
in the recording.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

# A page that was only leafed over is no chapter.
SHORTEST_SECONDS = 10.0


@dataclass(frozen=True)
class Run:
    """An unbroken stretch: when it began, and where it lies in the recording."""

    began_at: float
    start: float
    seconds: float


@dataclass(frozen=True)
class Slide:
    """That a page was shown (or, without a page, put away) at a moment of the clock."""

    number: int
    at: float
    page: int
    title: str = ""


@dataclass(frozen=True)
class Chapter:
    """`key` names it for good: the number of the event that began it."""

    key: int
    start: float
    page: int
    title: str


def place_of(moment: float, runs: Iterable[Run]) -> float | None:
    """Where in the recording `moment` is; the begin of what follows, while nothing was
    recorded; None after the end."""
    for run in runs:
        if moment < run.began_at + run.seconds:
            return run.start + max(moment - run.began_at, 0.0)
    return None


def chapters(
    slides: Iterable[Slide],
    runs: Iterable[Run],
    *,
    start: float,
    end: float,
    names: Mapping[str, str],
) -> list[Chapter]:
    """The chapters within [start, end) of the recording, with the teacher's own `names`.

    What was on when the replay begins, begins with it.
    """
    runs = list(runs)
    placed = [(place_of(slide.at, runs), slide) for slide in slides]
    placed = [(max(place, start), slide) for place, slide in placed if place is not None]
    found: list[Chapter] = []
    for index, (place, slide) in enumerate(placed):
        until = placed[index + 1][0] if index + 1 < len(placed) else end
        is_too_short = min(until, end) - place < SHORTEST_SECONDS
        if not slide.page or place >= end or is_too_short:
            continue
        name = names.get(str(slide.number), "") or slide.title
        found.append(Chapter(slide.number, place, slide.page, name))
    return found
