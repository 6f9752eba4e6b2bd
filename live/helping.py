"""Who is stuck in a class, why, what to say to them, and by which number.

Whom to help is read from what pages say of themselves (live.reception), from 我听不到, and
from seats that nobody came to. What helpers do is told without names: an event that carries
the mark of whom it is about (live.moderation).
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import queries as accounts
from accounts.files import keeping
from accounts.models import Person, RoleGrant, User
from common import masks
from courses import queries as courses
from courses.models import ClassSession
from live import logbook, moderation, queries
from live.attendance import GONE_AFTER
from live.models import Classroom, RoomEvent, Visit
from live.reception import Mode, Sound

Kind = RoomEvent.Kind

# A page beats every 15 s: silent for longer it has lost its line, or is coming back.
SILENT = timedelta(seconds=40)
# Who went this long ago without a word is not coming back by themselves.
LOST = timedelta(minutes=10)
# So close to the start, whoever has not tried the sound is told how to.
SOON = timedelta(minutes=5)
# Late by this much is not on the way any more.
ABSENT = timedelta(minutes=3)
# What a helper took on stays theirs so long; then others see the person again.
BEING_HELPED = timedelta(minutes=5)


class Reason(StrEnum):
    """Why somebody needs help, the most urgent first."""

    CANNOT_HEAR = "cannot_hear"
    NO_SOUND = "no_sound"
    RETRYING = "retrying"
    STALLED = "stalled"
    UNTRIED = "untried"
    SOUND_ONLY = "sound_only"
    ABSENT = "absent"

    @property
    def words(self) -> str:
        return {
            Reason.CANNOT_HEAR: _("说听不到"),
            Reason.NO_SOUND: _("没有声音"),
            Reason.RETRYING: _("断线了，还没接上"),
            Reason.STALLED: _("画面停住了"),
            Reason.UNTRIED: _("还没有试声音"),
            Reason.SOUND_ONLY: _("网络弱，只听声音"),
            Reason.ABSENT: _("还没有来"),
        }[self]

    @property
    def advice(self) -> str:
        """What to say on the telephone."""
        return {
            Reason.CANNOT_HEAR: _(
                "请他看看手机旁边的静音开关，把音量按大，再按一下屏幕上的“打开声音”。"
            ),
            Reason.NO_SOUND: _("请他按一下屏幕上的“打开声音”，再把音量按大。"),
            Reason.RETRYING: _("请他看看 Wi-Fi 或流量开着没有。不用退出，网络好了会自动接上。"),
            Reason.STALLED: _("请他离路由器近一点，关掉别的视频。画面会自己接上。"),
            Reason.UNTRIED: _("请他按“放一段声音”，听得到就按“听得到”。"),
            Reason.SOUND_ONLY: _("声音好就不用动。网络好了，画面会自己回来。"),
            Reason.ABSENT: _("问问他今天来不来。要来，请他打开首页，按“进教室”。"),
        }[self]


URGENCY = {reason: place for place, reason in enumerate(Reason)}


@dataclass
class Stuck:
    """Somebody to help: why, who acts for them there, and who is at it already."""

    person: Person
    reasons: list[Reason] = field(default_factory=list)
    agent: str = ""
    helped_by: str = ""

    @property
    def first(self) -> Reason:
        return self.reasons[0]

    @property
    def masked_phone(self) -> str:
        return masks.phone(self.person.phone) if self.person.phone else ""


@dataclass(frozen=True)
class Hearing:
    """How many of those here report that they hear; nobody knows of the `unknown`."""

    here: int = 0
    hear: int = 0

    @property
    def unknown(self) -> bool:
        return self.here == 0

    @property
    def most_do(self) -> bool:
        return self.hear * 2 > self.here


def hearing(classroom: Classroom, *, now: datetime) -> Hearing:
    """What the pages of those who are here say of the sound; one query.

    A person on two devices hears if one of them does.
    """
    heard: dict[int, bool] = {}
    for person, sound in _alive(classroom, now).values_list("person_id", "sound"):
        heard[person] = heard.get(person, False) or sound == Sound.OK
    return Hearing(here=len(heard), hear=sum(heard.values()))


def stuck(session: ClassSession, classroom: Classroom, *, now: datetime) -> list[Stuck]:
    """Who needs help now, the most urgent first; nobody before the door opens or after the end.

    Whoever was marked as helped is not shown again for the same reason that they gave before.
    """
    if not queries.is_open(session, now=now):
        return []
    reasons: dict[int, set[Reason]] = defaultdict(set)
    people: dict[int, Person] = {}
    agents: dict[int, str] = {}
    helped = _helped(classroom)
    is_teaching = classroom.state == Classroom.State.TEACHING
    is_soon = now >= session.starts_at - SOON
    visits = _lately(classroom, now)
    alive = {visit.person_id for visit in visits if visit.last_seen_at >= now - SILENT}
    for visit in visits:
        people[visit.person_id] = visit.person
        if visit.person_id not in alive:
            reasons[visit.person_id].add(Reason.RETRYING)
        elif visit.last_seen_at >= now - SILENT:
            why = _of_page(visit, is_teaching=is_teaching, is_soon=is_soon)
            reasons[visit.person_id] |= why
    for event in _cries(classroom):
        mark = helped.get(moderation.mark_of(classroom, event.person))
        if mark is None or not mark.body["done"] or mark.number < event.number:
            people[event.person_id] = event.person
            agents[event.person_id] = event.agent
            reasons[event.person_id].add(Reason.CANNOT_HEAR)
    if now >= session.starts_at + ABSENT:
        came = set(classroom.visits.values_list("person_id", flat=True))
        for person in courses.due_at(session).exclude(pk__in=came):
            people[person.pk] = person
            reasons[person.pk].add(Reason.ABSENT)
    found = []
    for pk, why in reasons.items():
        event = helped.get(moderation.mark_of(classroom, people[pk]))
        if event and event.body["done"]:
            # What was so when they were helped is settled for a while; what is new is not, and
            # neither is saying again that one hears nothing.
            settled = set(event.body.get("reasons", ())) - {Reason.CANNOT_HEAR}
            if event.happened_at > now - LOST:
                why = {reason for reason in why if reason not in settled}
        if not why:
            continue
        one = Stuck(people[pk], sorted(why, key=URGENCY.get), agent=agents.get(pk, ""))
        if event and not event.body["done"] and event.happened_at > now - BEING_HELPED:
            one.helped_by = event.by.person.name if event.by and event.by.person else _("有人")
        found.append(one)
    return sorted(found, key=lambda one: (URGENCY[one.first], one.person.pinyin, one.person.pk))


def _of_page(visit: Visit, *, is_teaching: bool, is_soon: bool) -> set[Reason]:
    found = set()
    if visit.sound == Sound.NO:
        found.add(Reason.NO_SOUND)
    elif visit.sound == Sound.UNKNOWN and is_soon and not is_teaching:
        found.add(Reason.UNTRIED)
    if visit.is_stalled:
        found.add(Reason.STALLED)
    if visit.shows == Mode.SOUND and is_teaching:
        found.add(Reason.SOUND_ONLY)
    return found


def _alive(classroom: Classroom, now: datetime):
    return Visit.objects.filter(
        classroom=classroom, is_over=False, last_seen_at__gte=now - GONE_AFTER
    )


def _lately(classroom: Classroom, now: datetime) -> list[Visit]:
    """The latest visit of each device within LOST that nobody has ended."""
    seen = Visit.objects.filter(
        classroom=classroom, is_over=False, last_seen_at__gte=now - LOST
    ).select_related("person")
    return list({(visit.device, visit.person_id): visit for visit in seen}.values())


def _cries(classroom: Classroom) -> list[RoomEvent]:
    """The last 我听不到 of each."""
    found = RoomEvent.objects.filter(classroom=classroom, kind=Kind.NO_SOUND)
    events = found.select_related("person", "by__person").order_by("number")
    return list({event.person_id: event for event in events}.values())


def _helped(classroom: Classroom) -> dict[str, RoomEvent]:
    """What helpers did last, by the mark of whom it is about."""
    found = RoomEvent.objects.filter(classroom=classroom, kind=Kind.HELPED)
    events = found.select_related("by__person").order_by("number")
    return {event.body["mark"]: event for event in events}


def learner_in(session: ClassSession, pk: int) -> Person:
    """Somebody with a seat in the class. Raises Http404."""
    seat = courses.roster_at(session).filter(person=pk).first()
    if seat is None:
        raise Http404
    return seat.person


# Telephone


@dataclass(frozen=True)
class Number:
    """A number to dial, and whose it is where it is not the person's own."""

    phone: str
    whose: str = ""


