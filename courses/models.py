"""What is taught, when, to whom: terms, course pages, classes, meetings, seats.

`CoursePage` and `LessonPage` are what the editors write in Wagtail; a `ClassGroup` is a
course taught in a term to a roster; a `ClassSession` is one meeting of it.
"""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail import blocks
from wagtail.admin.panels import FieldPanel, InlinePanel
from wagtail.fields import RichTextField, StreamField
from wagtail.images.blocks import ImageBlock
from wagtail.models import Orderable, Page
from wagtail.rich_text import get_text_for_indexing
from wagtail.search import index

from accounts.models import Organisation, Person, TeachingPoint, User
from common.search import Findable
from courses import ages


class Subject(models.TextChoices):
    CALLIGRAPHY = "calligraphy", _("书法")
    PAINTING = "painting", _("绘画")
    SINGING = "singing", _("声乐")
    DANCE = "dance", _("舞蹈")
    FITNESS = "fitness", _("健身")
    PHONE = "phone", _("手机")
    LITERATURE = "literature", _("文史")
    PARTY = "party", _("党的理论")


class Term(models.Model):
    """A school term and what holds for all its classes."""

    name = models.CharField(_("名称"), max_length=40, unique=True)
    starts_on = models.DateField(_("开始"))
    ends_on = models.DateField(_("结束"))
    # 60 %: domain rule "present from 60 % of the session"; a school may set another.
    present_from_percent = models.PositiveSmallIntegerField(_("算到课的最低比例（%）"), default=60)

    class Meta:
        ordering = ["-starts_on"]
        verbose_name = verbose_name_plural = _("学期")
        constraints = [
            models.CheckConstraint(
                name="term_starts_before_it_ends",
                condition=Q(starts_on__lt=F("ends_on")),
                violation_error_message=_("学期的开始日期要早于结束日期。"),
            ),
            models.CheckConstraint(
                name="term_presence_is_a_percentage",
                condition=Q(present_from_percent__range=(1, 100)),
                violation_error_message=_("比例要在 1 到 100 之间。"),
            ),
        ]

    def __str__(self):
        return self.name


class RegistrationRound(models.Model):
    """When seats of a term may be asked for, and how many classes one person may take."""

    term = models.ForeignKey(Term, models.PROTECT, related_name="rounds", verbose_name=_("学期"))
    name = models.CharField(_("名称"), max_length=40)
    opens_at = models.DateTimeField(_("开始报名"))
    closes_at = models.DateTimeField(_("截止报名"))
    max_classes = models.PositiveSmallIntegerField(_("每人最多几个班"), default=2)

    class Meta:
        ordering = ["opens_at"]
        verbose_name = verbose_name_plural = _("报名批次")
        constraints = [
            models.CheckConstraint(
                name="round_opens_before_it_closes",
                condition=Q(opens_at__lt=F("closes_at")),
                violation_error_message=_("开始报名要早于截止报名。"),
            ),
            models.CheckConstraint(
                name="round_allows_at_least_one_class",
                condition=Q(max_classes__gte=1),
                violation_error_message=_("每人至少能报一个班。"),
            ),
        ]

    def __str__(self):
        return f"{self.term} {self.name}"

    def is_open_at(self, moment) -> bool:
        return self.opens_at <= moment < self.closes_at


class CatalogueIndexPage(Page):
    """The catalogue: its children are the courses; the page itself lists the classes."""

    max_count = 1
    parent_page_types = ["cms.HomePage"]
    subpage_types = ["courses.CoursePage"]
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


class LessonPage(Findable, Page):
    """One lesson's material: text, pictures, a clip, files to keep."""

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


class LessonFile(Orderable):
    """A file that goes with a lesson."""

    lesson = ParentalKey(LessonPage, on_delete=models.CASCADE, related_name="files")
    document = models.ForeignKey("wagtaildocs.Document", models.CASCADE, related_name="+")

    panels = [FieldPanel("document")]


