"""One's own timetable: on the page, and as a calendar that telephones read."""

from datetime import datetime, timedelta

import icalendar
import pytest
from django.utils import timezone

from accounts import services as accounts
from courses import planning, registration
from courses.models import CalendarAddress
from courses.timetable import addresses, meetings
from tests import factories

pytestmark = pytest.mark.django_db

ZONE = timezone.get_default_timezone()
# A Wednesday.
CLASS = datetime(2099, 9, 2, 9, tzinfo=ZONE)
WEEK = timedelta(weeks=1)


@pytest.fixture
def wang():
    return factories.person("王秀兰", phone="13800000001")


@pytest.fixture
def group(wang):
    """A class with two meetings, and somebody else's class at the same times."""
    made, other = factories.class_group(), factories.class_group(name="别人的班")
    factories.seat(made, wang)
    for each in (made, other):
        for week in range(2):
            factories.session(each, starts_at=CLASS + week * WEEK)
    return made


@pytest.fixture
def page(client, wang):
    """Ask for a page as Wang; its text."""
    client.force_login(factories.login(wang))
    return lambda address: client.get(address).content.decode()


def feed_of(client, person):
    address = addresses.open_address(person=person)
    answer = client.get(f"/calendar/{address.token}.ics")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    return icalendar.Calendar.from_ical(answer.content.decode())


# Whose meetings


def test_a_timetable_is_of_the_classes_one_has_a_seat_in(wang, group):
    assert list(meetings.meetings_of(wang)) == list(group.sessions.all())


def test_who_teaches_has_their_classes_too_and_who_stands_in(wang, group):
    first, second = group.sessions.all()
    stand_in = factories.person("李明")
    first.substitute = stand_in
    first.save()
    found = {
        name: [(one.pk, one.teaches) for one in meetings.meetings_of(person)]
        for name, person in [
            ("teacher", group.teacher),
            ("stand-in", stand_in),
            ("learner", wang),
        ]
    }
    assert found == {
        "teacher": [(second.pk, True)],
        "stand-in": [(first.pk, True)],
        "learner": [(first.pk, False), (second.pk, False)],
    }


def test_who_gave_up_their_seat_has_no_meetings(wang, group):
    registration.withdraw(enrolment=wang.enrolments.get(), because="搬家")
    assert list(meetings.meetings_of(wang)) == []


def test_meetings_of_a_cancelled_class_stay_and_say_so(wang, group):
    past = factories.session(group, starts_at=timezone.now() - timedelta(days=3))
    planning.cancel_class(class_group=group, because="人数不够")
    found = {one.pk: one.is_cancelled for one in meetings.meetings_of(wang)}
    assert found == {past.pk: False} | {one.pk: True for one in group.sessions.exclude(pk=past.pk)}


def test_who_left_before_the_class_was_cancelled_is_not_concerned(wang, group):
    registration.withdraw(enrolment=wang.enrolments.get(), because="搬家")
    planning.cancel_class(
        class_group=group, because="人数不够", now=timezone.now() + timedelta(minutes=1)
    )
    assert list(meetings.meetings_of(wang)) == []


def test_a_week_begins_on_monday_and_has_the_days_with_meetings(wang, group):
    [day] = meetings.week_of(wang, CLASS.date() + timedelta(days=4))
    assert (day.on, len(day.sessions)) == (CLASS.date(), 1)
    assert meetings.week_of(wang, CLASS.date() + timedelta(days=12)) == []


# The page


def test_the_page_shows_the_week_that_is_asked_for(page, group):
    week, before = page("/my/timetable/?week=2099-09-06"), page("/my/timetable/?week=2099-08-30")
    assert "行书入门" in week
    assert "第 1 次课" in week
    assert "第 2 次课" not in week
    assert "别人的班" not in week
    assert "这一周没有课" in before


@pytest.mark.parametrize("asked", ["", "yesterday", "2099-13-01", "0001-01-01", "9999-12-31"])
def test_a_week_that_is_none_is_this_week(page, asked):
    assert 'href="?" aria-current="page"' in page(f"/my/timetable/?week={asked}")


def test_an_empty_week_says_when_class_is_next(page, group):
    assert "下一次是 9月2日 星期三 上午9点，行书入门。" in page("/my/timetable/")


def test_the_list_has_all_that_is_to_come(page, group):
    factories.session(group, starts_at=timezone.now() - timedelta(days=3), title="上过的课")
    listed = page("/my/timetable/?view=list")
    assert listed.count("timetable__row") == 2
    assert "上过的课" not in listed


def test_who_has_no_class_is_shown_where_to_find_one(page):
    assert "去看看有哪些班" in page("/my/timetable/")
    assert "去看看有哪些班" in page("/my/timetable/?view=list")


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_the_database_as_often_for_more(
    client, wang, count, django_assert_num_queries
):
    group = factories.class_group()
    factories.seat(group, wang)
    for day in range(count):
        factories.session(group, starts_at=CLASS + timedelta(days=day))
    client.force_login(factories.login(wang))
    client.get("/my/timetable/?week=2099-09-02")
    with django_assert_num_queries(6):
        client.get("/my/timetable/?week=2099-09-02")


# The feed


def test_a_calendar_reads_the_meetings_of_its_person(client, wang, group):
    first, second = group.sessions.all()
    events = feed_of(client, wang).walk("VEVENT")
    assert [(str(one["SUMMARY"]), one["DTSTART"].dt, one["STATUS"]) for one in events] == [
        ("行书入门 第 1 次课", first.starts_at, "CONFIRMED"),
        ("行书入门 第 2 次课", second.starts_at, "CONFIRMED"),
    ]
    assert str(events[0]["DESCRIPTION"]) == "沈文清老师"
    assert str(events[0]["LOCATION"]) == "在家看直播"
    assert str(events[0]["URL"]).endswith(f"/classes/{group.pk}/")


