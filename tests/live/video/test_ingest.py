"""Real streams, laid out as Chromium does, through the real thread onto a real disk."""

import asyncio
import errno
import random
import threading
import time
from itertools import pairwise

import pytest

from live.video import ingest as ingest_module
from live.video import pictures as pictures_module
from live.video.ingest import Ingest
from live.video.store import RecordingFolder, Writer
from live.video.timeline import MAIN
from live.video.timeline import SOUND as SOUND_ALONE
from tests.live.video.streams import (
    Block,
    chunks,
    clusters,
    header,
    matroska,
    pictures,
    played,
    sounds,
)

PATIENCE = 60

# A tone at half strength.
TONE = pytest.approx(0.354, abs=0.03)


def record(folder, data: bytes, *, size: int = 4000) -> Ingest:
    """Everything at once, to the end."""
    problems = []
    ingest = Ingest(folder, on_problem=problems.append)
    for chunk in chunks(data, size):
        ingest.feed(chunk)
    ingest.finish()
    ingest.join(PATIENCE)
    assert problems == ([ingest.problem] if ingest.problem else [])
    return ingest


@pytest.mark.parametrize("codec", ["h264", "vp8", "vp9"])
def test_every_picture_and_the_tone_are_in_the_recording(folder, codec):
    ingest = record(folder, matroska(pictures(codec), sounds(), codec=codec))

    (run,) = played(folder)
    assert ingest.problem is None
    assert len(run.pictures) == 90
    assert run.brightness == pytest.approx(range(40, 130), abs=2)
    assert run.pictures == pytest.approx([n / 30 for n in range(90)], abs=0.002)
    assert run.sizes == {(320, 180)}
    assert run.sound_seconds == pytest.approx(3, abs=0.03)
    assert run.loudness == TONE


@pytest.mark.parametrize("size", [1, 333, 10**6], ids=["bytes", "scraps", "at once"])
def test_it_does_not_matter_how_the_stream_is_cut_into_messages(folder, size):
    record(folder, matroska(pictures(seconds=1), sounds(seconds=1)), size=size)

    (run,) = played(folder)
    assert len(run.pictures) == 30


def test_parts_last_a_quarter_and_segments_a_second_from_key_frame_to_key_frame(folder):
    record(folder, matroska(pictures(), sounds()))

    main = folder.timeline().renditions[MAIN]
    assert [segment.seconds for segment in main.segments] == pytest.approx([1, 1, 1], abs=0.02)
    assert all(segment.is_independent for segment in main.segments)
    for segment in main.segments:
        assert [part.is_independent for part in segment.parts] == [True, False, False, False]
        assert all(0.15 < part.seconds < 0.35 for part in segment.parts)


def test_a_segment_without_a_key_frame_is_not_called_independent(folder):
    record(folder, matroska(pictures(key_every=300, seconds=4), sounds(seconds=4)))

    main = folder.timeline().renditions[MAIN]
    assert [segment.is_independent for segment in main.segments] == [True, False]
    assert main.segments[0].seconds < 2.5


def test_sound_alone_is_kept_beside_the_picture_at_half_its_strength(folder):
    record(folder, matroska(pictures(), sounds()))

    (run,) = played(folder, SOUND_ALONE)
    alone = folder.timeline().renditions[SOUND_ALONE]
    assert run.pictures == []
    assert run.sound_seconds == pytest.approx(3, abs=0.03)
    assert run.loudness == TONE
    assert sum(segment.size for segment in alone.segments) < 3 * 9_000
    assert [segment.seconds for segment in alone.segments[:2]] == pytest.approx([1, 1], abs=0.02)


def test_a_teacher_without_a_camera_is_heard_over_a_dark_picture(folder):
    ingest = record(folder, matroska(sounds()))

    (run,) = played(folder)
    assert ingest.problem is None
    assert run.loudness == TONE
    assert run.sound_seconds == pytest.approx(3, abs=0.03)
    assert len(run.pictures) == 12
    assert set(run.brightness) == {16}


def test_a_teacher_without_a_microphone_is_seen_in_silence(folder):
    ingest = record(folder, matroska(pictures()))

    (run,) = played(folder)
    assert ingest.problem is None
    assert len(run.pictures) == 90
    assert run.sound_seconds == pytest.approx(3, abs=0.05)
    assert run.loudness < 0.001
    for part in folder.path.glob("main-*.*.m4s"):
        assert part.read_bytes().count(b"traf") == 2


