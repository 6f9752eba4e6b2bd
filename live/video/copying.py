"""A recording in one file, for a teacher's own computer.

Packets are copied as they are.  Only where the runs of a recording do not fit into one track
(another size, another encoder) their pictures are encoded anew, in one size.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av

from live.video.boxes import PICTURE_TICKS
from live.video.store import RecordingFolder
from live.video.timeline import COPY_NAME, MAIN, Segment, init_name, part_name, segment_name

# Not the name of a writer's unfinished files: a cut made meanwhile takes those away.
MAKING = f"{COPY_NAME}.making"

ENCODING = {"preset": "veryfast", "crf": "23"}


class NothingToCopy(Exception):
    """The recording holds neither picture nor sound, or is gone."""


@dataclass(frozen=True)
class Stretch:
    """The files of one run, in order; `size` and `extradata` tell what its pictures are."""

    files: list[Path]
    track: tuple


class _Joined:
    """Files read one after the other as if they were one; the demuxer needs no more."""

    def __init__(self, files: list[Path], on_file: Callable[[], None]):
        self._files = iter(files)
        self._on_file = on_file
        self._file = None

    def read(self, size: int) -> bytes:
        while True:
            if self._file is None:
                path = next(self._files, None)
                if path is None:
                    return b""
                self._file = path.open("rb")
            if data := self._file.read(size):
                return data
            self.close()
            self._on_file()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def make_copy(folder: RecordingFolder, on_percent: Callable[[int], None] = lambda _: None) -> Path:
    """Write the whole recording into one MP4 beside its segments and return where it is.

    Whoever looks finds the old copy, or none, until the new one is whole.  Raises
    NothingToCopy, OSError and av.FFmpegError.
    """
    stretches = list(_stretches(folder))
    if not stretches:
        raise NothingToCopy(folder.path.name)
    making = folder.path / MAKING
    try:
        _Copy(stretches, on_percent).write(making)
        return making.rename(folder.path / COPY_NAME)
    finally:
        making.unlink(missing_ok=True)


def drop_copy(folder: RecordingFolder) -> None:
    """Take the copy away again, and what was left of one; harmless to repeat."""
    for name in (COPY_NAME, MAKING):
        (folder.path / name).unlink(missing_ok=True)


def _stretches(folder: RecordingFolder) -> Iterator[Stretch]:
    runs: dict[int, list[Path]] = {}
    for segment in folder.timeline().renditions[MAIN].segments:
        files = runs.setdefault(segment.run.number, [])
        files += [folder.path / name for name in _names(segment)]
    for number, files in runs.items():
        whole = [folder.path / init_name(MAIN, number), *files]
        yield Stretch(whole, _track_of(whole[:2]))


def _names(segment: Segment) -> list[str]:
    if segment.is_whole:
        return [segment_name(MAIN, segment.number)]
    return [part_name(MAIN, segment.number, part) for part in range(len(segment.parts))]


def _track_of(files: list[Path]) -> tuple:
    with _opened(files) as source:
        return tuple(
            (
                stream.codec_context.name,
                getattr(stream, "width", 0),
                getattr(stream, "height", 0),
                bytes(stream.codec_context.extradata or b""),
            )
            for stream in source.streams
        )


@contextmanager
def _opened(files: list[Path], on_file: Callable[[], None] = lambda: None):
    joined = _Joined(files, on_file)
    try:
        with av.open(joined, "r", format="mp4") as source:
            yield source
    finally:
        joined.close()


class _Copy:
    def __init__(self, stretches: list[Stretch], on_percent: Callable[[int], None]):
        self._stretches = stretches
        self._on_percent = on_percent
        self._files = sum(len(stretch.files) for stretch in stretches)
        self._read = self._told = 0
        # In seconds: where the stretch at work begins, and what has been written so far.
        self._start = self._end = Fraction(0)
        self._is_one = len({stretch.track for stretch in stretches}) == 1

    def write(self, path: Path) -> None:
        # The index in front: it plays while it still comes down.
        options = {"movflags": "faststart"}
        with av.open(str(path), "w", format="mp4", options=options) as target:
            for stretch in self._stretches:
                self._start = self._end
                with _opened(stretch.files, self._file_read) as source:
                    if not target.streams:
                        self._begin(source, target)
                    self._add(source, target)
            if not self._is_one:
                self._put_frame(target, None)
        with path.open("rb") as file:
            os.fsync(file.fileno())

    def _begin(self, source, target) -> None:
        if self._is_one:
            for stream in source.streams:
                target.add_stream_from_template(stream)
            return
        sizes = [track[1:3] for stretch in self._stretches for track in stretch.track if track[1]]
        self._size = max(sizes)
        picture = target.add_stream("libx264", options=ENCODING)
        picture.width, picture.height = self._size
        picture.pix_fmt = "yuv420p"
        picture.codec_context.time_base = Fraction(1, PICTURE_TICKS)
        target.add_stream_from_template(source.streams.audio[0])

    def _add(self, source, target) -> None:
        fitted = None if self._is_one else _Fitted(source.streams.video[0], self._size)
        for packet in source.demux():
            if packet.dts is None:
                continue
            if fitted and packet.stream.type == "video":
                self._reached(packet)
                for frame in fitted.take(packet):
                    self._put_frame(target, frame)
                continue
            self._reached(packet)
            shift = round(self._start / packet.time_base)
            packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
            packet.stream = target.streams[packet.stream.index]
            target.mux(packet)
        for frame in fitted.rest() if fitted else ():
            self._put_frame(target, frame)

    def _put_frame(self, target, frame) -> None:
        if frame is not None:
            at = self._start + frame.pts * frame.time_base
            frame.pts, frame.time_base = round(at * PICTURE_TICKS), Fraction(1, PICTURE_TICKS)
            frame.pict_type = av.video.frame.PictureType.NONE
        target.mux(target.streams.video[0].encode(frame))

    def _reached(self, packet) -> None:
        end = self._start + (packet.pts + (packet.duration or 0)) * packet.time_base
        self._end = max(self._end, end)

    def _file_read(self) -> None:
        self._read += 1
        percent = min(self._read * 100 // self._files, 99)
        if percent > self._told:
            self._told = percent
            self._on_percent(percent)


class _Fitted:
    """The pictures of one run, decoded and drawn into one size without being squeezed."""

    def __init__(self, stream, size: tuple[int, int]):
        width, height = size
        self._decoder = stream.codec_context
        self._graph = graph = av.filter.Graph()
        nodes = [
            graph.add_buffer(template=stream),
            graph.add("scale", f"{width}:{height}:force_original_aspect_ratio=decrease"),
            graph.add("pad", f"{width}:{height}:(ow-iw)/2:(oh-ih)/2"),
            graph.add("setsar", "1"),
            graph.add("format", "yuv420p"),
            graph.add("buffersink"),
        ]
        for one, next_one in pairwise(nodes):
            one.link_to(next_one)
        graph.configure()

    def take(self, packet) -> Iterator:
        return self._drawn(self._decoder.decode(packet))

    def rest(self) -> Iterator:
        yield from self._drawn(self._decoder.decode(None))

    def _drawn(self, frames) -> Iterator:
        for frame in frames:
            self._graph.push(frame)
            yield self._graph.pull()
