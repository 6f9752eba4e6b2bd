from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts import services
from accounts.models import Person
from courses import errors, planning, queries, registration
from courses.models import (
    ClassGroup,
    Enrolment,
    Offer,
    RegistrationRound,
    SeatPool,
    WaitingEntry,
)
from courses.registration import rules
from tests import factories

pytestmark = pytest.mark.django_db

NOW = timezone.now()


@pytest.fixture
def class_group():
    return factories.class_group(capacity=2)


@pytest.fixture
def people():
    return [factories.person(name) for name in ("王秀兰", "李国强", "张桂芳", "何彩兰")]


def register_all(people, class_group):
    return [factories.seat(class_group, person) for person in people]


def standing(class_group):
    """Seats and queue by name, and the two counters."""
    pool = class_group.pools.get()
    return (
        {enrolment.person.name for enrolment in queries.roster(class_group)},
        [(entry.number, entry.person.name) for entry in rules.line(pool)],
        pool.seats_taken,
        pool.last_waiting_number,
    )


def offered():
    """Whom seats are kept for, the first offered first."""
    return [offer.entry.person.name for offer in Offer.objects.filter(answer="")]


# Asking


def test_who_asks_gets_a_seat_while_there_is_one(class_group, people):
    login = factories.login(people[0])
    enrolment = registration.register(person=people[0], class_group=class_group, by=login, now=NOW)
    assert (enrolment.source, enrolment.seated_at, enrolment.seated_by) == ("online", NOW, login)
    assert standing(class_group) == ({"王秀兰"}, [], 1, 0)


def test_who_asks_for_a_full_class_gets_the_next_number(class_group, people):
    places = register_all(people, class_group)
    assert [type(place) for place in places] == [Enrolment] * 2 + [WaitingEntry] * 2
    assert standing(class_group) == (
        {"王秀兰", "李国强"},
        [(1, "张桂芳"), (2, "何彩兰")],
        2,
        2,
    )


def test_asking_again_returns_the_place_already_held(class_group, people):
    places = register_all(people[:3], class_group)
    before = standing(class_group)
    assert register_all(people[:3], class_group) == places
    assert standing(class_group) == before


def test_who_withdrew_and_asks_again_stands_at_the_end(class_group, people):
    first, *_rest = register_all(people, class_group)
    registration.withdraw(enrolment=first)
    factories.seat(class_group, people[0])
    assert standing(class_group) == ({"李国强"}, [(2, "何彩兰"), (3, "王秀兰")], 2, 3)
    assert offered() == ["张桂芳"]


def test_the_counter_registers_by_the_same_rules(class_group, people):
    enrolment = registration.register(
        person=people[0], class_group=class_group, source="counter", now=NOW
    )
    assert enrolment.source == "counter"
    RegistrationRound.objects.update(closes_at=NOW)
    with pytest.raises(errors.RegistrationClosed):
        registration.register(person=people[1], class_group=class_group, source="counter", now=NOW)


# Being refused


def set_round(class_group, *, opens_in_days, closes_in_days):
    RegistrationRound.objects.filter(term=class_group.term).update(
        opens_at=NOW + timedelta(days=opens_in_days),
        closes_at=NOW + timedelta(days=closes_in_days),
    )


def refuse(class_group, person, error):
    with pytest.raises(error) as caught:
        registration.register(person=person, class_group=class_group, now=NOW)
    assert standing(class_group) == (set(), [], 0, 0)
    return str(caught.value)


def test_a_cancelled_class_takes_nobody(class_group, people):
    ClassGroup.objects.update(cancelled_at=NOW)
    assert "停开" in refuse(class_group, people[0], errors.ClassCancelled)


def test_before_the_round_one_is_told_when_it_opens(class_group, people):
    set_round(class_group, opens_in_days=2, closes_in_days=5)
    opens = timezone.localtime(NOW + timedelta(days=2))
    told = refuse(class_group, people[0], errors.NotOpenYet)
    assert told.startswith(f"{opens.month}月{opens.day}日")


def test_after_the_round_one_is_told_whom_to_call(class_group, people):
    set_round(class_group, opens_in_days=-5, closes_in_days=-2)
    assert "打学校电话" in refuse(class_group, people[0], errors.RegistrationClosed)


def test_a_round_closes_at_its_very_moment(class_group, people):
    RegistrationRound.objects.update(closes_at=NOW)
    refuse(class_group, people[0], errors.RegistrationClosed)


