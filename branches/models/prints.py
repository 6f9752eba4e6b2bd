"""Long PDFs made in the background: a year's records, the packs of a round."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from accounts.models.persons import private_storage
from branches.models.branches import Branch


class PrintState(models.TextChoices):
    WAITING = "waiting", _("等着做")
    WORKING = "working", _("正在做")
    DONE = "done", _("做好了")
    FAILED = "failed", _("没有做成")
    CANCELLED = "cancelled", _("取消了")


class Print(models.Model):
    """What was asked for once and is made by a worker (branches.print_jobs)."""

    State = PrintState
    # A worker goes on with these.
    OPEN = (PrintState.WAITING, PrintState.WORKING)

    state = models.CharField(
        _("状态"), max_length=9, choices=PrintState, default=PrintState.WAITING
    )
    # What was read, of how much.
    done = models.PositiveIntegerField(_("做到第几份"), default=0)
    total = models.PositiveIntegerField(_("一共几份"), default=0)
    problem = models.CharField(_("为什么没做成"), max_length=200, blank=True)
    asked_at = models.DateTimeField(_("什么时候要的"))
    asked_by = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("谁要的"))
    # The sign of life of whoever makes it.
    worked_at = models.DateTimeField(_("最近一次动静"))

    class Meta:
        abstract = True
        ordering = ["-asked_at", "-pk"]

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN


class YearPrint(Print):
    """The records of a branch's or an organisation's year on paper (全年记录)."""

    branch = models.ForeignKey(
        Branch, models.CASCADE, null=True, related_name="+", verbose_name=_("支部")
    )
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, null=True, related_name="+", verbose_name=_("组织机构")
    )
    year = models.PositiveSmallIntegerField(_("年份"))
    file = models.FileField(
        _("文件"), upload_to="year-prints", storage=private_storage, blank=True
    )

    class Meta(Print.Meta):
        abstract = False
        verbose_name = verbose_name_plural = _("全年记录打印")
        constraints = [
            models.CheckConstraint(
                name="a_year_print_is_of_one_thing",
                condition=Q(branch=None, organisation__isnull=False)
                | Q(branch__isnull=False, organisation=None),
            ),
            models.CheckConstraint(
                name="a_year_print_that_is_done_has_a_file",
                condition=~Q(state="done") | ~Q(file=""),
            ),
        ]

    def __str__(self):
        return f"{self.branch or self.organisation} {self.year}"


class PackPrint(Print):
    """The booklets and slips of a round of study at home, in the order of the delivery list."""

    # Keys of deliveries, as the list had them when it was asked for.
    packs = models.JSONField(_("哪几份"), default=list)
    file = models.FileField(
        _("文件"), upload_to="pack-prints", storage=private_storage, blank=True
    )

    class Meta(Print.Meta):
        abstract = False
        verbose_name = verbose_name_plural = _("送学读本打印")
        constraints = [
            models.CheckConstraint(
                name="a_pack_print_that_is_done_has_a_file",
                condition=~Q(state="done") | ~Q(file=""),
            ),
        ]

    def __str__(self):
        return f"{self.total} {self.asked_at:%Y-%m-%d}"
