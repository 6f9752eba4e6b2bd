"""Servers of a benchmark: each in a process of its own, and gone when the benchmark is."""

import contextlib
import http.client
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import dev

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE_S = 90


@contextlib.contextmanager
def running(
    command: list[str], *, port: int, door: str, env: dict[str, str] | None = None
) -> Iterator[subprocess.Popen]:
    """Start a server; it is yielded once it answers a POST at its `door`, and then ended."""
    process = subprocess.Popen(
        command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, start_new_session=True
    )
    cleaner = dev.Cleaner()
    try:
        cleaner.watch_over(process)
        _wait_for(process, port, door)
        yield process
    finally:
        dev.signal_group(process, 15)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        dev.signal_group(process, 9)
        process.wait()
        cleaner.close()


def post(port: int, path: str, body: bytes = b"") -> None:
    with contextlib.closing(
        http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    ) as line:
        line.request("POST", path, body)
        answer = line.getresponse()
        said = answer.read()
    if answer.status >= 300:
        raise dev.Stop(f"POST {path} was answered {answer.status}: {said[:200]!r}")


def _wait_for(process: subprocess.Popen, port: int, door: str) -> None:
    until = time.monotonic() + PATIENCE_S
    while process.poll() is None and time.monotonic() < until:
        with contextlib.suppress(OSError):
            return post(port, door)
        time.sleep(0.05)
    raise dev.Stop(f"{process.args[0]} did not start; what it said is above.")
