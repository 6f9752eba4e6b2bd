"""Seats and the queue of one class against a plain list, whatever people do in whatever order."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run

from courses import planning, queries, registration
from courses.models import ClassGroup, WaitingEntry
from tests import factories

PEOPLE = 6
who = st.integers(0, PEOPLE - 1)


class Class(RuleBasedStateMachine):
    """`seated` and `line` are the plain lists; `number` is the last one given."""

    def __init__(self):
        super().__init__()
        self.seated, self.line, self.numbers, self.capacity = [], [], {}, 0
        self.number = 0

    @initialize(capacity=st.integers(1, 3))
    def begin(self, capacity):
        self.capacity = capacity
        self.class_group = factories.class_group(capacity=capacity)
        self.people = [factories.person(f"学员{number}") for number in range(PEOPLE)]

    def fresh(self):
        return ClassGroup.objects.get(pk=self.class_group.pk)

    def fill(self):
        while self.line and len(self.seated) < self.capacity:
            self.seated.append(self.line.pop(0))

    @rule(person=who)
    def ask(self, person):
        place = registration.register(person=self.people[person], class_group=self.class_group)
        if person not in self.seated and person not in self.line:
            if len(self.seated) < self.capacity:
                self.seated.append(person)
            else:
                self.number += 1
                self.numbers[person] = self.number
                self.line.append(person)
        assert isinstance(place, WaitingEntry) == (person in self.line)
        if person in self.line:
            assert place.number == self.numbers[person]

    @precondition(lambda self: self.seated)
    @rule(data=st.data())
    def withdraw(self, data):
        person = data.draw(st.sampled_from(self.seated))
        seat = queries.seat_of(person=self.people[person], class_group=self.class_group)
        registration.withdraw(enrolment=seat)
        self.seated.remove(person)
        self.fill()

    @precondition(lambda self: self.line)
    @rule(data=st.data())
    def leave_queue(self, data):
        person = data.draw(st.sampled_from(self.line))
        entry = queries.place_held(person=self.people[person], class_group=self.class_group)
        registration.leave_queue(entry=entry)
        self.line.remove(person)

    @rule(capacity=st.integers(1, 4))
    def change_capacity(self, capacity):
        class_group = self.fresh()
        class_group.capacity = self.capacity = capacity
        planning.save_class(class_group=class_group)
        self.fill()

    @invariant()
    def tables_and_lists_agree(self):
        if not self.capacity:
            return
        class_group = self.fresh()
        at = {person.pk: number for number, person in enumerate(self.people)}
        seats = class_group.enrolments.filter(withdrawn_at=None)
        assert {at[seat.person_id] for seat in seats} == set(self.seated)
        assert class_group.seats_taken == len(self.seated)
        assert [at[entry.person_id] for entry in queries.line(class_group)] == self.line
        assert class_group.last_waiting_number == self.number
        assert not (self.line and class_group.seats_left)


@pytest.mark.django_db
def test_seats_and_queue_do_what_a_plain_list_does():
    run(
        Class,
        settings=settings(
            max_examples=50,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
