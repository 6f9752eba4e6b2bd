"""The folder of one class's recording: one process writes, many read.

Every file is complete before it has its name, and in the index only after that,
so whatever the index tells can be played, whenever the writer was killed.  The
parts of a segment are joined when it is whole; a writer that finds a segment
left open joins what there is and goes on counting.
"""

import errno
import fcntl
import json
import os
import secrets
import shutil
import time
from contextlib import suppress
from pathlib import Path

from live.video.problems import TAKEN_OVER, StreamProblem
from live.video.timeline import (
    FILE_NAME,
    SEGMENTS_WITH_PARTS,
    Part,
    Run,
    Segment,
    Timeline,
    cut_line,
    init_name,
    part_line,
    part_name,
    run_line,
    segment_line,
    segment_name,
)

INDEX = "index.jsonl"
LOCK = "writer.lock"
OWNER = "writer"
UNFINISHED = ".unfinished"

# A writer looks for a successor at least every half second (see ingest), and has
# little to finish then.
TAKE_OVER_SECONDS = 5.0
LOCK_POLL_SECONDS = 0.02


class RecordingFolder:
    """One recording on disk.  Making this object touches nothing.

    What is new is only written while `leave_free` bytes of the disk are left: others live
    there, too, and repairing and ending a recording takes some room itself.
    """

    def __init__(self, path: Path | str, *, leave_free: int = 0):
        self.path = Path(path)
        self._leave_free = leave_free

    def open_writer(self) -> "Writer":
        """Repair what a killed writer left and go on from there.

        A writer at work elsewhere is told to stop and waited for: the teacher is
        here now.  Raises StreamProblem if it does not stop, OSError for the disk.
        """
        return Writer(self.path, leave_free=self._leave_free)

    def reader(self) -> "Reader":
        return Reader(self.path)

    def timeline(self) -> Timeline:
        """The recording as it is now."""
        reader = self.reader()
        try:
            reader.poll()
        finally:
            reader.close()
        return reader.timeline

    def end(self) -> None:
        """The class is over: nothing more will come.  Harmless when repeated.

        Whoever still writes is stopped.  Blocks for up to some seconds.
        """
        if self.path.is_dir():
            writer = self.open_writer()
            try:
                writer.end()
            finally:
                writer.close()

    def cut(self, stretch: tuple[float, float] | None) -> None:
        """Show learners this stretch only, or all of it again.  No file is touched."""
        if self.path.is_dir():
            writer = self.open_writer()
            try:
                writer.cut(stretch)
            finally:
                writer.close()

    def bytes(self) -> int:
        """What it takes on disk."""
        try:
            return sum(entry.stat().st_size for entry in os.scandir(self.path))
        except FileNotFoundError:
            return 0

    def remove(self) -> None:
        """Take it off the disk; harmless when it is gone.  Raises OSError for what stays."""
        with suppress(FileNotFoundError):
            shutil.rmtree(self.path)


