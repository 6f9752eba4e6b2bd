"""One hub per process: what happened in the rooms, told to every socket of this process.

Each room is read from the database once per process, encoded once and written to its
sockets in a loop: a channel-layer delivery per socket costs many times as much
(bench/fanout.py). The layer only nudges; the hub also looks by itself, so a nudge that
was lost costs seconds, never an event.
"""

import asyncio
import contextlib
import json
import logging
import uuid
import weakref
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.db import DatabaseError

from accounts.logins.limited import Opening
from live import events, presence, queries, services, watching
from live.models import Classroom, RoomEvent
from live.reception import Reception
from live.wire import Frame, Wire

logger = logging.getLogger(__name__)

# Events of one tick share a frame; the first of a burst goes out at once.
TICK_S = 0.1
# How often the hub looks for events whose nudge was lost.
LOOK_EVERY_S = 3
WRITE_BEATS_EVERY_S = 5
# Who lost the seat, the proxy or the login is out within a minute (safety rule).
CHECK_SEATS_EVERY_S = 25
# A page acknowledges with each beat what it has read. One that has not read this much
# gets nothing more until it has: the server's memory stays flat.
UNREAD_AT_MOST = 256 * 1024

GONE = 4403
RESYNC = Frame(json.dumps({"type": "resync"}))


@dataclass(eq=False)
class Seat:
    """One open page in a room."""

    room: int
    user: int
    person: int | None
    session_key: str
    is_learner: bool
    wire: Wire
    device: uuid.UUID | None = None
    # The visit of everybody on this device, by person: the learner, and their household.
    visits: dict[int, int] = field(default_factory=dict)
    together: frozenset[int] = frozenset()
    # What the page asked for, of which `together` is what it may have.
    asked: frozenset[int] = frozenset()
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    # The card or link that opened this page's session, if no code did.
    opened_by: Opening | None = None
    unread: int = 0
    is_behind: bool = False
    # Since the last check of the seats.
    has_beaten: bool = False
    # How the class arrives here, and which visits were told of that.
    reception: Reception = field(default_factory=Reception)
    noted: tuple[frozenset[int], Reception] | None = None

    @property
    def news(self) -> tuple[frozenset[int], Reception] | None:
        """The reception of the visits here, if it is not written yet."""
        now = frozenset(self.visits.values()), self.reception
        return None if now == self.noted else now

    async def tell(self, frame: Frame) -> None:
        """Write a frame, unless this page has long stopped reading."""
        if self.unread > UNREAD_AT_MOST:
            self.is_behind = True
            return
        self.unread += len(frame.on_wire)
        # Closed meanwhile: its own task notices and leaves; the others must hear.
        with contextlib.suppress(RuntimeError, OSError):
            await self.wire.tell(frame)

    async def has_read(self) -> None:
        """The page has read all it was sent; it may have been left behind meanwhile."""
        self.unread = 0
        if self.is_behind:
            self.is_behind = False
            await self.tell(RESYNC)

    async def close(self, code: int) -> None:
        with contextlib.suppress(RuntimeError):  # Closed by the other side meanwhile.
            await self.wire.send({"type": "websocket.close", "code": code})


@dataclass(eq=False)
class _Room:
    pk: int
    told: int
    wanted: int
    seats: set[Seat] = field(default_factory=set)
    is_telling: bool = False


def frame_of(happened: list[RoomEvent]) -> Frame:
    """Events as one frame: what every page of the room is sent, the same for all."""
    content = {"type": "events", "events": [event_as_dict(event) for event in happened]}
    text = json.dumps(content, ensure_ascii=False)
    # One letter that cannot be sent must not keep a whole room from hearing the rest.
    return Frame(text.encode("utf-8", "replace").decode())


def event_as_dict(event: RoomEvent) -> dict:
    return {
        "number": event.number,
        "kind": event.kind,
        "person": event.person_id,
        "name": event.person.name if event.person else "",
        "at": event.happened_at.isoformat(),
        **({"by": agent} if (agent := event.agent) else {}),
        # What was taken from all pages leaves the house no more, written or spoken.
        **({"text": "", "hidden": True} if event.hidden_at else event.body),
    }


