"""How minutes become 学时, and which rule says so.

Plain arithmetic over plain values, so that every odd case is one line in a test.  Decimals
throughout: half hours add up exactly.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Protocol, TypeVar


class Rule(Protocol):
    """What counting needs to know of a rule."""

    way: str
    minutes_per_hour: int
    step: Decimal
    grace_minutes: int


def credit_hours(minutes: int, *, rule: Rule, whole: int | None = None) -> Decimal:
    """The 学时 of `minutes` under `rule`, rounded down to its step.

    `whole` is the length of what was studied: missing no more than the grace of it counts
    as all of it.
    """
    counted = minutes
    if whole is not None and 0 < minutes < whole <= minutes + rule.grace_minutes:
        counted = whole
    if rule.way == "once":
        return Decimal(1 if counted >= rule.minutes_per_hour else 0)
    step = Decimal(rule.step)
    return Decimal(counted) // (rule.minutes_per_hour * step) * step


def shared(lines: Sequence[tuple[Decimal, Decimal | None]]) -> list[Decimal]:
    """What is left for each of (学时, cap) of one half-day, the first first.

    Each line has the cap of its own rule; one without a cap is not shortened.
    """
    used, given = Decimal(0), []
    for full, cap in lines:
        part = full if cap is None else max(Decimal(0), min(full, Decimal(cap) - used))
        used += part
        given.append(part)
    return given


# The path of an organisation in its tree (every ancestor's path begins it) and its rule.
R = TypeVar("R", bound=Rule)


def nearest(rules: Iterable[tuple[str, R]], *, path: str) -> R | None:
    """The rule for the organisation at `path`, or None.

    `rules` are (path of the organisation that made it, rule), the oldest first: that of the
    organisation itself goes before its parent's, and of one organisation the newest holds.
    """
    found, depth = None, -1
    for made_at, rule in rules:
        if path.startswith(made_at) and len(made_at) >= depth:
            found, depth = rule, len(made_at)
    return found
