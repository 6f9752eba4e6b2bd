"""How long a draw of fifty thousand applications over five hundred classes takes.

One in ten is a couple, everybody has up to four ranked wishes, popular classes are wished
for most. Printed are the freezing of the list, the draw as the office's page does it
(`draw_s`), of which the arithmetic (`compute_s`) and the writing of seats and numbers
(`apply_s`), how long the longest transaction of both keeps others from writing
(`freeze_hold_s`, `draw_hold_s`), its verification, and the most memory the process ever held.
"""

import argparse
import contextlib
import os
import subprocess
import sys

import dev
from tests.servers import Postgres


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="dev.py bench draw", description=__doc__)
    parser.add_argument("--applications", type=int, default=50_000, help="(50,000)")
    parser.add_argument("--classes", type=int, default=500, help="(500)")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    options = parser.parse_args(argv)
    env = dict(os.environ)
    with contextlib.ExitStack() as stack:
        if options.database == "postgresql":
            env["DATABASE_URL"] = stack.enter_context(Postgres()).url
        # The settings are read once: a process of its own, which knows its database.
        counts = [str(options.applications), str(options.classes)]
        command = [sys.executable, "-m", "bench.stage.lots", *counts]
        process = subprocess.Popen(command, env=env, cwd=dev.ROOT, start_new_session=True)
        cleaner = dev.Cleaner()
        try:
            cleaner.watch_over(process)
            return process.wait()
        finally:
            dev.signal_group(process, 15)
            process.wait()
            cleaner.close()
