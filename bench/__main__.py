"""Runs one benchmark: a module of this package with main(argv), which prints `name: value`."""

import importlib
import logging
import os
import signal
import sys
import time
from pathlib import Path

import dev

HERE = Path(__file__).resolve().parent


def names() -> list[str]:
    return sorted(path.stem for path in HERE.glob("*.py") if not path.stem.startswith("_"))


def main(argv: list[str]) -> int:
    if not argv or argv[0] not in names():
        print(f"python3 dev.py bench NAME, with NAME one of: {', '.join(names())}")
        return 2
    # The default size, with data of its own: what the tests stand on.
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    for name in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    stopped = Stopped()
    began = time.monotonic()
    try:
        code = importlib.import_module(f"bench.{argv[0]}").main(argv[1:])
    except dev.Stop as stop:
        print(stop, file=sys.stderr)
        return 1
    except BaseException:
        if stopped:
            return 130
        raise
    print(f"seconds: {time.monotonic() - began:.1f}")
    return code or 0


class Stopped:
    """True once somebody wants the benchmark to end; it then ends what it has started.

    Ctrl-C reaches the browser as well, and what is heard then of its end is no news.
    """

    def __init__(self):
        self.by = None
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop)

    def __bool__(self):
        return self.by is not None

    def _stop(self, number, _frame):
        self.by = number
        logging.disable()
        raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
