"""What a recording consists of, as its index tells it line by line.  Pure.

A *run* is what one recorder of the teacher's page sent without a break; each
has its own init segment.  Segments are counted through all runs.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

# How many segments keep their parts: four times what any playlist lists of them.
SEGMENTS_WITH_PARTS = 24

MAIN, SOUND = "main", "sound"
RENDITIONS = (MAIN, SOUND)

FILE_NAME = re.compile(
    rf"(?P<rendition>{'|'.join(RENDITIONS)})"
    r"-(?:init-(?P<run>\d{1,9})\.mp4|(?P<segment>\d{1,9})(?:\.(?P<part>\d{1,4}))?\.m4s)",
    re.ASCII,
)


# All of it in one file, made for a teacher who asked for it.
COPY_NAME = "class.mp4"


def init_name(rendition: str, run: int) -> str:
    return f"{rendition}-init-{run}.mp4"


def segment_name(rendition: str, segment: int) -> str:
    return f"{rendition}-{segment}.m4s"


def part_name(rendition: str, segment: int, part: int) -> str:
    return f"{rendition}-{segment}.{part}.m4s"


@dataclass(slots=True, eq=False)
class Run:
    number: int
    codecs: str
    width: int | None
    height: int | None
    began_at: float
    # How many runs with at least one part came before: the discontinuity sequence.
    ordinal: int = 0


@dataclass(slots=True)
class Part:
    seconds: float
    size: int
    is_independent: bool


@dataclass(slots=True, eq=False)
class Segment:
    number: int
    run: Run
    began_at: float
    is_first_of_run: bool
    parts: list[Part] = field(default_factory=list)
    is_whole: bool = False
    seconds: float = 0.0
    size: int = 0
    is_independent: bool = False

    def add(self, part: Part) -> None:
        if not self.parts:
            self.is_independent = part.is_independent
        self.parts.append(part)
        self.seconds = round(self.seconds + part.seconds, 5)
        self.size += part.size


@dataclass(slots=True, eq=False)
class Rendition:
    name: str
    segments: list[Segment] = field(default_factory=list)
    run: Run | None = None
    longest_segment: float = 0.0

    @property
    def seconds(self) -> float:
        return sum(segment.seconds for segment in self.segments)

    @property
    def last(self) -> Segment | None:
        return self.segments[-1] if self.segments else None

    @property
    def open_segment(self) -> Segment | None:
        return self.last if self.last and not self.last.is_whole else None

    def segment(self, number: int) -> Segment | None:
        return self.segments[number] if 0 <= number < len(self.segments) else None

    @property
    def next_position(self) -> tuple[int, int]:
        """(segment, part) of the part that will be written next."""
        if self.last is None:
            return 0, 0
        if self.last.is_whole:
            return self.last.number + 1, 0
        return self.last.number, len(self.last.parts)

    def reopen(self, parts: list[Part]) -> None:
        """Replace the open segment by one that has only these parts."""
        self.segments.pop()
        if parts:
            segment = self.begin_segment()
            for part in parts:
                segment.add(part)

    def begin_segment(self) -> Segment:
        last, run = self.last, self.run
        is_first = last is None or last.run is not run
        if is_first:
            run.ordinal = last.run.ordinal + 1 if last else 0
        segment = Segment(
            number=last.number + 1 if last else 0,
            run=run,
            began_at=run.began_at if is_first else last.began_at + last.seconds,
            is_first_of_run=is_first,
        )
        self.segments.append(segment)
        return segment


class Timeline:
    """The recording as far as the index has been read."""

    def __init__(self):
        self.renditions = {name: Rendition(name) for name in RENDITIONS}
        self.has_ended = False
        # What learners see of it afterwards: [start, end) in seconds of its pictures.
        self.cut: tuple[float, float] | None = None

    def apply(self, line: dict) -> None:
        """Take in one line of the index."""
        match line:
            case {"kind": "run"}:
                rendition = self.renditions[line["rendition"]]
                rendition.run = Run(
                    number=line["run"],
                    codecs=line["codecs"],
                    width=line["width"],
                    height=line["height"],
                    began_at=line["began_at"],
                )
                self.has_ended = False
            case {"kind": "part"}:
                rendition = self.renditions[line["rendition"]]
                segment = rendition.open_segment or rendition.begin_segment()
                segment.add(Part(line["seconds"], line["size"], line["is_independent"]))
            case {"kind": "segment"}:
                rendition = self.renditions[line["rendition"]]
                segment = rendition.open_segment or rendition.begin_segment()
                segment.is_whole = True
                segment.seconds = line["seconds"]
                segment.size = line["size"]
                segment.is_independent = line["is_independent"]
                rendition.longest_segment = max(rendition.longest_segment, segment.seconds)
                if len(rendition.segments) > SEGMENTS_WITH_PARTS:
                    rendition.segments[-SEGMENTS_WITH_PARTS - 1].parts = []
            case {"kind": "end"}:
                self.has_ended = True
            case {"kind": "cut"}:
                self.cut = None if line["start"] is None else (line["start"], line["end"])

    @property
    def key_seconds(self) -> list[float]:
        """Where the recording can be cut: the segments of pictures that begin with a key
        frame, and its end."""
        seconds, found = 0.0, []
        for segment in self.renditions[MAIN].segments:
            if segment.is_independent:
                found.append(round(seconds, 3))
            seconds += segment.seconds
        return [*found, round(seconds, 3)]

    def shown(self, rendition: str) -> list[Segment]:
        """The segments of `rendition` that the cut leaves.

        Sound is cut elsewhere than pictures: what lies within by its greater part, of the
        runs that the pictures have.
        """
        segments = self.renditions[rendition].segments
        pictures = self._within_cut(self.renditions[MAIN].segments)
        if self.cut is None or not pictures:
            return segments
        if rendition == MAIN:
            return pictures
        first, last = pictures[0].run.number, pictures[-1].run.number
        return [each for each in self._within_cut(segments) if first <= each.run.number <= last]

    def _within_cut(self, segments: list[Segment]) -> list[Segment]:
        if self.cut is None:
            return segments
        start, end = self.cut
        seconds, found = 0.0, []
        for segment in segments:
            if start <= seconds + segment.seconds / 2 < end:
                found.append(segment)
            seconds += segment.seconds
        return found

    @property
    def last_run_number(self) -> int:
        runs = (rendition.run for rendition in self.renditions.values())
        return max((run.number for run in runs if run), default=-1)

    def lines(self) -> Iterator[dict]:
        """The shortest index that tells the same; parts only of what is still open."""
        for rendition in self.renditions.values():
            for segment in rendition.segments:
                if segment.is_first_of_run:
                    yield run_line(rendition.name, segment.run)
                if segment.is_whole:
                    yield segment_line(rendition.name, segment)
                else:
                    for part in segment.parts:
                        yield part_line(rendition.name, part)
        if self.has_ended:
            yield {"kind": "end"}
        if self.cut:
            yield cut_line(self.cut)


def run_line(rendition: str, run: Run) -> dict:
    return {
        "kind": "run",
        "rendition": rendition,
        "run": run.number,
        "codecs": run.codecs,
        "width": run.width,
        "height": run.height,
        "began_at": run.began_at,
    }


def cut_line(cut: tuple[float, float] | None) -> dict:
    start, end = cut or (None, None)
    return {"kind": "cut", "start": start, "end": end}


def part_line(rendition: str, part: Part) -> dict:
    return {
        "kind": "part",
        "rendition": rendition,
        "seconds": part.seconds,
        "size": part.size,
        "is_independent": part.is_independent,
    }


def segment_line(rendition: str, segment: Segment) -> dict:
    return {
        "kind": "segment",
        "rendition": rendition,
        "seconds": segment.seconds,
        "size": segment.size,
        "is_independent": segment.is_independent,
    }
