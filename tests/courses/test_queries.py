from datetime import date, time, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404
from django.utils import timezone

from accounts import services
from accounts.models import TeachingPoint
from courses import planning, queries, registration
from courses.models import ClassGroup, RegistrationRound, Term
from tests import factories

pytestmark = pytest.mark.django_db

NOW = timezone.now()
HOUR = timedelta(hours=1)


def make_class(name, **facts):
    class_group = factories.class_group(name=name, **facts)
    planning.save_class(class_group=class_group)
    return class_group


def names(classes):
    return {class_group.name for class_group in classes}


def test_a_class_nobody_knows_is_not_found():
    with pytest.raises(Http404):
        queries.class_shown(1)


# The catalogue


@pytest.fixture
def school():
    unit = factories.organisation("青岚市老年大学")
    point = TeachingPoint.objects.create(organisation=unit, name="石桥社区", address="二楼")
    shen = factories.person("沈文清")
    gu = factories.person("顾念慈")
    brush = factories.course("行书入门", organisation=unit, subject="calligraphy")
    song = factories.course("合唱与发声", organisation=unit, subject="singing")
    make_class("行书一班", course=brush, teacher=shen, weekday=2, teaching_point=point)
    make_class("行书二班", course=brush, teacher=shen, weekday=4, mode="online")
    make_class("合唱", course=song, teacher=gu, weekday=2, mode="on_site", teaching_point=point)
    return point


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        pytest.param({}, {"行书一班", "行书二班", "合唱"}, id="everything"),
        pytest.param({"subject": "singing"}, {"合唱"}, id="subject"),
        pytest.param({"weekday": 2}, {"行书一班", "合唱"}, id="weekday"),
        pytest.param({"weekday": 0}, set(), id="a weekday without classes"),
        pytest.param({"place": "home"}, {"行书一班", "行书二班"}, id="at home"),
        pytest.param({"text": "行书"}, {"行书一班", "行书二班"}, id="name"),
        pytest.param({"text": "发声"}, {"合唱"}, id="course"),
        pytest.param({"text": "沈文"}, {"行书一班", "行书二班"}, id="teacher"),
        pytest.param({"text": "xingshu er"}, {"行书二班"}, id="pinyin"),
        pytest.param({"text": "gunianci"}, {"合唱"}, id="teacher's pinyin"),
        pytest.param({"text": "gu nian ci"}, {"合唱"}, id="teacher's pinyin, parted"),
        pytest.param({"text": "swq"}, {"行书一班", "行书二班"}, id="initials"),
        pytest.param({"text": "ＸＳＹＢ"}, {"行书一班"}, id="full-width initials"),
        pytest.param({"text": "行书 顾念慈"}, set(), id="every word counts"),
        pytest.param({"text": "%"}, set(), id="a sign of the database"),
        pytest.param({"text": "行书", "weekday": 4}, {"行书二班"}, id="together"),
    ],
)
def test_the_catalogue_is_cut_to_what_was_asked(school, asked, found):
    assert names(queries.catalogue(now=NOW, **asked)) == found


def test_the_catalogue_is_cut_to_a_place(school):
    assert names(queries.catalogue(now=NOW, place=school.pk)) == {"行书一班", "合唱"}
    assert set(queries.points_in_use(NOW)) == {school}


def test_classes_of_past_terms_and_cancelled_ones_are_not_listed(school):
    ClassGroup.objects.filter(name="合唱").update(cancelled_at=NOW)
    past = Term.objects.create(
        organisation=factories.organisation(),
        name="去年",
        starts_on=date(2020, 9, 1),
        ends_on=date(2021, 1, 1),
    )
    ClassGroup.objects.filter(name="行书一班").update(term=past)
    assert names(queries.catalogue(now=NOW)) == {"行书二班"}


def test_the_catalogue_counts_those_who_wait_now():
    class_group = make_class("行书", capacity=1)
    people = [factories.person(name) for name in ("王秀兰", "李国强", "张桂芳")]
    places = [factories.seat(class_group, person) for person in people]
    registration.leave_queue(entry=places[1])
    assert [each.waiting_now for each in queries.catalogue(now=NOW)] == [1]


def test_the_catalogue_is_two_queries_for_one_class_and_for_three(
    school, django_assert_num_queries
):
    for wanted in (1, 3):
        with django_assert_num_queries(2):
            for each in queries.catalogue(now=NOW)[:wanted]:
                str(each.course.title + each.teacher.name + each.term.name)
                str(f"{each.teaching_point} {each.seats_left}")


# Rounds


def test_a_term_knows_its_open_round_and_the_next():
    term = factories.term(open_round=False)
    spans = {
        "first": (-9, -7),
        "now": (-1, 2),
        "longer": (-2, 5),
        "next": (8, 9),
        "last": (20, 30),
    }
    rounds = {
        name: RegistrationRound.objects.create(
            term=term,
            name=name,
            opens_at=NOW + timedelta(days=opens),
            closes_at=NOW + timedelta(days=closes),
        )
        for name, (opens, closes) in spans.items()
    }

    def known(days=0):
        [found] = queries.registration_of_terms(NOW + timedelta(days=days))
        return found["open"], found["next"], found["last"]

    assert known() == (rounds["longer"], rounds["next"], rounds["first"])
    assert known(6) == (None, rounds["next"], rounds["longer"])
    assert known(40) == (None, None, rounds["last"])


# Somebody's classes and meetings