def test_sound_that_stops_for_a_while_is_silence_and_stays_in_its_place(folder):
    tone = [block for block in sounds(seconds=4) if not 1000 <= block.ms < 2500]

    record(folder, matroska(pictures(seconds=4), tuple(tone)))

    (run,) = played(folder)
    assert run.sound_seconds == pytest.approx(4, abs=0.05)
    gaps = [later - sooner for sooner, later in pairwise(run.loud_at)]
    assert max(gaps) == pytest.approx(1.5, abs=0.1)
    assert run.loud_at[gaps.index(max(gaps))] == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("late", [0, 50, 400], ids=["together", "a little late", "late"])
def test_sound_that_begins_later_than_the_picture_is_heard_at_its_time(folder, late):
    record(folder, matroska(pictures(), tuple(block.moved(late) for block in sounds())))

    (run,) = played(folder)
    assert run.loud_at[0] == pytest.approx(late / 1000, abs=0.03)
    assert run.pictures[0] == 0


def test_a_picture_that_begins_later_than_the_sound_stands_from_the_beginning(folder):
    record(folder, matroska(tuple(block.moved(400) for block in pictures()), sounds()))

    (run,) = played(folder)
    assert run.pictures[:3] == pytest.approx([0, 0.433, 0.466], abs=0.002)
    assert run.loud_at[0] == pytest.approx(0, abs=0.03)


def test_the_sound_goes_on_with_a_still_while_the_picture_is_away(folder):
    seen = [block for block in pictures(seconds=8) if not 2000 <= block.ms < 6000]

    record(folder, matroska(tuple(seen), sounds(seconds=8)))

    with_picture, still, again = played(folder)
    assert len(with_picture.pictures) + len(again.pictures) == 120
    assert set(still.brightness) == {16}
    heard = [run.sound_seconds for run in (with_picture, still, again)]
    assert sum(heard) == pytest.approx(8, abs=0.2)
    assert still.loudness == TONE


def test_the_last_picture_stays_until_the_sound_is_over(folder):
    record(folder, matroska(pictures(seconds=2), sounds(seconds=3)))

    (run,) = played(folder)
    assert folder.timeline().renditions[MAIN].seconds == pytest.approx(run.sound_seconds, abs=0.01)
    assert run.sound_seconds == pytest.approx(3, abs=0.03)


def test_sound_that_comes_after_its_silence_moves_nothing(folder):
    tone = sounds(seconds=4)
    late, rest = tone[:30], sorted([*tone[30:], *pictures(seconds=4)[60:]], key=lambda b: b.ms)
    blocks = [*pictures(seconds=4)[:60], *late, *rest]

    record(folder, header(blocks) + clusters(blocks))

    (run,) = played(folder)
    assert run.sound_seconds == pytest.approx(4, abs=0.05)
    assert run.loud_at[-1] == pytest.approx(4, abs=0.1)
    assert len([at for at in run.loud_at if at > 1.9]) == pytest.approx(2.1 * 48_000 / 1024, abs=8)


def test_a_picture_that_never_comes_does_not_keep_the_sound_waiting(folder):
    tone = sounds(seconds=4)
    data = header([*tone, *pictures()]) + clusters(tone)

    record(folder, data)

    (run,) = played(folder)
    assert run.sound_seconds == pytest.approx(4, abs=0.1)
    assert run.loudness == TONE


def test_another_size_in_the_middle_begins_another_run(folder):
    large = [block.moved(2000) for block in pictures(size=(640, 360), seconds=2)]
    small = pictures(seconds=2)

    record(folder, matroska((*small, *large), sounds(seconds=4)))

    assert [run.sizes for run in played(folder)] == [{(320, 180)}, {(640, 360)}]


def test_another_size_of_vp8_begins_another_run(folder):
    large = [block.moved(2000) for block in pictures("vp8", size=(640, 360), seconds=2)]
    small = pictures("vp8", seconds=2)

    record(folder, matroska((*small, *large), sounds(seconds=4), codec="vp8"))

    first, second = played(folder)
    assert (first.sizes, second.sizes) == ({(320, 180)}, {(640, 360)})
    assert (len(first.pictures), len(second.pictures)) == (60, 60)


