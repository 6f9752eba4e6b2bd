"""Streams as a teacher's browser sends them, and what can be seen of a recording.

The Matroska is laid out as Chromium 156 lays it out: segment and clusters of unknown
size, simple blocks, H.264 behind start codes and without CodecPrivate, Opus of 60 ms.
"""

import io
import math
import re
from array import array
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from pathlib import Path

import av

from live.video.playlist import replay_playlist
from live.video.store import RecordingFolder
from live.video.timeline import MAIN

PICTURE, SOUND = 1, 2
UNKNOWN_SIZE = b"\x01" + b"\xff" * 7
CLUSTER_MS = 240
ENCODERS = {"h264": "libx264", "vp8": "libvpx", "vp9": "libvpx-vp9"}
CODEC_IDS = {
    "h264": b"V_MPEG4/ISO/AVC",
    "vp8": b"V_VP8",
    "vp9": b"V_VP9",
    "av1": b"V_AV1",
}
OPTIONS = {
    "h264": {"preset": "ultrafast", "tune": "zerolatency", "profile": "baseline"},
    "vp8": {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"},
    "vp9": {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"},
}


@dataclass(frozen=True)
class Block:
    """One picture or one packet of sound on its way."""

    ms: int
    track: int
    data: bytes
    is_key: bool = True

    def moved(self, ms: int) -> "Block":
        return replace(self, ms=self.ms + ms)


@cache
def pictures(
    codec: str = "h264",
    *,
    seconds: float = 3,
    size: tuple[int, int] = (320, 180),
    rate: int = 30,
    key_every: int = 30,
) -> tuple[Block, ...]:
    """Pictures that grow brighter one by one."""
    encoder = av.CodecContext.create(ENCODERS[codec], "w")
    encoder.width, encoder.height = size
    encoder.pix_fmt = "yuv420p"
    encoder.time_base = Fraction(1, 1000)
    encoder.framerate = Fraction(rate)
    encoder.bit_rate = 400_000
    encoder.gop_size = key_every
    encoder.options = OPTIONS[codec]
    encoder.thread_count = 1  # The threads of libvpx wait by spinning.
    blocks = []
    for number in range(int(seconds * rate)):
        frame = av.VideoFrame(*size, "yuv420p")
        for plane, level in zip(frame.planes, (40 + number % 180, 128, 128), strict=True):
            plane.update(bytes([level]) * plane.buffer_size)
        frame.pts, frame.time_base = number * 1000 // rate, Fraction(1, 1000)
        blocks += _blocks(encoder.encode(frame), PICTURE)
    return tuple(blocks + _blocks(encoder.encode(None), PICTURE))


@cache
def sounds(*, seconds: float = 3, hertz: int = 440) -> tuple[Block, ...]:
    """A clear tone at half strength."""
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = 48_000, "stereo", "flt"
    encoder.bit_rate = 64_000
    encoder.options = {"frame_duration": "60"}
    encoder.open()
    blocks = []
    for number in range(int(seconds * 1000) // 60):
        first = number * 2880
        tone = array("f")
        for at in range(first, first + 2880):
            level = 0.5 * math.sin(2 * math.pi * hertz * at / 48_000)
            tone.extend((level, level))
        frame = av.AudioFrame("flt", "stereo", 2880)
        frame.planes[0].update(tone.tobytes())
        frame.sample_rate, frame.pts = 48_000, first
        for packet in encoder.encode(frame):
            blocks.append(Block(number * 60, SOUND, bytes(packet)))
    return tuple(blocks)


def _blocks(packets, track) -> list[Block]:
    return [Block(p.pts, track, bytes(p), p.is_keyframe) for p in packets]


def matroska(
    *tracks: tuple[Block, ...],
    codec: str = "h264",
    size: tuple[int, int] = (320, 180),
) -> bytes:
    """The stream of a MediaRecorder with these tracks."""
    blocks = sorted((block for track in tracks for block in track), key=lambda block: block.ms)
    return header(blocks, codec=codec, size=size) + clusters(blocks)


def header(blocks, *, codec: str = "h264", size: tuple[int, int] = (320, 180)) -> bytes:
    present = {block.track for block in blocks}
    tracks = b""
    if PICTURE in present:
        picture = _element(0xB0, _number(size[0])) + _element(0xBA, _number(size[1]))
        tracks += _track(PICTURE, 1, CODEC_IDS.get(codec, codec.encode()), _element(0xE0, picture))
    if SOUND in present:
        opus_head = b"OpusHead\x01\x02" + bytes(2) + (48_000).to_bytes(4, "little") + bytes(3)
        sampling = _element(0xB5, b"\x47\x3b\x80\x00") + _element(0x9F, _number(2))
        tracks += _track(
            SOUND, 2, b"A_OPUS", _element(0x63A2, opus_head) + _element(0xE1, sampling)
        )
    ebml = b"".join(
        _element(name, value)
        for name, value in [
            (0x4286, b"\x01"),
            (0x42F7, b"\x01"),
            (0x42F2, b"\x04"),
            (0x42F3, b"\x08"),
            (0x4282, b"matroska"),
            (0x4287, b"\x04"),
            (0x4285, b"\x02"),
        ]
    )
    info = _element(0x2AD7B1, _number(1_000_000)) + _element(0x4D80, b"Chromium")
    return (
        _element(0x1A45DFA3, ebml)
        + b"\x18\x53\x80\x67"
        + UNKNOWN_SIZE
        + _element(0x1549A966, info)
        + _element(0x1654AE6B, tracks)
    )


def clusters(blocks) -> bytes:
    written, began = b"", None
    for block in blocks:
        if began is None or not 0 <= block.ms - began < CLUSTER_MS:
            began = block.ms
            written += b"\x1f\x43\xb6\x75" + UNKNOWN_SIZE + _element(0xE7, _number(began))
        head = bytes([0x80 | block.track]) + (block.ms - began).to_bytes(2, "big")
        flags = b"\x80" if block.is_key else b"\x00"
        written += _element(0xA3, head + flags + block.data)
    return written


def _track(number: int, kind: int, codec: bytes, settings: bytes) -> bytes:
    content = (
        _element(0xD7, _number(number))
        + _element(0x73C5, _number(number))
        + _element(0x83, _number(kind))
        + _element(0x86, codec)
        + settings
    )
    return _element(0xAE, content)


def _element(name: int, content: bytes) -> bytes:
    size = (len(content) | 1 << 56).to_bytes(8, "big")
    return name.to_bytes((name.bit_length() + 7) // 8, "big") + size + content


def _number(value: int) -> bytes:
    return value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big")


def chunks(data: bytes, size: int = 4000) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


@dataclass
class Shown:
    """What a player would show of one run of a rendition."""

    pictures: list[float]
    brightness: list[int]
    sizes: set[tuple[int, int]]
    sound_seconds: float
    loudness: float
    # When each packet of sound begins that is not silent.
    loud_at: list[float]


def played(folder: RecordingFolder, rendition: str = MAIN) -> list[Shown]:
    """Every run of the replay, decoded from the files its playlist names."""
    text = replay_playlist(folder.timeline().renditions[rendition])
    runs = []
    for line in text.splitlines():
        if found := re.match(r'#EXT-X-MAP:URI="(.+)"', line):
            runs.append((folder.path / found[1]).read_bytes())
        elif line and not line.startswith("#"):
            runs[-1] += (folder.path / line).read_bytes()
    return [shown(data) for data in runs]


def shown(data: bytes) -> Shown:
    result = Shown([], [], set(), 0.0, 0.0, [])
    squares = samples = 0
    with av.open(io.BytesIO(data)) as container:
        for frame in container.decode():
            if isinstance(frame, av.VideoFrame):
                result.pictures.append(float(frame.time))
                result.sizes.add((frame.width, frame.height))
                result.brightness.append(bytes(frame.planes[0])[0])
            else:
                # Every seventh is enough to tell a tone from silence.
                levels = array("f", bytes(frame.planes[0])[: frame.samples * 4])[::7]
                squares += sum(level * level for level in levels)
                samples += len(levels)
                if max(levels) > 0.2:
                    result.loud_at.append(float(frame.time))
                result.sound_seconds += frame.samples / frame.sample_rate
    result.loudness = math.sqrt(squares / samples) if samples else 0.0
    return result


def run_files(path: Path) -> set[str]:
    return {each.name for each in path.iterdir()}
