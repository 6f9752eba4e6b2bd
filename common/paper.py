"""PDF by typst: a template, facts as data, fonts of the house and no others.

A character that no font of the house has is printed as its number, 〔U+2A6A5〕: an empty box
would look as if the name had been written wrong.
"""

import json
import struct
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import noto_cjk_sans_otc
import pylopdf_fonts_zh_cn
import typst


def compiled(template: Path, facts: dict, *, files: Mapping[str, bytes] | None = None) -> bytes:
    """The PDF of a template; `files` are pictures that lie beside it, by their name.

    Facts come in as data: whatever somebody is called is never typst's own language.
    """
    with tempfile.TemporaryDirectory(prefix="paper") as folder:
        lay_out(Path(folder), template, facts, files)
        return compiled_there(Path(folder), template.name)


def lay_out(
    folder: Path, template: Path, facts: dict, files: Mapping[str, bytes] | None = None
) -> None:
    """Put a template and all that it reads into a folder."""
    (folder / template.name).write_bytes(template.read_bytes())
    # Facts may be longer than what a program may be started with.
    text = json.dumps(printable(facts), ensure_ascii=False)
    (folder / "facts.json").write_text(text, encoding="utf-8")
    for name, data in (files or {}).items():
        (folder / name).write_bytes(data)


def compiled_there(folder: Path, name: str) -> bytes:
    """The PDF of what `lay_out` has put into `folder`."""
    return typst.compile(
        str(folder / name),
        root=str(folder),
        font_paths=[str(place) for place in font_folders()],
        ignore_system_fonts=True,
    )


def font_folders() -> list[Path]:
    """Where the fonts of the house lie: those it is set in, and one for rare characters."""
    return [Path(package.__file__).parent for package in (pylopdf_fonts_zh_cn, noto_cjk_sans_otc)]


def printable(value):
    """`value` with every character that no font has written as its number."""
    if isinstance(value, str):
        # What is common needs no look: everything below is in the fonts or no character.
        if all(sign < "\u3400" or "\u4e00" <= sign <= "\u9fa5" for sign in value):
            return value
        known = covered()
        return "".join(
            sign if ord(sign) in known or ord(sign) < 0x3400 else f"〔U+{ord(sign):04X}〕"
            for sign in value
        )
    if isinstance(value, dict):
        return {name: printable(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [printable(one) for one in value]
    return value


@cache
def covered() -> frozenset[int]:
    """Every character that some font of the house has."""
    found: set[int] = set()
    for folder in font_folders():
        for font in sorted(folder.glob("*.[ot]t[fc]")):
            found |= _characters(font.read_bytes())
    return frozenset(found)


def _characters(font: bytes) -> set[int]:
    """What a font, or every font of a collection, has a glyph for (its `cmap`, format 12)."""
    starts = [0]
    if font[:4] == b"ttcf":
        (count,) = struct.unpack_from(">I", font, 8)
        starts = list(struct.unpack_from(f">{count}I", font, 12))
    found: set[int] = set()
    for start in starts:
        (tables,) = struct.unpack_from(">H", font, start + 4)
        for place in range(tables):
            tag, _sum, at, _length = struct.unpack_from(">4sIII", font, start + 12 + 16 * place)
            if tag == b"cmap":
                found |= _of_cmap(font, at)
    return found


def _of_cmap(font: bytes, at: int) -> set[int]:
    found: set[int] = set()
    (count,) = struct.unpack_from(">H", font, at + 2)
    for place in range(count):
        (offset,) = struct.unpack_from(">I", font, at + 4 + 8 * place + 4)
        table = at + offset
        (kind,) = struct.unpack_from(">H", font, table)
        if kind == 12:
            (groups,) = struct.unpack_from(">I", font, table + 12)
            for number in range(groups):
                first, last, _glyph = struct.unpack_from(">III", font, table + 16 + 12 * number)
                found.update(range(first, last + 1))
    return found
