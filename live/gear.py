"""Professional gear (OBS, a video mixer) as the teacher's camera: over RTMP, in the grown size.

nginx takes the stream and asks here whether it may (deploy/nginx-rtmp.conf): when it begins, and
every ten seconds while it lasts, so that a process that was restarted finds it again. Each
session has a key of its own, good while its room's door is open.
"""

import hmac
import re
import threading
import time
import uuid
from datetime import datetime
from hashlib import sha256

from django.conf import settings
from django.db import close_old_connections
from django.utils import timezone

from courses.models import ClassSession
from live import consoles, queries, rooms, services
from live.errors import RoomClosed
from live.models import Classroom
from live.recordings import folder_of
from live.video.pulling import Pull

KEY = re.compile(r"([0-9]{1,18})-([0-9a-f]{24})")

# A question of nginx that was on its way when the publisher went must not begin anew.
GONE_FOR_S = 5

_pulls: dict[int, "_Published"] = {}
_gone: dict[int, float] = {}
_turn = threading.Lock()


class _Published:
    """One stream that is being published, and the pull that brings it here."""

    def __init__(self, room: Classroom):
        self.console = uuid.uuid4()
        self.stream = uuid.uuid4().hex
        self.room = room
        # Whoever begins later takes the class: a page from gear, gear from a page.
        consoles.hold(classroom=room, console=self.console, take=True)
        address = f"{settings.RTMP_PULL.rstrip('/')}/{key_of(room.session)}"
        self.pull = Pull(
            address,
            folder_of(room),
            on_begin=lambda: self._show(True),
            on_end=lambda: self._show(False),
        )

    def still_holds(self) -> bool:
        return not self.pull.was_taken_over and consoles.still_holds(
            classroom=self.room, console=self.console
        )

    def _show(self, on: bool) -> None:
        try:
            services.show_picture(classroom=self.room, on=on, stream=self.stream)
        finally:
            close_old_connections()


def is_offered() -> bool:
    """Whether this school has an RTMP server beside it."""
    return bool(settings.RTMP_PULL)


def address() -> str:
    """Where teachers' gear publishes to."""
    return settings.RTMP_URL or settings.RTMP_PULL


def key_of(session: ClassSession) -> str:
    """What the teacher types into the gear: the session and a proof that we said it."""
    return f"{session.pk}-{_proof(session.pk)}"


def begin(key: str, *, now: datetime | None = None) -> Classroom:
    """A stream with this key begins; raises RoomClosed if it may not."""
    room = _room_of(key, now=now or timezone.now())
    services.begin(classroom=room, now=now)
    with _turn:
        _gone.pop(room.session_id, None)
        if old := _pulls.pop(room.session_id, None):
            old.pull.stop()
            old.pull.join(5)
        _pulls[room.session_id] = _Published(room)
    return room


def go_on(key: str, *, now: datetime | None = None) -> None:
    """The stream goes on. Raises RoomClosed when the class has ended or a page took it."""
    room = _room_of(key, now=now or timezone.now())
    published = _pulls.get(room.session_id)
    if time.monotonic() - _gone.get(room.session_id, -GONE_FOR_S) < GONE_FOR_S:
        raise RoomClosed("The publisher has gone.")
    if published is None:
        begin(key, now=now)
    elif not published.still_holds():
        raise RoomClosed("Another page teaches now.")
    elif not published.pull.is_running:
        begin(key, now=now)


def end(key: str) -> None:
    """The publisher has gone; harmless to repeat. Raises RoomClosed for a key that is none."""
    session = _session_of(key)
    with _turn:
        if published := _pulls.pop(session, None):
            published.pull.stop()
            _gone[session] = time.monotonic()


def _room_of(key: str, *, now: datetime) -> Classroom:
    session = ClassSession.objects.filter(pk=_session_of(key)).first()
    if session is None or queries.door_of(session, now=now) in (
        rooms.Door.NOT_YET,
        rooms.Door.ENDED,
    ):
        raise RoomClosed("The room is not open.")
    return services.open_room(session=session)


def _session_of(key: str) -> int:
    """Whose key it is; nothing is begun, carried on or ended without the proof in it."""
    match = KEY.fullmatch(key)
    if not match or not hmac.compare_digest(match[2], _proof(int(match[1]))):
        raise RoomClosed("No such key.")
    return int(match[1])


def _proof(session: int) -> str:
    text = f"live.gear:{session}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), text, sha256).hexdigest()[:24]
