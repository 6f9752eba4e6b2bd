"""How long the session of a login lasts, which sessions still stand, and how all of them end.

A session carries when it began and when its person was last seen. Its row in the database
expires by settings.SESSION_LIMITS, so that sockets, which only look at the row, follow.
What a login may do decides its limits: of several kinds the stricter wins.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.dateparse import parse_datetime

from accounts import audit
from accounts.models import RoleGrant, User
from accounts.signals import work_asked_for

BEGAN, SEEN, ENDS = "login_began_at", "login_seen_at", "login_ends_at"
# A session is written at most this often: a busy page costs no more writes than a calm one.
SEEN_EVERY_S = 60

Role = RoleGrant.Role


class Kind(StrEnum):
    """What a login may do, as far as its session and its second step care."""

    LEARNER = "learner"
    TEACHER = "teacher"
    STAFF = "staff"
    ADMINISTRATOR = "administrator"


OF_ROLE = {
    Role.TEACHER: Kind.TEACHER,
    Role.COORDINATOR: Kind.TEACHER,
    Role.HELPER: Kind.TEACHER,
    Role.REGISTRAR: Kind.STAFF,
    Role.BUREAU: Kind.STAFF,
    Role.AUDITOR: Kind.STAFF,
    Role.EDITOR: Kind.STAFF,
    Role.REVIEWER: Kind.STAFF,
    Role.ADMINISTRATOR: Kind.ADMINISTRATOR,
}


@dataclass(frozen=True)
class Limits:
    idle: timedelta
    absolute: timedelta


def is_staff(user: User) -> bool:
    """Whether `user` holds a staff role anywhere, or one of Django's own flags."""
    return bool(_kinds_by_role(user) & {Kind.STAFF, Kind.ADMINISTRATOR})


def kinds_of(user: User) -> set[Kind]:
    """Everything that `user` is here; a learner in any case."""
    kinds = _kinds_by_role(user)
    answers = work_asked_for.send(sender=User, user=user)
    return kinds | {Kind.TEACHER for _receiver, works in answers if works}


def _kinds_by_role(user: User) -> set[Kind]:
    kinds = {Kind.LEARNER}
    if user.is_superuser:
        kinds.add(Kind.ADMINISTRATOR)
    if user.is_staff:
        kinds.add(Kind.STAFF)
    if user.person_id and user.holds_roles:
        live = RoleGrant.objects.filter(person=user.person_id, ended_at=None)
        kinds |= {OF_ROLE[role] for role in live.values_list("role", flat=True)}
    return kinds


def limits_of(user: User) -> Limits:
    """The strictest limits of all that `user` is."""
    found = [settings.SESSION_LIMITS[kind] for kind in kinds_of(user)]
    return Limits(
        idle=min(limits["idle"] for limits in found),
        absolute=min(limits["absolute"] for limits in found),
    )


# One session


def begin(session: SessionBase, *, user: User, now: datetime) -> None:
    """A login begins: its session counts from here."""
    session[BEGAN] = now.timestamp()
    session.pop(ENDS, None)
    session.set_expiry(None)
    _see(session, limits_of(user), now)


def go_on(session: SessionBase, *, user: User, now: datetime, counts: bool = True) -> bool:
    """Whether the session of `user` may go on; notes, at most once a minute, who was seen.

    Without `counts` nobody was seen: a page asked by itself. A session that has not begun
    (made by an older version) begins. Its role may have become stricter meanwhile.
    """
    if BEGAN not in session:
        begin(session, user=user, now=now)
        return True
    if now.timestamp() - session[SEEN] < SEEN_EVERY_S:
        return True
    limits = limits_of(user)
    if _ends_at(session, limits) <= now:
        return False
    if counts:
        _see(session, limits, now)
    return True


def _see(session: SessionBase, limits: Limits, now: datetime) -> None:
    # A way in that ends at a fixed moment (a class link) has said so as Django's expiry.
    if isinstance(fixed := session.get("_session_expiry"), str):
        session[ENDS] = parse_datetime(fixed).timestamp()
    session[SEEN] = now.timestamp()
    session.set_expiry(max(1, int((_ends_at(session, limits) - now).total_seconds())))


def _ends_at(session: SessionBase, limits: Limits) -> datetime:
    ends = [
        session[SEEN] + limits.idle.total_seconds(),
        session[BEGAN] + limits.absolute.total_seconds(),
    ]
    if ENDS in session:
        ends.append(session[ENDS])
    return datetime.fromtimestamp(min(ends), tz=timezone.get_default_timezone())


# All sessions


def standing(session_keys: Iterable[str], *, now: datetime | None = None) -> set[str]:
    """Those of `session_keys` whose login still stands: neither expired nor ended.

    A session that nobody logged in to (a printed card's) stands until it expires. Two
    queries however many: what sockets ask again and again.
    """
    rows = Session.objects.filter(
        session_key__in=set(session_keys), expire_date__gt=now or timezone.now()
    )
    found = {row.session_key: row.get_decoded() for row in rows}
    pks = {said[SESSION_KEY] for said in found.values() if SESSION_KEY in said}
    hashes = {
        str(user.pk): user.get_session_auth_hash()
        for user in User.objects.filter(pk__in=pks, is_active=True)
    }
    return {
        key
        for key, said in found.items()
        if SESSION_KEY not in said
        or constant_time_compare(
            said.get(HASH_SESSION_KEY, ""), hashes.get(said[SESSION_KEY], "nobody")
        )
    }


@transaction.atomic
def end_all_logins(*, user: User, by: User | None, now: datetime | None = None) -> None:
    """Every session of `user` ends: pages at their next request, sockets within a minute.

    For a lost telephone as well: `by` is whoever asked for it. `user` may log in again at
    once; whoever keeps the session they are in says so after this
    (django.contrib.auth.update_session_auth_hash).
    """
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
    user.refresh_from_db(fields=["session_epoch"])
    audit.record(audit.Action.LOGINS_ENDED, by=by, person=user.person, now=now)
