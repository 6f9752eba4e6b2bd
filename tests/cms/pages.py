"""Makers of articles and their pictures."""

import io
from datetime import date
from itertools import count

import pytest
from django.core.files.base import ContentFile
from PIL import Image as Drawing
from wagtail.images import get_image_model

from cms.models import ArticleIndexPage, ArticlePage

# Wagtail leaves the file of a new rendition to the garbage collector.
draws_renditions = pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <(function SpooledTemporaryFile|_io.FileIO)"
    ":pytest.PytestUnraisableExceptionWarning"
)

_numbers = count(1)


def article(title: str = "秋天怎样过得舒服", *, text: str = "<p>早晚添衣。</p>", **facts):
    facts.setdefault("published_on", date(2026, 9, 1))
    facts.setdefault("summary", "四件小事。")
    page = ArticlePage(title=title, slug=f"article-{next(_numbers)}", **facts)
    page.body = [("text", text)]
    return ArticleIndexPage.objects.get().add_child(instance=page)


def picture(says: str = "一座石桥"):
    buffer = io.BytesIO()
    Drawing.new("RGB", (60, 40), "#a8251a").save(buffer, "PNG")
    return get_image_model().objects.create(
        title="石桥", description=says, file=ContentFile(buffer.getvalue(), name="bridge.png")
    )
