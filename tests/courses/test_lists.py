import io
from datetime import date, time, timedelta

import pytest
from django.utils import timezone
from pypdf import PdfReader

from accounts.models import AuditLine, RoleGrant
from courses import fees, planning, registration
from courses.models import (
    Application,
    ClassGroup,
    RegistrationRound,
    SeatPool,
    Source,
    Term,
    Wish,
)
from tests import factories
from tests.courses.desk import registrar, rows, words

pytestmark = pytest.mark.django_db

NOW = timezone.now()
HOUR = timedelta(hours=1)


@pytest.fixture
def unit():
    return factories.organisation("青岚市老年大学")


@pytest.fixture
def office(unit):
    return registrar(unit)


@pytest.fixture
def class_group(unit):
    return make("行书入门", capacity=2, min_to_open=1, fee=180)


def make(name, **facts):
    group = factories.class_group(name=name, **facts)
    planning.save_class(class_group=group)
    return group


def seated(group, name, **facts):
    place = factories.seat(group, factories.person(name, **facts), now=NOW)
    if hasattr(place, "seated_at"):
        fees.settle(enrolment=place, now=NOW)
    return place


def of_table(response):
    """The words of the rows of the table."""
    body = response.content.decode().split("<tbody>")[1].split("</tbody>")[0]
    return [words_of(row) for row in body.split("<tr>")[1:]]


def words_of(html):
    return words(type("Answer", (), {"content": f"<main {html}</main>".encode()})).strip("> ")


def listed(office, **asked):
    """The names of the classes that the page lists."""
    response = office.get("/registrar/classes/", asked)
    if "<tbody>" not in response.content.decode():
        return []
    return [row.split()[0] for row in of_table(response)]


# Classes


def test_the_list_says_seats_learners_who_waits_and_the_money(office, class_group):
    for name in ("甲", "乙", "丙"):
        seated(class_group, name)
    said = words(office.get("/registrar/classes/"))
    assert "共 1 个班，座位 2 个，报上 2 人次，候补 1 人次" in said
    assert "2 2 1 360 0 满了" in said
    assert "合计 1 个班 2 2 1 360 0" in said


def test_classes_are_found_by_state_subject_weekday_point_and_text(office, class_group, unit):
    full = make("国画", capacity=1, min_to_open=1, weekday=4, starts_at_time=time(14))
    seated(full, "甲")
    seated(full, "乙")
    make("声乐", min_to_open=5, course=factories.course("声乐", subject="singing"))
    gone = make("停开的", weekday=1)
    planning.cancel_class(class_group=gone, now=NOW)
    assert set(listed(office)) == {"行书入门", "国画", "声乐"}
    assert listed(office, state="full") == ["国画"]
    assert listed(office, state="waiting") == ["国画"]
    assert listed(office, state="under") == ["行书入门", "声乐"]
    assert listed(office, state="cancelled") == ["停开的"]
    assert set(listed(office, state="open")) == {"行书入门", "声乐"}
    assert listed(office, weekday="4") == ["国画"]
    assert listed(office, subject="singing") == ["声乐"]
    assert listed(office, q="guohua") == ["国画"]
    assert listed(office, q="sy") == ["声乐"]
    assert listed(office, q=class_group.code) == ["行书入门"]
    assert listed(office, q="没有的班") == []


def test_the_newest_term_is_shown_first_and_all_when_asked(office, class_group, unit):
    old = Term.objects.create(
        organisation=unit, name="去年", starts_on=date(2025, 3, 1), ends_on=date(2025, 7, 1)
    )
    make("去年的班", term=old)
    assert listed(office) == ["行书入门"]
    assert listed(office, term=old.pk) == ["去年的班"]
    assert set(listed(office, term="")) == {"行书入门", "去年的班"}


def test_a_copied_term_that_nobody_registers_for_is_not_shown_first(office, class_group, unit):
    later = class_group.term.starts_on + timedelta(weeks=26)
    copy = Term.objects.create(
        organisation=unit, name="下学期", starts_on=later, ends_on=later + timedelta(weeks=18)
    )
    make("下学期的班", term=copy)
    assert listed(office) == ["行书入门"]
    assert listed(office, term=copy.pk) == ["下学期的班"]


def test_the_list_is_sorted_by_what_was_pressed(office, class_group):
    make("国画", capacity=9)
    assert listed(office, sort="seats") == ["行书入门", "国画"]
    assert listed(office, sort="-seats") == ["国画", "行书入门"]
    assert set(listed(office, sort="nonsense")) == {"行书入门", "国画"}


