"""The few MP4 boxes of a fragment, and the H.264 units inside a sample.

The init segment is written by FFmpeg's muxer; fragments are written here, so
that a part is cut exactly where we say and never waits in a muxer's queue.
"""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

PICTURE_TICKS = 90_000
SOUND_TICKS = 48_000

# ISO/IEC 14496-12, 8.8.3.1: sample_depends_on = 2 (key frame), = 1 and not a sync sample.
KEY_FLAGS = 0x02000000
DELTA_FLAGS = 0x01010000

DEFAULT_BASE_IS_MOOF = 0x020000
# data offset, then duration, size, flags and composition offset for every sample
TRUN_FLAGS = 0x000F01

UNIT_KEY, UNIT_SPS, UNIT_PPS, UNIT_DELIMITER = 5, 7, 8, 9
START_CODE = b"\x00\x00\x01"


@dataclass(slots=True)
class Sample:
    """One picture or one packet of sound; times in the ticks of its track."""

    time: int
    data: bytes
    is_key: bool = True
    duration: int = 0
    offset: int = 0


def box(kind: bytes, *content: bytes) -> bytes:
    body = b"".join(content)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def fragment(sequence: int, tracks: list[tuple[int, list[Sample]]]) -> bytes:
    """One `moof` + `mdat` with the samples of each (track number, samples).

    Tracks without a sample are left out.
    """
    tracks = [(number, samples) for number, samples in tracks if samples]
    # The offsets depend on the size of the moof, which does not depend on them.
    size = len(_moof(sequence, tracks, first_byte=0))
    moof = _moof(sequence, tracks, first_byte=size + 8)
    media = (sample.data for _, samples in tracks for sample in samples)
    return moof + box(b"mdat", *media)


def _moof(sequence, tracks, first_byte) -> bytes:
    trafs = []
    for number, samples in tracks:
        trafs.append(_traf(number, samples, first_byte))
        first_byte += sum(len(sample.data) for sample in samples)
    return box(b"moof", box(b"mfhd", struct.pack(">II", 0, sequence)), *trafs)


def _traf(number, samples, first_byte) -> bytes:
    rows = (
        struct.pack(
            ">IIIi",
            sample.duration,
            len(sample.data),
            KEY_FLAGS if sample.is_key else DELTA_FLAGS,
            sample.offset,
        )
        for sample in samples
    )
    return box(
        b"traf",
        box(b"tfhd", struct.pack(">II", DEFAULT_BASE_IS_MOOF, number)),
        box(b"tfdt", struct.pack(">IQ", 1 << 24, samples[0].time)),
        box(b"trun", struct.pack(">IIi", 1 << 24 | TRUN_FLAGS, len(samples), first_byte), *rows),
    )


def top_level(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(kind, whole box) for every complete box at the outer level of `data`."""
    start = 0
    while start + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, start)
        if size < 8 or start + size > len(data):
            return
        yield kind, data[start : start + size]
        start += size


def units(data: bytes) -> list[bytes]:
    """The units of an H.264 packet written with start codes, as Chromium does."""
    # A unit never ends in a zero byte, so those belong to the next start code.
    return [unit for part in data.split(START_CODE) if (unit := part.rstrip(b"\x00"))]


def units_by_length(data: bytes) -> list[bytes]:
    """The units of an H.264 packet written with lengths, as Matroska has it."""
    found, start = [], 0
    while start + 4 < len(data):
        (length,) = struct.unpack_from(">I", data, start)
        found.append(data[start + 4 : start + 4 + length])
        start += 4 + length
    return [unit for unit in found if unit]


def unit_kind(unit: bytes) -> int:
    return unit[0] & 0x1F


def with_lengths(found: Iterable[bytes]) -> bytes:
    """The units as a sample of an `avc1` track: parameter sets are in the init segment."""
    outside = (UNIT_SPS, UNIT_PPS, UNIT_DELIMITER)
    kept = (unit for unit in found if unit_kind(unit) not in outside)
    return b"".join(struct.pack(">I", len(unit)) + unit for unit in kept)


def with_start_codes(found: Iterable[bytes]) -> bytes:
    return b"".join(b"\x00" + START_CODE + unit for unit in found)


def codec_name(sps: bytes) -> str:
    """`avc1.42c01f`: profile, constraints and level, as playlists want them."""
    return f"avc1.{sps[1:4].hex()}"


def parameter_sets(avcc: bytes) -> list[bytes]:
    """SPS and PPS out of an `avcC` record; nothing if it is none."""
    if len(avcc) < 7 or avcc[0] != 1:
        return []
    found, start = [], 5
    for mask in (0x1F, 0xFF):
        if start >= len(avcc):
            return found
        count = avcc[start] & mask
        start += 1
        for _ in range(count):
            length = int.from_bytes(avcc[start : start + 2], "big")
            found.append(avcc[start + 2 : start + 2 + length])
            start += 2 + length
    return [unit for unit in found if unit]
