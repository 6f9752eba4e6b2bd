"""What another process uses, by the operating system's own books: processor time and memory."""

import os
import subprocess
import time
from pathlib import Path

A_TICK_S = 1 / os.sysconf("SC_CLK_TCK")


def seconds_used(pid: int) -> float:
    """User and system time of a process and all its threads, in whole ticks."""
    stat = Path(f"/proc/{pid}/stat")
    if stat.exists():
        # After the name in brackets, which may hold blanks: utime and stime are 12th, 13th.
        fields = stat.read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) * A_TICK_S
    return _seconds_from_ps(pid)


def percent_used(pid: int, seconds: float) -> float:
    """Of one core, over the next `seconds`."""
    before, since = seconds_used(pid), time.monotonic()
    time.sleep(seconds)
    return (seconds_used(pid) - before) / (time.monotonic() - since) * 100


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
