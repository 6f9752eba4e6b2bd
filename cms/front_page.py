"""What the front page says to whom: the next class, the doors of the house, registration.

Knows the classes and their rooms, but no pages: cms.models puts both together.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import Person, User
from accounts.queries import roles_held
from common import dates
from common.doors import WorkDoor, work_doors
from courses import queries as courses
from courses.models import ClassGroup, ClassSession, Offer, RegistrationRound, SeatPool
from live import queries as live
from live.rooms import Door

COMING_AT_MOST = 4


@dataclass(frozen=True)
class Meeting:
    """A session as somebody meets it: learning in it or teaching it."""

    session: ClassSession
    is_taught: bool = False

    @property
    def is_over(self) -> bool:
        return self.session.door == Door.ENDED

    @property
    def is_open(self) -> bool:
        return self.session.door in {Door.OPEN, Door.TEACHING}

    @property
    def is_on_site_only(self) -> bool:
        return self.session.class_group.mode == ClassGroup.Mode.ON_SITE

    @property
    def until(self) -> str:
        """到10点半: what follows the hour at which it begins."""
        starts, ends = map(timezone.localtime, (self.session.starts_at, self.session.ends_at))
        language = get_language() or "zh-hans"
        whole = dates.clock_span(starts, ends, language)
        return whole.removeprefix(dates.clock(starts, language))

    @property
    def may_enter(self) -> bool:
        """Whether pressing a button now leads into a room."""
        return self.is_open and not self.is_on_site_only

    @property
    def can_be_replayed(self) -> bool:
        classroom = live.room_of(self.session)
        return bool(self.is_over and classroom and classroom.started_at and classroom.ended_at)


@dataclass(frozen=True)
class Day:
    """Somebody's classes: the one to go to, the others of today, those to come."""

    first: Meeting | None = None
    others: list[Meeting] = field(default_factory=list)
    coming: list[Meeting] = field(default_factory=list)

    def __bool__(self):
        return bool(self.first or self.others or self.coming)


def day_of(*, user: User, person: Person | None, now: datetime) -> Day:
    """The classes of `person` today and soon, learnt or taught; none without a file.

    First comes what goes on now; a class to teach before one to learn in. Nobody teaches
    on behalf of another, or by a card.
    """
    if not person:
        return Day()
    meetings = [Meeting(session) for session in live.sessions_around(person, now)]
    if person.pk == user.person_id and not user.is_limited:
        meetings += [
            Meeting(session, is_taught=True) for session in live.sessions_to_teach(person, now)
        ]
    return arranged(meetings, now)


# A front page is no archive: the last classes, which somebody may have missed.
REPLAYS_SHOWN = 4


def replays_of(*, person: Person | None, now: datetime) -> list[ClassSession]:
    """The last classes of `person` that can be seen again, newest first."""
    return live.replays_of(person, now)[:REPLAYS_SHOWN] if person else []


def offers_of(*, person: Person | None, now: datetime) -> QuerySet[Offer]:
    """The seats that are kept for `person` and want their answer."""
    if not person:
        return Offer.objects.none()
    return courses.offers_open_to(person).filter(expires_at__gt=now)


def work_of(*, user: User, person: Person | None) -> list[WorkDoor]:
    """The doors to the work of `user`; none while acting for another, none by a card."""
    if not user.is_authenticated or user.is_limited:
        return []
    is_oneself = person is None or person.pk == user.person_id
    return work_doors(user, roles_held(user)) if is_oneself else []


def arranged(meetings: Iterable[Meeting], now: datetime) -> Day:
    """Meetings in the order in which they matter to whoever has them."""
    on = timezone.localdate(now)
    by_time = sorted(meetings, key=lambda meeting: meeting.session.starts_at)
    # A class of yesterday evening that runs past midnight is still today's until it is over.
    today = [m for m in by_time if timezone.localdate(m.session.starts_at) <= on]
    ahead = sorted(
        (m for m in today if not m.is_over), key=lambda m: (not m.is_open, not m.is_taught)
    )
    first = ahead[0] if ahead else None
    return Day(
        first=first,
        others=[m for m in today if m is not first],
        coming=[m for m in by_time if m not in today][:COMING_AT_MOST],
    )


def classes_with_free_seats(now: datetime) -> int:
    """How many classes can be registered for now and have a seat left."""
    open_terms = open_rounds(now).values("term")
    free = SeatPool.objects.filter(class_group=OuterRef("pk"), seats_taken__lt=F("capacity"))
    return courses.catalogue(now=now).filter(Exists(free), term__in=open_terms).count()


def open_rounds(now: datetime):
    """The registration rounds that are open now, the one that closes last first."""
    return (
        RegistrationRound.objects.filter(
            term__in=courses.terms_not_over(now), opens_at__lte=now, closes_at__gt=now
        )
        .select_related("term")
        .order_by("-closes_at")
    )


def greeting(now: datetime) -> str:
    """上午好, by the hour of the school's clock."""
    hour = timezone.localtime(now).hour
    if hour < 5:
        return _("夜深了，您好")
    if hour < 9:
        return _("早上好")
    if hour < 11:
        return _("上午好")
    if hour < 13:
        return _("中午好")
    return _("下午好") if hour < 18 else _("晚上好")
