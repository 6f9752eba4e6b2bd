"""What somebody holds in a term, in one question that is cheap to ask under a lock.

By hand: in a rush half of a press's time went into having these two put together anew. They
answer in numbers and truths only, which both databases write alike.
"""

from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Model

from accounts.models import Person
from courses.models import ClassGroup, Enrolment, Term, WaitingEntry

# Waiting places count as seats do: nobody queues everywhere at once. Those of a draw do not:
# nobody chose to queue there. What is left of a cancelled class counts for nothing. The last
# part: a frozen list with wishes of the person, so that how many classes they get is open.
HELD = """
SELECT TRUE, place.id, class_group_id, place.key = %(key)s,
    withdrawn_at IS NULL, withdrawn_at IS NULL AND cancelled_at IS NULL
FROM courses_enrolment place
JOIN courses_classgroup ON courses_classgroup.id = class_group_id
WHERE person_id = %(person)s
    AND (withdrawn_at IS NULL AND term_id = %(term)s OR place.key = %(key)s)
UNION ALL
SELECT FALSE, place.id, class_group_id, place.key = %(key)s,
    left_at IS NULL, left_at IS NULL AND cancelled_at IS NULL AND source <> 'draw'
FROM courses_waitingentry place
JOIN courses_classgroup ON courses_classgroup.id = class_group_id
WHERE person_id = %(person)s
    AND (left_at IS NULL AND term_id = %(term)s OR place.key = %(key)s)
UNION ALL
SELECT NULL, place.id, NULL, FALSE, FALSE, FALSE
FROM courses_application place
JOIN courses_registrationround ON courses_registrationround.id = place.round_id
JOIN courses_draw ON courses_draw.round_id = place.round_id
WHERE person_id = %(person)s AND term_id = %(term)s
    AND withdrawn_at IS NULL AND drawn_at IS NULL
"""

ANSWERED = """
SELECT FALSE, id FROM courses_waitingentry
WHERE person_id = %(person)s AND key = %(key)s AND class_group_id = %(class_group)s
UNION ALL
SELECT TRUE, id FROM courses_enrolment
WHERE person_id = %(person)s AND key = %(key)s AND class_group_id = %(class_group)s
"""


class Place(NamedTuple):
    """A seat or a waiting place, as much of it as decides anything."""

    is_seat: bool
    pk: int
    class_group: int
    # Whether it answered the request that was asked about.
    is_named: bool
    is_live: bool
    # Whether it is one of the classes that a person may have in a term.
    counts: bool


@dataclass(frozen=True)
class Held:
    """All that a person holds in a term."""

    places: list[Place]
    # Whether a frozen list, not drawn yet, holds wishes of theirs.
    is_being_drawn: bool

    @property
    def classes(self) -> int:
        """How many of the classes that a round allows are taken up already."""
        return sum(place.counts for place in self.places)


def held_by(*, person: Person, term: Term, key: UUID | None = None) -> Held:
    """What `person` holds in `term` now, and what they got for a request named `key`."""
    rows = _rows(HELD, person=person.pk, term=term.pk, key=key and key.hex)
    places = [Place(*row) for row in rows if row[0] is not None]
    return Held(places, is_being_drawn=len(places) < len(rows))


def in_class(held: Held, class_group: ClassGroup) -> tuple[Enrolment | WaitingEntry | None, bool]:
    """The place in the class, first the one that answered the request asked about; and
    whether that one named something in another class."""
    named = [place for place in held.places if place.is_named]
    here = [place for place in named if place.class_group == class_group.pk]
    is_used = len(here) < len(named)
    here += [
        place for place in held.places if place.is_live and place.class_group == class_group.pk
    ]
    return (_model(here[0].is_seat).objects.get(pk=here[0].pk) if here else None), is_used


def answered(
    *, person: Person, class_group: int, key: UUID | None
) -> Enrolment | WaitingEntry | None:
    """The place that a request of this name was answered before; only its number is read.

    Every second press of a rush is one of these: nothing else is asked, nobody is locked.
    """
    if key is None:
        return None
    rows = _rows(ANSWERED, person=person.pk, key=key.hex, class_group=class_group)
    for is_seat, pk in sorted(rows):
        return _model(is_seat).from_db(connection.alias, ["id"], [pk])
    return None


def _rows(question: str, **facts) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(question, facts)
        return cursor.fetchall()


def _model(is_seat: bool) -> type[Model]:
    return Enrolment if is_seat else WaitingEntry
