"""kill -9 in the middle of a class: the class goes on, presence and recording stand."""

import time

import pytest

from live.attendance import BEAT_EVERY
from tests.browser.steps import end_class, log_in, sees_pictures, until
from tests.browser.test_chain import SCHOOL

pytestmark = [pytest.mark.browser, pytest.mark.journey]

VISITS = """
from live.models import Visit
answer = [
    [visit.person.name, visit.entered_at.timestamp(), visit.last_seen_at.timestamp()]
    for visit in Visit.objects.select_related("person").order_by("entered_at")
]
"""
ROOM = """
from live.models import Classroom
room = Classroom.objects.get()
answer = {"state": room.state, "folder": str(room.recording.hex)}
"""


def test_killing_the_server_keeps_the_class_presence_and_recording(
    own_server, launch, open_page, real_clip
):
    server = own_server
    pictures, sound = real_clip
    school = server.python(SCHOOL)
    room = f"{server.url}/sessions/{school['session']}/"
    teacher, learner = open_page(of=launch(video=pictures, sound=sound)), open_page()
    for page, phone, address in (
        (learner, "13800000103", room),
        (teacher, "13800000101", f"{room}console/"),
    ):
        log_in(page, server, phone)
        page.goto(address)
    teacher.get_by_role("button", name="开始上课").click()
    sees_pictures(learner, "the learner")
    time.sleep(6)

    server.kill()
    killed = time.time()
    until(lambda: "正在自动接上" in learner.inner_text("class-room"), "the learner is told")
    server.start()

    until(lambda: "正在自动接上" not in learner.inner_text("class-room"), "the learner is back")
    assert server.python(ROOM)["state"] == "teaching"
    # The picture goes on: same page, same address, a new run of the same recording.
    sees_pictures(learner, "the learner, after the restart,")
    _name, _entered, seen = server.python(VISITS)[-1]
    assert killed - seen < 3 * BEAT_EVERY.total_seconds()
    assert all(seen <= time.time() + 1 for _name, _entered, seen in server.python(VISITS))

    end_class(teacher)
    until(lambda: "下课了" in learner.inner_text("class-room"), "the class ends")
    learner.goto(f"{room}replay/")
    length = until(
        lambda: learner.evaluate("document.querySelector('video')?.duration || 0"), "a replay"
    )
    # Six seconds before the kill and some after the return are there to be seen.
    assert length > 6
    learner.evaluate("document.querySelector('video').play()")
    sees_pictures(learner, "the learner, once more,")
