"""Workbooks (xlsx, xlsb, xls, ods) into rows of text.  Only the child process opens them."""

import datetime
import io
import re
import struct
import zipfile
from typing import NamedTuple

import python_calamine

from accounts.roster import headings
from accounts.roster.kinds import Kind
from accounts.roster.refusals import (
    LONGEST_CELL,
    MOST_CELLS,
    MOST_CHARACTERS,
    MOST_COLUMNS,
    MOST_ROWS,
    MOST_SHEETS,
    Refused,
)

# From here on a number has more digits than Excel keeps (15).
TOO_LONG_A_NUMBER = 1e15
MOST_MERGED = 20_000
FROM_1904 = re.compile(rb"<(?:\w+:)?workbookPr\b[^>]*\bdate1904\s*=\s*[\"'](?:1|true|on)[\"']")
# The record that says so in an .xls: number 0x22, two bytes long, 1.
FROM_1904_XLS = struct.pack("<HHH", 0x22, 2, 1)


class Sheet(NamedTuple):
    name: str
    names: list[str]
    rows: list[tuple[int, list[str]]]
    merged: list[tuple[int, int, int, int]]
    counts_from_1904: bool


def read(data: bytes, kind: Kind, wanted: str) -> Sheet:
    """The sheet called `wanted`, or else the first that is headed like a list of people.

    Where none is headed so it is the first in which anything stands.
    """
    try:
        with python_calamine.load_workbook(io.BytesIO(data)) as book:
            names = book.sheet_names
            if len(names) > MOST_SHEETS:
                raise Refused("too_many_sheets")
            name, (rows, merged) = _chosen(book, wanted)
            return Sheet(name, names, rows, merged, _counts_from_1904(data, kind))
    except python_calamine.PasswordError as error:
        raise Refused("password") from error
    except python_calamine.CalamineError as error:
        raise Refused("damaged") from error


def _chosen(book, wanted: str):
    if wanted:
        if wanted not in book.sheet_names:
            raise Refused("no_such_sheet")
        return wanted, _rows_of(book.get_sheet_by_name(wanted))
    first = None
    for sheet in book.sheets_metadata:
        if not _is_shown(sheet):
            continue
        found = _rows_of(book.get_sheet_by_name(sheet.name))
        heading = headings.find(found[0])
        if heading and heading.has_names:
            return sheet.name, found
        if first is None and found[0]:
            first = sheet.name, found
    if first is None:
        raise Refused("nothing_in_it")
    return first


def _is_shown(sheet) -> bool:
    return (
        sheet.visible == python_calamine.SheetVisibleEnum.Visible
        and sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
    )


def _rows_of(sheet):
    """The rows in which anything stands, and the cells that were made one."""
    if sheet.start is None:
        return [], []
    before = [""] * sheet.start[1]
    narrow = len(before) + sheet.width <= MOST_COLUMNS
    rows, characters, cells = [], 0, 0
    for number, values in enumerate(sheet.iter_rows(), start=1):
        texts = [value if type(value) is str else _text(value) for value in values]
        whole = "".join(texts)
        if not whole or whole.isspace():
            continue
        row = before + texts if before else texts
        if not narrow:
            row = _within(row)
        characters += len(whole)
        cells += len(row)
        rows.append((number, row))
        if len(whole) > LONGEST_CELL and len(max(texts, key=len)) > LONGEST_CELL:
            raise Refused("long_cell", row=number, most=LONGEST_CELL)
        if len(rows) > MOST_ROWS:
            raise Refused("too_many_rows", most=MOST_ROWS)
        if characters > MOST_CHARACTERS or cells > MOST_CELLS:
            raise Refused("too_much_text")
    return rows, _merged(sheet)


def _within(row: list[str]) -> list[str]:
    """The row up to its last text, which must be within the columns we read."""
    used = max((at for at, text in enumerate(row, start=1) if text), default=0)
    if used > MOST_COLUMNS:
        raise Refused("too_many_columns", most=MOST_COLUMNS)
    return row[:used]


def _merged(sheet):
    """Merged cells over several rows: first and last row from 1, column from 0, width."""
    ranges = sheet.merged_cell_ranges or []
    return [
        (top + 1, bottom + 1, left, right - left + 1)
        for (top, left), (bottom, right) in ranges[:MOST_MERGED]
        if bottom > top and right < MOST_COLUMNS
    ]


def _text(value) -> str:
    """A cell as text.  A number that Excel has cut shows it, in scientific notation."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        if abs(value) >= TOO_LONG_A_NUMBER:
            return f"{value:.14E}"
        return str(int(value)) if value.is_integer() else f"{value:.15g}"
    if isinstance(value, int):
        return str(value) if abs(value) < TOO_LONG_A_NUMBER else f"{value:.14E}"
    if isinstance(value, datetime.datetime):
        if value.time() == datetime.time():
            return value.date().isoformat()
        return value.isoformat(" ", "seconds")
    return str(value)


def _counts_from_1904(data: bytes, kind: Kind) -> bool:
    if kind == Kind.XLSX:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = {name.lower(): name for name in archive.namelist()}
            with archive.open(names["xl/workbook.xml"]) as file:
                return FROM_1904.search(file.read(1 << 16)) is not None
    # The record stands among the first of the workbook's stream, which begins the file.
    return kind == Kind.XLS and FROM_1904_XLS in data[: 1 << 16]
