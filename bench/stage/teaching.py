"""A teacher's page as the server meets it: the console's socket, and a stream at its own pace.

The stream is made (the real clip at 720p, H.264 and Opus as a browser sends them).
"""

import contextlib
import json
import select
import socket
import threading
import time
import uuid

import dev
from bench.hour import LOOP_MS, SIZE, pictures
from bench.stage.audience import TEXT, Listener
from tests.live.video.streams import CLUSTER_MS, clusters, header, sounds

BINARY = 2
BEAT_S = 5


class Teaching:
    """`with Teaching(server, made) as teaching:` the class has begun and its stream runs.

    At the end the line is cut, and nothing is said. `problems` are what the server told.
    """

    def __init__(self, server, made):
        self.server, self.made = server, made
        self.problems: list[dict] = []
        self._is_silent = False
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._teach, daemon=True)

    def __enter__(self):
        path = f"/ws/sessions/{self.made['session']}/console/?console={uuid.uuid4()}&take=1"
        headers = {"Origin": self.server.url, "Cookie": f"session={self.made['teacher']}"}
        self._line = Listener(self.server.port, path, headers)
        self._until("hello")
        self._line.send(TEXT, b'{"type": "start"}')
        self._until("started")
        self._thread.start()
        return self

    def __exit__(self, *error):
        self._ends.set()
        self._thread.join()
        self._line.line.close()

    def fall_silent(self) -> None:
        """From now on nothing comes, though the line is open: a cable that was pulled."""
        self._is_silent = True

    def _until(self, kind: str) -> None:
        while True:
            for _opcode, payload in self._line.frames():
                said = json.loads(payload)
                if said["type"] == kind:
                    return
                if said["type"] in ("refused", "problem"):
                    raise dev.Stop(f"The class could not begin: {said}")

    def _teach(self) -> None:
        blocks = sorted([*pictures(), *sounds(seconds=LOOP_MS / 1000)], key=lambda each: each.ms)
        began, at, beat_at = time.monotonic(), 0, 0.0
        # Whoever closes the line from the other side ends the stream.
        with contextlib.suppress(OSError):
            self._send(BINARY, header(blocks, size=SIZE))
            while not self._ends.is_set():
                self._listen()
                loop, place = divmod(at, LOOP_MS)
                now = [each for each in blocks if place <= each.ms < place + CLUSTER_MS]
                if not self._is_silent:
                    self._send(BINARY, clusters([each.moved(loop * LOOP_MS) for each in now]))
                if time.monotonic() > beat_at and not self._is_silent:
                    beat_at = time.monotonic() + BEAT_S
                    self._send(TEXT, b'{"type": "beat"}')
                at += CLUSTER_MS
                self._ends.wait(max(0.0, began + at / 1000 - time.monotonic()))

    def _listen(self) -> None:
        line = self._line.line
        while select.select([line], [], [], 0)[0]:
            if not line.recv(1, socket.MSG_PEEK):
                raise ConnectionResetError
            texts = [text for opcode, text in self._line.frames() if opcode == TEXT]
            self.problems += [said for said in map(json.loads, texts) if "code" in said]

    def _send(self, opcode: int, payload: bytes) -> None:
        size = len(payload)
        head = bytes([0x80 | opcode])
        if size < 126:
            head += bytes([0x80 | size])
        elif size < 1 << 16:
            head += bytes([0x80 | 126]) + size.to_bytes(2, "big")
        else:
            head += bytes([0x80 | 127]) + size.to_bytes(8, "big")
        # A page must mask; with zeros the mask changes nothing.
        self._line.line.sendall(head + bytes(4) + payload)
