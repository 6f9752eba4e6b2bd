"""How many requests are worked on at once: the others wait, in the order in which they came.

Django gives every request a thread and a connection of its own. In a rush a thousand of them
would be in each other's way: at SQLite's lock, where nobody queues, or before the pool, until
their patience ends. Waiting here costs nothing and is fair.
"""

import asyncio
from weakref import WeakValueDictionary

LOOKING = {"GET", "HEAD", "OPTIONS"}
AT_ONCE = 4


class Turns:
    """An ASGI application that lets a few requests of one door in at once.

    Doors are the first part of an address, for looking and for writing apart: who presses
    does not keep others from looking, and registration week does not hold up a live class.
    """

    def __init__(self, application, *, at_once: int = AT_ONCE):
        self.application, self.at_once = application, at_once
        # A door is there as long as somebody stands in it.
        self._doors: WeakValueDictionary[tuple, asyncio.Semaphore] = WeakValueDictionary()

    async def __call__(self, scope, receive, send):
        name = (scope["method"] in LOOKING, scope["path"].split("/", 2)[1])
        door = self._doors.get(name) or asyncio.Semaphore(self.at_once)
        self._doors[name] = door
        async with door:
            await self.application(scope, receive, send)
