"""Registrars at the telephone at the same moment, over connections of their own."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import services
from accounts.models import AuditLine
from courses import registration
from courses.desk import calling
from courses.errors import CallRefused
from courses.models import CallAttempt, Enrolment, Offer
from tests import factories
from tests.courses.test_race import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)

DESKS = 5


@pytest.fixture
def desks():
    """The logins of several registrars of one school."""
    city = factories.organisation("青岚市")
    people = [factories.person(f"周{number}", organisation=city) for number in range(DESKS)]
    for person in people:
        services.grant_role(person=person, role="registrar", organisation=city)
    return [factories.login(person) for person in people]


@pytest.fixture
def offer(desks):
    group = factories.class_group(capacity=1)
    seat = factories.seat(
        group, factories.person("退班的"), now=timezone.now() - timedelta(hours=1)
    )
    factories.seat(group, factories.person("王秀兰", phone="13812345678"))
    registration.withdraw(enrolment=seat, because="其他")
    return Offer.objects.get()


def test_one_of_all_who_begin_at_once_makes_the_call(desks, offer):
    fetched = [Offer.objects.get() for _ in desks]

    outcomes = all_at_once(
        *[
            lambda one=one, by=by: calling.begin_call(offer=one, by=by)
            for one, by in zip(fetched, desks, strict=True)
        ]
    )

    assert sum(isinstance(outcome, CallRefused) for outcome in outcomes) == DESKS - 1
    # The number was shown to nobody else.
    assert AuditLine.objects.filter(action="file.revealed").count() == 1


def test_a_yes_that_is_pressed_often_at_once_is_one_seat_and_one_attempt(desks, offer):
    calling.begin_call(offer=offer, by=desks[0])
    fetched = [Offer.objects.get() for _ in desks]

    outcomes = all_at_once(
        *[
            lambda one=one: calling.log_call(offer=one, outcome="accepted", by=desks[0])
            for one in fetched
        ]
    )

    assert {type(outcome) for outcome in outcomes} == {CallAttempt}
    assert Enrolment.objects.filter(withdrawn_at=None).count() == 1
    assert CallAttempt.objects.count() == 1


def test_a_deadline_that_several_move_at_once_moves_once(desks, offer):
    seen = offer.expires_at

    outcomes = all_at_once(
        *[lambda by=by: calling.extend(offer=offer, hours=24, seen=seen, by=by) for by in desks]
    )

    assert len(set(outcomes)) == 1
    assert timedelta(hours=23) < outcomes[0] - seen < timedelta(hours=48)
