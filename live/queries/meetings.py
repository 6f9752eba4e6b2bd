"""Meetings with a room: one, those of a person, those that somebody has to see to."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import F, QuerySet
from django.http import Http404
from django.utils import timezone

from accounts.models import Person, RoleGrant, User
from accounts.queries import organisations_led_by
from courses import queries as courses
from courses.models import ClassGroup, ClassSession
from live import rooms
from live.models import Classroom

LOOK_AHEAD = timedelta(days=14)


def session_shown(pk: int) -> ClassSession:
    """A session with its class, course, teacher and room. Raises Http404."""
    sessions = ClassSession.objects.select_related(
        "class_group__course",
        "class_group__term",
        "class_group__teacher",
        "class_group__organisation",
        "substitute",
        "lesson",
        "classroom",
    )
    if session := sessions.filter(pk=pk).first():
        return session
    raise Http404


def classes_helped_by(user: User) -> QuerySet[ClassGroup]:
    """The classes of every organisation where `user` is 小助手 or 班长, or of its office."""
    helped = organisations_led_by(user, RoleGrant.Role.HELPER, *courses.LEADS_CLASSES)
    return ClassGroup.objects.filter(organisation__in=helped)


def sessions_to_help(user: User, now: datetime) -> list[ClassSession]:
    """Today's meetings with a room in the classes that `user` helps in, by time."""
    start = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    found = ClassSession.objects.filter(
        starts_at__gte=start,
        starts_at__lt=start + timedelta(days=1),
        class_group__in=classes_helped_by(user),
        class_group__cancelled_at=None,
    ).exclude(class_group__mode=ClassGroup.Mode.ON_SITE)
    shown = found.select_related("class_group__teacher", "substitute", "classroom")
    return _with_doors(shown.order_by("starts_at", "pk"), now)


def room_of(session: ClassSession) -> Classroom | None:
    """The room, if anybody has opened it yet."""
    return getattr(session, "classroom", None)


def door_of(session: ClassSession, *, now: datetime) -> rooms.Door:
    room = room_of(session)
    return rooms.door(
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        started_at=room and room.started_at,
        ended_at=room and room.ended_at,
        now=now,
    )


def is_open(session: ClassSession, *, now: datetime) -> bool:
    """Whether somebody may be in the room now: from the opening of its door to the end."""
    return door_of(session, now=now) in {rooms.Door.OPEN, rooms.Door.TEACHING}


def _with_doors(sessions: Iterable[ClassSession], now: datetime) -> list[ClassSession]:
    sessions = list(sessions)
    for session in sessions:
        session.door = door_of(session, now=now)
        session.opens_at = rooms.opens_at(session.starts_at)
    return sessions


def _around(now: datetime) -> dict:
    start = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return {"start": start, "end": now + LOOK_AHEAD}


def sessions_around(person: Person, now: datetime) -> list[ClassSession]:
    """A learner's sessions of today and the next fourteen days, with `door`, `opens_at`."""
    found = courses.sessions_of(person, **_around(now)).select_related("classroom")
    return _with_doors(found, now)


def sessions_to_teach(person: Person, now: datetime) -> list[ClassSession]:
    """The same for a teacher."""
    found = courses.sessions_taught_by(person, **_around(now)).select_related("classroom")
    return _with_doors(found, now)


def sessions_beginning(*, start: datetime, end: datetime) -> QuerySet[ClassSession]:
    """Sessions with a room that begin within (start, end], whoever learns in them."""
    found = ClassSession.objects.filter(
        starts_at__gt=start, starts_at__lte=end, class_group__cancelled_at=None
    )
    return found.exclude(class_group__mode=ClassGroup.Mode.ON_SITE).select_related("class_group")


def replays_of(person: Person, now: datetime, *, days: int = 60) -> list[ClassSession]:
    """Ended sessions of the last `days` that can be seen again, newest first."""
    found = (
        courses.sessions_of(person, start=now - timedelta(days=days), end=now)
        .filter(classroom__ended_at__isnull=False, classroom__started_at__isnull=False)
        .select_related("classroom")
        .order_by("-starts_at")
    )
    return _with_doors(found, now)


def rooms_to_close() -> QuerySet[Classroom]:
    """Rooms that ended without their attendance having been closed."""
    return Classroom.objects.filter(ended_at__isnull=False, closed_at=None)


def rooms_forgotten(*, now: datetime) -> QuerySet[Classroom]:
    """Rooms that are still teaching long after their time."""
    return Classroom.objects.filter(
        started_at__isnull=False,
        ended_at=None,
        session__ends_at__lte=now - rooms.RUNS_OVER,
    ).annotate(planned_end=F("session__ends_at"))


def rooms_not_begun(*, now: datetime) -> QuerySet[Classroom]:
    """Rooms whose time has come, with a page to teach from open, that nobody began."""
    return Classroom.objects.filter(
        started_at=None,
        ended_at=None,
        teacher_seen_at__gte=now - rooms.TEACHER_GONE_AFTER,
        session__starts_at__lte=now - rooms.BEGINS_LATE,
        session__ends_at__gt=now,
        session__class_group__cancelled_at=None,
    )


def classes_at(session: ClassSession) -> list[ClassGroup]:
    """The class of a meeting, then those that joined it."""
    joined = session.joined.filter(ended_at=None, class_group__isnull=False)
    return [
        session.class_group,
        *(row.class_group for row in joined.select_related("class_group__term")),
    ]
