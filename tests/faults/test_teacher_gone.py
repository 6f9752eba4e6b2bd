"""Nothing comes from the teacher for long: the class waits, and goes on in the same recording.

(A line that is cut, which is told at once, is tried in tests/browser/test_console.py.)

Gone for 17 s here, not the minute of the rule: nothing in the product tells a minute from a
silence that is longer than its longest patience with a teacher (live.consumers.console:
SILENT_AFTER_S, 15 s; live.consoles: GONE_AFTER, 10 s). Silence that learners are forgiven
(90 s) is no matter here: theirs is a line of its own.
"""

import time

from bench.stage.school import class_of
from bench.stage.teaching import Teaching
from live.consumers import SILENT
from live.consumers.console import SILENT_AFTER_S
from live.video.store import RecordingFolder
from tests.live.video.streams import played

from .test_disk import pictures_told, record_more, told
from .test_room import BEAT_S, all_heard_the_same, everybody, sentences

PAGES = 10
LONG_S = SILENT_AFTER_S + 2

FOLDER = """
from live.models import Classroom
from live.recordings import folder_of
answer = str(folder_of(Classroom.objects.get(pk={room})).path)
"""
CLOSED = """
from live import services
from live.models import Attendance, Classroom
room = Classroom.objects.get(pk={room})
services.end(classroom=room)
services.close(classroom=room)
room.refresh_from_db()
answer = {{
    "seconds": (room.ended_at - room.started_at).total_seconds(),
    "attended": [
        [each.person_id, each.seconds, len(each.spans)]
        for each in Attendance.objects.filter(session=room.session)
    ],
}}
"""


def test_a_teacher_who_is_gone_for_long_comes_back_into_the_same_class(own_server):
    server, made = own_server, class_of(own_server, learners=PAGES)
    with everybody(server, made, beat_s=BEAT_S) as visitors:
        with Teaching(server, made) as teaching:
            told(visitors, on=True)
            folder = RecordingFolder(server.python(FOLDER.format(room=made["room"])))
            record_more(visitors, folder)
            gone = time.monotonic()
            teaching.fall_silent()
            told(visitors, on=False)
            # Learners hear of it long before the line is given up.
            assert time.monotonic() - gone < SILENT_AFTER_S
            texts = sentences(PAGES)
            visitors.say_all(texts)
            time.sleep(max(0, gone + LONG_S - time.monotonic()))
            assert [said["code"] for said in teaching.problems] == [SILENT]
        # Nobody is told twice of one silence.
        assert pictures_told(visitors) == [True, False]

        with Teaching(server, made):
            told(visitors, on=True)
            record_more(visitors, folder)
            all_heard_the_same(visitors, texts)
            assert [page.lost for page in visitors.pages] == [0] * PAGES
            closed = server.python(CLOSED.format(room=made["room"]))

    # Two runs of one recording, and everybody was there from its beginning to its end.
    before, after = played(folder)
    assert len(before.pictures) > 25
    assert len(after.pictures) > 25
    assert closed["seconds"] > LONG_S
    assert sorted(person for person, _seconds, _spans in closed["attended"]) == sorted(
        made["persons"]
    )
    for _person, seconds, spans in closed["attended"]:
        assert spans == 1
        assert closed["seconds"] - 1 <= seconds <= closed["seconds"] + 1
