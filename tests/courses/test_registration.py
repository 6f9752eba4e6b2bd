from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts import services
from accounts.models import Person
from courses import errors, queries, registration
from courses.models import ClassGroup, Enrolment, RegistrationRound, WaitingEntry
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
    class_group = ClassGroup.objects.get(pk=class_group.pk)
    return (
        {enrolment.person.name for enrolment in queries.roster(class_group)},
        [(entry.number, entry.person.name) for entry in queries.line(class_group)],
        class_group.seats_taken,
        class_group.last_waiting_number,
    )


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
    assert standing(class_group) == (
        {"李国强", "张桂芳"},
        [(2, "何彩兰"), (3, "王秀兰")],
        2,
        3,
    )


def test_the_counter_registers_by_the_same_rules(class_group, people):
    enrolment = registration.register(
        person=people[0], class_group=class_group, source="counter", now=NOW
    )
    assert enrolment.source == "counter"
    RegistrationRound.objects.all().delete()
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


def test_a_seat_given_up_goes_to_the_first_in_line(class_group, people):
    first, *_rest = register_all(people, class_group)
    login = factories.login(people[0])
    registration.withdraw(enrolment=first, by=login, now=NOW + timedelta(hours=1))
    assert standing(class_group) == ({"李国强", "张桂芳"}, [(2, "何彩兰")], 2, 2)
    first.refresh_from_db()
    assert (first.withdrawn_at, first.withdrawn_by) == (NOW + timedelta(hours=1), login)
    entry = WaitingEntry.objects.get(number=1)
    assert entry.enrolment.source == "waiting"
    assert entry.left_at == entry.enrolment.seated_at == NOW + timedelta(hours=1)


def test_the_last_seat_given_up_is_free_when_nobody_waits(class_group, people):
    registration.withdraw(enrolment=factories.seat(class_group, people[0]))
    assert standing(class_group) == (set(), [], 0, 0)


def test_giving_up_twice_frees_one_seat(class_group, people):
    first, *_rest = register_all(people, class_group)
    registration.withdraw(enrolment=first)
    before = standing(class_group)
    registration.withdraw(enrolment=first)
    assert standing(class_group) == before


def test_a_clock_that_is_behind_ends_no_seat_before_it_began(class_group, people):
    enrolment = factories.seat(class_group, people[0], now=NOW)
    registration.withdraw(enrolment=enrolment, now=NOW - timedelta(seconds=3))
    enrolment.refresh_from_db()
    assert enrolment.withdrawn_at == enrolment.seated_at


def test_who_does_not_fit_any_more_is_passed_over_and_keeps_the_number(class_group, people):
    first, *_rest = register_all(people, class_group)
    Person.objects.filter(pk=people[2].pk).update(born_on=date(2000, 1, 1))
    registration.withdraw(enrolment=first)
    assert standing(class_group)[0] == {"李国强", "何彩兰"}
    waiting = WaitingEntry.objects.filter(left_at=None)
    assert [entry.number for entry in waiting] == [1]


def test_a_cancelled_class_gives_no_seat_on(class_group, people):
    first, *_rest = register_all(people, class_group)
    ClassGroup.objects.update(cancelled_at=NOW)
    registration.withdraw(enrolment=first)
    assert standing(class_group)[0] == {"李国强"}


def test_after_the_term_no_seat_is_given_on(class_group, people):
    first, *_rest = register_all(people, class_group)
    registration.withdraw(enrolment=first, now=NOW + timedelta(days=200))
    assert standing(class_group)[0] == {"李国强"}


def test_leaving_the_queue_closes_the_gap_but_not_the_number(class_group, people):
    _first, _second, third, _fourth = register_all(people, class_group)
    login = factories.login(people[2])
    registration.leave_queue(entry=third, by=login, now=NOW)
    third.refresh_from_db()
    assert (third.left_at, third.left_by, third.enrolment) == (NOW, login, None)
    assert standing(class_group)[1] == [(2, "何彩兰")]


def test_leaving_the_queue_twice_or_after_being_seated_changes_nothing(class_group, people):
    first, _second, third, fourth = register_all(people, class_group)
    registration.withdraw(enrolment=first)
    registration.leave_queue(entry=fourth)
    before = standing(class_group)
    registration.leave_queue(entry=third)
    registration.leave_queue(entry=fourth)
    assert standing(class_group) == before == ({"李国强", "张桂芳"}, [], 2, 2)


# Another capacity


def test_added_seats_go_to_those_in_line(class_group, people):
    register_all(people, class_group)
    ClassGroup.objects.update(capacity=3)
    given = registration.fill_free_seats(class_group)
    assert [enrolment.person.name for enrolment in given] == ["张桂芳"]
    assert standing(class_group) == ({"王秀兰", "李国强", "张桂芳"}, [(2, "何彩兰")], 3, 2)
    assert registration.fill_free_seats(class_group) == []


def test_fewer_seats_than_given_break_nothing(class_group, people):
    first, second, *_rest = register_all(people, class_group)
    ClassGroup.objects.update(capacity=1)
    registration.withdraw(enrolment=first)
    assert standing(class_group) == ({"李国强"}, [(1, "张桂芳"), (2, "何彩兰")], 1, 2)
    registration.withdraw(enrolment=second)
    assert standing(class_group) == ({"张桂芳"}, [(2, "何彩兰")], 1, 2)


# News


def test_news_is_told_after_the_commit(
    class_group, people, django_capture_on_commit_callbacks, heard
):
    first, _second, third, _fourth = register_all(people, class_group)
    with django_capture_on_commit_callbacks() as told:
        registration.withdraw(enrolment=first)
    assert heard == []
    for tell in told:
        tell()
    seat = WaitingEntry.objects.get(pk=third.pk).enrolment
    assert heard == [("place_left", "王秀兰"), ("seat_given", seat.pk)]


def test_who_moved_up_is_told_by_sms(
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
