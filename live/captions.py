"""Words under the picture: typed by a helper or the teacher, or heard by a speech engine.

Captions are events of the room, so that a late page and the replay have them. A speech engine
is whatever turns sound into words here, on this machine; without a model's folder in the
settings there is none, and nothing is missing.
"""

import importlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from live import logbook, recordings
from live.chapters import place_of
from live.errors import RoomClosed
from live.models import Classroom, Replay, RoomEvent

LONGEST = 80
# How long one stays under the picture when no other follows.
STAYS = timedelta(seconds=12)


@transaction.atomic
def caption(
    *,
    classroom: Classroom,
    text: str,
    by: User | None,
    client_id=None,
    is_heard: bool = False,
    now: datetime | None = None,
) -> RoomEvent:
    """Put words under the picture. The same `client_id` again is the same caption.

    Raises RoomClosed for nothing or too much, before the class begins and after its end.
    """
    text = " ".join("".join(char for char in text if char.isprintable() or char.isspace()).split())
    if not text:
        raise RoomClosed(_("请先写几个字。"))
    if len(text) > LONGEST:
        raise RoomClosed(_("一行字幕最多 %(most)s 个字，请分两次发。") % {"most": LONGEST})
    room = logbook.lock(classroom)
    if room.state == Classroom.State.WAITING:
        raise RoomClosed(_("还没有上课，上课以后才能打字幕。"))
    body = {"text": text, "heard": is_heard}
    return logbook.write(
        classroom, RoomEvent.Kind.CAPTION, by=by, body=body, client_id=client_id, now=now
    )


def shown_now(classroom: Classroom, *, now: datetime) -> str:
    """What a page that opens now shows under the picture."""
    latest = _captions(classroom).filter(happened_at__gt=now - STAYS).order_by("number").last()
    return latest.body["text"] if latest else ""


def _captions(classroom: Classroom):
    return RoomEvent.objects.filter(classroom=classroom, kind=RoomEvent.Kind.CAPTION)


# For the replay


@dataclass(frozen=True)
class Cue:
    """Words from `start` to `end`, in seconds of the recording."""

    start: float
    end: float
    text: str


def cues_of(classroom: Classroom, place: Callable[[datetime], float | None]) -> list[Cue]:
    """The captions of a class; `place` says where in the recording a moment is, or None."""
    placed = [
        (at, event.body["text"])
        for event in _captions(classroom).order_by("number")
        if (at := place(event.happened_at)) is not None
    ]
    if not placed:
        return []
    stays = STAYS.total_seconds()
    ends = [at for at, _text in placed[1:]] + [float("inf")]
    return [
        Cue(at, max(min(at + stays, end), at + 0.5), text)
        for (at, text), end in zip(placed, ends, strict=True)
    ]


def in_replay(replay: Replay, *, whole: bool = False) -> Callable[[datetime], float | None]:
    """Where a moment is in what learners see of a recording; with `whole`, in all of it."""
    runs = recordings.runs_of(replay.classroom)
    first, last = (0.0, replay.whole_seconds) if whole else (replay.cut_start, replay.ends)

    def place(moment: datetime) -> float | None:
        at = place_of(moment.timestamp(), runs)
        return at - first if at is not None and first <= at < last else None

    return place


def are_there(classroom: Classroom) -> bool:
    return _captions(classroom).exists()


def as_vtt(cues: Iterable[Cue]) -> str:
    """The cues as a WebVTT file; what people typed stays text."""
    lines = ["WEBVTT", ""]
    for cue in cues:
        text = cue.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        lines += [f"{_stamp(cue.start)} --> {_stamp(cue.end)}", text, ""]
    return "\n".join(lines)


def _stamp(seconds: float) -> str:
    thousandths = round(seconds * 1000)
    minutes, thousandths = divmod(thousandths, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{thousandths // 1000:02}.{thousandths % 1000:03}"


# Speech


class SpeechUnavailable(Exception):
    """There is no speech engine; the message says what is missing, for whoever runs it."""


class SpeechEngine(Protocol):
    """Turns sound into words: 16-bit mono at RATE samples a second, in pieces of any size."""

    RATE: int

    def hear(self, sound: bytes) -> list[str]:
        """The sentences that ended within this piece."""

    def finish(self) -> list[str]:
        """What is left when the sound ends."""


class VoskEngine:
    """A model of Vosk in a folder; the package is installed by who wants it."""

    RATE = 16_000

    def __init__(self, folder: Path):
        if not folder.is_dir():
            raise SpeechUnavailable(f"No speech model: the folder {folder} does not exist.")
        try:
            vosk = importlib.import_module("vosk")
        except ImportError:
            raise SpeechUnavailable(
                "A speech model is set, but the Python package vosk is not installed."
            ) from None
        self._recogniser = vosk.KaldiRecognizer(vosk.Model(str(folder)), self.RATE)

    def hear(self, sound: bytes) -> list[str]:
        if not self._recogniser.AcceptWaveform(sound):
            return []
        return _sentence(self._recogniser.Result())

    def finish(self) -> list[str]:
        return _sentence(self._recogniser.FinalResult())


def speech_engine() -> SpeechEngine | None:
    """The engine of the settings; None where no model's folder is set.

    Raises SpeechUnavailable, in words, where one is set and cannot be had.
    """
    folder = settings.SPEECH_MODEL
    return VoskEngine(Path(folder)) if folder else None


def _sentence(result: str) -> list[str]:
    # Chinese models put a space between words.
    text = json.loads(result).get("text", "").replace(" ", "")
    return [text] if text else []
