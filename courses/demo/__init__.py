"""The courses of the demo school; `create` makes them all and changes nothing the next time."""

from datetime import datetime

from django.db import transaction

from courses.demo import classes, next_term

__all__ = ["create"]


@transaction.atomic
def create(*, now: datetime) -> None:
    """Make whatever of the courses is missing. Safe to run again."""
    classes.create(now=now)
    next_term.create(now=now)
