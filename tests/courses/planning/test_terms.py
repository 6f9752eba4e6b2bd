from datetime import date, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from courses import planning
from courses.errors import PlanRefused
from courses.models import (
    Application,
    CalendarDay,
    ClassGroup,
    Draw,
    Enrolment,
    LessonPage,
    RegistrationRound,
    SeatPool,
    Term,
)
from courses.planning import terms
from tests import factories

pytestmark = pytest.mark.django_db


def at(day, clock=time(9)):
    return timezone.make_aware(datetime.combine(day, clock))


@pytest.fixture
def full_term(term):
    """Two classes, one with seats of two kinds and a round of its own; one cancelled."""
    first = factories.class_group(term=term, name="行书", starts_at_time=time(9), fee=180)
    ClassGroup.objects.filter(pk=first.pk).update(code="XS-1-26Q")
    SeatPool.objects.filter(class_group=first).update(kind="on_site", capacity=12)
    SeatPool.objects.create(class_group=first, kind="online", capacity=30)
    second = factories.class_group(term=term, name="合唱", weekday=4)
    ClassGroup.objects.filter(pk=second.pk).update(code="HC")
    gone = factories.class_group(term=term, name="停了")
    for group in (first, second, gone):
        planning.plan_sessions(class_group=group, count=2)
    for name, chosen in (("第一轮", []), ("专场", [first]), ("停了的", [gone])):
        opened = RegistrationRound.objects.create(
            term=term,
            name=name,
            opens_at=at(date(2026, 8, 3)),
            closes_at=at(date(2026, 8, 10), time(17)),
            max_classes=3,
        )
        opened.classes.set(chosen)
    Enrolment.objects.create(
        class_group=first,
        pool=first.pools.first(),
        person=factories.person(),
        source="online",
        seated_at=at(date(2026, 8, 4)),
    )
    planning.cancel_class(class_group=gone)
    return term


def copy(source, **facts):
    facts = {"name": "2027年春季学期", "starts_on": date(2027, 3, 2), "suffix": "27C"} | facts
    return terms.copy_term(source=source, **facts)


def test_a_copied_term_has_the_classes_seats_rounds_and_meetings_and_nobody(full_term):
    CalendarDay.objects.create(
        organisation=full_term.organisation, on=date(2027, 3, 3), name="停课"
    )
    made = copy(full_term)
    assert (made.starts_on, made.ends_on) == (date(2027, 3, 2), date(2027, 7, 16))
    first, second = made.class_groups.order_by("-name")
    assert [(one.name, one.code) for one in (first, second)] == [
        ("行书", "XS-1-27C"),
        ("合唱", "HC-27C"),
    ]
    assert set(first.pools.values_list("kind", "capacity", "seats_taken")) == {
        ("on_site", 12, 0),
        ("online", 30, 0),
    }
    days = [timezone.localdate(one.starts_at) for one in first.sessions.all()]
    assert days == [date(2027, 3, 10), date(2027, 3, 17)]
    assert first.fee == 180
    rounds = [
        (
            one.name,
            timezone.localtime(one.opens_at).date(),
            [each.name for each in one.classes.all()],
        )
        for one in made.rounds.all()
    ]
    assert rounds == [("第一轮", date(2027, 2, 1), []), ("专场", date(2027, 2, 1), ["行书"])]
    assert not Enrolment.objects.filter(class_group__term=made).exists()


def test_copied_meetings_take_the_lessons_of_their_course_and_nobody_elses(full_term):
    first, second = full_term.class_groups.filter(cancelled_at=None).order_by("-name")
    second.course = factories.course("合唱")
    second.save()
    for course, title in ((first.course, "起笔"), (second.course, "发声")):
        course.add_child(instance=LessonPage(title=title, slug="lesson-1", number=1))
    first.course.add_child(instance=LessonPage(title="草稿", number=2, live=False))
    made = copy(full_term).class_groups.order_by("-name")
    titles = [list(one.sessions.values_list("title", "lesson__title")) for one in made]
    assert titles == [[("起笔", "起笔"), ("", None)], [("发声", "发声"), ("", None)]]
    assert {one.pinyin_initials for one in made} == {
        one.pinyin_initials for one in (first, second)
    }


def test_copying_asks_as_much_for_many_classes_as_for_two(full_term):
    counted = []
    for number in range(2):
        with CaptureQueriesContext(connection) as asked:
            copy(full_term, name=f"{number}", suffix=f"3{number}C")
        counted.append(len(asked))
        for more in range(3):
            course = factories.course(f"课{more}")
            group = factories.class_group(term=full_term, course=course, weekday=more)
            planning.plan_sessions(class_group=group, count=2)
    assert counted[0] == counted[1]


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"suffix": "春"}, "27C"),
        ({"starts_on": date(2026, 9, 1)}, "开始日期"),
        ({"suffix": "26q"}, "XS-1-26Q"),
        ({"name": "2026年秋季学期"}, "同名"),
    ],
    ids=["suffix", "same day", "codes taken", "name taken"],
)
def test_a_term_is_not_copied_when(full_term, facts, words):
    with pytest.raises(PlanRefused, match=words):
        copy(full_term, **facts)
    assert Term.objects.count() == 1


def test_copying_twice_is_told_and_makes_nothing(full_term):
    copy(full_term)
    with pytest.raises(PlanRefused):
        copy(full_term)
    assert Term.objects.count() == 2


