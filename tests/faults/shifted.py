"""The doors of a server whose clock can be set while it runs: config.asgi, for tests.

The file named by SHIFTED_CLOCK holds the seconds by which its clock is wrong. Set are the two
clocks that the product reads, before anything of it is loaded; the machine's own is left alone.
"""

import os
import time
from datetime import timedelta
from pathlib import Path

from django.utils import timezone

CLOCK = Path(os.environ["SHIFTED_CLOCK"])

true_time, true_now = time.time, timezone.now


def seconds_off() -> float:
    return float(CLOCK.read_text())


time.time = lambda: true_time() + seconds_off()
timezone.now = lambda: true_now() + timedelta(seconds=seconds_off())

from config.asgi import application

__all__ = ["application"]
