"""The sound of a run: Opus in, AAC out, in two strengths, without a hole.

Players stop where the sound stops, so silence is laid wherever the teacher's
browser sent nothing.
"""

from fractions import Fraction

import av

from live.video.boxes import SOUND_TICKS, Sample

TICKS_PER_MS = SOUND_TICKS // 1000
PACKET_SAMPLES = 1024  # of AAC-LC
LAYOUT = "stereo"

# Chromium's stamps wander by ±15 ms around the true time.  Above what lips and
# voice may differ (about 80 ms) the sound is brought back to its place.
OUT_OF_PLACE_TICKS = 80 * TICKS_PER_MS

# Sound that is late by more than this is taken for lost and replaced by silence:
# Chromium sends it at most 0.2 s after the picture, viewers stop after a second.
LATE_MS = 600

CODEC = "mp4a.40.2"

# FFmpeg's thorough coder takes three times as long and is heard below 64 kbit/s only.
FAST_CODER_ABOVE = 64_000


class Voice:
    """One strength of the sound: an AAC encoder."""

    def __init__(self, bit_rate: int):
        self._bit_rate = bit_rate
        self._coder = "fast" if bit_rate > FAST_CODER_ABOVE else "twoloop"

    def add_to(self, container):
        stream = container.add_stream("aac", rate=SOUND_TICKS, layout=LAYOUT)
        stream.bit_rate = self._bit_rate
        stream.codec_context.options = {"aac_coder": self._coder}
        self._encoder = stream.codec_context
        return stream

    def encode(self, frame: av.AudioFrame | None) -> list[Sample]:
        """Samples as they become ready; the rest of them for None."""
        return [
            Sample(time=packet.pts, data=bytes(packet), duration=PACKET_SAMPLES)
            for packet in self._encoder.encode(frame)
            if packet.pts >= 0  # What is before zero only warms a decoder up.
        ]


class Sound:
    """Decodes what comes, puts it in its place, and gives it to every voice.

    Methods return new samples, one list per voice.
    """

    def __init__(self, stream, voices: list[Voice]):
        self._decoder = stream.codec_context if stream else None
        self._voices = voices
        self._resampler = av.AudioResampler(format="fltp", layout=LAYOUT, rate=SOUND_TICKS)
        self._waiting = av.AudioFifo()
        self._encoded = 0
        # Up to where sound or silence is laid; None before the first.
        self._position: int | None = None
        # Without a stream there is nothing to wait for.
        self._late_ms = LATE_MS if stream else 0

    def take(self, packet, base_ms: int) -> list[list[Sample]]:
        at = (packet.pts - base_ms) * TICKS_PER_MS
        for frame in self._decoder.decode(packet):
            samples = frame.samples * SOUND_TICKS // frame.sample_rate
            missing = at - (self._position or 0)
            if missing > OUT_OF_PLACE_TICKS or (missing > 0 and self._position is None):
                self._lay(_silence(missing))
            if missing > -OUT_OF_PLACE_TICKS:  # Else silence already stands there.
                self._lay(frame)
            at += samples
        return self._encode(self._waiting.read_many(PACKET_SAMPLES))

    def keep_up_with(self, ms: int) -> list[list[Sample]]:
        """Silence up to `ms` after the beginning, less what may still come."""
        self._lay_silence_up_to((ms - self._late_ms) * TICKS_PER_MS)
        return self._encode(self._waiting.read_many(PACKET_SAMPLES))

    def finish(self, seconds: float) -> list[list[Sample]]:
        """Silence up to the end of the run at `seconds`, and what is still inside."""
        self._lay_silence_up_to(round(seconds * SOUND_TICKS))
        rest = self._waiting.read_many(PACKET_SAMPLES)
        rest.append(self._waiting.read(0, partial=True))
        return self._encode([*filter(None, rest), None])

    def _lay_silence_up_to(self, position: int) -> None:
        missing = position - (self._position or 0)
        if missing > 0:
            self._lay(_silence(missing))

    def _lay(self, frame: av.AudioFrame) -> None:
        for ready in self._resampler.resample(frame):
            ready.pts = None  # Counting is exact.
            self._waiting.write(ready)
            self._position = (self._position or 0) + ready.samples

    def _encode(self, frames) -> list[list[Sample]]:
        made = [[] for _ in self._voices]
        for frame in frames:
            if frame is not None:
                frame.pts, frame.time_base = self._encoded, Fraction(1, SOUND_TICKS)
                self._encoded += frame.samples
            for samples, voice in zip(made, self._voices, strict=True):
                samples += voice.encode(frame)
        return made


def _silence(samples: int) -> av.AudioFrame:
    frame = av.AudioFrame(format="fltp", layout=LAYOUT, samples=samples)
    frame.sample_rate = SOUND_TICKS
    for plane in frame.planes:
        plane.update(bytes(plane.buffer_size))
    return frame
