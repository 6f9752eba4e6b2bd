"""How a class arrives at one page: small facts that its beats carry up.

For the helper, who sees whom to ring up, and for the teacher's "they hear you". Nothing
is counted by them, and a room that ended forgets them.
"""

from dataclasses import dataclass
from enum import StrEnum


class Sound(StrEnum):
    """What the page, or the learner at the sound test, says of the sound."""

    OK = "ok"
    NO = "no"
    UNKNOWN = "unknown"


class Mode(StrEnum):
    """What comes down the line, from the most to the least."""

    PICTURE = "picture"
    SLIDES = "slides"
    SOUND = "sound"


@dataclass(frozen=True, slots=True)
class Reception:
    """`stalled`: what should move stands still, for want of line."""

    sound: Sound = Sound.UNKNOWN
    mode: Mode = Mode.PICTURE
    stalled: bool = False


def reading(how) -> Reception:
    """What a page tells of itself. Raises ValueError for what no page of ours says."""
    if not isinstance(how, dict) or not isinstance(stalled := how.get("stalled", False), bool):
        raise ValueError("no reception")
    return Reception(
        Sound(how.get("sound", Sound.UNKNOWN)), Mode(how.get("mode", Mode.PICTURE)), stalled
    )
