"""What both sockets are: messages taken one by one, by an explicit table; refusals in words."""

import json
import time
import uuid

from channels.db import database_sync_to_async
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from common.language import chosen

# 4000-4999 are ours to define; the digits after the 4 as in HTTP.
BAD_MESSAGE = 4400
NOT_ALLOWED = 4403
SILENT = 4408
TAKEN = 4409
TOO_LARGE = 4413
TOO_MANY = 4429
TRY_LATER = 4503

# For what no page of ours sends: of an older version, of a broken line, or somebody's own.
WORDS = {
    BAD_MESSAGE: _("这一页发来的内容不对。请刷新这一页；再不行，请打学校电话。"),
    TOO_LARGE: _("这一页一次发来的内容太大，没有收。请刷新这一页。"),
    TOO_MANY: _("这一页发得太快，先停了。请等一分钟，再刷新这一页。"),
}

LARGEST_TEXT = 16 * 1024
# A chunk of 200 ms of video is some 100 KB; a megabyte is no chunk of ours.
LARGEST_CHUNK = 1024 * 1024
# A page beats every 15 s; this many messages in 10 s is no page of ours.
MOST_MESSAGES, PER_SECONDS = 20, 10


class Refused(Exception):
    """Close the socket with a code, after a sentence for the reader."""

    def __init__(self, code: int, text: str = ""):
        super().__init__(text or str(WORDS[code]))
        self.code = code


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


async def in_database(work):
    return await database_sync_to_async(work)()
