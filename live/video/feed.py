"""Bytes from a socket as a file that a thread can read: never more than a bound."""

import threading
from collections import deque
from collections.abc import Callable

# Half a minute of a 720p class: longer than any hiccup a page would survive.
LONGEST_QUEUE_BYTES = 8 * 1024 * 1024

# How often a reader that waits for the teacher looks whether it is still wanted.
IDLE_SECONDS = 0.5


class Feed:
    """`put` on one side never waits; `read` on the other waits for what comes."""

    def __init__(self, *, limit: int = LONGEST_QUEUE_BYTES):
        self._limit = limit
        self._chunks: deque[bytes] = deque()
        self._size = 0
        self._is_closed = False
        self._changed = threading.Condition()
        # What ended the stream from this side.  PyAV loses exceptions raised in `read`.
        self.failure: Exception | None = None
        self.on_idle: Callable[[], None] = lambda: None
        self.on_read: Callable[[int], None] = lambda size: None

    @property
    def is_closed(self) -> bool:
        return self._is_closed

    def put(self, chunk: bytes) -> bool:
        """False when there is no room, or nobody reads any more."""
        with self._changed:
            if self._is_closed or self._size + len(chunk) > self._limit:
                return False
            if chunk:
                self._chunks.append(bytes(chunk))
                self._size += len(chunk)
                self._changed.notify()
            return True

    def close(self) -> None:
        """Nothing more will come; what is there can still be read."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()

    def abandon(self) -> None:
        """Forget what is there as well."""
        with self._changed:
            self._chunks.clear()
            self._size = 0
        self.close()

    def read(self, size: int) -> bytes:
        """At least one byte and at most `size`; nothing only at the end.

        Called by the demuxer.  What `on_idle` and `on_read` raise is a `failure`, and
        for the demuxer the end.
        """
        try:
            while (data := self._next(size)) is None:
                self.on_idle()
            self.on_read(len(data))
        except Exception as failure:
            self.failure = failure
            self.abandon()
            return b""
        return data

    def _next(self, size: int) -> bytes | None:
        """What is there, b"" at the end, None while neither is so."""
        with self._changed:
            if not self._chunks and not self._is_closed:
                self._changed.wait(IDLE_SECONDS)
            if self._chunks:
                return self._take(size)
            return b"" if self._is_closed else None

    def _take(self, size: int) -> bytes:
        chunk = self._chunks.popleft()
        if len(chunk) > size:
            self._chunks.appendleft(chunk[size:])
            chunk = chunk[:size]
        self._size -= len(chunk)
        return chunk
