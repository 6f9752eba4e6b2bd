"""From the chunks of a teacher's stream to the folder of a recording.

`Ingest` is what a socket holds: it takes chunks and never waits.  Everything else
happens in a thread of its own, where PyAV takes the stream apart as it comes.
"""

import asyncio
import errno
import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from fractions import Fraction

import av

from live.video.feed import Feed
from live.video.pictures import TRANSCODED
from live.video.problems import (
    BROKEN_STREAM,
    DISK_FAILED,
    DISK_FULL,
    FAILED,
    NOT_A_RECORDING,
    OVERFLOW,
    UNKNOWN_CODEC,
    StreamProblem,
)
from live.video.run import BREAK_MS, PICTURE_GONE_MS, Run
from live.video.store import RecordingFolder, Writer

logger = logging.getLogger(__name__)

# The format is always named: guessing can be talked into opening an address.
MATROSKA, FLV = "matroska", "flv"
OPEN_OPTIONS = {
    # With FFmpeg's defaults the first picture is read two seconds late.
    MATROSKA: {"probesize": "32", "analyzeduration": "0"},
    # Says what it holds packet by packet: a second of them is looked at.
    FLV: {"analyzeduration": "1000000"},
}

PICTURE_CODECS = {"h264", *TRANSCODED}
SOUND_CODECS = {"opus", "libopus", "aac"}
CLOCK = Fraction(1, 1000)

# Spoilt bytes may claim to be one huge element; no true one is as large as this.
LONGEST_SILENCE_BYTES = 4 * 1024 * 1024
# Errors one after the other: the demuxer finds the next cluster, a decoder the next key
# frame, unless there is none.
MOST_ERRORS = 50


class Ingest:
    """One stream of a teacher's recorder, from its first byte to its last.

    Matroska from a browser, FLV from professional gear (live.video.pulling).
    `on_problem` is called at most once, with a StreamProblem, after which nothing
    more is recorded: in the event loop if this was made in one, else in the thread.
    A teacher who comes back gets another Ingest on the same folder.
    """

    def __init__(
        self,
        folder: RecordingFolder,
        *,
        format: str = MATROSKA,
        on_problem: Callable[[StreamProblem], None] | None = None,
    ):
        self.problem: StreamProblem | None = None
        self._folder = folder
        self._format = format
        self._on_problem = on_problem
        self._reporting = threading.Lock()
        try:
            self._loop = asyncio.get_running_loop()
        except RuntimeError:
            self._loop = None
        self._feed = Feed()
        self._done = Future()
        self._thread = threading.Thread(
            target=self._work, name=f"ingest-{folder.path.name}", daemon=True
        )
        self._thread.start()

    def feed(self, chunk: bytes) -> bool:
        """Take a chunk; False when this stream is over or cannot be kept up with."""
        if self._feed.put(chunk):
            return True
        if not self._feed.is_closed:
            self._report(StreamProblem(OVERFLOW, "chunks come faster than they are recorded"))
            self._feed.abandon()
        return False

    def finish(self) -> None:
        """The stream is over; what has come is still written.  Does not wait."""
        self._feed.close()

    def join(self, timeout: float | None = None) -> None:
        """Wait until everything is written and the folder is let go."""
        self._done.result(timeout)

    async def finished(self) -> None:
        """The same for the event loop."""
        await asyncio.shield(asyncio.wrap_future(self._done))

    def _work(self) -> None:
        try:
            self._record()
        except StreamProblem as problem:
            self._report(problem)
        except av.FFmpegError as error:  # Some of these are OSErrors, too.
            self._report(StreamProblem(BROKEN_STREAM, str(error)))
        except OSError as error:
            is_full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            self._report(StreamProblem(DISK_FULL if is_full else DISK_FAILED, str(error)))
        except Exception as error:
            logger.exception("The stream into %s stopped", self._folder.path.name)
            self._report(StreamProblem(FAILED, repr(error)))
        finally:
            self._feed.abandon()
            self._done.set_result(None)

    def _record(self) -> None:
        writer = self._folder.open_writer()
        try:
            Recording(self._feed, writer, format=self._format).run()
        finally:
            writer.close()

    def _report(self, problem: StreamProblem) -> None:
        with self._reporting:
            if self.problem is not None:
                return
            self.problem = problem
        logger.warning("Recording %s: %s", self._folder.path.name, problem)
        if self._on_problem is None:
            return
        if self._loop is None:
            self._on_problem(problem)
        elif not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._on_problem, problem)


