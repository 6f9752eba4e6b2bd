"""Pictures for tests of photos."""

import io

from PIL import Image


def picture(size=(90, 120), form="JPEG", mode="RGB", colour=None, **options) -> bytes:
    """A small picture of one colour."""
    made = io.BytesIO()
    Image.new(mode, size, colour).save(made, form, **options)
    return made.getvalue()
