"""The room of a class session: its state, what was said, who was there.

`Classroom` is what really happens in a planned `ClassSession`. Everything that happens
in it is a numbered `RoomEvent`; presence is a `Visit` (a lease kept alive by heartbeats);
closing turns visits into one `Attendance` per person.
"""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from courses.models import ClassSession


class StudyMode(models.TextChoices):
    """How a stretch of study happened (学习方式)."""

    ON_SITE = "on_site", _("现场")
    LIVE = "live", _("直播")
    SHARED_SCREEN = "shared", _("集中收看")
    REPLAY = "replay", _("回放")
    DELIVERED = "delivered", _("送学")
    OWN_STUDY = "own", _("自学")
    EXTERNAL = "external", _("外部平台")


class Classroom(models.Model):
    """The room of one class session.

    Waiting until `started_at`, then teaching until `ended_at`; `closed_at` says that the
    visits were turned into attendance. `last_number` is the number of its last event.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("候课")
        TEACHING = "teaching", _("正在上课")
        ENDED = "ended", _("已下课")

    session = models.OneToOneField(ClassSession, models.PROTECT, related_name="classroom")
    recording = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    last_number = models.PositiveIntegerField(default=0)
    messages_paused = models.BooleanField(default=False)
    # The teacher's page that holds the class now, and the last sign of life from it: a
    # second page is told so and may take over.
    console = models.UUIDField(null=True, blank=True)
    console_seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("教室")
        constraints = [
            models.CheckConstraint(
                name="classroom_ends_after_it_started",
                condition=Q(ended_at=None) | Q(started_at=None) | Q(ended_at__gte=F("started_at")),
            ),
            models.CheckConstraint(
                name="classroom_is_closed_only_after_it_ended",
                condition=Q(closed_at=None) | Q(ended_at__isnull=False),
            ),
        ]

    def __str__(self):
        return str(self.session)

    @property
    def state(self) -> str:
        if self.ended_at:
            return self.State.ENDED
        return self.State.TEACHING if self.started_at else self.State.WAITING


class RoomEvent(models.Model):
    """Something that happened in a room, numbered without gaps within it."""

    class Kind(models.TextChoices):
        MESSAGE = "message", _("留言")
        HAND_UP = "hand_up", _("举手")
        HAND_DOWN = "hand_down", _("放下手")
        NO_SOUND = "no_sound", _("听不到")
        STATE = "state", _("状态")
        PICTURE = "picture", _("画面")
        PAUSED = "paused", _("暂停留言")

    classroom = models.ForeignKey(Classroom, models.CASCADE, related_name="events")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=Kind)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="room_events")
    # Made by the page: a repeated POST finds its first self.
    client_id = models.UUIDField(null=True)
    body = models.JSONField(default=dict)
    happened_at = models.DateTimeField()

    class Meta:
        ordering = ["classroom", "number"]
        constraints = [
            models.UniqueConstraint(
                name="room_events_are_numbered_once", fields=["classroom", "number"]
            ),
            models.UniqueConstraint(
                name="a_repeated_room_event_is_the_same_event",
                fields=["classroom", "person", "client_id"],
                condition=Q(client_id__isnull=False),
            ),
        ]

    def __str__(self):
        return f"{self.classroom} #{self.number} {self.kind}"


class Visit(models.Model):
    """A stretch of time of one person in one room on one device, half-open."""

    classroom = models.ForeignKey(Classroom, models.CASCADE, related_name="visits")
    person = models.ForeignKey(Person, models.PROTECT, related_name="visits")
    # A page names itself when it opens; two tabs are two devices.
    device = models.UUIDField()
    mode = models.CharField(max_length=9, choices=StudyMode, default=StudyMode.LIVE)
    entered_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

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
