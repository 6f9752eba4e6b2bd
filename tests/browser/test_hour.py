"""A whole class: a learner with keys alone waits, listens, asks, votes and speaks; the voice is
in the replay."""

import math
import time
import wave
from array import array

import av
import pytest
from django.conf import settings

from live.video.copying import make_copy
from live.video.store import RecordingFolder
from tests.browser.steps import be, end_class, sees_pictures, until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(360)]

RATE = 48_000
WINDOW_S = 0.25

TO_COME = """
from datetime import timedelta
from courses.models import ClassSession
from django.utils import timezone
answer = ClassSession.objects.filter(pk={session}).update(
    starts_at=timezone.now() + timedelta(minutes=10)
)
"""

RECORDING = """
from live.models import Classroom
from live.recordings import folder_of
folder = folder_of(Classroom.objects.get(session={session}))
runs = [s.run for s in folder.timeline().renditions["main"].segments if s.is_first_of_run]
answer = {{"path": str(folder.path), "began_at": [run.began_at for run in runs]}}
"""

FOCUSED = """() => {
  const at = document.activeElement
  return [at.tagName, at.innerText ?? "", at.offsetHeight > 0]
}"""


def sound_file(name, level_at):
    """Ten seconds of a microphone; Chromium plays them again and again."""
    path = settings.TESTS / f"{name}-{settings.WORKER}.wav"
    samples = array("h", (round(level_at(n / RATE) * 32767) for n in range(10 * RATE)))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    return path


def syllable(at: float) -> float:
    """Like speech: what sounds on and on is taken for noise and suppressed by the browser."""
    number, within = divmod(at, 0.24)
    if within > 0.17:
        return 0.0
    pitch = (140, 190, 160, 220, 175)[int(number) % 5] * (1 + 0.3 * within)
    swell = math.sin(math.pi * within / 0.17)
    tones = (math.sin(2 * math.pi * pitch * k * at) / k for k in range(1, 12))
    return 0.45 * swell * sum(tones) / 1.6


def loudness(path) -> list[float]:
    """Of every quarter of a second (root mean square), 0 to 1."""
    levels = array("f")
    with av.open(str(path)) as film:
        resampler = av.AudioResampler(format="flt", layout="mono", rate=8000)
        for frame in film.decode(audio=0):
            for ready in resampler.resample(frame):
                levels.frombytes(bytes(ready.planes[0])[: ready.samples * 4])
    size = int(8000 * WINDOW_S)
    return [
        math.sqrt(sum(level * level for level in levels[at : at + size]) / size)
        for at in range(0, len(levels) - size, size)
    ]


def press(page, name):
    """Walk there with the tab key and press."""
    for _ in range(60):
        page.keyboard.press("Tab")
        tag, text, is_seen = page.evaluate(FOCUSED)
        if tag in {"BUTTON", "SUMMARY", "A"} and is_seen and name in text:
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"the tab key never came to {name}")


def says(page, text):
    until(lambda: text in page.inner_text("class-room"), f"the page says {text}")


def test_an_hour_by_keys_alone_with_the_voice_in_the_replay(
    server, school, room, launch, open_page
):
    server.python(TO_COME.format(**school))
    silent = sound_file("silence", lambda _at: 0.0)
    spoken = sound_file("speech", syllable)
    teacher = open_page(of=launch(sound=silent))
    be(teacher, server, "13800000101")
    page = open_page(of=launch(sound=spoken))
    be(page, server, "13800000103")

    # She tries the sound and waits.
    page.goto(room)
    press(page, "放一段声音")
    press(page, "听得到")
    says(page, "声音没有问题")
    teacher.goto(f"{room}console/")
    teacher.get_by_role("button", name="开始上课").click()
    sees_pictures(page, "the learner")

    # Fewer pictures, and all of them again.
    press(page, "现在放")
    press(page, "课件和声音")
    until(lambda: page.evaluate(FOCUSED)[0] == "SUMMARY", "the menu closes under her hand")
    assert "现在放：课件和声音" in page.inner_text("room-modes")
    page.keyboard.press("Enter")
    press(page, "画面和声音")
    sees_pictures(page, "the learner, with pictures again,")

    # She cannot hear, and can again.
    press(page, "我听不到")
    says(page, "已经告诉老师您听不到")
    until(lambda: "李国强" in teacher.inner_text("[data-here]"), "the teacher reads it")
    press(page, "现在听到了")

    # She has the floor.
    press(page, "举手")
    teacher.get_by_role("button", name="请发言").click()
    until(lambda: page.evaluate(FOCUSED)[1] == "开始说话", "the question takes the focus")
    accepted_at = time.time()
    page.keyboard.press("Enter")
    says(page, "您正在发言，大家都听得到")
    until(lambda: page.evaluate(FOCUSED)[1] == "说完了", "the way to end it has the focus")
    until(lambda: "正在发言" in teacher.inner_text("floor-desk"), "the teacher sees who speaks")
    page.wait_for_timeout(5000)  # The two find each other.
    spoke_from = time.time()
    page.wait_for_timeout(15_000)
    spoke_to = time.time()
    page.keyboard.press("Enter")
    until(lambda: page.evaluate(FOCUSED)[1] == "举手", "the focus is back where it began")
    teacher.locator("floor-desk").wait_for(state="hidden")
    page.wait_for_timeout(3000)
    ended_at = time.time()

    end_class(teacher)
    says(page, "下课了")
    found = until(lambda: server.python(RECORDING.format(**school)), "there is a recording")
    (began_at,) = found["began_at"]
    heard = loudness(make_copy(RecordingFolder(found["path"])))

    def between(start, end):
        first, last = (round((at - began_at) / WINDOW_S) for at in (start, end))
        return heard[first:last]

    voice = between(spoke_from, spoke_to)
    assert sum(level > 0.02 for level in voice) > 0.9 * len(voice)
    # Nobody else made a sound.
    assert max([*between(began_at, accepted_at), *between(ended_at - 1, ended_at)]) < 0.005

    press(page, "看回放")
    page.wait_for_url("**/replay/")