def may_call(*, user: User, session: ClassSession, now: datetime) -> bool:
    """Who may see numbers: the office always, a helper while the room is open. The teacher,
    who has a class to hold, asks one of them."""
    office = accounts.organisations_led_by(user, *courses.LEADS_CLASSES)
    here = {"pk": session.class_group.organisation_id}
    if office.filter(**here).exists():
        return True
    helpers = accounts.organisations_led_by(user, RoleGrant.Role.HELPER)
    return queries.is_open(session, now=now) and helpers.filter(**here).exists()


@transaction.atomic
def numbers_of(
    *,
    session: ClassSession,
    classroom: Classroom,
    person: Person,
    by: User,
    now: datetime | None = None,
) -> list[Number]:
    """The numbers by which `person` is reached: their own, or of who acts for them.

    Each look is a line of the audit log, and tells the other helpers that somebody is at it.
    Raises Http404 for who may not see numbers.
    """
    now = now or timezone.now()
    if not may_call(user=by, session=session, now=now):
        raise Http404
    numbers = [Number(person.phone)] if person.phone else []
    if not numbers:
        numbers = [
            Number(proxy.agent.phone, proxy.agent.person.name if proxy.agent.person else _("家人"))
            for proxy in accounts.proxies_of(person)
            if proxy.agent.phone
        ]
    if numbers:
        keeping.reveal(person=person, names=["phone"], by=by, now=now)
    if classroom.ended_at is None:
        _tell(classroom, person, by=by, now=now, done=False)
    return numbers


@transaction.atomic
def done(
    *,
    session: ClassSession,
    classroom: Classroom,
    person: Person,
    by: User,
    now: datetime | None = None,
) -> None:
    """`person` was helped: what troubled them until now is settled. Again is harmless."""
    now = now or timezone.now()
    logbook.lock(classroom)
    reasons = [
        reason
        for one in stuck(session, classroom, now=now)
        if one.person.pk == person.pk
        for reason in one.reasons
    ]
    if reasons:
        _tell(classroom, person, by=by, now=now, done=True, reasons=reasons)


def _tell(classroom, person, *, by, now, **facts) -> None:
    body = {"mark": moderation.mark_of(classroom, person), **facts}
    logbook.write(classroom, Kind.HELPED, by=by, body=body, now=now)
