"""Files of every kind, opened by the child process that the server has for it."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from pypdf import PdfWriter

from live.errors import SlidesRefused
from live.slides import opening


def pdf(*sizes, password=""):
    writer, out = PdfWriter(), io.BytesIO()
    for width, height in sizes:
        writer.add_blank_page(width, height)
    if password:
        writer.encrypt(password)
    writer.write(out)
    return out.getvalue()


def png(mode="RGB", size=(64, 48)):
    out = io.BytesIO()
    Image.new(mode, size).save(out, "PNG")
    return out.getvalue()


def opened(*contents):
    files = [SimpleUploadedFile(f"{i}.pdf", content) for i, content in enumerate(contents)]
    return [Image.open(io.BytesIO(page.picture)) for page in opening.pages(files)]


def test_pages_are_drawn_to_fit_and_kept_in_order():
    pages = opened(pdf((600, 400), (300, 400)), png("RGBA", (3200, 1200)))

    assert [page.size for page in pages] == [(1600, 1067), (900, 1200), (1600, 600)]
    assert {page.format for page in pages} == {"WEBP"}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "文件是空的"),
        (b"hello", "不是 PDF，也不是图片"),
        (b"PK\x03\x04", "另存为 PDF"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "不是 PDF，也不是图片"),
        (b"%PDF-1.7 nothing", "坏了"),
        (pdf((600, 400), password="x"), "去掉密码"),
        (pdf((600, 400))[:200], "坏了"),
        (pdf((100_000, 10)), "太长或太窄"),
        (png(size=(900, 900))[:60], "不是 PDF，也不是图片"),
        (png("1", (12_000, 12_000)), "太大"),
    ],
    ids=["empty", "text", "zip", "svg", "no pdf", "locked", "cut", "ribbon", "cut png", "bomb"],
)
def test_what_cannot_be_taken_is_refused_in_words(content, sentence):
    with pytest.raises(SlidesRefused, match=sentence):
        opened(content)


def test_the_refusal_names_the_file_of_several():
    with pytest.raises(SlidesRefused, match=r"“1\.pdf”：.*另存为"):
        opened(png(), b"PK\x03\x04")


def test_more_pages_than_a_class_can_need_are_refused():
    with pytest.raises(SlidesRefused, match="最多 200 页"):
        opened(pdf(*[(16, 12)] * 201))


def test_a_child_that_takes_too_long_is_ended(monkeypatch):
    monkeypatch.setattr(opening, "PATIENCE_SECONDS", 0.01)

    with pytest.raises(SlidesRefused, match="时间太长"):
        opened(pdf((600, 400)))
