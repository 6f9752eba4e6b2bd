"""Opening what a teacher brings as slides: a PDF or pictures, into pictures of pages.

A child process does it (live.slides.child), with limits on memory and time and without
Django, settings or secrets.  However a file hurts it, the server lives on and has a sentence
to say.
"""

import logging
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext, gettext_noop

from live.errors import SlidesRefused
from live.slides import limits
from live.slides.limits import LARGEST_UPLOAD, LENGTH, MOST_FILES, MOST_PAGES

ROOT = Path(__file__).resolve().parents[2]
# Two hundred pages of text take half of this on a small machine.
PATIENCE_SECONDS = 120
KEPT = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")

SENTENCES = {
    "damaged": gettext_noop("这个 PDF 坏了，打不开。请在原来的软件里重新“另存为 PDF”，再传。"),
    "empty": gettext_noop("文件是空的，请检查是不是选错了文件。"),
    "not_slides": gettext_noop("这不是 PDF，也不是图片，打不开。请选 PDF、JPG 或 PNG 文件。"),
    "office": gettext_noop("这个文件要先变成 PDF：在 PowerPoint 或 WPS 里“另存为 PDF”，再传。"),
    "password": gettext_noop("这个 PDF 加了密码，请去掉密码再传。"),
    "strange_page": gettext_noop("有一页太长或太窄，不像课件，没有打开。请检查后再传。"),
    "too_large": gettext_noop("一次最多传 %(most)s MB。请分成几个文件，一个一个传。"),
    "too_large_a_page": gettext_noop("有一页或一张图片太大，打不开。请缩小后再传。"),
    "too_many_files": gettext_noop("一次最多选 %(most)s 张图片，请分几次传。"),
    "too_many_pages": gettext_noop("课件一次最多 %(most)s 页，请分成几个文件再传。"),
    "too_slow": gettext_noop("打开的时间太长，已经停下。请把课件分成几个小文件再传。"),
}
NUMBERS = {
    "too_large": LARGEST_UPLOAD >> 20,
    "too_many_files": MOST_FILES,
    "too_many_pages": MOST_PAGES,
}

log = logging.getLogger(__name__)


def pages(files: Sequence[UploadedFile]) -> Iterator[limits.Page]:
    """The pages of these files in their order.  Raises SlidesRefused in words."""
    if not files or all(file.size == 0 for file in files):
        raise refused("empty")
    if len(files) > MOST_FILES:
        raise refused("too_many_files")
    if sum(file.size for file in files) > LARGEST_UPLOAD:
        raise refused("too_large")
    with tempfile.TemporaryFile() as together:
        for file in files:
            together.write(LENGTH.pack(file.size))
            for chunk in file.chunks():
                together.write(chunk)
        together.seek(0)
        yield from _drawn_by_child(together, files)


def refused(reason: str, name: str = "") -> SlidesRefused:
    text = gettext(SENTENCES.get(reason, SENTENCES["damaged"]))
    if reason in NUMBERS:
        text %= {"most": NUMBERS[reason]}
    if name:
        text = gettext("“%(name)s”：%(text)s") % {"name": name[:60], "text": text}
    return SlidesRefused(text)


def _drawn_by_child(together: BinaryIO, files: Sequence[UploadedFile]) -> Iterator[limits.Page]:
    child = subprocess.Popen(
        # Without the settings of whoever started the server: no PYTHON* variable, no secret;
        # only where a Python keeps its own library.
        [sys.executable, "-s", "-m", "live.slides.child"],
        cwd=ROOT,
        env={name: os.environ[name] for name in KEPT if name in os.environ},
        stdin=together,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    out_of_patience = threading.Event()

    def give_up():
        out_of_patience.set()
        child.kill()

    clock = threading.Timer(PATIENCE_SECONDS, give_up)
    clock.start()
    try:
        for frame in limits.read(child.stdout):
            if isinstance(frame, limits.Refusal):
                name = files[frame.file].name if len(files) > 1 else ""
                raise refused(frame.reason, name)
            if isinstance(frame, limits.Page):
                yield frame
    except limits.Broken as broken:
        code = _end(child)
        reason = "too_slow" if out_of_patience.is_set() else _reason(code)
        log.warning("Slides were not drawn: %s, the child ended with %s.", broken, code)
        raise refused(reason) from broken
    finally:
        clock.cancel()
        _end(child)
        child.stdout.close()


def _end(child: subprocess.Popen) -> int:
    """How the child ended; one that goes on is ended."""
    try:
        return child.wait(timeout=0.5)
    except subprocess.TimeoutExpired:
        child.kill()
        return child.wait()


def _reason(code: int) -> str:
    """Why the child said nothing, from how it ended (minus the number of a signal)."""
    if -code in (signal.SIGXCPU, signal.SIGALRM):
        return "too_slow"
    return "too_large_a_page" if code < 0 else "damaged"
