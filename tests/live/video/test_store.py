"""The folder is right at every moment, whoever is killed and whatever is lost."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from live.video.playlist import replay_playlist
from live.video.problems import StreamProblem
from live.video.store import INDEX
from live.video.timeline import MAIN, SEGMENTS_WITH_PARTS, SOUND
from tests.live.video.streams import played, run_files

ROOT = Path(__file__).parents[3]


def begin(writer, *, run: int = 0, rendition: str = MAIN):
    writer.begin_run(
        rendition, run=run, init=b"init%d" % run, codecs="avc1.42c01f", began_at=1000.0 + run
    )


def add(writer, *datas: bytes, rendition: str = MAIN):
    for data in datas:
        writer.add_part(rendition, data, seconds=0.25, is_independent=False)


def text(folder, rendition: str = MAIN) -> bytes:
    """What a player of the replay gets, one file after the other."""
    names = [
        line.split('"')[1] if line.startswith("#EXT-X-MAP") else line
        for line in replay_playlist(folder.timeline().renditions[rendition]).splitlines()
        if line.startswith("#EXT-X-MAP") or not line.startswith("#")
    ]
    return b"|".join((folder.path / name).read_bytes() for name in names)


@pytest.fixture
def writer(folder):
    writer = folder.open_writer()
    yield writer
    writer.close()


def test_what_is_written_is_read_by_another_reader_piece_by_piece(folder, writer):
    reader = folder.reader()
    begin(writer)
    add(writer, b"a")
    assert reader.poll()
    assert not reader.poll()
    main = reader.timeline.renditions[MAIN]
    assert (main.next_position, len(main.segments[0].parts)) == ((0, 1), 1)

    add(writer, b"b")
    writer.finish_segment(MAIN)
    assert reader.poll()

    assert (main.next_position, main.segments[0].is_whole) == ((1, 0), True)
    assert (folder.path / "main-0.m4s").read_bytes() == b"ab"
    reader.close()


def test_a_reader_of_nothing_waits_without_a_word(folder):
    reader = folder.reader()

    assert not reader.poll()


def test_a_part_that_is_not_yet_joined_can_be_played(folder, writer):
    begin(writer)
    add(writer, b"a", b"b")
    writer.finish_segment(MAIN)
    add(writer, b"c")

    assert text(folder) == b"init0|ab|c"


def test_a_segment_left_open_is_joined_by_the_next_writer_which_goes_on_counting(folder):
    first = folder.open_writer()
    begin(first)
    begin(first, rendition=SOUND)
    add(first, b"a", b"b")
    writer_finishes_one_and_dies(first)

    second = folder.open_writer()
    begin(second, run=second.timeline.last_run_number + 1)
    add(second, b"d")
    second.finish_segment(MAIN)
    second.close()

    main = folder.timeline().renditions[MAIN]
    assert text(folder) == b"init0|ab|c|init1|d"
    assert [segment.number for segment in main.segments] == [0, 1, 2]
    assert [segment.is_first_of_run for segment in main.segments] == [True, False, True]


def writer_finishes_one_and_dies(writer):
    writer.finish_segment(MAIN)
    add(writer, b"c")
    writer.close()


@pytest.mark.parametrize(
    "torn",
    [b'{"kind":"pa', b"\x00\x00\x00\n", b'{"kind":"part"}\n', b"[]\n", b"\xff\xfe\n"],
    ids=["half a line", "zeros", "half a part", "a list", "no text"],
)
def test_a_torn_last_line_is_dropped(folder, torn):
    writer = folder.open_writer()
    begin(writer)
    add(writer, b"a")
    writer.close()
    with (folder.path / INDEX).open("ab") as index:
        index.write(torn)

    assert text(folder) == b"init0|a"
    again = folder.open_writer()
    begin(again, run=1)
    add(again, b"b")
    again.close()

    assert text(folder) == b"init0|a|init1|b"
    for line in (folder.path / INDEX).read_text().splitlines():
        json.loads(line)


def test_a_line_that_is_still_being_written_is_read_when_it_is_complete(folder, writer):
    begin(writer)
    add(writer, b"a")
    index = folder.path / INDEX
    whole = index.read_bytes()
    index.write_bytes(whole[:-5])
    reader = folder.reader()

    reader.poll()
    assert reader.timeline.renditions[MAIN].segments == []
    with index.open("ab") as file:
        file.write(whole[-5:])

    assert reader.poll()
    assert len(reader.timeline.renditions[MAIN].segments) == 1
    reader.close()


@pytest.mark.parametrize("size", [0, 1], ids=["empty", "shorter"])
def test_files_lost_in_a_power_cut_are_left_out(folder, size):
    writer = folder.open_writer()
    begin(writer)
    for data in (b"aa", b"bb", b"cc"):
        add(writer, data)
        writer.finish_segment(MAIN)
    add(writer, b"dd", b"ee")
    writer.close()
    os.truncate(folder.path / "main-3.1.m4s", size)

    folder.open_writer().close()
    assert text(folder) == b"init0|aa|bb|cc|dd"

    os.truncate(folder.path / "main-3.m4s", size)
    os.unlink(folder.path / "main-2.m4s")
    folder.open_writer().close()
    assert text(folder) == b"init0|aa|bb"


def test_leftovers_are_swept_and_nothing_else(folder):
    writer = folder.open_writer()
    begin(writer)
    add(writer, b"a", b"b")
    writer.close()
    (folder.path / "main-0.2.m4s.00ff.unfinished").write_bytes(b"torn")
    (folder.path / "main-0.2.m4s").write_bytes(b"named, but not in the index")
    (folder.path / "main-1.0.m4s").write_bytes(b"named, but not in the index")
    (folder.path / "notes.txt").write_bytes(b"somebody else's")

    folder.open_writer().close()

    assert run_files(folder.path) == {
        "index.jsonl",
        "main-0.0.m4s",
        "main-0.1.m4s",
        "main-0.m4s",
        "main-init-0.mp4",
        "notes.txt",
        "writer",
        "writer.lock",
    }


def test_parts_go_when_no_playlist_names_them_any_more(folder, writer):
    begin(writer)
    for _ in range(SEGMENTS_WITH_PARTS + 5):
        add(writer, b"a", b"b")
        writer.finish_segment(MAIN)

    parts = [name for name in run_files(folder.path) if name.count(".") == 2]
    assert len(parts) <= 2 * SEGMENTS_WITH_PARTS + 2
    assert (folder.path / f"main-{SEGMENTS_WITH_PARTS}.1.m4s").exists()


def test_the_end_is_told_once_and_leaves_no_parts(folder, writer):
    begin(writer)
    add(writer, b"a")
    writer.finish_segment(MAIN)
    writer.close()

    folder.end()
    folder.end()

    timeline = folder.timeline()
    assert timeline.has_ended
    assert timeline.renditions[MAIN].seconds == 0.25
    assert text(folder) == b"init0|a"
    assert not (folder.path / "main-0.0.m4s").exists()
    assert (folder.path / INDEX).read_text().count('"end"') == 1


def test_ending_a_class_without_a_stream_leaves_nothing(folder):
    folder.end()

    assert not folder.path.exists()


def test_a_class_that_goes_on_after_its_end_is_live_again(folder, writer):
    begin(writer)
    add(writer, b"a")
    writer.close()
    folder.end()
    again = folder.open_writer()
    begin(again, run=1)
    add(again, b"b")
    again.close()

    assert not folder.timeline().has_ended
    assert text(folder) == b"init0|a|init1|b"


def test_a_reader_notices_that_the_index_was_written_anew(folder):
    first = folder.open_writer()
    begin(first)
    add(first, b"a", b"b")
    reader = folder.reader()
    reader.poll()
    first.close()

    folder.open_writer().close()

    assert reader.poll()
    assert reader.timeline.renditions[MAIN].segments[0].is_whole
    reader.close()


def test_a_writer_that_does_not_stop_keeps_the_folder(folder, writer, monkeypatch):
    monkeypatch.setattr("live.video.store.TAKE_OVER_SECONDS", 0.1)

    with pytest.raises(StreamProblem, match="does not stop"):
        folder.open_writer()

    with pytest.raises(StreamProblem, match="taken_over"):
        add(writer, b"late")


def test_a_failed_write_leaves_the_index_whole(folder, writer, monkeypatch):
    begin(writer)
    add(writer, b"a")
    before = (folder.path / INDEX).read_bytes()
    write = os.write
    answers = iter([7, OSError(28, "No space left on device")])

    def write_a_little(file, data):
        answer = next(answers)
        if isinstance(answer, OSError):
            raise answer
        return write(file, data[:answer])

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", write_a_little)
        with pytest.raises(OSError, match="No space left"):
            add(writer, b"b")

    assert (folder.path / INDEX).read_bytes() == before
    add(writer, b"b")
    assert text(folder) == b"init0|a|b"


CHILD = """
import sys
import time
from live.video.ingest import Ingest
from live.video.store import RecordingFolder
from tests.live.video.streams import chunks, clusters, header, pictures, sounds

