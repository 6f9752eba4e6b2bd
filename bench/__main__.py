"""Runs one benchmark: a module of this package with main(argv), which prints `name: value`."""

import importlib
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
    # Ended politely, it still stops what it has started.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    began = time.monotonic()
    try:
        code = importlib.import_module(f"bench.{argv[0]}").main(argv[1:])
    except dev.Stop as stop:
        print(stop, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    print(f"seconds: {time.monotonic() - began:.1f}")
    return code or 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
