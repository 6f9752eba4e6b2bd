"""Whether the holder of a stream's address may still watch: asked again by the media route."""

from channels.db import database_sync_to_async
from django.http import Http404

from accounts.models import Person, User
from accounts.queries import person_acted_for
from live import queries
from live.errors import NoSeat


@database_sync_to_async
def permits(claims) -> bool:
    """The login of `claims` still stands, still acts for the person, who still has a seat.

    The same door as for the room, so whoever loses it loses the recording.
    """
    return may_watch(login=claims.login, person=claims.person, session=claims.session)


def may_watch(*, login: int, person: int, session: int) -> bool:
    user = User.objects.select_related("person").filter(pk=login, is_active=True).first()
    if user is None:
        return False
    try:
        acted_for: Person | None = person_acted_for(user=user, pk=person) if person else None
        queries.room_for(user=user, person=acted_for, pk=session)
    except (Http404, NoSeat):
        return False
    return True
