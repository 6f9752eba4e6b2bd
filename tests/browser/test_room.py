"""A learner's room with keys only, on a big screen, and after a broken line."""

import re

import pytest

from tests.browser.steps import sees_pictures, until

pytestmark = [pytest.mark.browser, pytest.mark.journey]

VISITS = """
from live.models import Visit
answer = [
    [visit.entered_at.timestamp(), visit.last_seen_at.timestamp()]
    for visit in Visit.objects.filter(classroom__session={session}).order_by("entered_at")
]
"""

# As if the page had last been heard of a minute earlier than it was.
A_MINUTE_EARLIER = """
from datetime import timedelta
from django.db.models import F
from live.models import Visit
minute = timedelta(minutes=1)
answer = Visit.objects.filter(classroom__session={session}).update(
    entered_at=F("entered_at") - minute, last_seen_at=F("last_seen_at") - minute
)
"""


def test_questions_are_asked_by_keys_alone_and_by_voice(teacher, learner):
    page = learner(width=1280, height=800)
    sees_pictures(page, "the learner")

    page.get_by_role("button", name="提问").focus()
    page.keyboard.press("Enter")
    page.keyboard.type("收笔要停多久？")
    page.keyboard.press("Enter")
    until(lambda: "收笔要停多久" in teacher.inner_text("message-list"), "the teacher reads it")
    assert page.evaluate("document.activeElement.dataset.act") == "ask"

    page.keyboard.press("Enter")
    page.get_by_role("button", name="用说的").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="说完了").wait_for()
    page.wait_for_timeout(1500)  # Somebody speaks for so long.
    page.keyboard.press("Enter")
    page.locator("[data-voice=send]").wait_for()
    page.keyboard.press("Enter")
    spoken = teacher.get_by_role("button", name=re.compile("听 . 秒"))
    spoken.wait_for()

    with teacher.expect_response(re.compile("voice-[0-9a-f]{32}.m4a")) as answer:
        spoken.click()
    assert answer.value.status in (200, 206)
    teacher.get_by_role("button", name="停", exact=True).wait_for()


def test_a_big_screen_is_led_by_the_arrows_of_a_remote_control(teacher, learner):
    page = learner("?tv", width=1920, height=1080)
    sees_pictures(page, "the hall")

    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    for _ in range(12):
        if page.evaluate("document.activeElement.dataset.act") == "hand":
            break
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")

    until(lambda: "李国强" in teacher.inner_text("[data-here]"), "the teacher sees the hand")
    sizes = page.locator("class-room button:visible, class-room a.button:visible").evaluate_all(
        "them => them.map((one) => one.getBoundingClientRect().height)"
    )
    assert min(sizes) >= 80
    overflow = "document.documentElement.scrollHeight - innerHeight"
    assert page.evaluate(overflow) <= 0

    # What is asked has the focus; one press more and it is answered.
    teacher.get_by_role("button", name="请发言").click()
    focus = "document.activeElement.innerText"
    until(lambda: page.evaluate(focus) == "开始说话", "the question takes the focus")
    page.keyboard.press("ArrowDown")
    assert page.evaluate(focus) == "不说"
    page.keyboard.press("Enter")
    until(lambda: page.evaluate(focus) == "把手放下", "her hand can be put down by the next press")


def test_after_a_broken_line_what_was_missed_is_shown_and_no_minute_is_lost(
    server, school, teacher, learner
):
    page = learner()
    sees_pictures(page, "the learner")

    def visits():
        return server.python(VISITS.format(session=school["session"]))

    began = visits()[0][1]
    until(lambda: visits()[0][1] > began, "a beat is counted")

    page.context.set_offline(True)
    until(lambda: "正在自动接上" in page.inner_text("class-room"), "the page says so")
    server.python(A_MINUTE_EARLIER.format(session=school["session"]))
    server.python(
        "import uuid\n"
        "from live import services\n"
        "from live.models import Classroom\n"
        f"room = Classroom.objects.get(session={school['session']})\n"
        "person = room.session.class_group.teacher\n"
        "services.say(classroom=room, person=person, text='看这一笔', client_id=uuid.uuid4())\n"
        "answer = 0"
    )
    page.wait_for_timeout(40_000)  # The line is gone for two beats.
    page.context.set_offline(False)

    until(lambda: "看这一笔" in page.inner_text("message-list"), "what was missed is shown")
    until(lambda: "正在自动接上" not in page.inner_text("class-room"), "the line is back")
    until(lambda: len(visits()) == 2, "a visit of its own began after so long")
    until(lambda: visits()[0][1] == visits()[1][0], "the gap is filled by what was handed in")
    sees_pictures(page, "the learner, back again,")
