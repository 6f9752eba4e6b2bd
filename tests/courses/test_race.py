"""Many at once, over connections of their own, on whichever database the tests run."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone

from courses import queries, registration
from courses.errors import LimitReached
from courses.models import ClassGroup, Enrolment, WaitingEntry
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 8


def all_at_once(*calls):
    """Run every call in a thread of its own, let go together; what they returned or raised."""
    start = threading.Barrier(len(calls), timeout=30)

    def run(call):
        try:
            # Connected before the start: what is raced is the work, not the greeting.
            connection.ensure_connection()
            start.wait()
            return call()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def asking(class_group, person):
    return lambda: registration.register(person=person, class_group=class_group)


def standing(class_group):
    class_group.refresh_from_db()
    numbers = sorted(WaitingEntry.objects.values_list("number", flat=True))
    return queries.roster(class_group).count(), class_group.seats_taken, numbers


def test_seats_are_never_oversold_and_numbers_have_no_gap():
    class_group = factories.class_group(capacity=3)
    people = [factories.person(f"王{number}") for number in range(AT_ONCE)]
    # Everybody presses twice.
    places = all_at_once(*[asking(class_group, person) for person in people * 2])
    assert Counter(type(place) for place in places) == {Enrolment: 6, WaitingEntry: 10}
    assert standing(class_group) == (3, 3, [1, 2, 3, 4, 5])


def test_one_person_cannot_get_more_classes_than_allowed_by_asking_at_once():
    term = factories.term(max_classes=2)
    classes = [factories.class_group(term=term) for _ in range(6)]
    person = factories.person()
    places = all_at_once(*[asking(class_group, person) for class_group in classes])
    refused = [place for place in places if isinstance(place, LimitReached)]
    assert len(refused) == 4
    assert queries.places_in_term(person=person, term=term) == 2


def test_withdrawing_and_asking_at_once_leaves_no_free_seat_beside_a_queue():
    class_group = factories.class_group(capacity=4)
    seats = [factories.seat(class_group, factories.person(f"李{n}")) for n in range(4)]
    newcomers = [factories.person(f"张{number}") for number in range(4)]
    leaving = [lambda seat=seat: registration.withdraw(enrolment=seat) for seat in seats]
    coming = [asking(class_group, person) for person in newcomers]
    outcomes = all_at_once(*[call for pair in zip(leaving, coming, strict=True) for call in pair])
    assert [one for one in outcomes if isinstance(one, Exception)] == []
    class_group.refresh_from_db()
    assert {each.person.name for each in queries.roster(class_group)} == {
        "张0",
        "张1",
        "张2",
        "张3",
    }
    assert class_group.seats_taken == 4
    assert not queries.line(class_group).exists()


def test_a_seat_withdrawn_twice_at_once_is_given_on_once():
    class_group = factories.class_group(capacity=1)
    seat = factories.seat(class_group, factories.person("王秀兰"))
    for name in ("李国强", "张桂芳"):
        factories.seat(class_group, factories.person(name))
    all_at_once(*[lambda: registration.withdraw(enrolment=seat)] * AT_ONCE)
    assert [each.person.name for each in queries.roster(class_group)] == ["李国强"]
    assert [entry.number for entry in queries.line(class_group)] == [2]


def test_those_who_wait_in_each_others_classes_never_wait_for_each_others_locks():
    """Moving up refers to a person who may be asking elsewhere at the same moment."""
    term = factories.term(max_classes=4)
    first, second = (factories.class_group(term=term, capacity=1) for _ in range(2))
    holders = [factories.person(f"李{n}") for n in range(2)]
    waiting = [factories.person(f"张{n}") for n in range(2)]
    for _round in range(5):
        seats = [factories.seat(first, holders[0]), factories.seat(second, holders[1])]
        factories.seat(first, waiting[0])
        factories.seat(second, waiting[1])
        outcomes = all_at_once(
            *[lambda seat=seat: registration.withdraw(enrolment=seat) for seat in seats],
            asking(second, waiting[0]),
            asking(first, waiting[1]),
        )
        assert [one for one in outcomes if isinstance(one, Exception)] == []
        for class_group in (first, second):
            for enrolment in list(queries.roster(class_group)):
                registration.withdraw(enrolment=enrolment)
            for enrolment in list(queries.roster(class_group)):
                registration.withdraw(enrolment=enrolment)
            assert standing(class_group)[:2] == (0, 0)


@pytest.mark.postgres_only
def test_without_the_guard_seats_are_oversold(monkeypatch):
    """Proves the first test: a seat taken by looking first and writing then is sold twice."""
    looked = threading.Barrier(2, timeout=30)

    def look_then_write(class_group):
        taken = ClassGroup.objects.get(pk=class_group.pk).seats_taken
        looked.wait()
        ClassGroup.objects.filter(pk=class_group.pk).update(seats_taken=taken + 1)
        return taken < class_group.capacity

    monkeypatch.setattr(registration, "_take_seat", look_then_write)
    class_group = factories.class_group(capacity=1)
    people = [factories.person(name) for name in ("王秀兰", "李国强")]
    places = all_at_once(*[asking(class_group, person) for person in people])
    assert [type(place) for place in places] == [Enrolment, Enrolment]
    assert standing(class_group)[0] == 2


@pytest.mark.postgres_only
def test_without_the_class_lock_a_free_seat_is_left_beside_a_queue(monkeypatch):
    """Proves the third test: who joins the line while it is looked at is not seen."""
    looking, joined = threading.Event(), threading.Event()

    def line_then_wait(class_group):
        entries = list(found(class_group))
        looking.set()
        joined.wait(30)
        return entries

    found = queries.line
    monkeypatch.setattr(queries, "line", line_then_wait)
    monkeypatch.setattr(registration, "_lock_class", queries.class_shown)
    class_group = factories.class_group(capacity=1)
    seat = factories.seat(class_group, factories.person("王秀兰"))

    def join():
        looking.wait(30)
        # The freed seat is not committed yet, and nobody else holds the class.
        WaitingEntry.objects.create(
            class_group=class_group,
            person=factories.person("李国强"),
            number=1,
            asked_at=timezone.now(),
        )
        joined.set()

    all_at_once(lambda: registration.withdraw(enrolment=seat), join)
    class_group.refresh_from_db()
    assert (class_group.seats_taken, found(class_group).count()) == (0, 1)
