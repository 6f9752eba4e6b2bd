from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils import timezone

from accounts import services
from accounts.models import RoleGrant
from courses import fees, registration, signals
from courses.desk import doors
from courses.errors import FeeRefused, FeesChanged
from courses.fees import accounts, charging, owing
from courses.fees.amounts import capitals
from courses.models import ClassGroup, Enrolment, FeeLine, ReceiptBook
from tests import factories

pytestmark = pytest.mark.django_db

NOW = timezone.now()
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def desk():
    return factories.login(factories.person("周敏"))


@pytest.fixture
def class_group():
    return factories.class_group(fee=180, capacity=5)


def seated(class_group, name="王秀兰"):
    enrolment = factories.seat(class_group, factories.person(name), now=NOW)
    fees.settle(enrolment=enrolment, now=NOW)
    return enrolment


def lines(enrolment):
    return [(line.kind, int(line.amount)) for line in FeeLine.objects.filter(enrolment=enrolment)]


def figures(enrolment):
    account = fees.account_of(enrolment)
    return int(account.due), int(account.held), int(account.owed)


@pytest.mark.parametrize(
    "change",
    [
        {"amount": 1},
        {"reason": "改口"},
        {"reason": "", "amount": 1},
        {"reason": "", "made_by": None},
        {"reason": "", "key": uuid4()},
        None,
    ],
)
def test_the_database_refuses_to_change_a_line(class_group, desk, change):
    seat = seated(class_group)
    fees.waive(enrolment=seat, amount=Decimal(180), reason="低保", by=desk)
    line = seat.fee_lines.get(kind="waived")
    same = FeeLine.objects.filter(pk=line.pk)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        same.update(**change) if change else same.delete()
    line.refresh_from_db()
    assert (line.amount, line.reason, line.made_by, line.key) == (180, "低保", desk, None)


def test_the_words_of_a_line_are_forgotten_with_the_person(class_group, desk):
    seat = seated(class_group)
    fees.waive(enrolment=seat, amount=Decimal(180), reason="低保", by=desk)
    FeeLine.objects.filter(enrolment=seat).update(reason="")
    assert lines(seat) == [("charge", 180), ("waived", 180)]


def test_what_a_given_up_seat_paid_is_decided_once(class_group, desk):
    seat, other = seated(class_group), seated(class_group, "李国强")
    for one in (seat, other):
        pay(one, desk)
        registration.withdraw(enrolment=one, because="搬家", now=LATER)
        fees.settle(enrolment=one)
        assert owing.waits_for_a_decision(one)
    with pytest.raises(FeeRefused, match="为什么不退"):
        fees.keep(enrolment=seat, reason=" ", by=desk)
    kept = [fees.keep(enrolment=seat, reason="上了一半", by=desk) for _press in range(2)]
    assert kept[0] == kept[1]
    assert figures(seat) == (180, 180, 0)
    fees.refund(
        enrolment=other, amount=Decimal(90), method="cash", reason="退一半", by=desk, now=LATER
    )
    assert not owing.waits_for_a_decision(seat)
    assert not owing.waits_for_a_decision(other)


def test_of_a_seat_that_is_held_there_is_nothing_to_decide(class_group, desk):
    seat = seated(class_group)
    pay(seat, desk)
    with pytest.raises(FeeRefused, match="没有要定"):
        fees.keep(enrolment=seat, reason="上了一半", by=desk)


def pay(enrolment, desk, amount=180, **facts):
    return fees.pay(
        enrolment=enrolment,
        amount=Decimal(amount),
        method=facts.pop("method", "cash"),
        by=desk,
        now=facts.pop("now", NOW),
        **facts,
    )


def refund(enrolment, desk, amount=180, **facts):
    return fees.refund(
        enrolment=enrolment,
        amount=Decimal(amount),
        method="cash",
        reason=facts.pop("reason", "身体原因"),
        by=desk,
        now=NOW,
        **facts,
    )


# Charging


def test_a_seat_is_charged_once_however_often_it_is_settled(class_group):
    enrolment = seated(class_group)
    assert fees.settle(enrolment=enrolment, now=NOW) == []
    assert lines(enrolment) == [("charge", 180)]


def test_a_seat_of_a_free_class_has_no_lines():
    assert lines(seated(factories.class_group(fee=0))) == []


