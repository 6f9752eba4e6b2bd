"""What editors write in Wagtail: the catalogue, courses, lessons."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail import blocks
from wagtail.admin.panels import FieldPanel, InlinePanel
from wagtail.fields import RichTextField, StreamField
from wagtail.images.blocks import ImageBlock
from wagtail.models import Orderable, Page
from wagtail.rich_text import get_text_for_indexing
from wagtail.search import index

from accounts.models import Organisation
from common.readings import Readable, Reading, parts_of, sounds_of
from common.search import Findable

# Whatever is published is for everybody: a page has no password of its own and is closed to
# no group, so a reviewer has nothing to say about who reads what.
OPEN_TO_ALL: list[str] = []


class Subject(models.TextChoices):
    CALLIGRAPHY = "calligraphy", _("书法")
    PAINTING = "painting", _("绘画")
    SINGING = "singing", _("声乐")
    DANCE = "dance", _("舞蹈")
    FITNESS = "fitness", _("健身")
    PHONE = "phone", _("手机")
    LITERATURE = "literature", _("文史")
    PARTY = "party", _("党的理论")


class CatalogueIndexPage(Page):
    """The catalogue: its children are the courses; the page itself lists the classes."""

    max_count = 1
    parent_page_types = ["cms.HomePage"]
    subpage_types = ["courses.CoursePage"]
    private_page_options = OPEN_TO_ALL
    template = "courses/catalogue.html"

    class Meta:
        verbose_name = verbose_name_plural = _("课程目录")


class CoursePage(Findable, Page):
    """What is taught in a course, in the words of its editor."""

    subject = models.CharField(_("科目"), max_length=12, choices=Subject)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="courses", verbose_name=_("开课单位")
    )
    summary = models.CharField(_("一句话介绍"), max_length=120)
    description = RichTextField(_("详细介绍"), features=["h3", "bold", "ol", "ul", "link"])
    bring = models.CharField(_("要带什么"), max_length=200, blank=True)

    parent_page_types = ["courses.CatalogueIndexPage"]
    subpage_types = ["courses.LessonPage"]
    private_page_options = OPEN_TO_ALL
    template = "courses/course_page.html"
    content_panels = [
        *Page.content_panels,
        FieldPanel("subject"),
        FieldPanel("organisation"),
        FieldPanel("summary"),
        FieldPanel("description"),
        FieldPanel("bring"),
    ]
    search_fields = [
        *Page.search_fields,
        index.SearchField("summary"),
        index.SearchField("description"),
        index.FilterField("subject"),
        index.AutocompleteField("search_words"),
    ]

    class Meta:
        verbose_name = verbose_name_plural = _("课程")

    def lessons(self):
        """Its published lessons, in their order."""
        return LessonPage.objects.child_of(self).live().order_by("number", "path")

    def found_by(self):
        return self.title, f"{self.summary} {get_text_for_indexing(self.description)}"


class LessonPage(Findable, Readable, Page):
    """One lesson's material: text, pictures, a clip, files to keep."""

    is_of_a_series = True

    number = models.PositiveSmallIntegerField(_("第几讲"))
    summary = models.CharField(_("一句话介绍"), max_length=120, blank=True)
    body = StreamField(
        [
            (
                "text",
                blocks.RichTextBlock(label=_("文字"), features=["h3", "bold", "ol", "ul"]),
            ),
            ("picture", ImageBlock(label=_("图片"))),
        ],
        blank=True,
        verbose_name=_("正文"),
    )
    clip = models.ForeignKey(
        "wagtaildocs.Document",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("录像（mp4）"),
    )
    clip_credit = models.CharField(_("录像出处"), max_length=200, blank=True)

    parent_page_types = ["courses.CoursePage"]
    subpage_types = []
    private_page_options = OPEN_TO_ALL
    template = "courses/lesson_page.html"
    content_panels = [
        *Page.content_panels,
        FieldPanel("number"),
        FieldPanel("summary"),
        FieldPanel("body"),
        FieldPanel("clip"),
        FieldPanel("clip_credit"),
        InlinePanel("files", label=_("附件")),
    ]
    search_fields = [
        *Page.search_fields,
        index.SearchField("summary"),
        index.SearchField("body"),
        index.AutocompleteField("search_words"),
    ]

    class Meta:
        verbose_name = verbose_name_plural = _("课件")

    def found_by(self):
        words = self.body.stream_block.get_searchable_content(self.body)
        return self.title, " ".join([self.summary, *words])

    def reading(self):
        documents = [file.document for file in self.files.select_related("document")]
        return Reading(
            title=f"{self.get_parent().title} {self.title}",
            parts=parts_of(self.body),
            sounds=sounds_of([*documents, self.clip]),
        )


class LessonFile(Orderable):
    """A file that goes with a lesson."""

    lesson = ParentalKey(LessonPage, on_delete=models.CASCADE, related_name="files")
    document = models.ForeignKey("wagtaildocs.Document", models.CASCADE, related_name="+")

    panels = [FieldPanel("document")]
