"""Spreadsheets: what stands in the file, and what a spreadsheet program makes of it."""

import csv
import io
import shutil
import subprocess
from datetime import date
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from common import excel
from common.excel import Column, Kind

COLUMNS = [
    Column("姓名"),
    Column("日期", Kind.DATE),
    Column("学时", Kind.NUMBER, number_format="0.0"),
]
DANGEROUS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(A1)",
    '=HYPERLINK("http://example.org","点这里")',
]
SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")


def made(**given):
    given = {"title": "学习台账", "columns": COLUMNS, "rows": []} | given
    return excel.workbook(**given)


def sheet_of(data):
    return load_workbook(io.BytesIO(data)).active


def values(data):
    return [[cell.value for cell in row] for row in sheet_of(data).iter_rows()]


def test_title_notes_head_rows_and_totals_follow_each_other():
    data = made(
        notes=["离退休第三党支部"],
        rows=[["王秀兰", date(2026, 9, 2), Decimal("2.0")]],
        totals=["合计", None, Decimal("2.0")],
    )

    rows = values(data)

    assert [row[0] for row in rows[:2]] == ["学习台账", "离退休第三党支部"]
    assert rows[2] == ["姓名", "日期", "学时"]
    name, day, hours = rows[3]
    assert (name, day.date(), hours) == ("王秀兰", date(2026, 9, 2), 2)
    assert rows[4] == ["合计", None, 2]
    assert len(rows) == 5


@pytest.mark.parametrize("text", DANGEROUS)
@pytest.mark.parametrize("column", [0, 1, 2], ids=["text", "date", "number"])
def test_a_formula_sign_stays_text_in_every_kind_of_column(text, column):
    row = ["王秀兰", date(2026, 9, 2), 2]
    row[column] = text

    cell = sheet_of(made(rows=[row])).cell(row=3, column=column + 1)

    assert (cell.value, cell.data_type, bool(cell.quotePrefix)) == (text, "s", True)


def test_a_formula_sign_stays_text_in_title_note_and_head():
    data = made(title="=1+1", notes=["+1"], columns=[Column("@A1")])

    cells = [sheet_of(data).cell(row=row, column=1) for row in (1, 2, 3)]

    assert [(cell.value, cell.data_type) for cell in cells] == [
        ("=1+1", "s"),
        ("+1", "s"),
        ("@A1", "s"),
    ]


@pytest.mark.parametrize("text", ["#N/A", "#REF!", "0012", "1.38E+10", "TRUE", "2026-09-02"])
def test_text_that_looks_like_something_else_stays_text(text):
    cell = sheet_of(made(rows=[[text, None, None]])).cell(row=3, column=1)

    assert (cell.value, cell.data_type) == (text, "s")


def test_signs_that_no_file_may_hold_are_left_out():
    data = made(rows=[["王\x00秀\x0b兰", None, None]])

    assert values(data)[2][0] == "王秀兰"


def test_rare_characters_are_kept():
    data = made(rows=[["䶮𠮷·买买提", None, None]])

    assert values(data)[2][0] == "䶮𠮷·买买提"


def test_a_row_of_another_length_is_refused():
    with pytest.raises(ValueError, match="zip"):
        made(rows=[["王秀兰"]])


def test_head_stays_in_sight_and_is_printed_on_every_page():
    sheet = sheet_of(made(notes=["一", "二"]))

    assert sheet.freeze_panes == "A5"
    assert sheet.print_title_rows == "$4:$4"
    assert (sheet.page_setup.paperSize, sheet.page_setup.fitToHeight) == (9, 0)
    assert sheet.oddFooter.center.text == "&P / &N"


@pytest.mark.parametrize(
    ("widths", "orientation"), [([10, 10], "portrait"), ([10, 30, 20], "landscape")]
)
def test_a_wide_sheet_lies_on_its_side(widths, orientation):
    columns = [Column(str(width), width=width) for width in widths]

    assert sheet_of(made(columns=columns)).page_setup.orientation == orientation


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("学习台账", "学习台账"),
        ("2026年第四季度 / 直播", "2026年第四季度   直播"),
        ("一" * 40, "一" * 31),
        ("'引号'", "引号"),
        ("[]:*?/\\", "1"),
        ("", "1"),
    ],
    ids=["plain", "slash", "long", "quotes", "nothing left", "empty"],
)
def test_sheet_names_are_what_excel_takes(name, safe):
    assert excel.safe_sheet_name(name) == safe
    assert sheet_of(made(sheet_name=name or " ")).title in {safe, "学习台账"}


@pytest.mark.parametrize(
    ("name", "header"),
    [
        (
            "学习台账 2026年第四季度",
            "attachment; filename*=utf-8''%E5%AD%A6%E4%B9%A0%E5%8F%B0%E8%B4%A6%202026%E5%B9%B4"
            "%E7%AC%AC%E5%9B%9B%E5%AD%A3%E5%BA%A6.xlsx",
        ),
        ("ledger", 'attachment; filename="ledger.xlsx"'),
        ('a"/../b\r\nX: y', 'attachment; filename="a  .. b  X  y.xlsx"'),
        ("...", 'attachment; filename="file.xlsx"'),
    ],
    ids=["Chinese", "plain", "hostile", "nothing left"],
)
def test_downloads_are_called_what_they_are(name, header):
    response = excel.download(data=b"PK", name=name)

    assert response["Content-Disposition"] == header
    assert response["Content-Type"] == excel.CONTENT_TYPE
    assert response.content == b"PK"


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed")
def test_libreoffice_reads_every_cell_as_it_was_written(tmp_path):
    path = tmp_path / "ledger.xlsx"
    rows = [[text, date(2026, 9, 2), Decimal("1.5")] for text in DANGEROUS]
    path.write_bytes(made(rows=rows, totals=["合计", None, Decimal("15.0")]))

    subprocess.run(
        [
            SOFFICE,
            f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
            "--headless",
            "--convert-to",
            # Separator, quotes, UTF-8, from line 1, and values as they are shown.
            "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true",
            "--outdir",
            str(tmp_path),
            str(path),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )

    with (tmp_path / "ledger.csv").open(encoding="utf-8", newline="") as file:
        shown = list(csv.reader(file))
    assert shown[0][0] == "学习台账"
    assert shown[1] == ["姓名", "日期", "学时"]
    assert [row[0] for row in shown[2:-1]] == DANGEROUS
    assert {tuple(row[1:]) for row in shown[2:-1]} == {("2026-09-02", "1.5")}
    assert shown[-1] == ["合计", "", "15.0"]


def test_several_sheets_keep_their_names_apart_and_their_formulas_text():
    sheets = [
        excel.Sheet(title="报名", columns=[Column("班")], rows=[["=1+1"]]),
        excel.Sheet(title="报名", columns=[Column("班")], rows=[["行书"]]),
    ]

    book = load_workbook(io.BytesIO(excel.workbook_of(title="一份", sheets=sheets)))

    assert len(set(book.sheetnames)) == 2
    first, second = book.worksheets
    assert (first["A3"].value, first["A3"].data_type) == ("=1+1", "s")
    assert second["A3"].value == "行书"
