"""Rules of study hours, and the append-only ledger of study."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, Person, User
from branches.models.branches import Branch
from common import dates
from courses.models import ClassSession, Subject
from live.models import StudyMode


class Source(models.TextChoices):
    """What kind of evidence a line of the ledger rests on; see branches.postings."""

    SESSION = "session", _("上课")
    REPLAY = "replay", _("回放")
    ACTIVITY = "activity", _("支部活动")
    DELIVERY = "delivery", _("送学")
    EXTERNAL = "external", _("外部平台")
    OWN_STUDY = "own", _("自学")
    MAKE_UP = "makeup", _("补学")


class HalfDay(models.TextChoices):
    """The part of a day that 学时 are capped for; the evening belongs to the afternoon."""

    MORNING = "morning", _("上午")
    AFTERNOON = "afternoon", _("下午")


class HoursRule(models.Model):
    """How minutes become 学时, for an organisation and all beneath it, from a day on.

    A rule is never changed once it counted something: a new version is a new row.
    """

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="hours_rules", verbose_name=_("组织机构")
    )

    class Way(models.TextChoices):
        EACH = "each", _("每满这么多分钟算 1 学时")
        ONCE = "once", _("一次学满这么多分钟就算 1 学时")

    version = models.CharField(_("版本"), max_length=20)
    valid_from = models.DateField(_("从哪天起"))
    way = models.CharField(_("算法"), max_length=4, choices=Way, default=Way.EACH)
    minutes_per_hour = models.PositiveSmallIntegerField(_("几分钟算 1 学时"), default=45)
    step = models.DecimalField(_("最小单位"), max_digits=3, decimal_places=2, default="0.5")
    # Missing no more than this of a session counts as the whole of it: somebody whose
    # tablet needed a minute to start has 90 minutes, not 89 (which would be 1.5).
    grace_minutes = models.PositiveSmallIntegerField(_("迟到早退宽限（分钟）"), default=5)
    # Of what was studied together; replay and own study are capped apart.
    cap_per_half_day = models.DecimalField(
        _("半天最多几学时"), max_digits=4, decimal_places=2, null=True, blank=True, default="4"
    )
    # Values of courses.Subject; none means all of them.
    branch_subjects = models.JSONField(_("哪些课算支部学习"), default=list, blank=True)
    made_at = models.DateTimeField(_("写入时间"), null=True, editable=False)
    made_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("写的人"),
    )

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
            models.CheckConstraint(
                name="rule_caps_above_nothing",
                condition=Q(cap_per_half_day=None) | Q(cap_per_half_day__gt=0),
            ),
        ]

    def __str__(self):
        return self.version

    def in_words(self) -> str:
        """45 分钟 1 学时，每 0.5 学时一算，差 5 分钟以内算满，半天最多 4 学时"""
        if self.way == self.Way.ONCE:
            words = _("一次学满 %(minutes)s 分钟算 1 学时") % {"minutes": self.minutes_per_hour}
        else:
            words = _("%(minutes)s 分钟 1 学时，每 %(step)s 学时一算") % {
                "minutes": self.minutes_per_hour,
                "step": dates.plain_number(self.step),
            }
        if self.grace_minutes:
            words = _("%(rule)s，差 %(grace)s 分钟以内算满") % {
                "rule": words,
                "grace": self.grace_minutes,
            }
        if self.cap_per_half_day is not None:
            words = _("%(rule)s，半天最多 %(cap)s 学时") % {
                "rule": words,
                "cap": dates.plain_number(self.cap_per_half_day),
            }
        return words

    def subjects_in_words(self) -> str:
        """Which courses count as branch study: 党的理论、文史"""
        if not self.branch_subjects:
            return _("所有的课")
        return "、".join(str(Subject(each).label) for each in self.branch_subjects)

    def is_branch_study(self, subject: str) -> bool:
        """Whether a course of `subject` counts as branch study (支部学习)."""
        return not self.branch_subjects or subject in self.branch_subjects


class StudyTarget(models.Model):
    """How many 学时 a year are aimed at, for an organisation and all beneath, from a day on."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="study_targets", verbose_name=_("组织机构")
    )
    valid_from = models.DateField(_("从哪天起"))
    member_hours = models.PositiveSmallIntegerField(_("党员全年学时"), default=32)
    # For secretaries and members of committees.
    office_hours = models.PositiveSmallIntegerField(_("书记、委员全年学时"), default=56)

    class Meta:
        ordering = ["valid_from", "pk"]
        verbose_name = verbose_name_plural = _("学时目标")
        constraints = [
            models.UniqueConstraint(
                name="one_target_from_a_day_in_an_organisation",
                fields=["organisation", "valid_from"],
            ),
        ]

    def __str__(self):
        return f"{self.organisation} {self.valid_from}"


class LedgerBatch(models.Model):
    """Lines that were appended together; each batch follows the one before it.

    Append-only like its lines. `hash` is that of its last line.
    """

    # Without gaps: a missing number is a removed batch.
    number = models.PositiveBigIntegerField(_("编号"), unique=True)
    previous_hash = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)
    count = models.PositiveIntegerField(_("行数"))
    posted_at = models.DateTimeField(_("写入时间"))

    class Meta:
        ordering = ["number"]
        verbose_name = verbose_name_plural = _("台账批次")

    def __str__(self):
        return str(self.number)


