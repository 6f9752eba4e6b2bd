"""A learner's spoken question: what the browser recorded, made into a small file of ours.

Nothing of what was sent is stored or served as it came: it is decoded, and its sound is
encoded anew.
"""

import io
import re
from contextlib import suppress
from pathlib import Path
from uuid import UUID

import av

VOICE_NAME = re.compile(r"voice-[0-9a-f]{32}\.m4a", re.ASCII)
VOICE_TYPE = b"audio/mp4"

LONGEST_SECONDS = 60
# A recorder stops a little after its minute.
GRACE_SECONDS = 2
# A minute of what browsers record, in the most generous of their settings, is half of it.
LARGEST = 3 * 1024 * 1024
SHORTEST_SECONDS = 0.3

RATE = 24_000
BIT_RATE = 32_000

# Told by their first bytes, and opened by name: guessing can be made to fetch an address.
KINDS = [(0, b"\x1a\x45\xdf\xa3", "matroska"), (4, b"ftyp", "mp4"), (0, b"OggS", "ogg")]


class NoVoice(Exception):
    """It holds no sound that can be played."""


class TooLong(Exception):
    """It is larger or longer than a spoken question."""


def voice_name(key: UUID) -> str:
    return f"voice-{key.hex}.m4a"


def put_aside(folder: Path, key: UUID) -> None:
    """Let nobody hear it any more; it stays as a trace until the recording goes."""
    with suppress(FileNotFoundError):
        (folder / voice_name(key)).rename(folder / _aside(key))


def erase(folder: Path, key: UUID) -> None:
    """Take it off the disk, heard or put aside; harmless to repeat."""
    for name in (voice_name(key), _aside(key)):
        (folder / name).unlink(missing_ok=True)


def _aside(key: UUID) -> str:
    return f"hidden-{voice_name(key)}"


def made_of(data: bytes) -> tuple[bytes, int]:
    """The file to keep, and its length in whole seconds. Raises NoVoice, TooLong."""
    if len(data) > LARGEST:
        raise TooLong
    kind = next((name for at, mark, name in KINDS if data[at:].startswith(mark)), None)
    if kind is None:
        raise NoVoice
    made = io.BytesIO()
    try:
        with (
            av.open(io.BytesIO(data), "r", format=kind) as source,
            av.open(made, "w", format="mp4") as target,
        ):
            seconds = _encode(source, target)
    except (av.FFmpegError, ValueError, IndexError, MemoryError) as error:
        raise NoVoice from error
    if seconds < SHORTEST_SECONDS:
        raise NoVoice
    return made.getvalue(), min(max(round(seconds), 1), LONGEST_SECONDS)


def _encode(source, target) -> float:
    stream = target.add_stream("aac", rate=RATE, layout="mono")
    stream.bit_rate = BIT_RATE
    resampler = av.AudioResampler(format="fltp", layout="mono", rate=RATE)
    samples = 0
    for frame in source.decode(source.streams.audio[0]):
        frame.pts = None  # Counting is exact.
        for ready in resampler.resample(frame):
            samples += ready.samples
            if samples > (LONGEST_SECONDS + GRACE_SECONDS) * RATE:
                raise TooLong
            target.mux(stream.encode(ready))
    if samples:
        target.mux(stream.encode(None))
    return samples / RATE
