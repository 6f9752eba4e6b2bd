"""Pages of a class by the hundred, as their script (static/js/live/room-line.js) behaves.

They beat, come back when the line is lost (full jitter, 30 s at most), and fetch what they
missed by its number. Everything runs in one thread of its own; whoever asks is not in it.
"""

import asyncio
import base64
import contextlib
import json
import os
import random
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import dev
from bench.stage.crowd import post

BEAT_S = 15
RETRY_CAP_S = 30
PATIENCE_S = 120
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
# As many connections as a page's browser would have ready; more at once is no page.
AT_A_TIME = 20


@dataclass(eq=False)
class Page:
    """One page: what it has heard, and how its line fared."""

    login: str
    port: int
    reads: bool = True
    device: uuid.UUID = field(default_factory=uuid.uuid4)
    events: list[dict] = field(default_factory=list)
    heard_at: dict[int, float] = field(default_factory=dict)
    is_in: bool = False
    # When it was greeted last, and how often a handshake or a socket failed.
    greeted_at: float = 0.0
    refused: list[str] = field(default_factory=list)
    lost: int = 0

    @property
    def seen(self) -> int:
        return self.events[-1]["number"] if self.events else 0

    def take(self, events: Iterable[dict]) -> bool:
        """Add what is next; False if something before it is missing."""
        for event in events:
            if event["number"] <= self.seen:
                continue
            if event["number"] != self.seen + 1:
                return False
            self.events.append(event)
            self.heard_at[event["number"]] = time.monotonic()
        return True


