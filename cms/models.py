"""Pages the editors write: the home page, the reading room, articles, plain pages."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.images.blocks import ImageChooserBlock
from wagtail.models import Page
from wagtail.search import index

from common.search import Findable


def body_blocks():
    """What a text may be made of: few blocks, each read aloud in order."""
    return [
        (
            "text",
            blocks.RichTextBlock(
                label=_("文字"), features=["h2", "h3", "bold", "ol", "ul", "link"]
            ),
        ),
        ("picture", ImageChooserBlock(label=_("图片"))),
        ("quote", blocks.BlockQuoteBlock(label=_("引用"))),
    ]


def text_of(body) -> str:
    """The words of a text without its markup."""
    return " ".join(body.stream_block.get_searchable_content(body))


class HomePage(Page):
    """The front door: today's class on top, four tiles below."""

    max_count = 1
    parent_page_types = ["wagtailcore.Page"]
    subpage_types = [
        "courses.CatalogueIndexPage",
        "cms.ArticleIndexPage",
        "cms.PlainPage",
    ]
    template = "cms/home.html"

    class Meta:
        verbose_name = verbose_name_plural = _("首页")


class ArticleIndexPage(Page):
    """看看听听: the articles, newest first."""

    max_count = 1
    parent_page_types = ["cms.HomePage"]
    subpage_types = ["cms.ArticlePage"]
    template = "cms/article_list.html"

    class Meta:
        verbose_name = verbose_name_plural = _("文章栏目")


class ArticlePage(Findable, Page):
    """One article, to be read or listened to."""

    published_on = models.DateField(_("日期"), default=timezone.localdate)
    author = models.CharField(_("作者"), max_length=60, blank=True)
    summary = models.CharField(_("一句话介绍"), max_length=120)
    body = StreamField(body_blocks(), verbose_name=_("正文"))

    parent_page_types = ["cms.ArticleIndexPage"]
    subpage_types = []
    template = "cms/article_page.html"
    content_panels = [
        *Page.content_panels,
        FieldPanel("published_on"),
        FieldPanel("author"),
        FieldPanel("summary"),
        FieldPanel("body"),
    ]
    search_fields = [
        *Page.search_fields,
        index.SearchField("summary"),
        index.SearchField("body"),
        index.AutocompleteField("search_words"),
        index.FilterField("published_on"),
    ]

    class Meta:
        verbose_name = verbose_name_plural = _("文章")

    def found_by(self):
        return self.title, " ".join([self.summary, self.author, text_of(self.body)])


class PlainPage(Findable, Page):
    """A page of text: how to use the school, how personal data is protected."""

    body = StreamField(body_blocks(), verbose_name=_("正文"))

    parent_page_types = ["cms.HomePage"]
    subpage_types = []
    template = "cms/plain_page.html"
    content_panels = [*Page.content_panels, FieldPanel("body")]
    search_fields = [
        *Page.search_fields,
        index.SearchField("body"),
        index.AutocompleteField("search_words"),
    ]

    class Meta:
        verbose_name = verbose_name_plural = _("说明页")

    def found_by(self):
        return self.title, text_of(self.body)
