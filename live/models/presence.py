"""Who was there: visits, and the attendance they come to."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Person, User
from courses.models import ClassSession
from live.models.rooms import Classroom


class StudyMode(models.TextChoices):
    """How a stretch of study happened (学习方式)."""

    ON_SITE = "on_site", _("现场")
    LIVE = "live", _("直播")
    SHARED_SCREEN = "shared", _("集中收看")
    REPLAY = "replay", _("回放")
    DELIVERED = "delivered", _("送学")
    OWN_STUDY = "own", _("自学")
    EXTERNAL = "external", _("外部平台")


class Visit(models.Model):
    """A stretch of time of one person in one room on one device, half-open."""

    classroom = models.ForeignKey(Classroom, models.CASCADE, related_name="visits")
    person = models.ForeignKey(Person, models.PROTECT, related_name="visits")
    # A page names itself when it opens; two tabs are two devices.
    device = models.UUIDField()
    mode = models.CharField(max_length=9, choices=StudyMode, default=StudyMode.LIVE)
    # The login that entered; not the person's own when somebody acted for them, or on whose
    # device they study.
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    # Somebody said that the person went: no beat and no return makes this visit longer.
    is_over = models.BooleanField(default=False)
    # How the class arrives there now (live.reception); forgotten when it is closed.
    sound = models.CharField(max_length=7, default="unknown")
    shows = models.CharField(max_length=7, default="picture")
    is_stalled = models.BooleanField(default=False)

    class Meta:
        ordering = ["entered_at", "pk"]
        indexes = [
            models.Index(fields=["classroom", "last_seen_at"], name="visits_seen_lately"),
        ]
        constraints = [
            models.CheckConstraint(
                name="visit_is_seen_after_it_began",
                condition=Q(last_seen_at__gte=F("entered_at")),
            ),
        ]

    def __str__(self):
        return f"{self.person} {self.entered_at:%H:%M}"


class Attendance(models.Model):
    """What one person has for one session: the union of their visits."""

    session = models.ForeignKey(ClassSession, models.PROTECT, related_name="attendances")
    person = models.ForeignKey(Person, models.PROTECT, related_name="attendances")
    mode = models.CharField(max_length=9, choices=StudyMode)
    seconds = models.PositiveIntegerField(default=0)
    # The session's own length that it was measured against.
    session_seconds = models.PositiveIntegerField()
    # The united stretches, ISO times: the evidence behind the number.
    spans = models.JSONField(default=list)
    is_present = models.BooleanField()

    class Meta:
        ordering = ["session", "person"]
        verbose_name = verbose_name_plural = _("到课")
        constraints = [
            models.UniqueConstraint(
                name="one_attendance_of_a_person_in_a_session", fields=["session", "person"]
            ),
            models.CheckConstraint(
                name="attendance_is_not_longer_than_the_session",
                condition=Q(seconds__lte=F("session_seconds")),
            ),
        ]

    def __str__(self):
        return f"{self.person} · {self.session}"

    @property
    def minutes(self) -> int:
        """Whole minutes, halves rounded up."""
        return (self.seconds + 30) // 60

    @property
    def session_minutes(self) -> int:
        return (self.session_seconds + 30) // 60
