"""What somebody holds in a term, in one question that is cheap to ask under a lock."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Model, Q, Value

from accounts.models import Person
from courses.models import ClassGroup, Enrolment, Source, Term, WaitingEntry


class Held(NamedTuple):
    """A seat or a waiting place, as much of it as decides anything."""

    is_seat: bool
    pk: int
    class_group: int
    source: str
    key: UUID | None
    ended_at: datetime | None
    class_cancelled_at: datetime | None

    @property
    def counts(self) -> bool:
        """Whether it is one of the classes that a person may have in a term.

        Waiting places count as seats do: nobody queues everywhere at once. Those of a draw do
        not: nobody chose to queue there. What is left of a cancelled class counts for nothing.
        """
        by_lot = not self.is_seat and self.source == Source.DRAW
        return self.ended_at is None and self.class_cancelled_at is None and not by_lot


def held_by(*, person: Person, term: Term, key: UUID | None = None) -> list[Held]:
    """What `person` holds in `term` now, and what they got for a request named `key`."""
    seats = _rows(Enrolment, person, Q(withdrawn_at=None, class_group__term=term), key)
    return [Held(*row) for row in seats.union(_rows(WaitingEntry, person, _waits(term), key))]


def places_in_term(*, person: Person, term: Term) -> int:
    """How many of the classes that a round allows are taken up already."""
    return sum(held.counts for held in held_by(person=person, term=term))


def in_class(
    rows: list[Held], class_group: ClassGroup, key: UUID | None
) -> tuple[Enrolment | WaitingEntry | None, bool]:
    """The place of `rows` in the class, first the one that answered `key`; and whether `key`
    named a request for another class."""
    named = [row for row in rows if key and row.key == key]
    here = [row for row in named if row.class_group == class_group.pk]
    is_used = len(here) < len(named)
    here += [row for row in rows if row.ended_at is None and row.class_group == class_group.pk]
    return (_place(here[0]) if here else None), is_used


def answered(
    *, person: Person, class_group: int, key: UUID | None
) -> Enrolment | WaitingEntry | None:
    """The place that a request of this name was answered before; only its number is read.

    Every second press of a rush is one of these: nothing else is asked, nobody is locked.
    """
    if key:
        for model in (WaitingEntry, Enrolment):
            found = model.objects.filter(person=person, key=key, class_group=class_group)
            if place := found.order_by().only("pk").first():
                return place
    return None


def _waits(term: Term) -> Q:
    return Q(left_at=None, class_group__term=term)


def _rows(model: type[Model], person: Person, held: Q, key: UUID | None):
    if key:
        held |= Q(key=key)
    ended = "withdrawn_at" if model is Enrolment else "left_at"
    facts = ("pk", "class_group_id", "source", "key", ended, "class_group__cancelled_at")
    found = model.objects.filter(held, person=person).order_by()
    return found.values_list(Value(model is Enrolment), *facts)


def _place(row: Held) -> Enrolment | WaitingEntry:
    model = Enrolment if row.is_seat else WaitingEntry
    return model.objects.get(pk=row.pk)
