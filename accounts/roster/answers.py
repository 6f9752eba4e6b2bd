"""What cleaning one cell comes to."""

from typing import Any, NamedTuple

from accounts.roster.rows import Note, Problem


class Answer(NamedTuple):
    """A value, what was done to get it, and what is doubtful about it."""

    value: Any
    notes: tuple[Note, ...] = ()
    problems: tuple[Problem, ...] = ()
    # What else the cell said, for other fields: {"relative_relation": "儿子"}.
    others: dict[str, Any] = {}
