"""The meetings of one person: of the classes they have a seat in, and those they teach."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import Person
from courses.models import ClassSession, Enrolment, JoinedClass

DAYS = timedelta(days=7)


@dataclass(frozen=True)
class Day:
    """A day with its meetings, in their order."""

    on: date
    sessions: list[ClassSession]


def meetings_of(
    person: Person, *, start: datetime | None = None, end: datetime | None = None
) -> QuerySet[ClassSession]:
    """Meetings of `person` that touch [start, end), with `teaches` and `is_cancelled`.

    Meetings of a class that was cancelled while they were in it stay, so that nobody goes
    there in vain; those that took place before are as they were.
    """
    seats = Enrolment.objects.filter(
        Q(withdrawn_at=None) | Q(withdrawn_at__gte=OuterRef("class_group__cancelled_at")),
        class_group=OuterRef("class_group"),
        person=person,
        undone=False,
    )
    joining = JoinedClass.objects.filter(
        session=OuterRef("pk"),
        ended_at=None,
        class_group__enrolments__person=person,
        class_group__enrolments__withdrawn_at=None,
    )
    teaches = Q(class_group__teacher=person, substitute=None) | Q(substitute=person)
    found = ClassSession.objects.alias(has_seat=Exists(seats) | Exists(joining)).filter(
        Q(has_seat=True) | teaches
    )
    if start:
        found = found.filter(ends_at__gt=start)
    if end:
        found = found.filter(starts_at__lt=end)
    return (
        found.annotate(
            teaches=_holds(teaches),
            is_cancelled=_holds(Q(class_group__cancelled_at__lt=F("ends_at"))),
        )
        .select_related(
            "class_group__course",
            "class_group__organisation",
            "class_group__teacher",
            "class_group__teaching_point",
            "substitute",
        )
        .order_by("starts_at", "pk")
    )


def _holds(condition: Q):
    return Exists(ClassSession.objects.filter(condition, pk=OuterRef("pk")))


def week_of(person: Person, on: date) -> list[Day]:
    """The days of the week of `on` on which `person` meets."""
    monday = monday_of(on)
    start = timezone.make_aware(datetime.combine(monday, time.min))
    return by_day(meetings_of(person, start=start, end=start + DAYS))


def monday_of(on: date) -> date:
    return on - timedelta(days=on.weekday())


def by_day(sessions) -> list[Day]:
    """Sessions in their order, a Day for each date."""
    return [
        Day(on, list(meetings))
        for on, meetings in groupby(
            sessions, key=lambda session: timezone.localdate(session.starts_at)
        )
    ]
