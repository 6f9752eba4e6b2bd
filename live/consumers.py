"""The sockets of a class: a learner's page in the room, and the teacher's console.

Nothing is decided here. Events go down through the hub, heartbeats come up; messages,
hands and the rest are ordinary POSTs (live.views), so a page whose socket is down still
works. The teacher's stream comes up the console's socket and goes to live.video.
"""

import asyncio
import json
import logging
import time
import uuid

from channels.db import database_sync_to_async
from django.db import DatabaseError
from django.http import Http404
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.middleware import person_of
from common.errors import DomainError
from common.language import chosen
from live import queries, rooms, services
from live.hub import Seat, hub
from live.recordings import folder_of
from live.video.ingest import Ingest
from live.video.problems import TAKEN_OVER, StreamProblem
from live.wire import Wire

logger = logging.getLogger(__name__)

# 4000-4999 are ours to define; the digits after the 4 as in HTTP.
BAD_MESSAGE = 4400
NOT_ALLOWED = 4403
SILENT = 4408
TAKEN = 4409
TOO_LARGE = 4413
TOO_MANY = 4429
TRY_LATER = 4503

LARGEST_TEXT = 16 * 1024
# A chunk of 200 ms of video is some 100 KB; a megabyte is no chunk of ours.
LARGEST_CHUNK = 1024 * 1024
# A recorder sends five chunks a second; when none comes for this long the teacher's line is
# gone, whatever the socket believes, and the learners must be told.
SILENT_AFTER_S = 5
# A page beats every 15 s; this many messages in 10 s is no page of ours.
MOST_MESSAGES, PER_SECONDS = 20, 10


class Refused(Exception):
    """Close the socket with a code, after a sentence for the reader."""

    def __init__(self, code: int, text: str = ""):
        super().__init__(text)
        self.code = code
        self.text = text


class Socket:
    """One socket: connect, take messages one by one, go. Subclasses say what they mean."""

    def __init__(self, scope, receive, send):
        self.scope = scope
        self.receive = receive
        self.send = send
        self.recent: list[float] = []

    @classmethod
    def as_asgi(cls):
        async def socket(scope, receive, send):
            with translation.override(chosen(scope.get("cookies", {}))):
                await cls(scope, receive, send).run()

        return socket

    async def run(self) -> None:
        await self.receive()  # websocket.connect
        entered = False
        try:
            await self.enter()
            entered = True
            while (message := await self.next_message())["type"] == "websocket.receive":
                await self.take(message)
        except Refused as refusal:
            # A close code reaches the browser only after accepting.
            if not entered:
                await self.send({"type": "websocket.accept"})
            await self.tell({"type": "refused", "code": refusal.code, "text": str(refusal)})
            await self.send({"type": "websocket.close", "code": refusal.code})
        finally:
            await self.leave()

    async def next_message(self) -> dict:
        return await self.receive()

    async def take(self, message: dict) -> None:
        if (data := message.get("bytes")) is not None:
            if len(data) > LARGEST_CHUNK:
                raise Refused(TOO_LARGE)
            await self.chunk(data)
            return
        text = message.get("text") or ""
        if len(text) > LARGEST_TEXT:
            raise Refused(TOO_LARGE)
        self.count()
        try:
            content = json.loads(text)
        except (ValueError, RecursionError):
            raise Refused(BAD_MESSAGE) from None
        verbs = self.verbs()
        kind = content.get("type") if isinstance(content, dict) else None
        # Nobody outside picks a method by its name: an explicit table.
        if not isinstance(kind, str) or kind not in verbs:
            raise Refused(BAD_MESSAGE)
        await verbs[kind](content)

    def count(self) -> None:
        now = time.monotonic()
        self.recent = [at for at in self.recent if now - at < PER_SECONDS] + [now]
        if len(self.recent) > MOST_MESSAGES:
            raise Refused(TOO_MANY)

    async def tell(self, content: dict) -> None:
        text = json.dumps(content, ensure_ascii=False)
        await self.send({"type": "websocket.send", "text": text})

    async def enter(self) -> None:
        raise NotImplementedError

    async def leave(self) -> None: ...

    async def chunk(self, data: bytes) -> None:
        raise Refused(BAD_MESSAGE)

    def verbs(self) -> dict:
        raise NotImplementedError

    @property
    def session_pk(self) -> int:
        return self.scope["url_route"]["kwargs"]["pk"]

    def asked(self, name: str) -> str:
        """What the address says after the question mark."""
        parts = self.scope["query_string"].decode("ascii", "replace").split("&")
        return dict(part.split("=", 1) for part in parts if "=" in part).get(name, "")

    def uuid_of(self, name: str) -> uuid.UUID:
        """The page's own name for itself, from the address."""
        try:
            return uuid.UUID(self.asked(name))
        except ValueError:
            raise Refused(BAD_MESSAGE) from None