def test_the_news_of_a_seat_charges_it(class_group, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        enrolment = factories.seat(class_group, factories.person("王秀兰"), now=NOW)
    assert lines(enrolment) == [("charge", 180)]


def test_giving_up_an_unpaid_seat_drops_what_was_owed(
    class_group, desk, django_capture_on_commit_callbacks
):
    enrolment = seated(class_group)
    with django_capture_on_commit_callbacks(execute=True):
        registration.withdraw(enrolment=enrolment, by=desk, because="时间冲突", now=LATER)
    assert lines(enrolment) == [("charge", 180), ("dropped", 180)]
    assert figures(enrolment) == (0, 0, 0)


def test_giving_up_a_paid_seat_leaves_the_money_to_the_desk(class_group, desk):
    enrolment = seated(class_group)
    pay(enrolment, desk)
    registration.withdraw(enrolment=enrolment, by=desk, because="时间冲突", now=LATER)
    fees.settle(enrolment=enrolment, now=LATER)
    assert figures(enrolment) == (180, 180, 0)


def test_a_paid_seat_that_is_undone_is_to_be_given_back(class_group, desk):
    enrolment = seated(class_group)
    pay(enrolment, desk)
    registration.withdraw(enrolment=enrolment, by=desk, now=NOW + timedelta(minutes=2))
    fees.settle(enrolment=enrolment, now=NOW)
    assert fees.account_of(enrolment).to_give_back == 180


def test_all_that_was_paid_is_to_be_given_back_when_the_class_is_cancelled(
    class_group, desk, django_capture_on_commit_callbacks
):
    paid, unpaid, gone = (seated(class_group, name) for name in ("甲", "乙", "丙"))
    pay(paid, desk)
    pay(gone, desk)
    registration.withdraw(enrolment=gone, by=desk, because="搬家", now=LATER)
    class_group.cancelled_at = LATER + timedelta(hours=1)
    class_group.save()
    for _twice in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            signals.class_cancelled.send_robust(ClassGroup, class_group=class_group)
    assert figures(paid) == (0, 180, -180)
    assert figures(unpaid) == (0, 0, 0)
    # Who had left before is not touched.
    assert figures(gone) == (180, 180, 0)


@pytest.mark.parametrize(
    ("new_fee", "owed"), [(240, 60), (100, -80), (180, 0), (0, -180)], ids=str
)
def test_a_transfer_takes_the_money_along_and_leaves_the_difference(
    class_group, desk, new_fee, owed
):
    old = seated(class_group)
    pay(old, desk)
    other = factories.class_group(name="楷书", fee=new_fee)
    new = registration.transfer(enrolment=old, to=other.pools.get(), by=desk, now=NOW)
    for _twice in range(2):
        for enrolment in (old, new):
            fees.settle(enrolment=Enrolment.objects.get(pk=enrolment.pk), now=NOW)
    assert figures(old) == (0, 0, 0)
    assert figures(new) == (new_fee, 180, owed)


def test_an_unpaid_seat_is_transferred_without_its_debt(class_group, desk):
    old = seated(class_group)
    other = factories.class_group(name="楷书", fee=240)
    new = registration.transfer(enrolment=old, to=other.pools.get(), by=desk, now=NOW)
    fees.settle(enrolment=new, now=NOW)
    assert (figures(old), figures(new)) == ((0, 0, 0), (240, 0, 240))


def test_what_was_waived_is_waived_in_the_new_class_too(class_group, desk):
    old = seated(class_group)
    fees.waive(enrolment=old, amount=Decimal(180), reason="低保", by=desk, now=NOW)
    other = factories.class_group(name="楷书", fee=240)
    new = registration.transfer(enrolment=old, to=other.pools.get(), by=desk, now=NOW)
    fees.settle(enrolment=new, now=NOW)
    assert (figures(old), figures(new)) == ((0, 0, 0), (60, 0, 60))
    assert new.fee_lines.get(kind="waived").reason == "原班减免：低保"


@pytest.mark.parametrize("waived", [0, 30])
def test_money_comes_along_through_two_changes_when_news_of_the_first_is_lost(
    class_group, desk, waived
):
    first = seated(class_group)
    if waived:
        fees.waive(enrolment=first, amount=Decimal(waived), reason="低保", by=desk, now=NOW)
    pay(first, desk, 180 - waived)
    seats = [first]
    for name, fee in (("楷书", 60), ("国画", 240)):
        to = factories.class_group(name=name, fee=fee).pools.get()
        seats.append(registration.transfer(enrolment=seats[-1], to=to, by=desk, now=NOW))
    for _twice in range(2):
        fees.settle(enrolment=seats[-1], now=NOW)
    assert [figures(seat) for seat in seats[:2]] == [(0, 0, 0), (0, 0, 0)]
    assert figures(seats[2]) == (240 - waived, 180 - waived, 60)


def test_missed_news_is_made_up_for(class_group, desk):
    lost = factories.seat(class_group, factories.person("王秀兰"), now=NOW)
    gone = seated(class_group, "李")
    registration.withdraw(enrolment=gone, by=desk, because="搬家", now=LATER)
    assert fees.settle_missed(LATER) == 2
    assert fees.settle_missed(LATER) == 0
    assert (figures(lost), figures(gone)) == ((180, 0, 180), (0, 0, 0))


def test_a_fee_set_later_is_not_asked_of_those_who_registered_for_free():
    class_group = factories.class_group(fee=0)
    enrolment = seated(class_group)
    ClassGroup.objects.filter(pk=class_group.pk).update(fee=180)
    assert fees.settle_missed(NOW + charging.LOOKS_BACK + timedelta(hours=1)) == 0
    assert lines(enrolment) == []


def test_the_database_refuses_a_second_charge(class_group):
    enrolment = seated(class_group)
    with (
        pytest.raises(IntegrityError, match=r"a_seat_is_charged_once|UNIQUE"),
        transaction.atomic(),
    ):
        charging.add(enrolment, "charge", Decimal(180), now=NOW)


# Paying


def test_payments_and_refunds_are_numbered_without_a_gap(class_group, desk):
    first, second = seated(class_group, "甲"), seated(class_group, "乙")
    numbers = [pay(first, desk).receipt_number]
    with pytest.raises(FeeRefused):
        pay(first, desk)
    numbers += [pay(second, desk, method="code").receipt_number]
    numbers += [refund(second, desk).receipt_number]
    year = timezone.localdate(NOW).year
    assert numbers == [f"{year}-{number:06d}" for number in (1, 2, 3)]


def test_a_number_is_used_again_when_its_payment_was_rolled_back(class_group, desk):
    enrolment = seated(class_group)
    with transaction.atomic():
        pay(enrolment, desk)
        transaction.set_rollback(True)
    assert pay(enrolment, desk).receipt_number.endswith("-000001")


def test_each_school_has_a_receipt_book_of_its_own(class_group, desk):
    elsewhere = factories.organisation("远山县")
    other = factories.class_group(
        course=factories.course("国画", organisation=elsewhere), fee=100, name="国画"
    )
    numbers = {pay(seated(group), desk, 100).receipt_number for group in (class_group, other)}
    assert len(numbers) == 1
    assert ReceiptBook.objects.count() == 2


def test_the_same_request_again_gets_the_same_receipt(class_group, desk):
    enrolment, key = seated(class_group), uuid4()
    assert pay(enrolment, desk, key=key) == pay(enrolment, desk, key=key)
    assert lines(enrolment) == [("charge", 180), ("paid", 180)]


def test_another_amount_or_kind_under_the_same_key_is_refused(class_group, desk):
    enrolment, key = seated(class_group), uuid4()
    pay(enrolment, desk, 100, key=key)

    with pytest.raises(FeesChanged):
        pay(enrolment, desk, 80, key=key)
    with pytest.raises(FeesChanged):
        fees.waive(enrolment=enrolment, amount=Decimal(100), reason="低保", by=desk, key=key)
    with pytest.raises(FeesChanged):
        refund(enrolment, desk, 100, key=key)

    assert lines(enrolment) == [("charge", 180), ("paid", 100)]


def test_a_part_may_be_paid_and_the_rest_later(class_group, desk):
    enrolment = seated(class_group)
    pay(enrolment, desk, 100)
    assert figures(enrolment) == (180, 100, 80)
    pay(enrolment, desk, 80)
    assert figures(enrolment) == (180, 180, 0)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"amount": 181}, "只欠 180 元"),
        ({"amount": 0}, "大于 0"),
        ({"amount": -5}, "大于 0"),
        ({"method": "gold"}, "怎样收付"),
    ],
    ids=str,
)
def test_what_cannot_be_paid_is_said_and_nothing_written(class_group, desk, facts, words):
    enrolment = seated(class_group)
    with pytest.raises(FeeRefused, match=words):
        pay(enrolment, desk, **facts)
    assert lines(enrolment) == [("charge", 180)]
    assert not ReceiptBook.objects.filter(last_number__gt=0).exists()


