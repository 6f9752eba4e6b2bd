import json
import socket
import struct
from functools import partial

import pytest
from channels.sessions import InstanceSessionWrapper
from daphne.ws_protocol import WebSocketProtocol
from twisted.internet.tcp import Server as Connection

from live.wire import Frame, Wire

# More than a kernel takes at once of a line that nobody reads.
LARGE = "很长的一句话" * 400_000


class Reactor:
    """Knows who waits to be told that writing is possible."""

    def __init__(self):
        self.waiting = []

    def addWriter(self, line):
        self.waiting = [line]

    def removeWriter(self, line):
        self.waiting = []

    def addReader(self, line): ...


class Page:
    """A socket of daphne with a real line, whose other end is read here."""

    def __init__(self):
        mine, theirs = socket.socketpair()
        self.far_end = mine
        self.reactor = Reactor()
        self.line = Connection(theirs, None, ("", 0), None, 0, self.reactor)
        self.protocol = WebSocketProtocol()
        self.protocol.transport = self.line
        self.protocol.state = WebSocketProtocol.STATE_OPEN
        self.usual_way = []
        self.wire = Wire(partial(self.handle_reply, self.protocol))

    async def handle_reply(self, protocol, message):
        self.usual_way.append(message)

    def read(self, size):
        """Read that many bytes, letting the line write on whenever it waits to."""
        data = b""
        while len(data) < size:
            for line in self.reactor.waiting:
                line.doWrite()
            data += self.far_end.recv(1 << 20)
        return data

    def close(self):
        self.far_end.close()
        self.line.socket.close()


@pytest.fixture
def page():
    page = Page()
    yield page
    page.close()


@pytest.mark.parametrize(
    ("size", "head"),
    [
        (0, b"\x81\x00"),
        (125, b"\x81\x7d"),
        (126, b"\x81\x7e\x00\x7e"),
        (65535, b"\x81\x7e\xff\xff"),
        (65536, b"\x81\x7f" + struct.pack("!Q", 65536)),
    ],
)
def test_a_frame_says_how_long_its_text_is(size, head):
    assert Frame("x" * size).on_wire == head + b"x" * size


async def test_a_frame_goes_out_at_once(page):
    await page.wire.tell(Frame("您好"))

    assert page.far_end.recv(100) == b"\x81\x06" + "您好".encode()
    assert page.usual_way == []


async def test_a_page_that_reads_slowly_gets_everything_in_order(page):
    frame = Frame(LARGE)

    await page.wire.tell(frame)
    await page.wire.tell(Frame("之后"))

    # The second waits for its turn behind the rest of the first.
    assert page.usual_way == [{"type": "websocket.send", "text": "之后"}]
    assert page.read(len(frame.on_wire)) == frame.on_wire
    await page.wire.tell(Frame("再之后"))
    assert page.far_end.recv(100) == Frame("再之后").on_wire


async def test_a_lost_line_is_left_to_the_usual_way_to_notice(page):
    page.far_end.close()

    await page.wire.tell(Frame("有人吗"))

    assert page.usual_way == [{"type": "websocket.send", "text": "有人吗"}]


@pytest.mark.parametrize("state", ["STATE_CONNECTING", "STATE_CLOSING", "STATE_CLOSED"])
async def test_a_socket_that_is_not_open_is_left_to_the_usual_way(page, state):
    page.protocol.state = getattr(WebSocketProtocol, state)

    await page.wire.tell(Frame("您好"))

    assert len(page.usual_way) == 1


async def test_another_server_gets_the_text_on_the_usual_way():
    sent = []

    async def send(message):
        sent.append(message)

    await Wire(send).tell(Frame("您好"))

    assert sent == [{"type": "websocket.send", "text": "您好"}]


async def test_what_channels_wraps_around_a_socket_is_looked_behind(page):
    scope = {"cookies": {}}
    wrapped = InstanceSessionWrapper(scope, partial(page.handle_reply, page.protocol))

    await Wire(wrapped.send).tell(Frame(json.dumps({"type": "events"})))

    assert page.usual_way == []
