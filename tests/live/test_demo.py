from datetime import timedelta

import pytest
from django.utils import timezone

from live import demo
from live.models import Attendance, Classroom, Visit
from live.recordings import folder_of
from live.video.playlist import replay_playlist
from live.video.timeline import MAIN
from tests import factories


def everything():
    return {
        model: list(model.objects.order_by("pk").values())
        for model in (Classroom, Visit, Attendance)
    }


@pytest.mark.django_db
def test_past_classes_are_taught_once_and_the_last_can_be_seen_again(settings, tmp_path):
    settings.RECORDINGS_ROOT = tmp_path
    now = timezone.now()
    # Who came, and when, hangs on the code.
    group = factories.class_group(code="XS-1")
    for number in range(12):
        factories.seat(group, factories.person(f"学员{number}"), now=now - timedelta(days=4))
    past = factories.session(group, starts_at=now - timedelta(days=3))
    factories.session(group, starts_at=now)

    demo.create(now=now)
    first = everything()
    demo.create(now=now)

    assert everything() == first
    room = Classroom.objects.get()
    assert (room.session, room.state) == (past, "ended")
    assert 6 < Attendance.objects.filter(is_present=True).count() <= 12
    assert "#EXT-X-ENDLIST" in replay_playlist(folder_of(room).timeline().renditions[MAIN])
