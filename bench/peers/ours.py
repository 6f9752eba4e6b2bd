"""The product with one more door, by which a benchmark has learners say something.

The sockets and the hub are the product's own, and so is the message, down to the database;
only the page's request around it is left out, as it is with the peers.
"""

import json
import uuid

# First, because it makes Django ready for the models.
from config.asgi import application as product

# isort: split
from channels.db import database_sync_to_async

from accounts.models import Person
from bench.peers.door import DOOR, answer, body_of
from live import services
from live.models import Classroom


async def application(scope, receive, send):
    if scope["type"] != "http" or scope["path"] != DOOR:
        await product(scope, receive, send)
    else:
        if body := await body_of(receive):
            await say_all(**json.loads(body))
        await answer(send)


@database_sync_to_async
def say_all(room: int, said: list[dict]) -> None:
    classroom = Classroom.objects.get(pk=room)
    persons = Person.objects.in_bulk([each["person"] for each in said])
    for each in said:
        services.say(
            classroom=classroom,
            person=persons[each["person"]],
            text=each["text"],
            client_id=uuid.uuid4(),
        )
