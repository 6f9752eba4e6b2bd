"""Spoken questions in a room: kept beside its recording, said like any message."""

import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Person, User
from live import logbook, moderation, queries, recordings
from live.errors import RoomClosed
from live.models import Classroom, RoomEvent
from live.video import voices

# Of one learner.
MOST, PER = 4, timedelta(minutes=1)


def speak(
    *,
    classroom: Classroom,
    person: Person,
    sound: bytes,
    client_id: uuid.UUID,
    by: User | None = None,
    now: datetime | None = None,
) -> RoomEvent:
    """Put what `person` said into the room, as a message with a sound and no words.

    The same `client_id` again is the same message. Raises RoomClosed for what cannot be
    played, is longer than a minute, or comes too fast, and where writing is refused too.
    """
    now = now or timezone.now()
    if same := queries.said_already(classroom.pk, person, client_id):
        return same
    if queries.spoken_within(classroom.pk, person, PER, now=now) >= MOST:
        raise RoomClosed(_("您说得很快，大家来不及听。请等一分钟再发。"))
    try:
        made, seconds = voices.made_of(sound)
    except voices.TooLong:
        raise RoomClosed(_("一次最多说一分钟，请分两次说。")) from None
    except voices.NoVoice:
        raise RoomClosed(_("没有录到声音，请再录一次。")) from None
    key = uuid.uuid4()
    path = recordings.folder_of(classroom).path / voices.voice_name(key)
    _keep(path, made)
    try:
        event = _say(classroom, person, by, key, seconds, client_id, now)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    if event.body.get("voice") != key.hex:
        path.unlink(missing_ok=True)  # The same was sent twice at once.
    return event


@transaction.atomic
def _say(classroom, person, by, key, seconds, client_id, now) -> RoomEvent:
    moderation.check_not_muted(classroom.pk, person)
    body = {"text": "", "teacher": False, "voice": key.hex, "seconds": seconds}
    return logbook.write(
        classroom,
        RoomEvent.Kind.MESSAGE,
        person=person,
        by=by,
        body=body,
        client_id=client_id,
        now=now,
        unless_paused=True,
    )


def _keep(path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    try:
        unfinished.write_bytes(data)
        unfinished.replace(path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise RoomClosed(_("现在存不下录音，请改为写字，或者打电话给学校。")) from error


def erase(classroom: Classroom, key: str | None) -> None:
    """Erase the sound of a message, if it has one; harmless to repeat."""
    if key:
        voices.erase(recordings.folder_of(classroom).path, uuid.UUID(key))
