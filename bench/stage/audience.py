"""A thousand listening sockets in one cheap process: they read frames and count events.

WebSocket by hand: a client library would use more processor time than the servers that
are measured, on the same cores.
"""

import base64
import json
import os
import selectors
import socket
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import dev

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
# daphne drops whom it could not greet within 5 s, and on a busy machine each may take half
# a second.
AT_A_TIME = 5
PATIENCE_S = 120


@dataclass(frozen=True)
class Said:
    """What a text of the server comes to."""

    numbers: tuple[int, ...] = ()
    is_greeting: bool = False
    answer: bytes = b""


Dialect = Callable[[str], Said]


def plain(text: str) -> Said:
    """Our own pages' frames, and the same from the plain peers."""
    content = json.loads(text)
    numbers = tuple(event["number"] for event in content.get("events", []))
    return Said(numbers, is_greeting=content["type"] == "hello")


def socketio(text: str) -> Said:
    """Socket.IO's frames: 0 opens, 40 greets, 2 wants to hear 3, 42 brings an event."""
    if text.startswith("42"):
        _name, content = json.loads(text[2:])
        return plain(json.dumps(content))
    return Said(
        is_greeting=text.startswith("40"), answer={"0": b"40", "2": b"3"}.get(text[0], b"")
    )


class Listener:
    """One socket: what it has not yet understood, and the number it has heard last."""

    def __init__(self, port: int, path: str, headers: dict[str, str]):
        self.heard = 0
        self.is_open = self.is_greeted = False
        self.rest = b""
        self.line = socket.create_connection(("127.0.0.1", port))
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [
            f"GET {path} HTTP/1.1",
            f"Host: 127.0.0.1:{port}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Key: {key}",
            *(f"{name}: {value}" for name, value in headers.items()),
        ]
        self.line.sendall("\r\n".join([*lines, "", ""]).encode())

    def send(self, opcode: int, payload: bytes) -> None:
        # A page must mask; with zeros the mask changes nothing. All we say is short.
        self.line.sendall(bytes([0x80 | opcode, 0x80 | len(payload), 0, 0, 0, 0]) + payload)

    def frames(self) -> Iterable[tuple[int, bytes]]:
        """The whole frames that have come."""
        data = self.rest + self.line.recv(1 << 20)
        at = 0
        if not self.is_open:
            at = data.find(b"\r\n\r\n") + 4
            if at < 4 or not data.startswith(b"HTTP/1.1 101"):
                raise dev.Stop(f"A socket was refused: {data[:200]!r}")
            self.is_open = True
        while len(data) - at >= 2:
            begin, size = at + 2, data[at + 1] & 0x7F
            if size > 125:
                begin += 2 if size == 126 else 8
                size = int.from_bytes(data[at + 2 : begin], "big")
            if len(data) < begin + size:
                break
            yield data[at] & 0x0F, data[begin : begin + size]
            at = begin + size
        self.rest = data[at:]


class Audience:
    """All listeners of one server. Raises dev.Stop as soon as one misses an event."""

    def __init__(self, dialect: Dialect):
        self.dialect = dialect
        self.listeners: list[Listener] = []
        self._ready = selectors.DefaultSelector()
        self._understood: dict[bytes, Said] = {}

    def __enter__(self):
        return self

    def __exit__(self, *error):
        for listener in self.listeners:
            listener.line.close()
        self._ready.close()

    def open(self, port: int, addresses: Iterable[tuple[str, dict[str, str]]]) -> None:
        """Open a socket to each (path, headers), a few at a time as in an orderly queue."""
        for number, (path, headers) in enumerate(addresses, start=1):
            listener = Listener(port, path, headers)
            self.listeners.append(listener)
            self._ready.register(listener.line, selectors.EVENT_READ, listener)
            if number % AT_A_TIME == 0:
                self._until_all(lambda each: each.is_greeted, "was greeted")
        self._until_all(lambda each: each.is_greeted, "was greeted")

    def hear(self, number: int) -> None:
        """Return when everybody has heard all events up to `number`, in order."""
        self._until_all(lambda each: each.heard >= number, f"heard event {number}")
        self._understood.clear()

    def listen_for(self, seconds: float) -> None:
        """Go on listening: to greetings, pings and what should not come."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self._listen(left)

    def _until_all(self, is_done: Callable[[Listener], bool], what: str) -> None:
        until = time.monotonic() + PATIENCE_S
        waiting = {each for each in self.listeners if not is_done(each)}
        while waiting:
            if time.monotonic() > until:
                raise dev.Stop(f"{len(waiting)} sockets of {len(self.listeners)} never {what}.")
            waiting -= {each for each in self._listen(1) if is_done(each)}

    def _listen(self, seconds: float) -> list[Listener]:
        heard = [key.data for key, _mask in self._ready.select(seconds)]
        for listener in heard:
            for opcode, payload in listener.frames():
                self._take(listener, opcode, payload)
        return heard

    def _take(self, listener: Listener, opcode: int, payload: bytes) -> None:
        if opcode == PING:
            listener.send(PONG, payload)
        elif opcode == CLOSE:
            raise dev.Stop(f"The server closed a socket: {payload!r}")
        elif opcode == TEXT:
            if payload not in self._understood:
                self._understood[payload] = self.dialect(payload.decode())
            said = self._understood[payload]
            listener.is_greeted |= said.is_greeting
            for number in said.numbers:
                if number != listener.heard + 1:
                    raise dev.Stop(f"A socket heard event {number} after {listener.heard}.")
                listener.heard = number
            if said.answer:
                listener.send(TEXT, said.answer)
