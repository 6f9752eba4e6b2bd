"""A crowd that presses a button at one moment, over HTTP by hand in one cheap process.

Every press has a connection of its own, opened before, as a page that is open has. Beside
the crowd visitors look at pages again and again until the last press is answered.
"""

import contextlib
import selectors
import socket
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import dev

# Between two looks of one visitor.
APART_S = 0.2
PATIENCE_S = 180


@dataclass(frozen=True)
class Answer:
    """What a request was answered; status 0 where the line was cut before."""

    status: int
    location: str = ""
    body: bytes = b""
    seconds: float = 0.0


class Line:
    """One connection that is kept: a request, its answer, the next request."""

    def __init__(self, port: int):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.is_cut = False
        self._sent_at = 0.0
        self._come = b""

    def send(self, request: bytes) -> None:
        self._come, self._sent_at = b"", time.monotonic()
        try:
            self.socket.sendall(request)
        except OSError:
            self.is_cut = True

    def read(self) -> Answer | None:
        """The answer, once it is whole; a line that was cut answers with status 0."""
        try:
            come = b"" if self.is_cut else self.socket.recv(1 << 20)
        except OSError:
            come = b""
        if not come:
            self.is_cut = True
            return Answer(0, seconds=time.monotonic() - self._sent_at)
        self._come += come
        head, separator, body = self._come.partition(b"\r\n\r\n")
        if not separator:
            return None
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {}
        for each in lines:
            name, _, value = each.partition(":")
            headers[name.lower()] = value.strip()
        if (size := headers.get("content-length")) is not None:
            is_whole = len(body) >= int(size)
        else:
            is_whole = body.endswith(b"0\r\n\r\n")
        if not is_whole:
            return None
        return Answer(
            int(first.split()[1]),
            headers.get("location", ""),
            body,
            time.monotonic() - self._sent_at,
        )


@dataclass
class Rush:
    """How a rush went: an answer for every press, in the order in which they were given."""

    answers: list[Answer]
    seconds: float
    looks: dict[str, list[Answer]] = field(default_factory=dict)


def press_at_once(
    port: int,
    presses: Iterable[bytes],
    *,
    looks: Mapping[str, bytes] | None = None,
    after: Callable[[int], None] = lambda answered: None,
) -> Rush:
    """Send all `presses` at one moment and wait for their answers.

    `looks` are requests by name, each of one visitor. `after` hears after every answer how
    many there were. Raises dev.Stop if answers stay away for minutes.
    """
    presses, looks = list(presses), dict(looks or {})
    with contextlib.ExitStack() as stack:
        ready = stack.enter_context(selectors.DefaultSelector())

        def opened(owner) -> Line:
            line = Line(port)
            stack.callback(line.socket.close)
            ready.register(line.socket, selectors.EVENT_READ, (line, owner))
            return line

        lines = [opened(number) for number in range(len(presses))]
        visitors = {name: opened(name) for name in looks}
        answers: list[Answer | None] = [None] * len(presses)
        seen = {name: [] for name in looks}
        again_at = dict.fromkeys(looks, 0.0)
        began = time.monotonic()
        for line, press in zip(lines, presses, strict=True):
            line.send(press)
        answered, ended = 0, began
        # A look that is under way is waited for: the slowest would be missing otherwise.
        while answered < len(presses) or any(moment is None for moment in again_at.values()):
            now = time.monotonic()
            if now > began + PATIENCE_S:
                raise dev.Stop(f"Of {len(presses)} presses {answered} were answered.")
            for name, moment in again_at.items():
                if moment is not None and moment <= now and answered < len(presses):
                    visitors[name].send(looks[name])
                    again_at[name] = None
            for key, _mask in ready.select(APART_S / 4):
                line, owner = key.data
                if (answer := line.read()) is None:
                    continue
                if line.is_cut:
                    ready.unregister(line.socket)
                if owner in seen:
                    seen[owner].append(answer)
                    again_at[owner] = float("inf") if line.is_cut else now + APART_S
                elif answers[owner] is None:
                    answers[owner] = answer
                    answered, ended = answered + 1, time.monotonic()
                    after(answered)
        return Rush(answers, ended - began, seen)


def get(path: str, *, login: str = "") -> bytes:
    return _request("GET", path, _cookies(login))


def post(path: str, *, login: str, **fields: str) -> bytes:
    """A form's press, with the token of forgery protection that its page had."""
    token = login.ljust(32, "0")[:32]
    body = "&".join(f"{name}={value}" for name, value in fields.items())
    body = f"csrfmiddlewaretoken={token}&{body}".encode()
    headers = {
        **_cookies(login, f"; csrftoken={token}"),
        "Content-Type": "application/x-www-form-urlencoded",
        "Content-Length": str(len(body)),
    }
    return _request("POST", path, headers) + body


def _cookies(login: str, more: str = "") -> dict[str, str]:
    return {"Cookie": f"session={login}; was-here=1{more}"} if login else {}


def _request(method: str, path: str, headers: dict[str, str]) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode()
