"""A seat that came free: kept, answered, passed on."""

from datetime import UTC, date, datetime, timedelta

import pytest

from accounts import consents
from accounts.models import Notice, Person, Way
from courses import errors, planning, queries, registration
from courses.models import ClassGroup, Enrolment, Offer, SeatPool, WaitingEntry
from courses.registration import offering
from tests import factories

pytestmark = pytest.mark.django_db

# Ten in the morning at the school.
NOW = datetime(2026, 9, 1, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
NAMES = ("王秀兰", "李国强", "张桂芳", "何彩兰")


@pytest.fixture
def group():
    """One seat, three in line."""
    made = factories.class_group(term=factories.term(now=NOW, max_classes=1), capacity=1)
    for name in NAMES:
        factories.seat(made, factories.person(name), now=NOW)
    return made


@pytest.fixture
def offer(group):
    """The seat, kept for the first in line since NOW."""
    registration.withdraw(enrolment=group.enrolments.get(), now=NOW)
    return Offer.objects.get()


def again(offer):
    return Offer.objects.get(pk=offer.pk)


def accept(offer, *, now=NOW, **more):
    return offering.accept(offer=again(offer), channel="link", now=now, **more)


def refuse(offer, *, now=NOW, **more):
    offering.refuse(offer=again(offer), channel="phone", now=now, **more)


def seated():
    return {one.person.name for one in Enrolment.objects.filter(withdrawn_at=None)}


def offered():
    return [one.entry.person.name for one in Offer.objects.filter(answer="")]


@pytest.mark.parametrize(
    ("made", "until"),
    [
        pytest.param("2026-09-01 02:00", "2026-09-03 02:00", id="by day"),
        pytest.param("2026-09-01 01:00", "2026-09-03 01:00", id="at nine"),
        pytest.param("2026-09-01 00:59", "2026-09-03 12:00", id="before nine"),
        pytest.param("2026-09-01 12:00", "2026-09-03 12:00", id="at eight in the evening"),
        pytest.param("2026-09-01 12:01", "2026-09-04 12:00", id="after eight"),
        pytest.param("2026-08-31 16:30", "2026-09-03 12:00", id="after midnight"),
    ],
)
def test_an_offer_waits_two_days_and_ends_while_people_are_up(made, until):
    made, until = (datetime.fromisoformat(f"{text}+00:00") for text in (made, until))
    assert offering.expiry(made, hours=48) == until


def test_a_yes_turns_the_offer_into_a_seat_and_says_who_said_it(offer):
    login = factories.login()
    made = accept(offer, by=login, now=NOW + HOUR)
    assert (made.person.name, made.source, made.seated_by) == ("李国强", "waiting", login)
    entry = WaitingEntry.objects.get(enrolment=made)
    assert (entry.outcome, entry.left_at) == ("seated", NOW + HOUR)
    answered = again(offer)
    assert (answered.answer, answered.channel, answered.answered_by) == ("accepted", "link", login)
    assert SeatPool.objects.get().seats_taken == 1


def test_a_second_yes_finds_the_same_seat_also_after_the_deadline(offer):
    made = accept(offer)
    assert accept(offer, now=offer.expires_at + HOUR) == made
    assert Enrolment.objects.filter(withdrawn_at=None).count() == 1


def test_a_no_is_remembered_and_the_next_is_asked(offer):
    refuse(offer)
    refuse(offer)
    assert offered() == ["张桂芳"]
    entry = again(offer).entry
    assert (entry.outcome, entry.left_at) == ("refused", NOW)
    registration.fill_free_seats(offer.pool, now=NOW)
    assert Offer.objects.filter(entry=entry).count() == 1


def test_who_was_too_late_is_told_so(offer):
    with pytest.raises(errors.OfferOver, match="时间已经过了"):
        accept(offer, now=offer.expires_at)
    assert offered() == ["李国强"]
    offering.expire_due(offer.expires_at)
    for answer in (accept, refuse):
        with pytest.raises(errors.OfferOver, match="时间已经过了"):
            answer(offer)
    assert offered() == ["张桂芳"]


def test_who_said_no_cannot_say_yes_and_the_other_way_round(offer):
    refuse(offer)
    with pytest.raises(errors.OfferOver, match="说过不要"):
        accept(offer)
    second = Offer.objects.get(answer="")
    accept(second)
    with pytest.raises(errors.OfferOver):
        refuse(second)
    assert seated() == {"张桂芳"}


def test_offers_end_at_their_moment_and_not_before(offer):
    assert offering.expire_due(offer.expires_at - timedelta(seconds=1)) == 0
    assert offering.expire_due(offer.expires_at) == 1
    assert offering.expire_due(offer.expires_at) == 0
    assert (again(offer).channel, again(offer).entry.outcome) == ("clock", "expired")
    assert offered() == ["张桂芳"]


def test_who_was_given_more_time_since_it_was_found_due_keeps_the_seat(offer):
    found_due = again(offer)
    Offer.objects.update(expires_at=offer.expires_at + HOUR)
    assert not offering.expire(offer=found_due, now=offer.expires_at)
    assert offered() == ["李国强"]


def test_the_line_ends_when_everybody_was_asked(offer):
    for _each in range(3):
        assert offering.expire_due(Offer.objects.get(answer="").expires_at) == 1
    assert offered() == []
    assert SeatPool.objects.get().seats_taken == 0


def test_leaving_the_line_gives_the_offer_to_the_next(offer):
    registration.leave_queue(entry=offer.entry, now=NOW)
    assert again(offer).answer == "void"
    assert offered() == ["张桂芳"]
    with pytest.raises(errors.OfferOver, match="收回"):
        accept(offer)


def test_who_has_a_seat_by_now_is_told_so_when_leaving_the_line(offer):
    accept(offer)
    with pytest.raises(errors.AlreadySeated):
        registration.leave_queue(entry=offer.entry)
    registration.withdraw(enrolment=Enrolment.objects.get(withdrawn_at=None), now=NOW)
    registration.leave_queue(entry=offer.entry)


def test_who_has_enough_classes_by_now_gives_one_up_first(offer, group):
    elsewhere = factories.class_group(term=group.term)
    person = offer.entry.person
    late = registration.admit(person=person, pool=elsewhere.pools.get(), because="插班", now=NOW)
    with pytest.raises(errors.LimitReached, match="李国强这学期已经有 1 个班"):
        accept(offer)
    assert offered() == ["李国强"]
    registration.withdraw(enrolment=late, now=NOW)
    assert accept(offer).person == person


def test_who_has_enough_classes_is_passed_over_until_one_is_given_up(group):
    elsewhere = factories.class_group(term=group.term, capacity=1)
    first = WaitingEntry.objects.get(number=1)
    WaitingEntry.objects.exclude(number=1).update(left_at=NOW, outcome="left")
    late = registration.admit(
        person=first.person, pool=elsewhere.pools.get(), because="插班", now=NOW
    )
    registration.withdraw(enrolment=group.enrolments.get(), now=NOW)
    assert offered() == []
    registration.withdraw(enrolment=late, now=NOW)
    # Nobody gave up a seat here: the clock finds what lies free.
    offering.expire_due(NOW + HOUR)
    offering.expire_due(NOW + HOUR)
    assert offered() == ["李国强"]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        pytest.param({"frozen_at": NOW, "deceased_on": date(2026, 8, 31)}, errors.FileClosed),
        pytest.param({"erased_at": NOW}, errors.FileClosed),
    ],
    ids=["frozen", "erased"],
)
def test_a_closed_file_is_given_nothing(offer, change, error):
    Person.objects.filter(pk=offer.entry.person_id).update(**change)
    with pytest.raises(error):
        accept(offer)
    assert again(offer).answer == ""


