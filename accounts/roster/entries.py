"""What becomes of a roster's rows, and how they are kept: sealed, some hundred in one piece.

An `Entry` is a row with its verdict.  `pack` and `unpack` turn a bundle of them into the
content of a RosterChunk and back; its marks, one letter a row, are what is counted.
"""

import base64
import zlib
from collections import Counter
from collections.abc import Iterable

import msgspec

from accounts.models import RosterImport, RosterRow
from accounts.roster.rows import Problem, Row
from common.sealed import seal, unseal

Verdict, Choice = RosterRow.Verdict, RosterImport.Choice

# How many rows go together: one transaction, one sealed text.
ROWS_A_CHUNK = 500

# A mark is small until the row is written, or settled by a reviewer.
MARKS = {
    Verdict.NEW: "n",
    Verdict.SAME: "s",
    Verdict.CHANGED: "c",
    Verdict.REVIEW: "r",
    Verdict.REFUSED: "x",
}
VERDICTS = {mark: verdict for verdict, mark in MARKS.items()}
CHOSEN = {Choice.CLEAN: "nc", Choice.NEW: "n", Choice.CHANGED: "c"}


class Change(msgspec.Struct, omit_defaults=True):
    """One field of a file that the row would change; shown masked, and so kept masked.

    `field` is an attribute of accounts.models.Person, or one of RELATIVE and RELATIVE_PHONE.
    """

    field: str
    old: str = ""
    new: str = ""


RELATIVE, RELATIVE_PHONE = "relative", "relative_phone"


class Entry(msgspec.Struct, omit_defaults=True):
    """A row, the verdict on it, and why."""

    row: Row
    # As the office typed them, for the report.
    cells: list[str] = []
    # Where the file is to be; None where the unit is not known.
    organisation: int | None = None
    # Why it is not known.
    unplaced: Problem | None = None
    verdict: str = ""
    # The file that it is about, and what would change there.
    person: int | None = None
    changes: list[Change] = []
    # Files that it may be about.
    candidates: list[int] = []
    # What the school's files say against it.
    doubts: list[Problem] = []

    @property
    def problems(self) -> list[Problem]:
        """Everything that is wrong or doubtful, first what the row itself says."""
        unplaced = [self.unplaced] if self.unplaced else []
        return [*self.row.problems, *unplaced, *self.doubts]

    @property
    def mark(self) -> str:
        return MARKS[self.verdict]


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(list[Entry])
_entry_decoder = msgspec.json.Decoder(Entry)


def pack(entries: list[Entry]) -> str:
    # Text of one kind shrinks to a fifth, and sealing costs by length.
    small = zlib.compress(_encoder.encode(entries), 1)
    return seal(base64.b64encode(small).decode())


def unpack(content: str) -> list[Entry]:
    return _decoder.decode(zlib.decompress(base64.b64decode(unseal(content))))


def to_json(entry: Entry) -> str:
    return _encoder.encode(entry).decode()


def from_json(text: str) -> Entry:
    return _entry_decoder.decode(text)


def marks_of(entries: Iterable[Entry]) -> str:
    return "".join(entry.mark for entry in entries)


def counted(marks: Iterable[str]) -> dict[str, int]:
    """How many rows of each verdict, in the order of Verdict: {"new": 12, …}."""
    found = Counter("".join(marks).lower())
    return {verdict.value: found[mark] for verdict, mark in MARKS.items()}


def waiting(marks: Iterable[str], choice: str = Choice.CLEAN) -> int:
    """How many rows of the choice are not written yet."""
    found = Counter("".join(marks))
    return sum(found[mark] for mark in CHOSEN[choice])


def written(marks: Iterable[str]) -> int:
    found = Counter("".join(marks))
    return sum(found[mark.upper()] for mark in CHOSEN[Choice.CLEAN])
