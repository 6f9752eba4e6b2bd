"""The branch's own record of a session, its signed versions, and who was away."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Person, User
from accounts.models.persons import private_storage
from branches.models.activities import BranchActivity
from branches.models.branches import Branch
from courses.models import ClassSession


class BranchRecord(models.Model):
    """The branch's own record of a session or an activity (支部学习记录): drafted here,
    completed by hand.

    Times, topic and who was there are always read from the activity, or from the session and
    the ledger; the row keeps only what a human being adds.  Once signed it is changed by new
    versions alone.
    """

    branch = models.ForeignKey(
        Branch, models.PROTECT, related_name="records", verbose_name=_("支部")
    )
    # Of an activity in which a class was watched together it has both.
    session = models.ForeignKey(
        ClassSession,
        models.PROTECT,
        null=True,
        related_name="branch_records",
        verbose_name=_("一次课"),
    )
    activity = models.ForeignKey(
        BranchActivity,
        models.PROTECT,
        null=True,
        related_name="records",
        verbose_name=_("支部活动"),
    )
    # The day at the school, kept so that records of every kind are listed by one index.
    held_on = models.DateField(_("日期"))
    chair = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("主持")
    )
    recorder = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("记录")
    )
    guests = models.CharField(_("列席"), max_length=300, blank=True)
    said = models.TextField(_("学习内容和发言"), blank=True)
    decided = models.TextField(_("议定事项"), blank=True)
    drafted_at = models.DateTimeField(_("写好初稿"))
    edited_at = models.DateTimeField(_("补充时间"), null=True, blank=True)
    edited_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("补充的人")
    )
    # Of the newest version; what was signed stands in the versions themselves.
    signed_on = models.DateField(_("签字日期"), null=True, blank=True)
    # Since when the facts differ from the newest version: said on the start page.
    facts_changed_at = models.DateTimeField(_("签字后情况有变"), null=True, blank=True)

    class Meta:
        ordering = ["-held_on", "pk"]
        verbose_name = verbose_name_plural = _("支部学习记录")
        indexes = [models.Index(fields=["branch", "held_on"], name="records_of_a_branch")]
        constraints = [
            models.UniqueConstraint(
                name="one_record_of_a_session_in_a_branch", fields=["branch", "session"]
            ),
            models.UniqueConstraint(
                name="one_record_of_an_activity_in_a_branch", fields=["branch", "activity"]
            ),
            models.CheckConstraint(
                name="a_record_is_of_a_session_or_an_activity",
                condition=Q(session__isnull=False) | Q(activity__isnull=False),
            ),
        ]

    def __str__(self):
        return f"{self.branch} · {self.held_on}"


class Absence(models.Model):
    """Why somebody was away, and what they made up for it (补学)."""

    class How(models.TextChoices):
        REPLAY = "replay", _("看回放")
        BOOKLET = "booklet", _("看读本")
        TALK = "talk", _("上门讲给他听")

    record = models.ForeignKey(
        BranchRecord, models.CASCADE, related_name="absences", verbose_name=_("记录")
    )
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="absences", verbose_name=_("姓名")
    )
    reason = models.CharField(_("没来的原因"), max_length=100, blank=True)
    how = models.CharField(_("怎样补学"), max_length=7, choices=How, blank=True)
    material = models.CharField(_("补学材料"), max_length=200, blank=True)
    made_up_on = models.DateField(_("哪天补的"), null=True, blank=True)
    minutes = models.PositiveSmallIntegerField(_("补学分钟"), null=True, blank=True)
    # When the person said that it is done; the secretary writes the day and the minutes.
    said_done_at = models.DateTimeField(_("本人说补完了"), null=True, blank=True)
    noted_at = models.DateTimeField(_("写下时间"))
    noted_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("写的人")
    )

    class Meta:
        ordering = ["person__pinyin", "pk"]
        verbose_name = verbose_name_plural = _("缺席和补学")
        indexes = [
            models.Index(
                fields=["noted_at"],
                name="made_up_lately",
                condition=Q(made_up_on__isnull=False),
            )
        ]
        constraints = [
            models.UniqueConstraint(
                name="one_absence_of_a_person_in_a_record", fields=["record", "person"]
            ),
            models.CheckConstraint(
                name="made_up_says_how_and_how_long",
                condition=Q(made_up_on=None) | ~Q(how="") & Q(minutes__gte=1),
            ),
        ]

    def __str__(self):
        return f"{self.person} · {self.record}"


class RecordVersion(models.Model):
    """A record as it was signed: kept whole, never changed (migration by trigger).

    `hash` covers the snapshot and the hash of the version before.
    """

    record = models.ForeignKey(
        BranchRecord, models.PROTECT, related_name="versions", verbose_name=_("记录")
    )
    number = models.PositiveSmallIntegerField(_("第几版"))
    snapshot = models.JSONField(_("内容"))
    hash = models.CharField(max_length=64)
    reason = models.CharField(_("为什么改"), max_length=200, blank=True)
    signed_on = models.DateField(_("签字日期"))
    made_at = models.DateTimeField(_("生成时间"))
    made_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("经办")
    )

    class Meta:
        ordering = ["record", "number"]
        verbose_name = verbose_name_plural = _("签过字的版本")
        constraints = [
            models.UniqueConstraint(
                name="one_version_of_a_number_of_a_record", fields=["record", "number"]
            ),
            models.CheckConstraint(
                name="a_later_version_says_why", condition=Q(number=1) | ~Q(reason="")
            ),
        ]

    def __str__(self):
        return f"{self.record} · {self.number}"


class RecordScan(models.Model):
    """The signed paper of a version, scanned or photographed; never changed."""

    version = models.ForeignKey(
        RecordVersion, models.PROTECT, related_name="scans", verbose_name=_("版本")
    )
    file = models.FileField(_("扫描件"), upload_to="record-scans", storage=private_storage)
    content_type = models.CharField(_("格式"), max_length=20)
    size = models.PositiveIntegerField(_("大小"))
    sha256 = models.CharField(max_length=64)
    uploaded_at = models.DateTimeField(_("上传时间"))
    uploaded_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("上传的人")
    )

    class Meta:
        ordering = ["uploaded_at", "pk"]
        verbose_name = verbose_name_plural = _("签字扫描件")
        constraints = [
            # The same file twice is one click too many.
            models.UniqueConstraint(
                name="a_scan_is_kept_once_for_a_version", fields=["version", "sha256"]
            ),
        ]

    def __str__(self):
        return f"{self.version} · {self.sha256[:8]}"
