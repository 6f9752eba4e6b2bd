"""The newest playlists of a recording, shared by everybody who watches it here.

A thread looks at the index, takes in what is new and writes each playlist once; the
event loop only hands out finished texts.  This works the same whether the recording
is made in this process or in another one.
"""

import asyncio
import gzip
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field

from live.video import playlist
from live.video.store import Reader, RecordingFolder
from live.video.timeline import RENDITIONS, Rendition, Segment, Timeline

logger = logging.getLogger(__name__)

REPLAY_RENDITIONS = {name: rendition for rendition, name in playlist.REPLAY_NAMES.items()}

# Measured: a reader in another process sees a part 51 ms later in the median.
POLL_SECONDS = 0.03
# Nobody asks for longer than this while anybody watches.
FORGET_SECONDS = 15.0
# A replay changes when somebody cuts it: whoever watches one looks so often.
GLANCE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Text:
    """A playlist, and the same compressed: a fifth of it, which weak lines feel."""

    plain: bytes
    compressed: bytes

    @classmethod
    def of(cls, text: str) -> "Text":
        plain = text.encode()
        return cls(plain, gzip.compress(plain, 5, mtime=0))


@dataclass(frozen=True, slots=True)
class Position:
    """How far a rendition has come: the part that will be written next."""

    segment: int = 0
    part: int = 0

    @classmethod
    def of(cls, rendition: Rendition) -> "Position":
        return cls(*rendition.next_position)

    def is_past(self, segment: int, part: int | None) -> bool:
        """Whether that part, or that whole segment, is there."""
        if part is None:
            return self.segment > segment
        return (self.segment, self.part) > (segment, part)


@dataclass(frozen=True, slots=True)
class Edition:
    """All that is known at one moment; never changed."""

    positions: dict[str, Position] = field(
        default_factory=lambda: dict.fromkeys(RENDITIONS, Position())
    )
    playlists: dict[str, Text] = field(default_factory=dict)
    has_ended: bool = False
    # The numbers of the segments that a replay shows.
    shown: dict[str, range] = field(default_factory=lambda: dict.fromkeys(RENDITIONS, range(0)))


class Following:
    """Watches one recording for as long as somebody asks for it."""

    def __init__(self, folder: RecordingFolder, threads: Executor):
        self._reader: Reader = folder.reader()
        self._threads = threads
        # Held by the thread that reads the index or writes playlists from it.
        self._reading = threading.Lock()
        self._replays: dict[tuple[str, bool], Text] = {}
        self._edition = Edition()
        self._changed = asyncio.Event()
        self._looked_once = asyncio.Event()
        self._asked_at = time.monotonic()
        self._glanced_at = float("-inf")
        self._task: asyncio.Task | None = None

    @property
    def is_idle(self) -> bool:
        is_forgotten = time.monotonic() - self._asked_at > FORGET_SECONDS
        return self._task is None and is_forgotten

    async def edition(self) -> Edition:
        """The newest edition, at most one poll old."""
        self._asked_at = time.monotonic()
        if self._task is None:
            self._looked_once.clear()
            self._task = asyncio.ensure_future(self._follow())
        await self._looked_once.wait()
        return self._edition

    async def edition_when(
        self, is_ready: Callable[[Edition], bool], *, seconds: float
    ) -> Edition:
        """The first edition that is ready, or the newest one after `seconds`."""
        deadline = time.monotonic() + seconds
        edition = await self.edition()
        while not is_ready(edition):
            changed = self._changed
            try:
                async with asyncio.timeout(deadline - time.monotonic()):
                    await changed.wait()
            except TimeoutError:
                break
            edition = await self.edition()
        return edition

    async def glance(self) -> Edition:
        """An edition some seconds old: enough for what is over, and one look for many."""
        self._asked_at = time.monotonic()
        if self._task is None and time.monotonic() - self._glanced_at > GLANCE_SECONDS:
            self._glanced_at = time.monotonic()
            self._edition = await self._in_thread(self._look) or self._edition
        return self._edition

    async def replay(self, name: str, *, whole: bool = False) -> Text | None:
        """A playlist of what learners may see of the recording, or of the whole of it.

        It is long: written when asked for.
        """
        self._glanced_at = float("-inf")
        await self.glance()
        return await self._in_thread(self._write_replay, name, whole)

    def close(self) -> None:
        """Let go of the index.  Whoever still waits gets what is known."""
        if self._task:
            self._task.cancel()
        with self._reading:
            self._reader.close()

    async def _follow(self) -> None:
        try:
            while time.monotonic() - self._asked_at < FORGET_SECONDS:
                edition = await self._in_thread(self._look)
                if edition is not None:
                    self._edition = edition
                    self._changed.set()
                    self._changed = asyncio.Event()
                self._looked_once.set()
                await asyncio.sleep(POLL_SECONDS)
        finally:
            self._task = None
            self._looked_once.set()

    async def _in_thread(self, work, *arguments):
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)

    def _look(self) -> Edition | None:
        """The next edition if there is one.  Runs in a thread."""
        with self._reading:
            try:
                if not self._reader.poll():
                    return None
            except OSError:
                logger.exception("The index of a recording cannot be read")
                return None
            self._replays.clear()
            return _edition_of(self._reader.timeline)

    def _write_replay(self, name: str, whole: bool) -> Text | None:
        """Runs in a thread."""
        with self._reading:
            if (name, whole) not in self._replays:
                text = _replay_text(self._reader.timeline, name, whole)
                self._replays[name, whole] = Text.of(text)
            text = self._replays[name, whole]
        return text if text.plain else None


def _edition_of(timeline: Timeline) -> Edition:
    texts = {
        name: playlist.live_playlist(timeline.renditions[rendition], timeline.has_ended)
        for rendition, name in playlist.LIVE_NAMES.items()
    }
    texts[playlist.VARIANTS_NAME] = playlist.variants_playlist(timeline, playlist.LIVE_NAMES)
    return Edition(
        positions={r.name: Position.of(r) for r in timeline.renditions.values()},
        playlists={name: Text.of(text) for name, text in texts.items() if text},
        has_ended=timeline.has_ended,
        shown={name: _numbers(timeline.shown(name)) for name in RENDITIONS},
    )


def _numbers(shown: list[Segment]) -> range:
    return range(shown[0].number, shown[-1].number + 1) if shown else range(0)


def _replay_text(timeline: Timeline, name: str, whole: bool) -> str:
    if name == playlist.VARIANTS_NAME:
        return playlist.variants_playlist(timeline, playlist.REPLAY_NAMES)
    rendition = REPLAY_RENDITIONS[name]
    shown = None if whole else timeline.shown(rendition)
    return playlist.replay_playlist(timeline.renditions[rendition], shown)
