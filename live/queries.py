"""Reading the live classroom. `room_for` and `room_taught_by` are its only doors."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.sessions.models import Session
from django.db.models import F, QuerySet
from django.http import Http404
from django.utils import timezone

from accounts.models import Person, Proxy, User
from courses import queries as courses
from courses.models import ClassGroup, ClassSession
from live import rooms
from live.attendance import GONE_AFTER
from live.errors import NoSeat
from live.models import Classroom, RoomEvent, Visit

# A page that fell further behind than this reloads the room (live design note).
EVENTS_AT_MOST = 300
LOOK_AHEAD = timedelta(days=14)


@dataclass(frozen=True)
class Admission:
    """Who enters which room, and as what."""

    session: ClassSession
    person: Person | None
    is_learner: bool
    may_teach: bool


def session_shown(pk: int) -> ClassSession:
    """A session with its class, course, teacher and room. Raises Http404."""
    sessions = ClassSession.objects.select_related(
        "class_group__course",
        "class_group__term",
        "class_group__teacher",
        "class_group__organisation",
        "lesson",
        "classroom",
    )
    if session := sessions.filter(pk=pk).first():
        return session
    raise Http404


def room_for(*, user: User, person: Person | None, pk: int) -> Admission:
    """The session `pk`, if `user`, acting as `person`, may enter its room.

    The only door: pages, sockets and recordings all come through here. Raises Http404
    for a session that does not exist and NoSeat for somebody who has no seat in it.
    """
    session = session_shown(pk)
    if user.is_authenticated:
        class_group = session.class_group
        if person and courses.seat_of(person=person, class_group=class_group):
            return Admission(
                session, person, is_learner=True, may_teach=_may_teach(user, person, session)
            )
        if _may_teach(user, person, session):
            return Admission(session, person, is_learner=False, may_teach=True)
    raise NoSeat(session)


def _may_teach(user: User, person: Person | None, session: ClassSession) -> bool:
    # Acting for a learner is not teaching as oneself.
    is_oneself = person is None or person.pk == user.person_id
    return is_oneself and courses.may_teach(user=user, class_group=session.class_group)


def room_taught_by(*, user: User, pk: int) -> ClassSession:
    """The session `pk`, if `user` teaches it or may stand in. Raises Http404 otherwise."""
    session = session_shown(pk)
    if not user.is_authenticated or not courses.may_teach(
        user=user, class_group=session.class_group
    ):
        raise Http404
    return session


def may_go_on_teaching(*, user_pk: int, session_key: str, pk: int) -> bool:
    """Whether a teacher's open page still has its login and its class."""
    now = timezone.now()
    if not Session.objects.filter(session_key=session_key, expire_date__gt=now).exists():
        return False
    user = User.objects.filter(pk=user_pk, is_active=True).first()
    try:
        return bool(user and room_taught_by(user=user, pk=pk))
    except Http404:
        return False


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


def replays_of(person: Person, now: datetime, *, days: int = 60) -> list[ClassSession]:
    """Ended sessions of the last `days` that can be seen again, newest first."""
    found = (
        courses.sessions_of(person, start=now - timedelta(days=days), end=now)
        .filter(classroom__ended_at__isnull=False, classroom__started_at__isnull=False)
        .select_related("classroom")
        .order_by("-starts_at")
    )
    return _with_doors(found, now)


def events_after(classroom_pk: int, number: int) -> QuerySet[RoomEvent]:
    """What happened after event `number`, in order, at most EVENTS_AT_MOST of it."""
    events = RoomEvent.objects.filter(classroom=classroom_pk, number__gt=number)
    return events.select_related("person").order_by("number")[:EVENTS_AT_MOST]


def latest_events(classroom_pk: int, *, at_most: int = 60) -> list[RoomEvent]:
    """The last events, oldest first: what a page shows when it opens."""
    events = RoomEvent.objects.filter(classroom=classroom_pk).select_related("person")
    return list(reversed(events.order_by("-number")[:at_most]))


def hands_up(classroom_pk: int) -> QuerySet[RoomEvent]:
    """The hands that are up, longest first."""
    kinds = RoomEvent.Kind
    hands = RoomEvent.objects.filter(
        classroom=classroom_pk, kind__in=[kinds.HAND_UP, kinds.HAND_DOWN]
    )
    latest = {hand.person_id: hand.pk for hand in hands.order_by("number").only("pk", "person")}
    return (
        RoomEvent.objects.filter(pk__in=latest.values(), kind=kinds.HAND_UP)
        .select_related("person")
        .order_by("number")
    )


def last_numbers(classroom_pks: Iterable[int]) -> dict[int, int]:
    """The number of the last event of each room, in one query."""
    rows = Classroom.objects.filter(pk__in=list(classroom_pks))
    return dict(rows.values_list("pk", "last_number"))


def here_now(classroom: Classroom, *, now: datetime) -> QuerySet[Person]:
    """Who is in the room: whose visit was heard of within GONE_AFTER."""
    seen = Visit.objects.filter(classroom=classroom, last_seen_at__gte=now - GONE_AFTER)
    return Person.objects.filter(pk__in=seen.values("person")).order_by("pinyin", "pk")


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


def person(pk: int) -> Person:
    return Person.objects.get(pk=pk)


def who_may_stay(classroom_pk: int, seats: Iterable) -> set:
    """Which of `seats` (live.hub.Seat) still have their login, seat and proxy.

    Four queries however many seats. A teacher's page needs only its login: what it may do
    is asked again at every POST.
    """
    seats = list(seats)
    logins = set(
        Session.objects.filter(
            session_key__in={seat.session_key for seat in seats}, expire_date__gt=timezone.now()
        ).values_list("session_key", flat=True)
    )
    class_group = ClassGroup.objects.get(sessions__classroom=classroom_pk)
    seated = set(courses.roster(class_group).values_list("person_id", flat=True))
    own = set(
        User.objects.filter(
            pk__in={seat.user for seat in seats}, is_active=True, person__isnull=False
        ).values_list("pk", "person_id")
    )
    allowed = set(
        Proxy.objects.filter(
            agent__in={seat.user for seat in seats}, agent__is_active=True, revoked_at=None
        ).values_list("agent_id", "person_id")
    )
    return {
        seat
        for seat in seats
        if seat.session_key in logins
        and (
            not seat.is_learner
            or (seat.person in seated and (seat.user, seat.person) in own | allowed)
        )
    }


def said_since(classroom_pk: int, person: Person, since: datetime) -> int:
    """How many messages `person` has put into the room since then."""
    return RoomEvent.objects.filter(
        classroom=classroom_pk,
        kind=RoomEvent.Kind.MESSAGE,
        person=person,
        happened_at__gt=since,
    ).count()


def latest_picture(classroom_pk: int) -> RoomEvent | None:
    """What was last told about the teacher's picture."""
    pictures = RoomEvent.objects.filter(classroom=classroom_pk, kind=RoomEvent.Kind.PICTURE)
    return pictures.order_by("-number").first()


def is_picture_on(classroom_pk: int) -> bool:
    """Whether the teacher's stream ran when last heard of."""
    latest = latest_picture(classroom_pk)
    return bool(latest and latest.body["on"])


def cannot_hear_lately(classroom_pk: int, *, now: datetime) -> QuerySet[Person]:
    """Who said within the last three minutes that they hear nothing."""
    lately = RoomEvent.objects.filter(
        classroom=classroom_pk,
        kind=RoomEvent.Kind.NO_SOUND,
        happened_at__gte=now - timedelta(minutes=3),
    )
    return Person.objects.filter(pk__in=lately.values("person")).order_by("pinyin", "pk")