def test_what_makes_no_sense_in_the_address_chooses_nothing_away(office, class_group):
    assert listed(office, weekday="9", subject="x", point="0", state="y", page="99") == [
        "行书入门"
    ]


def test_classes_of_other_schools_are_neither_listed_nor_counted(office, class_group):
    elsewhere = factories.organisation("远山县")
    make("远山的班", course=factories.course("国画", organisation=elsewhere))
    assert listed(office, term="") == ["行书入门"]
    assert "共 1 个班" in words(office.get("/registrar/classes/?term="))


def test_the_list_goes_into_a_workbook_with_its_totals(office, class_group):
    ClassGroup.objects.filter(pk=class_group.pk).update(name="=cmd|' /C calc'!A0")
    seated(class_group, "甲")
    answer = office.get("/registrar/classes/excel/")
    sheet = rows(answer)
    assert sheet[-2][1] == "=cmd|' /C calc'!A0"
    assert sheet[-1] == [
        "合计 1 个班", *[None] * 7, 2, 1, 0, None, 180, 0, None
    ]  # fmt: skip


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_class_and_for_three(
    office, count, django_assert_num_queries
):
    for number in range(count):
        seated(make(f"班{number}"), f"学员{number}")
    with django_assert_num_queries(16):
        office.get("/registrar/classes/")


# The roster


def roster(office, group, **asked):
    return words(office.get(f"/registrar/classes/{group.pk}/", asked))


def test_a_roster_shows_who_has_a_seat_and_what_they_owe(office, class_group):
    paid, _owes = seated(class_group, "李国强", phone="13812345678"), seated(class_group, "王秀兰")
    fees.pay(enrolment=paid, amount=180, method="cash", by=factories.login(), now=NOW)
    said = roster(office, class_group)
    assert "学员 2 候补 0 退班 0" in said
    assert "138****5678" in said
    assert "13812345678" not in said
    assert "收了 180 元" in said
    assert "欠 180 元" in said
    assert "合计 2 人 应收 360 元，实收 180 元" in said
    assert "李国强" not in roster(office, class_group, fees="owes")
    assert "王秀兰" not in roster(office, class_group, q="5678")
    assert "王秀兰" in roster(office, class_group, q="wxl")
    assert "没有查到这样的人" in roster(office, class_group, source="phone")


def test_a_roster_shows_who_waits_and_whose_seat_is_kept(office, class_group):
    first = seated(class_group, "甲")
    seated(class_group, "乙")
    seated(class_group, "丙")
    assert "1 丙 没有" in roster(office, class_group, show="waiting")
    registration.withdraw(enrolment=first, because="搬家", now=NOW + HOUR)
    assert "给他留着座位 到" in roster(office, class_group, show="waiting")
    assert "甲 没有" in roster(office, class_group, show="gone")
    assert "搬家" in roster(office, class_group, show="gone")


def test_who_undid_within_ten_minutes_is_listed_nowhere(office, class_group):
    registration.withdraw(enrolment=seated(class_group, "甲"), now=NOW + timedelta(minutes=3))
    assert "学员 0 候补 0 退班 0" in roster(office, class_group)
    assert "没有人退班" in roster(office, class_group, show="gone")


def test_a_roster_shows_the_wishes_of_a_draw(office, class_group):
    opened = RegistrationRound.objects.create(
        term=class_group.term, name="抽签批", method="draw", opens_at=NOW, closes_at=NOW + HOUR
    )
    for number, name in enumerate(("甲", "乙"), start=1):
        application = Application.objects.create(
            round=opened,
            person=factories.person(name),
            number=number,
            source=Source.COUNTER,
            asked_at=NOW,
        )
        Wish.objects.create(application=application, pool=class_group.pools.get(), rank=number)
    Application.objects.filter(number=2).update(withdrawn_at=NOW)
    said = roster(office, class_group, show="wishes")
    assert "抽签报名 1" in said
    assert "1 甲 没有 1" in said
    assert "乙" not in said


def test_the_ways_to_attend_are_told_apart(office, class_group):
    SeatPool.objects.filter(class_group=class_group).update(kind="on_site")
    online = SeatPool.objects.create(class_group=class_group, kind="online", capacity=5)
    person = factories.person("在家的")
    registration.register(person=person, class_group=class_group, pool=online, now=NOW)
    assert "在家的" in roster(office, class_group, pool=online.pk)
    on_site = class_group.pools.get(kind="on_site")
    assert "在家的" not in roster(office, class_group, pool=on_site.pk)


