"""From one class to another, and into a class whose rounds are over."""

from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.models import Person
from courses import errors, planning, queries, registration
from courses.models import Enrolment, Offer, RegistrationRound, SeatPool
from courses.registration import leaving, moving
from tests import factories

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 9, 1, 2, tzinfo=UTC)


@pytest.fixture
def term():
    return factories.term(now=NOW)


@pytest.fixture
def old(term):
    return factories.class_group(term=term, name="行书", capacity=1)


@pytest.fixture
def new(term):
    return factories.class_group(term=term, name="国画", capacity=1)


@pytest.fixture
def seat(old):
    return factories.seat(old, factories.person("王秀兰"), now=NOW - timedelta(days=1))


def transfer(seat, to, **more):
    return registration.transfer(
        enrolment=seat, to=to.pools.get(), now=more.pop("now", NOW), **more
    )


def taken(*groups):
    return [group.pools.get().seats_taken for group in groups]


def refused(seat, to, error, **more):
    before = taken(seat.class_group, to)
    with pytest.raises(error) as caught:
        transfer(seat, to, **more)
    seat.refresh_from_db()
    assert (seat.withdrawn_at, taken(seat.class_group, to)) == (None, before)
    return str(caught.value)


def test_a_seat_is_changed_and_the_old_one_offered(seat, old, new):
    factories.seat(old, factories.person("李国强"), now=NOW)
    login = factories.login()
    made = transfer(seat, new, by=login, because="时间合适")
    assert (made.source, made.transferred_from, made.seated_by) == ("transfer", seat, login)
    assert (made.note, made.round) == ("时间合适", seat.round)
    seat.refresh_from_db()
    assert (seat.withdrawn_at, seat.withdrawn_because) == (NOW, "转到“国画”")
    assert Offer.objects.get().entry.person.name == "李国强"
    assert taken(old, new) == [1, 1]


def test_changing_twice_is_changing_once(seat, old, new):
    assert transfer(seat, new) == transfer(seat, new)
    assert taken(old, new) == [0, 1]


def test_a_full_class_is_not_changed_into(seat, new):
    factories.seat(new, factories.person("李国强"), now=NOW)
    assert "满了" in refused(seat, new, errors.ClassFull)


def test_those_in_line_come_before_who_changes(seat, new):
    factories.seat(new, factories.person("李国强"), now=NOW)
    factories.seat(new, factories.person("张桂芳"), now=NOW)
    SeatPool.objects.filter(class_group=new).update(capacity=2)
    assert "1 人在候补" in refused(seat, new, errors.ClassFull)


@pytest.mark.parametrize("days", [0, 1], ids=["on the last day", "a day later"])
def test_the_month_of_changing_ends(seat, new, days):
    term = seat.class_group.term
    term.transfer_days = 40
    term.save()
    last = moving.last_day_to_transfer(Enrolment.objects.get(pk=seat.pk))
    assert last == term.starts_on + timedelta(days=40)
    now = datetime(last.year, last.month, last.day, 2, tzinfo=UTC) + timedelta(days=days)
    if days:
        refused(seat, new, errors.NoTransfer, now=now)
    else:
        assert transfer(seat, new, now=now)


def test_the_same_class_and_another_term_are_not_changed_into(seat, old):
    refused(seat, old, errors.NoTransfer)
    refused(seat, factories.class_group(term=factories.term(now=NOW)), errors.NoTransfer)


def test_a_class_that_does_not_fit_is_not_changed_into(seat, new):
    new.max_age = 60
    new.save()
    refused(seat, new, errors.WrongAge)


def test_a_cancelled_class_is_not_changed_into(seat, new):
    planning.cancel_class(class_group=new, now=NOW)
    refused(seat, new, errors.ClassCancelled)


def test_a_seat_that_was_given_up_is_not_changed(seat, new):
    page_opened_before = Enrolment.objects.get(pk=seat.pk)
    registration.withdraw(enrolment=seat, because="身体原因", now=NOW)
    with pytest.raises(errors.NoSeat):
        transfer(page_opened_before, new)
    assert taken(new) == [0]


def test_who_waits_there_already_keeps_the_number_and_the_seat(seat, new):
    factories.seat(new, factories.person("李国强"), now=NOW)
    factories.seat(new, seat.person, now=NOW)
    refused(seat, new, errors.PartnerHasPlace)


