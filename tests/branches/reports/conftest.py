"""A province with a county and a sister county, and a third quarter in which things happened."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
import time_machine

from accounts.models import RoleGrant
from accounts.services import grant_role
from branches import ledger
from branches.quarters import Quarter
from live.models import StudyMode
from tests.branches import school
from tests.ground import made_once

Q3 = Quarter(2026, 3)
OCTOBER = datetime(2026, 10, 8, 2, tzinfo=UTC)
JULY, AUGUST, SEPTEMBER = (datetime(2026, month, 9, 1, tzinfo=UTC) for month in (7, 8, 9))


@pytest.fixture(autouse=True)
def in_october():
    with time_machine.travel(OCTOBER):
        yield


def bureau(name, at):
    person = school.person(name, at=at)
    grant_role(person=person, role=RoleGrant.Role.BUREAU, organisation=at)
    return school.login(person)


def meeting(year, group, starts_at, *who, mode=StudyMode.ON_SITE, number=1):
    """A meeting with a seat and a line for everybody of `who`."""
    session = school.session(group, number=number, starts_at=starts_at)
    for person in who:
        school.seat_once(person, session, since=starts_at - timedelta(days=9))
        school.attendance(person, session, mode=mode)
    ledger.post_session(session=session, now=starts_at + timedelta(hours=3))
    return session


@made_once
def year():
    with time_machine.travel(OCTOBER):
        return whole_year()


def whole_year():
    """A county with two branches and a group, its sister with one, and what they studied."""
    province = school.organisation("山海省")
    county = school.organisation("望湖县", under=province)
    unit = school.organisation("水利局", under=county)
    sister = school.organisation("东溪县", under=province)
    school.rule(province, version="2025-1", since=date(2025, 1, 1), minutes_per_hour=60)
    school.rule(province)
    first = school.branch("第一支部", at=county)
    group_of_first = school.branch("第一小组", at=sister, under=first, level="group")
    second = school.branch("第二支部𠮷", at=unit)
    functional = school.branch("书法缘", at=county, kind="functional")
    theirs = school.branch("东溪支部", at=sister)

    people = {name: school.person(name, at=county) for name in ("王秀兰", "李国强", "赵·䶮")}
    wang, li, zhao = people.values()
    stranger = school.person("东溪的人", at=sister)
    school.member(wang, first)
    school.member(wang, functional)
    school.member(li, group_of_first)
    # From one branch to the other in the middle of the quarter.
    school.member(zhao, first, until=date(2026, 8, 1))
    school.member(zhao, second, since=date(2026, 8, 1))
    school.member(stranger, theirs)
    school.office(wang, first)

    facts = SimpleNamespace(**locals(), bureau=bureau("钱立新", county))
    facts.sisters_bureau = bureau("孙东溪", sister)
    group = school.class_group(at=county)
    facts.group = group
    meeting(facts, group, JULY, wang, li, zhao, number=1)
    meeting(facts, group, AUGUST, wang, zhao, mode=StudyMode.LIVE, number=2)
    # li has a seat and stays away in August and September.
    facts.session = meeting(facts, group, SEPTEMBER, wang, mode=StudyMode.REPLAY, number=3)
    meeting(facts, school.class_group(at=sister), JULY, stranger)
    a_year_ago = datetime(2025, 8, 14, 1, tzinfo=UTC)
    meeting(facts, school.class_group(at=county, name="去年的班"), a_year_ago, wang)
    return facts
