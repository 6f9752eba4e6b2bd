"""What goes out of the teacher's page: one recording, whatever is shown, however it stutters."""

import io

import pytest
from PIL import Image

from tests.browser.steps import be, sees_pictures, until

pytestmark = pytest.mark.browser

# Who made recorders and lines of the stream, and how many.
COUNTED = """
window.recorders = []
window.lines = []
window.MediaRecorder = class extends MediaRecorder {
  constructor(...all) { super(...all); recorders.push(this) }
}
window.WebSocket = class extends WebSocket {
  constructor(url, ...all) { super(url, ...all); if (url.includes("/console/")) lines.push(this) }
}
"""

RUNS = """
from live.models import Classroom
from live.recordings import folder_of
room = Classroom.objects.get(session={session})
segments = folder_of(room).timeline().renditions["main"].segments
answer = len({{segment.run.number for segment in segments}})
"""

# The colours of the learner's picture: in the middle, and where the teacher would be small.
COLOURS = """() => {
  const video = document.querySelector("video")
  const canvas = new OffscreenCanvas(1280, 720)
  const pen = canvas.getContext("2d")
  pen.drawImage(video, 0, 0, 1280, 720)
  const at = (x, y) => [...pen.getImageData(x, y, 1, 1).data.slice(0, 3)]
  return { middle: at(640, 200), corner: [at(1000, 560), at(1110, 620), at(1240, 690)] }
}"""


def is_red(colour):
    red, green, blue = colour
    return red > 150 and green < 70 and blue < 70


def is_green(colour):
    red, green, blue = colour
    return green > 100 and red < 90 and blue < 60


@pytest.fixture
def console(server, room, open_page, launch, real_clip):
    pictures, sound = real_clip
    page = open_page(of=launch(video=pictures, sound=sound))
    page.add_init_script(COUNTED)
    be(page, server, "13800000101")
    page.goto(f"{room}console/")
    page.get_by_role("button", name="开始上课").click()
    return page


def red_page() -> dict:
    out = io.BytesIO()
    Image.new("RGB", (1600, 900), (200, 20, 20)).save(out, "PNG")
    return {"name": "red.png", "mimeType": "image/png", "buffer": out.getvalue()}


def test_the_teacher_stands_small_beside_the_slides_in_the_same_recording(
    server, school, console, learner
):
    page = learner()
    sees_pictures(page, "the learner")

    console.locator("[data-files]").set_input_files(red_page())
    until(lambda: is_red(page.evaluate(COLOURS)["middle"]), "the slide is seen")
    assert all(map(is_red, page.evaluate(COLOURS)["corner"]))

    inset = console.get_by_role("button", name="角上带我")
    inset.click()
    until(
        lambda: not any(map(is_red, page.evaluate(COLOURS)["corner"])),
        "the teacher is seen in the corner",
    )
    assert is_red(page.evaluate(COLOURS)["middle"])
    assert inset.get_attribute("aria-pressed") == "true"

    inset.click()
    until(lambda: all(map(is_red, page.evaluate(COLOURS)["corner"])), "the slide is whole again")
    # Over the screen as well: the made-up one is green.
    console.get_by_role("button", name="屏幕").click()
    until(lambda: is_green(page.evaluate(COLOURS)["corner"][1]), "the screen is seen")
    inset.click()
    until(
        lambda: not is_green(page.evaluate(COLOURS)["corner"][1]),
        "the teacher is seen in the screen's corner",
    )
    assert is_green(page.evaluate(COLOURS)["middle"])
    inset.click()
    console.get_by_role("button", name="摄像头", exact=True).click()
    until(lambda: not is_green(page.evaluate(COLOURS)["middle"]), "the camera is seen")
    assert not inset.is_visible()

    assert console.evaluate("[recorders.length, lines.length]") == [1, 1]
    assert server.python(RUNS.format(**school)) == 1


def test_a_recorder_that_stutters_is_waited_for_and_one_that_died_replaced(console, learner):
    page = learner()
    sees_pictures(page, "the learner")
    veil = page.get_by_text("老师的网络断了一下")

    console.evaluate("recorders.at(-1).pause()")
    veil.wait_for(timeout=20_000)
    console.evaluate("recorders.at(-1).resume()")
    veil.wait_for(state="hidden", timeout=20_000)
    sees_pictures(page, "the learner, after a pause,")
    assert console.evaluate("[recorders.length, lines.length]") == [1, 1]

    console.evaluate("recorders.at(-1).pause()")
    until(lambda: console.evaluate("recorders.length") == 2, "a new recorder is made")
    veil.wait_for(state="hidden", timeout=20_000)
    sees_pictures(page, "the learner, with the new recorder,")
    assert console.evaluate("lines.length") == 1
