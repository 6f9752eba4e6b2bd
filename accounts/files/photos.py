"""Photos for people's files: made small, and nothing but a picture.

Whatever is handed in is decoded and drawn again, so that no place, camera, comment or
second file comes along with the face.
"""

import io
import warnings

from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from accounts.errors import NotAPicture

LONGEST_SIDE = 600
LARGEST_FILE = 10 << 20
# 50 million dots are 150 MB while they are drawn; telephones make 12 to 50.
MOST_DOTS = 50_000_000
SMALLEST_SIDE = 60
FORMATS = ("JPEG", "PNG", "WEBP")
QUALITY = 85


def jpeg_of(data: bytes) -> bytes:
    """`data` as a small JPEG, upright. Raises NotAPicture in words that say what to do."""
    if len(data) > LARGEST_FILE:
        raise NotAPicture(_("照片太大了，请用 10 MB 以内的。"))
    try:
        # Pillow warns before it refuses; here a warning is a refusal.
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return _drawn_again(data)
    except NotAPicture:
        raise
    except Exception as error:
        # Decoders fail in ways of their own, and whatever they met is no photo.
        raise NotAPicture(_unreadable()) from error


def _drawn_again(data: bytes) -> bytes:
    with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
        width, height = picture.size
        if width * height > MOST_DOTS:
            raise NotAPicture(_("照片的点太多了，请用手机重新拍一张，或缩小以后再传。"))
        if min(width, height) < SMALLEST_SIDE:
            raise NotAPicture(_("照片太小，看不清人，请换一张。"))
        if max(width, height) > 20 * min(width, height):
            raise NotAPicture(_("照片太长或太扁，请换一张人像。"))
        # JPEG is decoded at a fraction of its size, which is enough.
        picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        upright = ImageOps.exif_transpose(picture)
        small = _on_white(upright)
        small.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    made = io.BytesIO()
    small.save(made, "JPEG", quality=QUALITY, exif=b"", icc_profile=None, comment=b"")
    return made.getvalue()


def _on_white(picture: Image.Image) -> Image.Image:
    """RGB; where a picture is transparent there is paper behind it."""
    if picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        paper = Image.new("RGB", picture.size, "white")
        paper.paste(picture, mask=picture.getchannel("A"))
        return paper
    return picture.convert("RGB")


def _unreadable() -> str:
    return _("这个文件不是能用的照片。请用 JPG、PNG 或 WebP 格式的照片。")