class Visitors:
    """`with Visitors(session, logins, ports=[...]) as visitors:` everybody is in the room."""

    def __init__(
        self,
        session: int,
        logins: Iterable[str],
        *,
        ports: list[int],
        beat_s: float = BEAT_S,
        not_reading: int = 0,
    ):
        self.session = session
        self.beat_s = beat_s
        self.pages = [Page(login, ports[at % len(ports)]) for at, login in enumerate(logins)]
        for page in self.pages[:not_reading]:
            page.reads = False
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self):
        self._thread.start()
        self._start(self._come()).result()
        self.wait(lambda: all(page.is_in for page in self.pages), "are in the room")
        return self

    def __exit__(self, *error):
        self._start(self._leave()).result(PATIENCE_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def reading(self) -> list[Page]:
        return [page for page in self.pages if page.reads]

    def say(self, number: int, text: str) -> int:
        """One of them sends a message; the status it is answered."""
        page = self.reading[number % len(self.reading)]
        return self._start(self._say(page, text)).result(PATIENCE_S)

    def say_all(self, texts: list[str], *, per_second: float | None = None) -> list[float]:
        """Different pages send a message each, at a pace or as fast as a few hands can;
        when each was sent. Raises dev.Stop if one is refused."""
        return self._start(self._say_all(texts, per_second)).result(PATIENCE_S + len(texts))

    def hear(self, number: int, patience: float = PATIENCE_S) -> None:
        """Return when all who read have heard everything up to `number`."""
        self.wait(
            lambda: all(page.seen >= number for page in self.reading),
            f"have heard event {number}",
            patience,
        )

    def wait(self, is_done: Callable[[], bool], what: str, patience: float = PATIENCE_S) -> None:
        until = time.monotonic() + patience
        while not is_done():
            if time.monotonic() > until:
                facts = [(page.seen, page.is_in, page.refused[-1:]) for page in self.pages[:3]]
                raise dev.Stop(f"Not all {len(self.pages)} pages {what}: {facts}")
            time.sleep(0.05)

    def _start(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    async def _come(self) -> None:
        self._gate = asyncio.Semaphore(AT_A_TIME)
        self._tasks = [asyncio.create_task(self._stay(page)) for page in self.pages]

    async def _leave(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.sleep(0.1)  # Until what they had open is closed.

    # One page

    async def _stay(self, page: Page) -> None:
        tries = 0
        while True:
            writer = None
            try:
                async with self._gate:
                    reader, writer = await self._open(page)
                    await self._greeting(page, reader, writer)
                tries = 0
                if not page.reads:
                    await asyncio.sleep(24 * 3600)
                await self._listen(page, reader, writer)
            except (OSError, EOFError, ValueError) as error:
                if page.is_in:
                    page.lost += 1
                else:
                    page.refused.append(repr(error))
                page.is_in = False
            finally:
                if writer:
                    writer.close()
            most = min(RETRY_CAP_S, 2**tries)
            tries += 1
            await asyncio.sleep(random.random() * most)

    async def _open(self, page: Page):
        line = socket.socket()
        if not page.reads:
            # As little as the kernel allows, so that it is the server who has to wait.
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.setblocking(False)
        try:
            await asyncio.wait_for(
                self._loop.sock_connect(line, ("127.0.0.1", page.port)), PATIENCE_S
            )
        except BaseException:
            line.close()
            raise
        reader, writer = await asyncio.open_connection(sock=line, limit=1 << 16)
        key = base64.b64encode(os.urandom(16)).decode()
        writer.write(
            (
                f"GET /ws/sessions/{self.session}/?device={page.device} HTTP/1.1\r\n"
                f"Host: 127.0.0.1:{page.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                f"Origin: http://127.0.0.1:{page.port}\r\nCookie: session={page.login}\r\n"
                f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n"
            ).encode()
        )
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 101 " not in head.splitlines()[0]:
            raise ValueError(head.splitlines()[0].decode())
        return reader, writer

    async def _greeting(self, page: Page, reader, writer) -> None:
        content = json.loads(await self._text(reader, writer))
        if content["type"] != "hello":
            raise ValueError(f"{content}")
        if content["told"] > page.seen:
            await self._fetch(page)
        # With what it had missed: whoever asks next may go by its list.
        page.is_in, page.greeted_at = True, time.monotonic()

    async def _listen(self, page: Page, reader, writer) -> None:
        async def beat():
            await asyncio.sleep(random.random() * self.beat_s)
            while True:
                _send(writer, TEXT, b'{"type": "beat", "seen": %d}' % page.seen)
                await asyncio.sleep(self.beat_s)

        beating = asyncio.create_task(beat())
        try:
            while True:
                content = json.loads(await self._text(reader, writer))
                kind = content["type"]
                if kind == "refused":
                    raise ValueError(f"{content}")
                is_whole = kind != "resync"
                if kind == "events":
                    is_whole = page.take(content["events"])
                if content.get("told", 0) > page.seen or not is_whole:
                    await self._fetch(page)
        finally:
            beating.cancel()

    async def _text(self, reader, writer) -> bytes:
        while True:
            first, size = await reader.readexactly(2)
            size &= 0x7F
            if size > 125:
                size = int.from_bytes(await reader.readexactly(2 if size == 126 else 8), "big")
            payload = await reader.readexactly(size)
            if first & 0x0F == TEXT:
                return payload
            if first & 0x0F == PING:
                _send(writer, PONG, payload)
            if first & 0x0F == CLOSE:
                raise EOFError(f"closed {int.from_bytes(payload[:2], 'big')}")

    async def _fetch(self, page: Page) -> None:
        more = True
        while more:
            path = f"/sessions/{self.session}/events/?after={page.seen}"
            request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: session={page.login}\r\n"
            status, body = await self._ask(
                page.port, f"{request}Connection: close\r\n\r\n".encode()
            )
            if status != 200:
                return  # The next beat's answer makes it ask again.
            answer = json.loads(body)
            page.take(answer["events"])
            more = answer["more"]

    async def _say(self, page: Page, text: str) -> int:
        request = post(
            f"/sessions/{self.session}/messages/",
            login=page.login,
            text=text,
            client_id=str(uuid.uuid4()),
        )
        status, _body = await self._ask(
            page.port, request.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)
        )
        return status

    async def _say_all(self, texts, per_second) -> list[float]:
        sent_at, hands = [0.0] * len(texts), asyncio.Semaphore(AT_A_TIME)
        began = time.monotonic()

        async def one(at: int, text: str):
            if per_second:
                await asyncio.sleep(max(0.0, began + at / per_second - time.monotonic()))
            async with hands:
                sent_at[at] = time.monotonic()
                page = self.reading[at % len(self.reading)]
                status = await self._say(page, text)
            if status != 200:
                raise dev.Stop(f"Message {at} was answered {status}.")

        await asyncio.gather(*(one(at, text) for at, text in enumerate(texts)))
        return sent_at

    async def _ask(self, port: int, request: bytes) -> tuple[int, bytes]:
        writer = None
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(request)
            answer = await asyncio.wait_for(reader.read(), PATIENCE_S)
        except (OSError, TimeoutError):
            return 0, b""
        finally:
            if writer:
                writer.close()
        head, _, body = answer.partition(b"\r\n\r\n")
        if b"transfer-encoding: chunked" in head.lower():
            body = _unchunked(body)
        return int(head.split(maxsplit=2)[1]) if head else 0, body


def _send(writer, opcode: int, payload: bytes) -> None:
    # A page must mask; with zeros the mask changes nothing. All we say is short.
    with contextlib.suppress(OSError):
        writer.write(bytes([0x80 | opcode, 0x80 | len(payload), 0, 0, 0, 0]) + payload)


def _unchunked(body: bytes) -> bytes:
    whole = b""
    while body:
        size, _, body = body.partition(b"\r\n")
        length = int(size, 16)
        whole, body = whole + body[:length], body[length + 2 :]
    return whole
