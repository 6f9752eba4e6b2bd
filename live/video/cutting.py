"""Cutting samples into the parts and segments of one rendition."""

from typing import Protocol

from live.video.boxes import Sample, fragment

# Parts of a quarter second put learners 1.4 s behind the teacher; smaller ones cost
# requests and gain little.  Cut a little early, or 25 pictures a second miss it.
PART_SECONDS = 0.24

# One second, less what a key frame asked for every second may come early.
SEGMENT_SECONDS = 0.9
# Sound can be cut anywhere.
SOUND_SEGMENT_SECONDS = 1.0

# Where key frames come more seldom, a segment is cut without one.  It has to
# stay below the target duration of 2 s once it is rounded.
LONGEST_SEGMENT_SECONDS = 2.4

FIRST_GUESS_SECONDS = 0.04  # how long a picture lasts that has no successor


class Sink(Protocol):
    """Takes parts and segments: one rendition of a recording folder."""

    def add_part(self, data: bytes, *, seconds: float, is_independent: bool) -> None: ...

    def finish_segment(self) -> None: ...


class Track:
    """One track of a rendition and its samples not yet cut."""

    def __init__(self, number: int, ticks: int):
        self.number = number
        self.ticks = ticks
        self.samples: list[Sample] = []

    @property
    def end(self) -> float:
        """When the last sample not yet cut is over, in seconds."""
        last = self.samples[-1] if self.samples else None
        return (last.time + last.duration) / self.ticks if last else 0.0

    def cut(self, before: float | None) -> list[Sample]:
        """Take away and return the samples that begin `before` (seconds), or all."""
        taken = self.samples
        if before is not None:
            limit = round(before * self.ticks)
            taken = [sample for sample in self.samples if sample.time < limit]
        self.samples = self.samples[len(taken) :]
        return taken


class Cutter:
    """Cuts where the first track says so: pictures, or sound where it is alone.

    How long a picture lasts is known when the next one comes, so one is always
    held back; players lose their way after a gap between two parts.
    """

    def __init__(
        self, sink: Sink, tracks: list[Track], *, segment_seconds: float = SEGMENT_SECONDS
    ):
        self._sink = sink
        self._segment_seconds = segment_seconds
        self._tracks = tracks
        self._leader = tracks[0]
        self._held: Sample | None = None
        self._sequence = 0
        self._part_began = self._segment_began = 0.0  # Every run begins at zero.
        self._lasted = round(FIRST_GUESS_SECONDS * self._leader.ticks)

    def add(self, track: Track, sample: Sample) -> None:
        if track is not self._leader:
            track.samples.append(sample)
            return
        if self._held is None:
            # What comes first stands from the beginning: players stop at a hole.
            sample.time = 0
        else:
            # A picture left out would spoil all that refer to it; a tick does no harm.
            sample.time = max(sample.time, self._held.time + 1)
            self._release(sample.time)
            self._cut_before(sample)
        self._held = sample

    @property
    def end(self) -> float:
        """When the last picture is over, as far as can be told; in seconds."""
        return (self._held.time + self._lasted) / self._leader.ticks if self._held else 0.0

    def finish(self) -> None:
        """Close what is open; the cutter is of no use afterwards."""
        if self._held is not None:
            # The last picture stays until the sound is over.
            end = max(self.end, *(track.end for track in self._tracks))
            self._release(round(end * self._leader.ticks))
            self._cut_part(end, up_to=None)
            self._sink.finish_segment()
            self._held = None

    def _release(self, successor_time: int) -> None:
        self._held.duration = self._lasted = successor_time - self._held.time
        self._leader.samples.append(self._held)

    def _cut_before(self, sample: Sample) -> None:
        now = sample.time / self._leader.ticks
        in_segment = now - self._segment_began
        if (sample.is_key and in_segment >= self._segment_seconds) or (
            in_segment >= LONGEST_SEGMENT_SECONDS
        ):
            self._cut_part(now, up_to=now)
            self._sink.finish_segment()
            self._segment_began = now
        elif now - self._part_began >= PART_SECONDS:
            self._cut_part(now, up_to=now)

    def _cut_part(self, now: float, up_to: float | None) -> None:
        self._sequence += 1
        cut = [(track.number, track.cut(up_to)) for track in self._tracks]
        is_independent = cut[0][1][0].is_key
        self._sink.add_part(
            fragment(self._sequence, cut),
            seconds=now - self._part_began,
            is_independent=is_independent,
        )
        self._part_began = now
