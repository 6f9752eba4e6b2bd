from datetime import UTC, datetime, timedelta, timezone

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.timetable import ical

NOW = datetime(2026, 9, 1, 8, tzinfo=UTC)
SHANGHAI = timezone(timedelta(hours=8))
LESSON = ical.Event(
    uid="session-7@school.example",
    starts_at=datetime(2026, 9, 3, 9, tzinfo=SHANGHAI),
    ends_at=datetime(2026, 9, 3, 10, 30, tzinfo=SHANGHAI),
    summary="行书入门 第 1 次课",
    location="石桥社区教学点; 二楼, 201",
    description="横和竖\n沈文清老师",
    url="https://school.example/classes/3/",
)


def written(*events):
    return ical.calendar(name="王秀兰的课表", events=events, now=NOW)


def read_back(text):
    return icalendar.Calendar.from_ical(text)


def test_another_program_reads_what_was_written():
    calendar = read_back(written(LESSON))
    [event] = calendar.walk("VEVENT")
    assert str(calendar["X-WR-CALNAME"]) == "王秀兰的课表"
    assert event.errors == []
    assert event["UID"] == LESSON.uid
    assert event["DTSTART"].dt == LESSON.starts_at
    assert event["DTEND"].dt == LESSON.ends_at
    assert event["DTSTAMP"].dt == NOW
    assert str(event["SUMMARY"]) == LESSON.summary
    assert str(event["LOCATION"]) == LESSON.location
    assert str(event["DESCRIPTION"]) == LESSON.description
    assert str(event["URL"]) == LESSON.url
    assert event["STATUS"] == "CONFIRMED"


def test_times_are_written_as_utc():
    assert "\r\nDTSTART:20260903T010000Z\r\nDTEND:20260903T023000Z\r\n" in written(LESSON)


def test_a_cancelled_meeting_says_so_and_takes_no_time():
    text = written(
        ical.Event(
            uid="x",
            starts_at=NOW,
            ends_at=NOW + timedelta(hours=1),
            summary="x",
            is_cancelled=True,
        )
    )
    [event] = read_back(text).walk("VEVENT")
    assert event["STATUS"] == "CANCELLED"
    assert event["TRANSP"] == "TRANSPARENT"


def test_an_empty_timetable_is_a_calendar_too():
    assert read_back(written()).walk("VEVENT") == []


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("书" * 60, id="long Chinese"),
        pytest.param("a" * 300, id="long Latin"),
        pytest.param("\U0001f600" * 60, id="four octets"),
        pytest.param("x" * 67, id="just a line"),
        pytest.param("x" * 68, id="one more than a line"),
    ],
)
def test_long_lines_are_folded_between_signs(name):
    text = written(
        ical.Event(uid="x", starts_at=NOW, ends_at=NOW + timedelta(hours=1), summary=name)
    )
    # Split in octets: a sign that was cut would not decode.
    lines = text.encode().split(b"\r\n")
    assert max(len(line) for line in lines) <= 75
    assert [line.decode() for line in lines]
    [event] = read_back(text).walk("VEVENT")
    assert str(event["SUMMARY"]) == name


def test_a_line_break_in_a_name_begins_no_new_property():
    forged = "课\r\nEND:VEVENT\r\nBEGIN:VEVENT\rURL:javascript:alert(1)"
    text = written(
        ical.Event(uid="x", starts_at=NOW, ends_at=NOW + timedelta(hours=1), summary=forged)
    )
    [event] = read_back(text).walk("VEVENT")
    assert "URL" not in event
    assert str(event["SUMMARY"]) == forged.replace("\r\n", "\n").replace("\r", "\n")


# Line breaks have a test of their own, other control signs no place in a text.
SIGNS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=200)


@given(SIGNS)
def test_whatever_is_written_is_read(said):
    event = ical.Event(uid="x", starts_at=NOW, ends_at=NOW + timedelta(hours=1), summary=said)
    text = written(event)
    assert max(len(line) for line in text.encode().split(b"\r\n")) <= 75
    [read] = read_back(text).walk("VEVENT")
    assert str(read["SUMMARY"]) == said
