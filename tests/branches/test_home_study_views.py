"""The pages of study at home: what they say, to whom, and with how many queries."""

import io
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts import services as accounts
from accounts.models import AuditLine, RoleGrant
from branches.home_study import codes, slips
from branches.models import Delivery, StudyEntry, StudyOrder
from tests.branches import home, school

pytestmark = pytest.mark.django_db


def said(response) -> str:
    return " ".join(response.content.decode().split())


def role(name, role, at):
    who = school.person(name, at=at)
    accounts.grant_role(person=who, role=role, organisation=at)
    return school.login(who)


@pytest.fixture
def lesson(city):
    return home.lesson(at=city)


@pytest.fixture
def delivery(wang, lesson, secretary):
    return home.pack(wang, lesson, by=secretary, now=timezone.now())


def card(*pages, **facts):
    return {
        "key": uuid4(),
        "way": "phone",
        "pages": [page.pk for page in pages],
        "letters": "largest",
        "street": "文化路",
        "address": "3 号楼",
    } | facts


def test_a_secretary_goes_from_the_card_to_the_ledger(client, wang, branch, lesson, secretary):
    client.force_login(secretary)
    assert str(lesson.pk) in said(client.get(reverse("branches:order_card")))
    assert "王秀兰" in said(client.get("/home-study/new/?q=王"))
    answer = client.post(f"/home-study/new/{wang.pk}/", card(numbers=f"{lesson.pk}，"))
    order = StudyOrder.objects.get()
    assert answer.url == f"/home-study/orders/{order.pk}/"
    assert "王秀兰" in said(client.get("/home-study/"))

    client.post("/home-study/packing/", {"order": [order.pk]})
    delivery = Delivery.objects.get()
    pdf = client.get(f"/home-study/orders/{order.pk}/booklet/")
    assert pdf.content.startswith(b"%PDF")
    client.post(
        "/home-study/deliveries/sending/",
        {"delivery": [delivery.pk], "visitor": "赵建国", "planned_on": timezone.localdate()},
    )
    page = said(client.get("/home-study/deliveries/"))
    assert "文化路" in page
    assert "赵建国" in page
    client.post(f"/home-study/deliveries/{delivery.pk}/", {"note": "家里没人"})
    assert "家里没人" in said(client.get("/home-study/deliveries/"))

    typed = codes.spoken(delivery.code)
    found = client.get(reverse("branches:find_slip"), {"code": typed})
    assert found.url == f"/home-study/slips/{delivery.code}/"
    client.post(found.url, {"studied_on": timezone.localdate(), "minutes": 60, "words": "好"})
    line = StudyEntry.objects.get()
    page = said(client.get(found.url))
    assert "送学，1 学时" in page
    assert f"/branches/{branch.pk}/ledger/{line.pk}/" in page
    assert "送学回执" in said(client.get(f"/branches/{branch.pk}/ledger/{line.pk}/"))
    assert "回执回来了" in said(client.get("/home-study/?state=back"))

    assert client.post(f"{found.url}taking-back/", {"reason": ""}).status_code == 422
    client.post(f"{found.url}taking-back/", {"reason": "记错了人"})
    assert "不再计数" in said(client.get(f"/branches/{branch.pk}/ledger/{line.pk}/"))


def test_what_was_ticked_stays_while_more_is_looked_for(client, wang, lesson, secretary, city):
    other = home.lesson("第二讲 竖画", at=city, course="国画")
    client.force_login(secretary)
    page = said(
        client.post(
            f"/home-study/new/{wang.pk}/",
            card(lesson, look="1", q="竖画", street="", wants="京剧"),
        )
    )
    assert f'value="{lesson.pk}"' in page
    assert f'value="{other.pk}"' in page
    assert "京剧" in page
    assert page.count("checked") >= 2
    assert "请写街道" not in page
    assert not StudyOrder.objects.exists()


def test_a_member_orders_and_gives_it_up_on_their_own_page(client, wang, lesson):
    client.force_login(school.login(wang))
    assert (
        client.post(reverse("branches:my_home_study"), card(lesson, street="")).status_code == 422
    )
    client.post(reverse("branches:my_home_study"), card(lesson))
    order = StudyOrder.objects.get()
    assert (order.way, order.person) == ("page", wang)
    assert "等装" in said(client.get(reverse("branches:my_home_study")))

    client.post(f"/my/home-study/{order.pk}/cancel/")
    assert "取消了" in said(client.get(reverse("branches:my_home_study")))
    stranger = school.person("李国强", at=wang.organisation)
    client.force_login(school.login(stranger))
    assert client.post(f"/my/home-study/{order.pk}/cancel/").status_code == 404


