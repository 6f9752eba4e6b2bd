"""Opening a roster: any of the files offices send, into rows of text.

A child process does it (accounts.roster.child), with limits on memory and time and without
Django, settings or secrets.  However the file hurts it, the server lives on and has a
sentence to say.
"""

import io
import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from django.utils.translation import gettext, gettext_noop

from accounts.roster import frames
from accounts.roster.errors import FileRefused
from accounts.roster.refusals import LARGEST_FILE, MOST_CELLS, MOST_ROWS
from accounts.roster.rows import Sheet

ROOT = Path(__file__).resolve().parents[2]
# The largest list takes 2 s; nobody waits longer than this for a file that will not open.
PATIENCE_SECONDS = 15

KEPT = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")

SENTENCES = {
    "archive": gettext_noop("这是一个压缩包，请先解压，再传里面的表格。"),
    "cut_short": gettext_noop("文件不完整，可能没有传完或没有存完，请重新保存后再传。"),
    "damaged": gettext_noop("文件已损坏，打不开。请用 Excel 或 WPS 打开，另存为 .xlsx 再传。"),
    "document_type": gettext_noop(
        "文件里有表格不该有的内容（DTD），没有打开。请用 Excel 或 WPS 另存为 .xlsx 再传。"
    ),
    "empty": gettext_noop("文件是空的，请检查是不是选错了文件。"),
    "long_cell": gettext_noop(
        "第 %(row)s 行有一格的内容超过 %(most)s 个字，不像名册，请检查后再传。"
    ),
    "no_such_sheet": gettext_noop("文件里没有这个名字的工作表，请重新选择。"),
    "not_a_sheet": gettext_noop("这不是表格文件。请传 .xlsx、.xls、.ods 或 .csv 文件。"),
    "not_text": gettext_noop("看不出这是什么文件。请传 .xlsx、.xls、.ods 或 .csv 文件。"),
    "nothing_in_it": gettext_noop("表格里没有内容，请检查是不是选错了文件。"),
    "password": gettext_noop("这个文件加了密码，请去掉密码再传。"),
    "pdf": gettext_noop("这是 PDF 文件，不是表格。请传原来的 Excel 或 WPS 表格。"),
    "picture": gettext_noop("这是图片，不是表格。请传原来的 Excel 或 WPS 表格。"),
    "program": gettext_noop("这是程序，不是表格，没有打开。请传 .xlsx、.xls、.ods 或 .csv 文件。"),
    "slides": gettext_noop("这是演示文稿，不是表格。请传 Excel 或 WPS 表格。"),
    "strange_parts": gettext_noop(
        "文件的内部结构不正常，没有打开。请用 Excel 或 WPS 另存为 .xlsx 再传。"
    ),
    "too_large": gettext_noop("文件超过 %(most)s MB。请去掉图片，或按单位分成几个文件再传。"),
    "too_many_columns": gettext_noop(
        "表格的列太多，一次最多 %(most)s 列。请删去多余的列，或复制到新表再传。"
    ),
    "too_many_rows": gettext_noop(
        "表格的行太多，一次最多 %(most)s 行。请按单位分成几个文件再传。"
    ),
    "too_many_sheets": gettext_noop("文件里的工作表太多。请把名册单独存成一个文件再传。"),
    "too_much_text": gettext_noop("表格的内容太多。请只留需要的列，或按单位分成几个文件再传。"),
    "too_old": gettext_noop("文件的格式太旧，打不开。请用 Excel 或 WPS 另存为 .xlsx 再传。"),
    "too_slow": gettext_noop(
        "文件打开的时间太长，已经停下。请把名册复制到一张新的工作表里，另存后再传。"
    ),
    "too_wide_or_long": gettext_noop(
        "表格占的范围太大，可能在很远的地方有多余的格子。"
        "请把名册复制到一张新的工作表里，另存后再传。"
    ),
    "unpacks_too_large": gettext_noop(
        "文件展开后太大，没有打开。请把名册复制到一张新的工作表里，另存后再传。"
    ),
    "web_page": gettext_noop(
        "这是网页，不是表格，只是名字像表格。请用 Excel 或 WPS 打开，另存为 .xlsx 再传。"
    ),
    "word": gettext_noop("这是文字文档，不是表格。请把名册放进 Excel 或 WPS 表格里再传。"),
}

log = logging.getLogger(__name__)


def read(source: Path | BinaryIO | bytes, *, sheet: str = "") -> Sheet:
    """What stands in a roster: the sheet called `sheet`, or else the first one that is headed
    like a list of people.

    Takes xlsx, xlsm, xlsb, xls, ods and csv (UTF-8, GB18030, UTF-16); what a file is called
    does not count.  Raises FileRefused in words.
    """
    with _as_file(source) as file:
        return _read_by_child(file, sheet)


@contextmanager
def _as_file(source: Path | BinaryIO | bytes):
    """`source` as a file that a child process can inherit, not larger than we read."""
    if isinstance(source, Path):
        with source.open("rb") as file:
            _check_size(source.stat().st_size)
            yield file
        return
    if isinstance(source, bytes):
        source = io.BytesIO(source)
    _check_size(source.seek(0, io.SEEK_END))
    source.seek(0)
    with tempfile.TemporaryFile() as file:
        shutil.copyfileobj(source, file)
        file.flush()
        yield file


def _check_size(size: int) -> None:
    if size > LARGEST_FILE:
        raise _refused("too_large", {"most": LARGEST_FILE >> 20})


def _read_by_child(file: BinaryIO, sheet: str) -> Sheet:
    child = subprocess.Popen(
        # Without the settings of whoever started the server: no PYTHON* variable, no secret;
        # only where a Python keeps its own library.
        [sys.executable, "-s", "-m", "accounts.roster.child", sheet],
        cwd=ROOT,
        env={name: os.environ[name] for name in KEPT if name in os.environ},
        stdin=file,
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
        return _sheet(child.stdout)
    except frames.Broken as broken:
        code = _end(child)
        reason = "too_slow" if out_of_patience.is_set() else _reason(code)
        log.warning("A roster was not read: %s, the child ended with %s.", broken, code)
        raise _refused(reason) from broken
    finally:
        clock.cancel()
        _end(child)
        child.stdout.close()


def _sheet(pipe: BinaryIO) -> Sheet:
    sheet, rows, cells = None, [], 0
    for frame in frames.read(pipe):
        match frame:
            case frames.Refusal(reason=reason, parts=parts):
                raise _refused(reason, parts)
            case frames.Head():
                sheet = frame
            case frames.Rows(rows=more):
                rows += more
                cells += sum(len(row) for _, row in more)
                if len(rows) > MOST_ROWS or cells > MOST_CELLS:
                    raise frames.Broken("too many rows")
    if sheet is None:
        raise frames.Broken("no head")
    return Sheet(
        name=sheet.sheet,
        names=sheet.sheets,
        rows=rows,
        merged=sheet.merged,
        counts_from_1904=sheet.counts_from_1904,
    )


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
    # Rust aborts, and the kernel kills, for want of memory; anything else is a reader that
    # stumbled over the file.
    return "too_wide_or_long" if code < 0 else "damaged"


def _refused(reason: str, parts: dict | None = None) -> FileRefused:
    text = gettext(SENTENCES.get(reason, SENTENCES["damaged"]))
    return FileRefused(text % parts if parts else text)
