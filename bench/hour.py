"""What an hour-long class costs the server: processor time and memory, faster than real time.

A made stream (the real clip at 720p, encoded once as a browser does, with Opus) goes through
the recording just as it comes from a teacher's socket; only the clock is left out.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av

from bench.stage.cpu import memory_held
from live.video.ingest import Recording
from live.video.store import RecordingFolder
from live.video.timeline import RENDITIONS
from tests import media
from tests.live.video.streams import PICTURE, Block, clusters, header, sounds

SIZE = (1280, 720)
LOOP_MS = 4_800  # Eighty packets of sound, and less than the clip.
BIT_RATE = 1_500_000
LOOK_AT_MINUTES = (10, 30, 60)
MB = 1024 * 1024


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="dev.py bench hour", description=__doc__)
    parser.add_argument("--minutes", type=int, default=60, help="how long the class is (60)")
    options = parser.parse_args(argv)
    blocks = sorted([*pictures(), *sounds(seconds=LOOP_MS / 1000)], key=lambda block: block.ms)
    with tempfile.TemporaryDirectory() as place:
        folder = RecordingFolder(Path(place) / "hour")
        stream = Stream(blocks, minutes=options.minutes)
        began, cpu_began = time.monotonic(), time.process_time()
        writer = folder.open_writer()
        try:
            Recording(stream, writer).run()
        finally:
            writer.close()
        cpu = time.process_time() - cpu_began - stream.cpu_seconds
        print(f"times_real_time: {options.minutes * 60 / (time.monotonic() - began):.0f}")
        print(f"cpu_percent: {100 * cpu / (options.minutes * 60):.2f}")
        timeline = folder.timeline()
        for name in RENDITIONS:
            print(f"{name}_minutes: {timeline.renditions[name].seconds / 60:.2f}")
        print(f"folder_mb: {folder.bytes() / MB:.0f}")
    return 0


class Stream:
    """What `live.video.feed.Feed` is to a recording, and never empty before its end."""

    failure = None

    def __init__(self, blocks: list[Block], *, minutes: int):
        self.cpu_seconds = 0.0
        self._chunks = self._made(blocks, minutes)
        self._rest = b""

    def read(self, size: int) -> bytes:
        began = time.process_time()
        if not self._rest:
            self._rest = next(self._chunks, b"")
        data, self._rest = self._rest[:size], self._rest[size:]
        self.cpu_seconds += time.process_time() - began
        self.on_read(len(data))
        return data

    def _made(self, blocks, minutes) -> Iterator[bytes]:
        yield header(blocks, size=SIZE)
        looks = [minute for minute in LOOK_AT_MINUTES if minute <= minutes] or [minutes]
        for begins in range(0, minutes * 60_000, LOOP_MS):
            while looks and begins + LOOP_MS >= looks[0] * 60_000:
                print(
                    f"rss_{looks.pop(0)}_min_mb: {memory_held(os.getpid()) / MB:.1f}", flush=True
                )
            yield clusters([block.moved(begins) for block in blocks])


def pictures() -> list[Block]:
    """The clip's pictures as Chromium sends them: no B frames, a key frame every second."""
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height = SIZE
    encoder.pix_fmt = "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, 1000), Fraction(25)
    encoder.bit_rate, encoder.gop_size = BIT_RATE, 25
    encoder.options = {"preset": "ultrafast", "tune": "zerolatency", "profile": "baseline"}
    found = []
    with av.open(str(media.clip())) as source:
        for number, frame in enumerate(source.decode(video=0)):
            if number * 40 >= LOOP_MS:
                break
            frame = frame.reformat(*SIZE, "yuv420p")
            frame.pts, frame.time_base = number * 40, Fraction(1, 1000)
            frame.pict_type = av.video.frame.PictureType.NONE
            found += encoder.encode(frame)
    found += encoder.encode(None)
    return [Block(packet.pts, PICTURE, bytes(packet), packet.is_keyframe) for packet in found]
