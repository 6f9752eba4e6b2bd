"""The book of a room: every event of it is written here, and numbered without gaps.

Whoever writes an event locks the room until commit; open pages are told after it
(live.events).
"""

import uuid
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Person, User
from live import events
from live.errors import RoomClosed
from live.models import Classroom, RoomEvent

Kind = RoomEvent.Kind


def lock(classroom: Classroom) -> Classroom:
    """The room, read anew and locked until the end of the transaction."""
    # PostgreSQL locks the row; SQLite ignores this and is safe because its transactions
    # begin IMMEDIATE (config.settings).
    return (
        Classroom.objects.select_for_update(of=("self",))
        .select_related("session__class_group__term")
        .get(pk=classroom.pk)
    )


def write(
    classroom: Classroom,
    kind: str,
    *,
    person: Person | None = None,
    by: User | None = None,
    body: dict | None = None,
    client_id: uuid.UUID | None = None,
    now: datetime | None = None,
    unless_paused: bool = False,
    even_after_the_end: bool = False,
) -> RoomEvent:
    """Append the next event of the room, or find the same one again.

    The room is locked until commit, so the order of the numbers is the order in which
    the events become visible: nobody sees 8 before 7. Raises RoomClosed after the end, but
    for what is done `even_after_the_end`, and `unless_paused` while messages are paused.
    """
    room = lock(classroom)
    if client_id and (same := _same_event(room, person, client_id)):
        return same
    if room.ended_at and kind != Kind.STATE and not even_after_the_end:
        raise RoomClosed(_("这节课已经下课了。"))
    if unless_paused and room.messages_paused:
        raise RoomClosed(_("老师暂停了留言，请过一会儿再写。"))
    pk, number = room.pk, room.last_number + 1
    Classroom.objects.filter(pk=pk).update(last_number=number)
    event = RoomEvent.objects.create(
        classroom_id=pk,
        number=number,
        kind=kind,
        person=person,
        by=by,
        client_id=client_id,
        body=body or {},
        happened_at=now or timezone.now(),
    )
    transaction.on_commit(lambda: events.nudge(pk, number), robust=True)
    return event


def _same_event(room, person, client_id) -> RoomEvent | None:
    return RoomEvent.objects.filter(classroom=room, person=person, client_id=client_id).first()
