"""Seats, lines and offers of one class against plain lists, whatever people do in whatever order.

The class has seats of two kinds; people come alone or as a couple.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings as django_settings
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run

from courses import planning, queries, registration
from courses.errors import PartnerHasPlace, ReasonMissing
from courses.models import Enrolment, Offer, SeatPool, WaitingEntry
from courses.registration import offering, rules
from tests import factories

PEOPLE = 7
KINDS = ("on_site", "online")
who = st.integers(0, PEOPLE - 1)
kinds = st.sampled_from(KINDS)
NOW = datetime(2026, 9, 1, 2, tzinfo=UTC)
# Longer than any offer stays open.
LONG = timedelta(days=4)


@dataclass(eq=False)
class Place:
    """A waiting place: waiting, offered, seated, or ended as its outcome says."""

    person: int
    kind: str
    number: int
    state: str = "waiting"
    partner: "Place | None" = None
    ended: object = None
    offers: int = 0

    @property
    def is_live(self):
        return self.state in ("waiting", "offered")


@dataclass
class Seat:
    kind: str
    since: object
    partner: int | None = None


@dataclass
class Class:
    """What is expected, in plain lists."""

    capacity: dict
    seats: dict = field(default_factory=dict)
    places: list = field(default_factory=list)
    # Lists of the one or two places that a kept seat is for.
    offers: list = field(default_factory=list)
    last: dict = field(default_factory=lambda: dict.fromkeys(KINDS, 0))

    def taken(self, kind):
        seats = sum(seat.kind == kind for seat in self.seats.values())
        return seats + sum(len(offer) for offer in self.offers if offer[0].kind == kind)

    def free(self, kind):
        return self.capacity[kind] - self.taken(kind)

    def line(self, kind):
        waiting = (one for one in self.places if one.kind == kind and one.state == "waiting")
        return sorted(waiting, key=lambda one: one.number)

    def place_of(self, person):
        return next((one for one in self.places if one.person == person and one.is_live), None)

    def has_place(self, person):
        return person in self.seats or self.place_of(person) is not None

    def partner_of(self, person):
        if person in self.seats:
            return self.seats[person].partner
        partner = self.place_of(person).partner
        return partner and partner.person

    def fill(self, kind):
        for place in self.line(kind):
            group = [place]
            # Who comes back while the other was offered a seat alone goes on alone, too.
            together = place.partner and place.partner.is_live
            if together and [place.partner] not in self.offers:
                group = sorted((place, place.partner), key=lambda one: one.number)
            if (
                group[0] is place
                and all(one.state == "waiting" for one in group)
                and len(group) <= self.free(kind)
            ):
                self.offers.append(group)
                place.offers += 1
                for one in group:
                    one.state = "offered"

    def end(self, offer, state, now):
        self.offers.remove(offer)
        for place in offer:
            place.state, place.ended = state, now


class WhateverHappens(RuleBasedStateMachine):
    people = ()  # Made once for all runs.
    facts = None

    def __init__(self):
        super().__init__()
        self.expected = None
        self.now = NOW
        # Of what one run did the next one finds nothing.
        self.run = transaction.atomic()
        self.run.__enter__()

    def teardown(self):
        transaction.set_rollback(True)
        self.run.__exit__(None, None, None)

    @initialize(on_site=st.integers(1, 3), online=st.integers(1, 2))
    def begin(self, on_site, online):
        self.expected = Class(capacity={"on_site": on_site, "online": online})
        term = factories.term(now=self.now, max_classes=9)
        # Whatever the clock of a run comes to, the term goes on and its round is open.
        term.rounds.update(closes_at=self.now + 1000 * LONG)
        term.ends_on += 1000 * LONG
        term.save()
        self.group = factories.class_group(term=term, capacity=on_site, **self.facts)
        self.group.pools.update(kind="on_site")
        SeatPool.objects.create(class_group=self.group, kind="online", capacity=online)
        self.pools = {pool.kind: pool for pool in self.group.pools.all()}

    def at(self, person):
        return self.people[person]

    def pool(self, kind):
        return self.pools[kind]

    def entry(self, place):
        return WaitingEntry.objects.get(pool=self.pool(place.kind), number=place.number)

    def offer(self, offer):
        return Offer.objects.get(entry=self.entry(offer[0]), answer="")

    def register(self, *asking, kind):
        self.now += timedelta(minutes=1)
        return registration.register(
            person=self.at(asking[0]),
            partner=self.at(asking[1]) if len(asking) == 2 else None,
            class_group=self.group,
            pool=self.pool(kind),
            now=self.now,
        )

    def expect_place(self, asking, kind):
        expected = self.expected
        if len(asking) <= expected.free(kind):
            for person, partner in zip(asking, asking[::-1], strict=True):
                expected.seats[person] = Seat(
                    kind, self.now, partner if partner != person else None
                )
            return
        made = []
        for person in asking:
            expected.last[kind] += 1
            made.append(Place(person, kind, expected.last[kind]))
        if len(made) == 2:
            made[0].partner, made[1].partner = made[1], made[0]
        expected.places += made

    def check_answer(self, answer, person):
        assert answer.person == self.at(person)
        if person in self.expected.seats:
            assert isinstance(answer, Enrolment)
        else:
            assert answer.number == self.expected.place_of(person).number

    @rule(person=who, kind=kinds)
    def ask(self, person, kind):
        answer = self.register(person, kind=kind)
        if not self.expected.has_place(person):
            self.expect_place([person], kind)
        self.check_answer(answer, person)

    @rule(couple=st.lists(who, min_size=2, max_size=2, unique=True), kind=kinds)
    def ask_together(self, couple, kind):
        one, other = couple
        expected = self.expected
        if expected.has_place(one):
            refused = expected.partner_of(one) != other
        else:
            refused = expected.has_place(other)
        if refused:
            with pytest.raises(PartnerHasPlace):
                self.register(one, other, kind=kind)
            return
        answer = self.register(one, other, kind=kind)
        if not expected.has_place(one):
            self.expect_place(couple, kind)
        self.check_answer(answer, one)

    @precondition(lambda self: self.expected.seats)
    @rule(data=st.data(), later=st.sampled_from([timedelta(), timedelta(hours=1)]))
    def withdraw(self, data, later):
        person = data.draw(st.sampled_from(sorted(self.expected.seats)))
        self.now += later
        held = queries.seat_of(person=self.at(person), class_group=self.group)
        expected = self.expected.seats[person]
        undone = self.now - expected.since < timedelta(minutes=10)
        if not undone:
            with pytest.raises(ReasonMissing):
                registration.withdraw(enrolment=held, now=self.now)
        because = "" if undone else "身体原因"
        for _twice in range(2):
            registration.withdraw(enrolment=held, because=because, now=self.now)
        held.refresh_from_db()
        assert (held.undone, held.withdrawn_because) == (undone, because)
        del self.expected.seats[person]
        self.expected.fill(expected.kind)

    @precondition(lambda self: any(one.is_live for one in self.expected.places))
    @rule(data=st.data())
    def leave_queue(self, data):
        live = [one for one in self.expected.places if one.is_live]
        place = data.draw(st.sampled_from(live))
        self.now += timedelta(minutes=1)
        entry = self.entry(place)
        for _twice in range(2):
            registration.leave_queue(entry=entry, now=self.now)
        for offer in [one for one in self.expected.offers if place in one]:
            self.expected.end(offer, "waiting", None)
        place.state, place.ended = "left", self.now
        self.expected.fill(place.kind)

    @precondition(lambda self: self.expected.offers)
    @rule(data=st.data())
    def accept(self, data):
        offer = data.draw(st.sampled_from(self.expected.offers))
        kept = self.offer(offer)
        self.now += timedelta(minutes=1)
        given = {
            offering.accept(offer=kept, channel="link", now=self.now).pk for _twice in range(2)
        }
        assert len(given) == 1
        self.expected.end(offer, "seated", self.now)
        persons = [place.person for place in offer]
        for person, partner in zip(persons, persons[::-1], strict=True):
            self.expected.seats[person] = Seat(
                offer[0].kind, self.now, partner if partner != person else None
            )

    @precondition(lambda self: self.expected.offers)
    @rule(data=st.data())
    def refuse(self, data):
        offer = data.draw(st.sampled_from(self.expected.offers))
        kept = self.offer(offer)
        self.now += timedelta(minutes=1)
        for _twice in range(2):
            offering.refuse(offer=kept, channel="phone", now=self.now)
        self.expected.end(offer, "refused", self.now)
        self.expected.fill(offer[0].kind)

    @rule()
    def let_time_pass(self):
        self.now += LONG
        due = list(self.expected.offers)
        assert offering.expire_due(self.now) == len(due)
        assert offering.expire_due(self.now) == 0
        for offer in due:
            self.expected.end(offer, "expired", self.now)
            self.expected.fill(offer[0].kind)

    @precondition(lambda self: any(one.ended for one in self.expected.places))
    @rule(data=st.data())
    def reinstate(self, data):
        ended = [
            one
            for one in self.expected.places
            if one.ended and not one.is_live
            if one.state != "seated"
        ]
        if not ended:
            return
        place = data.draw(st.sampled_from(ended))
        self.now += timedelta(minutes=1)
        entry = self.entry(place)
        if self.expected.has_place(place.person):
            with pytest.raises(PartnerHasPlace):
                offering.reinstate(entry=entry, now=self.now)
            return
        for _twice in range(2):
            offering.reinstate(entry=entry, now=self.now)
        back = [place]
        other = place.partner
        if (
            other
            and (other.state, other.ended) == (place.state, place.ended)
            and not self.expected.has_place(other.person)
        ):
            back.append(other)
        for one in back:
            one.state, one.ended = "waiting", None
        self.expected.fill(place.kind)

    @rule(kind=kinds, capacity=st.integers(1, 4))
    def change_capacity(self, kind, capacity):
        self.now += timedelta(minutes=1)
        planning.set_seats(class_group=self.group, kind=kind, capacity=capacity, now=self.now)
        self.expected.capacity[kind] = capacity
        self.expected.fill(kind)

    @invariant()
    def tables_and_lists_agree(self):
        if not self.expected:
            return
        number = {person.pk: place for place, person in enumerate(self.people)}
        seats, offers, numbers = (
            {kind: [] for kind in KINDS},
            {kind: [] for kind in KINDS},
            {kind: [] for kind in KINDS},
        )
        # Columns, not objects: this is asked after every step.
        for kind, person in self.group.enrolments.filter(withdrawn_at=None).values_list(
            "pool__kind", "person"
        ):
            seats[kind].append(number[person])
        made = Counter()
        for kind, entry, answer, kept in Offer.objects.filter(
            pool__class_group=self.group
        ).values_list("pool__kind", "entry__number", "answer", "seats"):
            made[kind, entry] += 1
            if not answer:
                offers[kind].append((entry, kept))
        for kind, each in self.group.waiting.order_by("number").values_list(
            "pool__kind", "number"
        ):
            numbers[kind].append(each)
        expected = self.expected
        for pool in self.group.pools.all():
            kind = pool.kind
            assert sorted(seats[kind]) == sorted(
                person for person, seat in expected.seats.items() if seat.kind == kind
            )
            assert pool.seats_taken == expected.taken(kind)
            in_line = rules.line(pool).values_list("number", "person")
            line = [(each, number[person]) for each, person in in_line]
            assert line == [(one.number, one.person) for one in expected.line(kind)]
            assert sorted(offers[kind]) == sorted(
                (offer[0].number, len(offer)) for offer in expected.offers if offer[0].kind == kind
            )
            assert numbers[kind] == list(range(1, pool.last_waiting_number + 1))
            assert pool.last_waiting_number == expected.last[kind]
            alone = [one for one in expected.line(kind) if not _is_of_couple(one)]
            assert not (expected.free(kind) > 0 and alone)
            assert not (expected.free(kind) > 1 and expected.line(kind))
        # Nobody was offered a seat more often than they were in line for one.
        assert made == {
            (place.kind, place.number): place.offers for place in expected.places if place.offers
        }


def _is_of_couple(place):
    return place.partner is not None and place.partner.is_live


@pytest.mark.django_db
@pytest.mark.timeout(600)
def test_seats_lines_and_offers_do_what_plain_lists_do(monkeypatch):
    people = [factories.person(f"学员{number}") for number in range(PEOPLE)]
    facts = {"course": factories.course(), "teacher": factories.person("沈文清")}
    monkeypatch.setattr(WhateverHappens, "people", people)
    monkeypatch.setattr(WhateverHappens, "facts", facts)
    run(
        WhateverHappens,
        settings=settings(
            # Each step is several statements over a socket there; the rules are the same.
            max_examples=40 if django_settings.IS_POSTGRES else 200,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
