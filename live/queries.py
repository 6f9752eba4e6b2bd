"""Reading the live classroom. `room_for` and `room_taught_by` are its only doors."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.acting import households
from accounts.logins import cards
from accounts.logins.sessions import standing
from accounts.models import Person, Proxy, RoleGrant, User
from accounts.queries import organisations_led_by, own_file
from courses import queries as courses
from courses.models import ClassGroup, ClassSession, Enrolment
from live import rooms
from live.attendance import GONE_AFTER
from live.errors import NoSeat, NotYetOpen, RoomClosed
from live.models import Attendance, Classroom, HeldMessage, RoomEvent, StudyMode, Visit, agent_name

# A page that fell further behind than this reloads the room (live design note).
EVENTS_AT_MOST = 300
LOOK_AHEAD = timedelta(days=14)
# What says who did something: the person, the login, and whose login it is.
_WHO = ("person", "by__person")


@dataclass(frozen=True)
class Companion:
    """Somebody of the household, and whether they may be counted in this class."""

    person: Person
    has_seat: bool


@dataclass(frozen=True)
class Admission:
    """Who enters which room, and as what."""

    session: ClassSession
    person: Person | None
    is_learner: bool
    may_teach: bool
    # 小助手、班长: sees who is stuck and keeps the talk friendly (live.helping).
    may_help: bool = False

    def is_still_for(self, opened_as: str) -> bool:
        """Whether a page that was opened as the person of this number acts for them now.

        What a wife's tab sends must not be her husband's because he logged in beside it.
        """
        return self.person is None or opened_as in ("", str(self.person.pk))


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


def room_for(*, user: User, person: Person | None, pk: int) -> Admission:
    """The session `pk`, if `user`, acting as `person`, may enter its room.

    The only door: pages, sockets and recordings all come through here. Raises Http404
    for a session that does not exist and NoSeat for somebody who has no seat in it.
    """
    session = session_shown(pk)
    if user.is_authenticated and (not user.is_limited or user.opened_by.lets_into(pk)):
        if person and courses.seat_at(person=person, session=session):
            return Admission(
                session, person, is_learner=True, may_teach=_may_teach(user, person, session)
            )
        if _may_teach(user, person, session):
            return Admission(session, person, is_learner=False, may_teach=True)
        if _helps(user, person, session):
            return Admission(session, None, is_learner=False, may_teach=False, may_help=True)
    raise NoSeat(session)


def admission_of_page(
    *, user: User, person: Person | None, pk: int, opened_as: str, now: datetime
) -> Admission:
    """`room_for`, for what a page that is open in the room sends, whatever its way here.

    Raises RoomClosed too: for a page that was opened as somebody else, and as NotYetOpen
    before the door opens to whoever does not teach.
    """
    admission = room_for(user=user, person=person, pk=pk)
    if not admission.is_still_for(opened_as):
        raise RoomClosed(_("这一页打开以后换了人。请刷新这一页再用。"))
    is_staff = admission.may_teach or admission.may_help
    if not is_staff and door_of(admission.session, now=now) is rooms.Door.NOT_YET:
        raise NotYetOpen
    return admission


def admission_to_speak(
    *, user: User, person: Person | None, pk: int, opened_as: str, now: datetime
) -> Admission:
    """`admission_of_page`, for who says or does something. Raises RoomClosed after the end."""
    admission = admission_of_page(user=user, person=person, pk=pk, opened_as=opened_as, now=now)
    if door_of(admission.session, now=now) is rooms.Door.ENDED:
        raise RoomClosed(_("这节课已经下课了。"))
    return admission


def _may_teach(user: User, person: Person | None, session: ClassSession) -> bool:
    # Acting for a learner is not teaching as oneself.
    is_oneself = person is None or person == own_file(user)
    return is_oneself and courses.may_teach(
        user=user, class_group=session.class_group, session=session
    )


def _helps(user: User, person: Person | None, session: ClassSession) -> bool:
    is_oneself = person is None or person == own_file(user)
    return is_oneself and classes_helped_by(user).filter(pk=session.class_group_id).exists()


def classes_helped_by(user: User) -> QuerySet[ClassGroup]:
    """The classes of every organisation where `user` is 小助手 or 班长, or of its office."""
    helped = organisations_led_by(user, RoleGrant.Role.HELPER, *courses.LEADS_CLASSES)
    return ClassGroup.objects.filter(organisation__in=helped)


def room_helped_by(*, user: User, pk: int) -> ClassSession:
    """The session `pk`, if `user` helps in it or teaches it. Raises Http404 otherwise."""
    session = session_shown(pk)
    group = session.class_group
    if user.is_authenticated and (
        courses.may_teach(user=user, class_group=group, session=session)
        or classes_helped_by(user).filter(pk=group.pk).exists()
    ):
        return session
    raise Http404


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


def room_taught_by(*, user: User, pk: int) -> ClassSession:
    """The session `pk`, if `user` teaches it or may stand in. Raises Http404 otherwise."""
    session = session_shown(pk)
    if not user.is_authenticated or not courses.may_teach(
        user=user, class_group=session.class_group, session=session
    ):
        raise Http404
    return session


def may_go_on_teaching(*, user_pk: int, session_key: str, pk: int) -> bool:
    """Whether a teacher's open page still has its login and its class."""
    if not standing([session_key]):
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


