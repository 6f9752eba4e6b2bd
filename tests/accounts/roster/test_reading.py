import datetime
import io
import subprocess
import sys

import pytest
import xlwt
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from accounts.roster import reading
from accounts.roster.errors import FileRefused
from tests.accounts.roster.workbooks import (
    HEADINGS,
    PEOPLE,
    ROWS,
    csv,
    handmade,
    ods,
    ods_rows,
    sheet_rows,
    sheet_xml,
    xls,
    xlsx,
)


def texts(sheet):
    return [cells for _, cells in sheet.rows]


# Files that offices send


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(xlsx(), id="xlsx"),
        pytest.param(xls(), id="xls"),
        pytest.param(ods(ods_rows()), id="ods"),
        pytest.param(handmade(sheet_xml(sheet_rows())), id="xlsx without its extras"),
        pytest.param(csv().encode(), id="csv, UTF-8"),
        pytest.param(csv().encode("utf-8-sig"), id="csv, UTF-8 with a mark"),
        pytest.param(csv().encode("gbk"), id="csv, GBK"),
        pytest.param(csv().encode("gb18030"), id="csv, GB18030"),
        pytest.param(csv().encode("utf-16"), id="csv, UTF-16"),
        pytest.param(b"\xfe\xff" + csv().encode("utf-16-be"), id="csv, UTF-16 big endian"),
        pytest.param(csv().encode("utf-16-le"), id="csv, UTF-16 without its mark"),
        pytest.param(csv(separator=";").encode(), id="csv, semicolons"),
        pytest.param(
            csv(separator="\t").encode("utf-16"), id="csv, tabs, as Excel's Unicode text"
        ),
        pytest.param(csv(separator="，").encode("gbk"), id="csv, Chinese commas"),
        pytest.param(csv(end="\n").encode(), id="csv, from Linux"),
        pytest.param(csv(end="\r").encode(), id="csv, from an old Macintosh"),
        pytest.param(b'"' + csv(separator='","', end='"\n"').encode()[:-1], id="csv, quoted"),
    ],
)
def test_every_kind_of_file_is_read_into_the_same_rows(data):
    assert texts(reading.read(data)) == ROWS


def test_a_row_keeps_the_number_it_has_in_the_sheet():
    rows = [["花名册"], [], HEADINGS, [], PEOPLE[0]]

    assert [number for number, _ in reading.read(xlsx(rows)).rows] == [1, 3, 5]
    assert [number for number, _ in reading.read(csv(rows).encode()).rows] == [1, 3, 5]


def test_a_table_that_begins_in_the_middle_keeps_its_columns():
    def write(book, sheet):
        sheet["C4"], sheet["D4"], sheet["C5"] = "姓名", "手机号", "王秀兰"

    assert reading.read(xlsx([], change=write)).rows == [
        (4, ["", "", "姓名", "手机号"]),
        (5, ["", "", "王秀兰", ""]),
    ]


def test_numbers_and_dates_become_text_as_people_write_them():
    row = [
        13812345678,
        370202195003081234,
        1950.3,
        0.1 + 0.2,
        datetime.date(1950, 3, 8),
        datetime.datetime.fromisoformat("1950-03-08 09:30:00"),
        True,
        18330,
    ]

    assert texts(reading.read(xlsx([row])))[0] == [
        "13812345678",
        # Excel has kept fifteen digits: shown so that nobody takes the zeros for digits.
        "3.70202195003081E+17",
        "1950.3",
        "0.3",
        "1950-03-08",
        "1950-03-08 09:30:00",
        "TRUE",
        "18330",
    ]


@pytest.mark.parametrize("counts_from_1904", [False, True])
def test_the_day_from_which_a_file_counts_is_known(counts_from_1904):
    def write(book, sheet):
        if counts_from_1904:
            book.epoch = CALENDAR_MAC_1904
        sheet["A1"], sheet["B1"] = "姓名", 18330

    from_xls = xlwt.Workbook()
    from_xls.dates_1904 = counts_from_1904
    from_xls.add_sheet("名册").write(0, 0, "姓名")
    file = io.BytesIO()
    from_xls.save(file)

    assert reading.read(xlsx([], change=write)).counts_from_1904 is counts_from_1904
    assert reading.read(file.getvalue()).counts_from_1904 is counts_from_1904


def test_cells_made_one_over_several_rows_are_told():
    def merge(book, sheet):
        sheet.merge_cells("A1:D1")
        sheet.merge_cells("C3:D4")

    assert reading.read(xlsx([["花名册"], *ROWS], change=merge)).merged == [(3, 4, 2, 2)]


def test_a_formula_is_what_it_came_to_and_never_more():
    formula = '<row><c t="str"><f>HYPERLINK("http://203.0.113.7")</f><v>王秀兰</v></c></row>'

    assert texts(reading.read(handmade(sheet_xml(formula)))) == [["王秀兰"]]


def test_a_text_that_looks_like_a_formula_stays_text():
    row = ["=HYPERLINK(1)", "+1", "@x", "-1"]

    assert texts(reading.read(csv([HEADINGS, row]).encode()))[1] == row


# Several sheets


def several(book, sheet):
    sheet.title = "说明"
    book.create_sheet("空表")
    for name in ("离休", "退休"):
        page = book.create_sheet(name)
        for row in (HEADINGS, [name, "", "", ""]):
            page.append(row)
    hidden = book.create_sheet("隐藏", 0)
    hidden.sheet_state = "hidden"
    hidden.append(HEADINGS)


def test_the_first_sheet_headed_like_a_list_of_people_is_read_and_named():
    sheet = reading.read(xlsx([["请按样式填写"]], change=several))

    assert sheet.name == "离休"
    assert sheet.names == ["隐藏", "说明", "空表", "离休", "退休"]
    assert texts(sheet)[1] == ["离休", "", "", ""]


def test_another_sheet_is_read_when_it_is_asked_for():
    assert texts(reading.read(xlsx([["x"]], change=several), sheet="退休"))[1][0] == "退休"


def test_a_sheet_that_is_not_there_is_told():
    with pytest.raises(FileRefused, match="没有这个名字的工作表"):
        reading.read(xlsx(), sheet="退休")


def test_a_file_without_a_heading_shows_its_first_sheet_with_anything_in_it():
    sheet = reading.read(xlsx([], change=lambda book, _: book.create_sheet("二").append(["x"])))

    assert (sheet.name, texts(sheet)) == ("二", [["x"]])


# Where a file comes from


def test_an_uploaded_file_is_read_from_its_beginning():
    upload = SimpleUploadedFile("名册.csv", csv().encode("gbk"))
    upload.read(5)

    assert texts(reading.read(upload)) == ROWS


def test_a_file_on_disk_is_read(tmp_path):
    path = tmp_path / "名册.xlsx"
    path.write_bytes(xlsx())

    assert texts(reading.read(path)) == ROWS


def test_the_child_knows_neither_django_nor_any_setting():
    code = (
        "import sys, accounts.roster.child; "
        "print(sorted({'django', 'openpyxl', 'config'} & set(sys.modules)))"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], cwd=reading.ROOT, capture_output=True, text=True, check=True
    )

    assert said.stdout.strip() == "[]"
