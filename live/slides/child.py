"""The process that draws slides, so that no file can harm the server.

`python -m live.slides.child` reads files on its standard input, each after its length, and
writes frames (live.slides.limits).  It has no settings, no secrets and little memory;
whatever kills it is told by the parent in words.
"""

import io
import os
import resource
import signal
import sys
import unicodedata

import pypdfium2 as pdfium
from PIL import Image, ImageOps

from live.slides import limits
from live.slides.limits import HEIGHT, LENGTH, WIDTH, Refused

# The photograph of a camera of today, opened whole, takes 150 MiB.
MEMORY = 1 << 30
CPU_SECONDS = 90
# The parent ends the child sooner; this is for a child whose parent is gone.
ALARM_SECONDS = 150
MOST_PIXELS = 64_000_000
# Text stays readable; a page of text takes 30 to 60 KB.
QUALITY = 82

OFFICE = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
PICTURES = ("JPEG", "PNG", "WEBP")


def main() -> None:
    limit()
    pipe, place, left = sys.stdout.buffer, -1, limits.MOST_PAGES
    try:
        for data in files(sys.stdin.buffer):
            place += 1
            for page in pages_of(data, left):
                left -= 1
                limits.write(pipe, page)
    except Refused as refused:
        limits.write(pipe, limits.Refusal(refused.reason, place))
    except MemoryError:
        limits.write(pipe, limits.Refusal("too_large_a_page", place))
    else:
        limits.write(pipe, limits.End())
    pipe.flush()


def limit() -> None:
    """What the process may use.  Its parent sets nothing before exec: it has threads."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        if hard != resource.RLIM_INFINITY:
            most = min(most, hard)
        resource.setrlimit(what, (most, hard))
    signal.alarm(ALARM_SECONDS)
    os.nice(5)
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS // 2  # Twice as many are an error for Pillow.


def files(pipe):
    while len(head := pipe.read(LENGTH.size)) == LENGTH.size:
        yield pipe.read(LENGTH.unpack(head)[0])


def pages_of(data: bytes, left: int):
    """The pages of one file, of which `left` are still taken."""
    if not data:
        raise Refused("empty")
    if not left:
        raise Refused("too_many_pages")
    if b"%PDF-" in data[:1024]:
        yield from pages_of_pdf(data, left)
    elif data.startswith(OFFICE):
        raise Refused("office")
    else:
        yield limits.Page("", drawn(opened(data)))


def pages_of_pdf(data: bytes, left: int):
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        raise Refused("password" if "password" in str(error).lower() else "damaged") from None
    if not len(document):
        raise Refused("damaged")
    if len(document) > left:
        raise Refused("too_many_pages")  # Said before two hundred are drawn for nothing.
    for number in range(len(document)):
        try:
            page = document[number]
            width, height = page.get_size()
            if min(width, height) < 1 or max(width, height) > 50 * min(width, height):
                raise Refused("strange_page")
            scale = min(WIDTH / width, HEIGHT / height)
            picture = page.render(scale=scale).to_pil()
            yield limits.Page(title_of(page), drawn(picture))
            page.close()
        except pdfium.PdfiumError:
            raise Refused("damaged") from None


def title_of(page) -> str:
    """The first line of a page's text: what a chapter of the replay is called."""
    try:
        text = page.get_textpage().get_text_bounded()
    except pdfium.PdfiumError:
        return ""
    for line in text[:2000].splitlines():
        kept = "".join(char for char in line if unicodedata.category(char)[0] != "C")
        if kept := " ".join(kept.split()):
            return kept[: limits.LONGEST_TITLE]
    return ""


def opened(data: bytes) -> Image.Image:
    try:
        picture = Image.open(io.BytesIO(data), formats=PICTURES)
        # A JPEG is read at half its size or less where that is enough.
        picture.draft("RGB", (WIDTH, HEIGHT))
        picture.load()
        return ImageOps.exif_transpose(picture)
    except Image.DecompressionBombError:
        raise Refused("too_large_a_page") from None
    except MemoryError:
        raise
    except Exception:
        # Pillow's readers stumble over spoilt files in many ways; each means the same.
        raise Refused("not_slides") from None


def drawn(picture: Image.Image) -> bytes:
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        clear = picture.convert("RGBA")
        picture = Image.new("RGB", clear.size, "white")
        picture.paste(clear, mask=clear.getchannel("A"))
    picture = picture.convert("RGB")
    picture.thumbnail((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=QUALITY, method=2)
    return out.getvalue()


if __name__ == "__main__":
    main()
