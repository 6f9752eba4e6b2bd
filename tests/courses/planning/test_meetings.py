from datetime import date, time, timedelta

import pytest
from django.utils import timezone

from courses import planning
from courses.errors import PlanRefused, PlanUnclear
from courses.models import CalendarDay, ClassGroup, LessonPage
from courses.planning import holidays, meetings
from courses.planning.schooldays import SchoolDays
from tests import factories
from tests.courses.planning.conftest import NOW

pytestmark = pytest.mark.django_db


def planned(class_group):
    return [
        (session.number, f"{timezone.localtime(session.starts_at):%m-%d %H:%M}", session.title)
        for session in class_group.sessions.all()
    ]


def days(class_group):
    sessions = class_group.sessions.order_by("number")
    return [f"{timezone.localtime(session.starts_at):%m-%d}" for session in sessions]


def at(day, clock=time(9)):
    return timezone.make_aware(timezone.datetime.combine(day, clock))


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
    assert days(class_group) == ["09-09", "09-23"]


def test_planning_again_adds_only_what_is_missing(class_group):
    planning.plan_sessions(class_group=class_group, count=2)
    assert planning.plan_sessions(class_group=class_group, count=2) == []
    [added] = planning.plan_sessions(class_group=class_group, count=3)
    assert added.number == 3
    assert days(class_group)[-1] == "09-16"


def test_meetings_take_the_lessons_of_the_course_in_their_order(class_group):
    for number, title in ((2, "横画"), (1, "执笔")):
        page = LessonPage(title=title, slug=f"lesson-{number}", number=number)
        class_group.course.add_child(instance=page)
    planning.plan_sessions(class_group=class_group, count=3)
    assert [title for _number, _when, title in planned(class_group)] == ["执笔", "横画", ""]
    assert class_group.sessions.first().lesson.title == "执笔"


def test_planning_leaves_out_the_holidays_of_the_school_and_takes_its_extra_days(class_group):
    school = class_group.organisation
    for on, weekday in ((date(2026, 9, 9), None), (date(2026, 9, 13), 2)):
        CalendarDay.objects.create(organisation=school, on=on, name="调休", as_weekday=weekday)
    planning.plan_sessions(class_group=class_group, count=3)
    assert days(class_group) == ["09-02", "09-13", "09-16"]


def test_what_is_said_nearest_to_the_class_holds(class_group):
    city = class_group.organisation
    town = factories.organisation(parent=city)
    CalendarDay.objects.create(organisation=city, on=date(2026, 9, 2), name="全市停课")
    CalendarDay.objects.create(
        organisation=town, on=date(2026, 9, 2), name="照常上课", as_weekday=2
    )
    in_town = factories.class_group(
        term=class_group.term, organisation=town, starts_at_time=time(9)
    )
    for group in (class_group, in_town):
        planning.plan_sessions(class_group=group, count=1)
    assert (days(class_group), days(in_town)) == (["09-09"], ["09-02"])


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


# Days off after the planning


def off(class_group, *on, as_weekday=None, now=NOW, seen=None):
    return holidays.add_days(
        organisation=class_group.organisation,
        days=list(on),
        name="国庆",
        as_weekday=as_weekday,
        seen=seen,
        now=now,
    )


def test_a_day_off_moves_its_meeting_and_all_after_it_by_one(
    class_group, told, django_capture_on_commit_callbacks
):
    planning.plan_sessions(class_group=class_group, count=4)
    with django_capture_on_commit_callbacks(execute=True):
        moved = off(class_group, date(2026, 9, 9))
    assert days(class_group) == ["09-02", "09-16", "09-23", "09-30"]
    assert [move.session.number for move in moved.moves] == [2, 3, 4]
    assert told == [("changed", class_group.name, [2, 3, 4])]


def test_a_day_that_counts_as_the_weekday_takes_the_next_meeting(class_group):
    planning.plan_sessions(class_group=class_group, count=3)
    off(class_group, date(2026, 9, 12), as_weekday=2)
    assert days(class_group) == ["09-02", "09-09", "09-12"]


