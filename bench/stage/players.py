"""Low-latency players by the hundred: each asks for the playlist that will hold the next part,
waits until it comes, and fetches the part. Bytes are thrown away; what counts is when they
came after the part was there to be had.
"""

import asyncio
import re
import time
from collections import deque
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

SEQUENCE = re.compile(rb"#EXT-X-MEDIA-SEQUENCE:(\d+)")
PART = re.compile(rb'#EXT-X-PART:[^\n]*?URI="([^"]+)"')
LENGTH = re.compile(rb"(?i)content-length: *(\d+)")


@dataclass(frozen=True)
class Position:
    """What a playlist shows: its newest parts, and the place of the one that comes next."""

    parts: tuple[bytes, ...]
    segment: int
    part: int


@lru_cache(maxsize=16)
def position_of(playlist: bytes) -> Position:
    first = int(SEQUENCE.search(playlist)[1])
    segments = playlist.count(b"#EXTINF:")
    open_one = playlist.rpartition(b"#EXTINF:")[2]
    return Position(tuple(PART.findall(playlist)), first + segments, len(PART.findall(open_one)))


@dataclass
class Heard:
    """What all players of one round came to."""

    # Wall clock, as the files are: from when a part lay there to its last byte here.
    delays: list[float] = field(default_factory=list)
    requests: int = 0
    refused: int = 0
    lost: int = 0


class Line(asyncio.Protocol):
    """One connection that is kept; an answer is its status and, for playlists, its text."""

    def __init__(self):
        self.come = bytearray()
        self.wanted = None
        self.body_at = 0
        self.answer: asyncio.Future | None = None

    def connection_made(self, transport):
        self.transport = transport

    def ask(self, path: str) -> asyncio.Future:
        self.come.clear()
        self.wanted = None
        self.answer = asyncio.get_running_loop().create_future()
        self.transport.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        return self.answer

    def data_received(self, data):
        self.come += data
        if self.wanted is None:
            end = self.come.find(b"\r\n\r\n")
            if end < 0:
                return
            self.body_at = end + 4
            self.wanted = self.body_at + int(LENGTH.search(self.come, 0, end)[1])
        if len(self.come) >= self.wanted and self.answer and not self.answer.done():
            self.answer.set_result((int(self.come[9:12]), bytes(self.come[self.body_at :])))

    def connection_lost(self, error):
        if self.answer and not self.answer.done():
            self.answer.set_exception(ConnectionResetError("The line was cut."))


async def play(
    tokens: list[str], folder: Path, *, port: int, files_port: int, seconds: float
) -> Heard:
    """All of `tokens` watch for `seconds`; parts come from `files_port` by the same names."""
    heard, there = Heard(), {}

    def since(name: str) -> float:
        if name not in there:
            there[name] = (folder / name).stat().st_mtime
        return there[name]

    ends = time.monotonic() + seconds
    begin = asyncio.Semaphore(20)

    async def one(token: str):
        loop = asyncio.get_running_loop()
        async with begin:
            _, lists = await loop.create_connection(Line, "127.0.0.1", port)
            _, files = await loop.create_connection(Line, "127.0.0.1", files_port)
            _, text = await lists.ask(f"/media/live/{token}/live.m3u8")
        now = position_of(text)
        seen = deque(now.parts, maxlen=200)
        try:
            while time.monotonic() < ends:
                query = f"?_HLS_msn={now.segment}&_HLS_part={now.part}"
                status, text = await lists.ask(f"/media/live/{token}/live.m3u8{query}")
                heard.requests += 1
                if status != 200:
                    heard.refused += 1
                    await asyncio.sleep(0.5)
                    continue
                now = position_of(text)
                for part in now.parts:
                    if part in seen:
                        continue
                    seen.append(part)
                    name = part.decode()
                    status, _data = await files.ask(f"/media/live/{token}/{name}")
                    heard.requests += 1
                    heard.refused += status != 200
                    heard.delays.append(time.time() - since(name))
        except ConnectionResetError:
            heard.lost += 1
        finally:
            lists.transport.close()
            files.transport.close()

    await asyncio.gather(*(one(token) for token in tokens))
    return heard
