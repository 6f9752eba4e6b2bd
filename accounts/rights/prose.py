"""Plain text with headings and lists, as administrators write notices; nothing in it is HTML.

Paragraphs are parted by an empty line. A line that begins with "# " is a heading, lines that
begin with "- " are the points of a list.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

SIGNS = {"heading": "# ", "list": "- "}


@dataclass(frozen=True)
class Block:
    """A heading, a list or a paragraph: `kind` is "heading", "list" or "text"."""

    kind: str
    lines: tuple[str, ...]


def blocks(text: str) -> Iterator[Block]:
    """The blocks of `text` in their order."""
    for kind, lines in groupby(text.splitlines(), key=_kind):
        said = tuple(line.strip().removeprefix(SIGNS.get(kind, "")).strip() for line in lines)
        if kind == "heading":
            yield from (Block(kind, (line,)) for line in said)
        elif kind == "list":
            yield Block(kind, said)
        elif kind:
            yield Block(kind, (" ".join(said),))


def _kind(line: str) -> str:
    line = line.strip()
    if not line:
        return ""
    return next((kind for kind, sign in SIGNS.items() if line.startswith(sign)), "text")
