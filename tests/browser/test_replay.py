"""A class once more: by keyboard alone, where she stopped, and by chapters."""

import contextlib
import re
import subprocess
import sys

import av
import pytest

from tests.browser.steps import be, seconds_played, until
from tests.browser.test_chain import SCHOOL
from tests.browser.test_couple import SEATED
from tests.serving import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.journey]

WIFE = "13800000102"
PHONE = {"width": 390, "height": 844}

# A minute of pictures and sound, as a browser sends them; two pages of slides.
TAUGHT = """
from datetime import UTC, datetime
from django.db import transaction
from django.utils import timezone
from live import logbook, replays, services
from live.models import Classroom, RoomEvent
from courses.models import ClassSession
from live.recordings import folder_of
from live.video.ingest import Ingest
from tests.live.video.streams import matroska, pictures, sounds
now = timezone.now()
room = services.open_room(session=ClassSession.objects.get())
services.begin(classroom=room, now=now)
ingest = Ingest(folder_of(room))
ingest.feed(matroska(pictures(seconds=60), sounds(seconds=60)))
ingest.finish()
ingest.join(60)
room.refresh_from_db()
run = folder_of(room).timeline().renditions["main"].run
for page, (second, title) in enumerate([(0, "横画"), (30, "竖画")], 1):
    with transaction.atomic():
        logbook.write(
            room,
            RoomEvent.Kind.SLIDE,
            body={"deck": "ab", "page": page, "of": 2, "title": title},
            now=datetime.fromtimestamp(run.began_at + second, tz=UTC),
        )
# She said so half a minute into the recording.
words = {"text": "收笔 <慢>", "heard": False}
with transaction.atomic():
    said = logbook.write(room, RoomEvent.Kind.CAPTION, body=words, now=now)
said.happened_at = datetime.fromtimestamp(run.began_at + 33, tz=UTC)
said.save()
services.end(classroom=room)
room.refresh_from_db()
answer = replays.of(room).whole_seconds
"""

STUDY = """
from live.models import ReplayStudy
row = ReplayStudy.objects.first()
answer = row and [row.seconds, row.position, row.speed_percent]
"""


def press(page, name):
    """Walk there with the tab key and press."""
    for _ in range(60):
        page.keyboard.press("Tab")
        focus = page.evaluate(
            "[document.activeElement.tagName, document.activeElement.innerText ?? '']"
        )
        if focus[0] == "BUTTON" and name in focus[1]:
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"the tab key never came to {name}")


def test_a_replay_goes_on_where_she_stopped_by_keyboard_alone(server, open_page):
    school = server.python(SCHOOL)
    server.python(SEATED)
    assert 59 < server.python(TAUGHT) < 61
    page = open_page(viewport=PHONE)
    be(page, server, WIFE)
    replay = f"{server.url}/sessions/{school['session']}/replay/"
    page.goto(replay)

    press(page, "开始看")
    until(lambda: seconds_played(page) > 1, "it plays")
    press(page, "快一点")
    press(page, "竖画")
    until(lambda: seconds_played(page) > 31, "it plays from the chapter on")
    assert "竖画" in page.inner_text(".chapters [aria-current]")
    words = page.locator("replay-captions p")
    until(lambda: words.inner_text() == "收笔 <慢>", "what was said stands under the picture")
    letters = "(words) => getComputedStyle(words).fontSize"
    assert float(words.evaluate(letters).removesuffix("px")) >= 24

    # She leaves, and comes back another time.
    page.goto(server.url)
    until(lambda: server.python(STUDY)[1] >= 30, "the place is kept")
    seconds, _position, speed = server.python(STUDY)
    assert speed == 125
    page.goto(replay)
    assert page.get_by_role("button", name="快一点").get_attribute("aria-pressed") == "true"
    press(page, "接着看")
    until(lambda: seconds_played(page) > 30.5, "it goes on where she stopped")
    assert page.evaluate("document.querySelector('video').playbackRate") == 1.25
    until(lambda: server.python(STUDY)[0] > seconds, "what she sees is counted")


# Half a class in one size and half in another: its pictures are encoded anew, which takes a while.
IN_TWO_SIZES = """
from django.utils import timezone
from courses.models import ClassGroup
from live import replays, services
from live.recordings import folder_of
from live.video.ingest import Ingest
from tests import factories
from tests.live.video.streams import matroska, pictures, sounds
session = factories.session(ClassGroup.objects.get(), starts_at=timezone.now())
room = services.open_room(session=session)
services.begin(classroom=room)
for size in ((640, 360), (320, 180)):
    ingest = Ingest(folder_of(room))
    ingest.feed(matroska(pictures(seconds=20, size=size), sounds(seconds=20), size=size))
    ingest.finish()
    ingest.join(60)
services.end(classroom=room)
room.refresh_from_db()
answer = [session.pk, replays.of(room).whole_seconds]
"""


@contextlib.contextmanager
def worker_of(server):
    """The process that does what takes long, as `dev.py` and the services start it."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", "db_worker", "--no-startup-delay", "--no-reload"],
        cwd=ROOT,
        env=server.env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


def test_a_teacher_keeps_the_class_on_a_computer(server, open_page, tmp_path):
    exists = "from courses.models import ClassSession\nanswer = ClassSession.objects.exists()"
    if not server.python(exists):
        server.python(SCHOOL)
    session, seconds = server.python(IN_TWO_SIZES)
    page = open_page(accept_downloads=True)
    be(page, server, "13800000101")
    page.goto(f"{server.url}/sessions/{session}/review/")

    page.get_by_role("button", name="做一个 MP4 文件").click()
    page.get_by_text("正在做，完成了 0%").wait_for()
    seen = set()

    def look():
        page.get_by_role("link", name="看看做好了没有").click()
        page.reload()
        seen.update(map(int, re.findall(r"完成了 (\d+)%", page.inner_text("main"))))
        return page.get_by_role("button", name="下载").is_visible()

    with worker_of(server):
        until(look, "the file is made", patience=120)
    # How far it was could be read on the way.
    assert seen - {0}
    with page.expect_download() as coming:
        page.get_by_role("button", name="下载").click()

    file = tmp_path / coming.value.suggested_filename
    coming.value.save_as(file)
    assert file.name.startswith("行书入门 第")
    assert file.suffix == ".mp4"
    with av.open(str(file)) as film:
        assert abs(film.duration / av.time_base - seconds) < 0.5
        assert [stream.type for stream in film.streams] == ["video", "audio"]
        assert sum(packet.size > 0 for packet in film.demux(video=0)) == 2 * 20 * 30