def only_round(new, **facts):
    """The class is given out in one round, all others in the term's first."""
    made = RegistrationRound.objects.create(term=new.term, name="第二批", **facts)
    made.classes.set([new])
    first = RegistrationRound.objects.get(name="第一批")
    first.classes.set(new.term.class_groups.exclude(pk=new.pk))


def test_a_class_that_opens_later_is_not_changed_into(seat, new):
    only_round(new, opens_at=NOW + timedelta(days=1), closes_at=NOW + timedelta(days=9))
    assert "9月2日" in refused(seat, new, errors.NotOpenYet)
    assert moving.choices(enrolment=seat, now=NOW) == []


@pytest.mark.parametrize("days", [1, -1], ids=["wishes are taken", "not drawn yet"])
def test_a_class_that_is_drawn_is_not_changed_into(seat, new, days):
    only_round(
        new,
        method="draw",
        opens_at=NOW - timedelta(days=9),
        closes_at=NOW + timedelta(days=days),
    )
    refused(seat, new, errors.DrawPending)
    assert moving.choices(enrolment=seat, now=NOW) == []


def test_after_all_rounds_free_seats_may_be_changed_into(seat, new):
    only_round(new, opens_at=NOW - timedelta(days=9), closes_at=NOW - timedelta(days=1))
    assert moving.choices(enrolment=seat, now=NOW) == [new.pools.get()]
    assert transfer(seat, new)


def test_a_seat_changed_a_moment_ago_is_given_up_with_a_reason_and_a_trace(seat, new):
    made = transfer(seat, new)
    assert not leaving.can_undo(made, now=NOW)
    with pytest.raises(errors.ReasonMissing):
        registration.withdraw(enrolment=made, now=NOW)
    registration.withdraw(enrolment=made, because="身体原因", now=NOW)
    made.refresh_from_db()
    assert (made.undone, made.withdrawn_because) == (False, "身体原因")


# Late admission


def admit(person, group, because="从外地回来", now=NOW):
    return registration.admit(person=person, pool=group.pools.get(), because=because, now=now)


def test_late_admission_needs_no_round_but_a_reason(new):
    RegistrationRound.objects.update(closes_at=NOW - timedelta(days=1))
    person = factories.person()
    with pytest.raises(errors.ReasonMissing):
        admit(person, new, because=" ")
    made = admit(person, new)
    assert (made.source, made.note, made.round) == ("late", "从外地回来", None)
    assert admit(person, new) == made
    assert taken(new) == [1]


def test_late_admission_takes_nobodys_turn(new):
    factories.seat(new, factories.person("李国强"), now=NOW)
    with pytest.raises(errors.ClassFull, match="满了"):
        admit(factories.person("王秀兰"), new)
    entry = factories.seat(new, factories.person("张桂芳"), now=NOW)
    SeatPool.objects.filter(class_group=new).update(capacity=2)
    with pytest.raises(errors.ClassFull, match="1 人在候补"):
        admit(factories.person("王秀兰"), new)
    with pytest.raises(errors.PartnerHasPlace, match="候补 1 号"):
        admit(entry.person, new)


@pytest.mark.parametrize(
    ("group", "pool", "error"),
    [
        pytest.param({"max_age": 60}, {}, errors.WrongAge, id="too old"),
        pytest.param({"cancelled_at": NOW}, {}, errors.ClassCancelled, id="cancelled"),
        pytest.param({}, {"held_for_draw": True}, errors.DrawPending, id="being drawn"),
    ],
)
def test_late_admission_keeps_the_rules(new, group, pool, error):
    type(new).objects.update(**group)
    SeatPool.objects.update(**pool)
    with pytest.raises(error):
        admit(factories.person(), new)
    assert taken(new) == [0]


def test_late_admission_ends_with_the_term_and_with_the_file(new):
    after = NOW + timedelta(days=200)
    with pytest.raises(errors.RegistrationClosed):
        admit(factories.person(), new, now=after)
    closed = factories.person("何彩兰")
    Person.objects.filter(pk=closed.pk).update(frozen_at=NOW, deceased_on=date(2026, 8, 1))
    with pytest.raises(errors.FileClosed):
        admit(closed, new)
    assert not queries.roster(new).exists()