class Writer:
    """The only one who changes the folder, from one thread."""

    def __init__(self, path: Path, *, leave_free: int = 0):
        self.path = path
        self._leave_free = leave_free
        self.path.mkdir(parents=True, exist_ok=True)
        self._name = secrets.token_hex(8)
        self._index = None
        self._open_data: dict[str, list[bytes]] = {}
        self._lock = self._wait_for_lock()
        try:
            self.timeline = _read_index(path)
            self._drop_lost_files()
            self._join_open_segments()
            self._rewrite_index()
            self._remove_leftovers()
        except BaseException:
            self.close()
            raise

    def begin_run(
        self,
        rendition: str,
        *,
        run: int,
        init: bytes,
        codecs: str,
        began_at: float,
        width: int | None = None,
        height: int | None = None,
    ) -> None:
        """What follows in `rendition` is decoded with `init`."""
        self._check_room()
        self._put(init_name(rendition, run), init)
        self._tell(run_line(rendition, Run(run, codecs, width, height, began_at)))

    def add_part(
        self, rendition: str, data: bytes, *, seconds: float, is_independent: bool
    ) -> None:
        self.check_owner()
        self._check_room()
        segment, part = self.timeline.renditions[rendition].next_position
        self._put(part_name(rendition, segment, part), data)
        line = Part(round(seconds, 5), len(data), is_independent)
        self._tell(part_line(rendition, line))
        self._open_data.setdefault(rendition, []).append(data)

    def finish_segment(self, rendition: str) -> None:
        segments = self.timeline.renditions[rendition]
        data = self._open_data.pop(rendition, [])
        if segment := segments.open_segment:
            self._put(segment_name(rendition, segment.number), b"".join(data))
            self._tell(segment_line(rendition, segment))
            if old := segments.segment(segment.number - SEGMENTS_WITH_PARTS):
                self._remove_parts(rendition, old.number)

    def end(self) -> None:
        for rendition in self.timeline.renditions.values():
            for segment in rendition.segments[-SEGMENTS_WITH_PARTS:]:
                self._remove_parts(rendition.name, segment.number)
        if not self.timeline.has_ended:
            self._tell({"kind": "end"})
        with suppress(OSError):
            self._rewrite_index()  # Only makes it shorter.

    def cut(self, stretch: tuple[float, float] | None) -> None:
        self._tell(cut_line(stretch))

    def check_owner(self) -> None:
        """Raises StreamProblem when another writer wants the folder."""
        if (self.path / OWNER).read_text() != self._name:
            raise StreamProblem(TAKEN_OVER, "another writer has opened the recording")

    def close(self) -> None:
        """Let go of the folder; the next writer joins what is left open."""
        if self._index is not None:
            os.close(self._index)
            self._index = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _wait_for_lock(self) -> int:
        # Not renamed into place: to find it half written is to be taken over as well.
        (self.path / OWNER).write_text(self._name)
        lock = os.open(self.path / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
        deadline = time.monotonic() + TAKE_OVER_SECONDS
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return lock
            except BlockingIOError:
                if time.monotonic() > deadline:
                    os.close(lock)
                    raise StreamProblem(TAKEN_OVER, "the writer before does not stop") from None
                time.sleep(LOCK_POLL_SECONDS)

    def _check_room(self) -> None:
        if self._leave_free:
            disk = os.statvfs(self.path)
            if disk.f_bavail * disk.f_frsize < self._leave_free:
                raise OSError(errno.ENOSPC, "the rest of the disk is for others", str(self.path))

    def _put(self, name: str, data: bytes) -> None:
        unfinished = self.path / f"{name}.{self._name}{UNFINISHED}"
        try:
            unfinished.write_bytes(data)
            unfinished.rename(self.path / name)
        except OSError:
            with suppress(OSError):
                unfinished.unlink()
            raise

    def _tell(self, line: dict) -> None:
        """Append to the index, all or nothing, then believe it ourselves."""
        rest = data = _encode(line)
        try:
            while rest:
                rest = rest[os.write(self._index, rest) :]
        except OSError:
            os.ftruncate(self._index, self._index_size)
            raise
        self._index_size += len(data)
        self.timeline.apply(line)

    def _drop_lost_files(self) -> None:
        """After a power cut the newest files may be empty though the index has them."""
        for rendition in self.timeline.renditions.values():
            if last := rendition.open_segment:
                kept = []
                for number, part in enumerate(last.parts):
                    name = part_name(rendition.name, last.number, number)
                    if _size(self.path / name) != part.size:
                        break
                    kept.append(part)
                rendition.reopen(kept)
            while (last := rendition.last) and last.is_whole and not self._has(rendition, last):
                rendition.segments.pop()

    def _has(self, rendition, segment: Segment) -> bool:
        return _size(self.path / segment_name(rendition.name, segment.number)) == segment.size

    def _join_open_segments(self) -> None:
        for rendition in self.timeline.renditions.values():
            if last := rendition.open_segment:
                names = (part_name(rendition.name, last.number, n) for n in range(len(last.parts)))
                data = b"".join((self.path / name).read_bytes() for name in names)
                self._put(segment_name(rendition.name, last.number), data)
                last.is_whole = True

    def _rewrite_index(self) -> None:
        if self._index is not None:
            os.close(self._index)
            self._index = None
        data = b"".join(_encode(line) for line in self.timeline.lines())
        self._put(INDEX, data)
        self._index = os.open(self.path / INDEX, os.O_WRONLY | os.O_APPEND)
        self._index_size = len(data)

    def _remove_leftovers(self) -> None:
        """Unfinished files, what no index knows, and parts nobody asks for any more."""
        for entry in os.scandir(self.path):
            if entry.name.endswith(UNFINISHED) or self._is_leftover(entry.name):
                with suppress(OSError):
                    os.unlink(entry.path)

    def _is_leftover(self, name: str) -> bool:
        match = FILE_NAME.fullmatch(name)
        if not match or match["segment"] is None:
            return False
        rendition = self.timeline.renditions[match["rendition"]]
        segment = rendition.segment(int(match["segment"]))
        if segment is None or match["part"] is None:
            return segment is None
        return int(match["part"]) >= len(segment.parts)

    def _remove_parts(self, rendition: str, segment: int) -> None:
        number = 0
        with suppress(OSError):
            while True:
                os.unlink(self.path / part_name(rendition, segment, number))
                number += 1


class Reader:
    """Follows the index of a folder that another thread or process writes."""

    def __init__(self, path: Path):
        self._path = path / INDEX
        self._file = None
        self.timeline = Timeline()

    def poll(self) -> bool:
        """Read what is new; tell whether anything was.  Costs one `stat` otherwise."""
        try:
            found = os.stat(self._path)
        except FileNotFoundError:
            return False
        # The file stays open, so its inode cannot be given to another one.
        if self._file is None or os.fstat(self._file.fileno()).st_ino != found.st_ino:
            self.close()
            self._file = open(self._path, "rb")  # noqa: SIM115 (kept until close)
            self.timeline = Timeline()
        elif found.st_size == self._file.tell():
            return False
        return self._read_lines()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _read_lines(self) -> bool:
        start = self._file.tell()
        used = _apply(self.timeline, self._file.read())
        # A line being written is read again when it is complete.
        self._file.seek(start + used)
        return used > 0


def _read_index(path: Path) -> Timeline:
    timeline = Timeline()
    with suppress(FileNotFoundError):
        _apply(timeline, (path / INDEX).read_bytes())
    return timeline


def _apply(timeline: Timeline, data: bytes) -> int:
    """Take in the lines up to the first that is torn or spoilt; how many bytes that was."""
    used = 0
    for line in data.splitlines(keepends=True):
        try:
            if not line.endswith(b"\n"):
                break
            timeline.apply(json.loads(line))
        except (ValueError, KeyError, AttributeError):
            break
        used += len(line)
    return used


def _encode(line: dict) -> bytes:
    return json.dumps(line, separators=(",", ":")).encode() + b"\n"


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None
