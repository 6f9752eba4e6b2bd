import io

import av
import pytest

from live.video import voices
from live.video.voices import NoVoice, TooLong


def recorded(seconds, *, kind="webm", codec="libopus", rate=48_000):
    """What a browser records: a tone."""
    made = io.BytesIO()
    with av.open(made, "w", format=kind) as target:
        stream = target.add_stream(codec, rate=rate, layout="mono")
        size = 1024 if codec == "aac" else 960
        fit = av.AudioResampler(format="fltp" if codec == "aac" else "s16")
        for index in range(int(seconds * rate / size)):
            tone = av.AudioFrame(format="s16", layout="mono", samples=size)
            tone.sample_rate, tone.pts = rate, index * size
            tone.planes[0].update((bytes(range(1, 121)) * 18)[: tone.planes[0].buffer_size])
            target.mux([packet for frame in fit.resample(tone) for packet in stream.encode(frame)])
        target.mux(stream.encode(None))
    return made.getvalue()


@pytest.mark.parametrize(
    "sound",
    [
        lambda: recorded(3),
        lambda: recorded(3, kind="ogg"),
        lambda: recorded(3, kind="mp4", codec="aac"),
    ],
    ids=["Chromium", "Firefox", "Safari"],
)
def test_what_browsers_record_becomes_a_small_file_of_ours(sound):
    made, seconds = voices.made_of(sound())

    assert seconds == 3
    assert len(made) < 20_000
    with av.open(io.BytesIO(made)) as file:
        (stream,) = file.streams
        assert (stream.codec.name, stream.rate, stream.layout.name) == ("aac", 24_000, "mono")


@pytest.mark.parametrize(
    ("sound", "error"),
    [
        (lambda: b"", NoVoice),
        (lambda: b"<script>alert(1)</script>", NoVoice),
        (lambda: b"#EXTM3U\nhttp://127.0.0.1/", NoVoice),
        (lambda: b"\x1a\x45\xdf\xa3" + b"\x00" * 5000, NoVoice),
        (lambda: b"\x00\x00\x00\x18ftypisom" + b"\xff" * 5000, NoVoice),
        (lambda: recorded(3)[:300], NoVoice),
        (lambda: recorded(0.1), NoVoice),
        (lambda: recorded(63), TooLong),
        (lambda: bytes(voices.LARGEST + 1), TooLong),
    ],
    ids=[
        "nothing",
        "a page",
        "a playlist",
        "only its first bytes",
        "no film either",
        "cut off before the sound",
        "a click",
        "more than a minute",
        "too large",
    ],
)
def test_what_is_no_spoken_question_is_refused(sound, error):
    with pytest.raises(error):
        voices.made_of(sound())


def test_a_recorder_that_stops_a_little_late_has_spoken_a_minute():
    assert voices.made_of(recorded(61))[1] == 60
