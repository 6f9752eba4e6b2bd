"""What open pages are told: that there is something up to number n in a room.

The layer is a nudge and may lose it; what happened is read from the database by the hub
of each process (live.hub), which also looks by itself now and then.
"""

import logging

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

logger = logging.getLogger(__name__)


def room_group(classroom_pk: int) -> str:
    return f"room.{classroom_pk}"


def nudge(classroom_pk: int, number: int) -> None:
    """Tell every process that the room has events up to `number`."""
    message = {"type": "room.nudge", "room": classroom_pk, "number": number}
    try:
        async_to_sync(get_channel_layer().group_send)(room_group(classroom_pk), message)
    except Exception as error:
        # Whatever the layer's client raises when Redis is away: the event is in the
        # database, and the hubs find it when they look by themselves.
        logger.warning("Nudge of room %s was not sent: %s", classroom_pk, error)
