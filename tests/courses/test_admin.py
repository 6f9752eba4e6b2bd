from datetime import time

import pytest

from accounts.models import User
from courses import registration
from courses.models import ClassGroup, Enrolment, Term
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client):
    client.force_login(User.objects.create_superuser("13800000031"))
    return client


def act(office, name, action, *rows, **more):
    return office.post(
        f"/office/courses/{name}/",
        {"action": action, "_selected_action": [row.pk for row in rows], **more},
        follow=True,
    )


@pytest.mark.parametrize("name", ["term", "classgroup", "enrolment", "waitingentry"])
def test_every_list_of_the_office_opens(office, name):
    class_group = factories.class_group(capacity=1)
    for who in ("王秀兰", "李国强"):
        factories.seat(class_group, factories.person(who))
    assert office.get(f"/office/courses/{name}/").status_code == 200


def test_a_term_is_opened_with_its_round(office):
    office.post(
        "/office/courses/term/add/",
        {
            "name": "2026年秋季学期",
            "starts_on": "2026-09-01",
            "ends_on": "2027-01-15",
            "present_from_percent": "60",
            "rounds-TOTAL_FORMS": "1",
            "rounds-INITIAL_FORMS": "0",
            "rounds-0-name": "第一轮",
            "rounds-0-opens_at_0": "2026-08-24",
            "rounds-0-opens_at_1": "09:00",
            "rounds-0-closes_at_0": "2026-08-30",
            "rounds-0-closes_at_1": "17:00",
            "rounds-0-max_classes": "2",
        },
    )
    assert Term.objects.get().rounds.get().name == "第一轮"


def class_form(class_group, **changes):
    facts = {
        "course": class_group.course_id,
        "term": class_group.term_id,
        "organisation": class_group.organisation_id,
        "code": class_group.code,
        "name": class_group.name,
        "teacher": class_group.teacher_id,
        "mode": "both",
        "weekday": "2",
        "starts_at_time": "09:00",
        "minutes": "90",
        "capacity": "1",
        "fee": "180",
        "min_age": "50",
        "max_age": "80",
        "sessions-TOTAL_FORMS": "0",
        "sessions-INITIAL_FORMS": "0",
    }
    return facts | changes


def test_a_class_is_opened_with_its_pinyin(office):
    like = factories.class_group()
    office.post("/office/courses/classgroup/add/", class_form(like, code="XS-9", name="行书提高"))
    opened = ClassGroup.objects.get(code="XS-9")
    assert (opened.pinyin_initials, opened.starts_at_time) == ("xstg", time(9))


def test_seats_added_in_the_office_go_to_those_in_line(office):
    class_group = factories.class_group(capacity=1)
    for who in ("王秀兰", "李国强"):
        factories.seat(class_group, factories.person(who))
    office.post(
        f"/office/courses/classgroup/{class_group.pk}/change/",
        class_form(class_group, capacity="2"),
    )
    assert Enrolment.objects.filter(withdrawn_at=None).count() == 2


def test_meetings_are_planned_from_the_list_of_classes(office):
    class_group = factories.class_group()
    shown = act(office, "classgroup", "plan_sessions", class_group, count="4")
    assert class_group.sessions.count() == 4
    assert "排了 4 次课" in shown.content.decode()


def test_a_day_off_that_is_no_date_plans_nothing(office):
    class_group = factories.class_group()
    shown = act(office, "classgroup", "plan_sessions", class_group, count="4", skip_dates="国庆")
    assert class_group.sessions.count() == 0
    assert "停课的日子要写成" in shown.content.decode()


def test_a_seat_is_withdrawn_in_the_office_and_never_deleted(office):
    class_group = factories.class_group()
    seat = factories.seat(class_group, factories.person())
    assert office.post(f"/office/courses/enrolment/{seat.pk}/delete/").status_code == 403
    act(office, "enrolment", "delete_selected", seat)
    assert Enrolment.objects.filter(withdrawn_at=None).count() == 1
    act(office, "enrolment", "withdraw", seat)
    seat.refresh_from_db()
    assert seat.withdrawn_by == User.objects.get(phone="13800000031")


def test_classes_are_cancelled_and_free_seats_given_from_the_list(office):
    class_group = factories.class_group(capacity=1)
    for who in ("王秀兰", "李国强"):
        factories.seat(class_group, factories.person(who))
    ClassGroup.objects.update(capacity=2)
    act(office, "classgroup", "fill_free_seats", class_group)
    assert Enrolment.objects.filter(withdrawn_at=None).count() == 2
    act(office, "classgroup", "cancel", class_group)
    class_group.refresh_from_db()
    assert class_group.cancelled_at
    assert registration.fill_free_seats(class_group) == []
