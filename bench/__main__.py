"""Runs one benchmark: a module of this package with main(argv), which prints `name: value`."""

import importlib
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent


def names() -> list[str]:
    return sorted(path.stem for path in HERE.glob("*.py") if not path.stem.startswith("_"))


def main(argv: list[str]) -> int:
    if not argv or argv[0] not in names():
        print(f"python3 dev.py bench NAME, with NAME one of: {', '.join(names())}")
        return 2
    began = time.monotonic()
    code = importlib.import_module(f"bench.{argv[0]}").main(argv[1:])
    print(f"seconds: {time.monotonic() - began:.1f}")
    return code or 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
