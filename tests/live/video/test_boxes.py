import pytest

from live.video.boxes import (
    Sample,
    codec_name,
    fragment,
    parameter_sets,
    top_level,
    units,
    units_by_length,
    with_lengths,
)

SPS = bytes.fromhex("6742c01f8c8d405017fcb3")
PPS = bytes.fromhex("68ce3c80")
KEY = b"\x65\x88\x01\x02"
DELIMITER = b"\x09\x10"


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"", []),
        (b"\x00\x00\x01" + KEY, [KEY]),
        (b"\x00\x00\x00\x01" + SPS + b"\x00\x00\x00\x01" + PPS, [SPS, PPS]),
        (b"\x00\x00\x00\x01" + SPS + b"\x00\x00\x01" + KEY, [SPS, KEY]),
        (b"\x00\x00\x01" + KEY + b"\x00\x00\x00", [KEY]),
    ],
    ids=["nothing", "short code", "long codes", "mixed", "zeros behind"],
)
def test_units_are_found_behind_start_codes(data, found):
    assert units(data) == found


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"", []),
        (b"\x00\x00\x00\x04" + KEY, [KEY]),
        (b"\x00\x00\x00\x02" + DELIMITER + b"\x00\x00\x00\x04" + KEY, [DELIMITER, KEY]),
        (b"\x00\x00\x01\x2c" + KEY * 75, [KEY * 75]),
        (b"\x00\x00\x00\xff" + KEY, [KEY]),
        (b"\x00\x00", []),
    ],
    ids=["nothing", "one", "two", "length like a start code", "too short", "torn"],
)
def test_units_are_found_behind_lengths(data, found):
    assert units_by_length(data) == found


def test_a_sample_has_pictures_only():
    assert with_lengths([DELIMITER, SPS, PPS, KEY]) == b"\x00\x00\x00\x04" + KEY


def test_the_codec_is_named_after_profile_constraints_and_level():
    assert codec_name(SPS) == "avc1.42c01f"


@pytest.mark.parametrize(
    ("avcc", "found"),
    [
        (b"\x01\x42\xc0\x1f\xff\xe1\x00\x0b" + SPS + b"\x01\x00\x04" + PPS, [SPS, PPS]),
        (b"\x00\x00\x00\x01" + SPS, []),
        (b"", []),
        (b"\x01\x42\xc0\x1f\xff\xe1\x00\x0b" + SPS, [SPS]),
    ],
    ids=["whole", "start codes", "nothing", "torn"],
)
def test_parameter_sets_are_read_from_a_decoder_configuration(avcc, found):
    assert parameter_sets(avcc) == found


def test_a_fragment_is_one_moof_that_points_into_its_mdat():
    pictures = [Sample(9000, b"key", True, 3000), Sample(12000, b"delta", False, 3000, 90)]
    sounds = [Sample(4800, b"sound", True, 1024)]

    data = fragment(7, [(1, pictures), (2, sounds), (3, [])])

    (moof, head), (mdat, media) = top_level(data)
    assert (moof, mdat) == (b"moof", b"mdat")
    assert media[8:] == b"keydeltasound"
    assert head.count(b"traf") == 2
    for samples in (pictures, sounds):
        offset = head.index(b"trun", head.index(samples[0].time.to_bytes(8, "big"))) + 12
        first = int.from_bytes(head[offset : offset + 4], "big")
        assert data[first:].startswith(samples[0].data)


def test_only_complete_boxes_are_found():
    whole = b"\x00\x00\x00\x0cftypiso5"

    assert list(top_level(whole + whole[:-1])) == [(b"ftyp", whole)]
    assert list(top_level(b"\x00\x00\x00\x00evil" + whole)) == []