def beside(seat: Seat) -> dict:
    """Who else is counted on this page's device, of those it asked for."""
    return {"with": sorted(seat.together), "asked": sorted(seat.asked)}


class Hub:
    """The rooms of one process. Its tasks run while anybody is in."""

    def __init__(self):
        self.rooms: dict[int, _Room] = {}
        self.beats: set[Seat] = set()
        self.tasks: list[asyncio.Task] = []
        self.channel: str | None = None
        self.errands: set[asyncio.Task] = set()

    async def join(self, seat: Seat) -> int:
        """Take a seat. Returns the number of the last event told to the room before it."""
        room = self.rooms.get(seat.room)
        if room is None:
            number = await _in_database(lambda: queries.last_numbers([seat.room]))
            fresh = _Room(seat.room, told=number[seat.room], wanted=number[seat.room])
            # Another page may have opened the room while we asked.
            room = self.rooms.setdefault(seat.room, fresh)
        # Seated before anything is waited for: who leaves meanwhile does not close the room.
        room.seats.add(seat)
        told = room.told
        if not self.tasks:
            await self._open()
        await self._listen_to(seat.room)
        return told

    async def leave(self, seat: Seat) -> None:
        """Leave. A courtesy: a process that dies never gets here."""
        room = self.rooms.get(seat.room)
        if room is None:
            return
        room.seats.discard(seat)
        if room.seats:
            return
        del self.rooms[seat.room]
        await self._stop_listening_to(seat.room)
        if not self.rooms:
            await self.write_beats()
        # Somebody may have come while the last beats were written.
        if not self.rooms:
            self._close()

    def beat(self, seat: Seat, reception: Reception | None = None) -> None:
        """This page is alive; written with all others of the tick."""
        seat.has_beaten = True
        if reception:
            seat.reception = reception
        if seat.visits:
            self.beats.add(seat)

    async def sit(self, seat: Seat, together: Iterable[int] | None = None) -> None:
        """Bring the visits of this device in line with who is in front of it.

        `together` are those of the household; None leaves it at who sits there already.
        """
        # One after the other: else an old choice could be written after a newer one.
        async with seat.lock:
            chosen = seat.together if together is None else together
            seat.visits = await _in_database(lambda: _enter(seat, chosen))
            seat.together = frozenset(seat.visits) - {seat.person}

    def told(self, room_pk: int) -> int:
        """The number of the last event that this room was told."""
        room = self.rooms.get(room_pk)
        return room.told if room else 0

    def nudge(self, room_pk: int, number: int) -> None:
        """There is something up to `number` in a room."""
        room = self.rooms.get(room_pk)
        if room is None or number <= room.wanted:
            return
        room.wanted = number
        if not room.is_telling:
            room.is_telling = True
            self._errand(self._tell(room))

    async def _tell(self, room: _Room) -> None:
        try:
            while room.told < room.wanted and room.seats:
                told = room.told
                happened = await _in_database(
                    lambda t=told: list(queries.events_after(room.pk, t))
                )
                if not happened:
                    break
                frame = frame_of(happened)
                room.told = happened[-1].number
                for place, seat in enumerate(tuple(room.seats)):
                    await seat.tell(frame)
                    if place % 100 == 99:
                        await asyncio.sleep(0)
                await asyncio.sleep(TICK_S)
        except DatabaseError as error:
            # The next look finds the same events again.
            logger.warning("Room %s could not be read: %s", room.pk, error)
        finally:
            # However this ended: a number that was not reached must be wanted anew.
            room.wanted = room.told
            room.is_telling = False

    async def look(self) -> None:
        """Find events whose nudge was lost: one query for all rooms."""
        numbers = await _in_database(lambda: queries.last_numbers(list(self.rooms)))
        for pk, number in numbers.items():
            self.nudge(pk, number)

    async def write_beats(self) -> None:
        """All beats since the last time, in one UPDATE. Kept if the database is away."""
        beats, self.beats = self.beats, set()
        if not beats:
            return
        by_visit = {visit: seat for seat in beats for visit in seat.visits.values()}
        try:
            silent = await _in_database(lambda: services.record_beats(visits=by_visit))
        except DatabaseError as error:
            logger.warning("%s beats wait for the database: %s", len(beats), error)
            self.beats |= beats
            return
        for seat in {by_visit[visit] for visit in silent}:
            await self.sit(seat)
        await self._note_receptions(beats)

    async def _note_receptions(self, seats: set[Seat]) -> None:
        """How the class arrives at these pages, where that changed: one UPDATE or none."""
        news = {seat: told for seat in seats if (told := seat.news)}
        if not news:
            return
        receptions = {pk: how for visits, how in news.values() for pk in visits}
        try:
            await _in_database(lambda: presence.note_receptions(receptions))
        except DatabaseError as error:
            logger.warning("Receptions wait for the database: %s", error)
            return  # The next beat tells it again.
        for seat, told in news.items():
            seat.noted = told

    async def check_seats(self) -> None:
        """Close the pages of people who lost their seat, proxy or login; who is of the
        household no more is counted on its device no more.

        First the logins of pages that are alive: nobody who watches is idle."""
        for room in list(self.rooms.values()):
            seats = list(room.seats)
            stay = await _in_database(lambda r=room, s=seats: _who_stays(r.pk, s))
            for seat in seats:
                if seat not in stay:
                    await seat.close(GONE)
                elif seat.together - stay[seat]:
                    await self.sit(seat, stay[seat])
                    await seat.tell(Frame(json.dumps({"type": "together", **beside(seat)})))

    async def _every(self, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            await asyncio.sleep(seconds)
            try:
                await work()
            except DatabaseError as error:
                logger.warning("%s waits for the database: %s", work.__name__, error)

    async def _listen(self, channel: str) -> None:
        layer = get_channel_layer()
        while True:
            try:
                message = await layer.receive(channel)
            except asyncio.CancelledError:
                raise
            except Exception as error:
                # Whatever the layer's client raises while Redis is away; `look` goes on.
                logger.warning("The channel layer is away: %s", error)
                await asyncio.sleep(1)
            else:
                self.nudge(message["room"], message["number"])

    async def _open(self) -> None:
        self.tasks = [
            asyncio.create_task(self._every(LOOK_EVERY_S, self.look)),
            asyncio.create_task(self._every(WRITE_BEATS_EVERY_S, self.write_beats)),
            asyncio.create_task(self._every(CHECK_SEATS_EVERY_S, self.check_seats)),
        ]
        try:
            self.channel = await get_channel_layer().new_channel("hub")
        except Exception as error:
            logger.warning("The channel layer is away: %s", error)
        else:
            self.tasks.append(asyncio.create_task(self._listen(self.channel)))
            for room_pk in list(self.rooms):
                await self._listen_to(room_pk)

    def _close(self) -> None:
        for task in self.tasks:
            task.cancel()
        self.tasks = []
        self.channel = None

    async def _listen_to(self, room_pk: int) -> None:
        await self._ask_layer("group_add", room_pk)

    async def _stop_listening_to(self, room_pk: int) -> None:
        await self._ask_layer("group_discard", room_pk)

    async def _ask_layer(self, verb: str, room_pk: int) -> None:
        if self.channel is None:
            return
        try:
            await getattr(get_channel_layer(), verb)(events.room_group(room_pk), self.channel)
        except Exception as error:
            logger.warning("The channel layer is away: %s", error)

    def _errand(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self.errands.add(task)
        task.add_done_callback(self.errands.discard)


def _who_stays(room_pk: int, seats: list[Seat]) -> dict[Seat, frozenset[int]]:
    alive = {seat.session_key: seat.user for seat in seats if seat.has_beaten}
    watching.keep_logged_in(classroom_pk=room_pk, logins=alive)
    for seat in seats:
        seat.has_beaten = False
    return queries.who_may_stay(room_pk, seats)


def _enter(seat: Seat, together: Iterable[int]) -> dict[int, int]:
    room = Classroom.objects.filter(pk=seat.room, ended_at=None).first()
    if room is None:
        return {}
    return services.enter(
        classroom=room,
        persons=queries.on_device(seat.person, room.session_id, together),
        device=seat.device,
        by=queries.login(seat.user),
    )


async def _in_database(work: Callable):
    return await database_sync_to_async(work)()


_hubs: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()


def hub() -> Hub:
    """The hub of the running event loop: one per process."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub()
    return _hubs[loop]