def test_what_cannot_be_as_it_was_is_said_before_copying(full_term):
    group = full_term.class_groups.get(name="行书")
    group.teacher.frozen_at = timezone.now()
    group.teacher.save()
    told = terms.copy_outlook(
        source=full_term, name="春", starts_on=date(2027, 3, 2), suffix="27C"
    )
    doubts = {each.original.name: each.doubts for each in told.classes}
    assert doubts["行书"] == ["教师的档案停用了，请换老师"]


def test_an_hour_is_the_same_on_the_wall_wherever_summer_time_begins():
    with timezone.override("Europe/Berlin"):
        winter = datetime(2027, 3, 1, 9, tzinfo=timezone.get_current_timezone())
        moved = terms._moved(winter, date(2027, 4, 1) - date(2027, 3, 1))
        assert timezone.localtime(moved).hour == 9


# Rounds


def a_round(term, **facts):
    facts = {
        "name": "第一轮",
        "opens_at": at(date(2026, 8, 3)),
        "closes_at": at(date(2026, 8, 10)),
    } | facts
    return RegistrationRound.objects.create(term=term, **facts)


def test_a_round_of_everybody_names_no_organisation(term):
    opened = a_round(term)
    opened.organisation = term.organisation
    terms.save_round(opened=opened, classes=[])
    assert RegistrationRound.objects.get().organisation is None


def test_a_round_keeps_the_receipts_counted_meanwhile(term):
    opened = a_round(term)
    RegistrationRound.objects.update(last_application_number=7)
    opened.name = "抽签"
    terms.save_round(opened=opened, classes=[])
    assert RegistrationRound.objects.values_list("name", "last_application_number").get() == (
        "抽签",
        7,
    )


def test_a_round_takes_only_classes_of_its_term(term):
    elsewhere = factories.class_group(term=factories.term())
    with pytest.raises(PlanRefused):
        terms.save_round(opened=a_round(term), classes=[elsewhere])


def test_a_round_with_applications_stays_a_draw(term):
    opened = a_round(term, method="draw")
    Application.objects.create(
        round=opened, person=factories.person(), number=1, asked_at=timezone.now()
    )
    opened.method = "first"
    with pytest.raises(PlanRefused):
        terms.save_round(opened=opened, classes=[])


def asked(opened, how):
    group = factories.class_group(term=opened.term, capacity=1)
    if how == "applied":
        Application.objects.create(
            round=opened, person=factories.person(), number=1, asked_at=timezone.now()
        )
    else:
        factories.seat(group, factories.person(), now=opened.opens_at)


@pytest.mark.parametrize(("how", "method"), [("applied", "draw"), ("seated", "first")])
def test_a_round_somebody_asked_in_closes_later_but_not_earlier(term, how, method):
    opened = a_round(term, method=method)
    closes_at = opened.closes_at
    asked(opened, how)
    opened.closes_at = closes_at - timedelta(minutes=1)
    with pytest.raises(terms.RoundPromised, match="只能往后推") as refused:
        terms.save_round(opened=opened, classes=[])
    assert refused.value.field == "closes_at"
    opened.closes_at = closes_at + timedelta(days=1)
    terms.save_round(opened=opened, classes=[])
    assert RegistrationRound.objects.get().closes_at == closes_at + timedelta(days=1)


def test_a_round_nobody_asked_in_closes_earlier(term):
    opened = a_round(term)
    opened.closes_at -= timedelta(days=1)
    terms.save_round(opened=opened, classes=[])
    assert RegistrationRound.objects.get().closes_at == at(date(2026, 8, 9))


def test_a_round_with_seats_given_does_not_become_a_draw(term):
    opened = a_round(term)
    asked(opened, "seated")
    opened.method = "draw"
    with pytest.raises(terms.RoundPromised, match="分座位的办法"):
        terms.save_round(opened=opened, classes=[])


def test_the_seconds_a_page_cannot_show_are_kept(term):
    opened = a_round(term, closes_at=at(date(2026, 8, 10)) + timedelta(seconds=30))
    asked(opened, "seated")
    opened.closes_at = at(date(2026, 8, 10))
    terms.save_round(opened=opened, classes=[])
    assert RegistrationRound.objects.get().closes_at.second == 30


def test_a_round_whose_list_is_frozen_is_neither_changed_nor_taken_out(term):
    opened = a_round(term, method="draw")
    Draw.objects.create(
        round=opened,
        number_source="彩票",
        frozen_at=timezone.now(),
        list_text="{}",
        list_sha256="0",
        seed="1",
        seed_sha256="2",
    )
    for act in (
        lambda: terms.save_round(opened=opened, classes=[]),
        lambda: terms.remove_round(opened=opened),
    ):
        with pytest.raises(PlanRefused, match="封存"):
            act()
    assert RegistrationRound.objects.exists()


def test_a_round_somebody_asked_in_is_kept_and_an_unused_one_goes():
    used = factories.term().rounds.get()
    group = factories.class_group(term=used.term)
    used.classes.add(group)
    factories.seat(group, factories.person())
    unused = a_round(used.term, name="没人报")
    terms.remove_round(opened=unused)
    terms.remove_round(opened=unused)
    with pytest.raises(PlanRefused):
        terms.remove_round(opened=used)
    assert list(used.term.rounds.all()) == [used]
    assert list(used.classes.all()) == [group]


def test_a_term_with_classes_stays_with_their_school(class_group):
    term = class_group.term
    term.organisation = factories.organisation("远山县")
    with pytest.raises(PlanRefused):
        terms.save_term(term=term)
