"""What the office plans: terms and rounds, classes and their seats, meetings, days off.

`schooldays` says when a school meets at all, `clashes` who would be in two places at once.
"""

from courses.planning import clashes
from courses.planning.cancelling import cancel_class
from courses.planning.classes import delete_class, save_class, set_seats, write_class
from courses.planning.meetings import dates_of, plan_sessions

__all__ = [
    "cancel_class",
    "clashes",
    "dates_of",
    "delete_class",
    "plan_sessions",
    "save_class",
    "set_seats",
    "write_class",
]