class ClassGroup(models.Model):
    """A course taught in a term by a teacher to a roster (班).

    `seats_taken` and `last_waiting_number` change only in courses.registration, by one
    conditional UPDATE each: that, and not a count, decides who gets the last seat.
    """

    class Mode(models.TextChoices):
        ONLINE = "online", _("在家看直播")
        ON_SITE = "on_site", _("到现场上课")
        BOTH = "both", _("现场、在家都可以")

    class Weekday(models.IntegerChoices):
        MONDAY = 0, _("星期一")
        TUESDAY = 1, _("星期二")
        WEDNESDAY = 2, _("星期三")
        THURSDAY = 3, _("星期四")
        FRIDAY = 4, _("星期五")
        SATURDAY = 5, _("星期六")
        SUNDAY = 6, _("星期日")

    course = models.ForeignKey(
        CoursePage, models.PROTECT, related_name="class_groups", verbose_name=_("课程")
    )
    term = models.ForeignKey(
        Term, models.PROTECT, related_name="class_groups", verbose_name=_("学期")
    )
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        related_name="class_groups",
        verbose_name=_("开班单位"),
    )
    code = models.CharField(_("班号"), max_length=30, unique=True)
    name = models.CharField(_("班名"), max_length=60)
    # Written by courses.services whenever the name is, for search: the databases know no
    # pinyin.
    pinyin = models.CharField(_("拼音"), max_length=160, editable=False)
    pinyin_initials = models.CharField(_("拼音首字母"), max_length=40, editable=False)
    teacher = models.ForeignKey(
        Person, models.PROTECT, related_name="classes_taught", verbose_name=_("教师")
    )
    mode = models.CharField(_("上课方式"), max_length=8, choices=Mode, default=Mode.BOTH)
    teaching_point = models.ForeignKey(
        TeachingPoint,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="class_groups",
        verbose_name=_("教学点"),
    )
    room = models.CharField(_("教室"), max_length=60, blank=True)
    weekday = models.PositiveSmallIntegerField(_("星期"), choices=Weekday)
    starts_at_time = models.TimeField(_("上课时间"))
    minutes = models.PositiveSmallIntegerField(_("每次多少分钟"), default=90)
    capacity = models.PositiveSmallIntegerField(_("座位数"))
    seats_taken = models.PositiveIntegerField(default=0, editable=False)
    last_waiting_number = models.PositiveIntegerField(default=0, editable=False)
    fee = models.DecimalField(_("学费（元）"), max_digits=7, decimal_places=2, default=0)
    min_age = models.PositiveSmallIntegerField(_("最小年龄"), default=50)
    # Ages hold for the first day of the term: who may register then may still move up
    # from the waiting list after a birthday.
    max_age = models.PositiveSmallIntegerField(_("最大年龄"), default=80)
    cancelled_at = models.DateTimeField(_("停开时间"), null=True, blank=True)

    class Meta:
        ordering = ["weekday", "starts_at_time", "code"]
        verbose_name = verbose_name_plural = _("班")
        constraints = [
            models.CheckConstraint(
                name="class_has_a_seat",
                condition=Q(capacity__gte=1),
                violation_error_message=_("至少要有一个座位。"),
            ),
            models.CheckConstraint(
                name="class_ages_are_in_order",
                condition=Q(min_age__lte=F("max_age")),
                violation_error_message=_("最小年龄不能大于最大年龄。"),
            ),
            models.CheckConstraint(
                name="class_weekday_is_known", condition=Q(weekday__range=(0, 6))
            ),
            models.CheckConstraint(
                name="class_meeting_has_a_length",
                condition=Q(minutes__range=(1, 600)),
                violation_error_message=_("每次上课要在 1 到 600 分钟之间。"),
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("courses:class", args=[self.pk])

    @property
    def seats_left(self) -> int:
        return max(self.capacity - self.seats_taken, 0)

    @property
    def is_online(self) -> bool:
        return self.mode != self.Mode.ON_SITE

    def born_between(self) -> tuple[date, date]:
        """The first and the last date of birth of those who may register."""
        return ages.born_between(
            on=self.term.starts_on, min_age=self.min_age, max_age=self.max_age
        )


class ClassSession(models.Model):
    """One planned meeting of a class (一次课)."""

    class_group = models.ForeignKey(
        ClassGroup, models.PROTECT, related_name="sessions", verbose_name=_("班")
    )
    number = models.PositiveSmallIntegerField(_("第几次"))
    title = models.CharField(_("内容"), max_length=100, blank=True)
    lesson = models.ForeignKey(
        LessonPage,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="sessions",
        verbose_name=_("课件"),
    )
    starts_at = models.DateTimeField(_("开始"), db_index=True)
    ends_at = models.DateTimeField(_("结束"))

    class Meta:
        ordering = ["starts_at", "pk"]
        verbose_name = verbose_name_plural = _("一次课")
        constraints = [
            models.UniqueConstraint(
                name="one_session_of_a_number_in_a_class",
                fields=["class_group", "number"],
            ),
            models.CheckConstraint(
                name="session_starts_before_it_ends",
                condition=Q(starts_at__lt=F("ends_at")),
                violation_error_message=_("开始时间要早于结束时间。"),
            ),
        ]

    def __str__(self):
        return f"{self.class_group} {self.number}"


class Enrolment(models.Model):
    """A seat of a person in a class. Rows are never deleted; who returns gets a new one."""

    class Source(models.TextChoices):
        ONLINE = "online", _("网上报名")
        COUNTER = "counter", _("窗口报名")
        WAITING = "waiting", _("候补入班")

    class_group = models.ForeignKey(ClassGroup, models.PROTECT, related_name="enrolments")
    person = models.ForeignKey(Person, models.PROTECT, related_name="enrolments")
    source = models.CharField(max_length=8, choices=Source)
    seated_at = models.DateTimeField()
    # The login that did it; not the person's own when a proxy or the counter acted.
    seated_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["seated_at", "pk"]
        verbose_name = verbose_name_plural = _("报名")
        constraints = [
            models.UniqueConstraint(
                name="one_live_seat_of_a_person_in_a_class",
                fields=["class_group", "person"],
                condition=Q(withdrawn_at=None),
            ),
            models.CheckConstraint(
                name="enrolment_ends_after_it_began",
                condition=Q(withdrawn_at=None) | Q(withdrawn_at__gte=F("seated_at")),
            ),
        ]

    def __str__(self):
        return f"{self.person} · {self.class_group}"

    def get_absolute_url(self):
        return reverse("courses:seat", args=[self.pk])


class WaitingEntry(models.Model):
    """A numbered place in the queue of a full class. A number is never used again."""

    class_group = models.ForeignKey(ClassGroup, models.PROTECT, related_name="waiting")
    person = models.ForeignKey(Person, models.PROTECT, related_name="waiting")
    number = models.PositiveIntegerField()
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    left_at = models.DateTimeField(null=True, blank=True)
    left_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    # The seat it turned into, if it did.
    enrolment = models.OneToOneField(
        Enrolment, models.PROTECT, null=True, blank=True, related_name="waited_as"
    )

    class Meta:
        ordering = ["number"]
        verbose_name = verbose_name_plural = _("候补")
        constraints = [
            models.UniqueConstraint(
                name="a_waiting_number_is_never_reused",
                fields=["class_group", "number"],
            ),
            models.UniqueConstraint(
                name="one_live_waiting_place_of_a_person_in_a_class",
                fields=["class_group", "person"],
                condition=Q(left_at=None),
            ),
        ]

    def __str__(self):
        return f"{self.person} · {self.class_group} · {self.number}"

    def get_absolute_url(self):
        return reverse("courses:waiting_place", args=[self.pk])
