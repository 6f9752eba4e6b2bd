"""Wishes in a round that is drawn."""

import uuid
from datetime import date, timedelta

import pytest

from courses import errors
from courses.draws import applying, freezing
from courses.models import Application, RegistrationRound, SeatPool, Source
from courses.registration import leave_everything, register
from tests import factories
from tests.courses import lots
from tests.courses.lots import CLOSED, NOW, pool, wish, wishes_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def drawn():
    return lots.draw_round()


def refused(kind, *args, **facts):
    with pytest.raises(kind) as raised:
        wish(*args, **facts)
    assert type(raised.value) is kind
    return str(raised.value)


def test_wishes_are_kept_in_their_order_with_the_next_number(drawn):
    brush, song = pool(), pool("合唱")
    first = wish(drawn, song, brush)
    second = wish(drawn, brush, source=Source.COUNTER)
    assert [first.number, second.number] == [1, 2]
    assert [wishes_of(first), wishes_of(second)] == [[song.pk, brush.pk], [brush.pk]]
    assert second.source == Source.COUNTER


def test_new_wishes_replace_the_old_and_the_number_stays(drawn):
    brush, song, person = pool(), pool("合唱"), factories.person()
    first = wish(drawn, brush, song, person=person)
    again = wish(drawn, song, person=person, now=NOW + timedelta(hours=1))
    assert again == first
    assert again.number == 1
    assert wishes_of(again) == [song.pk]


def test_a_number_is_not_used_again_after_the_wishes_were_taken_back(drawn):
    brush, person = pool(), factories.person()
    first = wish(drawn, brush, person=person)
    applying.withdraw_application(application=first, now=NOW)
    applying.withdraw_application(application=first, now=NOW + timedelta(hours=1))
    again = wish(drawn, brush, person=person)
    assert [again.number, wish(drawn, brush).number] == [2, 3]
    first.refresh_from_db()
    assert first.withdrawn_at == NOW


def test_the_same_request_gets_the_same_answer_even_when_it_comes_late(drawn):
    brush, song, person = pool(), pool("合唱"), factories.person()
    key = uuid.uuid4()
    first = wish(drawn, brush, person=person, key=key)
    again = wish(drawn, song, person=person, key=key, now=CLOSED + timedelta(days=1))
    assert again == first
    assert wishes_of(again) == [brush.pk]


def test_nothing_is_written_down_when_a_wish_is_refused(drawn):
    brush, old = pool(), factories.person(born_on=date(1930, 1, 1))
    words = refused(errors.WrongAge, drawn, brush, person=old)
    assert "第 1 志愿“行书入门”" in words
    assert not Application.objects.exists()
    drawn.refresh_from_db()
    assert drawn.last_application_number == 0


def test_no_wishes_too_many_and_doubled_ones_are_refused(drawn):
    pools = [pool(f"班{number}") for number in range(5)]
    refused(errors.WishesUnclear, drawn)
    refused(errors.WishesUnclear, drawn, *pools)
    refused(errors.WishesUnclear, drawn, pools[0], pools[0])
    assert wish(drawn, *pools[:4]).number == 1


def test_a_class_outside_of_the_round_is_refused(drawn):
    inside, outside = pool(), pool("合唱")
    drawn.classes.add(inside.class_group)
    assert "合唱" in refused(errors.WishesUnclear, drawn, inside, outside)
    assert wish(drawn, inside).number == 1


@pytest.mark.parametrize(
    ("now", "kind"),
    [
        (NOW - timedelta(days=6), errors.NotOpenYet),
        (CLOSED - timedelta(microseconds=1), None),
        (CLOSED, errors.RegistrationClosed),
    ],
    ids=["before it opens", "in the last moment", "once it is closed"],
)
def test_the_servers_clock_opens_and_closes_the_round(drawn, now, kind):
    brush = pool()
    if kind:
        refused(kind, drawn, brush, now=now)
    else:
        assert wish(drawn, brush, now=now).number == 1


def test_a_round_of_returning_learners_is_closed_to_newcomers(drawn):
    brush = pool()
    RegistrationRound.objects.update(who=RegistrationRound.Who.RETURNING)
    drawn.refresh_from_db()
    refused(errors.NotYourRound, drawn, brush)


