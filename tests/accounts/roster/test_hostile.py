"""Files made to hurt whoever opens them: each ends in rows or in a sentence, soon, and the
server's memory does not notice."""

import io
import random
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import psutil
import pytest

from accounts.roster import reading
from accounts.roster.errors import FileRefused
from tests.accounts.roster.workbooks import (
    HEADINGS,
    MAIN,
    PEOPLE,
    ROWS,
    compound,
    csv,
    handmade,
    lying_about_size,
    marked_as_encrypted,
    ods,
    ods_cell,
    ods_rows,
    packed,
    sheet_rows,
    sheet_xml,
    text_cell,
    with_record,
    xls,
    xlsx,
)

# What the issue allows; each of these files takes a few seconds at the very most.
LONGEST_SECONDS = 25
# A few rows and the copy of a pipe's buffer; the files want up to gigabytes.
MOST_GROWTH = 48 << 20
MEBI = 1 << 20


def bomb(size_in_mebibytes, in_front="", behind=""):
    """A sheet of spaces, packed a thousandfold."""
    file = io.BytesIO()
    whole = handmade(sheet_xml(""))
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new:
        with zipfile.ZipFile(io.BytesIO(whole)) as old:
            for name in old.namelist():
                if "sheet1" not in name:
                    new.writestr(name, old.read(name))
        with new.open("xl/worksheets/sheet1.xml", "w", force_zip64=False) as part:
            part.write(sheet_xml("").split("</sheetData>")[0].encode() + in_front.encode())
            for _ in range(size_in_mebibytes):
                part.write(b" " * MEBI)
            part.write(behind.encode() + b"</sheetData></worksheet>")
    return file.getvalue()


def lying_bomb():
    return lying_about_size(bomb(400), "xl/worksheets/sheet1.xml", 5000)


def many_sheets_in_parts():
    names = [f"表{at}" for at in range(70_000)]
    return handmade(
        sheet_xml(""),
        names=names,
        parts={f"xl/worksheets/more{at}.xml": "<worksheet/>" for at in range(70_000)},
    )


def many_rows(count):
    return handmade(sheet_xml(sheet_rows([HEADINGS, *[PEOPLE[0]] * count])))


def words(count, seed=5):
    """Chinese that does not pack well."""
    return "".join(map(chr, random.Random(seed).choices(range(0x4E00, 0x9F00), k=count)))


def noise(size, seed=3):
    return random.Random(seed).randbytes(size)


LAUGHS = (
    "<!DOCTYPE lolz ["
    + "".join(f'<!ENTITY l{at} "{f"&l{at - 1};" * 10 if at else "ha" * 50}">' for at in range(10))
    + "]>"
)
OUTSIDE = '<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


def with_macros():
    return packed({"xl/vbaProject.bin": compound_of_macros}, into=xlsx())


compound_of_macros = compound("VBA", "ThisWorkbook", "Sub Auto_Open")