class LedgerTail(models.Model):
    """The end of the chain, in one row: who appends waits here for the batch before.

    It also tells when batches were cut off from the end.
    """

    number = models.PositiveBigIntegerField(default=0)
    hash = models.BinaryField(max_length=32)

    def __str__(self):
        return str(self.number)


class StudyEntry(models.Model):
    """One line of the study ledger (学习台账): who studied what, when, for how long.

    Appended by branches.ledger and never changed. `branch` is the home branch of that
    day, or none for somebody who belongs to no branch.
    """

    person = models.ForeignKey(
        Person,
        models.PROTECT,
        related_name="study_entries",
        verbose_name=_("姓名"),
        # Below are indexes that begin with it.
        db_index=False,
    )
    branch = models.ForeignKey(
        Branch,
        models.PROTECT,
        null=True,
        related_name="study_entries",
        verbose_name=_("支部"),
        db_index=False,
    )
    # Where it was studied, if a branch held it: a functional or temporary one, or one's own.
    at_branch = models.ForeignKey(
        Branch,
        models.PROTECT,
        null=True,
        related_name="studied_here",
        verbose_name=_("在哪个支部学的"),
    )
    studied_on = models.DateField(_("日期"))
    half_day = models.CharField(_("上午或下午"), max_length=9, choices=HalfDay, blank=True)
    minutes = models.IntegerField(_("分钟"))
    # The length of what was studied: with the minutes all that a rule needs to count anew.
    whole_minutes = models.PositiveIntegerField(_("全长（分钟）"), null=True)
    credit_hours = models.DecimalField(_("学时"), max_digits=5, decimal_places=2)
    mode = models.CharField(_("学习方式"), max_length=9, choices=StudyMode)
    title = models.CharField(_("学了什么"), max_length=200)
    source = models.CharField(_("凭据"), max_length=8, choices=Source, default=Source.SESSION)
    # The primary key of the evidence in the table of its source.
    source_key = models.PositiveBigIntegerField(_("凭据编号"))
    session = models.ForeignKey(
        ClassSession,
        models.PROTECT,
        null=True,
        related_name="study_entries",
        verbose_name=_("一次课"),
    )
    # How often this evidence was posted for this person: 0 the first time, one more after
    # each correction. Together with source and key it makes posting repeatable.
    revision = models.PositiveSmallIntegerField(_("第几次登记"), default=0)
    rule = models.ForeignKey(
        HoursRule, models.PROTECT, related_name="study_entries", verbose_name=_("规则")
    )
    is_branch_study = models.BooleanField(_("算支部学习"), default=True)
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
    batch = models.ForeignKey(
        LedgerBatch,
        models.PROTECT,
        to_field="number",
        related_name="lines",
        verbose_name=_("批次"),
        db_index=False,
    )
    place = models.PositiveIntegerField(_("批次中第几行"))
    hash = models.BinaryField(max_length=32)

    class Meta:
        ordering = ["studied_on", "pk"]
        verbose_name = verbose_name_plural = _("学习台账")
        indexes = [
            models.Index(fields=["branch", "studied_on"], name="ledger_of_a_branch"),
            models.Index(fields=["person", "studied_on"], name="ledger_of_a_person"),
            # Nearly every line reverses none. SQLite, once it has counted (ANALYZE), takes the
            # unique index for useless by that, and reads the whole ledger for each line.
            models.Index(
                fields=["reverses"],
                condition=Q(reverses__isnull=False),
                name="reversals_of_a_line",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                name="evidence_is_posted_once_for_a_person",
                fields=["person", "source", "source_key", "revision"],
                condition=Q(is_reversal=False),
            ),
            models.UniqueConstraint(
                name="one_line_at_a_place_of_a_batch", fields=["batch", "place"]
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


class StudyNotice(models.Model):
    """To a home branch: its members have studied at another branch; the study counts at home.

    Who it was and for how long is read from the ledger.
    """

    branch = models.ForeignKey(
        Branch, models.CASCADE, related_name="notices", verbose_name=_("支部")
    )
    at_branch = models.ForeignKey(
        Branch, models.CASCADE, related_name="+", verbose_name=_("在哪个支部学的")
    )
    source = models.CharField(_("凭据"), max_length=8, choices=Source)
    source_key = models.PositiveBigIntegerField(_("凭据编号"))
    title = models.CharField(_("学了什么"), max_length=200)
    studied_on = models.DateField(_("日期"))
    sent_at = models.DateTimeField(_("通知时间"))
    read_at = models.DateTimeField(_("看过的时间"), null=True)
    read_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("谁看过")
    )

    class Meta:
        ordering = ["-sent_at", "-pk"]
        verbose_name = verbose_name_plural = _("外出学习通知")
        constraints = [
            models.UniqueConstraint(
                name="one_notice_of_an_evidence_to_a_branch",
                fields=["branch", "at_branch", "source", "source_key"],
            ),
        ]

    def __str__(self):
        return f"{self.branch} · {self.title}"
