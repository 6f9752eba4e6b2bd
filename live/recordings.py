"""Where a class's recording lies, and the address under which one person may watch it."""

import shutil
from datetime import timedelta

from django.conf import settings

from accounts.models import Person
from live.models import Classroom
from live.video import tokens
from live.video.store import RecordingFolder

# A page that stays open through a class that runs over keeps its address; whoever loses
# the seat is out within a minute all the same (live.gate).
VALID_FOR = timedelta(hours=6)


def folder_of(classroom: Classroom) -> RecordingFolder:
    return RecordingFolder(settings.RECORDINGS_ROOT / classroom.recording.hex)


def address_of(classroom: Classroom, *, kind: str, person: Person | None) -> str:
    """The playlist's address for one person (0: somebody without a file of their own)."""
    token = tokens.make_token(
        recording=classroom.recording.hex,
        session=classroom.session_id,
        person=person.pk if person else 0,
        kind=kind,
        lifetime=VALID_FOR,
    )
    return tokens.media_path(token, f"{kind}.m3u8")


def storage_used() -> tuple[int, int]:
    """Bytes free and bytes in all on the disk that takes the recordings."""
    usage = shutil.disk_usage(settings.RECORDINGS_ROOT)
    return usage.free, usage.total
