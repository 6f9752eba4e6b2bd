"""Seats and waiting places: the only code that gives, moves or takes them away.

What decides is one conditional UPDATE of the class (`_take_seat`, `_take_number`), never a
count. Locks are taken in one order, person before class, and never a second of either, so
no two calls can wait for each other.
"""

from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import Person, User
from courses import queries, signals
from courses.models import ClassGroup, Enrolment, WaitingEntry

Source = Enrolment.Source


@transaction.atomic
def register(
    *,
    person: Person,
    class_group: ClassGroup,
    by: User | None = None,
    source: str = Source.ONLINE,
    now: datetime | None = None,
) -> Enrolment | WaitingEntry:
    """Give `person` a seat in the class or, if it is full, the next waiting number.

    Asking again is harmless: the place already held is returned. Raises a
    RegistrationRefused in words when the class is cancelled, no round is open, the age does
    not fit, or the person has as many classes as the round allows.
    """
    now = now or timezone.now()
    _lock_person(person)
    while True:
        class_group = queries.class_shown(class_group.pk)
        if held := queries.place_held(person=person, class_group=class_group):
            return held
        if refusal := queries.refusal(person=person, class_group=class_group, now=now):
            raise refusal
        if _take_seat(class_group):
            return _seat(class_group=class_group, person=person, by=by, source=source, now=now)
        if number := _take_number(class_group):
            return WaitingEntry.objects.create(
                class_group=class_group,
                person=person,
                number=number,
                asked_at=now,
                asked_by=by,
            )
        # Between the two the last seat came free or the class was cancelled: look again.


@transaction.atomic
def withdraw(*, enrolment: Enrolment, by: User | None = None, now: datetime | None = None) -> None:
    """Give up a seat; it goes to the first in line at once. Twice is harmless."""
    now = now or timezone.now()
    class_group = _lock_class(enrolment.class_group_id)
    left = Enrolment.objects.filter(pk=enrolment.pk, withdrawn_at=None).update(
        # Clocks of two servers differ; a seat never ends before it began.
        withdrawn_at=max(now, enrolment.seated_at),
        withdrawn_by=by,
    )
    if not left:
        return
    ClassGroup.objects.filter(pk=class_group.pk, seats_taken__gt=0).update(
        seats_taken=F("seats_taken") - 1
    )
    _tell(signals.place_left, Enrolment, class_group=class_group, person=enrolment.person)
    _seat_those_in_line(class_group, now)


@transaction.atomic
def leave_queue(
    *, entry: WaitingEntry, by: User | None = None, now: datetime | None = None
) -> None:
    """Give up a waiting place. Twice is harmless, and so is being seated meanwhile."""
    class_group = _lock_class(entry.class_group_id)
    left = WaitingEntry.objects.filter(pk=entry.pk, left_at=None).update(
        left_at=now or timezone.now(), left_by=by
    )
    if left:
        _tell(
            signals.place_left,
            WaitingEntry,
            class_group=class_group,
            person=entry.person,
        )


@transaction.atomic
def fill_free_seats(class_group: ClassGroup, *, now: datetime | None = None) -> list[Enrolment]:
    """Seat those in line for as long as there are seats; return the seats given.

    Wanted after the capacity was raised. Safe to repeat.
    """
    return _seat_those_in_line(_lock_class(class_group.pk), now or timezone.now())


def _seat_those_in_line(class_group: ClassGroup, now: datetime) -> list[Enrolment]:
    """The class must be locked: else somebody could join the line unseen."""
    class_group.refresh_from_db(fields=["seats_taken", "capacity"])
    if class_group.cancelled_at or class_group.term.ends_on < timezone.localdate(now):
        return []
    given = []
    for entry in queries.line(class_group)[: class_group.seats_left]:
        _take_seat(class_group)
        enrolment = _seat(
            class_group=class_group,
            person=entry.person,
            by=entry.asked_by,
            source=Source.WAITING,
            now=now,
        )
        entry.left_at = now
        entry.enrolment = enrolment
        entry.save(update_fields=["left_at", "enrolment"])
        given.append(enrolment)
    return given


def _seat(
    *,
    class_group: ClassGroup,
    person: Person,
    by: User | None,
    source: str,
    now: datetime,
) -> Enrolment:
    enrolment = Enrolment.objects.create(
        class_group=class_group,
        person=person,
        source=source,
        seated_at=now,
        seated_by=by,
    )
    _tell(signals.seat_given, Enrolment, enrolment=enrolment)
    return enrolment


def _take_seat(class_group: ClassGroup) -> bool:
    """One seat more is taken, if one is free; the database decides who was first."""
    return bool(
        ClassGroup.objects.filter(
            pk=class_group.pk, cancelled_at=None, seats_taken__lt=F("capacity")
        ).update(seats_taken=F("seats_taken") + 1)
    )


def _take_number(class_group: ClassGroup) -> int | None:
    """The next waiting number, if the class is full.

    Both conditions leave no gap: where a seat came free meanwhile nobody gets a number.
    """
    full = ClassGroup.objects.filter(
        pk=class_group.pk, cancelled_at=None, seats_taken__gte=F("capacity")
    )
    if not full.update(last_waiting_number=F("last_waiting_number") + 1):
        return None
    # The row is ours until the transaction ends: nobody has counted on since.
    return ClassGroup.objects.values_list("last_waiting_number", flat=True).get(pk=class_group.pk)


def _lock_person(person: Person) -> None:
    # no_key: a seat given to somebody in line refers to their file, which must not wait for
    # their own request. SQLite ignores the lock; there transactions are IMMEDIATE.
    Person.objects.select_for_update(no_key=True).only("pk").get(pk=person.pk)


def _lock_class(pk: int) -> ClassGroup:
    return (
        ClassGroup.objects.select_for_update(no_key=True, of=("self",))
        .select_related("term", "course", "teacher")
        .get(pk=pk)
    )


def _tell(signal, sender, **news) -> None:
    transaction.on_commit(partial(signal.send_robust, sender, **news), robust=True)
