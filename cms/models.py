"""Pages the editors write: the home page, the reading room, articles, plain pages."""

from datetime import timedelta

from django.core.paginator import Paginator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.images.blocks import ImageBlock
from wagtail.models import Page
from wagtail.search import index

from cms import front_page
from common.readings import Readable, Reading, parts_of
from common.search import Findable
from courses.models import OPEN_TO_ALL, CatalogueIndexPage

ARTICLES_ON_A_PAGE = 10
ARTICLES_ON_THE_FRONT_PAGE = 3
# So long an article counts as new.
NEW_FOR = timedelta(days=14)


def body_blocks():
    """What a text may be made of: few blocks, each read aloud in order."""
    return [
        (
            "text",
            blocks.RichTextBlock(
                label=_("文字"), features=["h2", "h3", "bold", "ol", "ul", "link"]
            ),
        ),
        ("picture", ImageBlock(label=_("图片"))),
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
    private_page_options = OPEN_TO_ALL
    template = "cms/home.html"

    class Meta:
        verbose_name = verbose_name_plural = _("首页")

    def get_context(self, request, *args, **kwargs):
        now = timezone.now()
        context = super().get_context(request, *args, **kwargs)
        articles = newest_articles()
        new = articles.filter(published_on__gt=timezone.localdate(now) - NEW_FOR)
        return context | {
            "now": now,
            "greeting": front_page.greeting(now),
            "day": front_page.day_of(user=request.user, person=request.person, now=now),
            "offers": front_page.offers_of(person=request.person, now=now),
            "replays": front_page.replays_of(person=request.person, now=now),
            "work_doors": front_page.work_of(user=request.user, person=request.person),
            "open_round": front_page.open_rounds(now).first(),
            "free_classes": front_page.classes_with_free_seats(now),
            "articles": articles[:ARTICLES_ON_THE_FRONT_PAGE],
            "new_articles": new.count(),
            "catalogue": self.get_children().live().type(CatalogueIndexPage).first(),
            "reading_room": self.get_children().live().type(ArticleIndexPage).first(),
        }


class ArticleIndexPage(Page):
    """看看听听: the articles, newest first."""

    max_count = 1
    parent_page_types = ["cms.HomePage"]
    subpage_types = ["cms.ArticlePage"]
    private_page_options = OPEN_TO_ALL
    template = "cms/article_list.html"

    class Meta:
        verbose_name = verbose_name_plural = _("文章栏目")

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        articles = newest_articles().select_related("picture")
        pages = Paginator(articles.prefetch_related("picture__renditions"), ARTICLES_ON_A_PAGE)
        return context | {"articles": pages.get_page(request.GET.get("page"))}


class ArticlePage(Findable, Readable, Page):
    """One article, to be read or listened to."""

    published_on = models.DateField(_("日期"), default=timezone.localdate)
    author = models.CharField(_("作者"), max_length=60, blank=True)
    summary = models.CharField(_("一句话介绍"), max_length=120)
    picture = models.ForeignKey(
        "wagtailimages.Image",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("题图"),
        help_text=_("图片的“描述”会念给看不见的人听，请写一句画的是什么。"),
    )
    body = StreamField(body_blocks(), verbose_name=_("正文"))

    parent_page_types = ["cms.ArticleIndexPage"]
    subpage_types = []
    private_page_options = OPEN_TO_ALL
    template = "cms/article_page.html"
    content_panels = [
        *Page.content_panels,
        FieldPanel("published_on"),
        FieldPanel("author"),
        FieldPanel("summary"),
        FieldPanel("picture"),
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

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        return context | {"newer": self.newer(), "older": self.older()}

    def found_by(self):
        return self.title, " ".join([self.summary, self.author, text_of(self.body)])

    def reading(self):
        return Reading(title=self.title, by=self.author, parts=parts_of(self.body))

    def newer(self):
        if not self.pk:  # An editor looks at a page that is not kept yet.
            return None
        later = Q(published_on__gt=self.published_on)
        same_day = Q(published_on=self.published_on, pk__gt=self.pk)
        return newest_articles().filter(later | same_day).last()

    def older(self):
        if not self.pk:
            return None
        earlier = Q(published_on__lt=self.published_on)
        same_day = Q(published_on=self.published_on, pk__lt=self.pk)
        return newest_articles().filter(earlier | same_day).first()


def newest_articles() -> models.QuerySet[ArticlePage]:
    """What everybody may read, newest first."""
    return ArticlePage.objects.live().public().order_by("-published_on", "-pk")


class PlainPage(Findable, Page):
    """A page of text: how to use the school, how personal data is protected."""

    body = StreamField(body_blocks(), verbose_name=_("正文"))

    parent_page_types = ["cms.HomePage"]
    subpage_types = []
    private_page_options = OPEN_TO_ALL
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