def test_a_day_off_made_up_on_another_day_moves_only_its_meeting(class_group):
    planning.plan_sessions(class_group=class_group, count=3)
    off(class_group, date(2026, 9, 9))
    off(class_group, date(2026, 9, 12), as_weekday=2)
    assert days(class_group) == ["09-02", "09-12", "09-16"]


def test_a_day_off_taken_back_moves_the_meetings_back(class_group):
    planning.plan_sessions(class_group=class_group, count=3)
    off(class_group, date(2026, 9, 9))
    holidays.remove_day(day=CalendarDay.objects.get(), now=NOW)
    assert days(class_group) == ["09-02", "09-09", "09-16"]
    assert not CalendarDay.objects.exists()


def test_the_first_day_off_taken_back_lets_the_class_begin_there_again(class_group):
    planning.plan_sessions(class_group=class_group, count=2)
    off(class_group, date(2026, 9, 2))
    assert days(class_group) == ["09-09", "09-16"]
    holidays.remove_day(day=CalendarDay.objects.get(), now=NOW)
    assert days(class_group) == ["09-02", "09-09"]


def test_a_class_that_begins_late_is_not_pulled_to_the_beginning_of_the_term(class_group):
    planning.plan_sessions(class_group=class_group, count=2, skip_dates={date(2026, 9, 2)})
    off(class_group, date(2026, 9, 5), as_weekday=2)
    assert days(class_group) == ["09-09", "09-16"]


def test_meetings_that_took_place_never_move(class_group):
    planning.plan_sessions(class_group=class_group, count=3)
    now = at(date(2026, 9, 9), time(11))
    off(class_group, date(2026, 9, 2), date(2026, 9, 9), date(2026, 9, 16), now=now)
    assert days(class_group) == ["09-02", "09-09", "09-23"]


def test_a_day_in_the_past_brings_no_meeting_back(class_group):
    planning.plan_sessions(class_group=class_group, count=3)
    off(class_group, date(2026, 9, 5), as_weekday=2, now=at(date(2026, 9, 8)))
    assert days(class_group) == ["09-02", "09-09", "09-16"]


def test_a_meeting_moved_by_hand_stays_where_it_was_put(class_group):
    planning.plan_sessions(class_group=class_group, count=3)
    second = class_group.sessions.get(number=2)
    meetings.change_meeting(
        session=second,
        starts_at=at(date(2026, 9, 10), time(14)),
        minutes=90,
        substitute=None,
        now=NOW,
    )
    off(class_group, date(2026, 9, 10), date(2026, 9, 16))
    assert days(class_group) == ["09-02", "09-10", "09-23"]


def test_classes_of_other_schools_and_cancelled_ones_do_not_move(class_group):
    elsewhere = factories.class_group(
        term=class_group.term,
        organisation=factories.organisation(),
        starts_at_time=time(9),
    )
    gone = factories.class_group(term=class_group.term, starts_at_time=time(9))
    for group in (class_group, elsewhere, gone):
        planning.plan_sessions(class_group=group, count=1)
    planning.cancel_class(class_group=gone, now=NOW)
    moved = off(class_group, date(2026, 9, 2))
    assert [move.session.class_group for move in moved.moves] == [class_group]


def test_nothing_moves_when_the_plan_changed_after_it_was_looked_at(class_group):
    planning.plan_sessions(class_group=class_group, count=1)
    told = holidays.outlook(
        organisation=class_group.organisation, days=[date(2026, 9, 2)], as_weekday=None, now=NOW
    )
    planning.plan_sessions(class_group=class_group, count=2)
    with pytest.raises(PlanRefused):
        off(class_group, date(2026, 9, 2), seen=told.seen)
    assert days(class_group) == ["09-02", "09-09"]
    assert not CalendarDay.objects.exists()


