"""An empty roster to fill in: the headings we know, long numbers kept as text."""

import io

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from accounts.roster.rows import Field

# Excel makes 1.38E+10 of a long number unless its column is text.
AS_TEXT = "@"
ROWS = 500
# Field: how many Chinese characters its column is wide, what the example says.
COLUMNS = {
    Field.NAME: (9, "王秀兰（示例）"),
    Field.SEX: (4, "女"),
    Field.BORN: (8, "1950-03-08"),
    Field.ID_NUMBER: (12, ""),
    Field.PHONE: (8, "13800000000"),
    Field.OTHER_PHONE: (8, ""),
    Field.UNIT: (12, ""),
    Field.KIND: (6, "退休"),
    Field.RESIDENCE: (16, ""),
    Field.LIVES_AWAY: (6, "否"),
    Field.MOVES_BADLY: (6, "否"),
    Field.RELATIVE_NAME: (6, ""),
    Field.RELATIVE_RELATION: (6, ""),
    Field.RELATIVE_PHONE: (8, ""),
    Field.REMARKS: (12, ""),
}


def workbook() -> bytes:
    """The bytes of an .xlsx file; the example row is passed over when it is imported."""
    book = Workbook()
    sheet = book.active
    sheet.title = _("名册")
    # Headings are not translated: they are what an import knows.
    sheet.append([str(field.label) for field in COLUMNS])
    sheet.append([example for _width, example in COLUMNS.values()])
    for number, (width, _example) in enumerate(COLUMNS.values(), start=1):
        letter = get_column_letter(number)
        sheet.column_dimensions[letter].width = width * 2
        for cell in sheet[letter]:
            cell.number_format = AS_TEXT
            cell.font = Font(name="宋体", bold=cell.row == 1, italic=cell.row == 2)
            cell.alignment = Alignment(vertical="top")
        for row in range(3, ROWS + 3):
            sheet.cell(row, number).number_format = AS_TEXT
    sheet.freeze_panes = "A2"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