@pytest.mark.parametrize("part", ["seats", "waiting", "wishes", "gone"])
def test_every_part_goes_into_a_workbook_as_text(office, class_group, part):
    first = seated(class_group, "=甲")
    seated(class_group, "+乙")
    seated(class_group, "@丙")
    if part == "gone":
        registration.withdraw(enrolment=first, because="-1", now=NOW + HOUR)
    answer = office.get(f"/registrar/classes/{class_group.pk}/excel/", {"show": part})
    names = {"seats": ["+乙", "=甲"], "waiting": ["@丙"], "wishes": [], "gone": ["=甲"]}[part]
    sheet = rows(answer)
    assert sorted(row[0] for row in sheet[3:-1]) == sorted(names)
    assert sheet[-1][0] == f"合计 {len(names)} 人"
    line = AuditLine.objects.get(action=AuditLine.Action.FILES_EXPORTED)
    assert line.details["count"] == len(names)


def test_a_part_that_does_not_exist_is_not_found(office, class_group):
    assert office.get(f"/registrar/classes/{class_group.pk}/?show=secrets").status_code == 404


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("part", ["seats", "waiting", "gone"])
def test_a_roster_costs_the_same_for_one_learner_and_for_three(
    office, class_group, part, count, django_assert_num_queries
):
    SeatPool.objects.filter(class_group=class_group).update(capacity=count)
    for number in range(count * 2):
        place = seated(class_group, f"学员{number}")
        if part == "gone" and number < count:
            registration.withdraw(enrolment=place, because="搬家", now=NOW + HOUR)
    asked = {"show": part}
    with django_assert_num_queries({"seats": 13, "waiting": 13, "gone": 12}[part]):
        office.get(f"/registrar/classes/{class_group.pk}/", asked)


# Paper


def pages(response):
    reader = PdfReader(io.BytesIO(response.content))
    return [page.extract_text() for page in reader.pages], reader


def test_the_roster_as_a_pdf_has_every_name_in_its_order(office, class_group):
    SeatPool.objects.filter(class_group=class_group).update(capacity=60)
    seated(class_group, "#strong[王]", phone="13812345678", moves_badly=True)
    for number in range(40):
        seated(class_group, f"张学员{number}")
    answer = office.get(f"/registrar/classes/{class_group.pk}/roster.pdf")
    assert answer["Content-Type"] == "application/pdf"
    texts, reader = pages(answer)
    text = "".join(texts)
    for said in ("行书入门", "#strong[王]", "138****5678", "行动不便", "共 41 人", "沈文清"):
        assert said.replace(" ", "") in text.replace(" ", "")
    assert "13812345678" not in text
    assert len(reader.pages) == 2
    assert round(float(reader.pages[0].mediabox.width)) == 595


def test_a_sign_in_sheet_has_a_column_for_each_meeting(office, class_group):
    seated(class_group, "王秀兰")
    for week in range(10):
        day = timezone.make_aware(timezone.datetime(2026, 9, 2, 9)) + timedelta(weeks=week)
        factories.session(class_group, starts_at=day)
    texts, reader = pages(office.get(f"/registrar/classes/{class_group.pk}/sign-in.pdf"))
    assert len(reader.pages) == 2
    assert "9/2" in texts[0]
    assert "10/21" in texts[0]
    assert "11/4" in texts[1]
    assert all("王秀兰" in text for text in texts)
    assert round(float(reader.pages[0].mediabox.width)) == 842


def test_fifteen_learners_sign_on_one_page_for_each_eight_meetings(office, unit):
    group = make("合唱", capacity=30, min_to_open=1)
    for number in range(15):
        seated(group, f"学员{number}")
    for week in range(16):
        day = timezone.make_aware(timezone.datetime(2026, 9, 2, 9)) + timedelta(weeks=week)
        factories.session(group, starts_at=day)
    _texts, reader = pages(office.get(f"/registrar/classes/{group.pk}/sign-in.pdf"))
    assert len(reader.pages) == 2


def test_a_sheet_can_be_printed_before_the_meetings_are_planned(office, class_group):
    seated(class_group, "王秀兰")
    texts, _reader = pages(office.get(f"/registrar/classes/{class_group.pk}/sign-in.pdf"))
    assert len(texts) == 1


# Today


@pytest.fixture
def start(office):
    return lambda: words(office.get("/registrar/"))


def test_a_quiet_day_says_so(start, unit):
    assert "现在没有等着办的事" in start()


def test_the_start_page_counts_what_waits(start, class_group):
    first = seated(class_group, "甲")
    seated(class_group, "乙")
    seated(class_group, "丙")
    registration.withdraw(enrolment=first, because="搬家", now=NOW + HOUR)
    fees.settle(enrolment=first)
    late = Term.objects.create(
        organisation=class_group.organisation,
        name="下学期",
        starts_on=timezone.localdate(NOW) + timedelta(days=20),
        ends_on=timezone.localdate(NOW) + timedelta(days=120),
    )
    make("人不够的班", term=late, weekday=5, teacher=factories.person("另一位"))
    said = start()
    assert "1 空出的座位要打电话问" in said
    assert "1 班不够开班人数" in said
    assert "1 学费没有交 1 人，一共 180 元" in said
    assert "要退费" not in said


