"""What the demo school has been taught so far: past classes with people in them.

Presence is drawn from a seed of the session, so running it again finds the same people.
"""

import random
import uuid
from datetime import datetime, timedelta

from courses import queries as courses
from courses.models import ClassSession
from live import services
from live.attendance import GONE_AFTER
from live.models import Classroom, Visit

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