def test_a_page_from_before_somebody_elses_payment_writes_nothing(class_group, desk):
    enrolment = seated(class_group)
    pay(enrolment, desk, 100)
    with pytest.raises(FeesChanged):
        pay(enrolment, desk, 80, expected=Decimal(180))
    assert figures(enrolment) == (180, 100, 80)


def test_a_waiver_wants_a_reason_and_no_more_than_is_owed(class_group, desk):
    enrolment = seated(class_group)
    for amount, reason in ((80, "  "), (200, "低保")):
        with pytest.raises(FeeRefused):
            fees.waive(enrolment=enrolment, amount=Decimal(amount), reason=reason, by=desk)
    fees.waive(enrolment=enrolment, amount=Decimal(80), reason="低保", by=desk)
    assert figures(enrolment) == (100, 0, 100)


def test_a_refund_of_a_seat_given_up_leaves_nothing_owed(class_group, desk):
    enrolment = seated(class_group)
    pay(enrolment, desk)
    registration.withdraw(enrolment=enrolment, by=desk, because="搬家", now=LATER)
    refund(enrolment, desk, 100)
    assert figures(enrolment) == (80, 80, 0)
    refund(enrolment, desk, 80)
    assert figures(enrolment) == (0, 0, 0)


def test_a_refund_of_a_cancelled_class_gives_back_what_was_due(class_group, desk):
    enrolment = seated(class_group)
    pay(enrolment, desk)
    ClassGroup.objects.filter(pk=class_group.pk).update(cancelled_at=LATER)
    class_group.refresh_from_db()
    charging.settle_class(class_group=class_group, now=LATER)
    refund(enrolment, desk)
    assert figures(enrolment) == (0, 0, 0)


