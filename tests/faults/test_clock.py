"""The server's clock is set back in the middle of a class, and later set right again.

A real server process with a start-up of its own (tests.faults.shifted) by which its clock can
be set: no beat is lost or counted twice, nobody's minutes are negative, everybody may write.
"""

import os
import time

import pytest
from django.conf import settings

from bench.stage.crowd import Line, post
from bench.stage.school import class_of
from tests.serving import Server

from .test_room import A_BEAT_AND_ITS_WRITING_S, BEAT_S, all_heard_the_same, everybody, sentences

PAGES = 10
BACK_S = 300
# The class began before the clock was set, by more than it is set back.
BEGAN_AGO_S = 1200

BEGUN = """
from datetime import timedelta
from django.db.models import F
from live import services
from live.models import Classroom, Visit
room = Classroom.objects.get(pk={room})
services.begin(classroom=room)
ago = timedelta(seconds={ago})
Classroom.objects.filter(pk=room.pk).update(started_at=F("started_at") - ago)
Visit.objects.filter(classroom=room).update(entered_at=F("entered_at") - ago)
room.session.starts_at -= ago
room.session.save()
answer = 0
"""
CLOSED = """
from live.models import Attendance, Classroom, RoomEvent, Visit
room = Classroom.objects.get(pk={room})
answer = {{
    "numbers": list(RoomEvent.objects.filter(classroom=room).values_list("number", flat=True)),
    "began": room.started_at.timestamp(),
    "ended": room.ended_at and room.ended_at.timestamp(),
    "visits": [
        [visit.person_id, visit.entered_at.timestamp(), visit.last_seen_at.timestamp()]
        for visit in Visit.objects.filter(classroom=room)
    ],
    "attended": [
        [each.person_id, each.seconds, each.session_seconds, len(each.spans)]
        for each in Attendance.objects.filter(session=room.session)
    ],
}}
"""


class ShiftedServer(Server):
    application = "tests.faults.shifted:application"


@pytest.fixture
def shifted(tmp_path, copies, static_files):
    """(server, set_clock): the server's clock is wrong by the seconds it is told."""
    clock = tmp_path / "clock"

    def set_clock(seconds):
        new = clock.with_suffix(".new")
        new.write_text(str(seconds))
        new.rename(clock)

    set_clock(0)
    if settings.IS_POSTGRES:
        name = f"yinling_clock_{os.getpid()}"
    else:
        name = tmp_path / "yinling.sqlite3"
    copies.copy_to(name)
    server = ShiftedServer(
        folder=tmp_path / "school", database_url=copies.url(str(name)), SHIFTED_CLOCK=str(clock)
    )
    yield server, set_clock
    server.close()
    copies.drop(name)


def end(server, made):
    """The teacher ends the class."""
    request = post(f"/sessions/{made['session']}/end/", login=made["teacher"])
    line = Line(server.port)
    line.send(request)
    while (answer := line.read()) is None:
        pass
    line.socket.close()
    return answer


def test_a_clock_that_is_set_back_takes_nothing_and_gives_nothing(shifted):
    server, set_clock = shifted
    made = class_of(server, learners=PAGES)
    server.start()
    with everybody(server, made, beat_s=BEAT_S) as visitors:
        server.python(BEGUN.format(room=made["room"], ago=BEGAN_AGO_S))

        def standing():
            return server.python(CLOSED.format(room=made["room"]))

        # As much as one may write at once, each of them.
        texts = sentences(7 * PAGES)
        visitors.say_all(texts[: 5 * PAGES])
        set_at = time.time()
        set_clock(-BACK_S)
        time.sleep(A_BEAT_AND_ITS_WRITING_S)
        # What they wrote is no "just now" of the coming five minutes.
        visitors.say_all(texts[5 * PAGES : 6 * PAGES])
        behind = standing()
        assert len(behind["visits"]) == PAGES
        for _person, entered, seen in behind["visits"]:
            assert entered <= seen <= set_at + 1

        # Set right again: the same visits go on.
        set_clock(0)
        time.sleep(A_BEAT_AND_ITS_WRITING_S)
        now = standing()
        assert sorted(visit[:2] for visit in now["visits"]) == sorted(
            visit[:2] for visit in behind["visits"]
        )
        assert all(seen > set_at for _person, _entered, seen in now["visits"])

        # And the class is ended by a clock that is wrong.
        set_clock(-BACK_S)
        visitors.say_all(texts[6 * PAGES :])
        all_heard_the_same(visitors, texts)
        assert end(server, made).status == 302
    closed = standing()
    assert sorted(closed["numbers"]) == list(range(1, len(closed["numbers"]) + 1))
    lasted = closed["ended"] - closed["began"]
    assert BEGAN_AGO_S - BACK_S < lasted < BEGAN_AGO_S
    assert sorted(each[0] for each in closed["attended"]) == sorted(made["persons"])
    for _person, seconds, session_seconds, spans in closed["attended"]:
        assert spans == 1
        assert seconds == session_seconds == round(lasted)
