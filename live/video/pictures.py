"""Where the pictures of a run come from: copied, transcoded, or a still.

Each kind adds its track to the container that writes the init segment, and
turns packets into samples.  There is always a picture: a player that has begun
with picture and sound cannot go on with sound alone.
"""

import io
import os
import threading
from fractions import Fraction

import av

from live.video.boxes import (
    PICTURE_TICKS,
    UNIT_PPS,
    UNIT_SPS,
    Sample,
    codec_name,
    parameter_sets,
    unit_kind,
    units,
    units_by_length,
    with_lengths,
    with_start_codes,
)
from live.video.problems import TOO_MANY_TRANSCODES, UNKNOWN_CODEC, StreamProblem

TRANSCODED = {"vp8", "vp9"}
TICKS_PER_MS = PICTURE_TICKS // 1000

# 720p VP8 takes a third of a core and peaks at twice that: one a core leaves
# room for everything else the server does.
transcoder_places = threading.BoundedSemaphore(os.cpu_count() or 1)

# The recorder is asked for a key frame every second or two; a transcoder can give
# exactly one a second, which is where segments are cut.
KEY_EVERY_TICKS = PICTURE_TICKS

# Four a second: one in every part, so that a listener can join at any of them.
STILL_EVERY_MS = 250
STILL_SIZE = (320, 180)


class CopiedPicture:
    """H.264 as it came: only its packaging changes."""

    is_still = False

    def __init__(self, stream, packet):
        extradata = stream.codec_context.extradata or b""
        self._units = units_by_length if extradata[:1] == b"\x01" else units
        self._outside = parameter_sets(extradata)
        self._sets = self._parameter_sets(packet)
        self._first = self._units(bytes(packet))
        if not self._sets:
            raise StreamProblem(UNKNOWN_CODEC, "H.264 without parameter sets")
        self.codec = codec_name(self._sets[0])

    def add_to(self, container):
        """The muxer learns size and profile from a stream of the first picture alone."""
        source = io.BytesIO(with_start_codes([*self._sets, *self._first]))
        try:
            with av.open(source, "r", format="h264") as template:
                stream = template.streams.video[0]
                self.width = stream.codec_context.width
                self.height = stream.codec_context.height
                return container.add_stream_from_template(stream)
        except (av.FFmpegError, IndexError, ValueError) as error:
            raise StreamProblem(UNKNOWN_CODEC, f"H.264 parameter sets: {error}") from error

    def fits(self, packet) -> bool:
        """False when the packet begins another size or profile: it needs a new init."""
        return not packet.is_keyframe or self._parameter_sets(packet) == self._sets

    def take(self, packet, base_ms) -> list[Sample]:
        decoded_at = packet.pts if packet.dts is None else packet.dts
        sample = Sample(
            time=(decoded_at - base_ms) * TICKS_PER_MS,
            offset=(packet.pts - decoded_at) * TICKS_PER_MS,
            is_key=packet.is_keyframe,
            data=with_lengths(self._units(bytes(packet))),
        )
        return [sample] if sample.data else []

    def finish(self) -> list[Sample]:
        return []

    def close(self):
        pass

    def _parameter_sets(self, packet) -> list[bytes]:
        sets = (UNIT_SPS, UNIT_PPS)
        inside = [unit for unit in self._units(bytes(packet)) if unit_kind(unit) in sets]
        return sorted(inside or self._outside, key=unit_kind)


class EncodedPicture:
    """What copies cannot do: pictures that pass through our own encoder."""

    def add_to(self, container):
        stream = container.add_stream("libx264", rate=30, options=self.options)
        stream.width, stream.height = self.width, self.height
        stream.pix_fmt = "yuv420p"
        self._encoder = stream.codec_context
        self._encoder.time_base = Fraction(1, PICTURE_TICKS)
        self._encoder.thread_count = 1
        return stream

    @property
    def codec(self) -> str:
        sps = next(u for u in units(self._encoder.extradata) if unit_kind(u) == UNIT_SPS)
        return codec_name(sps)

    def _encode(self, frame) -> list[Sample]:
        return [
            Sample(
                time=packet.dts,
                offset=packet.pts - packet.dts,
                is_key=packet.is_keyframe,
                data=with_lengths(units(bytes(packet))),
            )
            for packet in self._encoder.encode(frame)
        ]

    def finish(self) -> list[Sample]:
        return self._encode(None)


