"""PDF by typst: a template, facts as data, fonts of the house and no others."""

import json
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pylopdf_fonts_zh_cn
import typst


def compiled(template: Path, facts: dict, *, files: Mapping[str, bytes] | None = None) -> bytes:
    """The PDF of a template; `files` are pictures that lie beside it, by their name.

    Facts come in as data: whatever somebody is called is never typst's own language.
    """
    with tempfile.TemporaryDirectory(prefix="paper") as folder:
        place = Path(folder) / template.name
        place.write_bytes(template.read_bytes())
        # Facts may be longer than what a program is started with may be.
        (Path(folder) / "facts.json").write_text(
            json.dumps(facts, ensure_ascii=False), encoding="utf-8"
        )
        for name, data in (files or {}).items():
            (Path(folder) / name).write_bytes(data)
        return typst.compile(
            str(place), root=folder, font_paths=font_folders(), ignore_system_fonts=True
        )


@cache
def font_folders() -> list[str]:
    """Where the fonts of the house lie, the first choice first."""
    return [str(Path(pylopdf_fonts_zh_cn.__file__).parent)]
