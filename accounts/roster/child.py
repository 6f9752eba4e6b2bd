"""The process that opens a roster, so that no file can harm the server.

`python -m accounts.roster.child [SHEET]` reads the file on its standard input and writes
frames (accounts.roster.frames).  It has no settings, no secrets and little memory; whatever
kills it is told by the parent in words.
"""

import os
import resource
import signal
import sys

from accounts.roster import books, frames, kinds, texts
from accounts.roster.refusals import LARGEST_FILE, Refused

# Fifty thousand rows need 0.25 GiB.  A far cell in a sheet asks for hundreds.
MEMORY = 768 << 20
CPU_SECONDS = 10
# The parent ends the child sooner; this is for a child whose parent is gone.
ALARM_SECONDS = 20


def main() -> None:
    limit()
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    pipe = sys.stdout.buffer
    try:
        sheet = read(wanted)
    except Refused as refused:
        frames.write(pipe, frames.Refusal(refused.reason, refused.parts))
    except MemoryError:
        frames.write(pipe, frames.Refusal("too_wide_or_long"))
    else:
        send(pipe, sheet)
    pipe.flush()


def limit() -> None:
    """What the process may use.  Its parent sets nothing before exec: it has threads."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        if hard != resource.RLIM_INFINITY:
            most = min(most, hard)
        resource.setrlimit(what, (most, hard))
    signal.alarm(ALARM_SECONDS)


def read(wanted: str) -> books.Sheet:
    data = whole_file()
    match kinds.kind_of(data):
        case kinds.Kind.TEXT:
            return texts.read(data)
        case kind:
            return books.read(data, kind, wanted)


def whole_file() -> bytes:
    # The parent's own place in the file is wherever it was left.
    os.lseek(0, 0, os.SEEK_SET)
    with os.fdopen(0, "rb", closefd=False) as file:
        data = file.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise Refused("too_large", most=LARGEST_FILE >> 20)
    return data


def send(pipe, sheet: books.Sheet) -> None:
    frames.write(pipe, frames.Head(sheet.name, sheet.names, sheet.merged, sheet.counts_from_1904))
    frames.write_rows(pipe, sheet.rows)
    frames.write(pipe, frames.End())


if __name__ == "__main__":
    main()
