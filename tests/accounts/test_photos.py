import io
import struct
import zlib

import pytest
from PIL import Image

from accounts.errors import NotAPicture
from accounts.files import photos
from tests.accounts.pictures import picture


def opened(data):
    return Image.open(io.BytesIO(data))


def png(width, height, *chunks):
    """A PNG that says it is as large as it likes, with these chunks after its head."""

    def chunk(kind, data):
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    parts = [chunk(b"IHDR", head), *(chunk(*each) for each in chunks), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(picture((1200, 1600)), id="JPEG"),
        pytest.param(picture((1200, 1600), "PNG"), id="PNG"),
        pytest.param(picture((1200, 1600), "WEBP"), id="WebP"),
        pytest.param(picture((1200, 1600), "JPEG", "CMYK"), id="CMYK"),
        pytest.param(picture((1200, 1600), "JPEG", "L"), id="grey"),
        pytest.param(picture((1200, 1600), "PNG", "I;16"), id="16 bits"),
        pytest.param(picture((1200, 1600), "PNG", "1"), id="black and white"),
        pytest.param(picture((1200, 1600), "PNG", "P"), id="palette"),
        pytest.param(picture((1200, 1600), "PNG", "RGBA"), id="transparent"),
        pytest.param(picture((1200, 1600), "PNG", "LA"), id="grey and transparent"),
    ],
)
def test_whatever_telephones_make_becomes_a_small_jpeg(data):
    made = opened(photos.jpeg_of(data))
    assert (made.format, made.mode, made.size) == ("JPEG", "RGB", (450, 600))


def test_a_small_photo_stays_as_small():
    assert opened(photos.jpeg_of(picture((90, 120)))).size == (90, 120)


def test_behind_a_transparent_picture_is_paper():
    clear = picture((100, 100), "PNG", "RGBA", (255, 0, 0, 0))
    assert opened(photos.jpeg_of(clear)).getpixel((50, 50)) == (255, 255, 255)


def test_a_photo_taken_sideways_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    assert opened(photos.jpeg_of(picture((200, 100), exif=exif))).size == (100, 200)


def test_nothing_comes_along_with_the_face():
    exif = Image.Exif()
    exif[0x010F] = "MARKER camera"
    exif.get_ifd(0x8825)[2] = (36.0, 4.0, 1.0)
    data = picture((200, 200), exif=exif, comment=b"MARKER comment", icc_profile=b"MARKER profile")
    assert data.count(b"MARKER") == 3
    made = photos.jpeg_of(data + b"PK\x03\x04 MARKER <script>alert(1)</script>")
    assert b"MARKER" not in made
    assert b"<script" not in made
    assert not opened(made).getexif()


@pytest.mark.parametrize(
    ("data", "told"),
    [
        pytest.param(b"", "不是能用的照片", id="nothing"),
        pytest.param(b"<html><script>alert(1)</script>", "不是能用的照片", id="a web page"),
        pytest.param(b'<svg onload="alert(1)"/>', "不是能用的照片", id="SVG"),
        pytest.param(picture(form="GIF"), "不是能用的照片", id="GIF"),
        pytest.param(picture(form="TIFF"), "不是能用的照片", id="TIFF"),
        pytest.param(picture(form="BMP"), "不是能用的照片", id="BMP"),
        pytest.param(picture()[:100], "不是能用的照片", id="cut short"),
        pytest.param(picture((400, 400), "PNG")[:-40], "不是能用的照片", id="PNG cut short"),
        pytest.param(b"\xff\xd8\xff\xe0" + b"\0" * 200, "不是能用的照片", id="JPEG's first bytes"),
        pytest.param(b"%!PS-Adobe-3.0 EPSF-3.0\n", "不是能用的照片", id="PostScript"),
        pytest.param(png(30_000, 30_000), "不是能用的照片", id="a bomb"),
        pytest.param(png(8_000, 8_000), "点太多了", id="too many dots"),
        pytest.param(
            png(
                300,
                300,
                (b"zTXt", b"k\0\0" + zlib.compress(b"\0" * (80 << 20))),
                (b"IDAT", zlib.compress(b"\0" * 39 * 300)),
            ),
            "不是能用的照片",
            id="a text that unpacks to 80 MB",
        ),
        pytest.param(picture((40, 40)), "照片太小", id="too small"),
        pytest.param(picture((3000, 100)), "太长或太扁", id="a ribbon"),
        pytest.param(b"\xff\xd8\xff" * (4 << 20), "照片太大了", id="12 MB"),
    ],
)
def test_what_is_no_photo_is_refused_in_words(data, told):
    with pytest.raises(NotAPicture, match=told):
        photos.jpeg_of(data)