@pytest.mark.parametrize("years", [49, 81])
def test_an_age_that_does_not_fit_is_told_with_the_ages_that_do(class_group, years):
    starts_on = class_group.term.starts_on
    born_on = date(starts_on.year - years, 1, 1)
    person = factories.person("何彩兰", born_on=born_on)
    told = refuse(class_group, person, errors.WrongAge)
    assert "50 到 80 岁" in told
    assert f"何彩兰开学时 {years} 岁" in told


def test_seats_and_waiting_places_count_towards_the_limit(people):
    term = factories.term(max_classes=2)
    first, second, third = (factories.class_group(term=term, capacity=1) for _ in range(3))
    factories.seat(second, people[1])
    factories.seat(first, people[0])
    assert isinstance(factories.seat(second, people[0]), WaitingEntry)
    assert "报满 2 个班" in refuse(third, people[0], errors.LimitReached)


def test_what_was_given_up_and_other_terms_do_not_count(people):
    term = factories.term(max_classes=1)
    first, second = (factories.class_group(term=term) for _ in range(2))
    elsewhere = factories.class_group(term=factories.term(max_classes=1))
    registration.withdraw(enrolment=factories.seat(first, people[0]))
    factories.seat(elsewhere, people[0])
    factories.seat(second, people[0])
    assert {each.pk for each in queries.classes_of(people[0])} == {second.pk, elsewhere.pk}


# Giving up


def test_a_seat_given_up_is_kept_for_the_first_in_line(class_group, people):
    first, *_rest = register_all(people, class_group)
    login = factories.login(people[0])
    later = NOW + timedelta(hours=1)
    registration.withdraw(enrolment=first, by=login, because=" 身体原因 ", now=later)
    assert standing(class_group) == ({"李国强"}, [(2, "何彩兰")], 2, 2)
    first.refresh_from_db()
    assert (first.withdrawn_at, first.withdrawn_by) == (later, login)
    assert (first.withdrawn_because, first.undone) == ("身体原因", False)
    offer = Offer.objects.get()
    assert (offer.entry.person, offer.seats, offer.made_at) == (people[2], 1, later)


@pytest.mark.parametrize("whose", ["mine", "partner's"])
def test_a_key_answered_for_one_class_gives_a_place_in_another(whose):
    term = factories.term(max_classes=3)
    one, other = (factories.class_group(term=term, capacity=3) for _ in range(2))
    me, partner, key = factories.person(), factories.person(), uuid4()
    registration.register(person=me if whose == "mine" else partner, class_group=one, key=key)
    got = registration.register(person=me, partner=partner, class_group=other, key=key)
    assert (got.class_group, got.partner.person) == (other, partner)


def test_within_ten_minutes_no_reason_is_asked_and_no_trace_left(class_group, people):
    seat = factories.seat(class_group, people[0], now=NOW)
    soon = NOW + timedelta(minutes=9, seconds=59)
    registration.withdraw(enrolment=seat, because="不想说", now=soon)
    seat.refresh_from_db()
    assert (seat.undone, seat.withdrawn_because) == (True, "")


@pytest.mark.parametrize("because", ["", "  "])
def test_after_ten_minutes_a_reason_is_wanted(class_group, people, because):
    seat = factories.seat(class_group, people[0], now=NOW)
    later = NOW + timedelta(minutes=10)
    with pytest.raises(errors.ReasonMissing):
        registration.withdraw(enrolment=seat, because=because, now=later)
    assert standing(class_group) == ({"王秀兰"}, [], 1, 0)
    registration.withdraw(enrolment=seat, because="时间冲突", now=later)
    seat.refresh_from_db()
    registration.withdraw(enrolment=seat, now=later)
    assert seat.withdrawn_because == "时间冲突"


def test_the_last_seat_given_up_is_free_when_nobody_waits(class_group, people):
    registration.withdraw(enrolment=factories.seat(class_group, people[0]))
    assert standing(class_group) == (set(), [], 0, 0)


def test_giving_up_twice_frees_one_seat(class_group, people):
    first, *_rest = register_all(people, class_group)
    registration.withdraw(enrolment=first)
    before = standing(class_group), offered()
    registration.withdraw(enrolment=first)
    assert (standing(class_group), offered()) == before


def test_a_clock_that_is_behind_ends_no_seat_before_it_began(class_group, people):
    enrolment = factories.seat(class_group, people[0], now=NOW)
    registration.withdraw(enrolment=enrolment, now=NOW - timedelta(seconds=3))
    enrolment.refresh_from_db()
    assert enrolment.withdrawn_at == enrolment.seated_at


def test_who_does_not_fit_any_more_is_passed_over_and_keeps_the_number(class_group, people):
    first, *_rest = register_all(people, class_group)
    Person.objects.filter(pk=people[2].pk).update(born_on=date(2000, 1, 1))
    registration.withdraw(enrolment=first)
    assert offered() == ["何彩兰"]
    waiting = WaitingEntry.objects.filter(left_at=None)
    assert [entry.number for entry in waiting] == [1, 2]


