"""The way of picture and sound to learners: a plain ASGI route before Django.

Django answers 700 requests a second, this answers several thousand, and every
learner makes five to ten.  Held requests wait for what the playlist has promised.
"""

import asyncio
import os
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs

from live.video import playlist
from live.video.admission import Admission, Permits, Refused
from live.video.following import Edition, Following, Text
from live.video.shelf import Shelf, read_or_none
from live.video.slides import SLIDE_NAME, SLIDE_TYPE
from live.video.store import RecordingFolder
from live.video.timeline import COPY_NAME, FILE_NAME, MAIN, SOUND
from live.video.tokens import COPY, LIVE, PREFIX, REPLAY, REVIEW
from live.video.voices import VOICE_NAME, VOICE_TYPE

# Players and proxies give up after five seconds or more.
HOLD_SECONDS = 4.5
# The specification: two segments ahead of the newest may be asked for.
SEGMENTS_AHEAD = 2
# No segment of ours has half as many parts.
MOST_PARTS = 100

READING_THREADS = 4

# A copy of a class for its teacher goes out at 2 MB a second at most.
PIECE_BYTES = 64 * 1024
PIECE_PAUSE_SECONDS = 0.03

RECORDING = re.compile(r"[0-9a-f]{32}")
# What a copy is to be called on the teacher's computer: nothing that could end a header.
FILE_TO_BE = re.compile(rb"name=((?:[A-Za-z0-9._~-]|%[0-9A-F]{2}){1,900})")
RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)
LIVE_RENDITIONS = {name: rendition for rendition, name in playlist.LIVE_NAMES.items()}
NAMES_OF_KIND = {
    LIVE: {*playlist.LIVE_NAMES.values(), playlist.VARIANTS_NAME},
    REPLAY: {*playlist.REPLAY_NAMES.values(), playlist.VARIANTS_NAME},
    REVIEW: {*playlist.REPLAY_NAMES.values(), playlist.VARIANTS_NAME},
    COPY: set(),
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


@dataclass(frozen=True, slots=True)
class Pieces:
    """An answer that is read from its file while it is sent."""

    status: int
    content_type: bytes
    path: Path
    part: range
    threads: ThreadPoolExecutor
    headers: tuple[tuple[bytes, bytes], ...]

    async def send(self, send, *, with_body: bool) -> None:
        loop = asyncio.get_running_loop()
        length = (b"content-length", str(len(self.part)).encode())
        headers = [(b"content-type", self.content_type), length, *self.headers, *EVERY_ANSWER]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        place, end = self.part.start, self.part.stop if with_body else self.part.start
        with self.path.open("rb") as file:
            while place < end:
                size = min(PIECE_BYTES, end - place)
                data = await loop.run_in_executor(self.threads, _read_at, file, place, size)
                if not data:
                    break
                await send({"type": "http.response.body", "body": data, "more_body": True})
                place += len(data)
                # daphne has no back-pressure: a slow reader's pieces would pile up in memory.
                await asyncio.sleep(PIECE_PAUSE_SECONDS)
        await send({"type": "http.response.body", "body": b""})


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
        if claims.kind == COPY:
            path = self._root / claims.recording / COPY_NAME
            if name != COPY_NAME:
                return _not_found()
            return await _copy(path, headers, scope.get("query_string", b""), self._threads)
        if name in NAMES_OF_KIND[claims.kind]:
            query = scope.get("query_string", b"")
            text = await self._playlist(claims, name, query)
            return text if isinstance(text, Answer) else _playlist_answer(text, headers)
        if file := FILE_NAME.fullmatch(name):
            return await self._file(claims, file, headers)
        path = self._root / claims.recording / name
        if SLIDE_NAME.fullmatch(name):
            data = await self._shelf.get(path)
            return _file_answer(data, SLIDE_TYPE, headers) if data else _not_found()
        if VOICE_NAME.fullmatch(name):
            # Not from the shelf: one that was hidden is heard no more.
            loop = asyncio.get_running_loop()
            data = await loop.run_in_executor(self._threads, read_or_none, path)
            return _file_answer(data, VOICE_TYPE, headers, NO_STORE) if data else _not_found()
        return _not_found()

    async def _playlist(self, claims, name: str, query: bytes) -> Text | Answer:
        following = self._follow(claims.recording)
        if claims.kind != LIVE:
            text = await following.replay(name, whole=claims.kind == REVIEW)
            return text or _not_found()
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
        if claims.kind == REPLAY and file["segment"] is not None:
            # What was cut away is not to be had by its number either.
            edition = await self._follow(claims.recording).glance()
            if int(file["segment"]) not in edition.shown[file["rendition"]]:
                return _not_found()
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


def _read_at(file, place: int, size: int) -> bytes:
    return os.pread(file.fileno(), size, place)


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


def _file_answer(data: bytes, kind: bytes, headers: dict[bytes, bytes], keeping=FOREVER) -> Answer:
    always = (keeping, (b"accept-ranges", b"bytes"))
    part = _range(headers, len(data))
    if part is None:
        return Answer(200, kind, data, always)
    if not part:
        return _nothing_there(len(data))
    return Answer(206, kind, data[part.start : part.stop], (*always, _place(part, len(data))))


async def _copy(path: Path, headers: dict[bytes, bytes], query: bytes, threads) -> Answer:
    """A file of gigabytes, perhaps: handed out piece by piece, under the name asked for."""
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        return _not_found()
    part = _range(headers, size)
    if part is not None and not part:
        return _nothing_there(size)
    name = FILE_TO_BE.fullmatch(query)
    kept = b"attachment" + (b"; filename*=UTF-8''" + name[1] + b".mp4" if name else b"")
    always = (NO_STORE, (b"accept-ranges", b"bytes"), (b"content-disposition", kept))
    wanted = range(size) if part is None else part
    more = () if part is None else (_place(part, size),)
    status = 200 if part is None else 206
    return Pieces(status, b"video/mp4", path, wanted, threads, (*always, *more))


def _range(headers: dict[bytes, bytes], size: int) -> range | None:
    """The bytes asked for; None for all of them, empty where there are none."""
    wanted = RANGE.fullmatch(headers.get(b"range", b"").decode("latin-1"))
    if wanted is None or not any(wanted.groups()) or b"if-range" in headers:
        return None
    first, last = wanted.groups()
    if first and last and int(last) < int(first):
        return None
    if first:
        return range(int(first), min(int(last) + 1 if last else size, size))
    return range(max(size - int(last), 0), size)


def _place(part: range, size: int) -> tuple[bytes, bytes]:
    return b"content-range", f"bytes {part.start}-{part.stop - 1}/{size}".encode()


def _nothing_there(size: int) -> Answer:
    where = (b"content-range", f"bytes */{size}".encode())
    return _refusal(416, "There is nothing at that place.", where)


def _refusal(status: int, message: str, *headers: tuple[bytes, bytes]) -> Answer:
    return Answer(status, PLAIN_TEXT, message.encode() + b"\n", (NO_STORE, *headers))


def _not_found() -> Answer:
    return _refusal(404, "There is no such file.")
