"""The second step of staff: who owes one, who has one, and how a lost one is taken away."""

from datetime import datetime
from types import SimpleNamespace

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction

from accounts import audit
from accounts.logins import sessions
from accounts.models import User

REQUIRED = "required"
STEPS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def is_for(user: User) -> bool:
    """Whether `user` may have a second step: staff, and whoever has one from when they were."""
    return sessions.is_staff(user) or has_one(user)


def has_one(user: User) -> bool:
    return Authenticator.objects.filter(user=user, type__in=STEPS).exists()


def is_owed(user: User, session: SessionBase) -> bool:
    """Whether this session reaches nothing of the school's before its second step is done."""
    return (
        settings.STAFF_SECOND_STEP == REQUIRED
        and user.is_authenticated
        and not user.is_limited
        and not was_done(user, session)
        and sessions.is_staff(user)
    )


def was_done(user: User, session: SessionBase) -> bool:
    """Whether the second step was done or set up in this very session."""
    done = get_authentication_records(SimpleNamespace(session=session), user)
    return any(record.get("method") == "mfa" for record in done)


@transaction.atomic
def forget(*, user: User, by: User | None, now: datetime | None = None) -> int:
    """Take away every second step of `user`, who lost it, and end their logins.

    Returns how many there were, recovery codes counted.
    """
    taken, _kinds = Authenticator.objects.filter(user=user).delete()
    sessions.end_all_logins(user=user, by=by, now=now)
    audit.record(audit.Action.SECOND_STEP, by=by, person=user.person, now=now, change="forgotten")
    return taken
