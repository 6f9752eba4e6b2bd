"""The meetings of a class: planned, moved with its weekday, moved one by one, substituted.

A meeting whose room is about to open, or that has been, never moves.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import ProtectedError
from django.db.models.functions import Length, Substr
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Person, User
from courses import signals
from courses.errors import PlanRefused, PlanUnclear
from courses.models import ClassGroup, ClassSession, CoursePage, LessonPage
from courses.planning import noting, schooldays
from courses.planning.schooldays import DAY
from courses.registration import seats

# domain rule: the door of a room opens 15 minutes before the class.
FIXED_BEFORE = timedelta(minutes=15)
MOST_MEETINGS = 200


def can_move(session: ClassSession, *, now: datetime) -> bool:
    """Whether the meeting is far enough away to be planned anew."""
    return session.starts_at > now + FIXED_BEFORE


def lock_class(class_group: ClassGroup) -> ClassGroup:
    """The class as it is, while nobody else plans it: two clicks at once would plan twice."""
    locked = ClassGroup.objects.select_for_update(no_key=True, of=("self",))
    return locked.select_related("term", "course", "organisation").get(pk=class_group.pk)


@transaction.atomic
def plan_sessions(
    *, class_group: ClassGroup, count: int, skip_dates: Collection[date] = ()
) -> list[ClassSession]:
    """Plan weekly meetings until the class has `count`; return those added.

    They begin in the first week of the term, or a week after the last one planned, leave
    out holidays and `skip_dates`, and take the course's lessons in their order. Safe to
    repeat.
    """
    class_group = lock_class(class_group)
    days = schooldays.at(class_group.organisation)
    planned = list(class_group.sessions.order_by("number"))
    missing = count - len(planned)
    if missing <= 0:
        return []
    lessons = {lesson.number: lesson for lesson in class_group.course.lessons()}
    number = planned[-1].number if planned else 0
    day = class_group.term.starts_on
    if planned:
        day = max(timezone.localdate(each.starts_at) for each in planned) + DAY
    return ClassSession.objects.bulk_create(
        _weekly(class_group, days, lessons, count=missing, day=day, after=number, skip=skip_dates)
    )


def plan_all(counts: Mapping[ClassGroup, int]) -> None:
    """Plan so many meetings of each class, all of them new, as `plan_sessions` does for one.

    A term of 500 classes is copied while somebody waits for the page.
    """
    rows = schooldays.rows_above({group.organisation for group in counts})
    of_courses = _lessons_of({group.course for group in counts})
    ClassSession.objects.bulk_create(
        session
        for group, count in counts.items()
        for session in _weekly(
            group,
            schooldays.days_of(group.organisation, rows),
            of_courses.get(group.course.path, {}),
            count=count,
            day=group.term.starts_on,
        )
    )


def _lessons_of(courses: Collection[CoursePage]) -> dict[str, dict[int, LessonPage]]:
    """The published lessons by number, by the path of their course. One query."""
    above = Substr("path", 1, Length("path") - LessonPage.steplen)
    found = LessonPage.objects.live().annotate(above=above)
    of_courses = defaultdict(dict)
    for lesson in found.filter(above__in=[each.path for each in courses]).order_by(
        "number", "path"
    ):
        of_courses[lesson.above][lesson.number] = lesson
    return of_courses


def _weekly(
    class_group: ClassGroup,
    days: schooldays.SchoolDays,
    lessons: Mapping[int, LessonPage],
    *,
    count: int,
    day: date,
    after: int = 0,
    skip: Collection[date] = (),
) -> list[ClassSession]:
    """`count` meetings from `day` on, numbered on from `after`; nothing is saved."""
    added = []
    for number in range(after + 1, after + count + 1):
        day = days.first(class_group.weekday, day, without=skip)
        lesson = lessons.get(number)
        starts_at, ends_at = span_on(class_group, day)
        added.append(
            ClassSession(
                class_group=class_group,
                number=number,
                title=lesson.title if lesson else "",
                lesson=lesson,
                starts_at=starts_at,
                ends_at=ends_at,
            )
        )
        day += DAY
    return added


@transaction.atomic
def set_count(*, class_group: ClassGroup, count: int, now: datetime) -> None:
    """Plan what is missing until `count` meetings, or drop the last ones not held yet.

    Raises PlanRefused when one that would be dropped is over or in use.
    """
    planned = list(lock_class(class_group).sessions.order_by("number"))
    if len(planned) <= count:
        plan_sessions(class_group=class_group, count=count)
        return
    dropped = planned[count:]
    if not all(can_move(each, now=now) for each in dropped):
        raise PlanRefused(
            _("已经上过 %(count)s 次课，次数不能比这更少。")
            % {"count": sum(not can_move(each, now=now) for each in planned)}
        )
    try:
        ClassSession.objects.filter(pk__in=[each.pk for each in dropped]).delete()
    except ProtectedError as error:
        raise PlanRefused(_("后面的课已经开过教室，不能去掉。")) from error


@transaction.atomic
def follow_class(*, class_group: ClassGroup, was: ClassGroup, now: datetime) -> list[ClassSession]:
    """Move the coming meetings to the weekday and hour the class has now; return those moved.

    Each stays in its week, holidays aside. What was moved by hand before stays where it is.
    """
    if all(
        getattr(class_group, name) == getattr(was, name)
        for name in ("weekday", "starts_at_time", "minutes")
    ):
        return []
    days = schooldays.at(class_group.organisation)
    planned = list(class_group.sessions.order_by("number"))
    moving = [each for each in planned if is_regular(each, was) and can_move(each, now=now)]
    others = {timezone.localdate(each.starts_at) for each in planned if each not in moving}
    earliest = date.min
    moved = []
    for session in moving:
        day = timezone.localdate(session.starts_at)
        monday = day - timedelta(days=day.weekday())
        wanted = max(monday + timedelta(days=class_group.weekday), earliest)
        wanted = days.first(class_group.weekday, wanted, without=others)
        starts_at, ends_at = span_on(class_group, wanted)
        if starts_at <= now + FIXED_BEFORE:
            wanted = days.first(class_group.weekday, wanted + DAY, without=others)
            starts_at, ends_at = span_on(class_group, wanted)
        earliest = wanted + DAY
        if (starts_at, ends_at) != (session.starts_at, session.ends_at):
            session.starts_at, session.ends_at = starts_at, ends_at
            moved.append(session)
    put(class_group, moved)
    return moved


def is_regular(session: ClassSession, class_group: ClassGroup) -> bool:
    """Whether the meeting is at the hour at which its class meets; else a hand moved it."""
    return timezone.localtime(session.starts_at).time() == class_group.starts_at_time


def span_on(class_group: ClassGroup, day: date) -> tuple[datetime, datetime]:
    """From when to when the class meets on `day`."""
    starts_at = timezone.make_aware(datetime.combine(day, class_group.starts_at_time))
    return starts_at, starts_at + timedelta(minutes=class_group.minutes)


def put(class_group: ClassGroup, moved: list[ClassSession]) -> None:
    """Write the new times and tell everybody once they are certain."""
    if moved:
        ClassSession.objects.bulk_update(moved, ["starts_at", "ends_at"])
        seats.tell(signals.meetings_changed, ClassSession, class_group=class_group, sessions=moved)


@transaction.atomic
def change_meeting(
    *,
    session: ClassSession,
    starts_at: datetime,
    minutes: int,
    substitute: Person | None,
    by: User | None = None,
    now: datetime | None = None,
) -> bool:
    """Give one meeting another time or another teacher (代课); whether anything changed.

    A meeting that has begun takes another teacher only until it ends. Raises PlanRefused.
    """
    now = now or timezone.now()
    class_group = lock_class(session.class_group)
    session = ClassSession.objects.select_for_update(no_key=True, of=("self",)).get(pk=session.pk)
    ends_at = starts_at + timedelta(minutes=minutes)
    if substitute and substitute.pk == class_group.teacher_id:
        substitute = None
    is_moved = (starts_at, ends_at) != (session.starts_at, session.ends_at)
    is_taught_by_another = (substitute and substitute.pk) != session.substitute_id
    if not is_moved and not is_taught_by_another:
        return False
    if class_group.cancelled_at:
        raise PlanRefused(_("这个班停开了，不用再改。"))
    if session.ends_at <= now:
        raise PlanRefused(_("这次课已经上过，不能再改。"))
    if is_moved and not can_move(session, now=now):
        raise PlanRefused(_("这次课马上开始，时间不能再改，只能换代课的老师。"))
    if is_moved and starts_at <= now:
        raise PlanRefused(_("新的时间已经过去了，请写以后的时间。"))
    session.starts_at, session.ends_at = starts_at, ends_at
    session.substitute = substitute
    session.save(update_fields=["starts_at", "ends_at", "substitute"])
    seats.tell(signals.meetings_changed, ClassSession, class_group=class_group, sessions=[session])
    fields = [("starts_at", is_moved), ("substitute", is_taught_by_another)]
    noting.note(
        noting.Action.MEETING_PLANNED,
        by=by,
        organisation=class_group.organisation,
        fields=[name for name, is_new in fields if is_new],
        number=session.number,
        **{"class": class_group.code},
    )
    return True


def as_changed(
    session: ClassSession, *, starts_at: datetime, minutes: int, substitute: Person | None
) -> ClassSession:
    """The meeting as `change_meeting` would make it, not written."""
    return ClassSession(
        pk=session.pk,
        class_group=session.class_group,
        number=session.number,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes),
        substitute=substitute,
    )


def dates_of(text: str) -> set[date]:
    """The dates in what somebody typed, parted by commas or spaces.

    Raises PlanUnclear for what is no date.
    """
    words = re.split(r"[\s,，、]+", text.strip())
    try:
        return {date.fromisoformat(word) for word in words if word}
    except ValueError as error:
        raise PlanUnclear(_("停课的日子要写成 2026-10-01 这样。")) from error