def test_money_to_give_back_is_work_of_today(start, class_group):
    seat = seated(class_group, "甲")
    fees.pay(enrolment=seat, amount=180, method="cash", by=factories.login(), now=NOW)
    ClassGroup.objects.filter(pk=class_group.pk).update(cancelled_at=NOW)
    fees.settle(enrolment=seat, now=NOW)
    assert "1 要退费 一共 180 元" in start()


def test_a_paid_seat_given_up_is_work_of_today_until_it_is_decided(start, class_group):
    seat, desk = seated(class_group, "甲"), factories.login()
    fees.pay(enrolment=seat, amount=180, method="cash", by=desk, now=NOW)
    registration.withdraw(enrolment=seat, because="搬家", now=NOW + HOUR)
    fees.settle(enrolment=seat)
    assert "1 退了班，要定退不退 交过 180 元" in start()
    fees.keep(enrolment=seat, reason="上了一半", by=desk)
    assert "要定退不退" not in start()


def test_a_class_in_two_places_at_once_is_work_of_today(start, class_group):
    make("同一位老师的班", teacher=class_group.teacher)
    assert "1 课表有冲突" in start()


def test_a_draw_that_closed_wants_its_list_frozen(start, class_group):
    opened = RegistrationRound.objects.create(
        term=class_group.term,
        name="抽签批",
        method="draw",
        opens_at=NOW - 3 * HOUR,
        closes_at=NOW - HOUR,
    )
    assert "要封存" not in start()
    Application.objects.create(round=opened, person=factories.person("甲"), number=1, asked_at=NOW)
    assert "1 抽签名单要封存" in start()


def test_rounds_of_these_days_say_how_they_stand(start, class_group):
    RegistrationRound.objects.create(
        term=class_group.term,
        name="第二批",
        opens_at=NOW + 24 * HOUR,
        closes_at=NOW + 48 * HOUR,
    )
    RegistrationRound.objects.create(
        term=class_group.term,
        name="很久以后",
        opens_at=NOW + timedelta(days=60),
        closes_at=NOW + timedelta(days=61),
    )
    said = start()
    assert "第一批" in said
    assert "正在报名" in said
    assert "第二批" in said
    assert "还没开始" in said
    assert "很久以后" not in said
    assert said.index("正在报名") < said.index("还没开始")


def test_rounds_of_the_school_above_are_not_listed_as_they_cannot_be_opened(class_group, unit):
    beneath = factories.organisation("社区学校", parent=unit)
    class_group.organisation = beneath
    class_group.save()
    assert "第一批" not in words(registrar(beneath, name="冯敏").get("/registrar/"))


def test_people_and_attendances_are_counted_apart(start, class_group):
    person = factories.person("两个班的")
    for group in (class_group, make("国画", weekday=4, teacher=factories.person("另一位"))):
        registration.register(person=person, class_group=group, source=Source.COUNTER, now=NOW)
    said = start()
    assert "报名人次 2 人次" in said
    assert "报名人数 1 人" in said
    assert "窗口和电话报的 2 人次" in said


def test_nothing_of_another_school_is_counted(start, class_group):
    elsewhere = factories.organisation("远山县")
    other = make("远山的班", course=factories.course("国画", organisation=elsewhere), fee=90)
    seated(other, "远山人")
    assert "报名人次 0 人次" in start()
    assert "学费没有交" not in start()


@pytest.mark.parametrize("count", [1, 3])
def test_the_start_page_costs_the_same_for_one_class_and_for_three(
    office, count, django_assert_num_queries
):
    for number in range(count):
        group = make(f"班{number}", capacity=1, fee=180)
        first = seated(group, f"甲{number}")
        seated(group, f"乙{number}")
        registration.withdraw(enrolment=first, because="搬家", now=NOW + HOUR)
        seated(group, f"丙{number}")
    with django_assert_num_queries(30):
        office.get("/registrar/")


@pytest.mark.parametrize(
    ("role", "sees"),
    [(RoleGrant.Role.REGISTRAR, True), (RoleGrant.Role.BUREAU, False)],
)
def test_the_front_page_has_a_door_for_registrars_alone(unit, role, sees):
    client = registrar(unit, "某某", role)
    assert ('href="/registrar/"' in client.get("/").content.decode()) is sees
