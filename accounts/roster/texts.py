"""Text tables (csv) into rows: which encoding, which separator, which rows.

Nobody says how a csv was written.  Whatever makes a heading of a list of people out of the
first lines is right.  Only the child process reads them.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from itertools import chain

from accounts.roster import headings
from accounts.roster.books import Sheet
from accounts.roster.refusals import (
    LONGEST_CELL,
    MOST_CELLS,
    MOST_CHARACTERS,
    MOST_COLUMNS,
    MOST_ROWS,
    Refused,
)

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
SEPARATORS = (",", "\t", ";", "，", "|")
LOOKED_AT = 64 << 10
# A cell with more line breaks has swallowed the rows behind a stray quotation mark.
MOST_LINES_IN_A_CELL = 20
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
WEB_PAGE = re.compile(r"\s*(<[!?a-z]|mime-version:)", re.IGNORECASE)
UNREADABLE = "\ufffd"
# Signs that a table can lose, whatever its length, and still be one.
FEW = 5


def read(data: bytes) -> Sheet:
    text, separator = _understood(data)
    try:
        rows = list(_rows(text, separator, csv.QUOTE_MINIMAL))
        if any(cell.count("\n") > MOST_LINES_IN_A_CELL for _, row in rows for cell in row):
            rows = list(_rows(text, separator, csv.QUOTE_NONE))
    except csv.Error:
        rows = list(_rows(text, separator, csv.QUOTE_NONE))
    if not rows:
        raise Refused("nothing_in_it")
    return Sheet("", [], rows, [], False)


def _understood(data: bytes) -> tuple[str, str]:
    """The text and its separator: the first that makes sense of the first lines."""
    first = None
    for text in chain(_decoded(data), _as_well_as_possible(data)):
        if WEB_PAGE.match(text):
            raise Refused("web_page")
        fields = {separator: _fields_found(text, separator) for separator in SEPARATORS}
        best = max(SEPARATORS, key=fields.get)
        if fields[best]:
            return _plain(text), best
        first = first or text
    if first is None:
        raise Refused("not_text")
    text = _plain(first)
    return text, max(SEPARATORS, key=text[:LOOKED_AT].count)


def _decoded(data: bytes) -> Iterator[str]:
    """`data` in every encoding that it could be in, the likeliest first."""
    for bom, encoding in BOMS:
        if data.startswith(bom):
            data = data[len(bom) :]
            yield from _strictly(data, encoding)
            break
    else:
        zeros = data[:4096:2].count(0), data[1:4096:2].count(0)
        if max(zeros) > len(data[:4096]) // 8:
            yield from _strictly(data, "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le")
    yield from _strictly(data, "utf-8")
    # GB18030 takes nearly anything that GBK and GB2312 wrote, and more.
    yield from _strictly(data, "gb18030")


def _strictly(data: bytes, encoding: str) -> Iterator[str]:
    try:
        yield data.decode(encoding)
    except UnicodeDecodeError:
        return


def _as_well_as_possible(data: bytes) -> Iterator[str]:
    """Texts of which a few signs are broken: cut short, or copied together."""
    for encoding in ("utf-8", "gb18030"):
        text = data.decode(encoding, "replace")
        broken = text.count(UNREADABLE)
        if broken <= FEW or broken * 1000 < len(text):
            yield text


def _plain(text: str) -> str:
    """`text` without control characters; a few come from old programs, many from no text."""
    strange = len(CONTROL.findall(text))
    if strange > FEW and strange * 1000 > len(text):
        raise Refused("not_text")
    return CONTROL.sub("", text) if strange else text


def _fields_found(text: str, separator: str) -> int:
    """How many columns of a list of people the first lines name, cut at `separator`."""
    found = headings.find(_first_rows(text, separator))
    return len(found.fields) if found and found.has_names else 0


def _first_rows(text: str, separator: str) -> list[tuple[int, list[str]]]:
    first = CONTROL.sub("", text[:LOOKED_AT])
    try:
        rows = csv.reader(io.StringIO(first, newline=""), delimiter=separator)
        return [row for row, _ in zip(_numbered(rows), range(headings.LOOKED_AT), strict=False)]
    except csv.Error:
        return []


def _numbered(rows) -> Iterator[tuple[int, list[str]]]:
    for number, row in enumerate(rows, start=1):
        if any(cell and not cell.isspace() for cell in row):
            yield number, row


def _rows(text: str, separator: str, quoting: int) -> Iterator[tuple[int, list[str]]]:
    # Beyond this csv raises an error, which may be a stray quotation mark.
    csv.field_size_limit(LONGEST_CELL if quoting == csv.QUOTE_MINIMAL else len(text) + 1)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, quoting=quoting)
    cells = 0
    if len(text) > MOST_CHARACTERS:
        raise Refused("too_much_text")
    for rows, (number, row) in enumerate(_numbered(reader), start=1):
        cells += len(row)
        if rows > MOST_ROWS:
            raise Refused("too_many_rows", most=MOST_ROWS)
        if len(row) > MOST_COLUMNS:
            row = _within(row)
        if cells > MOST_CELLS:
            raise Refused("too_much_text")
        if len(max(row, key=len)) > LONGEST_CELL:
            raise Refused("long_cell", row=number, most=LONGEST_CELL)
        yield number, row


def _within(row: list[str]) -> list[str]:
    while row and not row[-1].strip():
        row.pop()
    if len(row) > MOST_COLUMNS:
        raise Refused("too_many_columns", most=MOST_COLUMNS)
    return row
