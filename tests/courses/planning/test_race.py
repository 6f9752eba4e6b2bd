"""The office plans while people register, over connections of their own."""

from datetime import date

import pytest
from django.utils import timezone

from courses import planning, registration
from courses.errors import ClassCancelled, ClassGone, PlanRefused
from courses.models import ClassGroup, ClassSession, Enrolment, SeatPool, WaitingEntry
from courses.planning import merging, terms
from tests import factories
from tests.courses.test_race import all_at_once, asking

pytestmark = pytest.mark.django_db(transaction=True)


def wrong(outcomes, *allowed):
    return [one for one in outcomes if isinstance(one, Exception) and not isinstance(one, allowed)]


def is_consistent(group):
    pool = SeatPool.objects.get(class_group=group)
    live = Enrolment.objects.filter(class_group=group, withdrawn_at=None).count()
    return pool.seats_taken == live


def test_a_class_deleted_while_people_register_is_gone_or_kept_and_nobody_is_lost():
    for _again in range(3):
        group = factories.class_group(capacity=2)
        people = [factories.person(f"王{number}") for number in range(4)]
        outcomes = all_at_once(
            lambda group=group: planning.delete_class(class_group=group),
            *[asking(group, person) for person in people],
        )
        assert wrong(outcomes, PlanRefused, ClassGone) == []
        places = [one for one in outcomes if isinstance(one, Enrolment | WaitingEntry)]
        is_kept = ClassGroup.objects.filter(pk=group.pk).exists()
        assert is_kept == isinstance(outcomes[0], PlanRefused)
        assert len(places) == (4 if is_kept else 0)
        if is_kept:
            assert is_consistent(group)


def test_whoever_registers_while_a_class_is_cancelled_is_told_or_refused():
    for _again in range(3):
        group = factories.class_group(capacity=20)
        people = [factories.person(f"李{number}") for number in range(6)]
        outcomes = all_at_once(
            lambda group=group: planning.cancel_class(class_group=group, because="病了"),
            *[asking(group, person) for person in people],
        )
        assert wrong(outcomes, ClassCancelled) == []
        seated = {one.person.name for one in outcomes if isinstance(one, Enrolment)}
        assert {person.name for person in outcomes[0]} == seated


def test_a_merger_while_people_register_and_leave_loses_and_doubles_nobody():
    term = factories.term(max_classes=5)
    small = factories.class_group(term=term, capacity=20)
    big = factories.class_group(term=term, capacity=5)
    seats = [factories.seat(small, factories.person(f"张{number}")) for number in range(4)]
    newcomers = [factories.person(f"新{number}") for number in range(3)]
    outcomes = all_at_once(
        lambda: merging.merge_class(class_group=small, into=big, because="少"),
        lambda: registration.withdraw(enrolment=seats[0]),
        *[asking(big, person) for person in newcomers],
        *[asking(small, person) for person in newcomers],
    )
    assert wrong(outcomes, ClassCancelled) == []
    assert is_consistent(small)
    assert is_consistent(big)
    assert not Enrolment.objects.filter(class_group=small, withdrawn_at=None).exists()
    taken = SeatPool.objects.get(class_group=big)
    assert taken.seats_taken <= taken.capacity
    numbers = sorted(WaitingEntry.objects.values_list("number", flat=True))
    assert numbers == list(range(1, taken.last_waiting_number + 1))


def test_two_mergers_of_one_class_at_once_move_it_once():
    term = factories.term(max_classes=5)
    small, one, other = (factories.class_group(term=term) for _ in range(3))
    factories.seat(small, factories.person())
    outcomes = all_at_once(
        *[
            lambda into=into: merging.merge_class(class_group=small, into=into, because="少")
            for into in (one, other)
        ]
    )
    assert [type(error) for error in wrong(outcomes)] == [PlanRefused]
    assert Enrolment.objects.filter(withdrawn_at=None).count() == 1


def test_two_classes_merged_crosswise_at_once_leave_one_of_them():
    for _again in range(3):
        term = factories.term(max_classes=5)
        one, other = (factories.class_group(term=term) for _ in range(2))
        for group in (one, other):
            factories.seat(group, factories.person())
        outcomes = all_at_once(
            *[
                lambda pair=pair: merging.merge_class(
                    class_group=pair[0], into=pair[1], because="少"
                )
                for pair in ((one, other), (other, one))
            ]
        )
        assert [type(error) for error in wrong(outcomes)] == [PlanRefused]
        assert term.class_groups.filter(cancelled_at=None).count() == 1
        live = Enrolment.objects.filter(class_group__term=term, withdrawn_at=None)
        assert live.filter(class_group__cancelled_at=None).count() == 2


def test_a_merger_and_a_transfer_the_other_way_wait_for_each_other():
    for _again in range(3):
        term = factories.term(max_classes=5)
        # The class merged has the greater key: a transfer locks the other one's pool first.
        into, small = (factories.class_group(term=term) for _ in range(2))
        factories.seat(small, factories.person())
        seat, to = factories.seat(into, factories.person()), small.pools.get()
        outcomes = all_at_once(
            lambda pair=(small, into): merging.merge_class(
                class_group=pair[0], into=pair[1], because="少"
            ),
            lambda seat=seat, to=to: registration.transfer(enrolment=seat, to=to),
        )
        assert wrong(outcomes, ClassCancelled) == []
        assert is_consistent(small)
        assert is_consistent(into)
        live = Enrolment.objects.filter(withdrawn_at=None, class_group__term=term)
        assert live.filter(class_group=into).count() == 2


def test_a_class_cancelled_while_another_is_merged_into_it_refuses_or_takes_them_along():
    for _again in range(3):
        term = factories.term(max_classes=5)
        into, small = (factories.class_group(term=term) for _ in range(2))
        factories.seat(small, factories.person())
        outcomes = all_at_once(
            lambda pair=(small, into): merging.merge_class(
                class_group=pair[0], into=pair[1], because="少"
            ),
            lambda into=into: planning.cancel_class(class_group=into, because="病了"),
        )
        assert wrong(outcomes, PlanRefused) == []


def test_seats_lowered_while_people_register_are_never_oversold():
    group = factories.class_group(capacity=6)
    people = [factories.person(f"赵{number}") for number in range(6)]
    outcomes = all_at_once(
        lambda: planning.set_seats(class_group=group, capacity=2, now=timezone.now()),
        *[asking(group, person) for person in people],
    )
    assert wrong(outcomes) == []
    assert is_consistent(group)
    assert Enrolment.objects.count() + WaitingEntry.objects.count() == 6


def test_meetings_planned_twice_at_once_are_planned_once():
    group = factories.class_group()
    outcomes = all_at_once(
        *[lambda: planning.plan_sessions(class_group=group, count=5) for _twice in range(2)]
    )
    assert wrong(outcomes) == []
    assert sorted(ClassSession.objects.values_list("number", flat=True)) == [1, 2, 3, 4, 5]


def test_a_term_copied_twice_at_once_is_made_once():
    group = factories.class_group()
    facts = {"source": group.term, "starts_on": date(2027, 3, 2), "suffix": "27C"}
    outcomes = all_at_once(*[lambda: terms.copy_term(name="春", **facts)] * 2)
    assert sorted(type(one).__name__ for one in outcomes) == ["PlanRefused", "Term"]
    assert ClassGroup.objects.filter(term__name="春").count() == 1
