from datetime import timedelta

import pytest
from django.utils import timezone

from courses import planning, queries, registration
from courses.draws.drawing import draw
from courses.draws.freezing import freeze
from courses.errors import ClassCancelled, PlanRefused
from courses.models import ClassGroup, ClassSession, Enrolment, Offer, SeatPool, WaitingEntry
from courses.planning.classes import Seats, state_of
from courses.planning.completing import mark_completed
from tests import factories
from tests.courses import lots

pytestmark = pytest.mark.django_db

Kind = SeatPool.Kind


def full_class(*, capacity=1, waiting=2):
    group = factories.class_group(capacity=capacity, name="国画")
    names = [f"王{number}" for number in range(capacity + waiting)]
    return group, [factories.seat(group, factories.person(name)) for name in names]


def fresh(group):
    return ClassGroup.objects.get(pk=group.pk)


def write(group, *seats, **more):
    return planning.write_class(class_group=group, seats=seats, count=0, **more)


def test_an_old_form_of_a_class_gives_no_seat_back():
    open_class = factories.class_group(capacity=3, name="国画")
    old = fresh(open_class)
    factories.seat(open_class, factories.person())
    old.name = "写意国画"
    planning.save_class(class_group=old)
    kept = fresh(open_class)
    assert (kept.seats_taken, kept.name, kept.pinyin_initials) == (1, "写意国画", "xygh")


def test_seats_added_to_a_class_are_offered_to_those_in_line():
    group, _places = full_class()
    planning.set_seats(class_group=group, capacity=2)
    assert [offer.entry.person.name for offer in Offer.objects.all()] == ["王1"]


def test_fewer_seats_than_are_taken_take_nobodys_seat_and_are_told():
    group, places = full_class(capacity=2, waiting=1)
    written = write(fresh(group), Seats(Kind.COMMON, 1))
    assert [(pool.seats_taken, pool.capacity) for pool in written.over_full] == [(2, 1)]
    later = timezone.now() + timedelta(hours=1)
    registration.withdraw(enrolment=places[0], because="家里有事", now=later)
    assert not Offer.objects.exists()


def test_seats_that_are_being_drawn_stay_as_many_as_the_list_says():
    group = factories.class_group(capacity=2)
    group.pools.update(held_for_draw=True)
    with pytest.raises(PlanRefused, match="抽签"):
        planning.set_seats(class_group=group, capacity=3)
    assert planning.set_seats(class_group=group, capacity=2).capacity == 2


def test_a_class_gets_seats_of_several_kinds_and_loses_those_nobody_asked_for():
    group = factories.class_group(capacity=5)
    write(fresh(group), Seats(Kind.ON_SITE, 3), Seats(Kind.ONLINE, 9))
    pools = group.pools.values_list("kind", "capacity")
    assert set(pools) == {("on_site", 3), ("online", 9)}


def test_seats_somebody_asked_for_are_not_taken_out():
    group, _places = full_class()
    with pytest.raises(PlanRefused, match="已经有人报过"):
        write(fresh(group), Seats(Kind.ONLINE, 9))
    assert set(group.pools.values_list("kind", "capacity")) == {("common", 1)}


@pytest.mark.parametrize("wrong", ["no seats", "elsewhere", "cancelled", "seen"])
def test_a_class_is_not_written_when(wrong):
    group = fresh(factories.class_group(capacity=5, name="国画"))
    seats, seen = [Seats(Kind.COMMON, 6)], state_of(group)
    if wrong == "no seats":
        seats = []
    elif wrong == "elsewhere":
        group.organisation = factories.organisation("远山县")
    elif wrong == "cancelled":
        planning.cancel_class(class_group=group)
    else:
        seen = "0" * 16
    group.name = "书法"
    with pytest.raises(PlanRefused):
        write(group, *seats, seen=seen)
    assert (fresh(group).name, fresh(group).capacity) == ("国画", 5)


# Taking out


def test_a_class_nobody_registered_for_is_taken_out_with_its_meetings():
    group = factories.class_group()
    other = factories.class_group(term=group.term)
    planning.plan_sessions(class_group=group, count=2)
    group.term.rounds.get().classes.add(group, other)
    planning.delete_class(class_group=group)
    planning.delete_class(class_group=group)
    assert ClassGroup.objects.get() == other
    assert not ClassSession.objects.exists()


def test_a_class_somebody_once_had_a_seat_in_is_kept():
    group = factories.class_group()
    seat = factories.seat(group, factories.person())
    registration.withdraw(enrolment=seat)
    planning.plan_sessions(class_group=group, count=1)
    with pytest.raises(PlanRefused, match="停开"):
        planning.delete_class(class_group=group)
    assert ClassGroup.objects.exists()
    assert ClassSession.objects.exists()


# Cancelling


