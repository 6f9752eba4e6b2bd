"""What the office plans: classes and their meetings."""

import re
from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from common import pinyin
from courses import registration
from courses.errors import PlanUnclear
from courses.models import ClassGroup, ClassSession

WEEK = timedelta(days=7)
# courses.registration alone writes these; an office form open for an hour has old ones.
_COUNTERS = {"seats_taken", "last_waiting_number"}


@transaction.atomic
def save_class(*, class_group: ClassGroup, now: datetime | None = None) -> None:
    """Write a new or a changed class; seats added to it go to those in line at once.

    A capacity below the seats already given takes nobody's seat away.
    """
    class_group.pinyin = pinyin.key(class_group.name)
    class_group.pinyin_initials = pinyin.initials(class_group.name)
    if class_group.pk is None:
        class_group.save()
        return
    fields = {field.name for field in class_group._meta.concrete_fields if not field.primary_key}
    class_group.save(update_fields=fields - _COUNTERS)
    registration.fill_free_seats(class_group, now=now)


@transaction.atomic
def cancel_class(*, class_group: ClassGroup, now: datetime | None = None) -> None:
    """The class does not take place; who had a seat keeps it on paper. Twice is harmless."""
    ClassGroup.objects.filter(pk=class_group.pk, cancelled_at=None).update(
        cancelled_at=now or timezone.now()
    )


@transaction.atomic
def plan_sessions(
    *, class_group: ClassGroup, count: int, skip_dates: Collection[date] = ()
) -> list[ClassSession]:
    """Plan weekly meetings until the class has `count`; return those added.

    They begin in the first week of the term, or a week after the last one planned, leave
    out `skip_dates`, and take the course's lessons in their order. Safe to repeat.
    """
    # Two clicks at once would plan the same numbers twice.
    class_group = (
        ClassGroup.objects.select_for_update(no_key=True, of=("self",))
        .select_related("term", "course")
        .get(pk=class_group.pk)
    )
    lessons = {lesson.number: lesson for lesson in class_group.course.lessons()}
    planned = list(class_group.sessions.order_by("number"))
    day = (
        timezone.localdate(planned[-1].starts_at) + WEEK
        if planned
        else _first_on_or_after(class_group.term.starts_on, class_group.weekday)
    )
    number = planned[-1].number if planned else 0
    added = []
    for _missing in range(count - len(planned)):
        while day in skip_dates:
            day += WEEK
        number += 1
        lesson = lessons.get(number)
        starts_at = timezone.make_aware(datetime.combine(day, class_group.starts_at_time))
        added.append(
            class_group.sessions.create(
                number=number,
                title=lesson.title if lesson else "",
                lesson=lesson,
                starts_at=starts_at,
                ends_at=starts_at + timedelta(minutes=class_group.minutes),
            )
        )
        day += WEEK
    return added


def dates_of(text: str) -> set[date]:
    """The dates in what somebody typed, parted by commas or spaces.

    Raises PlanUnclear for what is no date.
    """
    words = re.split(r"[\s,，、]+", text.strip())
    try:
        return {date.fromisoformat(word) for word in words if word}
    except ValueError as error:
        raise PlanUnclear(_("停课的日子要写成 2026-10-01 这样。")) from error


def _first_on_or_after(day: date, weekday: int) -> date:
    return day + timedelta(days=(weekday - day.weekday()) % 7)
