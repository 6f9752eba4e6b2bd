"""Two who want to learn together: both, or both in line."""

from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.models import Person
from courses import errors, planning, queries, registration
from courses.models import Enrolment, Offer, SeatPool, WaitingEntry
from courses.registration import offering, rules
from tests import factories

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 9, 1, 2, tzinfo=UTC)


@pytest.fixture
def couple():
    return factories.person("李国强"), factories.person("王秀兰")


@pytest.fixture
def group():
    return factories.class_group(term=factories.term(now=NOW), capacity=2)


def together(group, couple, **more):
    one, other = couple
    return registration.register(
        person=one, partner=other, class_group=group, now=more.pop("now", NOW), **more
    )


def open_offers():
    return [(one.entry.person.name, one.seats) for one in Offer.objects.filter(answer="")]


def taken(group):
    return group.pools.get().seats_taken


@pytest.fixture
def waiting(group, couple):
    """Both seats are given to others, the couple waits as 1 and 2, and 何彩兰 as 3."""
    for name in ("张一", "张二"):
        factories.seat(group, factories.person(name), now=NOW)
    entry = together(group, couple)
    factories.seat(group, factories.person("何彩兰"), now=NOW)
    return entry


def give_up(group, *names):
    for name in names:
        seat = group.enrolments.get(person__name=name, withdrawn_at=None)
        registration.withdraw(enrolment=seat, now=NOW)


def test_two_seats_are_tied_to_each_other(group, couple):
    seat = together(group, couple)
    other = Enrolment.objects.get(person=couple[1])
    assert (seat.person, seat.partner, other.partner) == (couple[0], other, seat)
    assert taken(group) == 2


def test_where_only_one_seat_is_free_both_get_a_number(group, couple):
    factories.seat(group, factories.person("张一"), now=NOW)
    entry = together(group, couple)
    numbers = {one.person: one.number for one in WaitingEntry.objects.all()}
    assert numbers == {couple[0]: 1, couple[1]: 2}
    assert entry.partner.person == couple[1]
    assert taken(group) == 1


def test_asking_again_returns_the_place_that_both_have(group, couple):
    assert together(group, couple) == together(group, couple)
    assert Enrolment.objects.count() == 2


def test_who_names_themselves_asks_alone(group, couple):
    assert together(group, (couple[0], couple[0])).partner is None
    assert taken(group) == 1


@pytest.mark.parametrize("has_place", [0, 1], ids=["who asks", "the other"])
def test_a_place_that_one_has_alone_is_said_instead_of_a_second(group, couple, has_place):
    factories.seat(group, couple[has_place], now=NOW)
    with pytest.raises(errors.PartnerHasPlace, match=couple[has_place].name):
        together(group, couple)
    assert taken(group) == 1


@pytest.mark.parametrize("refused", [0, 1], ids=["who asks", "the other"])
def test_a_rule_against_one_is_a_rule_against_both(group, couple, refused):
    couple[refused].born_on = date(1990, 1, 1)
    couple[refused].save()
    with pytest.raises(errors.WrongAge, match=couple[refused].name):
        together(group, couple)
    assert (taken(group), group.waiting.count()) == (0, 0)


def test_two_seats_that_are_free_are_offered_as_one(group, couple, waiting):
    give_up(group, "张一")
    # One seat does not fit the couple, who come first again as soon as there are two.
    assert open_offers() == [("何彩兰", 1)]
    offering.refuse(offer=Offer.objects.get(), channel="phone", now=NOW)
    assert open_offers() == []
    give_up(group, "张二")
    assert open_offers() == [("李国强", 2)]
    assert not rules.line(group.pools.get()).exists()
    assert {one.pk for person in couple for one in queries.offers_open_to(person)} == {
        Offer.objects.get(answer="").pk
    }


@pytest.fixture
def offer(group, waiting):
    WaitingEntry.objects.filter(number=3).update(left_at=NOW, outcome="left")
    give_up(group, "张一", "张二")
    return Offer.objects.get()


def test_one_yes_seats_both(group, couple, offer):
    seat = offering.accept(offer=offer, channel="page", now=NOW)
    other = Enrolment.objects.get(person=couple[1])
    assert (seat.person, seat.partner, other.partner) == (couple[0], other, seat)
    assert set(WaitingEntry.objects.filter(number__lt=3).values_list("outcome", flat=True)) == {
        "seated"
    }
    assert taken(group) == 2


def test_one_no_frees_both_seats(group, offer):
    offering.refuse(offer=offer, channel="page", now=NOW)
    assert taken(group) == 0
    assert set(WaitingEntry.objects.values_list("outcome", flat=True)) == {"refused", "left"}


@pytest.mark.parametrize("leaves", [0, 1], ids=["the first", "the second"])
def test_when_one_leaves_the_other_is_offered_one_seat(group, couple, offer, leaves):
    entry = WaitingEntry.objects.get(person=couple[leaves])
    registration.leave_queue(entry=entry, now=NOW)
    stays = couple[1 - leaves]
    assert open_offers() == [(stays.name, 1)]
    assert taken(group) == 1
    kept = Offer.objects.get(answer="")
    # Who has left and says so again takes nothing from the other.
    registration.leave_queue(entry=entry, now=NOW)
    assert Offer.objects.get(answer="") == kept
    assert offering.accept(offer=kept, channel="page", now=NOW).partner is None


def test_when_one_leaves_before_any_offer_a_single_seat_fits_the_other(group, couple, waiting):
    registration.leave_queue(entry=WaitingEntry.objects.get(person=couple[0]), now=NOW)
    give_up(group, "张一")
    assert open_offers() == [(couple[1].name, 1)]


@pytest.mark.parametrize("unfit", [0, 1], ids=["the first", "the second"])
def test_a_couple_of_whom_one_may_not_come_is_passed_over(group, couple, waiting, unfit):
    Person.objects.filter(pk=couple[unfit].pk).update(born_on=date(1990, 1, 1))
    give_up(group, "张一", "张二")
    assert open_offers() == [("何彩兰", 1)]
    assert taken(group) == 1


def test_who_has_enough_classes_holds_the_other_up_by_name(group, couple, offer):
    for _each in range(2):
        elsewhere = factories.class_group(term=group.term).pools.get()
        registration.admit(person=couple[1], pool=elsewhere, because="插班", now=NOW)
    with pytest.raises(errors.LimitReached, match=couple[1].name):
        offering.accept(offer=offer, channel="page", now=NOW)
    assert taken(group) == 2


def test_both_come_back_under_their_numbers(group, couple, offer):
    offering.expire_due(offer.expires_at)
    assert taken(group) == 0
    offering.reinstate(entry=WaitingEntry.objects.get(person=couple[1]), now=NOW)
    assert open_offers() == [("李国强", 2)]


def test_raised_seats_reach_the_couple_in_line(group, waiting):
    SeatPool.objects.update(capacity=3)
    planning.set_seats(class_group=group, capacity=4, now=NOW + timedelta(hours=1))
    assert open_offers() == [("李国强", 2)]