ingest = Ingest(RecordingFolder(sys.argv[1]))
once = sorted([*pictures(seconds=2), *sounds(seconds=2)], key=lambda block: block.ms)
ingest.feed(header(once))
for again in range(10_000):
    for chunk in chunks(clusters([block.moved(2000 * again) for block in once])):
        while ingest._feed._size > 100_000:
            time.sleep(0.002)
        ingest.feed(chunk)
"""


def test_kill_9_at_any_moment_leaves_everything_playable_up_to_the_last_part(folder):
    """Three lives of one recording; each ends at a moment nobody has chosen."""
    told = 0.0
    for life in range(3):
        child = subprocess.Popen([sys.executable, "-c", CHILD, str(folder.path)], cwd=ROOT)
        wanted = told + 3 + life
        try:
            while (told := folder.timeline().renditions[MAIN].seconds) < wanted:
                assert child.poll() is None
        finally:
            child.send_signal(signal.SIGKILL)
            child.wait()

        told = folder.timeline().renditions[MAIN].seconds
        runs = played(folder)
        assert len(runs) == life + 1
        # Sound arrives a little after the picture that it belongs to.
        heard = sum(run.sound_seconds for run in runs)
        assert heard == pytest.approx(told, abs=0.2 * len(runs))
        assert sum(len(run.pictures) for run in runs) == pytest.approx(told * 30, abs=30)

    folder.end()
    main = folder.timeline().renditions[MAIN]
    assert main.seconds == pytest.approx(told)
    assert [segment.number for segment in main.segments] == list(range(len(main.segments)))
    assert all(segment.is_whole for segment in main.segments)
    assert sum(len(run.pictures) for run in played(folder)) == pytest.approx(told * 30, abs=30)
