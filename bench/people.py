"""How long finding a person takes among 100,000 files, on a PostgreSQL of its own.

Each figure is what the search field costs: whose files may be seen, how many fit, and the
first page of them; the floor is one file by its number. Measured twice, for the registrar
of the whole city and for that of one county.
"""

import argparse
import os
import subprocess
import sys

import dev
from bench.stage.figures import report
from tests.servers import Postgres


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="dev.py bench people", description=__doc__)
    parser.add_argument("--files", type=int, default=100_000, help="people (100,000)")
    parser.add_argument("--rounds", type=int, default=200, help="searches of each kind (200)")
    options = parser.parse_args(argv)
    for name in ("files", "rounds"):
        report(name, getattr(options, name))
    with Postgres() as server:
        done = subprocess.run(
            [sys.executable, "-m", "bench.stage.files", str(options.files), str(options.rounds)],
            env=os.environ | {"DATABASE_URL": server.url},
        )
    if done.returncode:
        raise dev.Stop("The search could not be measured (see above).")
    return 0