def test_a_meeting_that_moved_is_the_same_meeting(client, wang, group):
    session = group.sessions.first()
    before = feed_of(client, wang).walk("VEVENT")[0]
    session.starts_at += timedelta(hours=2)
    session.ends_at += timedelta(hours=2)
    session.save()
    after = feed_of(client, wang).walk("VEVENT")[0]
    assert after["UID"] == before["UID"]
    assert after["DTSTART"].dt - before["DTSTART"].dt == timedelta(hours=2)


def test_a_cancelled_class_is_cancelled_in_the_calendar(client, wang, group):
    planning.cancel_class(class_group=group, because="人数不够")
    events = feed_of(client, wang).walk("VEVENT")
    assert [(one["STATUS"], str(one["SUMMARY"])) for one in events] == [
        ("CANCELLED", "（不上了）行书入门 第 1 次课"),
        ("CANCELLED", "（不上了）行书入门 第 2 次课"),
    ]


def test_the_feed_says_nothing_of_the_person_but_their_name(client, wang, group):
    token = addresses.open_address(person=wang).token
    said = client.get(f"/calendar/{token}.ics").content.decode()
    assert wang.phone not in said
    assert "王秀兰的课表" in said


def test_an_address_opens_once_and_stays(wang):
    first, again = (addresses.open_address(person=wang).token for _ in range(2))
    assert first == again
    assert len(first) == 43


@pytest.mark.parametrize("how", ["renewed", "closed", "frozen", "erased"])
def test_an_address_that_was_taken_away_leads_nowhere(client, wang, how):
    token = addresses.open_address(person=wang).token
    assert client.get(f"/calendar/{token}.ics").status_code == 200
    if how == "renewed":
        renewed = addresses.renew_address(person=wang)
        assert client.get(f"/calendar/{renewed.token}.ics").status_code == 200
    elif how == "closed":
        addresses.close_address(person=wang)
        addresses.close_address(person=wang)
    else:
        setattr(wang, f"{how}_at", timezone.now())
        wang.save()
    assert client.get(f"/calendar/{token}.ics").status_code == 404


@pytest.mark.parametrize("change", [addresses.renew_address, addresses.close_address])
def test_the_address_of_a_merged_file_is_taken_away_with_ones_own(client, wang, change):
    cover = factories.person("王秀兰")
    tokens = [addresses.open_address(person=person).token for person in (wang, cover)]
    cover.merged_into = wang
    cover.save()
    change(person=wang)
    assert addresses.address_of(wang) is None or addresses.address_of(wang).token not in tokens
    for token in tokens:
        assert client.get(f"/calendar/{token}.ics").status_code == 404


def test_the_address_of_a_merged_file_can_be_seen_to_be_taken_away(wang):
    cover = factories.person("王秀兰")
    address = addresses.open_address(person=cover)
    cover.merged_into = wang
    cover.save()
    assert addresses.address_of(wang) == address


def test_the_address_of_a_merged_file_shows_the_kept_one(client, wang, group):
    cover = factories.person("王秀兰")
    token = addresses.open_address(person=cover).token
    cover.merged_into = wang
    cover.save()
    said = icalendar.Calendar.from_ical(client.get(f"/calendar/{token}.ics").content.decode())
    assert len(said.walk("VEVENT")) == 2


@pytest.mark.parametrize("token", ["x", "a" * 43, "%2e%2e", "王"])
def test_a_guessed_address_leads_nowhere(client, wang, token):
    addresses.open_address(person=wang)
    assert client.get(f"/calendar/{token}.ics").status_code == 404


def test_a_feed_is_kept_by_no_cache_and_opens_no_session(client, wang):
    answer = client.get(f"/calendar/{addresses.open_address(person=wang).token}.ics")
    assert "no-store" in answer["Cache-Control"]
    assert answer.cookies == {}


@pytest.mark.parametrize("count", [1, 3])
def test_the_feed_asks_the_database_as_often_for_more(
    client, wang, count, django_assert_num_queries
):
    for number in range(count):
        group = factories.class_group(name=f"班{number}")
        factories.seat(group, wang) if number < 2 else None
        factories.session(group, starts_at=CLASS)
    token = addresses.open_address(person=wang).token
    with django_assert_num_queries(2):
        client.get(f"/calendar/{token}.ics")


def test_the_page_of_the_address_opens_renews_and_closes_it(client, wang):
    client.force_login(factories.login(wang))
    assert "开通日历订阅" in client.get("/my/calendar/").content.decode()
    client.post("/my/calendar/address/")
    first = CalendarAddress.objects.get().token
    shown = client.get("/my/calendar/").content.decode()
    assert f"/calendar/{first}.ics" in shown
    assert "webcal://" in shown
    client.post("/my/calendar/address/")
    assert CalendarAddress.objects.get().token == first
    client.post("/my/calendar/address/", {"renew": "1"})
    assert CalendarAddress.objects.get().token != first
    client.post("/my/calendar/address/removal/")
    assert not CalendarAddress.objects.exists()


def test_a_daughter_sees_the_timetable_of_whom_she_acts_for(client, wang, group):
    daughter = factories.login(factories.person("何雅琴", phone="13800000004"))
    accounts.allow_proxy(person=wang, agent=daughter, relation="child")
    client.force_login(daughter)
    assert "行书入门" not in client.get("/my/timetable/?view=list").content.decode()
    client.post("/me/acting/", {"person": wang.pk})
    said = client.get("/my/timetable/?view=list").content.decode()
    assert "王秀兰的课表" in said
    assert "行书入门" in said
