"""One unbroken stretch of a teacher's stream: packets in, parts in the folder.

A run has one picture, one sound, one init segment per rendition and a clock that
starts at zero.  Whatever these cannot express begins another run.
"""

import io
from dataclasses import replace

import av

from live.video.boxes import PICTURE_TICKS, SOUND_TICKS, Sample, top_level
from live.video.cutting import SOUND_SEGMENT_SECONDS, Cutter, Track
from live.video.pictures import StillPicture, picture_from
from live.video.sounds import CODEC as SOUND_CODEC
from live.video.sounds import Sound, Voice
from live.video.store import Writer
from live.video.timeline import MAIN, SOUND

# A sleeping laptop, or a camera taken away: players get over a new run more
# easily than over a hole of this length.
BREAK_MS = 3_000
# Stamps may step back a little between the tracks; more is a new clock.
BACKWARDS_MS = 500
# So long may the picture be away before the sound goes on with a still.
PICTURE_GONE_MS = 1_500

MP4_OPTIONS = {
    "movflags": "empty_moov+default_base_moof+skip_trailer",
    "video_track_timescale": str(PICTURE_TICKS),
    "use_editlist": "0",
}


class Rendition:
    """Where a cutter puts its parts: one rendition of the folder."""

    def __init__(self, writer: Writer, name: str):
        self._writer = writer
        self._name = name

    def add_part(self, data: bytes, *, seconds: float, is_independent: bool) -> None:
        self._writer.add_part(self._name, data, seconds=seconds, is_independent=is_independent)

    def finish_segment(self) -> None:
        self._writer.finish_segment(self._name)


class Run:
    """Begins with `packet`: a key frame, or sound if there is no picture to come."""

    def __init__(self, writer: Writer, packet, *, sound_stream, base_ms: int, began_at: float):
        self._base_ms = base_ms
        self._last_ms = {}
        self._newest_ms = base_ms
        if packet.stream.type == "video":
            self._picture = picture_from(packet.stream, packet)
        else:
            self._picture = StillPicture()
        try:
            self._build(writer, sound_stream, began_at)
        except BaseException:
            self._picture.close()
            raise

    def _build(self, writer, sound_stream, began_at):
        voice = Voice()
        self._sound = Sound(sound_stream, voice)
        main_init = _init_segment(self._picture, voice)
        sound_init = _init_segment(voice)
        number = writer.timeline.last_run_number + 1
        writer.begin_run(
            MAIN,
            run=number,
            init=main_init,
            codecs=f"{self._picture.codec},{SOUND_CODEC}",
            width=self._picture.width,
            height=self._picture.height,
            began_at=began_at,
        )
        writer.begin_run(SOUND, run=number, init=sound_init, codecs=SOUND_CODEC, began_at=began_at)
        self._picture_track = Track(1, PICTURE_TICKS)
        self._sound_tracks = [Track(2, SOUND_TICKS), Track(1, SOUND_TICKS)]
        self._cutters = [
            Cutter(Rendition(writer, MAIN), [self._picture_track, self._sound_tracks[0]]),
            Cutter(
                Rendition(writer, SOUND),
                [self._sound_tracks[1]],
                segment_seconds=SOUND_SEGMENT_SECONDS,
            ),
        ]

    def fits(self, packet) -> bool:
        """False when `packet` needs a new run."""
        kind = packet.stream.type
        if packet.pts - self._newest_ms > BREAK_MS:
            return False
        if packet.pts - self._last_ms.get(kind, self._base_ms) < -BACKWARDS_MS:
            return False
        if kind == "video" and self._picture.is_still:
            return not packet.is_keyframe
        if kind == "video":
            return self._picture.fits(packet)
        return not self.has_lost_picture(packet)

    def has_lost_picture(self, packet) -> bool:
        """Whether this sound comes long after the last picture, and nothing else is amiss."""
        if self._picture.is_still or packet.stream.type == "video":
            return False
        is_in_time = packet.pts - self._newest_ms <= BREAK_MS
        away_ms = packet.pts - self._last_ms.get("video", self._base_ms)
        return is_in_time and away_ms > PICTURE_GONE_MS

    def take(self, packet) -> None:
        """Raises av.FFmpegError for a packet that cannot be decoded; go on with the next."""
        ms, kind = packet.pts, packet.stream.type
        self._last_ms[kind] = ms
        self._newest_ms = max(self._newest_ms, ms)
        if kind == "video" and self._picture.is_still:
            return  # Of no use before a key frame, which begins another run.
        if kind == "video":
            self._add_pictures(self._picture.take(packet, self._base_ms))
            self._add_sounds(self._sound.keep_up_with(ms - self._base_ms))
        else:
            self._add_sounds(self._sound.take(packet, self._base_ms))
            if self._picture.is_still:
                self._add_pictures(self._picture.until(ms - self._base_ms))

    def finish(self) -> None:
        """Write out what is still held back and close the last segment."""
        try:
            self._add_pictures(self._picture.finish())
            self._add_sounds(self._sound.finish(self._cutters[0].end))
        finally:
            for cutter in self._cutters:
                cutter.finish()

    def close(self) -> None:
        self._picture.close()

    def _add_pictures(self, samples: list[Sample]) -> None:
        for sample in samples:
            self._cutters[0].add(self._picture_track, sample)

    def _add_sounds(self, samples: list[Sample]) -> None:
        for sample in samples:
            self._cutters[0].add(self._sound_tracks[0], sample)
            # Each cutter moves its own samples to where they fit; the sound itself is one.
            self._cutters[1].add(self._sound_tracks[1], replace(sample))


def _init_segment(*sources) -> bytes:
    """`ftyp` and `moov` for the tracks of `sources`, in this order."""
    written = io.BytesIO()
    container = av.open(written, "w", format="mp4", options=MP4_OPTIONS)
    try:
        for source in sources:
            source.add_to(container)
        container.start_encoding()
    finally:
        container.close()
    boxes = top_level(written.getvalue())
    return b"".join(whole for kind, whole in boxes if kind in (b"ftyp", b"moov"))
