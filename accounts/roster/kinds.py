"""What a file really is, whatever its name says.  No Django: the child process asks."""

import io
import struct
import zipfile
from enum import Enum, auto

from accounts.roster.refusals import Refused

LARGEST_UNPACKED = 200 << 20
# A sheet of a million empty formatted rows packs to a twentieth; bombs to a thousandth.
LOOKED_AT_FROM = 10 << 20
STEEPEST_PACKING = 200
MOST_PARTS = 5_000
# What a program writes before the first element of an XML part.
PROLOG = 4096

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Records of an .xls: their number and length; BOF with sixteen bytes, FILEPASS soon after.
RECORD = struct.Struct("<HH")
FIRST_RECORD = RECORD.pack(0x0809, 16)
PASSWORD_RECORD = 0x2F
RECORDS_LOOKED_AT = 12
SIGNATURES = (
    (b"%PDF", "pdf"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
    (b"BM", "picture"),
    (b"II*\0", "picture"),
    (b"MM\0*", "picture"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"{\\rtf", "word"),
    (b"SQLite format 3", "not_a_sheet"),
    # Excel 2 to 4, before files were compound.
    (b"\x09\x00\x04\x00", "too_old"),
    (b"\x09\x02\x06\x00", "too_old"),
    (b"\x09\x04\x06\x00", "too_old"),
)
# What the standard library raises for a package that is cut, damaged or lies about itself.
UNREADABLE = (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, EOFError)


class Kind(Enum):
    TEXT = auto()
    # .xlsx and .xlsm: what a workbook of macros says is read, its macros are not.
    XLSX = auto()
    XLSB = auto()
    XLS = auto()
    ODS = auto()


def kind_of(data: bytes) -> Kind:
    """What kind of table `data` is.  Raises Refused for what is none, or is not fit to open."""
    if not data or data.isspace():
        raise Refused("empty")
    if data.startswith(OLE):
        return _compound(data)
    if data.startswith(b"PK"):
        return _packed(data)
    for signature, reason in SIGNATURES:
        # "BM" and "MZ" may begin a text; then the next bytes are letters too.
        if data.startswith(signature) and (len(signature) > 2 or b"\0" in data[:64]):
            raise Refused(reason)
    return Kind.TEXT


def _compound(data: bytes) -> Kind:
    """An OLE file: old Excel, old Word, or anything that is encrypted."""
    if _names(data, "EncryptedPackage") or _names(data, "EncryptionInfo"):
        raise Refused("password")
    if _names(data, "Workbook") or _names(data, "Book"):
        if _is_locked(data):
            raise Refused("password")
        return Kind.XLS
    if _names(data, "WordDocument"):
        raise Refused("word")
    # Where the directory should be; it often stands last.
    (sector,) = struct.unpack_from("<I", data.ljust(512, b"\0"), 48)
    raise Refused("cut_short" if (sector + 2) * 512 > len(data) else "not_a_sheet")


def _is_locked(data: bytes) -> bool:
    """Whether one of the first records of the workbook is about its password.

    The reader of such files tells a password from damage by the file's name only.
    """
    at = data.find(FIRST_RECORD)
    for _ in range(RECORDS_LOOKED_AT):
        if at < 0 or at + RECORD.size > len(data):
            return False
        number, length = RECORD.unpack_from(data, at)
        if number == PASSWORD_RECORD:
            return True
        at += RECORD.size + length
    return False


def _names(data: bytes, entry: str) -> bool:
    # A directory entry is 64 bytes of UTF-16 name, ended by a zero.
    return entry.encode("utf-16-le") + b"\0\0" in data


def _packed(data: bytes) -> Kind:
    """A zip file, looked at by its directory before anything is unpacked."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        parts = archive.infolist()
    except UNREADABLE as error:
        raise Refused("cut_short" if data.startswith(b"PK\x03\x04") else "damaged") from error
    _check_directory(parts)
    kind = _kind_of_package(archive, {part.filename for part in parts})
    try:
        _check_prologs(archive, parts)
    except UNREADABLE as error:
        raise Refused("damaged") from error
    return kind


def _check_directory(parts: list[zipfile.ZipInfo]) -> None:
    if len(parts) > MOST_PARTS:
        raise Refused("too_many_sheets")
    if any(part.flag_bits & 1 for part in parts):
        raise Refused("password")
    if any(_leads_outside(part.filename) for part in parts):
        raise Refused("strange_parts")
    if sum(part.file_size for part in parts) > LARGEST_UNPACKED:
        raise Refused("unpacks_too_large")
    for part in parts:
        if part.file_size > max(LOOKED_AT_FROM, part.compress_size * STEEPEST_PACKING):
            raise Refused("unpacks_too_large")


def _leads_outside(name: str) -> bool:
    steps = name.replace("\\", "/").split("/")
    return steps[0] == "" or ".." in steps or ":" in name


def _kind_of_package(archive: zipfile.ZipFile, names: set[str]) -> Kind:
    lower = {name.lower() for name in names}
    if "xl/workbook.xml" in lower:
        return Kind.XLSX
    if "xl/workbook.bin" in lower:
        return Kind.XLSB
    if any(name.startswith("word/") for name in lower):
        raise Refused("word")
    if any(name.startswith("ppt/") for name in lower):
        raise Refused("slides")
    if "content.xml" in lower and "meta-inf/manifest.xml" in lower:
        return _open_document(archive)
    raise Refused("archive")


def _open_document(archive: zipfile.ZipFile) -> Kind:
    try:
        kind = archive.read("mimetype")[:200] if "mimetype" in archive.namelist() else b""
        manifest = archive.read("META-INF/manifest.xml")
    except (KeyError, *UNREADABLE) as error:
        raise Refused("damaged") from error
    if b"encryption-data" in manifest:
        raise Refused("password")
    if b"opendocument.text" in kind:
        raise Refused("word")
    if kind and b"opendocument.spreadsheet" not in kind:
        raise Refused("not_a_sheet")
    return Kind.ODS


def _check_prologs(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> None:
    """No office program writes a document type; whoever does wants entities expanded."""
    for part in parts:
        if part.filename.lower().endswith((".xml", ".rels")):
            with archive.open(part) as file:
                # Without zeros UTF-16 reads like ASCII.
                if b"<!DOCTYPE" in file.read(PROLOG).replace(b"\0", b""):
                    raise Refused("document_type")
