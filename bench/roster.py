"""How long twenty thousand rows take from the file into people's files, beside only reading it.

The roster is brought, judged and written as the background worker does it, while somebody
else looks at pages of the same school on daphne. Beside it openpyxl reads the same file in
its read-only mode and does nothing with it.
"""

import argparse
import contextlib
import os
import subprocess
import sys

import dev
from tests.servers import Postgres


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="dev.py bench roster", description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000, help="people on the roster (20000)")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    options = parser.parse_args(argv)
    env = dict(os.environ)
    with contextlib.ExitStack() as stack:
        if options.database == "postgresql":
            env["DATABASE_URL"] = stack.enter_context(Postgres()).url
        # The settings are read once: a process of its own, which knows its database.
        command = [sys.executable, "-m", "bench.stage.rosters", str(options.rows)]
        process = subprocess.Popen(command, env=env, cwd=dev.ROOT, start_new_session=True)
        cleaner = dev.Cleaner()
        try:
            cleaner.watch_over(process)
            return process.wait()
        finally:
            dev.signal_group(process, 15)
            process.wait()
            cleaner.close()
