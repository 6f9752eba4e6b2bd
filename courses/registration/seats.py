"""Who was first: the conditional writes and the locks under all of registration."""

from collections.abc import Iterable
from functools import partial

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.http import Http404

from accounts.models import Person
from courses import queries
from courses.errors import ClassGone
from courses.models import ClassGroup, SeatPool

# The conditions are those of `_given_out`.
NUMBERS = """
UPDATE courses_seatpool SET last_waiting_number = last_waiting_number + %(count)s
WHERE id = %(pool)s AND NOT held_for_draw AND seats_taken > capacity - %(count)s
AND EXISTS (
    SELECT 1 FROM courses_classgroup
    WHERE courses_classgroup.id = class_group_id AND cancelled_at IS NULL
)
RETURNING last_waiting_number
"""


def class_now(pk: int) -> ClassGroup:
    """The class as it is now. Raises ClassGone for one that was taken out meanwhile."""
    try:
        return queries.class_shown(pk)
    except Http404:
        raise ClassGone from None


def take(pool: SeatPool, count: int = 1) -> bool:
    """Take `count` seats if so many are free; the database decides who was first."""
    free = _given_out(pool).filter(seats_taken__lte=F("capacity") - count)
    return bool(free.update(seats_taken=F("seats_taken") + count))


def take_numbers(pool: SeatPool, count: int = 1) -> list[int]:
    """The next waiting numbers, if there are fewer than `count` free seats; else none.

    The condition leaves no gap: where seats came free meanwhile nobody gets a number.
    """
    # By hand: Django's update() does not say what it wrote, and asking again would keep
    # everybody else waiting for the row, which is ours until the transaction ends.
    with connection.cursor() as cursor:
        cursor.execute(NUMBERS, {"pool": pool.pk, "count": count})
        row = cursor.fetchone()
    return list(range(row[0] - count + 1, row[0] + 1)) if row else []


def free(pool: SeatPool, count: int = 1) -> None:
    """Give back `count` seats of a pool that is locked."""
    SeatPool.objects.filter(pk=pool.pk).update(seats_taken=F("seats_taken") - count)


def lock_persons(persons: Iterable[Person]) -> dict[int, Person]:
    """The files as they are now, by key: they may have been closed since the page opened."""
    # no_key: an offer to somebody in line refers to their file, which must not wait for
    # their own request. SQLite ignores the lock; there transactions are IMMEDIATE.
    locked = Person.objects.select_for_update(no_key=True).order_by("pk")
    return {person.pk: person for person in locked.filter(pk__in={one.pk for one in persons})}


def lock_pools(keys: Iterable[int]) -> dict[int, SeatPool]:
    """The pools with these keys, locked in the order of their keys."""
    found = SeatPool.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=set(keys))
    found = found.select_related("class_group__term", "class_group__course", "teaching_point")
    return {pool.pk: pool for pool in found.order_by("pk")}


def lock_pool(pk: int) -> SeatPool:
    """One of them. Raises ClassGone for seats that were taken out meanwhile."""
    if pool := lock_pools([pk]).get(pk):
        return pool
    raise ClassGone


def _given_out(pool: SeatPool) -> QuerySet[SeatPool]:
    # Not class_group__cancelled_at: Django would move every condition of the UPDATE into a
    # subquery, and PostgreSQL, having waited for the row, looks again only at the row.
    goes_on = Exists(ClassGroup.objects.filter(pk=OuterRef("class_group"), cancelled_at=None))
    return SeatPool.objects.filter(goes_on, pk=pool.pk, held_for_draw=False)


def tell(signal, sender, **news) -> None:
    """Send the signal once this transaction has committed."""
    transaction.on_commit(partial(signal.send_robust, sender, **news), robust=True)