@pytest.mark.parametrize("pause", [60_000, -2_000], ids=["asleep for a minute", "back in time"])
def test_a_clock_that_jumps_begins_another_run_instead_of_a_hole(folder, pause):
    before = sorted([*pictures(seconds=2), *sounds(seconds=2)], key=lambda block: block.ms)
    after = [block.moved(2000 + pause) for block in before]

    record(folder, header(before) + clusters([*before, *after]))

    first, second = played(folder)
    assert (len(first.pictures), len(second.pictures)) == (60, 60)
    assert second.pictures[0] == 0
    assert second.sound_seconds == pytest.approx(2, abs=0.1)


def test_one_picture_a_second_still_makes_a_whole_recording(folder):
    record(folder, matroska(pictures(seconds=6, rate=1, key_every=2), sounds(seconds=6)))

    (run,) = played(folder)
    assert len(run.pictures) == 6
    assert run.sound_seconds == pytest.approx(6, abs=0.2)


# The teacher comes back


def test_a_teacher_who_returns_with_another_codec_and_size_continues_the_counter(folder):
    record(folder, matroska(pictures(seconds=2), sounds(seconds=2)))
    record(
        folder,
        matroska(
            pictures("vp8", size=(160, 90), seconds=2),
            sounds(seconds=2),
            codec="vp8",
            size=(160, 90),
        ),
    )
    record(folder, matroska(sounds(seconds=2)))

    main = folder.timeline().renditions[MAIN]
    assert [segment.number for segment in main.segments] == list(range(6))
    assert [segment.is_first_of_run for segment in main.segments] == [True, False] * 3
    assert [segment.run.ordinal for segment in main.segments] == [0, 0, 1, 1, 2, 2]
    assert [run.sizes for run in played(folder)] == [{(320, 180)}, {(160, 90)}, {(320, 180)}]


def test_a_second_page_takes_over_and_the_first_is_told_so(folder):
    first = Ingest(folder)
    for chunk in chunks(matroska(pictures(seconds=2), sounds(seconds=2))):
        first.feed(chunk)
    until(lambda: folder.timeline().renditions[MAIN].segments)

    second = record(folder, matroska(pictures(seconds=1), sounds(seconds=1)))
    first.join(PATIENCE)

    assert first.problem.code == "taken_over"
    assert second.problem is None
    assert not first.feed(b"more")
    assert len(played(folder)[-1].pictures) == 30


# What goes wrong


