"""Classes, their seats and their meetings."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, Person, TeachingPoint
from courses import ages
from courses.models.pages import CoursePage, LessonPage
from courses.models.terms import Term
from courses.models.terms import Weekday as Weekdays


class ClassGroup(models.Model):
    """A course taught in a term by a teacher to a roster (班). Its seats are in `pools`."""

    class Mode(models.TextChoices):
        ONLINE = "online", _("在家看直播")
        ON_SITE = "on_site", _("到现场上课")
        BOTH = "both", _("现场、在家都可以")

    Weekday = Weekdays

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
    # Written by courses.planning whenever the name is, for search: the databases know no
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
    weekday = models.PositiveSmallIntegerField(_("星期"), choices=Weekdays)
    starts_at_time = models.TimeField(_("上课时间"))
    minutes = models.PositiveSmallIntegerField(_("每次多少分钟"), default=90)
    fee = models.DecimalField(_("学费（元）"), max_digits=7, decimal_places=2, default=0)
    # domain rule: a class opens from 20 on.
    min_to_open = models.PositiveSmallIntegerField(_("满多少人开班"), default=20)
    # Who may register. Ages hold for the first day of the term: who may register then may
    # still move up from the waiting list after a birthday.
    min_age = models.PositiveSmallIntegerField(_("最小年龄"), default=50)
    max_age = models.PositiveSmallIntegerField(_("最大年龄"), default=80)
    older_with_consent = models.BooleanField(
        _("超过最大年龄的，有家属同意也可以报"), default=False
    )
    returning_only = models.BooleanField(_("只收老学员"), default=False)
    for_organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("只收这个单位的人"),
    )
    after_course = models.ForeignKey(
        CoursePage,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("要先学完"),
    )
    cancelled_at = models.DateTimeField(_("停开时间"), null=True, blank=True)
    cancelled_because = models.CharField(_("停开的原因"), max_length=200, blank=True)
    # Where its learners went, if it was cancelled by being merged into another class.
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged_classes"
    )

    class Meta:
        ordering = ["weekday", "starts_at_time", "code"]
        verbose_name = verbose_name_plural = _("班")
        constraints = [
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
            models.CheckConstraint(
                name="class_fee_is_not_negative",
                condition=Q(fee__gte=0),
                violation_error_message=_("学费不能是负数。"),
            ),
            models.CheckConstraint(
                name="a_merged_class_is_cancelled",
                condition=Q(merged_into=None) | Q(cancelled_at__isnull=False),
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("courses:class", args=[self.pk])

    # Sums over its pools, which courses.queries fetches with the classes.

    @property
    def capacity(self) -> int:
        return sum(pool.capacity for pool in self.pools.all())

    @property
    def seats_taken(self) -> int:
        return sum(pool.seats_taken for pool in self.pools.all())

    @property
    def seats_left(self) -> int:
        return sum(pool.seats_left for pool in self.pools.all())

    @property
    def is_online(self) -> bool:
        return self.mode != self.Mode.ON_SITE

    def born_between(self) -> tuple[date, date]:
        """The first and the last date of birth of those who may register."""
        return ages.born_between(
            on=self.term.starts_on, min_age=self.min_age, max_age=self.max_age
        )


class SeatPool(models.Model):
    """Seats of a class that are given out together (名额): all, or those of one way to attend.

    `seats_taken` counts seats given and seats kept for an open offer. It and
    `last_waiting_number` change only in courses.registration.seats, by one conditional
    UPDATE each: that, and not a count, decides who gets the last seat.
    """

    class Kind(models.TextChoices):
        COMMON = "common", _("不分上课方式")
        ON_SITE = "on_site", _("到现场")
        ONLINE = "online", _("在家看直播")
        POINT = "point", _("到教学点看大屏幕")

    class_group = models.ForeignKey(
        ClassGroup, models.PROTECT, related_name="pools", verbose_name=_("班")
    )
    kind = models.CharField(_("给谁的名额"), max_length=8, choices=Kind, default=Kind.COMMON)
    teaching_point = models.ForeignKey(
        TeachingPoint,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="seat_pools",
        verbose_name=_("教学点"),
    )
    capacity = models.PositiveSmallIntegerField(_("座位数"))
    seats_taken = models.PositiveIntegerField(default=0, editable=False)
    last_waiting_number = models.PositiveIntegerField(default=0, editable=False)
    # From the moment the list of a draw is frozen until it is drawn nobody gets one of these
    # in any other way.
    held_for_draw = models.BooleanField(default=False, editable=False)

    class Meta:
        ordering = ["pk"]
        verbose_name = verbose_name_plural = _("名额")
        constraints = [
            models.CheckConstraint(
                name="pool_has_a_seat",
                condition=Q(capacity__gte=1),
                violation_error_message=_("至少要有一个座位。"),
            ),
            models.CheckConstraint(
                name="pool_of_a_point_names_it",
                condition=Q(kind="point", teaching_point__isnull=False)
                | (~Q(kind="point") & Q(teaching_point=None)),
                violation_error_message=_("请选是哪个教学点的名额。"),
            ),
            models.UniqueConstraint(
                name="one_pool_of_a_kind_in_a_class",
                fields=["class_group", "kind"],
                condition=Q(teaching_point=None),
            ),
            models.UniqueConstraint(
                name="one_pool_of_a_teaching_point_in_a_class",
                fields=["class_group", "teaching_point"],
                condition=~Q(teaching_point=None),
            ),
        ]

    def __str__(self):
        return str(self.teaching_point or self.get_kind_display())

    @property
    def seats_left(self) -> int:
        return max(self.capacity - self.seats_taken, 0)


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
    # Who teaches this one meeting in place of the teacher of the class (代课).
    substitute = models.ForeignKey(
        Person,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="sessions_substituted",
        verbose_name=_("代课教师"),
    )

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

    @property
    def teacher(self) -> Person:
        """Who teaches this meeting."""
        return self.substitute or self.class_group.teacher
