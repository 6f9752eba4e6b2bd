"""Who enters which room, and as what: `room_for` and `room_taught_by` are the only doors."""

from dataclasses import dataclass
from datetime import datetime

from django.http import Http404
from django.utils.translation import gettext as _

from accounts.logins.sessions import standing
from accounts.models import Person, User
from accounts.queries import own_file
from courses import queries as courses
from courses.models import ClassSession
from live import rooms
from live.errors import NoSeat, NotYetOpen, RoomClosed
from live.queries.meetings import classes_helped_by, door_of, session_shown


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