def events_after(classroom_pk: int, number: int) -> QuerySet[RoomEvent]:
    """What happened after event `number`, in order, at most EVENTS_AT_MOST of it."""
    events = RoomEvent.objects.filter(classroom=classroom_pk, number__gt=number)
    return events.select_related(*_WHO).order_by("number")[:EVENTS_AT_MOST]


def latest_events(classroom_pk: int, *, at_most: int = 60) -> list[RoomEvent]:
    """The last events, oldest first: what a page shows when it opens."""
    events = RoomEvent.objects.filter(classroom=classroom_pk).select_related(*_WHO)
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
        .select_related(*_WHO)
        .order_by("number")
    )


def last_numbers(classroom_pks: Iterable[int]) -> dict[int, int]:
    """The number of the last event of each room, in one query."""
    rows = Classroom.objects.filter(pk__in=list(classroom_pks))
    return dict(rows.values_list("pk", "last_number"))


@dataclass(frozen=True)
class Present:
    """Somebody in the room, and who acts for them there, if somebody does."""

    person: Person
    agent: str = ""

    @property
    def name(self) -> str:
        return self.person.name


def here_now(classroom: Classroom, *, now: datetime) -> list[Present]:
    """Who is in the room, by name: whose visit was heard of within GONE_AFTER."""
    seen = Visit.objects.filter(
        classroom=classroom, is_over=False, last_seen_at__gte=now - GONE_AFTER
    )
    visits = list(seen.select_related(*_WHO).order_by("person__pinyin", "person_id"))
    on_device = _on_device(visits)
    return [
        Present(mine[0].person, _agent_of(mine, on_device))
        for mine in _grouped(visits, "person_id").values()
    ]


@dataclass(frozen=True)
class Company:
    """With whom somebody studied on one device, and who acted for them."""

    companions: tuple[str, ...] = ()
    agent: str = ""


ALONE = Company()


def company_at(sessions: Iterable[ClassSession | int], person: Person) -> dict[int, Company]:
    """How `person` was in the rooms of these sessions, by session; two queries for all."""
    mine = list(
        Visit.objects.filter(person=person, classroom__session__in=list(sessions))
        .exclude(mode=StudyMode.REPLAY)
        .select_related("classroom", *_WHO)
        .order_by("entered_at")
    )
    beside = list(
        Visit.objects.filter(
            classroom__in={visit.classroom_id for visit in mine},
            device__in={visit.device for visit in mine},
        )
        .exclude(person=person)
        .select_related("person")
        .order_by("person__pinyin", "person_id")
    )
    on_device = _on_device((*mine, *beside))
    names = defaultdict(list)
    for visit in beside:
        names[visit.classroom_id, visit.device].append(visit.person.name)
    company = {}
    for in_room in _grouped(mine, "classroom_id").values():
        companions = [name for visit in in_room for name in names[_place(visit)]]
        company[in_room[0].classroom.session_id] = Company(
            tuple(dict.fromkeys(companions)), _agent_of(in_room, on_device)
        )
    return company