def test_who_took_back_their_consent_may_say_yes_after_giving_it_again(offer):
    person = offer.entry.person
    consents.give(person=person, kind=Notice.Kind.BASIC, way=Way.ONLINE, by=None)
    consents.withdraw(person=person, kind=Notice.Kind.BASIC, way=Way.ONLINE, by=None)
    with pytest.raises(errors.ConsentWithdrawn):
        accept(offer)
    consents.give(person=person, kind=Notice.Kind.BASIC, way=Way.ONLINE, by=None)
    assert accept(offer).person == person


def test_a_cancelled_class_gives_no_seat(offer, group):
    planning.cancel_class(class_group=group, now=NOW)
    with pytest.raises((errors.OfferOver, errors.ClassCancelled)):
        accept(offer)
    assert seated() == set()


def test_a_class_marked_as_cancelled_only_now_gives_no_seat(offer):
    ClassGroup.objects.update(cancelled_at=NOW)
    with pytest.raises(errors.ClassCancelled):
        accept(offer)
    assert seated() == set()


def test_while_seats_are_held_for_a_draw_nothing_is_offered(group):
    SeatPool.objects.update(held_for_draw=True)
    registration.withdraw(enrolment=group.enrolments.get(), now=NOW)
    assert offering.expire_due(NOW) == 0
    assert offered() == []
    SeatPool.objects.update(held_for_draw=False)
    offering.expire_due(NOW)
    assert offered() == ["李国强"]


# Back in line


def test_who_was_not_reached_comes_back_under_the_old_number(offer):
    offering.expire_due(offer.expires_at)
    refuse(Offer.objects.get(answer=""))
    refuse(Offer.objects.get(answer=""))
    assert offered() == []
    for _twice in range(2):
        offering.reinstate(entry=again(offer).entry, now=NOW)
    assert offered() == ["李国强"]
    assert Offer.objects.filter(entry=offer.entry).count() == 2
    assert accept(Offer.objects.get(answer="")).waited_as.number == 1


def test_who_came_back_stands_before_those_behind(offer):
    offering.expire_due(offer.expires_at)
    offering.reinstate(entry=again(offer).entry, now=NOW)
    assert offered() == ["张桂芳"]
    refuse(Offer.objects.get(answer=""))
    assert offered() == ["李国强"]


@pytest.mark.parametrize("place", ["seat", "number"])
def test_who_has_a_place_again_is_not_put_back(offer, group, place):
    refuse(offer)
    if place == "seat":
        planning.set_seats(class_group=group, capacity=9, now=NOW)
    factories.seat(group, offer.entry.person, now=NOW)
    with pytest.raises(errors.PartnerHasPlace):
        offering.reinstate(entry=again(offer).entry, now=NOW)


def test_nobody_is_put_back_into_a_cancelled_class_or_with_a_closed_file(offer):
    refuse(offer)
    entry = again(offer).entry
    Person.objects.filter(pk=entry.person_id).update(erased_at=NOW)
    with pytest.raises(errors.FileClosed):
        offering.reinstate(entry=entry, now=NOW)
    Person.objects.filter(pk=entry.person_id).update(erased_at=None)
    ClassGroup.objects.update(cancelled_at=NOW)
    with pytest.raises(errors.ClassCancelled):
        offering.reinstate(entry=again(offer).entry, now=NOW)


# What is asked of the database


def test_offers_open_to_somebody_are_one_query(offer, django_assert_num_queries):
    person = offer.entry.person
    with django_assert_num_queries(1):
        [found] = queries.offers_open_to(person)
        str(f"{found.entry.class_group.term} {found.entry.person} {found.pool}")
