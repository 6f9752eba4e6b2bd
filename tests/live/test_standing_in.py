"""A link by which somebody stands in at one meeting."""

from datetime import timedelta

import pytest
from django.http import Http404

from courses.errors import PlanRefused
from courses.models import ClassSession
from courses.planning import standing_in
from live import queries
from tests import factories


@pytest.fixture
def by(school):
    return factories.login(school.teacher)


@pytest.fixture
def link(school, by):
    return standing_in.make(session=school.session, by=by, now=school.now)


@pytest.fixture
def colleague(school):
    return factories.login(factories.person("王代课"))


def token_of(link):
    return standing_in.address_of(link).rstrip("/").rpartition("/")[2]


def read(link, *, now):
    return standing_in.read(token_of(link), now=now)


def test_who_takes_the_link_teaches_that_meeting_alone(school, link, colleague):
    next_week = factories.session(school.group, starts_at=school.now + timedelta(weeks=1))

    for _ in range(2):
        taken = standing_in.take(link=read(link, now=school.now), by=colleague, now=school.now)

    assert taken == colleague.person
    assert queries.room_taught_by(user=colleague, pk=school.session.pk).teacher == taken
    with pytest.raises(Http404):
        queries.room_taught_by(user=colleague, pk=next_week.pk)
    with pytest.raises(Http404):
        standing_in.meeting_of(user=colleague, pk=school.session.pk)


def test_a_second_taker_is_refused(school, link, colleague):
    standing_in.take(link=link, by=colleague, now=school.now)

    with pytest.raises(PlanRefused, match="已经有别的老师"):
        standing_in.take(link=link, by=factories.login(factories.person("李迟到")), now=school.now)


def test_a_login_without_a_file_and_the_teacher_take_nothing(school, link, by):
    with pytest.raises(PlanRefused, match="认领自己的档案"):
        standing_in.take(link=link, by=factories.login(), now=school.now)
    with pytest.raises(PlanRefused, match="您就是"):
        standing_in.take(link=link, by=by, now=school.now)


def test_a_revoked_link_opens_nothing_and_ends_the_standing_in(school, link, by, colleague):
    standing_in.take(link=link, by=colleague, now=school.now)

    for _ in range(2):
        standing_in.revoke(session=school.session, by=by, now=school.now)

    assert ClassSession.objects.get(pk=school.session.pk).substitute is None
    with pytest.raises(PlanRefused, match="收回"):
        read(link, now=school.now)
    with pytest.raises(PlanRefused, match="收回"):
        standing_in.take(link=link, by=colleague, now=school.now)
    assert standing_in.make(session=school.session, by=by, now=school.now) != link


def test_a_meeting_has_one_working_link(school, link, by):
    assert standing_in.make(session=school.session, by=by, now=school.now) == link


def test_a_forged_or_cut_address_opens_nothing(school, link):
    for token in ("", "1", token_of(link)[:-2], f"99{token_of(link)}"):
        with pytest.raises(PlanRefused, match="不完整"):
            standing_in.read(token, now=school.now)


def test_after_the_meeting_the_link_is_over(school, link):
    with pytest.raises(PlanRefused, match="上过了"):
        read(link, now=school.session.ends_at)
