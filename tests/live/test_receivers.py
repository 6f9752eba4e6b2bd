from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from accounts.models import Person
from accounts.signals import PersonFact, facts_asked_for
from live import queries
from live.models import Attendance
from tests import factories

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 9, 20, 4, 0, tzinfo=UTC)


def attended(person, *, days_ago, is_present=True):
    session = factories.session(
        factories.class_group(term=factories.term(now=NOW)), starts_at=NOW - timedelta(days_ago)
    )
    Attendance.objects.create(
        session=session,
        person=person,
        mode="live",
        seconds=5400 if is_present else 60,
        session_seconds=5400,
        is_present=is_present,
    )


def facts_about(person):
    with time_machine.travel(NOW, tick=False):
        answers = facts_asked_for.send(sender=Person, person=person, user=None)
    facts = [fact for _receiver, facts in answers for fact in facts or ()]
    return [fact for fact in facts if fact.title == "本月到课"]


def test_attendance_is_counted_within_the_month_of_the_school():
    person = factories.person()
    for days_ago in (1, 19, 20, 21):
        attended(person, days_ago=days_ago)
    attended(factories.person("李建国"), days_ago=1)
    assert queries.attendance_of_month(person, now=NOW) == {"all": 2, "present": 2}


def test_who_never_came_has_no_line_about_it():
    assert facts_about(factories.person()) == []


def test_how_often_somebody_came_is_said_and_never_how_long():
    person = factories.person()
    attended(person, days_ago=1)
    assert facts_about(person) == [PersonFact("本月到课", "到课 1 次")]
    attended(person, days_ago=2, is_present=False)
    assert facts_about(person) == [PersonFact("本月到课", "到课 1 次，另有 1 次来了没有算上")]
