"""What the child process says to the server: a head, rows in bundles, an end; or why not.

Each frame is four bytes of length and msgpack.  The reader believes nothing: a frame, a row
and the whole are bounded, whatever the child has become.
"""

import struct
from collections.abc import Iterator
from typing import BinaryIO

import msgspec

LENGTH = struct.Struct(">I")
LONGEST_FRAME = 16 << 20
# How many rows go together, unless their texts are long.
ROWS_A_FRAME = 500
CHARACTERS_A_FRAME = 1 << 20
# What the rows of one file may take on their way: 16 Mi characters, Chinese ones three bytes.
LONGEST_ANSWER = 64 << 20

Cells = tuple[int, list[str]]


class Head(msgspec.Struct, tag=True):
    """The sheet that was chosen."""

    sheet: str
    sheets: list[str]
    merged: list[tuple[int, int, int, int]]
    counts_from_1904: bool


class Rows(msgspec.Struct, tag=True):
    rows: list[Cells]


class End(msgspec.Struct, tag=True):
    """Without it the rows before are only some of them."""


class Refusal(msgspec.Struct, tag=True):
    """Why the file is not read: a key of accounts.roster.reading.SENTENCES, and its numbers."""

    reason: str
    parts: dict[str, str | int] = {}


Frame = Head | Rows | End | Refusal


class Broken(Exception):
    """What came is no frame, too long, or ended too soon."""


def write(pipe: BinaryIO, frame: Frame) -> None:
    text = msgspec.msgpack.encode(frame)
    pipe.write(LENGTH.pack(len(text)))
    pipe.write(text)


def write_rows(pipe: BinaryIO, rows: list[Cells]) -> None:
    bundle, characters = [], 0
    for row in rows:
        length = sum(map(len, row[1]))
        if len(bundle) == ROWS_A_FRAME or (bundle and characters + length > CHARACTERS_A_FRAME):
            write(pipe, Rows(bundle))
            bundle, characters = [], 0
        bundle.append(row)
        characters += length
    write(pipe, Rows(bundle))


def read(pipe: BinaryIO) -> Iterator[Frame]:
    """The frames up to the end or a refusal.  Raises Broken."""
    decoder = msgspec.msgpack.Decoder(Frame)
    total = 0
    while True:
        (length,) = LENGTH.unpack(_exactly(pipe, LENGTH.size))
        total += length
        if length > LONGEST_FRAME or total > LONGEST_ANSWER:
            raise Broken("too long")
        try:
            frame = decoder.decode(_exactly(pipe, length))
        except msgspec.MsgspecError as error:
            raise Broken("no frame") from error
        yield frame
        if isinstance(frame, End | Refusal):
            return


def _exactly(pipe: BinaryIO, length: int) -> bytes:
    if len(got := pipe.read(length)) < length:
        raise Broken("ended too soon")
    return got
