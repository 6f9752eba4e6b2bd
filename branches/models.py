"""Party branches, who belongs to them, and the study ledger.

The ledger is append-only: the database refuses UPDATE and DELETE of a `StudyEntry`
(migration 0003), and a correction is a reversing line with a reason and a name.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from treebeard.mp_tree import MP_Node, MP_NodeManager

from accounts.models import Organisation, Person, User
from common import dates
from courses.models import ClassSession
from live.models import StudyMode


class Branch(MP_Node):
    """A party organisation (党组织) in its own tree."""

    class Level(models.TextChoices):
        COMMITTEE = "committee", _("党委")
        GENERAL = "general", _("党总支")
        BRANCH = "branch", _("党支部")
        GROUP = "group", _("党小组")

    class Kind(models.TextChoices):
        HOME = "home", _("组织关系所在")
        FUNCTIONAL = "functional", _("功能型")
        TEMPORARY = "temporary", _("临时")

    name = models.CharField(_("名称"), max_length=100)
    level = models.CharField(_("级别"), max_length=9, choices=Level, default=Level.BRANCH)
    kind = models.CharField(_("类型"), max_length=10, choices=Kind, default=Kind.HOME)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="branches", verbose_name=_("所属单位")
    )

    objects = MP_NodeManager()

    class Meta:
        verbose_name = verbose_name_plural = _("党组织")

    def __str__(self):
        return self.name


class BranchMembership(models.Model):
    """A person belongs to a branch, from one day until before another."""

    branch = models.ForeignKey(
        Branch, models.PROTECT, related_name="memberships", verbose_name=_("支部")
    )
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="memberships", verbose_name=_("人员")
    )
    # Copied from the branch when the membership begins: it lets the database keep
    # "one home branch at a time".
    kind = models.CharField(_("类型"), max_length=10, choices=Branch.Kind)
    starts_on = models.DateField(_("从"))
    ends_on = models.DateField(_("到（不含）"), null=True, blank=True)

    class Meta:
        ordering = ["starts_on", "pk"]
        verbose_name = verbose_name_plural = _("支部成员")
        constraints = [
            models.UniqueConstraint(
                name="one_home_branch_at_a_time",
                fields=["person"],
                condition=Q(kind="home", ends_on=None),
                violation_error_message=_("这位同志的组织关系已经在另一个支部。"),
            ),
            models.CheckConstraint(
                name="membership_starts_before_it_ends",
                condition=Q(ends_on=None) | Q(starts_on__lt=F("ends_on")),
            ),
        ]

    def __str__(self):
        return f"{self.person} · {self.branch}"


class BranchOffice(models.Model):
    """An office a person holds in a branch, from one day until before another."""

    class Office(models.TextChoices):
        SECRETARY = "secretary", _("书记")
        DEPUTY = "deputy", _("副书记")
        COMMITTEE = "committee", _("委员")

    branch = models.ForeignKey(
        Branch, models.PROTECT, related_name="offices", verbose_name=_("支部")
    )
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="offices", verbose_name=_("人员")
    )
    office = models.CharField(_("职务"), max_length=9, choices=Office)
    starts_on = models.DateField(_("从"))
    ends_on = models.DateField(_("到（不含）"), null=True, blank=True)

    class Meta:
        ordering = ["office", "starts_on", "pk"]
        verbose_name = verbose_name_plural = _("任职")
        constraints = [
            models.UniqueConstraint(
                name="one_secretary_of_a_branch_at_a_time",
                fields=["branch"],
                condition=Q(office="secretary", ends_on=None),
                violation_error_message=_("这个支部已经有书记。"),
            ),
            models.CheckConstraint(
                name="office_starts_before_it_ends",
                condition=Q(ends_on=None) | Q(starts_on__lt=F("ends_on")),
            ),
        ]

    def __str__(self):
        return f"{self.branch} {self.get_office_display()} {self.person}"


class HoursRule(models.Model):
    """How minutes become 学时, for an organisation and all beneath it, from a day on.

    A rule is never changed once it counted something: a new version is a new row.
    """

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="hours_rules", verbose_name=_("组织机构")
    )
    version = models.CharField(_("版本"), max_length=20)
    valid_from = models.DateField(_("从哪天起"))
    minutes_per_hour = models.PositiveSmallIntegerField(_("几分钟算 1 学时"), default=45)
    step = models.DecimalField(_("最小单位"), max_digits=3, decimal_places=2, default="0.5")
    # Missing no more than this of a session counts as the whole of it: somebody whose
    # tablet needed a minute to start has 90 minutes, not 89 (which would be 1.5).
    grace_minutes = models.PositiveSmallIntegerField(_("迟到早退宽限（分钟）"), default=5)

    class Meta:
        ordering = ["valid_from", "pk"]
        verbose_name = verbose_name_plural = _("学时规则")
        constraints = [
            models.UniqueConstraint(
                name="one_rule_of_a_version_in_an_organisation",
                fields=["organisation", "version"],
            ),
            models.UniqueConstraint(
                name="one_rule_from_a_day_in_an_organisation",
                fields=["organisation", "valid_from"],
            ),
            models.CheckConstraint(
                name="rule_counts_by_positive_minutes", condition=Q(minutes_per_hour__gte=1)
            ),
            models.CheckConstraint(name="rule_has_a_positive_step", condition=Q(step__gt=0)),
        ]

    def __str__(self):
        return self.version

    def in_words(self) -> str:
        """45 分钟 1 学时，每 0.5 学时一算，差 5 分钟以内算满"""
        words = _("%(minutes)s 分钟 1 学时，每 %(step)s 学时一算") % {
            "minutes": self.minutes_per_hour,
            "step": dates.plain_number(self.step),
        }
        if self.grace_minutes:
            words = _("%(rule)s，差 %(grace)s 分钟以内算满") % {
                "rule": words,
                "grace": self.grace_minutes,
            }
        return words


class StudyEntry(models.Model):
    """One line of the study ledger (学习台账): who studied what, when, for how long.

    Appended by branches.ledger and never changed. `branch` is the home branch of that
    day, or none for somebody who belongs to no branch.
    """

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="study_entries", verbose_name=_("姓名")
    )
    branch = models.ForeignKey(
        Branch, models.PROTECT, null=True, related_name="study_entries", verbose_name=_("支部")
    )
    studied_on = models.DateField(_("日期"))
    minutes = models.IntegerField(_("分钟"))
    credit_hours = models.DecimalField(_("学时"), max_digits=5, decimal_places=2)
    mode = models.CharField(_("学习方式"), max_length=9, choices=StudyMode)
    title = models.CharField(_("学了什么"), max_length=200)
    session = models.ForeignKey(
        ClassSession,
        models.PROTECT,
        null=True,
        related_name="study_entries",
        verbose_name=_("一次课"),
    )
    # How often this evidence was posted for this person: 0 the first time, one more after
    # each correction. Together with the session it makes posting repeatable.
    revision = models.PositiveSmallIntegerField(_("第几次登记"), default=0)
    rule = models.ForeignKey(
        HoursRule, models.PROTECT, related_name="study_entries", verbose_name=_("规则")
    )
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="reversed_by", verbose_name=_("更正哪一行")
    )
    # Says the same as `reverses` without its index: SQLite would look up every line that
    # reverses nothing in it, which is nearly all of the ledger.
    is_reversal = models.BooleanField(_("是更正"), default=False)
    reason = models.CharField(_("更正原因"), max_length=200, blank=True)
    posted_at = models.DateTimeField(_("写入时间"))
    posted_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("写的人")
    )

    class Meta:
        ordering = ["studied_on", "pk"]
        verbose_name = verbose_name_plural = _("学习台账")
        indexes = [
            models.Index(fields=["branch", "studied_on"], name="ledger_of_a_branch"),
            models.Index(fields=["person", "studied_on"], name="ledger_of_a_person"),
        ]
        constraints = [
            models.UniqueConstraint(
                name="a_session_is_posted_once_for_a_person",
                fields=["person", "session", "revision"],
                condition=Q(session__isnull=False, is_reversal=False),
            ),
            models.CheckConstraint(
                name="a_reversal_reverses_a_line",
                condition=Q(is_reversal=True, reverses__isnull=False)
                | Q(is_reversal=False, reverses=None),
            ),
            models.CheckConstraint(
                name="only_a_reversal_takes_minutes_away",
                condition=Q(is_reversal=False, minutes__gte=0, credit_hours__gte=0)
                | Q(is_reversal=True, minutes__lte=0, credit_hours__lte=0),
            ),
            models.CheckConstraint(
                name="a_reversal_says_why", condition=Q(is_reversal=False) | ~Q(reason="")
            ),
        ]

    def __str__(self):
        return f"{self.studied_on} {self.person} {self.title}"


class BranchRecord(models.Model):
    """The branch's own record of a session (支部学习记录): drafted here, completed by hand.

    Times, topic and who was there are always read from the session and the ledger; the
    row keeps only what a human being adds.
    """

    branch = models.ForeignKey(
        Branch, models.PROTECT, related_name="records", verbose_name=_("支部")
    )
    session = models.ForeignKey(
        ClassSession, models.PROTECT, related_name="branch_records", verbose_name=_("一次课")
    )
    chair = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("主持")
    )
    recorder = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("记录")
    )
    said = models.TextField(_("学习内容和发言"), blank=True)
    decided = models.TextField(_("议定事项"), blank=True)
    drafted_at = models.DateTimeField(_("写好初稿"))
    edited_at = models.DateTimeField(_("补充时间"), null=True, blank=True)
    edited_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("补充的人")
    )

    class Meta:
        ordering = ["-session__starts_at", "pk"]
        verbose_name = verbose_name_plural = _("支部学习记录")
        constraints = [
            models.UniqueConstraint(
                name="one_record_of_a_session_in_a_branch", fields=["branch", "session"]
            ),
        ]

    def __str__(self):
        return f"{self.branch} · {self.session}"
