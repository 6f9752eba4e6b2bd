"""The teacher's page and the room when something is missing or breaks."""

import pytest
import websockets
from websockets.sync.client import connect

from tests.browser.steps import be, end_class, seconds_played, sees_pictures, until
from tests.browser.test_chain import SCHOOL

pytestmark = pytest.mark.browser

REFUSED = "() => Promise.reject(new DOMException('no', '{name}'))"


@pytest.fixture
def school(server):
    """A meeting of its own for every test, on a server they share.

    Earlier ones stay: the server may still be writing what their last page did.
    """
    exists = server.python(
        "from courses.models import ClassGroup\nanswer = ClassGroup.objects.exists()"
    )
    if not exists:
        return server.python(SCHOOL)
    return server.python(
        "from django.utils import timezone\n"
        "from courses.models import ClassGroup\n"
        "from tests import factories\n"
        "session = factories.session(ClassGroup.objects.get(), starts_at=timezone.now())\n"
        "answer = {'session': session.pk}"
    )


@pytest.fixture
def teacher(server, school, open_page):
    def open_console(script="", of=None):
        page = open_page(of=of)
        if script:
            page.add_init_script(script)
        be(page, server, "13800000101")
        page.goto(f"{server.url}/sessions/{school['session']}/console/")
        return page

    return open_console


@pytest.fixture
def learner(server, school, open_page):
    def open_room(script=""):
        page = open_page(viewport={"width": 390, "height": 844})
        if script:
            page.add_init_script(script)
        be(page, server, "13800000103")
        page.goto(f"{server.url}/sessions/{school['session']}/")
        return page

    return open_room


@pytest.fixture
def state(server, school):
    def asked():
        return server.python(
            "from live.models import Classroom\n"
            f"answer = Classroom.objects.get(session={school['session']}).state"
        )

    return asked


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        (
            "navigator.mediaDevices.getUserMedia = " + REFUSED.format(name="NotAllowedError"),
            "没有允许用话筒",
        ),
        (
            "navigator.mediaDevices.getUserMedia = " + REFUSED.format(name="NotFoundError"),
            "没有找到话筒",
        ),
        ("MediaRecorder.isTypeSupported = () => false", "这个浏览器不能直播"),
        ("delete window.MediaRecorder", "这个浏览器不能直播"),
    ],
    ids=["refused", "no microphone", "unknown codec", "no recorder"],
)
def test_a_teacher_who_cannot_stream_reads_what_to_do(teacher, state, script, sentence):
    page = teacher(script)

    until(lambda: sentence in page.inner_text("main"), "the page says what is missing")

    assert page.get_by_role("button", name="开始上课").is_disabled()
    assert state() == "waiting"


def test_a_class_without_a_camera_shows_its_name_and_has_sound(server, teacher, learner):
    page = teacher(
        "const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);"
        "navigator.mediaDevices.getUserMedia = (wish) => wish.video"
        " ? Promise.reject(new DOMException('no', 'NotFoundError')) : real(wish)"
    )
    until(lambda: "没有找到摄像头" in page.inner_text("main"), "the page says so")

    page.get_by_role("button", name="开始上课").click()

    room = learner()
    room.get_by_role("button", name="打开声音").or_(room.locator("video")).first.wait_for()
    sees_pictures(room, "the learner")


def test_a_second_page_of_the_teacher_is_told_and_may_take_over(teacher, state, learner):
    first = teacher()
    first.get_by_role("button", name="开始上课").click()
    room = learner()
    sees_pictures(room, "the learner")

    second = teacher()
    until(lambda: "另一个页面上讲" in second.inner_text("main"), "the second page is told")
    second.get_by_role("button", name="换到这里上课").click()

    until(lambda: "换到另一个页面" in first.inner_text("main"), "the first page is told")
    before = seconds_played(room)
    sees_pictures(room, "the learner, with the other page teaching,")
    assert seconds_played(room) > before
    assert state() == "teaching"


def test_the_teachers_lost_line_is_told_and_the_picture_returns(server, teacher, learner):
    page = teacher()
    page.get_by_role("button", name="开始上课").click()
    room = learner()
    sees_pictures(room, "the learner")

    page.context.set_offline(True)
    until(lambda: "老师的网络断了一下" in room.inner_text("class-room"), "the learner is told")
    page.context.set_offline(False)

    until(
        lambda: "老师的网络断了一下" not in room.inner_text("class-room"),
        "the teacher is back within ten seconds",
        patience=10,
    )
    sees_pictures(room, "the learner, with the teacher back,", patience=10)
    end_class(page)
    until(lambda: "下课了" in room.inner_text("class-room"), "the class ends")


def test_a_class_ends_only_after_the_question_whose_safe_answer_comes_first(teacher, state):
    page = teacher()
    page.get_by_role("button", name="开始上课").click()
    until(lambda: state() == "teaching", "the class begins")

    page.get_by_role("button", name="结束下课").click()
    page.keyboard.press("Enter")

    page.get_by_role("dialog").wait_for(state="hidden")
    assert state() == "teaching"
    end_class(page)
    until(lambda: state() == "ended", "the class ends")
    until(lambda: "这节课已经结束" in page.inner_text("main"), "the teacher reads so")


def test_a_browser_that_cannot_play_says_so_in_words(server, teacher, learner):
    page = teacher()
    page.get_by_role("button", name="开始上课").click()
    room = learner(
        "delete window.MediaSource; delete window.ManagedMediaSource;"
        # This Chromium could play HLS by itself.
        "HTMLMediaElement.prototype.canPlayType = () => ''"
    )

    until(lambda: "放不出直播" in room.inner_text("class-room"), "the page says so")


def test_a_page_of_another_origin_opens_no_socket(server, school, learner):
    page = learner()
    cookie = next(found for found in page.context.cookies() if found["name"] == "session")
    address = (
        server.url.replace("http", "ws")
        + f"/ws/sessions/{school['session']}/?device=6f1d1c1e-0000-4000-8000-000000000000"
    )

    def first_word(origin):
        headers = {"Cookie": f"session={cookie['value']}"}
        with connect(address, origin=origin, additional_headers=headers) as socket:
            return socket.recv()

    assert "hello" in first_word(server.url)
    with pytest.raises(websockets.InvalidStatus, match="403"):
        first_word("https://elsewhere.example")
