"""Doors to somebody's work: every app says which of its own it opens to whom.

The front page asks by a signal, so that it need not know the apps beside it.
"""

from dataclasses import dataclass

from django.dispatch import Signal


@dataclass(frozen=True)
class WorkDoor:
    """A tile of the front page that staff see."""

    url: str
    icon: str
    name: str
    note: str = ""


# Sent with `user` and `roles`, what they hold anywhere; receivers return the WorkDoors of that
# user, or nothing.
doors_asked_for = Signal()


def work_doors(user, roles: set[str]) -> list[WorkDoor]:
    """The doors of every app to the work of `user`, who acts as nobody else."""
    answers = doors_asked_for.send(sender=type(user), user=user, roles=roles)
    return [door for _receiver, doors in answers for door in doors or ()]
