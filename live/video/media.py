"""The way of picture and sound to learners: a plain ASGI route before Django.

Django answers 700 requests a second, this answers several thousand, and every
learner makes five to ten.  Held requests wait for what the playlist has promised.
"""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs

from live.video import playlist
from live.video.admission import Admission, Permits, Refused
from live.video.following import Edition, Following, Text
from live.video.shelf import Shelf
from live.video.store import RecordingFolder
from live.video.timeline import FILE_NAME, MAIN, SOUND
from live.video.tokens import LIVE, PREFIX, REPLAY

# Players and proxies give up after five seconds or more.
HOLD_SECONDS = 4.5
# The specification: two segments ahead of the newest may be asked for.
SEGMENTS_AHEAD = 2
# No segment of ours has half as many parts.
MOST_PARTS = 100

READING_THREADS = 4

RECORDING = re.compile(r"[0-9a-f]{32}")
RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)
LIVE_RENDITIONS = {name: rendition for rendition, name in playlist.LIVE_NAMES.items()}
NAMES_OF_KIND = {
    LIVE: {*playlist.LIVE_NAMES.values(), playlist.VARIANTS_NAME},
    REPLAY: {*playlist.REPLAY_NAMES.values(), playlist.VARIANTS_NAME},
}

NO_STORE = (b"cache-control", b"no-store")
# Private: what is kept by a proxy could not be taken away from somebody.
FOREVER = (b"cache-control", b"private, max-age=31536000, immutable")
EVERY_ANSWER = [
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
]
PLAIN_TEXT = b"text/plain; charset=utf-8"
FILE_TYPES = {MAIN: b"video/mp4", SOUND: b"audio/mp4"}


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    content_type: bytes
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...] = (NO_STORE,)

    async def send(self, send, *, with_body: bool) -> None:
        headers = [
            (b"content-type", self.content_type),
            (b"content-length", str(len(self.body)).encode()),
            *self.headers,
            *EVERY_ANSWER,
        ]
        start = {"type": "http.response.start", "status": self.status, "headers": headers}
        await send(start)
        await send({"type": "http.response.body", "body": self.body if with_body else b""})


class MediaRoute:
    """`/media/live/<token>/<file>`; everything else goes to the app behind.

    `root` holds one folder per recording, named by its UUID in hex.  `permits` tells
    whether the person of some claims may watch at this moment.
    """

    def __init__(self, app, *, root: Path | str, permits: Permits):
        self._app = app
        self._root = Path(root)
        self._admission = Admission(permits)
        self._threads = ThreadPoolExecutor(READING_THREADS, thread_name_prefix="media")
        self._shelf = Shelf(self._threads)
        self._followed: dict[str, Following] = {}

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http" or not scope["path"].startswith(PREFIX):
            await self._app(scope, receive, send)
            return
        if scope["method"] not in ("GET", "HEAD"):
            answer = _refusal(405, "Only GET and HEAD.", (b"allow", b"GET, HEAD"))
        else:
            answer = await self._answer(scope)
        await answer.send(send, with_body=scope["method"] != "HEAD")

    def close(self) -> None:
        """Stop following; for tests and for a process that ends."""
        while self._followed:
            _, following = self._followed.popitem()
            following.close()
        self._threads.shutdown(wait=False)

    async def _answer(self, scope) -> Answer:
        token, _, name = scope["path"].removeprefix(PREFIX).partition("/")
        try:
            claims = await self._admission.admit(token)
        except Refused as refused:
            return _refusal(refused.status, str(refused))
        if not RECORDING.fullmatch(claims.recording):
            return _not_found()
        headers = dict(scope["headers"])
        if name in NAMES_OF_KIND[claims.kind]:
            query = scope.get("query_string", b"")
            text = await self._playlist(claims, name, query)
            return text if isinstance(text, Answer) else _playlist_answer(text, headers)
        if file := FILE_NAME.fullmatch(name):
            return await self._file(claims, file, headers)
        return _not_found()

    async def _playlist(self, claims, name: str, query: bytes) -> Text | Answer:
        following = self._follow(claims.recording)
        if claims.kind == REPLAY:
            return await following.replay(name) or _not_found()
        try:
            wanted = _wanted_position(query)
        except ValueError:
            return _refusal(400, "_HLS_msn and _HLS_part are whole numbers.")
        is_ready = _has_playlist(name)
        if wanted and name in LIVE_RENDITIONS:
            rendition = LIVE_RENDITIONS[name]
            newest = (await following.edition()).positions[rendition]
            if wanted[0] > newest.segment + SEGMENTS_AHEAD:
                return _refusal(400, "That is too far ahead.")
            is_ready = _has_position(rendition, *wanted)
        edition = await following.edition_when(is_ready, seconds=HOLD_SECONDS)
        return edition.playlists.get(name) or _not_found()

    async def _file(self, claims, file: re.Match, headers) -> Answer:
        path = self._root / claims.recording / file.string
        data = await self._shelf.get(path)
        is_live_part = claims.kind == LIVE and file["part"] is not None
        if data is None and is_live_part and await self._is_coming(claims.recording, file):
            data = await self._shelf.get(path)
        if data is None:
            return _not_found()
        return _file_answer(data, FILE_TYPES[file["rendition"]], headers)

    async def _is_coming(self, recording: str, file: re.Match) -> bool:
        """Wait for a part that the playlist has hinted at."""
        rendition, segment, part = file["rendition"], int(file["segment"]), int(file["part"])
        following = self._follow(recording)
        newest = (await following.edition()).positions[rendition]
        if (segment, part) not in ((newest.segment, newest.part), (newest.segment + 1, 0)):
            return newest.is_past(segment, part)
        ready = _has_position(rendition, segment, part)
        edition = await following.edition_when(ready, seconds=HOLD_SECONDS)
        return edition.positions[rendition].is_past(segment, part)

    def _follow(self, recording: str) -> Following:
        if recording not in self._followed:
            idle = [name for name, each in self._followed.items() if each.is_idle]
            for name in idle:
                self._followed.pop(name).close()
            folder = RecordingFolder(self._root / recording)
            self._followed[recording] = Following(folder, self._threads)
        return self._followed[recording]


