"""A recording in one file: what was copied, what had to be encoded, what a player gets."""

from itertools import pairwise

import pytest

from live.video.copying import MAKING, NothingToCopy, drop_copy, make_copy
from live.video.playlist import replay_playlist
from live.video.timeline import COPY_NAME, MAIN
from tests.live.video.streams import matroska, pictures, shown, sounds
from tests.live.video.test_ingest import TONE, record


def segments_of(folder) -> bytes:
    """The pictures and sounds as they lie in the recording's segments."""
    text = replay_playlist(folder.timeline().renditions[MAIN])
    names = [line for line in text.splitlines() if line and not line.startswith("#")]
    return b"".join((folder.path / name).read_bytes() for name in names)


def test_one_file_holds_every_picture_of_all_runs_as_it_was(folder):
    record(folder, matroska(pictures(), sounds()))
    record(folder, matroska(pictures(), sounds()))
    told = []

    data = make_copy(folder, told.append).read_bytes()

    found = shown(data)
    assert (len(found.pictures), found.sizes) == (180, {(320, 180)})
    assert all(after > before for before, after in pairwise(found.pictures))
    assert found.pictures[90] == pytest.approx(3, abs=0.1)
    assert found.sound_seconds == pytest.approx(6, abs=0.1)
    assert found.loudness == TONE
    # Copied, not encoded again: the key frames are the very bytes.
    key = max((block.data for block in pictures() if block.is_key), key=len)
    picture = key[key.rindex(b"\x00\x00\x01") + 3 :]
    assert picture in segments_of(folder)
    assert data.count(picture) == 2
    # The index in front, so that it plays while it comes.
    assert data.index(b"moov") < data.index(b"mdat")
    assert told == sorted(set(told))
    assert max(told) == 99


def test_runs_of_two_sizes_become_one_picture_that_is_not_squeezed(folder):
    record(folder, matroska(pictures(), sounds()))
    record(folder, matroska(pictures(size=(640, 480)), sounds(), size=(640, 480)))

    found = shown(make_copy(folder).read_bytes())

    assert (len(found.pictures), found.sizes) == (180, {(640, 480)})
    # 16:9 in 4:3: dark above and below; then the whole picture.
    assert (found.brightness[0], found.brightness[90]) == (16, pytest.approx(40, abs=3))
    assert found.pictures[90] == pytest.approx(3, abs=0.1)
    assert found.loudness == TONE


def test_a_copy_goes_with_what_is_left_of_one(folder):
    record(folder, matroska(pictures(seconds=1), sounds(seconds=1)))
    make_copy(folder)
    (folder.path / MAKING).write_bytes(b"killed")

    drop_copy(folder)
    drop_copy(folder)

    names = {path.name for path in folder.path.iterdir()}
    assert not {COPY_NAME, MAKING} & names
    assert "main-0.m4s" in names


def test_nothing_recorded_is_no_copy(folder):
    with pytest.raises(NothingToCopy):
        make_copy(folder)
