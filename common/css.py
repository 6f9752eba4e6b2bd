"""One style sheet out of many: the sheets that static/css/index.css imports, in its order."""

import posixpath
import re
from pathlib import Path

IMPORT = re.compile(r'^@import url\("([^"]+)"\);$', re.MULTILINE)
RELATIVE_URL = re.compile(r'url\("(?!data:|/|[a-z]+:)([^"]+)"\)')


def joined_sheets(index: Path) -> str:
    """The text of every sheet that `index` imports, pictures addressed from its folder.

    Raises FileNotFoundError for a sheet that is listed and missing.
    """
    return "\n".join(
        _readdressed((index.parent / name).read_text("utf-8"), posixpath.dirname(name))
        for name in IMPORT.findall(index.read_text("utf-8"))
    )


def build_css(*, index: Path, target: Path) -> int:
    """Write the joined sheet to `target`; return its length in bytes.  Harmless to repeat."""
    data = joined_sheets(index).encode("utf-8")
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.exists() or target.read_bytes() != data:
        target.write_bytes(data)
    return len(data)


def _readdressed(sheet: str, folder: str) -> str:
    def from_the_index(match: re.Match) -> str:
        return f'url("{posixpath.normpath(posixpath.join(folder, match[1]))}")'

    return RELATIVE_URL.sub(from_the_index, sheet)
