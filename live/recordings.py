"""Where a class's recording lies, and the address under which one person may watch it."""

from datetime import timedelta

from django.conf import settings

from accounts.models import Person, User
from live.models import Classroom
from live.video import tokens
from live.video.store import RecordingFolder

# A page that stays open through a class that runs over keeps its address; whoever loses
# the seat is out within a minute all the same (live.gate).
VALID_FOR = timedelta(hours=6)


def folder_of(classroom: Classroom) -> RecordingFolder:
    return RecordingFolder(settings.RECORDINGS_ROOT / classroom.recording.hex)


def address_of(classroom: Classroom, *, kind: str, person: Person | None, user: User) -> str:
    """The playlist's address for `user`, watching as `person` (None: as no learner)."""
    token = tokens.make_token(
        recording=classroom.recording.hex,
        session=classroom.session_id,
        person=person.pk if person else 0,
        kind=kind,
        login=user.pk,
        lifetime=VALID_FOR,
    )
    return tokens.media_path(token, f"{kind}.m3u8")
