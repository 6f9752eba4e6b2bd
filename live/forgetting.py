"""What a room forgets of somebody whose file is erased."""

from functools import partial

from django.db import transaction

from accounts.models import Person
from live import voices
from live.models import RoomEvent


@transaction.atomic
def forget_messages(*, person: Person) -> int:
    """Empty what `person` has written or spoken in rooms; return how many messages.

    The events stay numbered.
    """
    messages = RoomEvent.objects.filter(person=person, kind=RoomEvent.Kind.MESSAGE)
    messages = messages.select_related("classroom")
    said = [event for event in messages if event.body.get("text") or event.body.get("voice")]
    for event in said:
        transaction.on_commit(partial(voices.erase, event.classroom, event.body.get("voice")))
        event.body = {**event.body, "text": "", "voice": ""}
        event.save(update_fields=["body"])
    return len(said)
