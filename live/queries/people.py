"""Who is in a room, on which device, for whom, and who may stay."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from accounts.acting import households
from accounts.logins import cards
from accounts.logins.sessions import standing
from accounts.models import Person, Proxy, User
from accounts.queries import own_file
from courses import queries as courses
from courses.models import ClassSession
from live.attendance import GONE_AFTER
from live.models import Classroom, StudyMode, Visit, agent_name

# What says who did something: the person, the login, and whose login it is.
WHO = ("person", "by__person")


@dataclass(frozen=True)
class Companion:
    """Somebody of the household, and whether they may be counted in this class."""

    person: Person
    has_seat: bool


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
    visits = list(seen.select_related(*WHO).order_by("person__pinyin", "person_id"))
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
        .select_related("classroom", *WHO)
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
