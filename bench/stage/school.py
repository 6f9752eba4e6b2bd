"""The product with a freshly made database and data folder, which are gone afterwards."""

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator

from django.conf import settings

import dev
from tests.databases import ROOT, databases
from tests.serving import Server


@contextlib.contextmanager
def empty_school() -> Iterator[Server]:
    """A server that is not started yet; `python` already runs code on its database."""
    _collect_static_files()
    copies = databases()
    copies.make_template()
    database = settings.WORKER_DATA / "bench.sqlite3"
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, settings.WORKER_DATA, ignore_errors=True)
        copies.copy_to(database)
        server = Server(
            folder=settings.WORKER_DATA / "bench", database_url=f"sqlite:///{database}"
        )
        stack.callback(server.close)
        yield server


def _collect_static_files() -> None:
    stamp = settings.STATIC_ROOT / dev.STATIC_STAMP
    with dev.one_at_a_time(settings.TESTS / "static.lock", "Waiting for collected styles"):
        if stamp.exists() and stamp.read_text() == dev.static_sources():
            return
        env = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
        done = subprocess.run(
            [sys.executable, "dev.py", "steps", "--only-static"],
            cwd=ROOT,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    if done.returncode:
        raise dev.Stop(f"{done.stdout}\nCollecting styles and scripts failed (see above).")