def _wanted_position(query: bytes) -> tuple[int, int | None] | None:
    """What `_HLS_msn` and `_HLS_part` ask to wait for.  Raises ValueError for nonsense."""
    if not query:
        return None
    values = parse_qs(query.decode("ascii", "replace"), max_num_fields=10)
    segment, part = values.get("_HLS_msn"), values.get("_HLS_part")
    if segment is None:
        if part is not None:
            raise ValueError("a part of no segment")
        return None
    wanted = _whole_number(segment[0]), _whole_number(part[0]) if part else None
    if wanted[1] is not None and wanted[1] > MOST_PARTS:
        raise ValueError("no segment has so many parts")
    return wanted


def _whole_number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise ValueError(f"{text!r} is not a whole number")
    return int(text)


def _has_playlist(name: str) -> Callable[[Edition], bool]:
    return lambda edition: name in edition.playlists


def _has_position(rendition: str, segment: int, part: int | None) -> Callable[[Edition], bool]:
    return lambda edition: edition.has_ended or edition.positions[rendition].is_past(segment, part)


def _playlist_answer(text: Text, headers: dict[bytes, bytes]) -> Answer:
    kind = playlist.CONTENT_TYPE.encode()
    varies = (b"vary", b"accept-encoding")
    if b"gzip" in headers.get(b"accept-encoding", b""):
        coded = (b"content-encoding", b"gzip")
        return Answer(200, kind, text.compressed, (NO_STORE, varies, coded))
    return Answer(200, kind, text.plain, (NO_STORE, varies))


def _file_answer(data: bytes, kind: bytes, headers: dict[bytes, bytes]) -> Answer:
    whole = Answer(200, kind, data, (FOREVER, (b"accept-ranges", b"bytes")))
    wanted = RANGE.fullmatch(headers.get(b"range", b"").decode("latin-1"))
    if wanted is None or not any(wanted.groups()) or b"if-range" in headers:
        return whole
    first, last = wanted.groups()
    if first and last and int(last) < int(first):
        return whole
    if first:
        start, end = int(first), min(int(last) if last else len(data), len(data) - 1)
    else:
        start, end = max(len(data) - int(last), 0), len(data) - 1
    if start > end:
        where = (b"content-range", f"bytes */{len(data)}".encode())
        return _refusal(416, "There is nothing at that place.", where)
    where = (b"content-range", f"bytes {start}-{end}/{len(data)}".encode())
    return Answer(206, kind, data[start : end + 1], (*whole.headers, where))


def _refusal(status: int, message: str, *headers: tuple[bytes, bytes]) -> Answer:
    return Answer(status, PLAIN_TEXT, message.encode() + b"\n", (NO_STORE, *headers))


def _not_found() -> Answer:
    return _refusal(404, "There is no such file.")
