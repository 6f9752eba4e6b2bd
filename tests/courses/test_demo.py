from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import serializers
from wagtail.models import Site

from accounts.demo import people
from courses import demo, queries
from courses.draws import arithmetic
from courses.models import (
    ClassGroup,
    ClassSession,
    CoursePage,
    Draw,
    Enrolment,
    LessonPage,
    Offer,
    RegistrationRound,
    Source,
    Term,
    WaitingEntry,
)
from tests.ground import made_once

pytestmark = pytest.mark.django_db

MODELS = [
    CoursePage,
    LessonPage,
    Term,
    RegistrationRound,
    ClassGroup,
    ClassSession,
    Enrolment,
    WaitingEntry,
]
# Whatever day the demo is made on, also in the last minutes of one.
SHANGHAI = ZoneInfo("Asia/Shanghai")
MOMENTS = [
    datetime(2026, 9, 7, 9, 3, tzinfo=SHANGHAI),
    datetime(2026, 11, 22, 23, 52, tzinfo=SHANGHAI),
    datetime(2027, 2, 28, 0, 0, tzinfo=SHANGHAI),
]


def make(moment):
    people.create(now=moment)
    demo.create(now=moment)
    return moment


def everything():
    return {
        model.__name__: serializers.serialize("json", model.objects.order_by("pk"))
        for model in MODELS
    }


@made_once
def september():
    return make(MOMENTS[0])


@made_once
def november():
    return make(MOMENTS[1])


@made_once
def february():
    return make(MOMENTS[2])


def test_making_the_demo_courses_twice_changes_nothing(september):
    before = everything()
    demo.create(now=september + timedelta(days=3))
    assert everything() == before


def test_a_class_is_about_to_begin_and_one_is_full_with_a_queue_in_november(november):
    a_class_is_about_to_begin_and_one_is_full_with_a_queue(november)


def test_a_class_is_about_to_begin_and_one_is_full_with_a_queue_in_february(february):
    a_class_is_about_to_begin_and_one_is_full_with_a_queue(february)


def a_class_is_about_to_begin_and_one_is_full_with_a_queue(now):
    first = ClassGroup.objects.get(code="XS-1")
    soon = first.sessions.get(starts_at__gt=now, starts_at__lte=now + timedelta(minutes=10))
    assert soon.lesson is not None
    assert first.sessions.filter(ends_at__lt=now).count() >= 4
    full = ClassGroup.objects.get(code="XS-2")
    assert (full.seats_left, full.waiting.filter(left_at=None).count()) == (0, 4)
    assert ClassGroup.objects.get(code="HC-1").seats_left == 1
    rounds = queries.registration_of_terms(now)
    assert {each["open"].name for each in rounds} == {"插班", "第二轮（抽签）"}


def test_somebody_in_the_demo_school_is_offered_a_seat(september):
    [offer] = Offer.objects.filter(answer="")

    assert offer.entry.person == people.person("张桂芳")
    assert offer.entry.number == 1


def test_one_round_of_the_next_term_was_drawn_and_one_takes_wishes_in_september(september):
    one_round_of_the_next_term_was_drawn_and_one_takes_wishes()


def test_one_round_of_the_next_term_was_drawn_and_one_takes_wishes_in_november(november):
    one_round_of_the_next_term_was_drawn_and_one_takes_wishes()


def test_one_round_of_the_next_term_was_drawn_and_one_takes_wishes_in_february(february):
    one_round_of_the_next_term_was_drawn_and_one_takes_wishes()


def one_round_of_the_next_term_was_drawn_and_one_takes_wishes():
    [drawn] = Draw.objects.all()

    assert arithmetic.check(drawn.list_text, drawn.result_text) == []
    assert drawn.round.name == "第一轮（抽签）"
    assert Enrolment.objects.filter(round=drawn.round, source=Source.DRAW).count() >= 12
    coming = RegistrationRound.objects.get(name="第二轮（抽签）")
    assert coming.applications.filter(withdrawn_at=None).count() >= 10
    assert coming.applications.exclude(partner=None).count() == 2


def test_the_demo_learners_had_their_seats_before_the_first_meeting(september):
    session = ClassGroup.objects.get(code="XS-1").sessions.first()
    assert people.person("王秀兰") in queries.due_at(session)
    assert queries.due_at(session).count() == 16


def test_eight_courses_stand_below_the_front_page_and_one_lesson_has_a_film(september):
    home = Site.objects.get(is_default_site=True).root_page
    courses = CoursePage.objects.descendant_of(home).live()
    assert courses.count() == 8
    assert all(course.lessons().count() >= 3 for course in courses)
    [lesson] = LessonPage.objects.exclude(clip=None)
    assert "Blender Foundation" in lesson.clip_credit
    assert lesson.clip.file.size > 500_000
