"""The teacher's page: its stream comes up here and becomes the class's picture."""

import asyncio
import logging
import time
import uuid

from django.db import DatabaseError
from django.http import Http404
from django.utils import translation
from django.utils.translation import gettext as _

from common.errors import DomainError
from common.language import chosen
from live import consoles, queries, services
from live.consumers.base import NOT_ALLOWED, SILENT, TAKEN, Refused, Socket, in_database
from live.recordings import folder_of
from live.video.ingest import Ingest
from live.video.problems import TAKEN_OVER, StreamProblem

logger = logging.getLogger(__name__)

# A recorder sends five chunks a second: when none comes for so long, learners are told. The
# teacher's page may only be busy: its stream is not given up for that.
QUIET_AFTER_S = 5
# A page beats every three seconds: when nothing at all comes for so long, the line is gone,
# whatever the socket believes.
SILENT_AFTER_S = 15
# Counted are the looks in vain, however long they took: what lies unread while this process is
# busy itself is no silence.
LOOK_S = 1
# Who logged out, or teaches here no more, goes within a minute (safety rule).
ASK_WHO_EVERY_S = 10


class ConsoleSocket(Socket):
    """The teacher's page: its stream comes up here and becomes the class's picture."""

    ingest: Ingest | None = None
    asked_who_at = float("-inf")
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
            consoles.hold(classroom=room, console=self.console, take=take)
        except DomainError as error:
            raise Refused(TAKEN, str(error)) from error
        return room

    async def next_message(self) -> dict:
        if self.ingest is None:
            return await self.receive()
        while True:
            try:
                # Cancelled while it waits, it loses nothing: what comes stays in the queue.
                async with asyncio.timeout(LOOK_S):
                    message = await self.receive()
            except TimeoutError:
                self.quiet_s, self.silent_s = self.quiet_s + LOOK_S, self.silent_s + LOOK_S
            else:
                self.silent_s = 0
                return message
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
        holds = consoles.still_holds(classroom=self.room, console=self.console)
        if (now := time.monotonic()) < self.asked_who_at + ASK_WHO_EVERY_S:
            return True, holds
        may_go_on = queries.may_go_on_teaching(
            user_pk=self.scope["user"].pk,
            session_key=self.scope["session"].session_key,
            pk=self.session_pk,
        )
        self.asked_who_at = now
        return may_go_on, holds

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