def test_a_cancelled_class_offers_no_seat(class_group, people):
    first, *_rest = register_all(people, class_group)
    ClassGroup.objects.update(cancelled_at=NOW)
    registration.withdraw(enrolment=first)
    assert standing(class_group)[0] == {"李国强"}
    assert offered() == []


def test_after_the_term_no_seat_is_offered(class_group, people):
    first, *_rest = register_all(people, class_group)
    later = NOW + timedelta(days=200)
    registration.withdraw(enrolment=first, because="身体原因", now=later)
    assert standing(class_group)[0] == {"李国强"}
    assert offered() == []


def test_leaving_the_queue_closes_the_gap_but_not_the_number(class_group, people):
    _first, _second, third, _fourth = register_all(people, class_group)
    login = factories.login(people[2])
    registration.leave_queue(entry=third, by=login, now=NOW)
    third.refresh_from_db()
    assert (third.left_at, third.left_by, third.outcome) == (NOW, login, "left")
    assert third.enrolment is None
    assert standing(class_group)[1] == [(2, "何彩兰")]


def test_leaving_the_queue_twice_changes_nothing(class_group, people):
    _first, _second, third, _fourth = register_all(people, class_group)
    registration.leave_queue(entry=third, now=NOW)
    before = standing(class_group)
    registration.leave_queue(entry=third, now=NOW + timedelta(hours=1))
    third.refresh_from_db()
    assert (third.left_at, standing(class_group)) == (NOW, before)


def test_a_file_that_ends_gives_up_seats_places_and_wishes(class_group, people):
    term = class_group.term
    full = factories.class_group(term=term, capacity=1)
    factories.seat(full, people[1])
    seat = factories.seat(class_group, people[0], now=NOW - timedelta(days=1))
    factories.seat(full, people[0])
    for _twice in range(2):
        registration.leave_everything(person=people[0], now=NOW)
    assert queries.places_by_class(people[0]) == {}
    assert (standing(class_group)[2], standing(full)) == (0, ({"李国强"}, [], 1, 1))
    seat.refresh_from_db()
    assert seat.withdrawn_because


# Another capacity


def test_added_seats_are_offered_to_those_in_line(class_group, people):
    register_all(people, class_group)
    planning.set_seats(class_group=class_group, capacity=3)
    assert offered() == ["张桂芳"]
    assert standing(class_group) == ({"王秀兰", "李国强"}, [(2, "何彩兰")], 3, 2)
    assert registration.fill_free_seats(class_group.pools.get()) == []


def test_fewer_seats_than_given_break_nothing(class_group, people):
    first, second, *_rest = register_all(people, class_group)
    SeatPool.objects.update(capacity=1)
    registration.withdraw(enrolment=first)
    assert standing(class_group) == ({"李国强"}, [(1, "张桂芳"), (2, "何彩兰")], 1, 2)
    registration.withdraw(enrolment=second)
    assert standing(class_group) == (set(), [(2, "何彩兰")], 1, 2)
    assert offered() == ["张桂芳"]


# News


def test_news_is_told_after_the_commit(
    class_group, people, django_capture_on_commit_callbacks, heard
):
    first, *_rest = register_all(people, class_group)
    with django_capture_on_commit_callbacks() as told:
        registration.withdraw(enrolment=first)
    assert heard == []
    for tell in told:
        tell()
    assert heard == [("place_left", "王秀兰"), ("seat_offered", "张桂芳")]


def test_whom_a_seat_is_kept_for_is_told_by_sms(
    class_group, people, django_capture_on_commit_callbacks, messages_sent
):
    Person.objects.filter(pk=people[2].pk).update(phone="13800000003")
    first, *_rest = register_all(people, class_group)
    with django_capture_on_commit_callbacks(execute=True):
        registration.withdraw(enrolment=first)
    [message] = messages_sent()
    assert message.phone == "13800000003"
    assert "张桂芳候补的“行书入门”有座位了" in message.text


def test_who_has_no_telephone_is_told_through_those_who_act_for_them(
    class_group, people, django_capture_on_commit_callbacks, messages_sent
):
    daughter = factories.login(factories.person("何雅琴", phone="13800000004"))
    services.allow_proxy(person=people[2], agent=daughter, relation="child")
    first, *_rest = register_all(people, class_group)
    with django_capture_on_commit_callbacks(execute=True):
        registration.withdraw(enrolment=first)
    assert [message.phone for message in messages_sent()] == ["13800000004"]
