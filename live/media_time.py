"""How much of a recording somebody has really seen: stretches of it, in its own seconds.

Plain functions over numbers, so that every odd case is one line in a test.
"""

from collections.abc import Iterable

Stretch = tuple[float, float]

# The fastest that a replay is offered at: nobody sees more of it in a second.
FASTEST = 1.5


def unite(stretches: Iterable[Stretch]) -> list[Stretch]:
    """What at least one stretch covers: sorted, apart from each other, half-open."""
    united: list[Stretch] = []
    for start, end in sorted(tuple(stretch) for stretch in stretches):
        if end <= start:
            continue
        if united and start <= united[-1][1]:
            united[-1] = (united[-1][0], max(united[-1][1], end))
        else:
            united.append((start, end))
    return united


def length(united: Iterable[Stretch]) -> float:
    """The seconds in stretches that do not overlap, as `unite` returns them."""
    return sum(end - start for start, end in united)


def within(stretches: Iterable[Stretch], *, start: float, end: float) -> list[Stretch]:
    """What of the stretches lies in [start, end)."""
    cut = ((max(first, start), min(last, end)) for first, last in stretches)
    return [(first, last) for first, last in cut if last > first]


def credible(stretch: Stretch, *, passed: float) -> Stretch | None:
    """The end of `stretch` that can have been seen in the `passed` seconds, or None.

    Whatever a page says, nobody sees more than its clock allows at the fastest speed.
    """
    start, end = stretch
    start = max(start, end - max(passed, 0.0) * FASTEST)
    return (start, end) if end > start else None
