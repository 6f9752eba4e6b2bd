"""What may be brought as slides, and how the child process tells of it.  Pure, no Django.

The child's answer is a row of frames: four bytes of length and msgpack.  The reader believes
nothing: each frame and the whole are bounded, whatever the child has become.
"""

import struct
from collections.abc import Iterator
from typing import BinaryIO

import msgspec

LENGTH = struct.Struct(">I")

LARGEST_UPLOAD = 45 << 20
MOST_FILES = 100
MOST_PAGES = 200
LONGEST_TITLE = 60
# A page is drawn to fit into this; the canvas of the console has 1280 x 720.
WIDTH, HEIGHT = 1600, 1200
LARGEST_PAGE = 4 << 20
LARGEST_DECK = 160 << 20


class Page(msgspec.Struct, tag=True):
    title: str
    picture: bytes


class End(msgspec.Struct, tag=True):
    """Without it the pages before are only some of them."""


class Refusal(msgspec.Struct, tag=True):
    """Why file number `file` (from 0) is not taken: a key of live.slides.opening.SENTENCES."""

    reason: str
    file: int


Frame = Page | End | Refusal


class Broken(Exception):
    """What came is no frame, too long, or ended too soon."""


class Refused(Exception):
    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


def write(pipe: BinaryIO, frame: Frame) -> None:
    data = msgspec.msgpack.encode(frame)
    pipe.write(LENGTH.pack(len(data)))
    pipe.write(data)


def read(pipe: BinaryIO) -> Iterator[Frame]:
    """The frames up to End or Refusal.  Raises Broken."""
    left = LARGEST_DECK
    while True:
        head = pipe.read(LENGTH.size)
        if len(head) < LENGTH.size:
            raise Broken("ended too soon")
        (size,) = LENGTH.unpack(head)
        left -= size
        if size > LARGEST_PAGE or left < 0:
            raise Broken("too long")
        try:
            frame = msgspec.msgpack.decode(pipe.read(size), type=Frame)
        except msgspec.DecodeError as error:
            raise Broken(str(error)) from error
        yield frame
        if not isinstance(frame, Page):
            return
