"""Whoever watches a class is there, though their browser asks for no page meanwhile."""

import contextlib
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.logins import sessions
from accounts.models import User
from courses.models import ClassSession
from live import queries

# A learner's session lasts for months without any sign; only the short ones are kept alive.
SHORT = timedelta(days=1)


def keep_logged_in(
    *, classroom_pk: int, logins: Mapping[str, int], now: datetime | None = None
) -> None:
    """Note that the logins (by session key) of these open pages were seen just now.

    Only while the door of the room is open: a page forgotten in it is nobody. How long a
    session may last at all stays as it is.
    """
    now = now or timezone.now()
    if not logins:
        return
    class_session = ClassSession.objects.select_related("classroom").get(classroom=classroom_pk)
    if not queries.is_open(class_session, now=now):
        return
    short = Session.objects.filter(
        session_key__in=logins, expire_date__gt=now, expire_date__lt=now + SHORT
    )
    keys = list(short.values_list("session_key", flat=True))
    users = User.objects.in_bulk({logins[key] for key in keys}) if keys else {}
    for key in keys:
        session, user = SessionStore(key), users.get(logins[key])
        # Logged out, or somebody else's, since the row was found.
        if user is None or session.get(SESSION_KEY) != str(user.pk):
            continue
        if sessions.go_on(session, user=user, now=now) and session.modified:
            with contextlib.suppress(UpdateError):  # Logged out at this very moment.
                session.save()