def test_cancelling_ends_the_line_takes_offers_back_and_tells_everybody_once(
    told, django_capture_on_commit_callbacks
):
    group, places = full_class(capacity=1, waiting=2)
    later = timezone.now() + timedelta(hours=1)
    registration.withdraw(enrolment=places[0], because="家里有事", now=later)
    factories.class_group(name="别的班")
    with django_capture_on_commit_callbacks(execute=True):
        for _twice in range(2):
            planning.cancel_class(class_group=group, because="人数不够", now=later)
    assert told == [("cancelled", ["王1", "王2"], None)]
    assert [offer.answer for offer in Offer.objects.all()] == ["void"]
    assert not WaitingEntry.objects.filter(left_at=None).exists()
    group = fresh(group)
    assert (group.cancelled_because, group.seats_taken) == ("人数不够", 0)


def test_who_had_a_seat_keeps_it_on_paper_and_may_register_elsewhere():
    group = factories.class_group(capacity=2, term=factories.term(max_classes=1))
    wang = factories.person()
    seat = factories.seat(group, wang)
    planning.cancel_class(class_group=group, because="老师病了")
    seat.refresh_from_db()
    assert seat.withdrawn_at is None
    other = factories.class_group(term=group.term)
    assert isinstance(factories.seat(other, wang), Enrolment)
    with pytest.raises(ClassCancelled):
        factories.seat(group, factories.person("李国强"))


def test_a_person_who_cancels_says_why():
    group = factories.class_group()
    with pytest.raises(PlanRefused):
        planning.cancel_class(class_group=group, because=" ", by=factories.login())
    assert fresh(group).cancelled_at is None


def test_cancelling_twice_keeps_the_first_moment():
    group, now = factories.class_group(), timezone.now()
    planning.cancel_class(class_group=group, now=now)
    planning.cancel_class(class_group=group, now=now + timedelta(days=1))
    assert fresh(group).cancelled_at == now


def test_the_only_class_of_a_round_is_kept_as_naming_none_would_open_all():
    group = factories.class_group()
    opened = group.term.rounds.get()
    opened.classes.add(group)
    factories.class_group(term=group.term)
    with pytest.raises(PlanRefused, match=opened.name):
        planning.delete_class(class_group=group)
    assert opened.classes.get() == group


@pytest.mark.parametrize("is_cancelled", [False, True])
def test_a_class_on_a_published_list_is_kept_until_the_draw_is_made(is_cancelled):
    opened = lots.draw_round()
    wished, unwished = lots.pool("甲班"), lots.pool("乙班")
    lots.wish(opened, wished)
    frozen = freeze(round=opened, number_source="x", now=lots.CLOSED)
    group = fresh(unwished.class_group)
    if is_cancelled:
        planning.cancel_class(class_group=group, because="没有人报")
    with pytest.raises(PlanRefused, match="抽签"):
        planning.delete_class(class_group=group)
    draw(draw=frozen, public_number="1", witnesses="周敏", now=lots.CLOSED)
    planning.delete_class(class_group=group)
    assert ClassGroup.objects.get() == wished.class_group


def test_seats_on_a_published_list_are_kept_until_the_draw_is_made():
    opened = lots.draw_round()
    wished = lots.pool("甲班")
    online = SeatPool.objects.create(class_group=wished.class_group, kind=Kind.ONLINE, capacity=3)
    lots.wish(opened, wished)
    frozen = freeze(round=opened, number_source="x", now=lots.CLOSED)
    with pytest.raises(PlanRefused, match="抽签"):
        write(fresh(wished.class_group), Seats(Kind.COMMON, wished.capacity))
    draw(draw=frozen, public_number="1", witnesses="周敏", now=lots.CLOSED)
    write(fresh(wished.class_group), Seats(Kind.COMMON, wished.capacity))
    assert not SeatPool.objects.filter(pk=online.pk).exists()


def test_a_cancelled_class_nobody_registered_for_may_be_taken_out():
    group = factories.class_group()
    planning.cancel_class(class_group=group, because="没有人报")
    planning.delete_class(class_group=group)
    assert not ClassGroup.objects.exists()


# Completing


def test_completed_is_who_is_ticked_and_the_first_day_stays():
    group = factories.class_group()
    wang, li, zhang = (
        factories.seat(group, factories.person(name)) for name in ("王秀兰", "李国强", "张桂芳")
    )
    today = timezone.localdate()
    everybody = {wang.pk, li.pk, zhang.pk}

    def mark(*seats, on):
        return mark_completed(class_group=group, seats=seats, shown=everybody, on=on)

    assert mark(wang.pk, li.pk, on=today) == (2, 0)
    assert mark(wang.pk, zhang.pk, on=today + timedelta(days=1)) == (1, 1)
    days = {seat.person.name: seat.completed_on for seat in queries.roster(group)}
    assert days == {"王秀兰": today, "李国强": None, "张桂芳": today + timedelta(days=1)}


def test_what_the_page_did_not_show_is_left_alone():
    group, elsewhere = factories.class_group(), factories.class_group()
    seat = factories.seat(elsewhere, factories.person())
    late = factories.seat(group, factories.person("后来的"))
    Enrolment.objects.filter(pk=late.pk).update(completed_on=timezone.localdate())
    mark_completed(class_group=group, seats=[seat.pk], shown=[seat.pk], on=timezone.localdate())
    assert set(Enrolment.objects.values_list("completed_on", flat=True)) == {
        None,
        timezone.localdate(),
    }