def test_a_class_in_which_one_has_a_place_cannot_be_wished_for():
    earlier = lots.draw_round(
        method="first", name="先报", opens_at=NOW - timedelta(days=9), closes_at=NOW
    )
    brush, person = pool(), factories.person()
    register(
        person=person, class_group=brush.class_group, now=earlier.opens_at + timedelta(days=1)
    )
    refused(errors.PartnerHasPlace, lots.draw_round(), brush, person=person)


def test_the_wishes_of_a_closed_file_are_refused(drawn):
    brush, frozen = pool(), factories.person()
    frozen.frozen_at = NOW
    frozen.save(update_fields=["frozen_at"])
    refused(errors.FileClosed, drawn, brush, person=frozen)


def test_a_couple_has_the_same_wishes_and_both_get_a_number(drawn):
    brush, song, he, she = pool(), pool("合唱"), factories.person("甲"), factories.person("乙")
    hers = wish(drawn, brush, person=she)
    his = wish(drawn, song, brush, person=he, partner=she)
    hers.refresh_from_db()
    assert (his.number, hers.number) == (2, 1)
    assert (his.partner, hers.partner) == (hers, his)
    assert wishes_of(his) == wishes_of(hers) == [song.pk, brush.pk]


def test_a_rule_that_says_no_to_one_of_a_couple_says_no_to_both(drawn):
    brush, he = pool(), factories.person("甲")
    young = factories.person("乙", born_on=date(1990, 1, 1))
    assert "乙" in refused(errors.WrongAge, drawn, brush, person=he, partner=young)
    assert not Application.objects.exists()


def test_who_was_tied_to_somebody_else_keeps_the_wishes_alone(drawn):
    brush, song = pool(), pool("合唱")
    a, b, c = (factories.person(name) for name in "甲乙丙")
    first = wish(drawn, brush, person=a, partner=b)
    second = wish(drawn, song, person=c, partner=a)
    left = Application.objects.get(person=b)
    first.refresh_from_db()
    assert (left.partner, wishes_of(left)) == (None, [brush.pk])
    assert (first.partner, wishes_of(first)) == (second, [song.pk])


def test_asking_alone_again_unties_a_couple(drawn):
    brush, he, she = pool(), factories.person("甲"), factories.person("乙")
    wish(drawn, brush, person=he, partner=she)
    assert wish(drawn, brush, person=he).partner is None
    assert Application.objects.get(person=she).partner is None


def test_taking_back_leaves_the_other_of_a_couple_their_wishes(drawn):
    brush, he, she = pool(), factories.person("甲"), factories.person("乙")
    his = wish(drawn, brush, person=he, partner=she)
    applying.withdraw_application(application=his, now=NOW)
    hers = Application.objects.get(person=she)
    assert (hers.partner, hers.withdrawn_at, wishes_of(hers)) == (None, None, [brush.pk])


def test_two_who_are_one_are_no_couple(drawn):
    person = factories.person()
    refused(errors.WishesUnclear, drawn, pool(), person=person, partner=person)


def test_wishes_stay_as_they_are_once_the_list_is_frozen(drawn):
    brush = pool()
    mine = wish(drawn, brush)
    freezing.freeze(round=drawn, number_source="体彩", now=CLOSED)
    refused(errors.RegistrationClosed, drawn, brush, now=CLOSED - timedelta(seconds=1))
    with pytest.raises(errors.RegistrationClosed):
        applying.withdraw_application(application=mine, now=CLOSED)
    mine.refresh_from_db()
    assert mine.withdrawn_at is None


def test_whoever_gives_up_everything_gives_up_their_wishes(drawn):
    mine = wish(drawn, pool())
    leave_everything(person=mine.person, now=NOW)
    mine.refresh_from_db()
    assert mine.withdrawn_at == NOW


def test_one_may_wish_for_two_ways_into_the_same_class(drawn):
    brush = pool()
    home = SeatPool.objects.create(
        class_group=brush.class_group, kind=SeatPool.Kind.ONLINE, capacity=5
    )
    assert wishes_of(wish(drawn, brush, home)) == [brush.pk, home.pk]