def test_a_stream_that_breaks_off_in_a_picture_is_kept_up_to_there(folder):
    data = matroska(pictures(), sounds())

    ingest = record(folder, data[: len(data) * 2 // 3])

    (run,) = played(folder)
    assert ingest.problem is None
    assert 50 < len(run.pictures) < 70


def test_a_teacher_who_goes_before_anything_is_sent_is_no_problem(folder):
    ingest = record(folder, b"")

    assert ingest.problem is None
    assert folder.timeline().renditions[MAIN].segments == []


@pytest.mark.parametrize(
    "data",
    [
        b"GIF89a" + bytes(3000),
        b"\x00\x00\x00\x20ftypisom" + bytes(3000),
        b"#EXTM3U\nhttp://127.0.0.1:9/secret\n" * 100,
        random.Random(7).randbytes(50_000),
        matroska(pictures(), sounds())[:20],
    ],
    ids=["gif", "mp4", "address", "noise", "half a header"],
)
def test_what_is_not_matroska_is_not_a_recording(folder, data):
    assert record(folder, data).problem.code == "not_a_recording"


def test_noise_without_end_is_given_up(folder):
    ingest = Ingest(folder)
    noise = random.Random(7).randbytes(64_000)
    while ingest.feed(noise):
        pass
    ingest.join(PATIENCE)

    assert ingest.problem.code in {"not_a_recording", "overflow"}


@pytest.mark.parametrize("codec", ["av1", "V_THEORA"])
def test_an_unknown_codec_is_named(folder, codec):
    ingest = record(folder, matroska(pictures(), sounds(), codec=codec))

    assert ingest.problem.code == "unknown_codec"


def test_h264_without_parameter_sets_is_unknown(folder):
    bare = Block(0, 1, b"\x00\x00\x00\x01\x65" + bytes(range(1, 200)))

    assert record(folder, matroska((bare,), sounds())).problem.code == "unknown_codec"


@pytest.mark.parametrize("seed", range(4))
def test_garbage_in_the_middle_leaves_the_beginning_playable(folder, seed):
    data = matroska(pictures(seconds=6), sounds(seconds=6))
    third = len(data) // 3
    noise = random.Random(seed).randbytes(9_000)

    record(folder, data[:third] + noise + data[third:])

    runs = played(folder)
    assert len(runs[0].pictures) > 50
    assert runs[0].loudness == TONE


def test_garbage_in_packets_of_vp8_costs_only_these(folder):
    spoilt = list(pictures("vp8", seconds=4))
    for number in range(40, 50):
        spoilt[number] = Block(spoilt[number].ms, 1, b"\xff" * 50, is_key=False)

    ingest = record(folder, matroska(tuple(spoilt), sounds(seconds=4), codec="vp8"))

    assert ingest.problem is None
    assert sum(len(run.pictures) for run in played(folder)) >= 110


def test_a_stream_of_spoilt_pictures_alone_is_given_up(folder):
    good = pictures("vp8", seconds=1)
    spoilt = [Block(1000 + 10 * n, 1, b"\x10\x02\x00\xff", is_key=True) for n in range(100)]

    ingest = record(folder, matroska((*good, *spoilt), codec="vp8"))

    assert ingest.problem.code == "broken_stream"
    assert len(played(folder)[0].pictures) == 30


def test_spoilt_bytes_that_swallow_the_stream_end_it(folder, monkeypatch):
    monkeypatch.setattr(ingest_module, "LONGEST_SILENCE_BYTES", 20_000)
    begin = matroska(pictures(seconds=1), sounds(seconds=1))
    endless_block = b"\xa3\x01\x00\x00\x00\x00\xff\xff\xff"

    ingest = record(folder, begin + endless_block + bytes(100_000))

    assert ingest.problem.code == "broken_stream"
    assert len(played(folder)[0].pictures) == 30


def test_more_transcoders_than_cores_are_refused_and_a_place_comes_free_again(folder, monkeypatch):
    places = threading.BoundedSemaphore(1)
    monkeypatch.setattr(pictures_module, "transcoder_places", places)
    data = matroska(pictures("vp8"), sounds(), codec="vp8")
    places.acquire()

    refused = record(folder, data)
    places.release()
    accepted = record(folder, data)

    assert refused.problem.code == "too_many_transcodes"
    assert accepted.problem is None
    assert places.acquire(blocking=False)


class FullWriter(Writer):
    """A disk with room for so many files."""

    room = 0

    def _put(self, name, data):
        type(self).room -= 1
        if self.room < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        super()._put(name, data)


class FullFolder(RecordingFolder):
    def open_writer(self):
        return FullWriter(self.path)


@pytest.mark.parametrize("room", [0, 2, 3, 10, 15, 25])
def test_a_full_disk_ends_the_recording_and_what_was_written_plays(folder, room):
    FullWriter.room = room

    ingest = record(FullFolder(folder.path), matroska(pictures(), sounds()))

    assert ingest.problem.code == "disk_full"
    for run in played(folder):
        assert run.pictures
    FullWriter.room = 1000
    assert record(folder, matroska(pictures(), sounds())).problem is None
    assert len(played(folder)[-1].pictures) == 90


class SlowFolder(RecordingFolder):
    """A disk that does not answer for a while."""

    answers = threading.Event()

    def open_writer(self):
        self.answers.wait(PATIENCE)
        return super().open_writer()


def test_a_recorder_that_cannot_keep_up_is_told_and_the_caller_never_waits(folder):
    SlowFolder.answers.clear()
    ingest = Ingest(SlowFolder(folder.path))

    taken = sum(ingest.feed(bytes(1_000_000)) for _ in range(20))
    SlowFolder.answers.set()
    ingest.join(PATIENCE)

    assert taken == 8
    assert ingest.problem.code == "overflow"


async def test_a_problem_is_told_in_the_event_loop(folder):
    told = asyncio.get_running_loop().create_future()
    ingest = Ingest(folder, on_problem=lambda problem: told.set_result((problem, in_loop())))

    ingest.feed(b"no recording at all" * 100)
    ingest.finish()
    problem, was_in_loop = await asyncio.wait_for(told, PATIENCE)
    await ingest.finished()

    assert (problem.code, was_in_loop) == ("not_a_recording", True)


def until(condition):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def in_loop() -> bool:
    try:
        return asyncio.get_running_loop() is not None
    except RuntimeError:
        return False