class Recording:
    """The work of the thread: demux, and begin a run wherever one has to begin."""

    def __init__(self, feed: Feed, writer: Writer, *, format: str = MATROSKA):
        self._feed = feed
        self._writer = writer
        self._format = format
        self._run: Run | None = None
        self._sound_stream = None
        self._has_picture = False
        self._picture_is_away = False
        # Sound that waits for the first picture, and when it began to wait.
        self._waiting = []
        self._waiting_since = 0.0
        self._unused_bytes = 0
        self._errors = 0
        self._is_open = False
        feed.on_idle = writer.check_owner
        feed.on_read = self._count

    def run(self) -> None:
        container = self._open()
        if container is None:
            return
        try:
            self._look_at(container)
            for packet in self._packets(container):
                self._take(packet)
            if self._waiting:
                self._begin_run(self._waiting.pop(0))
            self._end_run()
            if self._feed.failure:
                raise self._feed.failure
        finally:
            if self._run:
                self._run.close()
            container.close()

    def _open(self):
        """The demuxer, or None for a teacher who went before anything was sent."""
        try:
            container = av.open(
                self._feed, "r", format=self._format, options=OPEN_OPTIONS[self._format]
            )
        except av.FFmpegError as error:
            if self._feed.failure:
                raise self._feed.failure from error
            if not self._unused_bytes:
                return None
            raise StreamProblem(NOT_A_RECORDING, str(error)) from error
        self._is_open = True
        return container

    def _look_at(self, container) -> None:
        for stream in container.streams:
            codec = stream.codec_context.name if stream.codec_context else stream.type
            known = {"video": PICTURE_CODECS, "audio": SOUND_CODECS}.get(stream.type, set())
            if codec not in known:
                raise StreamProblem(UNKNOWN_CODEC, f"{stream.type}: {codec}")
            if stream.time_base != CLOCK:
                raise StreamProblem(NOT_A_RECORDING, f"clock of {stream.time_base}")
        self._has_picture = bool(container.streams.video)
        if container.streams.audio:
            self._sound_stream = container.streams.audio[0]
        if not (self._has_picture or self._sound_stream):
            raise StreamProblem(NOT_A_RECORDING, "neither picture nor sound")

    def _packets(self, container) -> Iterator:
        streams = [*container.streams.video[:1], *container.streams.audio[:1]]
        packets = container.demux(streams)
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except av.FFmpegError as error:
                self._forgive(error)
                packets = container.demux(streams)
                continue
            if packet.size and packet.pts is not None:
                self._unused_bytes = 0
                yield packet

    def _forgive(self, error: av.FFmpegError) -> None:
        self._errors += 1
        if self._errors > MOST_ERRORS:
            self._end_run()
            raise StreamProblem(BROKEN_STREAM, str(error)) from error

    def _count(self, size: int) -> None:
        self._unused_bytes += size
        if self._unused_bytes > LONGEST_SILENCE_BYTES:
            code = BROKEN_STREAM if self._is_open else NOT_A_RECORDING
            raise StreamProblem(code, "megabytes without a picture or a sound")

    def _take(self, packet) -> None:
        try:
            self._take_whole(packet)
        except av.FFmpegError as error:
            self._forgive(error)  # This packet is spoilt; the next may be whole.
        else:
            self._errors = 0

    def _take_whole(self, packet) -> None:
        if self._run and not self._run.fits(packet):
            self._picture_is_away = self._run.has_lost_picture(packet)
            self._end_run()
        if self._run:
            self._run.take(packet)
        elif packet.stream.type == "video":
            if packet.is_keyframe:
                self._begin_run(packet)
        else:
            self._wait_for_picture(packet)

    def _wait_for_picture(self, packet) -> None:
        if not self._waiting:
            self._waiting_since = time.time()
        self._waiting.append(packet)
        waited_ms = packet.pts - self._waiting[0].pts
        if not self._has_picture or self._picture_is_away or waited_ms > PICTURE_GONE_MS:
            self._begin_run(self._waiting.pop(0))

    def _begin_run(self, packet) -> None:
        waiting, self._waiting = self._waiting, []
        first = waiting[0] if waiting else packet
        if abs(packet.pts - first.pts) > BREAK_MS:
            waiting, first = [], packet
        self._picture_is_away = False
        self._run = Run(
            self._writer,
            packet,
            sound_stream=self._sound_stream,
            base_ms=min(first.pts, packet.pts),
            began_at=self._waiting_since if waiting else time.time(),
        )
        for each in sorted([packet, *waiting], key=lambda each: each.pts):
            if self._run.fits(each):
                self._run.take(each)

    def _end_run(self) -> None:
        run, self._run = self._run, None
        if run:
            try:
                run.finish()
            finally:
                run.close()
