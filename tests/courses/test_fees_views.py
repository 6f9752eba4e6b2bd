from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import AuditLine
from courses import fees, registration
from courses.models import ClassGroup, FeeLine
from tests import factories
from tests.courses.desk import registrar, rows, words

pytestmark = pytest.mark.django_db

NOW = timezone.now()
TODAY = timezone.localdate(NOW)


@pytest.fixture
def class_group():
    return factories.class_group(fee=180, capacity=9)


@pytest.fixture
def office(class_group):
    return registrar(class_group.organisation)


def seated(class_group, name="王秀兰", **facts):
    enrolment = factories.seat(class_group, factories.person(name, **facts), now=NOW)
    fees.settle(enrolment=enrolment, now=NOW)
    return enrolment


def press(office, seat, what="payments", **typed):
    form = {"payments": "pay", "waivers": "waive", "refunds": "refund"}[what]
    fields = {"amount": "180", "method": "cash", "reason": "身体原因", "key": uuid4()} | typed
    fields = {f"{form}-{name}": value for name, value in fields.items()}
    return office.post(f"/fees/seats/{seat.pk}/{what}/", fields)


def shown(office, seat):
    return words(office.get(f"/fees/seats/{seat.pk}/"))


def test_a_press_takes_the_whole_fee_and_shows_the_receipt(class_group, office):
    seat = seated(class_group)
    assert "应收 180 元 实收 0 元 还欠 180 元" in shown(office, seat)
    answer = press(office, seat, expected="180")
    line = FeeLine.objects.get(kind="paid")
    assert answer.url == f"/fees/receipts/{line.pk}/"
    receipt = words(office.get(answer.url))
    for said in (line.receipt_number, "王秀兰", "180 元", "人民币壹佰捌拾元整", "现金", "周敏"):
        assert said in receipt
    after = shown(office, seat)
    assert "还欠 0 元" in after
    assert "收现金" not in after


def test_two_clicks_pay_once_and_show_the_same_receipt(class_group, office):
    seat, key = seated(class_group), uuid4()
    first, second = (press(office, seat, key=key, expected="180") for _click in range(2))
    assert first.url == second.url
    assert FeeLine.objects.filter(kind="paid").count() == 1


def test_a_page_from_before_another_payment_is_told_and_may_try_again(class_group, office):
    seat = seated(class_group)
    press(office, seat, amount="100", expected="180")
    answer = press(office, seat, amount="80", expected="180")
    assert answer.status_code == 422
    assert "费用变了" in words(answer)
    assert 'name="pay-expected" value="80"' in answer.content.decode()
    assert fees.account_of(seat).held == 100


@pytest.mark.parametrize(
    ("what", "typed", "said"),
    [
        ("payments", {"amount": "200"}, "只欠 180 元"),
        ("payments", {"amount": "一百"}, "金额只写数字"),
        ("payments", {"amount": ""}, "请填写金额"),
        ("payments", {"amount": "NaN"}, "金额只写数字"),
        ("payments", {"amount": "1.005"}, "最多写到分"),
        ("payments", {"method": "gold"}, "请重新选"),
        ("waivers", {"reason": ""}, "为什么减免"),
        ("refunds", {}, "没有收过钱"),
    ],
)
def test_what_is_wrong_is_said_beside_the_form_and_nothing_is_written(
    class_group, office, what, typed, said
):
    seat = seated(class_group)
    answer = press(office, seat, what, **typed)
    assert answer.status_code == 422
    assert said in words(answer)
    assert [line.kind for line in FeeLine.objects.all()] == ["charge"]
    if amount := typed.get("amount"):
        assert f'value="{amount}"' in answer.content.decode()


def test_a_waiver_with_its_reason_is_written(class_group, office):
    seat = seated(class_group)
    assert press(office, seat, "waivers", amount="80", reason="低保").status_code == 302
    assert "减免 80 低保 周敏" in shown(office, seat)


def test_the_money_of_a_cancelled_class_is_the_first_thing_to_do(class_group, office):
    seat = seated(class_group)
    press(office, seat)
    ClassGroup.objects.filter(pk=class_group.pk).update(cancelled_at=NOW)
    fees.settle(enrolment=seat, now=NOW)
    said = shown(office, seat)
    assert "这个班停开了" in said
    assert "要退 180 元" in said
    answer = press(office, seat, "refunds", reason="停开")
    assert "退款单号" in words(office.get(answer.url))
    assert "还欠 0 元" in shown(office, seat)


# The cash report


def test_the_report_of_today_adds_up_by_cashier_and_method(class_group, office):
    other = registrar(class_group.organisation, "李芳")
    seats = [seated(class_group, name) for name in ("甲", "乙", "丙")]
    press(office, seats[0])
    press(office, seats[1], method="code")
    press(other, seats[2], method="transfer")
    press(office, seats[0], "refunds", amount="30")
    said = words(office.get("/fees/"))
    assert "4 张收据，收 540 元，退 30 元，净收 510 元" in said
    day = f"{TODAY.month}月{TODAY.day}日"
    assert f"{day} 李芳 1 0 180 0 180 0 180" in said
    assert f"{day} 周敏 3 150 0 180 360 30 330" in said
    assert "合计 4 150 180 180 540 30 510" in said


