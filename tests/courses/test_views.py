import re
from datetime import date, time, timedelta
from uuid import uuid4

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import services
from accounts.acting import households
from common import dates
from courses import fees, planning, queries, registration
from courses.draws import applying
from courses.models import (
    ClassGroup,
    Enrolment,
    FeeLine,
    RegistrationRound,
    SeatPool,
    WaitingEntry,
)
from courses.registration import offering, rules
from tests import factories

pytestmark = pytest.mark.django_db

NOW = timezone.now()


@pytest.fixture
def class_group():
    return factories.class_group(
        capacity=2, fee=180, starts_at_time=time(9), teacher=factories.person("沈文清")
    )


def page(response):
    """The words of the page's main part, spaces made one."""
    main = response.content.decode().split("<main", 1)[1].split("</main>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))


def visitor(name="王秀兰", **facts):
    person = factories.person(name, **facts)
    client = Client()
    client.force_login(factories.login(person))
    return client, person


def fill(class_group):
    for number in range(class_group.capacity):
        factories.seat(class_group, factories.person(f"学员{number}"))


def press(client, class_group, person, **fields):
    fields = {"person": person.pk} | fields
    return client.post(f"/classes/{class_group.pk}/enrolment/", fields)


def address(class_group):
    return f"/classes/{class_group.pk}/"


# What a class page says


def test_a_class_says_its_price_time_place_teacher_and_seats(client, class_group):
    factories.session(class_group, starts_at=NOW + timedelta(days=1))
    said = page(client.get(address(class_group)))
    for words in ("180 元", "每周三", "上午9点到10点半", "沈文清", "座位 2 个", "50 到 80 岁"):
        assert words in said


def test_who_is_not_logged_in_is_led_to_log_in_and_back(client, class_group):
    shown = client.get(address(class_group))
    assert "登录报名" in page(shown)
    assert f'href="/accounts/login/?next={address(class_group)}"' in shown.content.decode()
    assert press(client, class_group, factories.person()).url == (
        f"/accounts/login/?next=/classes/{class_group.pk}/enrolment/"
    )
    assert not Enrolment.objects.exists()


def test_who_logged_in_between_comes_back_to_the_class(class_group):
    client, _person = visitor()
    assert client.get(f"/classes/{class_group.pk}/enrolment/").url == address(class_group)


def test_who_has_no_file_is_led_to_open_one(class_group):
    client = Client()
    client.force_login(factories.login())
    assert "先建档案，再报名" in page(client.get(address(class_group)))
    response = client.post(f"/classes/{class_group.pk}/enrolment/", {"person": "1"})
    assert response.url == f"/me/welcome/?next=%2Fclasses%2F{class_group.pk}%2Fenrolment%2F"


def test_that_one_may_register_is_said_before_the_button(class_group):
    client, person = visitor(born_on=date(1955, 3, 8))
    said = page(client.get(address(class_group)))
    age = person.age_on(class_group.term.starts_on)
    assert f"王秀兰，您可以报这个班 开学时 {age} 岁。这学期还可以报 2 个班。" in said
    assert said.index("您可以报这个班") < said.index("我要报名")


def test_a_full_class_offers_the_next_number(class_group):
    fill(class_group)
    factories.seat(class_group, factories.person("李国强"))
    client, _person = visitor()
    said = page(client.get(address(class_group)))
    assert "满了，1 人候补" in said
    assert "现在排，是候补 2 号" in said
    assert "排候补" in said


@pytest.mark.parametrize(
    ("set_up", "told"),
    [
        pytest.param("cancelled", "这个班停开了", id="cancelled"),
        pytest.param("not open yet", "开始报名，请到时候再来", id="not open yet"),
        pytest.param("closed", "报名已经结束", id="closed"),
        pytest.param("age", "这个班收 50 到 80 岁的学员", id="age"),
        pytest.param("limit", "报满 2 个班", id="limit"),
    ],
)
def test_why_one_may_not_register_is_said_instead_of_a_button(class_group, set_up, told):
    client, person = visitor(born_on=date(1990 if set_up == "age" else 1955, 3, 8))
    rounds = RegistrationRound.objects.all()
    if set_up == "cancelled":
        planning.cancel_class(class_group=class_group)
    elif set_up == "not open yet":
        rounds.update(opens_at=NOW + timedelta(days=1), closes_at=NOW + timedelta(days=2))
    elif set_up == "closed":
        rounds.update(opens_at=NOW - timedelta(days=2), closes_at=NOW - timedelta(days=1))
    elif set_up == "limit":
        for _number in range(2):
            factories.seat(factories.class_group(), person)
    said = page(client.get(address(class_group)))
    assert told in said
    assert "我要报名" not in said
    refused = press(client, class_group, person)
    assert refused.status_code == 422
    assert told in page(refused)
    assert queries.place_held(person=person, class_group=class_group) is None


def test_a_class_taken_out_since_the_page_was_opened_is_told_in_words(class_group):
    client, person = visitor()
    planning.delete_class(class_group=class_group)
    response = press(client, class_group, person)
    assert (response.status_code, response.url) == (302, queries.catalogue_url())
    assert "这个班刚刚撤掉了，没有报上" in str(next(iter(get_messages(response.wsgi_request))))


@pytest.mark.parametrize(
    ("taken", "told"),
    [
        (17, "还有 3 个座位，想插班，请打学校电话或到窗口，我们来办。"),
        (20, "座位也满了。请看看别的班，或打学校电话问一问。"),
    ],
)
def test_after_the_last_round_the_page_says_since_when_and_what_to_do(
    client, class_group, taken, told
):
    RegistrationRound.objects.update(
        opens_at=NOW - timedelta(days=2), closes_at=NOW - timedelta(days=1)
    )
    class_group.pools.update(capacity=20, seats_taken=taken)
    closed_at = dates.day_clock(timezone.localtime(NOW - timedelta(days=1)))
    said = page(client.get(address(class_group)))
    assert f"报名已经结束，是{closed_at}截止的。{told}" in said
    assert "可以候补" not in said


def test_a_round_that_is_still_to_come_for_others_is_named(class_group):
    client, _person = visitor()
    RegistrationRound.objects.update(
        name="老学员优先",
        who="returning",
        opens_at=NOW + timedelta(days=1),
        closes_at=NOW + timedelta(days=2),
    )
    assert "老学员（以前在这里上过课）可以报。您想报，请打学校电话问一问。" in page(
        client.get(address(class_group))
    )


def test_whoever_has_no_file_yet_is_not_told_to_log_in_once_more(client, class_group):
    client.force_login(factories.login())
    said = page(client.get(address(class_group)))
    assert "还差一步" in said
    assert "要登录才能报名" not in said
    assert "先建档案，再报名" in said


def test_a_round_that_is_not_planned_is_also_said_to_who_is_not_logged_in(client, class_group):
    RegistrationRound.objects.all().delete()
    said = page(client.get(address(class_group)))
    assert "这个班哪天开始报名还没有定" in said
    assert "登录报名" not in said


def test_who_has_a_seat_sees_it_and_when_to_come(class_group):
    client, person = visitor()
    factories.session(class_group, starts_at=NOW + timedelta(days=1))
    factories.seat(class_group, person)
    said = page(client.get(address(class_group)))
    assert "王秀兰已经报上这个班" in said
    assert "下一次课" in said
    assert "我要报名" not in said


def test_who_waits_sees_the_number_and_how_many_are_before(class_group):
    fill(class_group)
    factories.seat(class_group, factories.person("李国强"))
    client, person = visitor()
    factories.seat(class_group, person)
    said = page(client.get(address(class_group)))
    assert "王秀兰在候补，2 号" in said
    assert "前面还有 1 人" in said


def test_a_class_page_asks_the_database_the_same_with_one_and_three_meetings(
    class_group, django_assert_num_queries
):
    client, _person = visitor()
    client.get(address(class_group))
    for number in range(3):
        factories.session(class_group, starts_at=NOW + timedelta(days=number))
        if number in (0, 2):
            with django_assert_num_queries(20):
                client.get(address(class_group))


@pytest.mark.parametrize("free", [True, False])
@pytest.mark.parametrize("others", [1, 3])
def test_a_press_asks_the_database_little_and_its_repetition_next_to_nothing(
    free, others, django_assert_num_queries
):
    class_group = factories.class_group(capacity=others + free)
    for number in range(others):
        factories.seat(class_group, factories.person(f"学员{number}"))
    client, person = visitor()
    client.get(address(class_group))
    pool, key = class_group.pools.get(), uuid4()
    # Two of them begin and end what in a test is a savepoint.
    with django_assert_num_queries(13):
        first = press(client, class_group, person, pool=pool.pk, key=key)
    # The session, the login with its file, the answer that was given.
    with django_assert_num_queries(3):
        again = press(client, class_group, person, pool=pool.pk, key=key)
    assert (first.status_code, again.status_code, again.url) == (302, 302, first.url)


def test_who_was_answered_before_is_not_answered_for_somebody_else(class_group):
    """The same key, but a page that was opened for another person."""
    client, person = visitor()
    key = uuid4()
    assert press(client, class_group, person, key=key).status_code == 302
    other = factories.person("李国强")
    refused = press(client, class_group, other, key=key)
    assert refused.status_code == 422
    assert "换了人办理" in page(refused)


# Ways to attend


@pytest.fixture
def two_ways(class_group):
    """(the pool on site, full; the pool online)."""
    class_group.pools.update(kind="on_site", capacity=1)
    factories.seat(class_group, factories.person("先来的"))
    online = SeatPool.objects.create(class_group=class_group, kind="online", capacity=30)
    return class_group.pools.get(kind="on_site"), online


def test_each_way_to_attend_says_its_seats_and_the_next_number(class_group, two_ways):
    client, _person = visitor()
    said = page(client.get(address(class_group)))
    assert "怎样上课？请选一样" in said
    assert "到现场 满了，现在排是候补 1 号" in said
    assert "在家看直播 还有 30 个座位" in said


def test_who_chose_no_way_is_asked_to(class_group, two_ways):
    client, person = visitor()
    response = press(client, class_group, person)
    assert response.status_code == 422
    assert "请先选怎样上课" in page(response)


def test_the_slip_says_the_way_that_was_chosen(class_group, two_ways):
    client, person = visitor()
    _on_site, online = two_ways
    response = press(client, class_group, person, pool=online.pk)
    assert Enrolment.objects.get(person=person).pool == online
    assert "地点 在家看直播" in page(client.get(response.url))


# Before it opens


@pytest.mark.parametrize(
    ("hours", "watched"), [(2, True), (None, False)], ids=["opens later", "over"]
)
def test_a_page_that_is_not_open_yet_looks_again_when_it_opens(
    client, class_group, hours, watched
):
    now = timezone.now()
    past = now - timedelta(days=2)
    RegistrationRound.objects.update(
        opens_at=now + timedelta(hours=hours) if hours else past,
        closes_at=now + timedelta(days=3) if hours else past + timedelta(days=1),
    )
    shown = client.get(address(class_group)).content.decode()
    found = re.search(r'<page-watch after="(\d+)">', shown)
    assert bool(found) == watched
    if watched:
        assert 6900 < int(found[1]) <= 7200


# A class that is drawn


def test_a_class_that_is_drawn_leads_to_the_wishes_instead_of_a_seat(class_group):
    client, person = visitor()
    RegistrationRound.objects.update(method="draw")
    said = page(client.get(address(class_group)))
    assert "早报晚报、网上、电话、窗口，机会都一样" in said
    assert "抽签决定，不用抢" in said
    assert "我要报名" not in said
    refused = press(client, class_group, person)
    assert refused.status_code == 422
    assert "这个班抽签决定" in page(refused)


def test_who_has_made_wishes_sees_their_number(class_group):
    client, person = visitor()
    RegistrationRound.objects.update(method="draw")
    opened = RegistrationRound.objects.get()
    applying.apply(person=person, round=opened, pools=[class_group.pools.get()])
    assert "王秀兰的抽签号是 1 号" in page(client.get(address(class_group)))


# Couples


@pytest.fixture
def couple():
    """(her client, herself, her husband): they study on one device."""
    client, wife = visitor("王秀兰")
    husband = factories.person("李国强", sex="m")
    services.login_without_phone(person=husband)
    households.record_paper(persons=(wife, husband), paper="3 号柜", by=factories.login())
    return client, wife, husband


def test_a_couple_registers_with_one_press_and_the_slip_names_both(class_group, couple):
    client, wife, husband = couple
    assert "和李国强一起报" in page(client.get(address(class_group)))
    response = press(client, class_group, wife, partner=husband.pk)
    assert standing(class_group)[0] == {"王秀兰", "李国强"}
    assert "一起报 李国强" in page(client.get(response.url))


def test_a_couple_for_whom_one_seat_is_left_waits_side_by_side(class_group, couple):
    client, wife, husband = couple
    factories.seat(class_group, factories.person("先来的"))
    response = press(client, class_group, wife, partner=husband.pk)
    assert "一起排 李国强，2 号" in page(client.get(response.url))
    assert standing(class_group) == ({"先来的"}, {"王秀兰", "李国强"})


def test_a_rule_against_one_of_a_couple_is_told_by_name_and_nothing_typed_is_lost(
    class_group, couple
):
    client, wife, husband = couple
    type(husband).objects.filter(pk=husband.pk).update(born_on=date(1990, 1, 1))
    response = press(client, class_group, wife, partner=husband.pk)
    assert response.status_code == 422
    assert "李国强开学时" in page(response)
    assert f'<option value="{husband.pk}" selected>' in response.content.decode()
    assert standing(class_group) == (set(), set())


def test_nobody_registers_a_stranger_beside_themselves(class_group, couple):
    client, wife, _husband = couple
    stranger = factories.person("张桂芳")
    for wrong in (stranger.pk, "x", 10**30):
        assert press(client, class_group, wife, partner=wrong).status_code == 404
    assert standing(class_group) == (set(), set())


# Registering


def test_who_presses_gets_a_slip_with_the_number(class_group):
    client, person = visitor()
    response = press(client, class_group, person)
    enrolment = Enrolment.objects.get()
    assert (enrolment.person, enrolment.seated_by, enrolment.source) == (
        person,
        person.login,
        "online",
    )
    assert response.url == f"/my/places/seat/{enrolment.pk}/"
    said = page(client.get(response.url))
    for words in ("报上了", f"A {enrolment.pk:04d}", "王秀兰", "行书入门", "沈文清", "180 元"):
        assert words in said
    assert "代办" not in said


def test_who_presses_twice_has_one_seat(class_group):
    client, person = visitor()
    assert press(client, class_group, person).url == press(client, class_group, person).url
    assert Enrolment.objects.count() == 1


def test_a_lost_answer_and_a_retry_are_one_seat_also_when_it_was_given_up_between(class_group):
    client, person = visitor()
    key = uuid4()
    first = press(client, class_group, person, key=key)
    assert press(client, class_group, person, key=key).url == first.url
    registration.withdraw(enrolment=Enrolment.objects.get())
    again = press(client, class_group, person, key=key)
    assert again.url == first.url
    assert standing(class_group) == (set(), set())


def test_a_key_that_is_none_is_as_good_as_no_key(class_group):
    client, person = visitor()
    assert press(client, class_group, person, key="老的").status_code == 302
    assert standing(class_group)[0] == {"王秀兰"}


def test_a_page_that_lay_open_while_somebody_logged_in_again_says_press_again(class_group):
    strict = Client(enforce_csrf_checks=True)
    person = factories.person()
    strict.force_login(factories.login(person))
    strict.get(address(class_group))
    response = strict.post(
        f"{address(class_group)}enrolment/",
        {"person": person.pk, "csrfmiddlewaretoken": "a" * 64},
        headers={"Referer": f"http://testserver{address(class_group)}"},
    )
    assert response.status_code == 403
    assert "请再按一次" in page(response)
    assert f'href="{address(class_group)}">回到那一页' in response.content.decode()
    assert not Enrolment.objects.exists()


def test_who_presses_for_a_full_class_gets_a_waiting_slip(class_group):
    fill(class_group)
    client, person = visitor(phone="13800000001")
    response = press(client, class_group, person)
    said = page(client.get(response.url))
    for words in ("候补排上了", "1 号", "前面还有 0 人", "138****0001"):
        assert words in said


def test_a_daughter_registers_her_mother_and_the_slip_says_so(class_group):
    client, daughter = visitor("何雅琴", born_on=date(1975, 6, 18))
    mother = factories.person("何彩兰")
    services.allow_proxy(person=mother, agent=daughter.login, relation="child")
    client.post("/me/acting/", {"person": mother.pk})
    shown = page(client.get(address(class_group)))
    assert "何彩兰可以报这个班" in shown
    assert "给何彩兰报名" in shown
    response = press(client, class_group, mother)
    enrolment = Enrolment.objects.get()
    assert (enrolment.person, enrolment.seated_by) == (mother, daughter.login)
    assert re.search(r"代办 何雅琴", page(client.get(response.url)))


def test_who_may_act_for_others_is_led_to_register_them_before_the_button(class_group):
    client, daughter = visitor("何雅琴")
    mother = factories.person("何彩兰")
    services.allow_proxy(person=mother, agent=daughter.login, relation="child")
    said = page(client.get(address(class_group)))
    assert said.index("替何彩兰报名") < said.index("我要报名")
    chosen = client.post("/me/acting/", {"person": mother.pk, "next": address(class_group)})
    assert chosen.url == address(class_group)
    said = page(client.get(chosen.url))
    assert "给何彩兰报名" in said
    assert "替何彩兰报名" not in said
    RegistrationRound.objects.update(closes_at=NOW)
    client.post("/me/acting/")
    assert "替何彩兰报名" not in page(client.get(address(class_group)))


def test_only_a_few_of_many_people_stand_above_the_button(class_group):
    client, helper = visitor("何雅琴")
    for number in range(7):
        person = factories.person(f"学员{number}")
        services.allow_proxy(person=person, agent=helper.login, relation="monitor")
    response = client.get(address(class_group))
    assert len(re.findall(r"替学员\d报名", page(response))) == 6
    assert 'href="/me/#held"' in response.content.decode()


def test_a_page_opened_for_the_mother_does_not_register_the_daughter(class_group):
    client, daughter = visitor("何雅琴")
    mother = factories.person("何彩兰")
    proxy = services.allow_proxy(person=mother, agent=daughter.login, relation="child")
    client.post("/me/acting/", {"person": mother.pk})
    services.revoke_proxy(proxy=proxy)
    response = press(client, class_group, mother)
    assert response.status_code == 422
    assert "现在是给何雅琴报名，请看清楚再按一次" in page(response)
    assert not Enrolment.objects.exists()


def test_an_unknown_class_is_not_found(client):
    assert client.get("/classes/999/").status_code == 404
    member, person = visitor()
    gone = member.post("/classes/999/enrolment/", {"person": person.pk})
    assert gone.url == queries.catalogue_url()


# Somebody else's places


@pytest.mark.parametrize("end", ["", "withdrawal/"])
def test_places_of_others_are_not_found(class_group, end):
    class_group.pools.update(capacity=1)
    seat = factories.seat(class_group, factories.person("李国强"))
    entry = factories.seat(class_group, factories.person("张桂芳"))
    stranger, _person = visitor()
    for place in (seat, entry):
        assert stranger.get(place.get_absolute_url() + end).status_code == 404
        assert stranger.post(place.get_absolute_url() + end).status_code in {404, 405}
        assert Client().get(place.get_absolute_url() + end).status_code == 302
    assert standing(class_group) == ({"李国强"}, {"张桂芳"})


def standing(class_group):
    return (
        {enrolment.person.name for enrolment in queries.roster(class_group)},
        {entry.person.name for entry in rules.line(class_group.pools.get())},
    )


def test_the_slip_of_a_seat_says_whether_the_fee_was_paid(class_group):
    client, person = visitor()
    seat = factories.seat(class_group, person)
    fees.settle(enrolment=seat, now=NOW)
    assert "180 元，请到窗口交" in page(client.get(seat.get_absolute_url()))
    FeeLine.objects.create(
        enrolment=seat,
        organisation=class_group.organisation,
        kind=FeeLine.Kind.PAID,
        amount=180,
        method=FeeLine.Method.CASH,
        receipt_number="2026-000001",
        on=NOW.date(),
        made_at=NOW,
    )
    said = page(client.get(seat.get_absolute_url()))
    assert "收了 180 元" in said
    assert "请到窗口交" not in said


# Giving up


def test_a_seat_is_given_up_after_one_more_question(class_group):
    client, person = visitor()
    seat = factories.seat(class_group, person, now=NOW - timedelta(hours=1))
    asked = page(client.get(f"/my/places/seat/{seat.pk}/withdrawal/"))
    assert "要退“行书入门”吗？" in asked
    assert standing(class_group) == ({"王秀兰"}, set())
    because = {"because": "时间冲突"}
    response = client.post(f"/my/places/seat/{seat.pk}/withdrawal/", because, follow=True)
    assert "已经退了“行书入门”" in page(response)
    assert standing(class_group) == (set(), set())
    seat.refresh_from_db()
    assert (seat.withdrawn_by, seat.withdrawn_because) == (person.login, "时间冲突")
    assert "已经退班" in page(client.get(f"/my/places/seat/{seat.pk}/"))


def test_a_seat_is_not_given_up_later_without_a_reason(class_group):
    client, person = visitor()
    seat = factories.seat(class_group, person, now=NOW - timedelta(hours=1))
    response = client.post(f"/my/places/seat/{seat.pk}/withdrawal/")
    assert response.status_code == 422
    assert "请选一个退班的原因" in page(response)
    assert standing(class_group) == ({"王秀兰"}, set())


def test_a_seat_just_taken_is_cancelled_without_a_reason_or_a_trace(class_group):
    client, person = visitor()
    seat = factories.seat(class_group, person)
    assert "报错了，取消" in page(client.get(f"/my/places/seat/{seat.pk}/"))
    asked = page(client.get(f"/my/places/seat/{seat.pk}/withdrawal/"))
    assert "要取消“行书入门”吗？" in asked
    assert "为什么退" not in asked
    response = client.post(f"/my/places/seat/{seat.pk}/withdrawal/", follow=True)
    assert "“行书入门”取消了，就当没有报过" in page(response)
    seat.refresh_from_db()
    assert seat.undone
    assert "就当没有报过" in page(client.get(f"/my/places/seat/{seat.pk}/"))


def test_leaving_a_line_that_became_a_seat_meanwhile_leads_to_the_seat(class_group):
    fill(class_group)
    client, person = visitor()
    entry = factories.seat(class_group, person)
    open_since_yesterday = f"/my/places/waiting/{entry.pk}/withdrawal/"
    registration.withdraw(enrolment=Enrolment.objects.first())
    offering.accept(offer=entry.offers.get(), channel="phone")
    assert "王秀兰已经有座位了，不在候补里" in page(client.post(open_since_yesterday, follow=True))
    assert "已经有座位了" in page(client.get(open_since_yesterday))
    assert queries.seat_of(person=person, class_group=class_group)


def test_a_waiting_place_is_given_up_after_one_more_question(class_group):
    fill(class_group)
    client, person = visitor()
    entry = factories.seat(class_group, person)
    asked = page(client.get(f"/my/places/waiting/{entry.pk}/withdrawal/"))
    assert "不候补“行书入门”了吗？" in asked
    response = client.post(f"/my/places/waiting/{entry.pk}/withdrawal/", follow=True)
    assert "不再候补“行书入门”了" in page(response)
    assert standing(class_group)[1] == set()
    assert "已经不候补了" in page(client.get(f"/my/places/waiting/{entry.pk}/"))


def test_a_waiting_slip_says_when_it_has_become_a_seat(class_group):
    fill(class_group)
    client, person = visitor()
    entry = factories.seat(class_group, person)
    registration.withdraw(enrolment=Enrolment.objects.first())
    offering.accept(offer=entry.offers.get(), channel="page")
    said = page(client.get(f"/my/places/waiting/{entry.pk}/"))
    assert "候补到座位了" in said
    entry.refresh_from_db()
    assert page(client.get(f"/my/places/seat/{entry.enrolment_id}/"))


@pytest.mark.parametrize(
    ("outcome", "told"),
    [("refused", "问过您，您说不要"), ("expired", "问过您，没有等到答复")],
)
def test_a_waiting_slip_says_how_the_offer_ended(class_group, outcome, told):
    fill(class_group)
    client, person = visitor()
    entry = factories.seat(class_group, person)
    registration.withdraw(enrolment=Enrolment.objects.first())
    offer = entry.offers.get()
    assert "轮到您了" in page(client.get(entry.get_absolute_url()))
    if outcome == "refused":
        offering.refuse(offer=offer, channel="phone")
    else:
        offering.expire_due(offer.expires_at)
    assert told in page(client.get(entry.get_absolute_url()))


# Changing to another class


def transfer(seat):
    return f"/my/places/seat/{seat.pk}/transfer/"


def test_a_seat_is_changed_for_a_free_one_and_the_fees_are_compared(class_group):
    client, person = visitor()
    seat = factories.seat(class_group, person)
    dearer = factories.class_group(name="国画", fee=240)
    factories.class_group(name="合唱", fee=180)
    factories.class_group(name="棋牌", fee=0)
    said = page(client.get(transfer(seat)))
    for words in ("国画", "学费要补 60 元", "学费一样", "学费会退 180 元"):
        assert words in said
    response = client.post(transfer(seat), {"pool": dearer.pools.get().pk}, follow=True)
    assert "已经转到“国画”" in page(response)
    assert standing(class_group)[0] == set()
    assert standing(dearer)[0] == {"王秀兰"}
    assert "已经转到“国画”" in page(client.get(f"/my/places/seat/{seat.pk}/"))


def test_pressing_twice_changes_the_class_once(class_group):
    client, person = visitor()
    seat = factories.seat(class_group, person)
    pool = factories.class_group(name="国画").pools.get()
    first = client.post(transfer(seat), {"pool": pool.pk})
    assert client.post(transfer(seat), {"pool": pool.pk}).url == first.url
    assert Enrolment.objects.filter(person=person, withdrawn_at=None).count() == 1


def test_only_classes_that_fit_and_have_a_free_seat_and_no_line_can_be_changed_to(class_group):
    client, person = visitor(born_on=date(1955, 3, 8))
    seat = factories.seat(class_group, person)
    full = factories.class_group(name="满了", capacity=1)
    fill(full)
    factories.class_group(name="要年轻", max_age=55)
    factories.class_group(name="老学员", returning_only=True)
    factories.class_group(name="别的学期", term=factories.term())
    held = factories.class_group(name="候着的", capacity=1)
    fill(held)
    factories.seat(held, person)
    fits = factories.class_group(name="太极拳")
    shown = [pool.class_group for pool in client.get(transfer(seat)).context["pools"]]
    assert shown == [fits]
    refused = client.post(transfer(seat), {"pool": full.pools.get().pk})
    assert refused.status_code == 422
    assert "这个班满了" in page(refused)
    # The only class that was left filled up while the page was open.
    SeatPool.objects.filter(class_group=fits).update(seats_taken=20)
    refused = client.post(transfer(seat), {"pool": fits.pools.get().pk})
    assert "还没有转" in page(refused)
    assert "这个班满了" in page(refused)


def test_choosing_no_class_or_one_that_does_not_exist_is_told(class_group):
    client, person = visitor()
    seat = factories.seat(class_group, person)
    factories.class_group()
    for wrong in ("", "x", "9" * 30, "999"):
        refused = client.post(transfer(seat), {"pool": wrong})
        assert refused.status_code == 422
        assert "请先选转到哪个班" in page(refused)


def test_after_the_first_month_a_seat_is_not_changed_any_more(class_group):
    client, person = visitor()
    seat = factories.seat(class_group, person)
    class_group.term.starts_on -= timedelta(days=5)
    class_group.term.save()
    to = factories.class_group()
    assert "现在已经过了" in page(client.get(transfer(seat)))
    assert "转到别的班" not in page(client.get(seat.get_absolute_url()))
    assert client.post(transfer(seat), {"pool": to.pools.get().pk}).status_code == 422


def test_the_classes_to_change_to_ask_the_database_the_same_for_one_and_three(
    class_group, django_assert_num_queries
):
    client, person = visitor()
    seat = factories.seat(class_group, person)
    client.get(transfer(seat))
    for number in range(3):
        factories.class_group(name=f"太极{number}")
        if number in (0, 2):
            with django_assert_num_queries(11):  # One of them counts unread letters.
                client.get(transfer(seat))


# My classes


def test_my_classes_are_empty_before_one_registers():
    client, _person = visitor()
    assert "还没有报班" in page(client.get("/my/classes/"))


def test_my_classes_show_seats_numbers_and_the_next_meetings(class_group):
    full = factories.class_group(name="合唱与发声", capacity=1)
    fill(full)
    client, person = visitor()
    factories.seat(class_group, person)
    factories.seat(full, person)
    for days in (-3, 3, 30):
        factories.session(class_group, starts_at=NOW + timedelta(days=days))
    said = page(client.get("/my/classes/"))
    assert "候补 1 号" in said
    upcoming = client.get("/my/classes/").context["coming"]
    assert [session.number for session in upcoming] == [2]


def test_an_offered_seat_stands_on_top_of_my_classes_and_on_the_front_page(class_group):
    fill(class_group)
    client, person = visitor()
    entry = factories.seat(class_group, person)
    registration.withdraw(enrolment=Enrolment.objects.first())
    offer = entry.offers.get()
    for address_ in ("/my/classes/", "/", address(class_group)):
        response = client.get(address_)
        assert "“行书入门”有一个座位等您答复" in page(response)
        assert f'href="/my/offers/{offer.pk}/"' in response.content.decode()
    offering.refuse(offer=offer, channel="page")
    assert "等您答复" not in page(client.get("/my/classes/"))
    assert "等您答复" not in page(client.get("/"))


def test_an_offer_is_the_one_main_thing_of_the_front_page_until_a_class_opens(class_group):
    client, person = visitor()
    RegistrationRound.objects.update(max_classes=3)
    for name in ("行书入门", "太极拳"):
        group = factories.class_group(name=name, term=class_group.term, capacity=1)
        factories.seat(group, factories.person("先来的"))
        factories.seat(group, person)
        registration.withdraw(enrolment=Enrolment.objects.get(class_group=group))
    main = r'button--main[^"]*" href="([^"]+)"'
    assert re.findall(main, client.get("/").content.decode()) == [
        f"/my/offers/{queries.offers_open_to(person).first().pk}/"
    ]
    factories.seat(class_group, person)
    session = factories.session(class_group, starts_at=NOW + timedelta(minutes=5))
    room = reverse("live:room", args=[session.pk])
    assert re.findall(main, client.get("/").content.decode()) == [room]


def test_my_wishes_of_a_draw_stand_among_my_classes_in_their_order(class_group):
    client, person = visitor()
    RegistrationRound.objects.update(method="draw")
    other = factories.class_group(name="国画")
    opened = RegistrationRound.objects.get()
    applying.apply(person=person, round=opened, pools=[other.pools.get(), class_group.pools.get()])
    said = page(client.get("/my/classes/"))
    assert said.index("第 1 志愿：国画") < said.index("第 2 志愿：行书入门")
    assert "截止，在那以前可以改" in said


def test_classes_of_past_terms_stand_apart(class_group):
    client, person = visitor()
    seat = factories.seat(class_group, person)
    past = factories.term(now=NOW - timedelta(days=365))
    ClassGroup.objects.update(term=past)
    context = client.get("/my/classes/").context
    assert (list(context["seats"]), list(context["past"])) == ([], [seat])


def test_my_classes_ask_the_database_the_same_with_one_and_three_classes(
    django_assert_num_queries,
):
    client, person = visitor()
    term = factories.term(max_classes=9)
    factories.course()
    client.get("/my/classes/")
    for number in range(3):
        class_group = factories.class_group(term=term, capacity=1)
        factories.session(class_group, starts_at=NOW + timedelta(days=1))
        factories.seat(class_group, person)
        full = factories.class_group(term=term, capacity=1)
        fill(full)
        factories.seat(full, person)
        if number in (0, 2):
            with django_assert_num_queries(10):  # One of them counts unread letters.
                client.get("/my/classes/")
    assert WaitingEntry.objects.filter(person=person).count() == 3