# Each refused with a sentence of which this is a part; None: read, and the two are in it.
HOSTILE = {
    "a far cell": (
        lambda: handmade(
            sheet_xml(
                f'<row r="1">{text_cell("姓名", "A1")}</row>'
                f'<row r="1048576">{text_cell("x", "XFD1048576")}</row>'
            )
        ),
        "占的范围太大",
    ),
    "a far cell at the end of a usual column": (
        lambda: xlsx(change=lambda book, sheet: sheet.__setitem__("D1048576", " ")),
        None,
    ),
    "a cell beyond every sheet": (
        lambda: handmade(
            sheet_xml(sheet_rows() + f"<row>{text_cell('x', 'ZZZZZ99999999')}</row>")
        ),
        "",
    ),
    "a lying dimension": (
        lambda: handmade(sheet_xml(sheet_rows(), dimension="A1:XFD1048576")),
        None,
    ),
    "a zip bomb": (lambda: bomb(300), "展开后太大"),
    "a zip bomb under the limit of size": (lambda: bomb(150), "展开后太大"),
    "a zip bomb that lies about its size": (lying_bomb, ""),
    "a bomb of cells": (
        lambda: handmade(
            sheet_xml("".join(f"<row>{'<c><v>1</v></c>' * 90}</row>" for _ in range(18_000)))
        ),
        "太多",
    ),
    "a document type that laughs a billion times": (
        lambda: handmade(sheet_xml(f"<row>{text_cell('&l9;')}</row>", in_front=LAUGHS)),
        "DTD",
    ),
    "a document type that asks for a file": (
        lambda: handmade(
            sheet_xml(f"<row>{text_cell('&x;')}</row>"),
            parts={"xl/sharedStrings.xml": f'{OUTSIDE}<sst xmlns="{MAIN}"/>'},
        ),
        "DTD",
    ),
    "a document type in UTF-16": (
        lambda: handmade(sheet_xml("", in_front=LAUGHS).encode("utf-16")),
        "DTD",
    ),
    "a document type in ods": (
        lambda: packed({"content.xml": LAUGHS + "<x/>"}, into=ods(ods_rows())),
        "DTD",
    ),
    "links to other files": (
        lambda: packed(
            {
                "xl/externalLinks/externalLink1.xml": "<externalLink/>",
                "xl/externalLinks/_rels/externalLink1.xml.rels": (
                    '<Relationships><Relationship Id="rId1" TargetMode="External" '
                    'Target="http://203.0.113.7/x.xlsx"/></Relationships>'
                ),
            },
            into=xlsx(),
        ),
        None,
    ),
    "a password": (lambda: compound("EncryptionInfo", "EncryptedPackage"), "加了密码"),
    "a password on an xls": (lambda: with_record(xls(), 0x5C, 0x2F), "加了密码"),
    "a password on an ods": (
        lambda: packed(
            {"META-INF/manifest.xml": "<m><manifest:encryption-data/></m>"}, into=ods(ods_rows())
        ),
        "加了密码",
    ),
    "a password on a zip": (lambda: marked_as_encrypted(xlsx()), "加了密码"),
    "macros": (with_macros, None),
    "a web page called xls": (
        lambda: "<html><table><tr><td>姓名<td>性别</table></html>".encode("gbk"),
        "这是网页",
    ),
    "a web page with a mark": (lambda: "\ufeff\n<!DOCTYPE html><p>姓名,性别".encode(), "这是网页"),
    "a web page in UTF-16": (lambda: "<table><td>姓名</table>".encode("utf-16"), "这是网页"),
    "a web archive": (lambda: b"MIME-Version: 1.0\r\nContent-Type: text/html\r\n", "这是网页"),
    "Excel's XML of 2003": (
        lambda: b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>',
        "这是网页",
    ),
    "an empty file": (lambda: b"", "文件是空的"),
    "a file of spaces": (lambda: b" \r\n\t" * 1000, "文件是空的"),
    "an empty sheet": (lambda: xlsx([]), "没有内容"),
    "an empty xls": (lambda: xls([]), "没有内容"),
    "an empty ods": (lambda: ods(""), "没有内容"),
    "an empty csv": (lambda: b",,,\r\n" * 1000, "没有内容"),
    "seventy thousand sheets": (many_sheets_in_parts, "工作表太多"),
    "seventy thousand names of one sheet": (
        lambda: handmade(sheet_xml(""), names=[f"表{at}" for at in range(70_000)]),
        "工作表太多",
    ),
    "two thousand columns": (
        lambda: handmade(sheet_xml(sheet_rows([[f"列{at}" for at in range(2000)]] * 5))),
        "列太多",
    ),
    "two thousand columns of csv": (lambda: csv([["姓名"] * 2000] * 5).encode(), "列太多"),
    "a hundred thousand rows": (lambda: many_rows(100_000), "行太多"),
    "a hundred thousand rows of csv": (
        lambda: csv([HEADINGS, *[PEOPLE[0]] * 100_000]).encode(),
        "行太多",
    ),
    "a million empty rows": (
        lambda: handmade(
            sheet_xml(sheet_rows() + "".join(f'<row r="{at}"/>' for at in range(4, 1_000_000)))
        ),
        None,
    ),
    "a zip cut short": (lambda: xlsx()[:-200], "文件不完整"),
    "a zip cut in the middle": (lambda: xlsx()[:1500], "文件不完整"),
    "a zip with a broken part": (
        lambda: xlsx().replace(b"PK\x01\x02", b"PK\x01\x03"),
        "",
    ),
    "paths that lead outside": (
        lambda: packed({"../../../etc/cron.d/x": "* * * * *"}, into=xlsx()),
        "内部结构不正常",
    ),
    "paths of Windows that lead outside": (
        lambda: packed({"..\\..\\x.exe": "MZ"}, into=xlsx()),
        "内部结构不正常",
    ),
    "a letter": (lambda: packed({"word/document.xml": "<x/>"}), "文字文档"),
    "an old letter": (lambda: compound("WordDocument"), "文字文档"),
    "an ods letter": (
        lambda: packed({"mimetype": "application/vnd.oasis.opendocument.text"}, into=ods("")),
        "文字文档",
    ),
    "slides": (lambda: packed({"ppt/presentation.xml": "<x/>"}), "演示文稿"),
    "a workbook in a zip": (lambda: packed({"名册.xlsx": xlsx()}), "压缩包"),
    "a zip in a zip in a zip": (
        lambda: packed({"a.zip": packed({"b.zip": packed({"c.xlsx": xlsx()})})}),
        "压缩包",
    ),
    "a rar": (lambda: b"Rar!\x1a\x07\x01\x00" + noise(500), "压缩包"),
    "a PDF": (lambda: b"%PDF-1.7\n" + noise(500), "PDF"),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n" + noise(500), "图片"),
    "a photograph": (lambda: b"\xff\xd8\xff\xe0" + noise(500), "图片"),
    "a program": (lambda: b"MZ\x90\x00\x03\x00" + noise(500), "程序"),
    "a database": (lambda: b"SQLite format 3\x00" + noise(500), "不是表格"),
    "an OLE file of something else": (
        lambda: compound("PowerPoint Document"),
        "不是表格",
    ),
    "noise": (lambda: noise(100_000), "看不出"),
    "noise of zeros": (lambda: bytes(100_000), "看不出"),
    "a cell of ten megabytes": (
        lambda: handmade(sheet_xml(sheet_rows([*ROWS, [words(3_500_000)]]))),
        "超过 32767 个字",
    ),
    "too much text in small cells": (
        lambda: handmade(
            sheet_xml(sheet_rows([HEADINGS, *[[noise(15_000, at).hex()] for at in range(600)]]))
        ),
        "内容太多",
    ),
    "an xlsb of nothing": (
        lambda: packed({"xl/workbook.bin": noise(3000), "xl/worksheets/sheet1.bin": noise(3000)}),
        "损坏",
    ),
    "an old xls of nothing": (lambda: compound("Workbook", size=20_000), ""),
    "an xls cut short": (lambda: xls()[:3000], "文件不完整"),
    "an xls of noise": (lambda: xls()[:1024] + noise(5000), ""),
    "an xls older than compound files": (lambda: b"\x09\x02\x06\x00" + noise(200), "格式太旧"),
    "an ods with a million columns": (
        lambda: ods(
            ods_rows()
            + "<table:table-row>"
            + ods_cell("x", 'table:number-columns-repeated="1048576"')
            + "</table:table-row>"
        ),
        "",
    ),
    "an ods with a million rows": (
        lambda: ods(
            ods_rows()
            + f'<table:table-row table:number-rows-repeated="1048576">{ods_cell("x") * 12}'
            "</table:table-row>"
        ),
        "",
    ),
    "an ods with a billion cells": (
        lambda: ods(
            '<table:table-row table:number-rows-repeated="1048576">'
            + ods_cell("x", 'table:number-columns-repeated="16384"')
            + "</table:table-row>"
        ),
        "",
    ),
    "an ods with empty rows and columns without end": (
        lambda: ods(
            ods_rows() + '<table:table-row table:number-rows-repeated="1048000">'
            '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
        ),
        None,
    ),
    "csv with zeros in it": (lambda: csv().replace("兰", "兰\0").encode(), None),
    "csv with a stray quotation mark": (
        lambda: csv(
            [HEADINGS, ['"王秀兰', "女", "1950-03-08", "13812345678"], *[PEOPLE[1]] * 50]
        ).encode(),
        None,
    ),
    "csv of one line": (lambda: b"x" * (15 << 20), "超过 32767 个字"),
    "csv of one line of commas": (lambda: b"," * (19 << 20), ""),
    "csv of one endless line": (lambda: b"x" * (50 << 20), "超过 20 MB"),
    "csv of quotation marks": (lambda: b'"' * 1_000_000, ""),
    "csv that says UTF-16 and is not": (lambda: b"\xff\xfe" + csv().encode("gbk"), None),
    "csv cut in the middle of a character": (lambda: csv().encode()[:-1] + b"\xe7\x8e", None),
    "a sheet of deep elements": (
        lambda: handmade(sheet_xml("<row>" * 200_000 + "</row>" * 200_000)),
        "",
    ),
    "a string that is not there": (
        lambda: handmade(sheet_xml('<row r="1"><c r="A1" t="s"><v>4000000000</v></c></row>')),
        "",
    ),
    "a part missing": (
        lambda: handmade(sheet_xml("")).replace(
            b"worksheets/sheet1.xml", b"worksheets/sheet9.xml"
        ),
        "",
    ),
    "a letter in a workbook's place": (
        lambda: packed({"xl/workbook.xml": "你好"}, into=xlsx()),
        "",
    ),
    "formulas": (
        lambda: xlsx(
            change=lambda book, sheet: sheet.append(
                ["=1+1", '=HYPERLINK("http://203.0.113.7","王秀兰")', "=cmd|'/C calc'!A0"]
            )
        ),
        None,
    ),
}


