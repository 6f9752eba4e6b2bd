"""The sockets of a class: a learner's page in the room, and the teacher's console.

Nothing is decided here. Events go down through the hub, heartbeats come up; messages,
hands and the rest are ordinary POSTs (live.views), so a page whose socket is down still
works. The teacher's stream comes up the console's socket and goes to live.video.
"""

import asyncio
import contextlib
import json
import logging
import time
import uuid
from datetime import datetime

from channels.db import database_sync_to_async
from django.db import DatabaseError
from django.http import Http404
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.logins.limited import visitor_of
from accounts.middleware import person_of
from accounts.models import User
from common.errors import DomainError
from common.language import chosen
from live import missed, presence, queries, services
from live.errors import NotYetOpen
from live.hub import Seat, beside, hub
from live.models import Classroom
from live.reception import Reception, reading
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
# A recorder sends five chunks a second: when none comes for so long, learners are told. The
# teacher's page may only be busy: its stream is not given up for that.
QUIET_AFTER_S = 5
# A page beats every three seconds: when nothing at all comes for so long, the line is gone,
# whatever the socket believes.
SILENT_AFTER_S = 15
# Counted is only what this process has waited in vain, look by look: what lies unread while it
# is busy itself is no silence.
LOOK_S = 1
# A page beats every 15 s; this many messages in 10 s is no page of ours.
MOST_MESSAGES, PER_SECONDS = 20, 10
# Nobody sits with more people in front of one page, and no file has such a number.
MOST_BESIDE, LARGEST_NUMBER = 10, 1 << 63


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
        asked = whole_numbers(self.asked("with").split("."))
        admission, room, visits = await in_database(lambda: self._admit(device, asked))
        self.seat = Seat(
            room=room.pk,
            user=self.scope["user"].pk,
            person=admission.person.pk if admission.person else None,
            session_key=self.scope["session"].session_key,
            is_learner=admission.is_learner,
            wire=Wire(self.send),
            device=device,
            visits=visits,
            together=frozenset(visits) - {admission.person and admission.person.pk},
            asked=asked,
            opened_by=self.scope["user"].opened_by,
        )
        # Accepted before the hub knows the seat: a frame may only follow the accept. The
        # page learns from `hello` what it missed until then and fetches it.
        await self.send({"type": "websocket.accept"})
        told = await hub().join(self.seat)
        counted = beside(self.seat) if asked else {}
        await self.tell({"type": "hello", "told": told, "at": school_time(), **counted})

    def _admit(self, device: uuid.UUID, asked: frozenset[int]):
        user, person = self._who()
        if not user.is_authenticated:
            raise Refused(NOT_ALLOWED, _("您已经退出登录，请重新登录，再进教室。"))
        try:
            admission = queries.admission_of_page(
                user=user,
                person=person,
                pk=self.session_pk,
                opened_as=self.asked("as"),
                now=timezone.now(),
            )
        except Http404:
            raise Refused(NOT_ALLOWED, _("没有这节课。")) from None
        except NotYetOpen as error:
            raise Refused(TRY_LATER, str(error)) from error
        except DomainError as error:
            raise Refused(NOT_ALLOWED, str(error)) from error
        room = services.open_room(session=admission.session)
        visits = services.arrive(
            classroom=room, admission=admission, together=asked, device=device, by=user
        )
        return admission, room, visits

    def _who(self):
        """Login and file of this page: proven by a code, or opened by a card or a link."""
        user, session = self.scope["user"], self.scope["session"]
        if not user.is_authenticated and (visitor := visitor_of(session)):
            self.scope["user"] = visitor.user
            return visitor.user, visitor.person
        return user, person_of(user, session)

    def verbs(self) -> dict:
        return {"beat": self.beat}

    async def beat(self, content: dict) -> None:
        hub().beat(self.seat, reception_in(content))
        await self.seat.has_read()
        if "with" in content and self.seat.visits:
            await self.sit(whole_numbers(content["with"]))
        # An answer, so that the page notices a line that is dead without being closed.
        answer = {"type": "heard", "told": hub().told(self.seat.room), "at": school_time()}
        if "missed" in content:
            answer["handed_in"] = await self.hand_in(content)
        if "with" in content:
            answer |= beside(self.seat)
        await self.tell(answer)

    async def hand_in(self, content: dict) -> bool:
        """What the page could not send; False if the database is away: it keeps it."""
        moments = moments_of(content["missed"])
        (says_now,) = moments_of([content.get("at")])
        if not self.seat.is_learner:
            return True
        try:
            await in_database(
                lambda: presence.hand_in(
                    classroom=Classroom(pk=self.seat.room),
                    device=self.seat.device,
                    by=User(pk=self.seat.user),
                    moments=moments,
                    says_now=says_now,
                )
            )
        except DatabaseError:
            return False
        return True

    async def sit(self, asked: frozenset[int]) -> None:
        """Every beat says who else is in front of this device; mostly the same people."""
        if asked == self.seat.asked:
            return
        with contextlib.suppress(DatabaseError):  # The next beat asks again.
            await hub().sit(self.seat, asked)
            self.seat.asked = asked

    async def leave(self) -> None:
        if self.seat:
            await hub().leave(self.seat)