def test_each_sees_exactly_the_orders_of_their_branches(
    client, city, wang, sister, lesson, delivery
):
    county, next_county = school.organisation("东县", under=city), school.organisation("西县")
    li = school.person("李国强", at=county)
    school.member(li, school.branch("东县支部", at=county))
    zhou = school.person("周爱民", at=county)
    clerk = school.login()
    for each in (li, zhou):
        home.pack(each, lesson, by=clerk, now=timezone.now())
    sun = school.person("孙玉梅", at=city)
    school.office(sun, sister)
    everybody = {"王秀兰", "李国强", "周爱民"}
    seen = {
        "its secretary": (delivery.packed_by, {"王秀兰"}),
        "another secretary": (school.login(sun), set()),
        "the city": (role("郑敏", RoleGrant.Role.BUREAU, city), everybody),
        "the county": (role("钱进", RoleGrant.Role.BUREAU, county), {"李国强", "周爱民"}),
        "the next county": (role("吴桐", RoleGrant.Role.BUREAU, next_county), set()),
        # Who has no branch is served by the coordinator.
        "the coordinator": (role("冯强", RoleGrant.Role.COORDINATOR, county), {"周爱民"}),
    }
    found = {}
    for who, (login, _expected) in seen.items():
        client.force_login(login)
        page = said(client.get("/home-study/?state=pack"))
        found[who] = {name for name in everybody if name in page}
        for each in Delivery.objects.select_related("order__person"):
            sees = each.order.person.name in found[who]
            status = client.get(f"/home-study/orders/{each.order_id}/").status_code
            assert status == (200 if sees else 404), (who, each)
    assert found == {who: names for who, (_login, names) in seen.items()}


def test_a_bureau_reads_and_writes_nothing(client, city, delivery):
    client.force_login(role("郑敏", RoleGrant.Role.BUREAU, city))
    order = f"/home-study/orders/{delivery.order_id}/"
    assert client.get(f"{order}booklet/").status_code == 200
    assert client.post(order, {}).status_code == 404
    assert client.post(f"{order}cancel/", {"reason": "不要"}).status_code == 404
    assert client.get(f"/home-study/slips/{delivery.code}/").status_code == 404
    assert client.get("/home-study/deliveries/").status_code == 404
    # And no way leads there.
    assert "/home-study/deliveries/" not in client.get("/home-study/").content.decode()


def test_a_visitor_brings_and_records_what_is_theirs_and_no_more(
    client, city, branch, delivery, lesson, secretary
):
    li = school.person("李国强", at=city)
    school.member(li, branch)
    other = home.pack(li, lesson, by=secretary, now=timezone.now())
    sun = school.person("孙玉梅", at=city)
    login = school.login(sun)
    client.force_login(login)
    assert client.get("/home-study/deliveries/").status_code == 404

    Delivery.objects.filter(pk=delivery.pk).update(visitor=sun)
    page = said(client.get("/home-study/deliveries/"))
    assert "王秀兰" in page
    assert "3 号楼 401" in page
    assert "李国强" not in page
    assert client.get(f"/home-study/slips/{other.code}/").status_code == 404
    assert client.post("/home-study/deliveries/sending/").status_code == 404
    slip = f"/home-study/slips/{delivery.code}/"
    client.post(slip, {"studied_on": timezone.localdate(), "minutes": 60})
    assert StudyEntry.objects.count() == 1

    # With the slip the address goes, and only the branch corrects.
    assert client.get("/home-study/deliveries/").status_code == 404
    assert (
        client.post(slip, {"studied_on": timezone.localdate(), "minutes": 30}).status_code == 404
    )
    assert "3 号楼 401" not in said(client.get(slip))
    # What is wanted next is heard at the door.
    facts = card(lesson, way="visit")
    client.post(f"/home-study/new/{delivery.order.person_id}/", facts)
    assert StudyOrder.objects.get(way="visit").ordered_by == login


def test_numbers_and_lists_that_leave_the_house_are_written_down(
    client, wang, delivery, secretary
):
    wang.phone, wang.phone_tail = "13812345678", "5678"
    wang.save()
    client.force_login(secretary)
    assert "13812345678" not in said(client.get("/home-study/deliveries/"))
    assert "13812345678" in said(client.post("/home-study/deliveries/", {"numbers": "1"}))
    sheet = load_workbook(
        io.BytesIO(client.get(reverse("branches:deliveries_excel")).content)
    ).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert ["文化路", "3 号楼 401", "王秀兰", "13812345678"] in [row[:4] for row in rows]
    lines = AuditLine.objects.filter(action=AuditLine.Action.FILES_EXPORTED)
    assert [line.details for line in lines] == [{"list": "deliveries", "count": 1}] * 2


def test_streets_stand_in_the_order_of_their_sounds(client, city, branch, lesson, secretary):
    for name, street in (("甲", "中山路"), ("乙", "安定街"), ("丙", "中山路")):
        who = school.person(name, at=city)
        school.member(who, branch)
        home.pack(who, lesson, by=secretary, street=street, now=timezone.now())
    client.force_login(secretary)
    page = client.get("/home-study/deliveries/")
    assert [(street, len(packs)) for street, packs in page.context["streets"]] == [
        ("安定街", 1),
        ("中山路", 2),
    ]


@pytest.mark.parametrize(
    "address",
    ["/home-study/?state=pack", "/home-study/deliveries/?show=all", "/home-study/?state=back"],
)
def test_lists_ask_the_same_questions_however_long(
    client, city, branch, lesson, secretary, address
):

    client.force_login(secretary)
    counts = []
    for number in range(3):
        who = school.person(f"学员{number}", at=city)
        school.member(who, branch)
        made = home.pack(who, lesson, by=secretary, now=timezone.now())
        if "back" in address:
            slips.record(delivery=made, studied_on=timezone.localdate(), minutes=45, by=secretary)
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        counts.append(len(queries))
    assert counts[1] == counts[2]
