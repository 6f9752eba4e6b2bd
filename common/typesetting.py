"""A long PDF made by a child process: it may be stopped at any moment, and harms nobody.

`typeset` waits for the child (python -m common.typesetting FOLDER NAME) and asks meanwhile
whether it should go on. Nothing of Django is loaded there.
"""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from common import paper

ROOT = Path(__file__).resolve().parent.parent
LOOK_EVERY_SECONDS = 0.5
# A year of 300 pages takes seconds; what takes longer than this has gone wrong.
PATIENCE_SECONDS = 600
OUT = "out.pdf"
PREFIX = "yinling-typeset-"


class Stopped(Exception):
    """Somebody said that it is not wanted any more."""


class Failed(Exception):
    """The child ended without a PDF, or took too long."""


def typeset(
    template: Path,
    facts: dict,
    *,
    goes_on: Callable[[], bool],
    files: Mapping[str, bytes] | None = None,
) -> bytes:
    """The PDF of a template, as paper.compiled has it. Raises Stopped or Failed."""
    with tempfile.TemporaryDirectory(prefix=PREFIX) as folder:
        paper.lay_out(Path(folder), template, facts, files)
        child = subprocess.Popen(
            [sys.executable, "-s", "-m", "common.typesetting", folder, template.name],
            cwd=ROOT,
            # Without the settings and secrets of whoever started it.
            env={name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            for _look in range(round(PATIENCE_SECONDS / LOOK_EVERY_SECONDS)):
                try:
                    code = child.wait(timeout=LOOK_EVERY_SECONDS)
                except subprocess.TimeoutExpired:
                    if not goes_on():
                        raise Stopped from None
                    continue
                if code or not (Path(folder) / OUT).exists():
                    raise Failed(f"the child ended with {code}")
                return (Path(folder) / OUT).read_bytes()
            raise Failed("it took too long")
        finally:
            child.kill()
            child.wait()


def clear_left(*, before: datetime) -> int:
    """Delete what children of killed workers have left behind; names stand in it."""
    count = 0
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        # One that is in use may go while it is looked at.
        with contextlib.suppress(FileNotFoundError):
            if folder.stat().st_mtime < before.timestamp():
                shutil.rmtree(folder, ignore_errors=True)
                count += 1
    return count


if __name__ == "__main__":
    place = Path(sys.argv[1])
    (place / OUT).write_bytes(paper.compiled_there(place, sys.argv[2]))
