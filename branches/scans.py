"""The signed paper as a file: only what is really a PDF or a picture, and not too large."""

import io
import re
import warnings

from django.utils.translation import gettext as _
from PIL import Image

from branches.errors import NotAScan

LARGEST_FILE = 10 << 20
MOST_DOTS = 50_000_000
TYPES = {"JPEG": "image/jpeg", "PNG": "image/png"}
ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}
# What a PDF may run or carry along: paper that was scanned has none of it.
ACTIVE = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFile|RichMedia|XFA)\b")


def type_of(data: bytes) -> str:
    """The content type of `data`, by what it is. Raises NotAScan in words."""
    if not data:
        raise NotAScan(_("这个文件是空的，请重新选一个。"))
    if len(data) > LARGEST_FILE:
        raise NotAScan(_("文件太大了，请用 10 MB 以内的。"))
    if data.startswith(b"%PDF-"):
        _check_pdf(data)
        return "application/pdf"
    try:
        # Pillow warns before it refuses; here a warning is a refusal.
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(io.BytesIO(data), formats=tuple(TYPES)) as picture:
                kind, (width, height) = picture.format, picture.size
                if width * height > MOST_DOTS:
                    raise NotAScan(_("照片的点太多了，请用手机重新拍一张，或缩小以后再传。"))
                picture.load()
    except NotAScan:
        raise
    except Exception as error:
        # Decoders fail in ways of their own, and whatever they met is no scan.
        raise NotAScan(_unreadable()) from error
    return TYPES[kind]


def _check_pdf(data: bytes) -> None:
    if b"%%EOF" not in data[-2048:]:
        raise NotAScan(_unreadable())
    if ACTIVE.search(data):
        raise NotAScan(_("这个 PDF 里带着程序或附件，请把纸重新扫描一次再传。"))


def _unreadable() -> str:
    return _("这个文件打不开，请上传 PDF、JPG 或 PNG。")
