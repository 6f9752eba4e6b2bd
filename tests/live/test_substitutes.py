"""Who stands in for the teacher (代课) opens that room, and no other."""

from datetime import timedelta

import pytest
from django.http import Http404

from courses import queries as courses
from courses.models import ClassSession
from live import queries
from live.errors import NoSeat
from tests import factories


@pytest.fixture
def substitute(school):
    person = factories.person("王代课")
    ClassSession.objects.filter(pk=school.session.pk).update(substitute=person)
    return person


def test_a_substitute_opens_the_room_of_that_meeting_alone(school, substitute):
    user = factories.login(substitute)
    next_week = factories.session(school.group, starts_at=school.now + timedelta(weeks=1))
    assert queries.room_taught_by(user=user, pk=school.session.pk).teacher == substitute
    assert queries.room_for(user=user, person=substitute, pk=school.session.pk).may_teach
    with pytest.raises(Http404):
        queries.room_taught_by(user=user, pk=next_week.pk)
    with pytest.raises(NoSeat):
        queries.room_for(user=user, person=substitute, pk=next_week.pk)


def test_the_meeting_is_on_the_substitutes_front_page_and_not_on_the_teachers(school, substitute):
    span = {"start": school.now - timedelta(hours=1), "end": school.now + timedelta(hours=1)}
    assert list(courses.sessions_taught_by(substitute, **span)) == [school.session]
    assert list(courses.sessions_taught_by(school.teacher, **span)) == []


def test_a_login_without_a_file_stands_in_for_nobody(school):
    assert not courses.may_teach(
        user=factories.login(), class_group=school.group, session=school.session
    )
