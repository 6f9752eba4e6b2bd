"""Whether the ledger stays as quick when it has grown a hundredfold.

Builds a province (18,000 branches, 500,000 persons) whose ledger has 10⁵ lines, measures, lets
it grow to 10⁷ (10⁶ on SQLite) and measures again. Every line has its evidence and its place in
the chain; the triggers are in force throughout. Somebody who studies has 20 lines a year and a
branch 28 members at both sizes: what grows is how many others there are.
"""

import argparse
import contextlib
import os
import subprocess
import sys

import dev
from bench.stage.figures import report
from tests.servers import Postgres

LARGE = {"postgresql": 10_000_000, "sqlite": 1_000_000}


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="dev.py bench ledger", description=__doc__)
    parser.add_argument("--database", choices=sorted(LARGE), default="sqlite")
    parser.add_argument("--small", type=int, default=100_000, help="lines first (100,000)")
    parser.add_argument("--large", type=int, help="lines then (10,000,000; SQLite 1,000,000)")
    parser.add_argument("--branches", type=int, default=18_000, help="branches (18,000)")
    parser.add_argument("--persons", type=int, default=500_000, help="persons (500,000)")
    parser.add_argument("--rounds", type=int, default=30, help="looks of each kind (30)")
    parser.add_argument("--posted", type=int, default=1000, help="people of a session (1,000)")
    options = parser.parse_args(argv)
    options.large = options.large or LARGE[options.database]
    names = ("small", "large", "branches", "persons", "rounds", "posted")
    for name in ("database", *names):
        report(name, getattr(options, name))
    # The pages name the style sheet and the scripts by what was collected.
    subprocess.run([sys.executable, "dev.py", "steps", "--only-static"], cwd=dev.ROOT, check=True)
    env = dict(os.environ)
    with contextlib.ExitStack() as stack:
        if options.database == "postgresql":
            env["DATABASE_URL"] = stack.enter_context(Postgres()).url
        # The settings are read once: a process of its own, which knows its database.
        command = [sys.executable, "-m", "bench.stage.ledger"]
        command += [str(getattr(options, name)) for name in names]
        process = subprocess.Popen(command, env=env, cwd=dev.ROOT, start_new_session=True)
        cleaner = dev.Cleaner()
        try:
            cleaner.watch_over(process)
            return process.wait()
        finally:
            dev.signal_group(process, 15)
            process.wait()
            cleaner.close()
