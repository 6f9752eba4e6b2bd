"""Two desks and one seat, over connections of their own, on whichever database the tests run."""

from collections import Counter
from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils import timezone

from courses import fees, registration
from courses.errors import FeeRefused
from courses.models import Enrolment, FeeLine
from tests import factories
from tests.courses.test_race import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)

NOW = timezone.now()
AT_ONCE = 6


@pytest.fixture
def desk():
    return factories.login(factories.person("周敏"))


@pytest.fixture
def class_group():
    return factories.class_group(fee=180, capacity=AT_ONCE)


def seated(class_group, name="王秀兰"):
    return factories.seat(class_group, factories.person(name), now=NOW)


def paying(enrolment, desk, key=None):
    def pay():
        return fees.pay(
            enrolment=enrolment, amount=Decimal(180), method="cash", by=desk, key=key, now=NOW
        )

    return pay


def test_a_seat_settled_by_many_at_once_is_charged_once(class_group):
    # Without the signal that settles it at once.
    enrolment = Enrolment.objects.create(
        class_group=class_group,
        pool=class_group.pools.get(),
        person=factories.person(),
        source="online",
        seated_at=NOW,
    )
    outcomes = all_at_once(*[lambda: fees.settle(enrolment=enrolment, now=NOW)] * AT_ONCE)
    assert [one for one in outcomes if isinstance(one, Exception)] == []
    assert FeeLine.objects.filter(kind="charge").count() == 1


def test_a_fee_taken_at_several_desks_at_once_is_taken_once(class_group, desk):
    enrolment = seated(class_group)
    outcomes = all_at_once(*[paying(enrolment, desk, uuid4()) for _desk in range(AT_ONCE)])
    assert Counter(map(type, outcomes)) == {FeeLine: 1, FeeRefused: AT_ONCE - 1}
    assert FeeLine.objects.filter(kind="paid").count() == 1


def test_one_request_sent_many_times_at_once_gets_one_receipt(class_group, desk):
    lines = all_at_once(*[paying(seated(class_group), desk, uuid4())] * AT_ONCE)
    assert len({line.receipt_number for line in lines}) == 1
    assert FeeLine.objects.filter(kind="paid").count() == 1


def test_receipts_written_at_once_have_numbers_without_a_gap(class_group, desk):
    seats = [seated(class_group, f"学员{number}") for number in range(AT_ONCE)]
    lines = all_at_once(*[paying(seat, desk) for seat in seats])
    year = timezone.localdate(NOW).year
    assert sorted(line.receipt_number for line in lines) == [
        f"{year}-{number:06d}" for number in range(1, AT_ONCE + 1)
    ]


def test_a_payment_and_a_transfer_at_once_lose_no_money(class_group, desk):
    old = seated(class_group)
    other = factories.class_group(name="楷书", fee=240)

    def transfer():
        return registration.transfer(enrolment=old, to=other.pools.get(), by=desk, now=NOW)

    _paid, new = all_at_once(paying(old, desk), transfer)
    fees.settle(enrolment=Enrolment.objects.get(pk=new.pk), now=NOW)
    held = fees.account_of(old).held + fees.account_of(new).held
    paid = FeeLine.objects.filter(kind="paid").count() * 180
    assert held == paid
    assert fees.account_of(old).owed == 0
