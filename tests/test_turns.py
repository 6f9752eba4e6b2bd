"""A few requests at once at every door; the others wait in the order in which they came."""

import asyncio

from config.turns import Turns


class Pages:
    """Answers a request when it is told to, and knows who is inside."""

    def __init__(self):
        self.inside, self.answers = [], {}

    async def __call__(self, scope, receive, send):
        name = scope["name"]
        self.inside.append(name)
        try:
            await self.answers.setdefault(name, asyncio.Event()).wait()
            if name == "broken":
                raise ValueError
        finally:
            self.inside.remove(name)

    async def answer(self, name):
        self.answers[name].set()
        await settle()


async def settle():
    for _ in range(10):
        await asyncio.sleep(0)


def asking(turns, *names, method="POST", path="/classes/1/enrolment/"):
    return [
        asyncio.ensure_future(turns({"method": method, "path": path, "name": name}, None, None))
        for name in names
    ]


async def test_the_others_wait_in_the_order_in_which_they_came():
    pages = Pages()
    turns = Turns(pages, at_once=2)
    tasks = asking(turns, "a", "b", "c", "d")
    await settle()
    assert pages.inside == ["a", "b"]
    await pages.answer("b")
    assert pages.inside == ["a", "c"]
    await pages.answer("a")
    assert pages.inside == ["c", "d"]
    for name in "cd":
        await pages.answer(name)
    await asyncio.gather(*tasks)


async def test_who_presses_keeps_nobody_from_looking_or_from_another_door():
    pages = Pages()
    turns = Turns(pages, at_once=1)
    tasks = asking(turns, "press", "waits")
    tasks += asking(turns, "look", method="GET")
    tasks += asking(turns, "speak", path="/sessions/1/messages/")
    await settle()
    assert pages.inside == ["press", "look", "speak"]
    for name in ("press", "waits", "look", "speak"):
        await pages.answer(name)
    await asyncio.gather(*tasks)


async def test_a_turn_ends_when_a_page_breaks_or_its_reader_leaves():
    pages = Pages()
    turns = Turns(pages, at_once=1)
    broken, left, waiting_left, last = asking(turns, "broken", "left", "waiting", "last")
    await settle()
    await pages.answer("broken")
    assert isinstance(broken.exception(), ValueError)
    waiting_left.cancel()
    await settle()
    left.cancel()
    await settle()
    assert pages.inside == ["last"]
    await pages.answer("last")
    await last


async def test_doors_where_nobody_stands_are_forgotten():
    pages = Pages()
    turns = Turns(pages)
    for number in range(3):
        tasks = asking(turns, "one", path=f"/guess{number}/")
        await settle()
        await pages.answer("one")
        await asyncio.gather(*tasks)
    del tasks
    assert len(turns._doors) == 0
