"""Spreadsheets for people: sheets of rows with a title, a head, totals, ready to print.

Whatever somebody once typed into a form stays text: no cell that we write is a formula.
"""

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# What spreadsheet programs take for the beginning of a formula, also when a person edits
# the cell later or saves the sheet as CSV.
FORMULA_SIGNS = tuple("=+-@\t\r＝＋－＠")
LONGEST_TEXT = 32_767
LONGEST_SHEET_NAME = 31
NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\]")
# What no file system takes, and what breaks a header in two.
NOT_IN_FILE_NAMES = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f\u2028\u2029]')
LONGEST_FILE_NAME = 120

# The number of A4 in the file format.
A4 = 9
FONT = "宋体"
THIN = Side(style="thin")
ALL_ROUND = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)


class Kind(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"


@dataclass(frozen=True)
class Column:
    """One column: its name, what stands in it, how many Chinese characters it is wide."""

    name: str
    kind: Kind = Kind.TEXT
    width: int = 10
    number_format: str = "General"


@dataclass(frozen=True)
class Sheet:
    """One sheet: its title, notes, head, `rows`, and `totals` as the last row.

    A value of a number or date column that is neither is written as text; None is an empty
    cell.
    """

    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence]
    totals: Sequence | None = None
    notes: Sequence[str] = ()
    name: str = ""


def workbook(
    *,
    title: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence],
    totals: Sequence | None = None,
    notes: Sequence[str] = (),
    sheet_name: str = "",
) -> bytes:
    """The bytes of an .xlsx file of one Sheet."""
    sheet = Sheet(title, columns, rows, totals, notes, sheet_name)
    return workbook_of(title=title, sheets=[sheet])


def workbook_of(*, title: str, sheets: Iterable[Sheet]) -> bytes:
    """The bytes of an .xlsx file of several sheets; two of one name are told apart.

    Rows are written as they come and never held together.
    """
    book = Workbook(write_only=True)
    book.properties.creator, book.properties.title = "", clean(title)
    for sheet in sheets:
        _fill(book.create_sheet(safe_sheet_name(sheet.name or sheet.title)), sheet)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def download(*, data: bytes, name: str) -> HttpResponse:
    """`data` as a file to keep, called `name`.xlsx, Chinese and all (RFC 5987)."""
    return HttpResponse(
        data,
        content_type=CONTENT_TYPE,
        headers={
            "Content-Disposition": content_disposition_header(
                as_attachment=True, filename=f"{safe_file_name(name)}.xlsx"
            )
        },
    )


def safe_file_name(name: str) -> str:
    """`name` without what file systems refuse; never empty."""
    return NOT_IN_FILE_NAMES.sub(" ", name)[:LONGEST_FILE_NAME].strip(" .") or "file"


def safe_sheet_name(name: str) -> str:
    """`name` without what Excel refuses in the name of a sheet; never empty."""
    name = NOT_IN_SHEET_NAMES.sub(" ", clean(name)).strip(" '")
    return name[:LONGEST_SHEET_NAME].strip(" '") or "1"


def clean(text: str) -> str:
    """`text` without the control characters that would make the file unreadable."""
    return ILLEGAL_CHARACTERS_RE.sub("", text)[:LONGEST_TEXT]


def _fill(page, sheet):
    _set_up(page, sheet.columns, head_row=len(sheet.notes) + 2)
    try:
        _write(_Pen(page), sheet)
    except BaseException:
        # A sheet that is dropped half written complains when it is collected.
        page.close()
        raise


def _set_up(sheet, columns, head_row):
    """What a write-only sheet must know before its first row: panes, widths, paper."""
    sheet.freeze_panes = f"A{head_row + 1}"
    sheet.print_title_rows = f"{head_row}:{head_row}"
    for number, column in enumerate(columns, start=1):
        # A Chinese character is two of Excel's units wide.
        sheet.column_dimensions[get_column_letter(number)].width = column.width * 2 + 2
    sheet.page_setup.paperSize = A4
    wide = sum(column.width for column in columns) > 50
    sheet.page_setup.orientation = "landscape" if wide else "portrait"
    # As wide as the paper and as many pages as it takes.
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.oddFooter.center.text = "&P / &N"


def _write(pen, sheet):
    pen.row([pen.text(sheet.title, size=16, bold=True, boxed=False)])
    for note in sheet.notes:
        pen.row([pen.text(note, boxed=False)])
    pen.row([pen.text(column.name, bold=True) for column in sheet.columns])
    for row in sheet.rows:
        pen.row(pen.cells(sheet.columns, row))
    if sheet.totals is not None:
        pen.row(pen.cells(sheet.columns, sheet.totals, bold=True))


class _Pen:
    """Writes cells into a sheet; each look is worked out once and shared by its cells."""

    def __init__(self, sheet):
        self.sheet = sheet
        self._looks = {}

    def row(self, cells):
        self.sheet.append(cells)

    def cells(self, columns, row, *, bold=False):
        return [
            self.cell(column, value, bold=bold) for column, value in zip(columns, row, strict=True)
        ]

    def cell(self, column, value, *, bold):
        if value is None or isinstance(value, str) or column.kind == Kind.TEXT:
            return self.text("" if value is None else str(value), bold=bold)
        cell = WriteOnlyCell(self.sheet, value)
        shown_as = "yyyy-mm-dd" if column.kind == Kind.DATE else column.number_format
        cell._style = self._look(bold=bold, number_format=shown_as)
        return cell

    def text(self, text, **look):
        text = clean(text)
        cell = WriteOnlyCell(self.sheet, text)
        # openpyxl guesses formulas and error values from the text; this is said last.
        cell.data_type = "s"
        cell._style = self._look(wrapped=True, quoted=text.startswith(FORMULA_SIGNS), **look)
        return cell

    def _look(self, **look):
        key = tuple(sorted(look.items()))
        if key not in self._looks:
            self._looks[key] = self._work_out(**look)
        return self._looks[key]

    def _work_out(
        self,
        *,
        size=11,
        bold=False,
        boxed=True,
        wrapped=False,
        quoted=False,
        number_format="General",
    ):
        model = WriteOnlyCell(self.sheet)
        model.font = Font(name=FONT, size=size, bold=bold)
        model.number_format = number_format
        if boxed:
            model.border = ALL_ROUND
            model.alignment = Alignment(vertical="top", wrap_text=wrapped)
        if quoted:
            # Excel shows the text as typed and keeps it text when it is edited.
            model.quotePrefix = True
        return model._style
