"""The disk becomes full while a class is recorded: a small disk, really mounted, really full.

It holds everything, as on a school's one machine: with SQLite the database, too.
"""

import os
import subprocess
import time

import pytest
from django.conf import settings

from bench.stage.school import class_of
from bench.stage.teaching import Teaching
from live.video.store import RecordingFolder
from live.video.timeline import MAIN
from tests.live.video.streams import played
from tests.serving import Server

from .test_room import (
    A_BEAT_AND_ITS_WRITING_S,
    BEAT_S,
    all_heard_the_same,
    everybody,
    one_visit_each_over,
    sentences,
)

PAGES = 10
MB = 1024 * 1024
DISK_MB, LEFT_FREE_MB = 64, 8
# Parts, and once more the segments made of them: some 0.5 MB a second.
ROOM_TO_RECORD_MB = 3

RECORDED = """
from live.models import Classroom
from live.recordings import folder_of
room = Classroom.objects.get(pk={room})
answer = {{"state": room.state, "folder": str(folder_of(room).path)}}
"""


@pytest.fixture
def small_disk(tmp_path):
    """A folder that is a disk of DISK_MB of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "yinling-test", str(folder)]
    try:
        done = subprocess.run(mount, capture_output=True, text=True)
    except FileNotFoundError:
        pytest.skip("There is no mount on this machine.")
    if done.returncode:
        pytest.skip(f"A small disk is mounted by root only: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture
def school_on(copies, static_files, small_disk):
    """Make the server that lives on the small disk: (server, its class)."""
    made = []

    def make(**env):
        name = small_disk / "school" / "yinling.sqlite3"
        if settings.IS_POSTGRES:
            name = f"yinling_disk_{os.getpid()}"
        else:
            name.parent.mkdir()
        copies.copy_to(name)
        server = Server(folder=small_disk / "school", database_url=copies.url(str(name)), **env)
        made.append((server, name))
        people = class_of(server, learners=PAGES)
        server.start()
        return server, people

    yield make
    for server, name in made:
        server.close()
        copies.drop(name)


def fill(disk, *, leave: int):
    """Something else grows until so many bytes of the disk are left; the file that does."""
    filler = disk / "something-else"
    with filler.open("ab", buffering=0) as file:
        while (free := free_on(disk)) > leave:
            file.write(bytes(min(free - leave, MB)))
    return filler


def free_on(disk) -> int:
    found = os.statvfs(disk)
    return found.f_bavail * found.f_frsize


def pictures_told(visitors):
    """What each page was told of the teacher's picture, in order."""
    page = visitors.reading[0]
    return [event["on"] for event in page.events if event["kind"] == "picture"]


def told(visitors, on):
    visitors.wait(lambda: pictures_told(visitors)[-1:] == [on], f"were told of the picture: {on}")
    visitors.hear(visitors.reading[0].seen)


def the_teacher_reads_that_the_disk_is_full(teaching):
    until = time.monotonic() + 60
    while not teaching.problems:
        assert time.monotonic() < until, "the disk never became full"
        time.sleep(0.1)
    (problem,) = teaching.problems
    assert problem["code"] == "disk_full"
    assert problem["text"].startswith("服务器的硬盘满了，画面传不出去了。")
    assert "接着上课" in problem["text"]


def record_more(visitors, folder, seconds=2):
    """Return when so much more than now is recorded."""

    def recorded():
        return folder.timeline().renditions[MAIN].seconds

    before = recorded()
    visitors.wait(lambda: recorded() >= before + seconds, "wait for what is recorded")


def recording_of(server, made):
    """The state of the class, and the folder of its recording."""
    found = server.python(RECORDED.format(room=made["room"]))
    return found["state"], RecordingFolder(found["folder"])


def test_a_disk_that_fills_stops_the_recording_and_nothing_else(school_on, small_disk):
    server, made = school_on(YINLING_LEAVE_FREE_MB=str(LEFT_FREE_MB))
    with everybody(server, made, beat_s=BEAT_S) as visitors:
        began = time.time()
        with Teaching(server, made) as teaching:
            told(visitors, on=True)
            filler = fill(small_disk, leave=(LEFT_FREE_MB + ROOM_TO_RECORD_MB) * MB)
            the_teacher_reads_that_the_disk_is_full(teaching)
        told(visitors, on=False)
        # Messages and beats have the room that was left, though nobody made any.
        texts = sentences(3 * PAGES)
        visitors.say_all(texts)
        all_heard_the_same(visitors, texts)
        state, folder = recording_of(server, made)
        assert state == "teaching"
        (before,) = played(folder)
        assert len(before.pictures) > 25

        filler.unlink()
        with Teaching(server, made) as teaching:
            told(visitors, on=True)
            record_more(visitors, folder)
            assert teaching.problems == []
        told(visitors, on=False)
        again, after = played(folder)
        assert again == before
        assert len(after.pictures) > 25
        one_visit_each_over(server, made, began, time.time())


def test_a_class_outlives_a_disk_without_a_byte(school_on, small_disk):
    # Nothing is left free by us: what is refused is refused by the system itself.
    server, made = school_on(YINLING_LEAVE_FREE_MB="0")
    with everybody(server, made, beat_s=BEAT_S) as visitors:
        began = time.time()
        texts = sentences(10)
        with Teaching(server, made) as teaching:
            told(visitors, on=True)
            visitors.say_all(texts[:5])
            _state, folder = recording_of(server, made)
            record_more(visitors, folder)
            filler = fill(small_disk, leave=0)
            the_teacher_reads_that_the_disk_is_full(teaching)
        before = played(folder)
        # With SQLite nothing can be written down now, and nobody is told that it was.
        is_on_disk = not settings.IS_POSTGRES
        said = visitors.say(0, texts[5])
        assert said == (503 if is_on_disk else 200)
        time.sleep(BEAT_S + 5)  # Beats come that cannot be written.

        filler.unlink()
        visitors.say_all(texts[5:] if is_on_disk else texts[6:])
        with Teaching(server, made) as teaching:
            told(visitors, on=True)
            record_more(visitors, folder)
        all_heard_the_same(visitors, texts)
        assert recording_of(server, made)[0] == "teaching"
        assert played(folder)[:1] == before
        assert len(played(folder)) == 2
        time.sleep(A_BEAT_AND_ITS_WRITING_S)
        one_visit_each_over(server, made, began, time.time())
