"""Somebody from outside looks at sampled records; an office is handed to a successor."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, Person, User
from branches.models.branches import Branch
from branches.models.records import BranchRecord


class Inspection(models.Model):
    """Leave to read a sample of records (检查), for one person and some days.

    The sample is drawn once by a seed that is told: with it and the number of the last record
    anybody draws the same again.
    """

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="inspections", verbose_name=_("查哪里")
    )
    auditor = models.ForeignKey(
        Person, models.PROTECT, related_name="inspections", verbose_name=_("谁来查")
    )
    purpose = models.CharField(_("为什么查"), max_length=200)
    # Of the records: half-open.
    held_from = models.DateField(_("记录从"))
    held_before = models.DateField(_("记录到（不含）"))
    # When it may be read: both days count.
    opens_on = models.DateField(_("从哪天起能看"))
    closes_on = models.DateField(_("看到哪天"))
    seed = models.CharField(_("抽样号"), max_length=32)
    population = models.PositiveIntegerField(_("一共有几份"))
    last_record = models.PositiveBigIntegerField(_("抽的时候最后一份的编号"))
    granted_at = models.DateTimeField(_("同意时间"))
    granted_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("谁同意的")
    )
    ended_at = models.DateTimeField(_("提前结束"), null=True, blank=True)
    ended_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("谁结束的")
    )

    class Meta:
        ordering = ["-granted_at", "-pk"]
        verbose_name = verbose_name_plural = _("检查")
        constraints = [
            models.CheckConstraint(
                name="inspection_opens_before_it_closes",
                condition=Q(opens_on__lte=F("closes_on")),
            ),
            models.CheckConstraint(
                name="inspected_records_are_of_some_days",
                condition=Q(held_from__lt=F("held_before")),
            ),
        ]

    def __str__(self):
        return f"{self.organisation} · {self.auditor}"


class InspectedRecord(models.Model):
    """A record that was drawn for an inspection."""

    inspection = models.ForeignKey(
        Inspection, models.CASCADE, related_name="drawn", verbose_name=_("检查")
    )
    record = models.ForeignKey(
        BranchRecord, models.PROTECT, related_name="inspected", verbose_name=_("记录")
    )
    place = models.PositiveSmallIntegerField(_("第几份"))
    seen_at = models.DateTimeField(_("第一次看"), null=True)

    class Meta:
        ordering = ["inspection", "place"]
        verbose_name = verbose_name_plural = _("抽到的记录")
        constraints = [
            models.UniqueConstraint(
                name="a_record_is_drawn_once_for_an_inspection", fields=["inspection", "record"]
            ),
        ]

    def __str__(self):
        return f"{self.inspection} {self.place}"


class Handover(models.Model):
    """A secretary's office goes to a successor (交接): what is open, signed by both."""

    branch = models.ForeignKey(
        Branch, models.PROTECT, related_name="handovers", verbose_name=_("支部")
    )
    outgoing = models.ForeignKey(
        Person,
        models.PROTECT,
        null=True,
        related_name="handovers_given",
        verbose_name=_("移交的人"),
    )
    incoming = models.ForeignKey(
        Person, models.PROTECT, related_name="handovers_taken", verbose_name=_("接手的人")
    )
    takes_over_on = models.DateField(_("从哪天起任书记"))
    note = models.TextField(_("要交代的话"), blank=True)
    # What was open and what was handed over, as it was when the second one signed.
    content = models.JSONField(_("交接清单"), null=True)
    drafted_at = models.DateTimeField(_("写好时间"))
    drafted_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("写的人")
    )
    given_at = models.DateTimeField(_("移交人签字"), null=True)
    given_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    taken_at = models.DateTimeField(_("接手人签字"), null=True)
    taken_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    dropped_at = models.DateTimeField(_("作罢时间"), null=True)

    class Meta:
        ordering = ["-drafted_at", "-pk"]
        verbose_name = verbose_name_plural = _("书记交接")
        constraints = [
            models.UniqueConstraint(
                name="one_open_handover_of_a_branch",
                fields=["branch"],
                condition=Q(dropped_at=None, content__isnull=True),
            ),
        ]

    def __str__(self):
        return f"{self.branch} · {self.incoming}"

    @property
    def is_done(self) -> bool:
        return self.content is not None
