"""What another process uses, by the operating system's own books: processor time and memory."""

import contextlib
import os
import subprocess
import time
from pathlib import Path

A_TICK_S = 1 / os.sysconf("SC_CLK_TCK")


def seconds_used(pid: int) -> float:
    """User and system time of a process and all its threads, in whole ticks."""
    stat = Path(f"/proc/{pid}/stat")
    if stat.exists():
        return _seconds_in(stat.read_text())
    return _seconds_from_ps(pid)


def percent_used(pid: int, seconds: float) -> float:
    """Of one core, over the next `seconds`."""
    before, since = seconds_used(pid), time.monotonic()
    time.sleep(seconds)
    return (seconds_used(pid) - before) / (time.monotonic() - since) * 100


def percent_by_thread(pid: int, seconds: float) -> dict[int, float]:
    """Of one core, over the next `seconds`, for each thread that lives as long, by its number;
    the first thread has the number of the process. Empty where there is no /proc."""
    before, since = _seconds_by_thread(pid), time.monotonic()
    time.sleep(seconds)
    after, took = _seconds_by_thread(pid), time.monotonic() - since
    return {each: (after[each] - before[each]) / took * 100 for each in before.keys() & after}


def _seconds_by_thread(pid: int) -> dict[int, float]:
    found = {}
    for stat in Path(f"/proc/{pid}/task").glob("*/stat"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # It ended just now.
            found[int(stat.parent.name)] = _seconds_in(stat.read_text())
    return found


def _seconds_in(stat: str) -> float:
    # After the name in brackets, which may hold blanks: utime and stime are 12th, 13th.
    fields = stat.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * A_TICK_S


def memory_held(pid: int) -> int:
    """Bytes that a process holds now; 0 where there is no /proc."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return 0
    (line,) = [each for each in status.read_text().splitlines() if each.startswith("VmRSS:")]
    return int(line.split()[1]) * 1024


def _seconds_from_ps(pid: int) -> float:
    """The same where there is no /proc: [[days-]hours:]minutes:seconds."""
    done = subprocess.run(
        ["ps", "-o", "cputime=", "-p", str(pid)], capture_output=True, check=True, text=True
    )
    days, _, clock = done.stdout.strip().rpartition("-")
    seconds = 0.0
    for part in clock.split(":"):
        seconds = seconds * 60 + float(part)
    return seconds + 86400 * int(days or 0)
