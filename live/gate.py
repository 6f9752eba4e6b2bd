"""Whether the holder of a stream's address may still watch: asked again by the media route."""

from datetime import datetime, timedelta

from channels.db import database_sync_to_async
from django.http import Http404
from django.utils import timezone

from accounts.logins.cards import still_working
from accounts.models import Person, User
from accounts.queries import person_acted_for
from live import library, queries
from live.errors import NoSeat
from live.video.tokens import COPY, LIVE, REPLAY, REVIEW

# Players still fetch the last seconds of a class that has just ended.
FAREWELL = timedelta(minutes=2)


@database_sync_to_async
def permits(claims) -> bool:
    """The login and card of `claims` still stand, for a person who still has a seat.

    The same door as for the room, so whoever loses it loses the recording.
    """
    return may_watch(
        login=claims.login,
        person=claims.person,
        session=claims.session,
        card=claims.card,
        epoch=claims.epoch,
        kind=claims.kind,
    )


def may_watch(
    *,
    login: int,
    person: int,
    session: int,
    card: int = 0,
    epoch: int = 0,
    kind: str = LIVE,
    now: datetime | None = None,
) -> bool:
    if card and not still_working([card]):
        return False
    found = User.objects.select_related("person").filter(
        pk=login, is_active=True, session_epoch=epoch
    )
    if (user := found.first()) is None:
        return False
    try:
        acted_for: Person | None = person_acted_for(user=user, pk=person) if person else None
        admission = queries.room_for(user=user, person=acted_for, pk=session)
    except (Http404, NoSeat):
        return False
    if kind in (REVIEW, COPY):
        return admission.may_teach
    if kind == REPLAY:
        return library.may_see(admission)
    # What is over is seen by its replay, or not at all.
    room = queries.room_of(admission.session)
    ended_at = room and room.ended_at
    return not ended_at or (now or timezone.now()) < ended_at + FAREWELL