def _grouped(visits: Iterable[Visit], name: str) -> dict[int, list[Visit]]:
    grouped = defaultdict(list)
    for visit in visits:
        grouped[getattr(visit, name)].append(visit)
    return grouped


def _place(visit: Visit) -> tuple:
    return visit.classroom_id, visit.device


def _on_device(visits: Iterable[Visit]) -> dict[tuple, set[int]]:
    """Who studies on each device of a room."""
    persons = defaultdict(set)
    for visit in visits:
        persons[_place(visit)].add(visit.person_id)
    return persons


def _agent_of(mine: list[Visit], on_device: dict[tuple, set[int]]) -> str:
    """Who acted for somebody with the visits `mine`; nobody where one of them is their own.

    Whoever is on the same device is no agent: they study beside them.
    """
    agents = [agent_name(visit.by, on_device[_place(visit)]) for visit in mine]
    return "" if "" in agents else agents[0]


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


def login(pk: int) -> User:
    return User.objects.get(pk=pk)


def on_device(person_pk: int, session_pk: int, together: Iterable[int]) -> list[Person]:
    """`person`, and those of `together` who may be counted on the same device."""
    person = Person.objects.get(pk=person_pk)
    if not (together := set(together)):
        return [person]
    session = ClassSession.objects.get(pk=session_pk)
    return [person, *companions(person, session).filter(pk__in=together)]


def companions(person: Person, session: ClassSession) -> QuerySet[Person]:
    """Who may be counted on the device of `person` at this meeting: of their household, with
    a seat of their own."""
    seats = courses.roster_at(session).values("person")
    return households.companions_of(person).filter(pk__in=seats)


def household_in(person: Person, session: ClassSession) -> list[Companion]:
    """The whole household of `person`, each with whether they have a seat at this meeting."""
    found = list(households.companions_of(person))
    seats = courses.roster_at(session).filter(person__in=found)
    seated = set(seats.values_list("person_id", flat=True))
    return [Companion(one, one.pk in seated) for one in found]


def who_may_stay(classroom_pk: int, seats: Iterable) -> dict:
    """Which of `seats` (live.hub.Seat) still have their login or card, seat and proxy.

    Each with the persons beside it who are still of the household and have a seat. At most
    eight queries however many seats. A teacher's page needs only its login: what it may do
    is asked again at every POST.
    """
    seats = list(seats)
    logins = standing(seat.session_key for seat in seats)
    session = ClassSession.objects.get(classroom=classroom_pk)
    enrolled = courses.roster_at(session).filter(person__frozen_at=None)
    seated = set(enrolled.values_list("person_id", flat=True))
    users = User.objects.filter(pk__in={seat.user for seat in seats}, is_active=True)
    own, epochs = set(), {}
    for user in users.select_related("person__merged_into"):
        epochs[user.pk] = user.session_epoch
        if person := own_file(user):
            own.add((user.pk, person.pk))
    allowed = set(
        Proxy.objects.filter(
            agent__in={seat.user for seat in seats}, agent__is_active=True, revoked_at=None
        ).values_list("agent_id", "person_id")
    )
    ended = _ended_openings(seats, epochs)
    together = {pk for seat in seats for pk in seat.together}
    home = (
        households.household_by_person(together | {seat.person for seat in seats})
        if together
        else {}
    )
    return {
        seat: frozenset(
            pk for pk in seat.together & seated if pk in home and home[pk] == home.get(seat.person)
        )
        for seat in seats
        if seat.session_key in logins
        and seat not in ended
        and (
            not seat.is_learner
            or (seat.person in seated and (seat.user, seat.person) in own | allowed)
        )
    }


