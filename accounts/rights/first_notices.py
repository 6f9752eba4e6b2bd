"""What the first notices say (migration 0006).

A school publishes a newer version where its practice differs; changing the files reaches
new schools only.
"""

from pathlib import Path

TEXTS = Path(__file__).parent / "texts"

KINDS = ("basic", "sensitive")


def text(kind: str, language: str) -> str:
    return (TEXTS / f"{kind}.{language}.txt").read_text("utf-8").strip()
