"""The sound of a run: Opus in, AAC out, encoded once, without a hole.

Players stop where the sound stops, so silence is laid wherever the teacher's
browser sent nothing.
"""

from fractions import Fraction

import av

from live.video.boxes import SOUND_TICKS, Sample

TICKS_PER_MS = SOUND_TICKS // 1000
PACKET_SAMPLES = 1024  # of AAC-LC
# A teacher's microphone is one, and half the samples cost half the work.
LAYOUT = "mono"
# Whole numbers: mixed as floats, two channels that say the same would be half as loud again.
FORMAT = "s16"

# Chromium's stamps wander by ±15 ms around the true time.  Above what lips and
# voice may differ (about 80 ms) the sound is brought back to its place.
OUT_OF_PLACE_TICKS = 80 * TICKS_PER_MS

# Sound that is late by more than this is taken for lost and replaced by silence:
# Chromium sends it at most 0.2 s after the picture, viewers stop after a second.
LATE_MS = 600

CODEC = "mp4a.40.2"

# A voice and a zither alike, on a line of 64 kbit/s: as much for one channel as 96 kbit/s
# are for two.
BIT_RATE = 48_000
# FFmpeg's thorough coder takes three times as long and is heard below 32 kbit/s a channel only.
CODER = "fast"


class Voice:
    """The AAC encoder: the same packets go with the picture and alone."""

    def __init__(self):
        self._encoder = None

    def add_to(self, container):
        """Add its track to a container that writes an init segment; the first one's encodes."""
        stream = container.add_stream("aac", rate=SOUND_TICKS, layout=LAYOUT)
        stream.bit_rate = BIT_RATE
        stream.codec_context.options = {"aac_coder": CODER}
        self._encoder = self._encoder or stream.codec_context
        return stream

    def encode(self, frame: av.AudioFrame | None) -> list[Sample]:
        """Samples as they become ready; the rest of them for None."""
        return [
            Sample(time=packet.pts, data=bytes(packet), duration=PACKET_SAMPLES)
            for packet in self._encoder.encode(frame)
            if packet.pts >= 0  # What is before zero only warms a decoder up.
        ]


class Sound:
    """Decodes what comes, puts it in its place, and encodes it. Methods return new samples."""

    def __init__(self, stream, voice: Voice):
        self._decoder = stream.codec_context if stream else None
        self._voice = voice
        self._resampler = av.AudioResampler(format=FORMAT, layout=LAYOUT, rate=SOUND_TICKS)
        self._waiting = av.AudioFifo()
        self._encoded = 0
        # Up to where sound or silence is laid; None before the first.
        self._position: int | None = None
        # Without a stream there is nothing to wait for.
        self._late_ms = LATE_MS if stream else 0

    def take(self, packet, base_ms: int) -> list[Sample]:
        at = (packet.pts - base_ms) * TICKS_PER_MS
        for frame in self._decoder.decode(packet):
            samples = frame.samples * SOUND_TICKS // frame.sample_rate
            missing = at - (self._position or 0)
            if missing > OUT_OF_PLACE_TICKS or (missing > 0 and self._position is None):
                self._write(_silence(missing))
            if missing > -OUT_OF_PLACE_TICKS:  # Else silence already stands there.
                self._lay(frame)
            at += samples
        return self._encode(self._waiting.read_many(PACKET_SAMPLES))

    def keep_up_with(self, ms: int) -> list[Sample]:
        """Silence up to `ms` after the beginning, less what may still come."""
        self._lay_silence_up_to((ms - self._late_ms) * TICKS_PER_MS)
        return self._encode(self._waiting.read_many(PACKET_SAMPLES))

    def finish(self, seconds: float) -> list[Sample]:
        """Silence up to the end of the run at `seconds`, and what is still inside."""
        self._lay_silence_up_to(round(seconds * SOUND_TICKS))
        rest = self._waiting.read_many(PACKET_SAMPLES)
        rest.append(self._waiting.read(0, partial=True))
        return self._encode([*filter(None, rest), None])

    def _lay_silence_up_to(self, position: int) -> None:
        missing = position - (self._position or 0)
        if missing > 0:
            self._write(_silence(missing))

    def _lay(self, frame: av.AudioFrame) -> None:
        for ready in self._resampler.resample(frame):
            self._write(ready)

    def _write(self, ready: av.AudioFrame) -> None:
        ready.pts = None  # Counting is exact.
        self._waiting.write(ready)
        self._position = (self._position or 0) + ready.samples

    def _encode(self, frames) -> list[Sample]:
        made = []
        for frame in frames:
            if frame is not None:
                frame.pts, frame.time_base = self._encoded, Fraction(1, SOUND_TICKS)
                self._encoded += frame.samples
            made += self._voice.encode(frame)
        return made


def _silence(samples: int) -> av.AudioFrame:
    frame = av.AudioFrame(format=FORMAT, layout=LAYOUT, samples=samples)
    frame.sample_rate = SOUND_TICKS
    for plane in frame.planes:
        plane.update(bytes(plane.buffer_size))
    return frame