class RoomSocket(Socket):
    """A page in the room: beats come up, events go down."""

    seat: Seat | None = None

    async def enter(self) -> None:
        device = self.uuid_of("device")
        admission, room, visit = await in_database(lambda: self._admit(device))
        self.seat = Seat(
            room=room.pk,
            user=self.scope["user"].pk,
            person=admission.person.pk if admission.person else None,
            session_key=self.scope["session"].session_key,
            is_learner=admission.is_learner,
            wire=Wire(self.send),
            device=device,
            visit=visit.pk if visit else None,
        )
        # Accepted before the hub knows the seat: a frame may only follow the accept. The
        # page learns from `hello` what it missed until then and fetches it.
        await self.send({"type": "websocket.accept"})
        told = await hub().join(self.seat)
        await self.tell({"type": "hello", "told": told})

    def _admit(self, device: uuid.UUID):
        user = self.scope["user"]
        if not user.is_authenticated:
            raise Refused(NOT_ALLOWED, _("您已经退出登录，请重新登录，再进教室。"))
        person = person_of(user, self.scope["session"])
        try:
            admission = queries.room_for(user=user, person=person, pk=self.session_pk)
        except Http404:
            raise Refused(NOT_ALLOWED, _("没有这节课。")) from None
        except DomainError as error:
            raise Refused(NOT_ALLOWED, str(error)) from error
        session = admission.session
        opened_as = self.asked("as")
        if admission.person and opened_as not in ("", str(admission.person.pk)):
            raise Refused(NOT_ALLOWED, _("这一页打开以后换了人。请刷新这一页再用。"))
        door = queries.door_of(session, now=timezone.now())
        if door is rooms.Door.NOT_YET and not admission.may_teach:
            raise Refused(TRY_LATER, _("教室还没有开门，上课前 15 分钟开。"))
        room = services.open_room(session=session)
        visit = None
        if admission.is_learner and door is not rooms.Door.ENDED:
            visit = services.enter(classroom=room, person=admission.person, device=device)
        return admission, room, visit

    def verbs(self) -> dict:
        return {"beat": self.beat}

    async def beat(self, content: dict) -> None:
        hub().beat(self.seat)
        await self.seat.has_read()
        # An answer, so that the page notices a line that is dead without being closed.
        await self.tell({"type": "heard", "told": hub().told(self.seat.room)})

    async def leave(self) -> None:
        if self.seat:
            await hub().leave(self.seat)