class ConsoleSocket(Socket):
    """The teacher's page: its stream comes up here and becomes the class's picture."""

    ingest: Ingest | None = None
    coming: asyncio.Future | None = None
    # Seconds without a chunk, and without anything; whether learners were told of it.
    quiet_s = silent_s = 0.0
    is_shown = False

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
        while True:
            self.coming = self.coming or asyncio.ensure_future(self.receive())
            began = time.monotonic()
            await asyncio.wait({self.coming}, timeout=LOOK_S)
            if self.coming.done():
                message, self.coming = self.coming.result(), None
                self.silent_s = 0
                return message
            waited = time.monotonic() - began
            self.quiet_s, self.silent_s = self.quiet_s + waited, self.silent_s + waited
            if self.silent_s > SILENT_AFTER_S:
                raise Refused(SILENT, _("您的画面和声音断了，正在自动接上。"))
            if self.quiet_s > QUIET_AFTER_S and self.is_shown:
                await self._show(False)

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
        self.quiet_s = self.silent_s = 0
        await self._show(True)
        await self.tell({"type": "started"})

    async def chunk(self, data: bytes) -> None:
        self.quiet_s = 0
        if self.ingest and not self.is_shown:
            await self._show(True)
        if self.ingest:  # Else: what a recorder had in hand when its stream was stopped.
            self.ingest.feed(data)

    async def stop(self, content: dict) -> None:
        if self.ingest is None:
            return
        ingest, self.ingest = self.ingest, None
        ingest.finish()
        await ingest.finished()
        if self.is_shown:
            await self._show(False)

    def _report(self, problem: StreamProblem) -> None:
        if problem.code == TAKEN_OVER:
            return  # Another page teaches now; the next beat says so, in the right words.
        with translation.override(chosen(self.scope.get("cookies", {}))):
            told = self.tell({"type": "problem", "code": problem.code, "text": words_for(problem)})
        task = asyncio.ensure_future(told)
        task.add_done_callback(lambda done: done.exception())

    async def _show(self, on: bool) -> None:
        self.is_shown = on
        try:
            await in_database(
                lambda: services.show_picture(classroom=self.room, on=on, stream=self.stream)
            )
        except DatabaseError as error:
            logger.warning("Room %s could not be told of its picture: %s", self.room.pk, error)

    async def leave(self) -> None:
        if self.coming:
            self.coming.cancel()
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


def whole_numbers(asked) -> frozenset[int]:
    """Persons as a page names them: in a list, or as parts of an address."""
    if not isinstance(asked, list) or len(asked) > MOST_BESIDE:
        raise Refused(BAD_MESSAGE)
    try:
        numbers = frozenset(int(number) for number in asked if number != "")
    except (TypeError, ValueError):
        raise Refused(BAD_MESSAGE) from None
    if not all(0 < number < LARGEST_NUMBER for number in numbers):
        raise Refused(BAD_MESSAGE)
    return numbers


def moments_of(told) -> list[datetime]:
    """Moments by the school's clock, in milliseconds since 1970."""
    try:
        return missed.moments(told)
    except (TypeError, ValueError):
        raise Refused(BAD_MESSAGE) from None


def school_time() -> int:
    return round(time.time() * 1000)


def reception_in(content: dict) -> Reception | None:
    """How the class arrives at the page: {sound, mode, stalled}, if it says so."""
    if "how" not in content:
        return None
    try:
        return reading(content["how"])
    except (TypeError, ValueError):
        raise Refused(BAD_MESSAGE) from None


async def in_database(work):
    return await database_sync_to_async(work)()
