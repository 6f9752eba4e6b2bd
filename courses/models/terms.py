"""Terms, the rounds in which their seats may be asked for, and days that are different."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation


class Weekday(models.IntegerChoices):
    MONDAY = 0, _("星期一")
    TUESDAY = 1, _("星期二")
    WEDNESDAY = 2, _("星期三")
    THURSDAY = 3, _("星期四")
    FRIDAY = 4, _("星期五")
    SATURDAY = 5, _("星期六")
    SUNDAY = 6, _("星期日")


class Term(models.Model):
    """A term of a school and what holds for all its classes.

    The classes of a term belong to its organisation or to one beneath it.
    """

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="terms", verbose_name=_("学校")
    )
    name = models.CharField(_("名称"), max_length=40)
    starts_on = models.DateField(_("开始"))
    ends_on = models.DateField(_("结束"))
    # 60 %: domain rule "present from 60 % of the session"; a school may set another.
    present_from_percent = models.PositiveSmallIntegerField(_("算到课的最低比例（%）"), default=60)
    # domain rule: an offered seat waits 48 hours or more for its answer.
    offer_hours = models.PositiveSmallIntegerField(_("候补通知等答复多少小时"), default=48)
    # domain rule: transfer within the first month.
    transfer_days = models.PositiveSmallIntegerField(_("开学后多少天内可以转班"), default=30)

    class Meta:
        ordering = ["-starts_on", "pk"]
        verbose_name = verbose_name_plural = _("学期")
        constraints = [
            models.UniqueConstraint(
                name="one_term_of_a_name_in_a_school",
                fields=["organisation", "name"],
                violation_error_message=_("这个学校已经有同名的学期。"),
            ),
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
            models.CheckConstraint(
                name="an_offer_waits_two_days_or_more",
                condition=Q(offer_hours__gte=48),
                violation_error_message=_("候补通知至少要等 48 小时。"),
            ),
        ]

    def __str__(self):
        return self.name


def without_files(draw: str) -> list[str]:
    """What to leave out when the draw at this path is read along: its files are megabytes."""
    return [f"{draw}__{name}" for name in ("list_text", "decided_text", "result_text", "seed")]


class RoundQuerySet(models.QuerySet):
    def with_draw(self):
        """With their draws, as far as nearly everybody needs them."""
        return self.select_related("organisation", "draw").defer(*without_files("draw"))


class RegistrationRound(models.Model):
    """Who may ask for which seats of a term, when, how many, and how they are given out."""

    class Method(models.TextChoices):
        FIRST_COME = "first", _("先报先得")
        DRAW = "draw", _("抽签")

    class Who(models.TextChoices):
        EVERYONE = "all", _("所有学员")
        RETURNING = "returning", _("老学员（以前在这里上过课）")
        ORGANISATION = "organisation", _("本单位的人")

    term = models.ForeignKey(Term, models.PROTECT, related_name="rounds", verbose_name=_("学期"))
    name = models.CharField(_("名称"), max_length=40)
    method = models.CharField(
        _("怎样分座位"), max_length=5, choices=Method, default=Method.FIRST_COME
    )
    who = models.CharField(_("谁可以报"), max_length=12, choices=Who, default=Who.EVERYONE)
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("哪个单位的人"),
    )
    # None chosen means all classes of the term.
    classes = models.ManyToManyField(
        "courses.ClassGroup", related_name="rounds", blank=True, verbose_name=_("哪些班")
    )
    opens_at = models.DateTimeField(_("开始报名"))
    closes_at = models.DateTimeField(_("截止报名"))
    # domain rule: at most 2 classes a person a term.
    max_classes = models.PositiveSmallIntegerField(_("每人最多几个班"), default=2)
    max_wishes = models.PositiveSmallIntegerField(_("抽签时最多填几个志愿"), default=4)
    last_application_number = models.PositiveIntegerField(default=0, editable=False)

    objects = RoundQuerySet.as_manager()

    class Meta:
        ordering = ["opens_at", "pk"]
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
            models.CheckConstraint(
                name="round_allows_one_to_ten_wishes",
                condition=Q(max_wishes__range=(1, 10)),
                violation_error_message=_("志愿要在 1 到 10 个之间。"),
            ),
            models.CheckConstraint(
                name="round_of_an_organisation_names_it",
                condition=~Q(who="organisation") | Q(organisation__isnull=False),
                violation_error_message=_("请选是哪个单位的人。"),
            ),
        ]

    def __str__(self):
        return f"{self.term} {self.name}"

    def is_open_at(self, moment) -> bool:
        return self.opens_at <= moment < self.closes_at

    @property
    def is_draw(self) -> bool:
        return self.method == self.Method.DRAW


class CalendarDay(models.Model):
    """A day that is different for an organisation and all beneath it: no class, or 调休."""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="calendar_days", verbose_name=_("单位")
    )
    on = models.DateField(_("日期"))
    name = models.CharField(_("名称"), max_length=40)
    # None: nobody meets. A weekday: on this day the classes of that weekday meet (调休).
    as_weekday = models.PositiveSmallIntegerField(
        _("按星期几上课"), choices=Weekday, null=True, blank=True
    )

    class Meta:
        ordering = ["on"]
        verbose_name = verbose_name_plural = _("校历")
        constraints = [
            models.UniqueConstraint(
                name="one_calendar_day_of_an_organisation",
                fields=["organisation", "on"],
                violation_error_message=_("这一天已经写过了。"),
            ),
        ]

    def __str__(self):
        return f"{self.on} {self.name}"