def test_the_look_ahead_asks_as_much_for_three_classes_as_for_one(
    class_group, django_assert_num_queries
):
    def look():
        return holidays.outlook(
            organisation=class_group.organisation,
            days=[date(2026, 9, 2)],
            as_weekday=None,
            now=NOW,
        )

    planning.plan_sessions(class_group=class_group, count=2)
    with django_assert_num_queries(3):
        assert look().classes == 1
    for _ in range(2):
        group = factories.class_group(term=class_group.term, starts_at_time=time(9))
        planning.plan_sessions(class_group=group, count=2)
    with django_assert_num_queries(3):
        assert look().classes == 3


def test_no_weekday_ever_coming_ends_in_words_for_programmers_not_in_a_loop():
    with pytest.raises(ValueError, match="weekday 9"):
        SchoolDays().first(9, date(2026, 9, 1))


# One meeting


def changed(session, **facts):
    facts = {
        "starts_at": session.starts_at,
        "minutes": 90,
        "substitute": session.substitute,
        "now": NOW,
    } | facts
    return meetings.change_meeting(session=session, **facts)


def test_a_substitute_teaches_one_meeting(class_group, told, django_capture_on_commit_callbacks):
    planning.plan_sessions(class_group=class_group, count=2)
    other = factories.person("王代课")
    with django_capture_on_commit_callbacks(execute=True):
        assert changed(class_group.sessions.first(), substitute=other)
    assert [session.teacher.name for session in class_group.sessions.all()] == [
        "王代课",
        class_group.teacher.name,
    ]
    assert told == [("changed", class_group.name, [1])]


def test_nobody_is_told_when_nothing_changes(class_group, told):
    planning.plan_sessions(class_group=class_group, count=1)
    assert not changed(class_group.sessions.get(), substitute=class_group.teacher)


@pytest.mark.parametrize(
    ("now", "facts"),
    [
        (at(date(2026, 9, 2), time(11)), {"substitute": "new"}),
        (at(date(2026, 9, 2), time(8, 50)), {"starts_at": at(date(2026, 9, 3))}),
        (NOW, {"starts_at": NOW - timedelta(days=1)}),
    ],
    ids=["over", "about to begin", "into the past"],
)
def test_a_meeting_is_not_changed_when(class_group, now, facts):
    planning.plan_sessions(class_group=class_group, count=1)
    if "substitute" in facts:
        facts = {"substitute": factories.person("王代课")}
    with pytest.raises(PlanRefused):
        changed(class_group.sessions.get(), now=now, **facts)
    assert planned(class_group) == [(1, "09-02 09:00", "")]


# Another weekday for the class


def rewritten(class_group, *, count=3, now=NOW, **facts):
    for name, value in facts.items():
        setattr(class_group, name, value)
    return planning.write_class(
        class_group=class_group,
        seats=[planning.classes.Seats("common", 3)],
        count=count,
        now=now,
    )


def test_coming_meetings_follow_the_class_to_another_weekday_and_hour(class_group):
    planning.plan_sessions(class_group=class_group, count=3)
    CalendarDay.objects.create(
        organisation=class_group.organisation, on=date(2026, 9, 18), name="停课"
    )
    written = rewritten(
        class_group, now=at(date(2026, 9, 3)), weekday=4, starts_at_time=time(14, 30)
    )
    assert planned(class_group) == [
        (1, "09-02 09:00", ""),
        (2, "09-11 14:30", ""),
        (3, "09-25 14:30", ""),
    ]
    assert [session.number for session in written.moved] == [2, 3]


def test_fewer_meetings_drop_the_last_ones_unless_they_are_over(class_group):
    planning.plan_sessions(class_group=class_group, count=4)
    rewritten(class_group, count=2)
    assert days(class_group) == ["09-02", "09-09"]
    with pytest.raises(PlanRefused, match="2 次"):
        rewritten(ClassGroup.objects.get(pk=class_group.pk), count=1, now=at(date(2026, 9, 10)))