def test_at_least_twenty_five_files_are_hostile():
    assert len(HOSTILE) >= 25


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_ends_in_rows_or_in_a_sentence(name, tmp_path, caplog):
    make, sentence = HOSTILE[name]
    path = tmp_path / "名册.xlsx"
    path.write_bytes(make())
    process = psutil.Process()
    reset_peak()
    before = process.memory_info().rss
    begun = time.monotonic()

    try:
        sheet, said = reading.read(path), None
    except FileRefused as refused:
        sheet, said = None, str(refused)

    assert time.monotonic() - begun < LONGEST_SECONDS
    assert peak() - before < MOST_GROWTH
    assert no_child_is_left(process)
    if sentence is None:
        assert said is None
        assert {"王秀兰", "李建国"} <= {cells[0].strip('"') for _, cells in sheet.rows}
    elif sentence:
        assert said is not None, sheet
        assert sentence in said
    if said is not None:
        assert said.endswith("。")
        assert "\n" not in said


def reset_peak():
    Path("/proc/self/clear_refs").write_text("5")


def peak() -> int:
    """The most memory of this process since the last reset."""
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def no_child_is_left(process) -> bool:
    return not [
        one for one in process.children() if "accounts.roster.child" in " ".join(one.cmdline())
    ]


def test_a_file_that_takes_too_long_is_given_up(monkeypatch):
    monkeypatch.setattr(reading, "PATIENCE_SECONDS", 0.01)

    with pytest.raises(FileRefused, match="时间太长"):
        reading.read(xlsx())

    assert no_child_is_left(psutil.Process())


def test_the_child_limits_itself_before_it_reads():
    code = (
        "import resource; from accounts.roster import child; child.limit(); "
        "print(resource.getrlimit(resource.RLIMIT_AS)[0] == child.MEMORY, "
        "resource.getrlimit(resource.RLIMIT_CPU)[0] == child.CPU_SECONDS)\n"
        "try: bytearray(child.MEMORY)\n"
        "except MemoryError: print('no memory')"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], cwd=reading.ROOT, capture_output=True, text=True, check=True
    )

    assert said.stdout.split("\n")[:2] == ["True True", "no memory"]
