"""The evening before a class."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from config.schedule import JOBS
from courses import planning, registration
from courses.letters import reminders
from courses.models import Letter, ReminderChoice
from tests import factories

pytestmark = pytest.mark.django_db

ZONE = timezone.get_default_timezone()
# A Tuesday; class is on Wednesday.
EVENING = datetime(2026, 9, 1, 18, tzinfo=ZONE)
CLASS = datetime(2026, 9, 2, 9, tzinfo=ZONE)


@pytest.fixture
def wang():
    return factories.person("王秀兰", phone="13800000001")


@pytest.fixture
def session(wang):
    group = factories.class_group()
    factories.seat(group, wang)
    return factories.session(group, starts_at=CLASS)


def test_everybody_with_a_seat_is_reminded_once(session, wang, messages_sent):
    factories.seat(session.class_group, factories.person("没有手机的"))
    assert [reminders.send_due(now=EVENING + timedelta(minutes=m)) for m in (0, 1, 60)] == [
        2,
        0,
        0,
    ]
    [sent] = messages_sent()
    assert (sent.phone, sent.text) == (
        "13800000001",
        "王秀兰，明天上午9点“行书入门”上课，在家看直播。",
    )
    assert {letter.person.name for letter in Letter.objects.all()} == {"王秀兰", "没有手机的"}
    assert wang.letters.get().url == "/my/timetable/"


@pytest.mark.parametrize(
    ("clock", "count"),
    [
        pytest.param("17:59", 0, id="before six"),
        pytest.param("18:00", 1, id="at six"),
        pytest.param("20:59", 1, id="before nine"),
        pytest.param("21:00", 0, id="at nine"),
    ],
)
def test_reminders_go_out_between_six_and_nine(session, clock, count, messages_sent):
    hour, minute = map(int, clock.split(":"))
    assert reminders.send_due(now=EVENING.replace(hour=hour, minute=minute)) == count


@pytest.mark.parametrize(
    "starts_at",
    [
        pytest.param(CLASS - timedelta(days=1), id="today"),
        pytest.param(EVENING + timedelta(hours=1), id="this evening"),
        pytest.param(datetime(2026, 9, 3, 0, tzinfo=ZONE), id="the day after at midnight"),
    ],
)
def test_only_tomorrow_is_reminded_of(session, starts_at, messages_sent):
    session.starts_at, session.ends_at = starts_at, starts_at + timedelta(minutes=90)
    session.save()
    assert reminders.send_due(now=EVENING) == 0


def test_after_a_restart_the_others_are_reminded(session, messages_sent):
    reminders.send_due(now=EVENING)
    late = factories.person("后来的", phone="13800000002")
    factories.seat(session.class_group, late)
    assert reminders.send_due(now=EVENING + timedelta(hours=1)) == 1
    assert [sent.phone for sent in messages_sent()] == ["13800000001", "13800000002"]


def test_two_meetings_of_a_day_are_two_reminders(session, wang, messages_sent):
    other = factories.class_group(name="国画")
    factories.seat(other, wang)
    factories.session(other, starts_at=CLASS + timedelta(hours=5))
    assert reminders.send_due(now=EVENING) == 2


def test_a_meeting_that_is_put_off_is_reminded_of_again(session, messages_sent):
    reminders.send_due(now=EVENING)
    session.starts_at += timedelta(days=1)
    session.ends_at += timedelta(days=1)
    session.save()
    assert reminders.send_due(now=EVENING) == 0
    assert reminders.send_due(now=EVENING + timedelta(days=1)) == 1


def test_a_substitute_is_named(session, wang, messages_sent):
    session.substitute = factories.person("李明")
    session.save()
    reminders.send_due(now=EVENING)
    assert wang.letters.get().text.endswith("，在家看直播。李明老师代课。")


@pytest.mark.parametrize("gone", ["seat", "class", "frozen"])
def test_nobody_is_reminded_of_what_is_not_for_them(session, wang, gone, messages_sent):
    if gone == "seat":
        registration.withdraw(enrolment=wang.enrolments.get(), because="搬家")
    elif gone == "class":
        planning.cancel_class(class_group=session.class_group, because="人数不够")
    else:
        wang.frozen_at = timezone.now()
        wang.save()
    assert reminders.send_due(now=EVENING) == 0
    assert messages_sent() == []


@pytest.mark.parametrize(
    ("by", "letters", "sent"),
    [("sms", 1, 1), ("letter", 1, 0), ("not", 0, 0)],
)
def test_people_are_reminded_as_they_chose(session, wang, by, letters, sent, messages_sent):
    reminders.choose(person=wang, by=ReminderChoice.By.NOT)
    reminders.choose(person=wang, by=by)
    reminders.send_due(now=EVENING)
    assert (wang.letters.count(), len(messages_sent())) == (letters, sent)


def test_looking_again_asks_the_database_once_per_meeting(session, django_assert_num_queries):
    for number in range(3):
        factories.seat(session.class_group, factories.person(f"学员{number}"))
    reminders.send_due(now=EVENING)
    with django_assert_num_queries(2):
        reminders.send_due(now=EVENING)


def test_the_scheduler_reminds_and_ends_offers():
    names = {job.name for job in JOBS}
    assert {
        "remind of tomorrow's classes",
        "end offers nobody answered",
        "tell what was not told",
    } <= names


# The page


def test_the_choice_is_kept(client, wang):
    client.force_login(factories.login(wang))
    assert reminders.choice_of(wang) == "sms"
    answer = client.post("/my/letters/reminder/", {"by": "letter"}, follow=True)
    assert reminders.choice_of(wang) == "letter"
    assert "记下了" in answer.content.decode()
    page = client.get("/my/letters/reminder/").content.decode()
    assert page.count("checked") == 1
    assert 'value="letter"' in page.partition("checked")[0].rpartition("<input")[2]


@pytest.mark.parametrize("asked", ["", "pigeon"])
def test_a_choice_that_is_none_is_said_in_words(client, wang, asked):
    client.force_login(factories.login(wang))
    answer = client.post("/my/letters/reminder/", {"by": asked})
    assert answer.status_code == 422
    assert "请选一个。" in answer.content.decode()
    assert not ReminderChoice.objects.exists()


def test_who_has_no_number_is_told_that_no_message_can_come(client):
    mother = factories.person("何彩兰")
    login = factories.login()
    login.person = mother
    login.phone = None
    login.save()
    client.force_login(login)
    assert "现在没有手机号可以发短信" in client.get("/my/letters/reminder/").content.decode()