class ConsoleSocket(Socket):
    """The teacher's page: its stream comes up here and becomes the class's picture."""

    ingest: Ingest | None = None

    async def enter(self) -> None:
        self.console = self.uuid_of("console")
        take = b"take=1" in self.scope["query_string"]
        self.room = await in_database(lambda: self._admit(take))
        await self.send({"type": "websocket.accept"})
        await self.tell({"type": "hello"})

    def _admit(self, take: bool):
        try:
            session = queries.room_taught_by(user=self.scope["user"], pk=self.session_pk)
        except Http404:
            raise Refused(NOT_ALLOWED, _("这节课不是您来讲。")) from None
        room = services.open_room(session=session)
        try:
            services.hold_console(classroom=room, console=self.console, take=take)
        except DomainError as error:
            raise Refused(TAKEN, str(error)) from error
        return room

    async def next_message(self) -> dict:
        if self.ingest is None:
            return await self.receive()
        try:
            patience = self.heard_at + SILENT_AFTER_S - time.monotonic()
            return await asyncio.wait_for(self.receive(), max(patience, 0.01))
        except TimeoutError:
            raise Refused(SILENT, _("您的画面和声音断了，正在自动接上。")) from None

    def verbs(self) -> dict:
        return {"beat": self.beat, "start": self.start, "stop": self.stop}

    async def beat(self, content: dict) -> None:
        try:
            may_go_on, holds = await in_database(self._still_there)
        except DatabaseError:
            return  # The class goes on without the database; the next beat asks again.
        if not may_go_on:
            raise Refused(NOT_ALLOWED, _("您已经退出登录，不能继续讲课。请重新登录。"))
        if not holds:
            raise Refused(TAKEN, _("这节课换到另一个页面上讲了。"))

    def _still_there(self) -> tuple[bool, bool]:
        return (
            queries.may_go_on_teaching(
                user_pk=self.scope["user"].pk,
                session_key=self.scope["session"].session_key,
                pk=self.session_pk,
            ),
            services.still_holds(classroom=self.room, console=self.console),
        )

    async def start(self, content: dict) -> None:
        """A recorder starts: what follows is one stream, until `stop` or the line breaks."""
        await self.stop(content)
        try:
            await in_database(lambda: services.begin(classroom=self.room))
        except DomainError as error:
            await self.tell({"type": "problem", "code": "room", "text": str(error)})
            return
        self.stream = uuid.uuid4().hex
        self.ingest = Ingest(folder_of(self.room), on_problem=self._report)
        self.heard_at = time.monotonic()
        await self._show(True)
        await self.tell({"type": "started"})

    async def chunk(self, data: bytes) -> None:
        self.heard_at = time.monotonic()
        if self.ingest:  # Else: what a recorder had in hand when its stream was stopped.
            self.ingest.feed(data)

    async def stop(self, content: dict) -> None:
        if self.ingest is None:
            return
        ingest, self.ingest = self.ingest, None
        ingest.finish()
        await ingest.finished()
        await self._show(False)

    def _report(self, problem: StreamProblem) -> None:
        if problem.code == TAKEN_OVER:
            return  # Another page teaches now; the next beat says so, in the right words.
        with translation.override(chosen(self.scope.get("cookies", {}))):
            told = self.tell({"type": "problem", "code": problem.code, "text": words_for(problem)})
        task = asyncio.ensure_future(told)
        task.add_done_callback(lambda done: done.exception())

    async def _show(self, on: bool) -> None:
        try:
            await in_database(
                lambda: services.show_picture(classroom=self.room, on=on, stream=self.stream)
            )
        except DatabaseError as error:
            logger.warning("Room %s could not be told of its picture: %s", self.room.pk, error)

    async def leave(self) -> None:
        await self.stop({})


def words_for(problem: StreamProblem) -> str:
    """What the teacher reads when the stream fails."""
    return {
        "unknown_codec": _("这个浏览器录的格式我们放不出来，请换用新版 Chrome 或 Edge。"),
        "not_a_recording": _("收到的不是声音和画面，请重新按“开始上课”。"),
        "too_many_transcodes": _("同时上课的班太多，这台服务器转不过来。请换用新版 Chrome 再试。"),
        "disk_full": _(
            "服务器的硬盘满了，画面传不出去了。请马上告诉管理员；腾出地方后，再按“接着上课”。"
        ),
        "overflow": _("服务器一时忙不过来，画面会断一下，马上自动接上。"),
    }.get(problem.code, _("画面和声音没有传上去，请重新按“开始上课”。"))


async def in_database(work):
    return await database_sync_to_async(work)()
