"""Study brought home (点单 + 送学): what somebody orders, what is brought, what comes back."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from accounts.models import Organisation, Person, User
from branches.models.branches import Branch
from common.sealed import SealedTextField


class StudyOrder(models.Model):
    """What somebody wants to read at home (点单), from whichever way it was asked for.

    It belongs to the home branch of that day; of those without one, to their organisation.
    """

    class Way(models.TextChoices):
        PAPER = "paper", _("纸质点单卡")
        PHONE = "phone", _("电话")
        PAGE = "page", _("网页")
        VISIT = "visit", _("上门时说的")

    class Letters(models.TextChoices):
        LARGE = "large", _("大字")
        LARGEST = "largest", _("特大字")

    # Made by the page: pressing twice orders once.
    key = models.UUIDField(unique=True, editable=False)
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="study_orders", verbose_name=_("谁要的")
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("组织机构")
    )
    branch = models.ForeignKey(
        Branch, models.PROTECT, null=True, related_name="study_orders", verbose_name=_("支部")
    )
    way = models.CharField(_("怎样点的"), max_length=5, choices=Way)
    letters = models.CharField(_("字号"), max_length=7, choices=Letters, default=Letters.LARGE)
    with_sound = models.BooleanField(_("要声音"), default=False)
    wants = models.CharField(_("还想学什么"), max_length=200, blank=True)
    street = models.CharField(_("街道、小区"), max_length=60)
    street_pinyin = models.CharField(max_length=240, editable=False)
    address = SealedTextField(_("门牌"), blank=True, default="")
    ordered_at = models.DateTimeField(_("点单时间"))
    ordered_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("谁写的")
    )
    cancelled_at = models.DateTimeField(_("取消时间"), null=True, blank=True)
    cancelled_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("谁取消的")
    )
    cancel_reason = models.CharField(_("为什么取消"), max_length=100, blank=True)

    class Meta:
        ordering = ["-ordered_at", "-pk"]
        verbose_name = verbose_name_plural = _("送学点单")
        indexes = [
            models.Index(fields=["branch", "-ordered_at"], name="study_orders_of_a_branch"),
            models.Index(
                fields=["organisation", "-ordered_at"],
                condition=Q(branch=None),
                name="study_orders_without_branch",
            ),
        ]

    def __str__(self):
        return f"{self.person} · {self.ordered_at:%Y-%m-%d}"


class OrderedReading(models.Model):
    """A lesson or an article on an order; its title stays when the page is gone."""

    order = models.ForeignKey(
        StudyOrder, models.CASCADE, related_name="readings", verbose_name=_("点单")
    )
    page = models.ForeignKey(
        Page, models.SET_NULL, null=True, related_name="+", verbose_name=_("读物")
    )
    title = models.CharField(_("名称"), max_length=255)
    place = models.PositiveSmallIntegerField(_("第几篇"))

    class Meta:
        ordering = ["order", "place"]
        verbose_name = verbose_name_plural = _("点的读物")
        constraints = [
            models.UniqueConstraint(
                name="one_reading_at_a_place_of_an_order", fields=["order", "place"]
            ),
        ]

    def __str__(self):
        return self.title


class Delivery(models.Model):
    """The pack of an order on its way (送学): printed, brought, its slip waited for."""

    order = models.OneToOneField(
        StudyOrder, models.PROTECT, related_name="delivery", verbose_name=_("点单")
    )
    # Seven digits and one that proves them: what the slip is found by when typed.
    code = models.CharField(_("回执号"), max_length=8, unique=True)
    title = models.CharField(_("学什么"), max_length=200)
    # The texts as they were printed: pages are edited later (common.readings, as dicts).
    content = models.JSONField(_("内容"))
    is_branch_study = models.BooleanField(_("算支部学习"), default=True)
    packed_at = models.DateTimeField(_("装好时间"))
    packed_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("谁装的")
    )
    visitor = models.ForeignKey(
        Person,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="deliveries_carried",
        verbose_name=_("送的人"),
    )
    planned_on = models.DateField(_("打算哪天送"), null=True, blank=True)
    handed_on = models.DateField(_("送到日期"), null=True, blank=True)
    handed_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("谁写的")
    )
    note = models.CharField(_("送的情况"), max_length=100, blank=True)
    # What the senior wrote on the slip.
    words = models.CharField(_("想说的话"), max_length=300, blank=True)

    class Meta:
        ordering = ["-packed_at", "-pk"]
        verbose_name = verbose_name_plural = _("送学")

    def __str__(self):
        return f"{self.code} {self.title}"


class ReturnSlip(models.Model):
    """What a return slip (回执) says; the newest of a delivery counts, append-only by trigger.

    With 0 minutes it is taken back.
    """

    delivery = models.ForeignKey(
        Delivery, models.PROTECT, related_name="slips", verbose_name=_("送学")
    )
    number = models.PositiveSmallIntegerField(_("第几次登记"))
    studied_on = models.DateField(_("学完日期"))
    minutes = models.PositiveSmallIntegerField(_("学了几分钟"))
    reason = models.CharField(_("为什么改"), max_length=100, blank=True)
    recorded_at = models.DateTimeField(_("登记时间"))
    recorded_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("登记的人")
    )

    class Meta:
        ordering = ["delivery", "number"]
        verbose_name = verbose_name_plural = _("送学回执")
        constraints = [
            models.UniqueConstraint(
                name="one_slip_of_a_number_of_a_delivery", fields=["delivery", "number"]
            ),
            models.CheckConstraint(
                name="a_later_slip_says_why", condition=Q(number=1) | ~Q(reason="")
            ),
            models.CheckConstraint(
                name="a_first_slip_has_minutes", condition=Q(number__gt=1) | Q(minutes__gte=1)
            ),
        ]

    def __str__(self):
        return f"{self.delivery} · {self.number}"
