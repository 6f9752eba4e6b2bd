"""How the pages of slides are called in a recording's folder, and at its door.  Pure."""

import re
from uuid import UUID

SLIDE_NAME = re.compile(r"slide-[0-9a-f]{32}-[1-9]\d{0,3}\.webp", re.ASCII)
SLIDE_TYPE = b"image/webp"


def slide_name(deck: UUID, page: int) -> str:
    """Page 1 and following of a deck."""
    return f"slide-{deck.hex}-{page}.webp"
