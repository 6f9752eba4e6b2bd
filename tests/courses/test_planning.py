from datetime import date, time, timedelta

import pytest
from django.utils import timezone

from courses import planning, queries
from courses.errors import PlanUnclear
from courses.models import ClassGroup, LessonPage, Term
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def class_group():
    term = Term.objects.create(
        name="2026年秋季学期", starts_on=date(2026, 9, 1), ends_on=date(2027, 1, 15)
    )
    # A Wednesday; the term begins on a Tuesday.
    return factories.class_group(term=term, weekday=2, starts_at_time=time(9), capacity=1)


def planned(class_group):
    return [
        (session.number, f"{timezone.localtime(session.starts_at):%m-%d %H:%M}", session.title)
        for session in class_group.sessions.all()
    ]


def test_meetings_are_weekly_from_the_first_week_of_the_term(class_group):
    planning.plan_sessions(class_group=class_group, count=3)
    assert planned(class_group) == [
        (1, "09-02 09:00", ""),
        (2, "09-09 09:00", ""),
        (3, "09-16 09:00", ""),
    ]
    session = class_group.sessions.first()
    assert session.ends_at - session.starts_at == timedelta(minutes=90)


def test_days_off_are_left_out_and_made_up_at_the_end(class_group):
    days_off = {date(2026, 9, 2), date(2026, 9, 16)}
    planning.plan_sessions(class_group=class_group, count=2, skip_dates=days_off)
    assert [when for _number, when, _title in planned(class_group)] == [
        "09-09 09:00",
        "09-23 09:00",
    ]


def test_planning_again_adds_only_what_is_missing(class_group):
    planning.plan_sessions(class_group=class_group, count=2)
    assert planning.plan_sessions(class_group=class_group, count=2) == []
    [added] = planning.plan_sessions(class_group=class_group, count=3)
    assert added.number == 3
    assert [when for _number, when, _title in planned(class_group)][-1] == "09-16 09:00"


def test_meetings_take_the_lessons_of_the_course_in_their_order(class_group):
    for number, title in ((2, "横画"), (1, "执笔")):
        page = LessonPage(title=title, slug=f"lesson-{number}", number=number)
        class_group.course.add_child(instance=page)
    planning.plan_sessions(class_group=class_group, count=3)
    assert [title for _number, _when, title in planned(class_group)] == ["执笔", "横画", ""]
    assert class_group.sessions.first().lesson.title == "执笔"


def test_an_old_form_of_a_class_gives_no_seat_back():
    open_class = factories.class_group(capacity=3, name="国画")
    old = ClassGroup.objects.get(pk=open_class.pk)
    factories.seat(open_class, factories.person())
    old.name = "写意国画"
    planning.save_class(class_group=old)
    kept = ClassGroup.objects.get(pk=open_class.pk)
    assert (kept.seats_taken, kept.name, kept.pinyin_initials) == (1, "写意国画", "xygh")


def test_seats_added_to_a_class_go_to_those_in_line():
    class_group = factories.class_group(capacity=1)
    for name in ("王秀兰", "李国强", "张桂芳"):
        factories.seat(class_group, factories.person(name))
    class_group = ClassGroup.objects.get(pk=class_group.pk)
    class_group.capacity = 2
    planning.save_class(class_group=class_group)
    assert {each.person.name for each in queries.roster(class_group)} == {"王秀兰", "李国强"}


def test_cancelling_twice_keeps_the_first_moment(class_group):
    now = timezone.now()
    planning.cancel_class(class_group=class_group, now=now)
    planning.cancel_class(class_group=class_group, now=now + timedelta(days=1))
    assert ClassGroup.objects.get().cancelled_at == now


@pytest.mark.parametrize(
    ("typed", "dates"),
    [
        ("", set()),
        ("2026-10-01", {date(2026, 10, 1)}),
        (" 2026-10-01，2026-10-08、2026-10-15 ", {date(2026, 10, day) for day in (1, 8, 15)}),
    ],
)
def test_days_off_are_understood_as_they_are_typed(typed, dates):
    assert planning.dates_of(typed) == dates


@pytest.mark.parametrize("typed", ["国庆", "10月1日", "2026-13-01"])
def test_what_is_no_date_is_told_so(typed):
    with pytest.raises(PlanUnclear):
        planning.dates_of(typed)
