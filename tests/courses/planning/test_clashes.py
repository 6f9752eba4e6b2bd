from datetime import date, datetime, time, timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import TeachingPoint
from courses import planning
from courses.models import CalendarDay, ClassGroup
from courses.planning import clashes, meetings
from courses.planning.clashes import Slot, sweep
from tests import factories
from tests.courses.planning.conftest import NOW


def a_class(term, name, *, clock=time(9), teacher="沈文清", meetings=2, **facts):
    made = factories.class_group(
        term=term, name=name, starts_at_time=clock, teacher=factories.person(teacher), **facts
    )
    planning.plan_sessions(class_group=made, count=meetings)
    return made


def said(found):
    return [(one.kind, one.what, one.first.name, one.second.name, one.times) for one in found]


def of_all(now=NOW):
    return said(clashes.of(ClassGroup.objects.order_by("pk"), now=now))


def test_a_teacher_in_two_classes_at_once_is_a_clash(term):
    one = a_class(term, "甲")
    factories.class_group(term=term, name="乙", starts_at_time=time(10), teacher=one.teacher)
    a_class(term, "丙", teacher="别人")
    planning.plan_sessions(class_group=ClassGroup.objects.get(name="乙"), count=2)
    assert of_all() == [("teacher", "沈文清", "甲", "乙", 2)]


def test_one_after_the_other_is_no_clash(term):
    one = a_class(term, "甲")
    late = factories.class_group(
        term=term, name="乙", starts_at_time=time(10, 30), teacher=one.teacher
    )
    planning.plan_sessions(class_group=late, count=2)
    assert of_all() == []


def test_a_room_is_one_however_it_is_typed(term):
    a_class(term, "甲", teacher="一", room="三楼 音乐教室")
    a_class(term, "乙", teacher="二", room="三楼音乐教室")
    a_class(term, "丙", teacher="三", room="四楼画室")
    assert of_all() == [("room", "三楼音乐教室", "甲", "乙", 2)]


def test_a_room_of_the_same_name_elsewhere_is_another(term):
    point = TeachingPoint.objects.create(organisation=term.organisation, name="石桥", address="二")
    a_class(term, "甲", teacher="一", room="二楼")
    a_class(term, "乙", teacher="二", room="二楼", teaching_point=point)
    a_class(term, "丙", teacher="三", room="二楼", organisation=factories.organisation())
    a_class(term, "丁", teacher="四", mode="online")
    assert of_all() == []


def test_a_class_without_meetings_counts_as_weekly(term):
    one = a_class(term, "甲", meetings=3)
    factories.class_group(term=term, name="乙", starts_at_time=time(9), teacher=one.teacher)
    assert of_all() == [("teacher", "沈文清", "甲", "乙", 3)]


def test_a_meeting_moved_by_hand_clashes_where_it_is_now(term):
    one = a_class(term, "甲")
    thursday = factories.class_group(
        term=term, name="乙", weekday=3, starts_at_time=time(9), teacher=one.teacher
    )
    planning.plan_sessions(class_group=thursday, count=2)
    assert of_all() == []
    session = one.sessions.first()
    meetings.change_meeting(
        session=session,
        starts_at=session.starts_at + timedelta(days=1),
        minutes=90,
        substitute=None,
        now=NOW,
    )
    assert of_all() == [("teacher", "沈文清", "甲", "乙", 1)]


def test_a_substitute_is_where_they_substitute(term):
    one, other = a_class(term, "甲"), a_class(term, "乙", teacher="王代课")
    session = one.sessions.first()
    session.substitute = other.teacher
    session.save()
    assert of_all() == [("teacher", "王代课", "甲", "乙", 1)]


@pytest.mark.parametrize("gone", ["cancelled", "over", "last meeting over"])
def test_what_is_gone_clashes_with_nothing(term, gone):
    one = a_class(term, "甲", meetings=1)
    factories.class_group(term=term, name="乙", starts_at_time=time(9), teacher=one.teacher)
    assert len(of_all()) == 1
    now = NOW
    if gone == "cancelled":
        planning.cancel_class(class_group=one)
    else:
        now = datetime(2027 if gone == "over" else 2026, 12, 1, tzinfo=NOW.tzinfo)
        term.ends_on = date(2027, 1, 15)
    assert of_all(now) == []


def test_a_draft_is_compared_with_all_classes_before_it_is_saved(term):
    one = a_class(term, "甲", room="画室")
    a_class(term, "乙", teacher="别人", clock=time(14))
    draft = ClassGroup(
        course=one.course,
        term=term,
        organisation=one.organisation,
        name="新",
        teacher=one.teacher,
        room="画室",
        weekday=2,
        starts_at_time=time(10),
    )
    found = clashes.of_draft(draft, now=NOW)
    assert [(each.kind, each.second.name) for each in found] == [("room", "甲"), ("teacher", "甲")]
    draft.weekday = 3
    assert clashes.of_draft(draft, now=NOW) == []


def test_a_saved_draft_does_not_clash_with_itself(class_group):
    planning.plan_sessions(class_group=class_group, count=3)
    assert clashes.of_draft(class_group, now=NOW) == []


def test_one_meeting_is_compared_with_what_is_on_at_its_hour(term):
    one, other = a_class(term, "甲"), a_class(term, "乙", teacher="王代课", clock=time(10))
    session = one.sessions.select_related("class_group__teacher").first()
    assert clashes.of_meeting(session, now=NOW) == []
    session.substitute = other.teacher
    assert [each.what for each in clashes.of_meeting(session, now=NOW)] == ["王代课"]


def test_clashes_ask_as_much_for_three_classes_as_for_one(term, django_assert_num_queries):
    CalendarDay.objects.create(organisation=term.organisation, on=date(2026, 10, 1), name="国庆")
    for name, queries in (("甲", 4), ("乙", 4), ("丙", 4)):
        a_class(term, name, meetings=0)
        with django_assert_num_queries(queries):
            of_all()


@given(
    st.lists(
        st.tuples(st.integers(0, 20), st.integers(1, 6), st.integers(0, 4), st.integers(0, 1)),
        max_size=25,
    )
)
def test_the_sweep_finds_what_comparing_all_with_all_finds(spans):
    hour = datetime(2026, 9, 1, tzinfo=timezone.get_default_timezone())

    def moment(number):
        return hour + timedelta(hours=number)

    slots = [
        Slot(moment(a), moment(a + long), number, ("room", key)) for a, long, number, key in spans
    ]
    slow = {
        (one.key, *sorted((one.number, other.number)))
        for one in slots
        for other in slots
        if one.number != other.number
        and one.key == other.key
        and one.starts_at < other.ends_at
        and other.starts_at < one.ends_at
    }
    assert set(sweep(slots)) == slow
