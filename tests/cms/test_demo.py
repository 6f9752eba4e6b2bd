from datetime import UTC, date, datetime

import pytest
from wagtail.images import get_image_model

from cms import demo, queries
from cms.first_pages import text
from cms.models import ArticlePage
from tests.cms.pages import draws_renditions

pytestmark = [pytest.mark.django_db, draws_renditions]

NOW = datetime(2026, 9, 9, 1, 0, tzinfo=UTC)


def test_the_demo_school_has_six_articles_to_read():
    demo.create(now=NOW)

    articles = ArticlePage.objects.live()
    assert articles.count() == 6
    assert max(articles.values_list("published_on", flat=True)) == date(2026, 9, 8)
    assert all(article.picture.description for article in articles)
    assert not any(article.has_unpublished_changes for article in articles)


def test_creating_twice_changes_nothing():
    demo.create(now=NOW)
    before = list(ArticlePage.objects.order_by("pk").values())

    demo.create(now=NOW)

    assert list(ArticlePage.objects.order_by("pk").values()) == before
    assert get_image_model().objects.count() == 6


def test_an_article_that_an_editor_changed_stays_as_it_is():
    demo.create(now=NOW)
    article = ArticlePage.objects.first()
    article.title = "改过的题目"
    article.save()

    demo.create(now=NOW)

    assert ArticlePage.objects.get(pk=article.pk).title == "改过的题目"


@pytest.mark.parametrize("article", demo.ARTICLES, ids=lambda article: article.slug)
def test_an_article_is_as_long_as_one_reads_at_a_sitting(article):
    letters = sum("\u4e00" <= sign <= "\u9fff" for sign in text(f"articles/{article.slug}"))

    assert 350 <= letters <= 900


def test_the_articles_can_be_found():
    demo.create(now=NOW)

    found = [page.slug for page in queries.found("shufa", now=NOW).pages]

    assert found == ["ten-years"]


def test_every_page_of_the_demo_school_answers(client):
    demo.create(now=NOW)

    for article in ArticlePage.objects.all():
        page = client.get(article.url).content.decode()
        assert article.title in page
        assert article.picture.description in page
