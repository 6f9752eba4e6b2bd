"""Forms that an office above asks for (统计表, 申报表, checklists), and what branches answer.

A form changes by a new version from a day on; a statement keeps the version it was begun with.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from branches.models.branches import Branch


class StatementForm(models.Model):
    """A form (表样) that an organisation asks the branches beneath it to confirm."""

    class Every(models.TextChoices):
        MONTH = "month", _("每月")
        QUARTER = "quarter", _("每季度")
        YEAR = "year", _("每年")

    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        related_name="statement_forms",
        verbose_name=_("哪个单位要的"),
    )
    name = models.CharField(_("表名"), max_length=100)
    every = models.CharField(_("多久填一次"), max_length=7, choices=Every, default=Every.QUARTER)

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = verbose_name_plural = _("表样")
        constraints = [
            models.UniqueConstraint(
                name="one_form_of_a_name_in_an_organisation", fields=["organisation", "name"]
            ),
        ]

    def __str__(self):
        return self.name


class StatementFormVersion(models.Model):
    """What the form asks from a day on; never changed, a new version is a new row."""

    form = models.ForeignKey(
        StatementForm, models.PROTECT, related_name="versions", verbose_name=_("表样")
    )
    number = models.PositiveSmallIntegerField(_("第几版"))
    valid_from = models.DateField(_("从哪天起"))
    # [{"kind": heading, figure, text or evidence; "label": …; "figure": a code}], in order.
    rows = models.JSONField(_("栏目"))
    made_at = models.DateTimeField(_("定的时间"))
    made_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("定的人")
    )

    class Meta:
        ordering = ["form", "number"]
        verbose_name = verbose_name_plural = _("表样版本")
        constraints = [
            models.UniqueConstraint(
                name="one_form_version_of_a_number", fields=["form", "number"]
            ),
        ]

    def __str__(self):
        return f"{self.form} {self.number}"


class Statement(models.Model):
    """What a branch says on a form for a period (填报)."""

    class State(models.TextChoices):
        DRAFT = "draft", _("还没有确认")
        CONFIRMED = "confirmed", _("已确认")
        RETURNED = "returned", _("退回来了")

    version = models.ForeignKey(
        StatementFormVersion, models.PROTECT, related_name="statements", verbose_name=_("表样")
    )
    form = models.ForeignKey(
        StatementForm, models.PROTECT, related_name="statements", verbose_name=_("表样")
    )
    branch = models.ForeignKey(
        Branch, models.PROTECT, related_name="statements", verbose_name=_("支部")
    )
    period = models.CharField(_("时间"), max_length=7)
    state = models.CharField(_("状态"), max_length=9, choices=State, default=State.DRAFT)
    # {"3": "…"}: what was written, by the place of its row.
    texts = models.JSONField(_("写的内容"), default=dict)
    # The figures as they were confirmed; while it is open they are counted anew.
    figures = models.JSONField(_("确认的数字"), null=True)
    confirmed_at = models.DateTimeField(_("确认时间"), null=True)
    confirmed_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("确认的人")
    )
    reason = models.CharField(_("退回的原因"), max_length=200, blank=True)
    returned_at = models.DateTimeField(_("退回时间"), null=True)
    returned_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("退回的人")
    )

    class Meta:
        ordering = ["period", "branch__path"]
        verbose_name = verbose_name_plural = _("填报")
        constraints = [
            models.UniqueConstraint(
                name="one_statement_of_a_branch_on_a_form", fields=["form", "branch", "period"]
            ),
            models.CheckConstraint(
                name="a_confirmed_statement_keeps_its_figures",
                condition=~Q(state="confirmed")
                | Q(figures__isnull=False, confirmed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="a_returned_statement_says_why",
                condition=~Q(state="returned") | ~Q(reason=""),
            ),
        ]

    def __str__(self):
        return f"{self.form} {self.branch} {self.period}"
