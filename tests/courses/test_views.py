import re
from datetime import date, time, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts import services
from courses import planning, queries, registration
from courses.models import ClassGroup, Enrolment, RegistrationRound, Term, WaitingEntry
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


def press(client, class_group, person):
    return client.post(f"/classes/{class_group.pk}/enrolment/", {"person": person.pk})


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


def test_a_round_that_is_not_open_is_also_said_to_who_is_not_logged_in(client, class_group):
    RegistrationRound.objects.all().delete()
    said = page(client.get(address(class_group)))
    assert "报名已经结束" in said
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
            with django_assert_num_queries(15):
                client.get(address(class_group))


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
    assert member.post("/classes/999/enrolment/", {"person": person.pk}).status_code == 404


# Somebody else's places


@pytest.mark.parametrize("end", ["", "withdrawal/"])
def test_places_of_others_are_not_found(class_group, end):
    class_group.capacity = 1
    planning.save_class(class_group=class_group)
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
        {entry.person.name for entry in queries.line(class_group)},
    )


# Giving up


def test_a_seat_is_given_up_after_one_more_question(class_group):
    client, person = visitor()
    seat = factories.seat(class_group, person)
    asked = page(client.get(f"/my/places/seat/{seat.pk}/withdrawal/"))
    assert "要退“行书入门”吗？" in asked
    assert standing(class_group) == ({"王秀兰"}, set())
    response = client.post(f"/my/places/seat/{seat.pk}/withdrawal/", follow=True)
    assert "已经退了“行书入门”" in page(response)
    assert standing(class_group) == (set(), set())
    seat.refresh_from_db()
    assert seat.withdrawn_by == person.login
    assert "已经退班" in page(client.get(f"/my/places/seat/{seat.pk}/"))


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
    said = page(client.get(f"/my/places/waiting/{entry.pk}/"))
    assert "候补到座位了" in said
    entry.refresh_from_db()
    assert page(client.get(f"/my/places/seat/{entry.enrolment_id}/"))


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


def test_classes_of_past_terms_stand_apart(class_group):
    client, person = visitor()
    seat = factories.seat(class_group, person)
    past = Term.objects.create(name="去年", starts_on=date(2020, 9, 1), ends_on=date(2021, 1, 1))
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
            with django_assert_num_queries(8):
                client.get("/my/classes/")
    assert WaitingEntry.objects.filter(person=person).count() == 3
