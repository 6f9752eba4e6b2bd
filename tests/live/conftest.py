from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from live import replays, services
from live.recordings import folder_of
from live.video.timeline import MAIN, SOUND
from tests import factories


@pytest.fixture
def school(db):
    """A class that begins now: its room, its teacher, two learners with seats."""
    now = timezone.now()
    group = factories.class_group()
    learners = [factories.person("王秀兰"), factories.person("李国强", sex="m")]
    for learner in learners:
        factories.seat(group, learner, now=now - timedelta(days=1))
    session = factories.session(group, starts_at=now)
    return SimpleNamespace(
        now=now,
        group=group,
        session=session,
        room=services.open_room(session=session),
        teacher=group.teacher,
        learners=learners,
        learner=learners[0],
    )


@pytest.fixture
def recorded(school, settings, tmp_path):
    """Ten minutes in segments of 10 s, in two runs with a minute between them."""
    settings.RECORDINGS_ROOT = tmp_path
    services.begin(classroom=school.room, now=school.now)
    writer = folder_of(school.room).open_writer()
    began = school.now.timestamp()
    for run, begins in enumerate((began, began + 360)):
        for rendition in (MAIN, SOUND):
            writer.begin_run(rendition, run=run, init=b"i", codecs="avc1", began_at=begins)
            for _ in range(30):
                writer.add_part(rendition, b"x" * 100, seconds=10.0, is_independent=True)
                writer.finish_segment(rendition)
    writer.close()
    services.end(classroom=school.room, now=school.now + timedelta(minutes=11))
    school.room.refresh_from_db()
    return replays.of(school.room)
