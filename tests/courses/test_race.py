"""Many at once, over connections of their own, on whichever database the tests run."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from common.errors import DomainError
from courses import planning, queries, registration
from courses.errors import ClassGone, LimitReached, NoSeat, PlanRefused, RegistrationClosed
from courses.models import Enrolment, Offer, SeatPool, WaitingEntry
from courses.planning import terms
from courses.registration import holding, offering, rules, seats
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


def asking(class_group, person, **more):
    return lambda: registration.register(person=person, class_group=class_group, **more)


@contextmanager
def once_after(part, call):
    """After the first statement with `part` somebody else does `call`, on their own connection."""
    left = [call]

    def wrapper(execute, sql, *rest):
        answer = execute(sql, *rest)
        if part in sql and left:
            assert failures(all_at_once(left.pop())) == []
        return answer

    with connection.execute_wrapper(wrapper):
        yield


def standing(class_group):
    """Seats, what the pool counts, and the numbers in line."""
    pool = class_group.pools.get()
    numbers = sorted(WaitingEntry.objects.values_list("number", flat=True))
    return queries.roster(class_group).count(), pool.seats_taken, numbers


def failures(outcomes):
    return [one for one in outcomes if isinstance(one, Exception)]


def test_seats_are_never_oversold_and_numbers_have_no_gap():
    class_group = factories.class_group(capacity=3)
    people = [factories.person(f"王{number}") for number in range(AT_ONCE)]
    # Everybody presses twice.
    places = all_at_once(*[asking(class_group, person) for person in people * 2])
    assert Counter(type(place) for place in places) == {Enrolment: 6, WaitingEntry: 10}
    assert standing(class_group) == (3, 3, [1, 2, 3, 4, 5])


ROUNDS_READ = 'FROM "courses_registrationround"'


def test_a_round_taken_out_between_the_look_and_the_press_is_answered_in_words():
    class_group, person = factories.class_group(), factories.person()
    opened = class_group.term.rounds.get()
    with (
        once_after(ROUNDS_READ, lambda: terms.remove_round(opened=opened)),
        pytest.raises(RegistrationClosed),
    ):
        asking(class_group, person)()
    assert standing(class_group) == (0, 0, [])


def test_a_class_taken_out_between_the_look_and_the_press_is_answered_in_words():
    class_group, person = factories.class_group(), factories.person()
    with (
        once_after(ROUNDS_READ, lambda: planning.delete_class(class_group=class_group)),
        pytest.raises(ClassGone, match="撤掉了"),
    ):
        asking(class_group, person)()


def test_a_round_is_kept_when_somebody_asks_in_it_at_that_moment():
    class_group = factories.class_group()
    opened = class_group.term.rounds.get()
    people = [factories.person(f"王{number}") for number in range(AT_ONCE - 1)]
    outcomes = all_at_once(
        lambda: terms.remove_round(opened=opened),
        *[asking(class_group, person) for person in people],
    )
    kept = class_group.term.rounds.exists()
    refused = {type(one) for one in failures(outcomes)}
    assert refused == ({PlanRefused} if kept else {RegistrationClosed})
    assert standing(class_group) == ((len(people),) * 2 if kept else (0, 0)) + ([],)


def test_one_person_cannot_get_more_classes_than_allowed_by_asking_at_once():
    term = factories.term(max_classes=2)
    classes = [factories.class_group(term=term) for _ in range(6)]
    person = factories.person()
    places = all_at_once(*[asking(class_group, person) for class_group in classes])
    refused = [place for place in places if isinstance(place, LimitReached)]
    assert len(refused) == 4
    assert holding.held_by(person=person, term=term).classes == 2


def test_couples_and_others_at_once_fill_every_seat_and_leave_no_gap():
    class_group = factories.class_group(capacity=5)
    couples = [[factories.person(f"{name}{n}") for name in ("夫", "妻")] for n in range(4)]
    alone = [factories.person(f"独{n}") for n in range(2)]
    places = all_at_once(
        *[asking(class_group, one, partner=other) for one, other in couples],
        *[asking(class_group, one) for one in alone],
    )
    assert failures(places) == []
    seated, taken, numbers = standing(class_group)
    assert seated == taken
    # One seat stays free where the last couple wanted two.
    assert taken in {4, 5}
    assert numbers == list(range(1, 11 - seated))
    for enrolment in queries.roster(class_group):
        assert enrolment.partner is None or enrolment.partner.class_group == class_group


def test_the_same_request_twice_at_once_has_one_answer():
    class_group, person, key = factories.class_group(), factories.person(), uuid4()
    places = all_at_once(*[asking(class_group, person, key=key)] * AT_ONCE)
    assert len({place.pk for place in places}) == 1
    assert standing(class_group) == (1, 1, [])


def test_withdrawing_and_asking_at_once_leaves_no_free_seat_beside_a_queue():
    class_group = factories.class_group(capacity=4)
    seats_given = [factories.seat(class_group, factories.person(f"李{n}")) for n in range(4)]
    newcomers = [factories.person(f"张{number}") for number in range(4)]
    leaving = [lambda seat=seat: registration.withdraw(enrolment=seat) for seat in seats_given]
    coming = [asking(class_group, person) for person in newcomers]
    pairs = zip(leaving, coming, strict=True)
    assert failures(all_at_once(*[call for pair in pairs for call in pair])) == []
    pool = class_group.pools.get()
    offered = Offer.objects.filter(answer="").count()
    assert queries.roster(class_group).count() + offered == pool.seats_taken == 4
    assert not rules.line(pool).exists()


def test_a_seat_withdrawn_twice_at_once_is_offered_once():
    class_group = factories.class_group(capacity=1)
    seat = factories.seat(class_group, factories.person("王秀兰"))
    for name in ("李国强", "张桂芳"):
        factories.seat(class_group, factories.person(name))
    all_at_once(*[lambda: registration.withdraw(enrolment=seat)] * AT_ONCE)
    assert [offer.entry.person.name for offer in Offer.objects.all()] == ["李国强"]
    assert [entry.number for entry in rules.line(class_group.pools.get())] == [2]


@pytest.fixture
def offer():
    """A class of one seat, kept for the first of three in line."""
    class_group = factories.class_group(capacity=1)
    seat = factories.seat(class_group, factories.person("王秀兰"))
    for name in ("李国强", "张桂芳", "何彩兰"):
        factories.seat(class_group, factories.person(name))
    registration.withdraw(enrolment=seat)
    return Offer.objects.get()


def accepting(offer):
    return lambda: offering.accept(offer=Offer.objects.get(pk=offer.pk), channel="link")


def test_an_offer_accepted_on_two_telephones_at_once_is_one_seat(offer):
    places = all_at_once(*[accepting(offer)] * AT_ONCE)
    assert failures(places) == []
    assert len({place.pk for place in places}) == 1
    assert standing(places[0].class_group)[:2] == (1, 1)


def test_of_a_yes_a_no_and_the_clock_at_once_one_is_heard(offer):
    late = offer.expires_at
    outcomes = all_at_once(
        accepting(offer),
        lambda: offering.refuse(offer=Offer.objects.get(pk=offer.pk), channel="phone"),
        lambda: offering.expire_due(late),
        lambda: registration.leave_queue(entry=offer.entry),
        *[lambda: offering.expire_due(late)] * 2,
    )
    assert [type(one) for one in failures(outcomes) if not isinstance(one, DomainError)] == []
    class_group = offer.entry.class_group
    seated, taken, _numbers = standing(class_group)
    still_open = Offer.objects.filter(answer="")
    assert seated + still_open.count() == taken == 1
    assert Offer.objects.filter(entry=offer.entry).count() == 1
    # Whoever was heard, the other two are asked one after the other.
    assert [one.entry.number for one in still_open] == ([] if seated else [2])


def test_leaving_the_line_while_a_seat_comes_free_leaves_no_offer_behind():
    for _round in range(5):
        class_group = factories.class_group(capacity=1)
        seat = factories.seat(class_group, factories.person("王秀兰"))
        entry = factories.seat(class_group, factories.person("李国强"))
        outcomes = all_at_once(
            lambda seat=seat: registration.withdraw(enrolment=seat),
            lambda entry=entry: registration.leave_queue(entry=entry),
        )
        assert failures(outcomes) == []
        assert not Offer.objects.filter(answer="").exists()
        assert class_group.pools.get().seats_taken == 0


def test_changing_class_and_giving_up_the_same_seat_at_once_leaves_at_most_one():
    term = factories.term()
    for _round in range(5):
        old, new = (factories.class_group(term=term) for _ in range(2))
        seat = factories.seat(old, factories.person())
        to = new.pools.get()
        outcomes = all_at_once(
            lambda seat=seat: registration.withdraw(enrolment=seat),
            lambda seat=seat, to=to: registration.transfer(enrolment=seat, to=to),
        )
        assert [one for one in failures(outcomes) if not isinstance(one, NoSeat)] == []
        moved = any(isinstance(one, Enrolment) for one in outcomes)
        assert old.pools.get().seats_taken == 0
        assert new.pools.get().seats_taken == int(moved)


def test_two_who_change_into_each_others_class_do_not_wait_for_each_other():
    term = factories.term()
    for _round in range(5):
        first, second = (factories.class_group(term=term, capacity=9) for _ in range(2))
        here = [factories.seat(first, factories.person(f"李{n}")) for n in range(2)]
        there = [factories.seat(second, factories.person(f"张{n}")) for n in range(2)]
        outcomes = all_at_once(
            *[changing(seat, second.pools.get()) for seat in here],
            *[changing(seat, first.pools.get()) for seat in there],
        )
        assert failures(outcomes) == []
        assert [group.pools.get().seats_taken for group in (first, second)] == [2, 2]


def changing(seat, pool):
    return lambda: registration.transfer(enrolment=seat, to=pool)


def test_two_files_that_end_at_once_do_not_wait_for_each_other():
    """One waits where the other sits, and the other way round."""
    term = factories.term()
    for _round in range(5):
        first, second = (factories.class_group(term=term, capacity=1) for _ in range(2))
        people = [factories.person(f"李{n}") for n in range(2)]
        for class_group, order in ((first, people), (second, people[::-1])):
            for person in order:
                factories.seat(class_group, person)
        outcomes = all_at_once(
            *[
                lambda person=person: registration.leave_everything(person=person)
                for person in people
            ]
        )
        assert failures(outcomes) == []
        for class_group in (first, second):
            assert class_group.pools.get().seats_taken == 0


def test_a_class_with_fewer_seats_meanwhile_is_not_oversold():
    class_group = factories.class_group(capacity=6)
    people = [factories.person(f"王{number}") for number in range(6)]
    all_at_once(
        *[asking(class_group, person) for person in people],
        lambda: planning.set_seats(class_group=class_group, capacity=2),
    )
    pool = class_group.pools.get()
    seated, taken, numbers = standing(class_group)
    assert seated == taken
    assert seated + len(numbers) == 6
    assert pool.capacity == 2
    before = seated
    factories.seat(class_group, factories.person("晚来的"))
    assert standing(class_group)[0] == max(before, 2)


def test_those_who_wait_in_each_others_classes_never_wait_for_each_others_locks():
    """Making an offer refers to a person who may be asking elsewhere at the same moment."""
    term = factories.term(max_classes=4)
    holders = [factories.person(f"李{n}") for n in range(2)]
    waiting = [factories.person(f"张{n}") for n in range(2)]
    for _round in range(5):
        first, second = (factories.class_group(term=term, capacity=1) for _ in range(2))
        given = [factories.seat(first, holders[0]), factories.seat(second, holders[1])]
        factories.seat(first, waiting[0])
        factories.seat(second, waiting[1])
        outcomes = all_at_once(
            *[lambda seat=seat: registration.withdraw(enrolment=seat) for seat in given],
            asking(second, waiting[0]),
            asking(first, waiting[1]),
        )
        assert failures(outcomes) == []
        assert Offer.objects.filter(answer="").count() == 2
        for person in waiting:
            registration.leave_everything(person=person)


@pytest.mark.postgres_only
def test_without_the_guard_seats_are_oversold(monkeypatch):
    """Proves the first test: a seat taken by looking first and writing then is sold twice."""
    looked = threading.Barrier(2, timeout=30)

    def look_then_write(pool, count=1):
        now = SeatPool.objects.get(pk=pool.pk)
        looked.wait()
        SeatPool.objects.filter(pk=pool.pk).update(seats_taken=now.seats_taken + count)
        return now.seats_taken < now.capacity

    monkeypatch.setattr(seats, "take", look_then_write)
    class_group = factories.class_group(capacity=1)
    people = [factories.person(name) for name in ("王秀兰", "李国强")]
    places = all_at_once(*[asking(class_group, person) for person in people])
    assert [type(place) for place in places] == [Enrolment, Enrolment]
    assert standing(class_group)[0] == 2


@pytest.mark.postgres_only
def test_a_condition_on_another_table_guards_nothing(monkeypatch):
    """Why seats._given_out asks for the class apart: the whole condition would be moved into
    a subquery, which is not looked at again after waiting for the row."""
    class_group = factories.class_group(capacity=1)
    pool = class_group.pools.get()
    holding = threading.Event()

    def take_first():
        with transaction.atomic():
            assert seats.take(pool)
            holding.set()
            while not _somebody_waits():
                pass

    def take_then():
        holding.wait(30)
        free = SeatPool.objects.filter(
            pk=pool.pk, class_group__cancelled_at=None, seats_taken__lt=F("capacity")
        )
        return free.update(seats_taken=F("seats_taken") + 1)

    assert all_at_once(take_first, take_then)[1] == 1
    assert class_group.pools.get().seats_taken == 2


def _somebody_waits():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_locks JOIN pg_stat_activity USING (pid)"
            " WHERE NOT granted AND datname = current_database()"
        )
        return cursor.fetchone()


@pytest.mark.postgres_only
def test_without_the_pool_lock_a_free_seat_is_left_beside_a_queue(monkeypatch):
    """Proves the tests of leaving: who joins the line while it is looked at is not seen."""
    looking, joined = threading.Event(), threading.Event()

    def line_then_wait(pool):
        entries = list(found(pool))
        looking.set()
        joined.wait(30)
        return entries

    found = rules.line
    monkeypatch.setattr(rules, "line", line_then_wait)
    monkeypatch.setattr(seats, "lock_pool", _pool_unlocked)
    class_group = factories.class_group(capacity=1)
    pool = class_group.pools.get()
    seat = factories.seat(class_group, factories.person("王秀兰"))

    def join():
        looking.wait(30)
        # The freed seat is not committed yet, and nobody else holds the pool.
        WaitingEntry.objects.create(
            class_group=class_group,
            pool=pool,
            person=factories.person("李国强"),
            number=1,
            asked_at=timezone.now(),
        )
        joined.set()

    all_at_once(lambda: registration.withdraw(enrolment=seat), join)
    assert (class_group.pools.get().seats_taken, found(pool).count()) == (0, 1)


def _pool_unlocked(pk):
    return SeatPool.objects.select_related("class_group__term").get(pk=pk)
