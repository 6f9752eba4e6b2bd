"""Five hundred learners press twice at one moment for forty seats, over HTTP.

The product on daphne; each press has a connection of its own and the key of its page. The
same crowd presses for another class while two visitors look at the catalogue and at that
class, and last before the least that a Django view can do to give a seat.
"""

import argparse
import contextlib
import os
import subprocess
import sys

import dev
from bench.stage.figures import report
from tests.servers import Postgres


class Noting(Postgres):
    """Notes when each transaction was committed: the order of the queue is held to it."""

    def command(self):
        return [*super().command(), "-c", "track_commit_timestamp=on"]


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="dev.py bench rush", description=__doc__)
    parser.add_argument("--learners", type=int, default=500, help="how many press (500)")
    parser.add_argument("--seats", type=int, default=40, help="for how many seats (40)")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    options = parser.parse_args(argv)
    for name in ("database", "learners", "seats"):
        report(name, getattr(options, name))
    env = dict(os.environ)
    with contextlib.ExitStack() as stack:
        if options.database == "postgresql":
            env["DATABASE_URL"] = stack.enter_context(Noting()).url
        # The settings are read once: a process of its own, which knows its database.
        counts = [str(options.learners), str(options.seats)]
        command = [sys.executable, "-m", "bench.stage.rush", *counts]
        process = subprocess.Popen(command, env=env, cwd=dev.ROOT, start_new_session=True)
        cleaner = dev.Cleaner()
        try:
            cleaner.watch_over(process)
            return process.wait()
        finally:
            dev.signal_group(process, 15)
            process.wait()
            cleaner.close()
