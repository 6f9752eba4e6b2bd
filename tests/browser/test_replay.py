"""A class once more: by keyboard alone, where she stopped, and by chapters."""

import av
import pytest

from tests.browser.steps import be, seconds_played, until
from tests.browser.test_chain import SCHOOL
from tests.browser.test_couple import SEATED

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


WORKED_OFF = """
from live import copies
from live.models import Replay
answer = copies.make.func(Replay.objects.get().pk)
"""


def test_a_teacher_keeps_the_class_on_a_computer(server, open_page, tmp_path):
    # The class of the test before, or one of its own.
    exists = "from courses.models import ClassSession\nanswer = ClassSession.objects.exists()"
    if not server.python(exists):
        server.python(SCHOOL)
        server.python(TAUGHT)
    session = server.python(
        "from courses.models import ClassSession\nanswer = ClassSession.objects.get().pk"
    )
    page = open_page(accept_downloads=True)
    be(page, server, "13800000101")
    page.goto(f"{server.url}/sessions/{session}/review/")

    page.get_by_role("button", name="做一个 MP4 文件").click()
    page.get_by_text("正在做，完成了 0%").wait_for()
    assert server.python(WORKED_OFF)  # No worker runs beside the server here.
    page.get_by_role("link", name="看看做好了没有").click()
    page.reload()
    with page.expect_download() as coming:
        page.get_by_role("button", name="下载").click()

    file = tmp_path / coming.value.suggested_filename
    coming.value.save_as(file)
    assert file.name == "行书入门 第1讲.mp4"
    with av.open(str(file)) as film:
        assert 59 < film.duration / av.time_base < 61
        assert [stream.type for stream in film.streams] == ["video", "audio"]
