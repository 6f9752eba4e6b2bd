"""A year's records as one PDF, made in the background."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from accounts.models.persons import private_storage
from branches.models.branches import Branch


class YearPrint(models.Model):
    """The records of a branch's or an organisation's year on paper (全年记录), asked for once."""

    class State(models.TextChoices):
        WAITING = "waiting", _("等着做")
        WORKING = "working", _("正在做")
        DONE = "done", _("做好了")
        FAILED = "failed", _("没有做成")
        CANCELLED = "cancelled", _("取消了")

    # A worker goes on with these.
    OPEN = (State.WAITING, State.WORKING)

    branch = models.ForeignKey(
        Branch, models.CASCADE, null=True, related_name="+", verbose_name=_("支部")
    )
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, null=True, related_name="+", verbose_name=_("组织机构")
    )
    year = models.PositiveSmallIntegerField(_("年份"))
    state = models.CharField(_("状态"), max_length=9, choices=State, default=State.WAITING)
    # Records that were read, of how many.
    done = models.PositiveIntegerField(_("做到第几份"), default=0)
    total = models.PositiveIntegerField(_("一共几份"), default=0)
    problem = models.CharField(_("为什么没做成"), max_length=200, blank=True)
    file = models.FileField(
        _("文件"), upload_to="year-prints", storage=private_storage, blank=True
    )
    asked_at = models.DateTimeField(_("什么时候要的"))
    asked_by = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("谁要的"))
    # The sign of life of whoever makes it.
    worked_at = models.DateTimeField(_("最近一次动静"))

    class Meta:
        ordering = ["-asked_at", "-pk"]
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

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN
