"""Applications, freezing and drawing at the same moment, over connections of their own."""

import json
from datetime import timedelta

import pytest

from courses.draws import applying, checking, drawing, freezing
from courses.models import Application, Enrolment, RegistrationRound
from tests import factories
from tests.courses import lots
from tests.courses.lots import CLOSED
from tests.courses.test_race import AT_ONCE, all_at_once, failures

pytestmark = pytest.mark.django_db(transaction=True)

LAST_MOMENT = CLOSED - timedelta(seconds=1)


@pytest.fixture
def drawn():
    return lots.draw_round()


def asking(round, pool, person, **more):
    return lambda: applying.apply(
        person=person, round=round, pools=[pool], now=LAST_MOMENT, **more
    )


def people(count=AT_ONCE):
    return [factories.person(f"王{number}") for number in range(count)]


def test_numbers_have_no_gap_when_many_apply_at_once(drawn):
    brush = lots.pool()
    made = all_at_once(*[asking(drawn, brush, one) for one in people()])
    assert sorted(one.number for one in made) == list(range(1, AT_ONCE + 1))
    drawn.refresh_from_db()
    assert drawn.last_application_number == AT_ONCE


def test_one_person_who_presses_many_times_has_one_number(drawn):
    brush, person = lots.pool(), factories.person()
    made = all_at_once(*[asking(drawn, brush, person) for _ in range(AT_ONCE)])
    assert [one.number for one in made] == [1] * AT_ONCE
    assert Application.objects.get().wishes.count() == 1


def test_two_who_name_each_other_at_once_are_one_couple(drawn):
    brush = lots.pool()
    he, she = people(2)
    calls = [asking(drawn, brush, he, partner=she), asking(drawn, brush, she, partner=he)]
    assert failures(all_at_once(*calls * 2)) == []
    his, hers = Application.objects.order_by("person")
    assert (his.partner, hers.partner) == (hers, his)


def test_everybody_who_was_told_a_number_is_in_the_list(drawn):
    brush = lots.pool()

    def freeze():
        return freezing.freeze(round=drawn, number_source="彩票", now=CLOSED)

    asked = [asking(drawn, brush, one) for one in people()]
    outcomes = all_at_once(*asked[:4], freeze, *asked[4:])
    told = {one.number for one in outcomes if isinstance(one, Application)}
    listed = json.loads(drawn.draw.list_text)["applications"]
    assert {one["number"] for one in listed} == told
    assert all(one["wishes"] for one in listed)


def test_two_who_draw_at_once_give_every_seat_once(drawn):
    brush = lots.pool(capacity=3)
    for one in people():
        asking(drawn, brush, one)()
    draw = freezing.freeze(round=drawn, number_source="彩票", now=CLOSED)

    def make():
        return drawing.draw(draw=draw, public_number="1", witnesses="周敏", now=CLOSED)

    made = all_at_once(make, make, make)
    assert {one.result_sha256 for one in made} == {made[0].result_sha256}
    assert Enrolment.objects.count() == 3
    brush.refresh_from_db()
    assert (brush.seats_taken, brush.last_waiting_number) == (3, AT_ONCE - 3)
    assert checking.check(made[0]) == []


def test_whoever_is_late_by_a_moment_is_not_in_the_round(drawn):
    brush = lots.pool()
    RegistrationRound.objects.update(closes_at=LAST_MOMENT)
    drawn.refresh_from_db()
    outcomes = all_at_once(*[asking(drawn, brush, one) for one in people(3)])
    assert len(failures(outcomes)) == 3
    assert not Application.objects.exists()
