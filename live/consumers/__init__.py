"""The sockets of a class: a learner's page in the room, and the teacher's console.

Nothing is decided here. Events go down through the hub, heartbeats come up; messages,
hands and the rest are ordinary POSTs (live.views), so a page whose socket is down still
works. The teacher's stream comes up the console's socket and goes to live.video.
"""

from live.consumers.base import (
    BAD_MESSAGE,
    NOT_ALLOWED,
    SILENT,
    TAKEN,
    TOO_LARGE,
    TOO_MANY,
    TRY_LATER,
)
from live.consumers.console import ConsoleSocket
from live.consumers.room import RoomSocket

__all__ = [
    "BAD_MESSAGE",
    "NOT_ALLOWED",
    "SILENT",
    "TAKEN",
    "TOO_LARGE",
    "TOO_MANY",
    "TRY_LATER",
    "ConsoleSocket",
    "RoomSocket",
]