class TranscodedPicture(EncodedPicture):
    """VP8 or VP9 made into H.264, as fast as can be."""

    is_still = False
    # At most what a browser sends for 720p; slides stay far below.
    options = {
        "preset": "ultrafast",
        "tune": "zerolatency",
        "profile": "baseline",
        "crf": "26",
        "maxrate": "2500k",
        "bufsize": "2500k",
        "forced-idr": "1",
        "g": "300",
    }

    def __init__(self, stream, packet):
        if not transcoder_places.acquire(blocking=False):
            raise StreamProblem(TOO_MANY_TRANSCODES, f"{os.cpu_count()} are running")
        self._has_place = True
        self._decoder = stream.codec_context
        if not self._decoder.is_open:
            self._decoder.thread_count = 1
        self._frames = []
        self._next_key = 0
        try:
            self.width, self.height = self._even_size(self._decoder.decode(packet)[0])
        except (av.FFmpegError, IndexError) as error:
            self.close()
            raise StreamProblem(UNKNOWN_CODEC, f"first picture: {error}") from error

    def fits(self, packet) -> bool:
        """Decodes ahead: only the decoder knows that the size has changed."""
        self._frames = self._decoder.decode(packet)
        size = (self.width, self.height)
        return all(self._even_size(frame) == size for frame in self._frames)

    def take(self, packet, base_ms) -> list[Sample]:
        samples = []
        for frame in self._frames:
            time = (packet.pts - base_ms) * TICKS_PER_MS
            # H.264 with yuv420p has even sizes only; an odd line is scaled away.
            frame = frame.reformat(self.width, self.height, "yuv420p")
            frame.pts, frame.time_base = time, Fraction(1, PICTURE_TICKS)
            frame.pict_type = av.video.frame.PictureType.NONE
            if time >= self._next_key:
                frame.pict_type = av.video.frame.PictureType.I
                self._next_key = time + KEY_EVERY_TICKS
            samples += self._encode(frame)
        return samples

    def close(self):
        if self._has_place:
            self._has_place = False
            transcoder_places.release()

    @staticmethod
    def _even_size(frame) -> tuple[int, int]:
        return max(frame.width & ~1, 2), max(frame.height & ~1, 2)


class StillPicture(EncodedPicture):
    """A dark picture for a teacher who is heard and not seen: 3 kbit/s."""

    is_still = True
    options = {
        "preset": "ultrafast",
        "tune": "zerolatency",
        "profile": "baseline",
        "g": "1",
    }
    width, height = STILL_SIZE

    def __init__(self):
        self._next_ms = 0

    def until(self, ms: int) -> list[Sample]:
        """The pictures due up to `ms` after the beginning of the run."""
        samples = []
        while self._next_ms <= ms:
            samples += self._encode(self._frame(self._next_ms * TICKS_PER_MS))
            self._next_ms += STILL_EVERY_MS
        return samples

    def close(self):
        pass

    def _frame(self, time):
        frame = av.VideoFrame(self.width, self.height, "yuv420p")
        for plane, level in zip(frame.planes, (16, 128, 128), strict=True):
            plane.update(bytes([level]) * plane.buffer_size)
        frame.pts, frame.time_base = time, Fraction(1, PICTURE_TICKS)
        return frame


def picture_from(stream, packet) -> CopiedPicture | TranscodedPicture:
    """The right way to handle `stream`, whose first key frame is `packet`."""
    if stream.codec_context.name == "h264":
        return CopiedPicture(stream, packet)
    return TranscodedPicture(stream, packet)
