from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from live import services
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
