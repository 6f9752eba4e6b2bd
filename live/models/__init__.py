"""The room of a class session: its state, what was said, who was there.

`Classroom` is what really happens in a planned `ClassSession`. Everything that happens
in it is a numbered `RoomEvent`; presence is a `Visit` (a lease kept alive by heartbeats);
closing turns visits into one `Attendance` per person. What becomes of the recording is its
`Replay`; what somebody has seen of that is their `ReplayStudy`.
"""

from live.models.calls import Call
from live.models.links import SentLink
from live.models.moderation import HeldMessage, HeldWord, Muting
from live.models.polls import Poll, Vote
from live.models.presence import Attendance, StudyMode, Visit
from live.models.replays import Replay, ReplayRule, ReplayStudy
from live.models.rooms import Classroom, RoomEvent, agent_name
from live.models.slides import SlideDeck

__all__ = [
    "Attendance",
    "Call",
    "Classroom",
    "HeldMessage",
    "HeldWord",
    "Muting",
    "Poll",
    "Replay",
    "ReplayRule",
    "ReplayStudy",
    "RoomEvent",
    "SentLink",
    "SlideDeck",
    "StudyMode",
    "Visit",
    "Vote",
    "agent_name",
]
