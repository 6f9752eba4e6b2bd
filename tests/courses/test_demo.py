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


def test_making_the_demo_courses_twice_changes_nothing():
    now = make(MOMENTS[0])
    before = everything()
    demo.create(now=now + timedelta(days=3))
    assert everything() == before


@pytest.mark.parametrize("moment", MOMENTS[1:])
def test_a_class_is_about_to_begin_and_one_is_full_with_a_queue(moment):
    now = make(moment)
    first = ClassGroup.objects.get(code="XS-1")
    soon = first.sessions.get(starts_at__gt=now, starts_at__lte=now + timedelta(minutes=10))
    assert soon.lesson is not None
    assert first.sessions.filter(ends_at__lt=now).count() >= 4
    full = ClassGroup.objects.get(code="XS-2")
    assert (full.seats_left, full.waiting.filter(left_at=None).count()) == (0, 4)
    assert ClassGroup.objects.get(code="HC-1").seats_left == 1
    rounds = queries.registration_of_terms(now)
    assert {each["open"].name for each in rounds} == {"插班", "第二轮（抽签）"}


def test_somebody_in_the_demo_school_is_offered_a_seat():
    make(MOMENTS[0])

    [offer] = Offer.objects.filter(answer="")

    assert offer.entry.person == people.person("张桂芳")
    assert offer.entry.number == 1


@pytest.mark.parametrize("moment", MOMENTS)
def test_one_round_of_the_next_term_was_drawn_and_one_takes_wishes(moment):
    make(moment)

    [drawn] = Draw.objects.all()

    assert arithmetic.check(drawn.list_text, drawn.result_text) == []
    assert drawn.round.name == "第一轮（抽签）"
    assert Enrolment.objects.filter(round=drawn.round, source=Source.DRAW).count() >= 12
    coming = RegistrationRound.objects.get(name="第二轮（抽签）")
    assert coming.applications.filter(withdrawn_at=None).count() >= 10
    assert coming.applications.exclude(partner=None).count() == 2


def test_the_demo_learners_had_their_seats_before_the_first_meeting():
    make(MOMENTS[0])
    session = ClassGroup.objects.get(code="XS-1").sessions.first()
    assert people.person("王秀兰") in queries.due_at(session)
    assert queries.due_at(session).count() == 16


def test_eight_courses_stand_below_the_front_page_and_one_lesson_has_a_film():
    make(MOMENTS[0])
    home = Site.objects.get(is_default_site=True).root_page
    courses = CoursePage.objects.descendant_of(home).live()
    assert courses.count() == 8
    assert all(course.lessons().count() >= 3 for course in courses)
    [lesson] = LessonPage.objects.exclude(clip=None)
    assert "Blender Foundation" in lesson.clip_credit
    assert lesson.clip.file.size > 500_000