def test_somebody_has_the_classes_they_sit_and_wait_in():
    term = factories.term(max_classes=9)
    person, other = factories.person("王秀兰"), factories.person("李国强")
    seated, left, full, foreign = (
        factories.class_group(term=term, name=name, capacity=1)
        for name in ("行书", "国画", "合唱", "舞蹈")
    )
    seat = factories.seat(seated, person)
    registration.withdraw(enrolment=factories.seat(left, person))
    factories.seat(full, other)
    entry = factories.seat(full, person)
    factories.seat(foreign, other)
    assert names(queries.classes_of(person)) == {"行书"}
    assert set(queries.seats_of(person)) == {seat}
    assert set(queries.waiting_of(person)) == {entry}
    assert queries.places_by_class(person) == {seated.pk: seat, full.pk: entry}
    assert queries.seat_of(person=person, class_group=full) is None
    assert queries.place_held(person=person, class_group=full) == entry
    assert queries.place_held(person=person, class_group=foreign) is None


def test_meetings_are_found_that_touch_the_span():
    class_group = factories.class_group()
    person = factories.person()
    factories.seat(class_group, person)
    before, across, within, after = (
        factories.session(class_group, starts_at=NOW + hours * HOUR) for hours in (-2, -1, 1, 3)
    )
    assert before.ends_at < NOW < across.ends_at
    span = {"start": NOW, "end": after.starts_at}
    assert list(queries.sessions_of(person, **span)) == [across, within]
    assert list(queries.sessions_taught_by(class_group.teacher, **span)) == [across, within]
    assert list(queries.sessions_of(class_group.teacher, **span)) == []
    assert list(queries.sessions_taught_by(person, **span)) == []


def test_nobody_meets_in_a_cancelled_class_or_after_withdrawing():
    class_group = factories.class_group()
    staying, leaving = factories.person("王秀兰"), factories.person("李国强")
    seats = [factories.seat(class_group, person) for person in (staying, leaving)]
    session = factories.session(class_group, starts_at=NOW)
    registration.withdraw(enrolment=seats[1])
    span = {"start": NOW - HOUR, "end": NOW + HOUR}
    assert list(queries.sessions_of(leaving, **span)) == []
    assert list(queries.sessions_of(staying, **span)) == [session]
    planning.cancel_class(class_group=class_group)
    assert list(queries.sessions_of(staying, **span)) == []
    assert list(queries.sessions_taught_by(class_group.teacher, **span)) == []


def test_meetings_with_their_classes_are_one_query(django_assert_num_queries):
    person = factories.person()
    class_group = factories.class_group()
    factories.seat(class_group, person)
    for number in range(3):
        factories.session(class_group, starts_at=NOW + number * HOUR)
    with django_assert_num_queries(1):
        for session in queries.sessions_of(person, start=NOW, end=NOW + 9 * HOUR):
            str(session.class_group.course.title + session.class_group.teacher.name)


def test_a_roster_is_in_the_order_of_the_pinyin(django_assert_num_queries):
    class_group = factories.class_group()
    for name in ("张桂芳", "王秀兰", "安德海"):
        factories.seat(class_group, factories.person(name))
    with django_assert_num_queries(1):
        listed = [enrolment.person.name for enrolment in queries.roster(class_group)]
    assert listed == ["安德海", "王秀兰", "张桂芳"]


@pytest.mark.parametrize(
    ("seated", "withdrawn", "due"),
    [
        pytest.param(-5, None, True, id="seated before"),
        pytest.param(1, None, True, id="seated during the meeting"),
        pytest.param(2, None, False, id="seated at its end"),
        pytest.param(-5, -1, False, id="withdrawn before"),
        pytest.param(-5, 0, True, id="withdrawn at its beginning"),
        pytest.param(-5, 9, True, id="withdrawn after"),
    ],
)
def test_who_is_due_at_a_meeting(seated, withdrawn, due):
    class_group = factories.class_group()
    person = factories.person()
    session = factories.session(class_group, starts_at=NOW, minutes=120)
    seat = factories.seat(class_group, person, now=NOW + seated * HOUR)
    if withdrawn is not None:
        registration.withdraw(enrolment=seat, because="身体原因", now=NOW + withdrawn * HOUR)
    assert list(queries.due_at(session)) == ([person] if due else [])


def test_who_left_and_came_back_is_due_once():
    class_group = factories.class_group()
    person = factories.person()
    session = factories.session(class_group, starts_at=NOW)
    seat = factories.seat(class_group, person)
    registration.withdraw(enrolment=seat, because="身体原因", now=NOW + HOUR)
    factories.seat(class_group, person)
    assert list(queries.due_at(session)) == [person]


def test_the_teacher_and_the_office_above_may_teach_and_nobody_else():
    city = factories.organisation("青岚市")
    school = factories.organisation("老年大学", parent=city)
    beside = factories.organisation("东溪区", parent=city)
    course = factories.course(organisation=school)
    class_group = factories.class_group(course=course, starts_at_time=time(9))

    def login(name, role="", organisation=school):
        person = factories.person(name, organisation=school)
        if role:
            services.grant_role(person=person, role=role, organisation=organisation)
        return factories.login(person)

    superuser = factories.login()
    superuser.is_superuser = True
    may = [
        factories.login(class_group.teacher),
        login("周敏", "registrar", city),
        login("林静", "administrator"),
        superuser,
    ]
    may_not = [
        login("罗晓云", "teacher"),
        login("冯敏", "registrar", beside),
        login("钱立新", "bureau", city),
        login("王秀兰"),
        factories.login(),
        AnonymousUser(),
    ]
    allowed = [queries.may_teach(user=user, class_group=class_group) for user in may + may_not]
    assert allowed == [True] * len(may) + [False] * len(may_not)
