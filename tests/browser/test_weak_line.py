"""A line that becomes weak and strong again, throttled by the browser's own protocol."""

import io
import time

import av
import pytest

from tests import media
from tests.browser.steps import WATCH, seconds_played, sees_pictures, until, watch

pytestmark = pytest.mark.browser

# What is on its way on a mobile network of the weak kind.
LATENCY_MS = 60


class Line:
    """The line of a page: how much it carries, and what came over it."""

    def __init__(self, page):
        self.bytes = 0
        self._protocol = page.context.new_cdp_session(page)
        self._protocol.send("Network.enable")
        self._protocol.on("Network.dataReceived", self._came)
        self._protocol.on("Network.responseReceived", self._answered)

    def carries(self, kbit: int | None):
        """So many kbit/s; None for all that the machine can."""
        rate = kbit * 125 if kbit else -1
        self._protocol.send(
            "Network.emulateNetworkConditions",
            {
                "offline": False,
                "latency": LATENCY_MS if kbit else 0,
                "downloadThroughput": rate,
                "uploadThroughput": rate,
            },
        )

    def _came(self, data):
        self.bytes += data["encodedDataLength"] or data["dataLength"]

    def _answered(self, answer):
        self.bytes += answer["response"]["encodedDataLength"]


def drawings() -> list[dict]:
    """Three pages of slides as heavy as they come: photographs."""
    found = []
    with av.open(str(media.clip())) as film:
        for number, frame in enumerate(film.decode(video=0)):
            if number % 40 == 0 and len(found) < 3:
                out = io.BytesIO()
                frame.to_image().resize((1600, 900)).save(out, "JPEG", quality=90)
                found.append(
                    {
                        "name": f"{len(found)}.jpg",
                        "mimeType": "image/jpeg",
                        "buffer": out.getvalue(),
                    }
                )
    return found


def test_a_weak_line_brings_slides_and_sound_and_a_better_one_the_picture(teacher, learner):
    teacher.locator("[data-files]").set_input_files(drawings())
    until(lambda: "1 / 3" in teacher.inner_text("slide-shelf"), "the slides are there")
    page = learner()
    sees_pictures(page, "the learner")
    if (tap := page.get_by_role("button", name="打开声音")).is_visible():
        tap.click()
    line = Line(page)

    line.carries(400)
    offer = page.get_by_text("网络有点慢，画面可能会停。")
    offer.wait_for(timeout=60_000)
    fell = page.get_by_text("网络慢，画面停住了，先放课件和声音。")
    fell.wait_for(timeout=60_000)
    assert not offer.is_visible()
    assert "现在放：课件和声音" in page.inner_text("room-modes")

    def slide():
        return page.evaluate(
            "(({complete, naturalWidth, src}) => complete && naturalWidth && src)"
            "(document.querySelector('[data-slide]'))"
        )

    first = until(slide, "the page of slides is shown")
    sees_pictures(page, "the learner, with sound alone,")
    assert loudness(page) > 0.001

    # It suffices: the sound goes on while a page of slides is turned.
    began, place, came = time.monotonic(), seconds_played(page), line.bytes
    teacher.get_by_role("button", name="下一张").click()
    until(lambda: slide() not in (False, first), "the next page is shown")
    while time.monotonic() - began < 20:
        page.wait_for_timeout(500)
    took = time.monotonic() - began
    used = (line.bytes - came) * 8 / took / 1000
    played = (seconds_played(page) - place) / took
    assert played > 0.97
    assert used < 400

    # Less than the sound itself takes: nothing is left for the slides.
    line.carries(40)
    page.get_by_text("网络很慢，先只放声音。").wait_for(timeout=90_000)
    assert not fell.is_visible()
    assert "现在放：只听声音" in page.inner_text("room-modes")
    page.screenshot(path="/tmp/fell.png")

    line.carries(None)
    page.get_by_text("网络好了，画面回来了。").wait_for(timeout=90_000)
    sees_pictures(page, "the learner, with the picture again,")
    seen = watch(page)
    assert (seen["width"], seen["muted"]) == (1280, False)
    assert seen["loudest"] > 0.001


def test_who_wants_the_picture_all_the_same_keeps_it(teacher, learner):
    page = learner()
    sees_pictures(page, "the learner")
    line = Line(page)

    line.carries(300)
    page.get_by_role("button", name="先不改").or_(
        page.get_by_role("button", name="还是看画面")
    ).first.click(timeout=60_000)

    line.carries(None)
    sees_pictures(page, "the learner, on the better line,")
    assert page.locator("class-room").get_attribute("data-mode") == "picture"
    assert not page.locator("[data-says]:visible").count()


def loudness(page) -> float:
    """How loud it is where no picture moves; again while a busy machine stutters."""
    return until(lambda: page.evaluate(WATCH)["loudest"], "there is sound")