def _ended_openings(seats: Iterable, epochs: dict[int, int]) -> set:
    """Those of `seats` whose card was revoked, or whose login ended all its sessions."""
    opened = {seat: seat.opened_by for seat in seats if seat.opened_by}
    used = {by.card for by in opened.values() if by.card}
    revoked = used - cards.still_working(used)
    return {
        seat
        for seat, by in opened.items()
        if by.card in revoked or by.epoch != epochs.get(seat.user)
    }


def said_since(classroom_pk: int, person: Person, since: datetime) -> int:
    """How many messages `person` has put into the room since then, or before its moderator."""
    through = RoomEvent.objects.filter(
        classroom=classroom_pk,
        kind=RoomEvent.Kind.MESSAGE,
        person=person,
        happened_at__gt=since,
    )
    held = HeldMessage.objects.filter(
        classroom=classroom_pk, person=person, held_at__gt=since, event=None
    )
    return through.count() + held.count()


def spoken_since(classroom_pk: int, person: Person, since: datetime) -> int:
    """How many spoken messages `person` has put into the room since then."""
    return RoomEvent.objects.filter(
        classroom=classroom_pk,
        kind=RoomEvent.Kind.MESSAGE,
        person=person,
        happened_at__gt=since,
        body__has_key="voice",
    ).count()


def said_already(classroom_pk: int, person: Person, client_id) -> RoomEvent | None:
    """What `person` has put into the room under this name of the page's."""
    return RoomEvent.objects.filter(
        classroom=classroom_pk, person=person, client_id=client_id
    ).first()


def latest_picture(classroom_pk: int) -> RoomEvent | None:
    """What was last told about the teacher's picture."""
    pictures = RoomEvent.objects.filter(classroom=classroom_pk, kind=RoomEvent.Kind.PICTURE)
    return pictures.order_by("-number").first()


def is_picture_on(classroom_pk: int) -> bool:
    """Whether the teacher's stream ran when last heard of."""
    latest = latest_picture(classroom_pk)
    return bool(latest and latest.body["on"])


def cannot_hear_lately(classroom_pk: int, *, now: datetime) -> list[Present]:
    """Who said within the last three minutes that they hear nothing, by name."""
    lately = RoomEvent.objects.filter(
        classroom=classroom_pk,
        kind=RoomEvent.Kind.NO_SOUND,
        happened_at__gte=now - timedelta(minutes=3),
    )
    found = lately.select_related(*_WHO).order_by("person__pinyin", "person_id", "number")
    return list({event.person_id: Present(event.person, event.agent) for event in found}.values())


def classes_at(session: ClassSession) -> list[ClassGroup]:
    """The class of a meeting, then those that joined it."""
    joined = session.joined.filter(ended_at=None, class_group__isnull=False)
    return [
        session.class_group,
        *(row.class_group for row in joined.select_related("class_group__term")),
    ]


def attended_enough(class_group: ClassGroup) -> QuerySet[Enrolment]:
    """The seats of the class whose persons were present in the term's share of all its
    planned meetings, and are not noted as having completed it."""
    own = Q(class_group=class_group.pk)
    joined = Q(joined__class_group=class_group.pk, joined__ended_at=None)
    meetings = ClassSession.objects.filter(own | joined)
    here = Attendance.objects.filter(
        person=OuterRef("person"), session__in=meetings.values("pk"), is_present=True
    )
    times = here.order_by().values("person").annotate(count=Count("pk")).values("count")
    planned = meetings.distinct().count()
    # Whole numbers: 60 % of 16 meetings are 10 of them, and 9.6 are not 9.
    wanted = -(-class_group.term.present_from_percent * planned // 100)
    return class_group.enrolments.annotate(times=Subquery(times)).filter(
        withdrawn_at=None, completed_on=None, times__gte=max(wanted, 1)
    )


def attendance_of_month(person: Person, *, now: datetime) -> dict[str, int]:
    """To how many closed sessions of this month `person` came (`all`), and in how many of
    them they were `present` by the rule."""
    first = timezone.localtime(now).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return person.attendances.filter(
        session__starts_at__gte=first, session__starts_at__lte=now
    ).aggregate(all=Count("pk"), present=Count("pk", filter=Q(is_present=True)))
