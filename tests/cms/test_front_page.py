from datetime import datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from cms.front_page import COMING_AT_MOST, Day, Meeting, arranged, greeting
from courses.models import ClassGroup
from live.rooms import Door

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 9, 9, 9, 0, tzinfo=SHANGHAI)


def meeting(name, hours, door=Door.NOT_YET, *, taught=False, mode=ClassGroup.Mode.BOTH):
    session = SimpleNamespace(
        name=name,
        starts_at=NOW + timedelta(hours=hours),
        door=door,
        class_group=SimpleNamespace(mode=mode),
        classroom=None,
    )
    return Meeting(session, is_taught=taught)


def names(meetings):
    return [meeting.session.name for meeting in meetings]


@pytest.mark.parametrize(
    ("meetings", "first", "others", "coming"),
    [
        ([], None, [], []),
        ([meeting("now", 0, Door.OPEN)], "now", [], []),
        ([meeting("noon", 3), meeting("eve", 9)], "noon", ["eve"], []),
        ([meeting("soon", 0.2), meeting("now", 0.5, Door.TEACHING)], "now", ["soon"], []),
        ([meeting("early", -3, Door.ENDED), meeting("noon", 3)], "noon", ["early"], []),
        ([meeting("early", -3, Door.ENDED)], None, ["early"], []),
        ([meeting("tomorrow", 24)], None, [], ["tomorrow"]),
        (
            [meeting("learn", 0, Door.OPEN), meeting("teach", 0.2, Door.OPEN, taught=True)],
            "teach",
            ["learn"],
            [],
        ),
        (
            [meeting("teach", 6, taught=True), meeting("learn", 0, Door.OPEN)],
            "learn",
            ["teach"],
            [],
        ),
        ([meeting("night", -10, Door.TEACHING)], "night", [], []),
    ],
    ids=[
        "nothing",
        "door open",
        "two later today",
        "the one that is taught now",
        "one is over",
        "all are over",
        "none today",
        "teaching before learning",
        "what is open before what is later",
        "past midnight",
    ],
)
def test_the_first_meeting_is_the_one_to_go_to_now(meetings, first, others, coming):
    day = arranged(meetings, NOW)

    assert day.first is None if first is None else day.first.session.name == first
    assert names(day.others) == others
    assert names(day.coming) == coming


def test_only_the_next_few_days_are_shown():
    days = [meeting(str(number), 24 * number) for number in range(1, 9)]

    assert names(arranged(days, NOW).coming) == ["1", "2", "3", "4"]
    assert COMING_AT_MOST == 4


def test_a_day_without_meetings_is_empty():
    assert not Day()
    assert arranged([meeting("tomorrow", 24)], NOW)


@pytest.mark.parametrize(
    ("door", "mode", "may_enter"),
    [
        (Door.OPEN, ClassGroup.Mode.BOTH, True),
        (Door.TEACHING, ClassGroup.Mode.ONLINE, True),
        (Door.NOT_YET, ClassGroup.Mode.BOTH, False),
        (Door.ENDED, ClassGroup.Mode.BOTH, False),
        (Door.OPEN, ClassGroup.Mode.ON_SITE, False),
    ],
)
def test_a_button_leads_into_the_room_only_while_there_is_one(door, mode, may_enter):
    assert meeting("class", 0, door, mode=mode).may_enter is may_enter


@pytest.mark.parametrize(
    ("hour", "words"),
    [
        (2, "夜深了，您好"),
        (7, "早上好"),
        (9, "上午好"),
        (12, "中午好"),
        (15, "下午好"),
        (20, "晚上好"),
    ],
)
def test_people_are_greeted_by_the_schools_clock(hour, words):
    utc = datetime(2026, 9, 9, hour, tzinfo=SHANGHAI).astimezone(ZoneInfo("UTC"))

    assert greeting(utc) == words
