"""Name lists that offices send (名册), and what becomes of each of their rows."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.logins import User
from accounts.models.organisations import Organisation
from accounts.models.persons import Person, private_storage
from common.sealed import SealedTextField


class RosterImport(models.Model):
    """One uploaded file on its way into the files of people."""

    class State(models.TextChoices):
        READING = "reading", _("正在读取")
        MAPPING = "mapping", _("等待核对各列")
        CHECKING = "checking", _("正在核对")
        PREVIEWED = "previewed", _("等待写入")
        APPLYING = "applying", _("正在写入")
        APPLIED = "applied", _("已写入")
        FAILED = "failed", _("没有读成")
        DROPPED = "dropped", _("已放弃")

    class Choice(models.TextChoices):
        """Which of the clean rows somebody wants written."""

        CLEAN = "clean", _("新增和有变化的")
        NEW = "new", _("只写新增的")
        CHANGED = "changed", _("只写有变化的")

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="rosters", verbose_name=_("组织机构")
    )
    file_name = models.CharField(_("文件名"), max_length=200)
    # Deleted as soon as the rows are applied or dropped.
    file = models.FileField(upload_to="rosters", storage=private_storage, blank=True)
    state = models.CharField(_("状态"), max_length=9, choices=State, default=State.READING)
    # What is wrong with the file as a whole, in words.
    problem = models.TextField(blank=True)
    sheet = models.CharField(max_length=200, blank=True)
    sheets = models.JSONField(default=list)
    # {"headings": [heading…], "fields": {column: field}}: guessed, then corrected by a person.
    mapping = models.JSONField(default=dict)
    # JSON: the first rows, by which a person tells what a column is.
    samples = SealedTextField(blank=True, default="")
    # Whether the office has the persons' consent on paper to hand over their ID numbers.
    with_consent = models.BooleanField(_("已取得本人同意（纸面）"), default=False)
    # As they were found: {"new": 12, "same": 3, …}
    counts = models.JSONField(default=dict)
    chosen = models.CharField(max_length=7, choices=Choice, default=Choice.CLEAN)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    # A sign of life of the job that works on it.
    worked_at = models.DateTimeField(default=timezone.now)
    uploaded_at = models.DateTimeField(_("上传时间"), default=timezone.now)
    uploaded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    applied_at = models.DateTimeField(_("写入时间"), null=True, blank=True)
    applied_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    # A job is at work on it, or should be.
    WORKING = (State.READING, State.CHECKING, State.APPLYING)

    class Meta:
        ordering = ["-uploaded_at", "-pk"]
        verbose_name = verbose_name_plural = _("名册")

    def __str__(self):
        return self.file_name

    @property
    def is_working(self) -> bool:
        return self.state in self.WORKING


class RosterChunk(models.Model):
    """Some hundred rows of a roster in their order, sealed in one piece.

    Each has a mark for every row (accounts.roster.entries.Mark), so that counting and
    choosing need not open it. Who writes rows into files holds their chunk.
    """

    roster = models.ForeignKey(RosterImport, models.CASCADE, related_name="chunks")
    number = models.PositiveIntegerField()
    marks = models.TextField()
    content = models.TextField()

    class Meta:
        ordering = ["roster", "number"]
        constraints = [
            models.UniqueConstraint(
                name="a_chunk_of_a_roster_stands_once", fields=["roster", "number"]
            ),
        ]

    def __str__(self):
        return f"{self.roster} {self.number}"


class RosterRow(models.Model):
    """A row that somebody must look at, and what they decided."""

    class Verdict(models.TextChoices):
        NEW = "new", _("新增")
        SAME = "same", _("没有变化")
        CHANGED = "changed", _("有变化")
        REVIEW = "review", _("需要审核")
        REFUSED = "refused", _("不能写入")

    class Decision(models.TextChoices):
        NEW = "new", _("作为新人写入")
        UPDATE = "update", _("更新这份档案")
        SKIP = "skip", _("不写入")

    roster = models.ForeignKey(RosterImport, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(_("行号"))
    # Whose reviewer settles it: where the file is to be, or else where the roster is from.
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="roster_rows", verbose_name=_("组织机构")
    )
    name = models.CharField(_("姓名"), max_length=40, blank=True)
    # JSON of an accounts.roster.entries.Entry: what the row says is personal data.
    values = SealedTextField(default="")
    # The file that it may be about, and in the end the one that was written.
    person = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    decision = models.CharField(_("决定"), max_length=6, choices=Decision, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["roster", "number"]
        verbose_name = verbose_name_plural = _("名册的行")
        constraints = [
            models.UniqueConstraint(name="a_roster_row_stands_once", fields=["roster", "number"]),
        ]
        indexes = [models.Index(fields=["organisation", "decision"], name="rows_to_be_settled")]

    def __str__(self):
        return f"{self.roster} {self.number}"
