"""Where a class's recording lies, and the address under which one person may watch it."""

from dataclasses import replace
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from accounts.models import Person, User
from live.chapters import Run
from live.models import Classroom
from live.rooms import RUNS_OVER
from live.video import tokens
from live.video.store import RecordingFolder
from live.video.timeline import COPY_NAME, MAIN

# A page that stays open through a class that runs over keeps its address; whoever loses
# the seat is out within a minute all the same (live.gate).
VALID_FOR = timedelta(hours=6)


# What is asked for first with a token of each kind.
FIRST_ASKED = {
    tokens.LIVE: "live.m3u8",
    tokens.REPLAY: "replay.m3u8",
    tokens.REVIEW: "replay.m3u8",
    tokens.COPY: COPY_NAME,
}


def folder_of(classroom: Classroom) -> RecordingFolder:
    return RecordingFolder(
        settings.RECORDINGS_ROOT / classroom.recording.hex,
        leave_free=settings.RECORDINGS_LEAVE_FREE,
    )


def runs_of(classroom: Classroom) -> list[Run]:
    """The unbroken stretches of the recording, in its own seconds."""
    runs, seconds = [], 0.0
    for segment in folder_of(classroom).timeline().renditions[MAIN].segments:
        if segment.is_first_of_run:
            runs.append(Run(segment.began_at, seconds, 0.0))
        runs[-1] = replace(runs[-1], seconds=round(runs[-1].seconds + segment.seconds, 5))
        seconds += segment.seconds
    return runs


def address_of(classroom: Classroom, *, kind: str, person: Person | None, user: User) -> str:
    """The playlist's address for `user`, watching as `person` (None: as no learner)."""
    token = tokens.make_token(
        recording=classroom.recording.hex,
        session=classroom.session_id,
        person=person.pk if person else 0,
        kind=kind,
        login=user.pk,
        card=user.card_used,
        epoch=user.session_epoch,
        lifetime=_valid_for(classroom, kind, user),
    )
    return tokens.media_path(token, FIRST_ASKED[kind])


def _valid_for(classroom: Classroom, kind: str, user: User) -> timedelta:
    if not user.is_limited or kind != tokens.LIVE:
        return VALID_FOR
    # Who came by a card or a link has proved nothing: the live picture, and no longer.
    until = classroom.session.ends_at + RUNS_OVER
    return min(VALID_FOR, max(until - timezone.now(), timedelta()))
