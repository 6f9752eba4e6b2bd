"""What goes up every quarter: a branch's confirmation, and the bureau's frozen report.

Both are append-only (migration 0008 has the database refuse UPDATE and DELETE of a frozen
report): what was signed stays, what came later stands beside it as errata.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from branches.models.branches import Branch


class QuarterConfirmation(models.Model):
    """Somebody in office has seen the figures of their branch and found them right.

    Confirmed again after a correction, a branch has a second row; the last one counts.
    """

    branch = models.ForeignKey(
        Branch, models.PROTECT, related_name="confirmations", verbose_name=_("支部")
    )
    quarter = models.CharField(_("季度"), max_length=6)
    revision = models.PositiveSmallIntegerField(_("第几次确认"), default=0)
    # The figures that were seen, as branches.reports.counting writes them down.
    figures = models.JSONField(_("确认的数字"))
    confirmed_at = models.DateTimeField(_("确认时间"))
    confirmed_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("确认的人")
    )

    class Meta:
        ordering = ["quarter", "branch", "revision"]
        verbose_name = verbose_name_plural = _("季度确认")
        constraints = [
            models.UniqueConstraint(
                name="one_confirmation_of_a_revision_in_a_quarter",
                fields=["branch", "quarter", "revision"],
            ),
        ]

    def __str__(self):
        return f"{self.branch} {self.quarter}"


class QuarterReport(models.Model):
    """A quarter of an organisation, frozen (季度通报): every figure as it was that moment."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="quarter_reports", verbose_name=_("组织机构")
    )
    quarter = models.CharField(_("季度"), max_length=6)
    # All figures, names of units and branches, the rules: what branches.reports.content
    # gathers. Page, PDF and Excel are made of nothing else. No person is named in it.
    content = models.JSONField(_("内容"))
    # The newest line of the ledger that was counted.
    last_line = models.PositiveBigIntegerField(_("台账最后一行"), default=0)
    frozen_at = models.DateTimeField(_("定稿时间"))
    frozen_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("定稿的人")
    )
    # SHA-256 of all of the above.
    hash = models.CharField(_("指纹"), max_length=64)

    class Meta:
        ordering = ["-quarter", "organisation"]
        verbose_name = verbose_name_plural = _("季度通报")
        constraints = [
            models.UniqueConstraint(
                name="one_frozen_report_of_a_quarter", fields=["organisation", "quarter"]
            ),
        ]

    def __str__(self):
        return f"{self.organisation} {self.quarter}"

    @property
    def number(self) -> str:
        """QL-2026Q3"""
        return f"{self.organisation.code}-{self.quarter}"