def test_a_wrong_payment_is_put_right_by_a_refund_and_a_new_one(class_group, desk):
    enrolment = seated(class_group)
    pay(enrolment, desk)
    refund(enrolment, desk, reason="记错了付法")
    assert figures(enrolment) == (180, 0, 180)
    pay(enrolment, desk, method="transfer")
    assert figures(enrolment) == (180, 180, 0)


def test_a_refund_wants_a_reason_and_no_more_than_was_paid(class_group, desk):
    enrolment = seated(class_group)
    with pytest.raises(FeeRefused, match="没有收过钱"):
        refund(enrolment, desk)
    pay(enrolment, desk)
    with pytest.raises(FeeRefused, match="只收过 180"):
        refund(enrolment, desk, 181)
    with pytest.raises(FeeRefused, match="为什么退费"):
        refund(enrolment, desk, reason=" ")


# Reading


def test_the_sums_of_a_list_are_those_of_each_account(class_group, desk):
    seats = [seated(class_group, name) for name in "甲乙丙"]
    pay(seats[0], desk, 100)
    pay(seats[1], desk)
    refund(seats[1], desk, 30)
    found = accounts.with_money(Enrolment.objects.order_by("pk"))
    assert [(int(s.due), int(s.held), int(s.owed)) for s in found] == [
        figures(seat) for seat in seats
    ]


def test_the_door_to_fees_is_closed_to_other_schools(class_group):
    enrolment = seated(class_group)
    elsewhere = factories.organisation("远山县")
    registrars = []
    for unit in (class_group.organisation, elsewhere):
        person = factories.person(f"教务{unit}", organisation=unit)
        services.grant_role(person=person, role=RoleGrant.Role.REGISTRAR, organisation=unit)
        registrars.append(factories.login(person))
    assert doors.seat_led_by(user=registrars[0], pk=enrolment.pk) == enrolment
    with pytest.raises(Http404):
        doors.seat_led_by(user=registrars[1], pk=enrolment.pk)


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("180", "壹佰捌拾元整"),
        ("0", "零元整"),
        ("1005.50", "壹仟零伍元伍角"),
        ("0.23", "贰角叁分"),
        ("10.05", "壹拾元零伍分"),
        ("100005", "壹拾万零伍元整"),
        ("23040", "贰万叁仟零肆拾元整"),
        ("900000", "玖拾万元整"),
    ],
)
def test_receipts_say_the_amount_in_capital_signs(amount, words):
    assert capitals(Decimal(amount)) == words
