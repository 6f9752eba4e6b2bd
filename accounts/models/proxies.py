"""Who may act for whom (代办), and who agreed to study on one device (同机)."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.logins import User
from accounts.models.persons import Person
from common import masks


class Way(models.TextChoices):
    """How somebody said yes."""

    ONLINE = "online", _("网上")
    PAPER = "paper", _("纸面签字")
    PROXY = "proxy", _("代办人办理")
    PHONE = "phone", _("电话")


class Proxy(models.Model):
    """Who may act for whom (代办): granted, shown on every page, revocable."""

    class Relation(models.TextChoices):
        SPOUSE = "spouse", _("老伴")
        CHILD = "child", _("子女")
        RELATIVE = "relative", _("亲属")
        MONITOR = "monitor", _("班长")
        STAFF = "staff", _("工作人员")

    person = models.ForeignKey(
        Person, models.CASCADE, related_name="proxies", verbose_name=_("本人")
    )
    agent = models.ForeignKey(
        User, models.CASCADE, related_name="acts_for", verbose_name=_("代办人")
    )
    relation = models.CharField(_("关系"), max_length=8, choices=Relation)
    way = models.CharField(_("授权方式"), max_length=6, choices=Way, default=Way.ONLINE)
    # Where the signed paper lies.
    paper = models.CharField(_("纸面编号或存放处"), max_length=100, blank=True)
    granted_at = models.DateTimeField(default=timezone.now, editable=False)
    # The login that wrote it down: the person's own, or staff with a paper before them.
    granted_by = models.ForeignKey(
        User, models.PROTECT, null=True, editable=False, related_name="+"
    )
    # When the agent first acted. Until then nobody is told whose number it is: else any
    # number could be typed here to learn the name behind it.
    first_acted_at = models.DateTimeField(_("第一次代办"), null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(_("撤销时间"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        User, models.PROTECT, null=True, editable=False, related_name="+"
    )

    class Meta:
        ordering = ["pk"]
        verbose_name = verbose_name_plural = _("代办")
        constraints = [
            models.UniqueConstraint(
                name="one_live_proxy_for_a_person_and_agent",
                fields=["person", "agent"],
                condition=Q(revoked_at=None),
            ),
            models.CheckConstraint(
                name="proxy_is_revoked_after_it_was_granted",
                condition=Q(revoked_at=None) | Q(revoked_at__gte=F("granted_at")),
            ),
        ]

    def __str__(self):
        return f"{self.agent} → {self.person}"

    @property
    def agent_shown(self) -> str:
        """Who it is, for the person who typed the number: a name once the agent has acted."""
        return str(self.agent) if self.first_acted_at else masks.phone(self.agent.phone or "")


class Household(models.Model):
    """Persons who agreed to study on one device (同机): each of them is counted."""

    created_at = models.DateTimeField(default=timezone.now, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("同机家人")

    def __str__(self):
        return f"{self.pk}"


class HouseholdMember(models.Model):
    """One person's agreement to study on the device of a household."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="members")
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="households", verbose_name=_("本人")
    )
    agreed_at = models.DateTimeField(default=timezone.now)
    agreed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    way = models.CharField(_("方式"), max_length=6, choices=Way, default=Way.ONLINE)
    # Where the signed paper lies.
    paper = models.CharField(_("纸面编号或存放处"), max_length=100, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)
    left_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["agreed_at", "pk"]
        verbose_name = verbose_name_plural = _("同机家人")
        constraints = [
            models.UniqueConstraint(
                name="a_person_belongs_to_one_household",
                fields=["person"],
                condition=Q(left_at=None),
            ),
            models.CheckConstraint(
                name="household_is_left_after_it_was_agreed",
                condition=Q(left_at=None) | Q(left_at__gte=F("agreed_at")),
            ),
        ]

    def __str__(self):
        return f"{self.person}"


class HouseholdProposal(models.Model):
    """Somebody asks somebody else to study on one device; nothing holds before the answer."""

    class Answer(models.TextChoices):
        AGREED = "agreed", _("同意了")
        DECLINED = "declined", _("没有同意")
        TAKEN_BACK = "taken", _("收回了")

    proposer = models.ForeignKey(
        Person, models.PROTECT, related_name="household_proposals", verbose_name=_("谁提出")
    )
    # Whom it is for: a person, or whoever has this number. The number goes with the answer.
    person = models.ForeignKey(
        Person,
        models.PROTECT,
        null=True,
        related_name="household_proposals_received",
        verbose_name=_("请谁"),
    )
    phone = models.CharField(_("手机号"), max_length=11, blank=True, db_index=True)
    proposed_at = models.DateTimeField(default=timezone.now)
    # Not the proposer's own login when a proxy asked.
    proposed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    answer = models.CharField(_("答复"), max_length=8, choices=Answer, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["proposed_at", "pk"]
        verbose_name = verbose_name_plural = _("同机邀请")
        constraints = [
            models.CheckConstraint(
                name="a_proposal_has_an_answer_or_none",
                condition=Q(answer="", answered_at=None)
                | (~Q(answer="") & Q(answered_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="an_open_proposal_is_for_a_person_or_a_number",
                condition=~Q(answer="")
                | Q(person__isnull=False, phone="")
                | (Q(person=None) & ~Q(phone="")),
            ),
            models.CheckConstraint(
                name="an_answered_proposal_keeps_no_number",
                condition=Q(answer="") | Q(phone=""),
            ),
        ]

    def __str__(self):
        return f"{self.proposer}"
