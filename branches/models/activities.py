"""What a branch holds on its own (支部活动), and who was asked to it, came or stayed away."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Person, User
from branches.models.branches import Branch
from courses.models import ClassSession
from live.models import StudyMode


class BranchActivity(models.Model):
    """三会一课, a theme day, volunteering, a visit: planned, held, and closed by the secretary.

    Once it is closed, who was there is evidence: the ledger and the record are read from it.
    """

    class Kind(models.TextChoices):
        MEETING = "meeting", _("支部党员大会")
        COMMITTEE = "committee", _("支委会")
        GROUP = "group", _("党小组会")
        LECTURE = "lecture", _("党课")
        THEME_DAY = "theme", _("主题党日")
        LIFE = "life", _("组织生活会")
        VOLUNTEERING = "volunteer", _("志愿服务")
        VISIT = "visit", _("参观走访")

    class Audience(models.TextChoices):
        ALL = "all", _("全体成员")
        OFFICE = "office", _("书记和委员")
        GROUP = "group", _("一个党小组")
        CHOSEN = "chosen", _("点名的几位")

    branch = models.ForeignKey(
        Branch, models.PROTECT, related_name="activities", verbose_name=_("支部")
    )
    kind = models.CharField(_("类型"), max_length=9, choices=Kind)
    topic = models.CharField(_("主题"), max_length=150)
    # The day at the school, kept so that activities are listed and posted by one index.
    held_on = models.DateField(_("日期"))
    starts_at = models.DateTimeField(_("开始"))
    ends_at = models.DateTimeField(_("结束"))
    # How long, as the ledger counts it.
    minutes = models.PositiveSmallIntegerField(_("分钟"))
    place = models.CharField(_("地点"), max_length=100)
    chair = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("主持")
    )
    recorder = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("记录")
    )
    lecturer = models.CharField(_("讲课"), max_length=60, blank=True)
    guests = models.CharField(_("列席"), max_length=300, blank=True)
    notes = models.CharField(_("要带的、要知道的"), max_length=300, blank=True)
    audience = models.CharField(
        _("请哪些人"), max_length=6, choices=Audience, default=Audience.ALL
    )
    group = models.ForeignKey(
        Branch, models.PROTECT, null=True, related_name="+", verbose_name=_("党小组")
    )
    # The class that is watched together: who was in it was there, and has the line of the class.
    # A timetable that is planned anew does not wait for a plan to watch it.
    session = models.ForeignKey(
        ClassSession,
        models.SET_NULL,
        null=True,
        related_name="activities",
        verbose_name=_("一次课"),
    )
    planned_at = models.DateTimeField(_("安排时间"))
    planned_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    # Of the plan and of who was there: whoever saves has seen this moment.
    edited_at = models.DateTimeField(_("修改时间"))
    edited_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    # How often people were told of it, so that each is told each time once.
    told = models.PositiveSmallIntegerField(_("通知过几次"), default=0)
    cancelled_at = models.DateTimeField(_("取消时间"), null=True)
    cancelled_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    cancel_reason = models.CharField(_("为什么取消"), max_length=200, blank=True)
    closed_at = models.DateTimeField(_("到会写好"), null=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-starts_at", "-pk"]
        verbose_name = verbose_name_plural = _("支部活动")
        indexes = [
            models.Index(fields=["branch", "held_on"], name="activities_of_a_branch"),
            # The scheduler asks every minute what was written down lately.
            models.Index(fields=["edited_at"], name="activities_written_lately"),
        ]
        constraints = [
            models.CheckConstraint(
                name="activity_starts_before_it_ends",
                condition=Q(starts_at__lt=F("ends_at"), minutes__gte=1),
            ),
            models.CheckConstraint(
                name="a_cancelled_activity_says_why_and_was_not_held",
                condition=Q(cancelled_at=None) | ~Q(cancel_reason="") & Q(closed_at=None),
            ),
            models.CheckConstraint(
                name="an_activity_of_a_group_says_which",
                condition=Q(audience="group", group__isnull=False)
                | ~Q(audience="group") & Q(group=None),
            ),
            models.UniqueConstraint(
                name="one_activity_of_a_session_in_a_branch",
                fields=["branch", "session"],
                condition=Q(cancelled_at=None, session__isnull=False),
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.topic}"

    def state_in_words(self) -> str:
        if self.cancelled_at:
            return _("取消了：%(reason)s") % {"reason": self.cancel_reason}
        if self.closed_at:
            return _("写好了")
        return _("还没写到会")

    @property
    def is_study(self) -> bool:
        """Whether its time is study; that of volunteering is counted apart."""
        return self.kind != self.Kind.VOLUNTEERING


class Participation(models.Model):
    """One person and one activity: asked, answered, there or away, and why."""

    class Answer(models.TextChoices):
        COMES = "yes", _("来")
        STAYS_AWAY = "no", _("来不了")

    class KnownBy(models.TextChoices):
        CLASS = "class", _("课堂")
        LIST = "list", _("名单")
        PAPER = "paper", _("签到表")

    activity = models.ForeignKey(
        BranchActivity, models.CASCADE, related_name="people", verbose_name=_("支部活动")
    )
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="activities", verbose_name=_("姓名")
    )
    # 应到: asked for, and a member on that day.
    is_due = models.BooleanField(_("应到"), default=True)
    answer = models.CharField(_("答复"), max_length=3, choices=Answer, blank=True)
    answer_reason = models.CharField(_("来不了的原因"), max_length=100, blank=True)
    answered_at = models.DateTimeField(_("答复时间"), null=True)
    is_present = models.BooleanField(_("到了"), default=False)
    mode = models.CharField(
        _("怎样参加"), max_length=9, choices=StudyMode, default=StudyMode.ON_SITE
    )
    known_by = models.CharField(_("从哪知道"), max_length=5, choices=KnownBy, blank=True)
    away_reason = models.CharField(_("没来的原因"), max_length=100, blank=True)
    noted_at = models.DateTimeField(_("写下时间"), null=True)
    noted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    # Why it says something else than when the activity was closed.
    correction = models.CharField(_("为什么更正"), max_length=200, blank=True)

    class Meta:
        ordering = ["person__pinyin", "person_id"]
        verbose_name = verbose_name_plural = _("参加支部活动")
        constraints = [
            models.UniqueConstraint(
                name="one_participation_of_a_person_in_an_activity",
                fields=["activity", "person"],
            ),
            models.CheckConstraint(
                name="who_was_there_is_known_by_something",
                condition=Q(is_present=False) | ~Q(known_by=""),
            ),
        ]

    def __str__(self):
        return f"{self.person} · {self.activity}"

    @property
    def why_away(self) -> str:
        return self.away_reason or self.answer_reason
