"""What is typed without care, or sent by no page of ours, is answered in words."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Person
from courses import registration
from courses.draws import reading
from courses.forms.draws import moved
from courses.models import CallAttempt, Enrolment, Offer, RegistrationRound, Term
from tests import factories
from tests.courses.counter import class_of, registrar

pytestmark = pytest.mark.django_db

LONG = "长" * 201
DIGITS = "9" * 5000
TOO_LONG = "请写短一些，最多 200 个字。"
WRONG_YEAR = "请检查年份，写 2000 到 2199 之间的年份。"


@pytest.fixture
def city():
    return factories.organisation("青岚市")


@pytest.fixture
def desk(city):
    return registrar(city)


@pytest.fixture
def group(city):
    return class_of(course=factories.course(organisation=city), capacity=1)


@pytest.fixture
def wang(city):
    return factories.person("王秀兰", organisation=city, phone="13812345678")


@pytest.fixture
def seat(group, wang):
    return factories.seat(group, wang, now=timezone.now() - timedelta(hours=1))


def at(name, *args):
    return reverse(f"courses:{name}", args=args)


def offer_made(city, group, seat):
    factories.seat(group, factories.person("李四", organisation=city, phone="13912345678"))
    registration.withdraw(enrolment=seat, because="其他")
    return Offer.objects.get()


def drawn_round(term):
    now = timezone.now()
    return RegistrationRound.objects.create(
        term=term,
        name="抽签",
        method="draw",
        opens_at=now - timedelta(days=1),
        closes_at=now + timedelta(days=1),
    )


# Words


def test_a_learners_reason_that_is_too_long_is_refused_in_words(wang, seat):
    client = Client()
    client.force_login(factories.login(wang))

    page = client.post(at("withdraw", seat.pk), {"because": LONG})

    assert page.status_code == 422
    assert TOO_LONG in page.content.decode()
    client.post(at("withdraw", seat.pk), {"because": "搬\0家"})
    seat.refresh_from_db()
    assert seat.withdrawn_because == "搬家"


@pytest.mark.parametrize("name", ["counter_withdraw", "counter_transfer"])
def test_a_reason_at_the_counter_that_is_too_long_is_refused_in_words(desk, seat, name):
    page = desk.post(at(name, seat.pk), {"because": LONG})

    assert page.status_code == 422
    assert TOO_LONG in page.content.decode()


def test_a_late_admission_wants_a_short_reason(desk, wang, group):
    RegistrationRound.objects.update(closes_at=timezone.now() - timedelta(minutes=1))
    page = desk.post(at("counter_admit", wang.pk, group.pk), {"because": LONG})

    assert page.status_code == 422
    assert TOO_LONG in page.content.decode()
    desk.post(at("counter_admit", wang.pk, group.pk), {"because": "插\0班"})
    assert Enrolment.objects.get().note == "插班"


def test_a_note_of_a_call_is_short(desk, city, group, seat):
    offer = offer_made(city, group, seat)
    desk.post(at("phone_desk_call", offer.pk))

    page = desk.post(at("phone_desk_log", offer.pk), {"outcome": "none", "note": LONG})

    assert page.status_code == 422
    assert TOO_LONG in page.content.decode()
    desk.post(at("phone_desk_log", offer.pk), {"outcome": "none", "note": "没\0人"})
    assert CallAttempt.objects.get().note == "没人"


def test_a_search_knows_no_nul(desk, wang, group):
    drawn = drawn_round(group.term)
    pages = [
        at("counter_person", wang.pk),
        at("counter_wishes", wang.pk, drawn.pk),
        at("phone_desk_missed"),
        at("draw_applications", drawn.pk),
    ]

    found = [desk.get(page, {"q": "没\0有"}).context["text"] for page in pages]

    posted = [at("counter"), at("counter_partners", wang.pk, group.pk)]
    found += [desk.post(page, {"q": "没\0有"}).context["text"] for page in posted]

    assert found == ["没有"] * (len(pages) + 2)


def test_a_calendar_address_with_a_nul_is_none():
    assert Client().get("/calendar/a%00b.ics").status_code == 404


# Numbers


@pytest.mark.parametrize("number", ["²", "٣", DIGITS])
def test_what_is_no_number_chooses_nothing(desk, wang, group, number):
    drawn = drawn_round(group.term)

    page = desk.get(at("counter_wishes", wang.pk, drawn.pk), {"wish": number})

    assert page.context["pools"] == []
    assert moved(["1", "2"], f"up-{number}") == ["1", "2"]
    assert not reading.applications_of(drawn, text=number).exists()


# Years


@pytest.mark.parametrize("year", ["0001", "0027", "9999"])
def test_a_mistyped_year_is_said_beside_its_field(desk, city, group, year):
    session = factories.session(group, starts_at=timezone.now() + timedelta(days=3))
    day, moment = f"{year}-12-31", f"{year}-12-31T23:59"
    wrong = [
        (at("term_new"), {"starts_on": day, "ends_on": day}),
        (at("round_new", group.term_id), {"opens_at": moment, "closes_at": moment}),
        (at("term_copy", group.term_id), {"name": "新", "starts_on": day, "suffix": "27C"}),
        (at("meeting", session.pk), {"starts_at": moment, "minutes": 600}),
        (at("day_list"), {"name": "停", "first": day, "last": day, "meaning": "1"}),
    ]

    for page, fields in wrong:
        answer = desk.post(page, {"organisation": city.pk, **fields})
        dates = {"starts_on", "ends_on", "opens_at", "closes_at", "starts_at", "first", "last"}
        errors = answer.context["form"].errors
        assert answer.status_code == 422
        for name in dates & set(fields):
            assert errors[name] == [WRONG_YEAR], (page, name)
    assert Term.objects.count() == 1


def test_a_bad_day_that_counts_as_a_weekday_is_said_beside_its_field(desk, city):
    fields = {"organisation": city.pk, "name": "调", "first": "坏", "meaning": "1"}

    page = desk.post(at("day_list"), fields | {"last": "2027-01-01"})

    assert list(page.context["form"].errors) == ["first"]


@pytest.mark.parametrize("name", ["timetable_board", "timetable_excel"])
@pytest.mark.parametrize("on", ["0001-01-01", "9999-12-31"])
def test_a_week_at_the_ends_of_time_is_this_week(desk, name, on):
    page = desk.get(at(name), {"on": on})

    assert page.status_code == 200
    if name == "timetable_board":
        today = timezone.localdate()
        assert page.context["board"].monday == today - timedelta(days=today.weekday())


def test_a_deadline_at_the_end_of_time_is_a_missing_page(desk, city, group, seat):
    offer = offer_made(city, group, seat)

    page = desk.post(
        at("phone_desk_extend", offer.pk), {"hours": 24, "seen": "9999-12-31T23:59:59+00:00"}
    )

    assert page.status_code == 404


# Twice, and of others


def test_a_round_pressed_twice_is_one(desk, group):
    fields = {
        "name": "老学员先报",
        "method": "first",
        "who": "all",
        "opens_at": "2027-03-01T09:00",
        "closes_at": "2027-03-08T17:00",
        "max_classes": 2,
        "max_wishes": 4,
    }
    first, second = (desk.post(at("round_new", group.term_id), fields) for _ in range(2))

    assert (first.status_code, second.status_code) == (302, 422)
    assert "这个学期已经有同名的批次。" in second.content.decode()
    made = RegistrationRound.objects.get(name="老学员先报")
    assert desk.post(at("round_edit", made.pk), fields).status_code == 302


def test_no_file_is_made_for_a_partner_of_another_county(desk, city, group):
    foreign = factories.person("外人", organisation=factories.organisation("远山县"))
    facts = {"name": "赵桂芳", "sex": "f", "born": "1955-3-8", "phone": ""}

    page = desk.post(
        at("counter_new"),
        facts | {"organisation": city.pk, "with": foreign.pk, "class": group.pk},
    )

    assert page.status_code == 404
    assert not Person.objects.filter(name="赵桂芳").exists()