def test_the_report_can_be_of_other_days_a_method_and_a_cashier(class_group, office):
    press(office, seated(class_group, "甲"))
    fees.pay(
        enrolment=seated(class_group, "乙"),
        amount=Decimal(180),
        method="code",
        by=factories.login(factories.person("李芳")),
        now=timezone.now() - timedelta(days=3),
    )
    assert "1 张收据，收 180 元" in words(office.get("/fees/"))
    whole = {"first": TODAY - timedelta(days=3), "last": TODAY}
    assert "2 张收据，收 360 元" in words(office.get("/fees/", whole))
    assert "1 张收据，收 180 元" in words(office.get("/fees/", whole | {"method": "code"}))
    cashier = FeeLine.objects.get(method="code").made_by_id
    assert "1 张收据" in words(office.get("/fees/", whole | {"cashier": cashier}))
    assert "0 张收据" in words(office.get("/fees/", whole | {"kind": "refunded"}))


def test_another_schools_money_is_counted_nowhere(class_group, office):
    elsewhere = factories.organisation("远山县")
    other = factories.class_group(
        course=factories.course("国画", organisation=elsewhere), name="国画", fee=100
    )
    press(registrar(elsewhere, "钱"), seated(other, "丁"), amount="100")
    assert "0 张收据" in words(office.get("/fees/"))


def test_a_date_that_makes_no_sense_shows_today(class_group, office):
    press(office, seated(class_group))
    for typed in ({"first": "2026-13-40"}, {"last": "x"}, {"method": "gold", "cashier": "9999"}):
        assert "1 张收据" in words(office.get("/fees/", typed))
    far = words(office.get("/fees/", {"first": "9999-12-31"}))
    assert "请检查年份" in far
    assert "1 张收据" in far


def test_days_the_wrong_way_round_and_an_open_end_are_a_span(class_group, office):
    press(office, seated(class_group))
    day = timedelta(days=1)
    for typed in ({"first": TODAY + day, "last": TODAY - day}, {"first": TODAY - day}):
        assert "1 张收据" in words(office.get("/fees/", typed))


def test_the_report_as_a_workbook_has_the_same_sums(class_group, office):
    seat = seated(class_group, "=1+1")
    press(office, seat)
    press(office, seat, "refunds", amount="30", reason="=HYPERLINK(1)")
    answer = office.get("/fees/excel/")
    assert rows(answer)[-1] == ["合计", None, 2, 180, 30, 150, 0, 0, 150]
    by_receipt = rows(answer, sheet=1)
    assert by_receipt[-1][8:10] == [180, 30]
    assert by_receipt[2][3] == "=1+1"
    assert AuditLine.objects.filter(action=AuditLine.Action.FILES_EXPORTED).exists()


@pytest.mark.parametrize("count", [1, 3])
def test_the_report_costs_the_same_for_one_receipt_and_for_three(
    class_group, office, count, django_assert_num_queries
):
    for number in range(count):
        press(office, seated(class_group, f"学员{number}"))
    office.get("/fees/")
    with django_assert_num_queries(REPORT):
        office.get("/fees/")


REPORT = 16


# What is still open


def test_who_owes_what_is_listed_with_the_total(class_group, office):
    press(office, seated(class_group, "交了"))
    press(office, seated(class_group, "半交"), amount="100")
    seated(class_group, "没交")
    said = words(office.get("/fees/open/"))
    assert "共 2 笔，2 人，260 元" in said
    assert "交了" not in said
    found = words(office.get("/fees/open/", {"q": "半交"}))
    assert "共 1 笔，1 人，80 元" in found


def test_refunds_due_and_paid_seats_given_up_are_lists_of_their_own(class_group, office):
    due, gone = seated(class_group, "停开"), seated(class_group, "搬家")
    for seat in (due, gone):
        press(office, seat)
    registration.withdraw(enrolment=gone, because="搬家", now=NOW + timedelta(hours=1))
    fees.settle(enrolment=gone)
    other = factories.class_group(name="便宜的班", fee=100)
    new = registration.transfer(enrolment=due, to=other.pools.get(), now=NOW)
    fees.settle(enrolment=new, now=NOW)
    back = words(office.get("/fees/open/", {"state": "back"}))
    assert "共 1 笔，1 人，80 元" in back
    assert "要退 80 元" in back
    left = words(office.get("/fees/open/", {"state": "gone"}))
    assert "共 1 笔，1 人，180 元" in left
    assert "搬家" in left
    said = words(office.get("/fees/"))
    assert "要退的 1 笔，80 元 退了班、要定退不退的 1 笔，180 元" in said
    assert ["退了班、交过费，还没定退不退的：1 笔，180 元。"] in [
        [cell for cell in row if cell] for row in rows(office.get("/fees/excel/"))
    ]
    assert "记下不退 180 元" in words(office.get(f"/fees/seats/{gone.pk}/"))
    office.post(f"/fees/seats/{gone.pk}/kept/", {"keep-reason": "上了一半"})
    assert "没有这样的人" in words(office.get("/fees/open/", {"state": "gone"}))
    assert "不退 180 上了一半" in words(office.get(f"/fees/seats/{gone.pk}/"))


def test_what_is_open_goes_into_a_workbook(class_group, office):
    seated(class_group)
    last = rows(office.get("/fees/open/excel/"))
    assert last[-2][:1] + last[-2][5:8] == ["王秀兰", 180, 0, 180]
    assert last[-1][7] == Decimal(180)


@pytest.mark.parametrize("count", [1, 3])
def test_open_fees_cost_the_same_for_one_seat_and_for_three(
    class_group, office, count, django_assert_num_queries
):
    for number in range(count):
        seated(class_group, f"学员{number}")
    with django_assert_num_queries(OPEN):
        office.get("/fees/open/")


OPEN = 13
