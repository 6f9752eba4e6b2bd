"""What people were told about their data, what they agreed to, and what they ask for."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.logins import User
from accounts.models.persons import Person
from accounts.models.proxies import Way


class Notice(models.Model):
    """A version of what the school tells about personal data, in plain words.

    Append-only by triggers: what people agreed to stays as they read it.
    """

    class Kind(models.TextChoices):
        BASIC = "basic", _("个人信息告知书")
        # ID number, health remarks and photo: asked for separately, never a condition.
        SENSITIVE = "sensitive", _("敏感信息告知书")

    kind = models.CharField(_("类别"), max_length=9, choices=Kind)
    version = models.PositiveIntegerField(_("版本"))
    # Plain words: a line that begins with "# " is a heading, with "- " a point of a list
    # (accounts.rights.prose).
    text = models.TextField(_("正文"))
    # For who reads English; the Chinese text is the one that holds.
    text_en = models.TextField(_("英文译文"), blank=True)
    published_at = models.DateTimeField(_("发布时间"), default=timezone.now)

    class Meta:
        ordering = ["kind", "-version"]
        verbose_name = verbose_name_plural = _("告知书")
        constraints = [
            models.UniqueConstraint(
                name="one_notice_of_a_version_and_kind", fields=["kind", "version"]
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.version}"


class Consent(models.Model):
    """A person's agreement to a notice; withdrawn, never deleted."""

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="consents", verbose_name=_("本人")
    )
    notice = models.ForeignKey(Notice, models.PROTECT, related_name="consents")
    way = models.CharField(_("方式"), max_length=6, choices=Way)
    paper = models.CharField(_("纸面编号或存放处"), max_length=100, blank=True)
    given_at = models.DateTimeField(_("同意时间"), default=timezone.now)
    given_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-given_at", "-pk"]
        verbose_name = verbose_name_plural = _("同意")
        constraints = [
            models.UniqueConstraint(
                name="one_live_consent_of_a_person_to_a_notice",
                fields=["person", "notice"],
                condition=Q(withdrawn_at=None),
            ),
            models.CheckConstraint(
                name="consent_is_withdrawn_after_it_was_given",
                condition=Q(withdrawn_at=None) | Q(withdrawn_at__gte=F("given_at")),
            ),
        ]

    def __str__(self):
        return f"{self.person} · {self.notice}"


class RightsRequest(models.Model):
    """Something a person, or a dead person's relative, asks of the school about a file."""

    class Kind(models.TextChoices):
        CORRECTION = "correction", _("更正档案")
        ERASURE = "erasure", _("注销档案")
        RELATIVES_ACCESS = "relatives", _("家属查阅逝者档案")

    class State(models.TextChoices):
        OPEN = "open", _("等待办理")
        GRANTED = "granted", _("已办理")
        REFUSED = "refused", _("没有办理")
        WITHDRAWN = "withdrawn", _("已撤回")

    # None: a relative named somebody of whom no file was found. They are not told so.
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="rights_requests", verbose_name=_("本人")
    )
    kind = models.CharField(_("事项"), max_length=10, choices=Kind)
    state = models.CharField(_("状态"), max_length=9, choices=State, default=State.OPEN)
    way = models.CharField(_("方式"), max_length=6, choices=Way, default=Way.ONLINE)
    paper = models.CharField(_("纸面编号或存放处"), max_length=100, blank=True)
    words = models.TextField(_("说明"), blank=True)
    # Of whom a relative asks, and as whose what.
    about_name = models.CharField(_("逝者姓名"), max_length=40, blank=True)
    about_born_on = models.DateField(_("逝者出生日期"), null=True, blank=True)
    relation = models.CharField(_("是逝者的"), max_length=20, blank=True)
    asked_at = models.DateTimeField(_("提出时间"), default=timezone.now)
    # For RELATIVES_ACCESS the relative's login.
    asked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="rights_requests")
    answer = models.TextField(_("答复"), blank=True)
    decided_at = models.DateTimeField(_("办理时间"), null=True, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    # Until when a relative may read.
    until = models.DateTimeField(_("可以看到"), null=True, blank=True)

    class Meta:
        ordering = ["asked_at", "pk"]
        verbose_name = verbose_name_plural = _("个人信息申请")
        constraints = [
            models.CheckConstraint(
                name="a_request_is_open_until_it_is_decided",
                condition=Q(state="open", decided_at=None)
                | (~Q(state="open") & Q(decided_at__isnull=False)),
            ),
            models.UniqueConstraint(
                name="one_open_request_of_a_kind_about_a_file",
                fields=["person", "kind"],
                condition=Q(state="open") & ~Q(kind="relatives"),
            ),
            models.CheckConstraint(
                name="a_request_is_about_somebody",
                condition=Q(person__isnull=False) | Q(kind="relatives", asked_by__isnull=False),
            ),
        ]

    def __str__(self):
        return f"{self.person or self.about_name} · {self.get_kind_display()}"
