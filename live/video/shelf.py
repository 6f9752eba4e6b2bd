"""Files of recordings, read once for everybody who asks at the same time."""

import asyncio
from collections import OrderedDict
from concurrent.futures import Executor
from pathlib import Path

# The newest ten seconds of twenty classes at 2 Mbit/s, as parts and as segments.
MOST_BYTES = 100 * 1024 * 1024


class Shelf:
    """Keeps what was asked for last.  Files never change once they have their name."""

    def __init__(self, threads: Executor, *, limit: int = MOST_BYTES):
        self._threads = threads
        self._limit = limit
        self._files: OrderedDict[Path, bytes] = OrderedDict()
        self._size = 0
        self._fetching: dict[Path, asyncio.Future] = {}

    async def get(self, path: Path) -> bytes | None:
        """The whole file, or None if there is none."""
        data = self._files.get(path)
        if data is not None:
            self._files.move_to_end(path)
            return data
        fetching = self._fetching.get(path)
        if fetching is None:
            loop = asyncio.get_running_loop()
            fetching = loop.run_in_executor(self._threads, read_or_none, path)
            self._fetching[path] = fetching
            fetching.add_done_callback(lambda done: self._put(path, done))
        # Whoever goes away does not take the file from the others.
        return await asyncio.shield(fetching)

    def _put(self, path: Path, done: asyncio.Future) -> None:
        del self._fetching[path]
        if done.cancelled() or done.exception() or done.result() is None:
            return
        self._files[path] = done.result()
        self._size += len(done.result())
        while self._size > self._limit:
            _, dropped = self._files.popitem(last=False)
            self._size -= len(dropped)


def read_or_none(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
