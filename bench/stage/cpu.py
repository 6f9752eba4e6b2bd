"""How much processor time another process has used, by the operating system's own books."""

import os
import subprocess
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
