"""The texts players ask for, written from a timeline.  Pure."""

from datetime import UTC, datetime

from live.video.cutting import PART_SECONDS
from live.video.timeline import (
    MAIN,
    SOUND,
    Rendition,
    Segment,
    Timeline,
    init_name,
    part_name,
    segment_name,
)

CONTENT_TYPE = "application/vnd.apple.mpegurl"

# A part is closed by the first picture after its time: one picture later at most.
PART_TARGET_SECONDS = round(PART_SECONDS, 2) + 0.11
# What a player keeps between itself and the end; less than three parts stutters.
HOLD_BACK_PARTS = 3

# Key frames come every one or two seconds.  May grow, never shrinks.
TARGET_SECONDS = 2

# Ten seconds: a learner whose line stops for less finds the place again.
LIVE_SEGMENTS = 10
# The specification wants parts for three target durations from the end.
TARGETS_WITH_PARTS = 3

# What a variant is said to need when nothing is known of it yet (bits a second).
GUESSED_BANDWIDTH = {MAIN: 1_500_000, SOUND: 64_000}

LIVE_NAMES = {MAIN: "live.m3u8", SOUND: "sound.m3u8"}
REPLAY_NAMES = {MAIN: "replay.m3u8", SOUND: "replay-sound.m3u8"}
VARIANTS_NAME = "variants.m3u8"


def live_playlist(rendition: Rendition, has_ended: bool = False) -> str:
    """The last seconds, with parts.  Empty while nothing can be played yet."""
    shown = rendition.segments[-LIVE_SEGMENTS:]
    if not shown:
        return ""
    first = shown[0]
    with_parts = _segments_with_parts(shown, _target(rendition))
    part_target = max(
        (part.seconds for segment in with_parts for part in segment.parts),
        default=0.0,
    )
    part_target = max(PART_TARGET_SECONDS, part_target)
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:9",
        f"#EXT-X-TARGETDURATION:{_target(rendition)}",
        "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,"
        f"PART-HOLD-BACK={HOLD_BACK_PARTS * part_target:.3f}",
        f"#EXT-X-PART-INF:PART-TARGET={part_target:.3f}",
        f"#EXT-X-MEDIA-SEQUENCE:{first.number}",
        # The mark before the first of a run stays as long as that segment does.
        f"#EXT-X-DISCONTINUITY-SEQUENCE:{first.run.ordinal - _has_mark(first)}",
    ]
    if all(segment.is_independent for segment in shown):
        lines.append("#EXT-X-INDEPENDENT-SEGMENTS")
    for segment in shown:
        lines += _beginning(rendition, segment, is_first_shown=segment is first)
        if segment in with_parts:
            lines += _parts(rendition, segment)
        if segment.is_whole:
            lines += _whole(rendition, segment)
    if has_ended:
        lines.append("#EXT-X-ENDLIST")
    else:
        hint = part_name(rendition.name, *rendition.next_position)
        lines.append(f'#EXT-X-PRELOAD-HINT:TYPE=PART,URI="{hint}"')
    return _text(lines)


def replay_playlist(rendition: Rendition, shown: list[Segment] | None = None) -> str:
    """What is `shown` of it, or everything.  Empty if there is nothing.

    A segment that its writer left open is told by its parts.
    """
    shown = rendition.segments if shown is None else shown
    if not shown:
        return ""
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{_target(rendition)}",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-MEDIA-SEQUENCE:0",
    ]
    if all(segment.is_independent for segment in shown):
        lines.append("#EXT-X-INDEPENDENT-SEGMENTS")
    for segment in shown:
        beginning = _beginning(rendition, segment, is_first_shown=segment is shown[0])
        # What follows a cut follows nothing.
        lines += beginning[1:] if segment is shown[0] and _has_mark(segment) else beginning
        if segment.is_whole:
            lines += _whole(rendition, segment)
        else:
            for number, part in enumerate(segment.parts):
                name = part_name(rendition.name, segment.number, number)
                lines += [f"#EXTINF:{part.seconds:.5f},", name]
    lines.append("#EXT-X-ENDLIST")
    return _text(lines)


def variants_playlist(timeline: Timeline, names: dict[str, str]) -> str:
    """What there is to choose from: picture with sound, or sound alone."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:7"]
    for rendition in timeline.renditions.values():
        if rendition.segments:
            run = rendition.last.run
            size = f",RESOLUTION={run.width}x{run.height}" if run.width else ""
            lines += [
                f'#EXT-X-STREAM-INF:BANDWIDTH={_bandwidth(rendition)},CODECS="{run.codecs}"{size}',
                names[rendition.name],
            ]
    return _text(lines) if len(lines) > 2 else ""


def _target(rendition: Rendition) -> int:
    # Halves are rounded up here, and to the even number by round().
    return max(TARGET_SECONDS, int(rendition.longest_segment + 0.5))


def _segments_with_parts(shown: list[Segment], target: int) -> list[Segment]:
    """The segments from which less than three target durations are left to the end."""
    found, seconds = [], 0.0
    for segment in reversed(shown):
        if seconds >= TARGETS_WITH_PARTS * target or not segment.parts:
            break
        found.append(segment)
        seconds += segment.seconds
    return found


def _has_mark(segment: Segment) -> bool:
    return segment.is_first_of_run and segment.run.ordinal > 0


def _beginning(rendition: Rendition, segment: Segment, *, is_first_shown: bool) -> list[str]:
    lines = ["#EXT-X-DISCONTINUITY"] if _has_mark(segment) else []
    if segment.is_first_of_run or is_first_shown:
        moment = datetime.fromtimestamp(segment.began_at, UTC)
        lines += [
            f'#EXT-X-MAP:URI="{init_name(rendition.name, segment.run.number)}"',
            f"#EXT-X-PROGRAM-DATE-TIME:{moment.isoformat(timespec='milliseconds')}",
        ]
    return lines


def _parts(rendition: Rendition, segment: Segment) -> list[str]:
    lines = []
    for number, part in enumerate(segment.parts):
        name = part_name(rendition.name, segment.number, number)
        independent = ",INDEPENDENT=YES" if part.is_independent else ""
        lines.append(f'#EXT-X-PART:DURATION={part.seconds:.5f},URI="{name}"{independent}')
    return lines


def _whole(rendition: Rendition, segment: Segment) -> list[str]:
    name = segment_name(rendition.name, segment.number)
    return [f"#EXTINF:{segment.seconds:.5f},", name]


def _bandwidth(rendition: Rendition) -> int:
    """The most that any second of it has needed so far."""
    rates = [8 * s.size / s.seconds for s in rendition.segments if s.seconds >= 0.5]
    return int(max(rates, default=GUESSED_BANDWIDTH[rendition.name]))


def _text(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"
