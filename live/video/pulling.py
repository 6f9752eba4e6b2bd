"""A stream of professional gear: pulled from the RTMP server beside us, packed by the same hands.

OBS or a video mixer publishes to nginx; `Pull` plays the stream from there, over the loopback,
and feeds it to the class's Ingest as FLV. Nothing is decoded here.
"""

import logging
import threading
import time
from collections.abc import Callable

import av

from live.video.ingest import FLV, Ingest
from live.video.problems import TAKEN_OVER
from live.video.store import RecordingFolder

logger = logging.getLogger(__name__)

# To connect, and between two packets: a publisher that is silent for so long is gone.
PATIENCE_S = (5.0, 10.0)
# nginx lets others play a stream only after it was told that it may be published.
OPEN_WITHIN_S, BETWEEN_S = 15, 0.3
OPTIONS = {"rtmp_live": "live", "analyzeduration": "1000000", "fflags": "nobuffer"}


class Pull:
    """Plays `address` into `folder` in a thread of its own until either side ends it.

    In that thread `on_begin` is called with the first picture or sound, and `on_end`, if that
    ever came, when everything is written.
    """

    def __init__(
        self,
        address: str,
        folder: RecordingFolder,
        *,
        on_begin: Callable[[], None],
        on_end: Callable[[], None],
    ):
        self.was_taken_over = False
        self._has_begun = False
        self._address = address
        self._on_begin = on_begin
        self._on_end = on_end
        self._stopped = threading.Event()
        self._ingest = Ingest(folder, format=FLV, on_problem=self._heard_of)
        name = f"pull-{folder.path.name}"
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    @property
    def is_running(self) -> bool:
        return self._thread.is_alive()

    def stop(self) -> None:
        """End it; does not wait."""
        self._stopped.set()

    def join(self, timeout: float | None = None) -> None:
        self._thread.join(timeout)

    def _heard_of(self, problem) -> None:
        self.was_taken_over = problem.code == TAKEN_OVER
        self._stopped.set()

    def _work(self) -> None:
        try:
            self._relay()
        except av.FFmpegError as error:
            logger.warning("The stream of %s ended: %s", self._thread.name, error)
        finally:
            self._ingest.finish()
            self._ingest.join()
            if self._has_begun:
                self._on_end()

    def _relay(self) -> None:
        with (
            self._open() as source,
            av.open(
                _Pipe(self._ingest), "w", format=FLV, options={"flvflags": "no_duration_filesize"}
            ) as target,
        ):
            streams = [*source.streams.video[:1], *source.streams.audio[:1]]
            ways = {each.index: target.add_stream_from_template(each) for each in streams}
            for packet in source.demux(streams):
                if self._stopped.is_set():
                    break
                if not self._has_begun:
                    self._has_begun = True
                    self._on_begin()
                if packet.dts is not None:
                    packet.stream = ways[packet.stream.index]
                    target.mux(packet)

    def _open(self):
        until = time.monotonic() + OPEN_WITHIN_S
        while True:
            try:
                return av.open(self._address, "r", format=FLV, options=OPTIONS, timeout=PATIENCE_S)
            except av.FFmpegError:
                if time.monotonic() > until or self._stopped.wait(BETWEEN_S):
                    raise


class _Pipe:
    """What is written goes on at once."""

    def __init__(self, ingest: Ingest):
        self._ingest = ingest

    def write(self, data: bytes) -> int:
        # A stream that is not taken any more ends by `was_taken_over`, not by an error here.
        self._ingest.feed(bytes(data))
        return len(data)
