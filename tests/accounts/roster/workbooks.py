"""Files to read in tests: honest rosters of every kind, and files made to hurt.

Written by hand where no program would write them.
"""

import io
import struct
import zipfile
from collections.abc import Iterable, Sequence

import openpyxl
import xlwt

HEADINGS = ["姓名", "性别", "出生日期", "手机号"]
PEOPLE = [
    ["王秀兰", "女", "1950-03-08", "13812345678"],
    ["李建国", "男", "1948-11-20", "13912345678"],
]
ROWS = [HEADINGS, *PEOPLE]

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def xlsx(
    rows: Iterable[Sequence] = ROWS, *, sheet="名册", change=lambda book, sheet: None
) -> bytes:
    """A workbook as openpyxl writes it; `change` may do to it whatever it likes."""
    book = openpyxl.Workbook()
    book.active.title = sheet
    for row in rows:
        book.active.append(row)
    change(book, book.active)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def xls(rows: Iterable[Sequence] = ROWS, *, sheet="名册", change=lambda sheet: None) -> bytes:
    book = xlwt.Workbook()
    page = book.add_sheet(sheet)
    for at, row in enumerate(rows):
        for column, value in enumerate(row):
            page.write(at, column, value)
    change(page)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def ods(table: str) -> bytes:
    """An OpenDocument sheet with the rows `table` in XML."""
    content = (
        f"{XML}<office:document-content "
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2">'
        '<office:body><office:spreadsheet><table:table table:name="名册">'
        f"{table}</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = f'{XML}<manifest:manifest xmlns:manifest="urn:oasis"/>'
    return packed({"mimetype": kind, "content.xml": content, "META-INF/manifest.xml": manifest})


def ods_rows(rows: Iterable[Sequence[str]] = ROWS) -> str:
    return "".join(
        f"<table:table-row>{''.join(map(ods_cell, row))}</table:table-row>" for row in rows
    )


def ods_cell(text: str, more: str = "") -> str:
    return (
        f'<table:table-cell office:value-type="string" {more}>'
        f"<text:p>{text}</text:p></table:table-cell>"
    )


def csv(rows: Iterable[Sequence[str]] = ROWS, *, separator=",", end="\r\n") -> str:
    return "".join(separator.join(row) + end for row in rows)


def packed(parts: dict[str, str | bytes], *, into: bytes = b"") -> bytes:
    """A zip file of `parts`, or the zip file `into` with these added or put in their place."""
    kept = {}
    if into:
        with zipfile.ZipFile(io.BytesIO(into)) as archive:
            kept = {name: archive.read(name) for name in archive.namelist()}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in (kept | parts).items():
            archive.writestr(name, content)
    return file.getvalue()


def handmade(
    sheet: str | bytes,
    *,
    names: Sequence[str] = ("名册",),
    parts: dict[str, str | bytes] | None = None,
    in_front: str = "",
) -> bytes:
    """An .xlsx with one sheet in XML, which may stand in the workbook under many names."""
    entries = "".join(
        f'<sheet name="{name}" sheetId="{at}" r:id="rId1"/>' for at, name in enumerate(names, 1)
    )
    workbook = (
        f'{XML}{in_front}<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">'
        f"<sheets>{entries}</sheets></workbook>"
    )
    relations = (
        f'{XML}<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
        "</Relationships>"
    )
    types = (
        f'{XML}<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/></Types>'
    )
    package = (
        f'{XML}<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/>'
        "</Relationships>"
    )
    return packed(
        {
            "[Content_Types].xml": types,
            "_rels/.rels": package,
            "xl/workbook.xml": workbook,
            "xl/_rels/workbook.xml.rels": relations,
            "xl/worksheets/sheet1.xml": sheet,
            **(parts or {}),
        }
    )


def sheet_xml(rows: str, *, in_front: str = "", dimension: str = "") -> str:
    said = f'<dimension ref="{dimension}"/>' if dimension else ""
    return (
        f'{XML}{in_front}<worksheet xmlns="{MAIN}">{said}<sheetData>{rows}</sheetData></worksheet>'
    )


def sheet_rows(rows: Iterable[Sequence[str]] = ROWS) -> str:
    return "".join(
        f'<row r="{number}">{"".join(text_cell(text) for text in row)}</row>'
        for number, row in enumerate(rows, start=1)
    )


def text_cell(text: str, where: str = "") -> str:
    where = f' r="{where}"' if where else ""
    return f'<c{where} t="inlineStr"><is><t>{text}</t></is></c>'


def compound(*entries: str, size: int = 4096) -> bytes:
    """An OLE file with directory entries of these names, and nothing in them."""
    directory = b"".join(entry.encode("utf-16-le").ljust(128, b"\0") for entry in entries)
    return (OLE + bytes(504) + directory).ljust(size, b"\0")


def with_record(data: bytes, old: int, new: int) -> bytes:
    """An .xls in which the first record of number `old` says that it is `new`."""
    at = data.index(struct.pack("<HH", 0x809, 16))
    while True:
        number, length = struct.unpack_from("<HH", data, at)
        if number == old:
            return data[:at] + struct.pack("<H", new) + data[at + 2 :]
        at += 4 + length


def lying_about_size(data: bytes, name: str, size: int) -> bytes:
    """The zip file with part `name` said to unpack to `size` bytes, in both its places."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        part = archive.getinfo(name)
    true, said = struct.pack("<I", part.file_size), struct.pack("<I", size)
    lied = bytearray(data)
    for at in (part.header_offset + 22, data.rindex(name.encode()) - 22):
        assert lied[at : at + 4] == true
        lied[at : at + 4] = said
    return bytes(lied)


def marked_as_encrypted(data: bytes) -> bytes:
    """The zip file with the flag of a password on every part."""
    marked = bytearray(data)
    for signature, flags_at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(signature)
        while at >= 0:
            marked[at + flags_at] |= 1
            at = data.find(signature, at + 4)
    return bytes(marked)
