"""The room of one session and the numbered events in it."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Person, User
from courses.models import ClassSession


def agent_name(by: User | None, themselves: set[int]) -> str:
    """The name of the login `by`, if it is nobody of `themselves` (persons); else nothing.

    Of a login without a file nobody is shown the number.
    """
    own = by and by.person
    if by is None or (own and {own.pk, own.merged_into_id} & themselves):
        return ""
    return own.name if own else str(_("家人"))


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
    # When any page to teach from was last seen open, also before the begin.
    teacher_seen_at = models.DateTimeField(null=True, blank=True)

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
        SLIDE = "slide", _("课件")
        FLOOR = "floor", _("发言")
        # Of these the body names nobody: they tell the pages of those who help to look again.
        HELD = "held", _("等老师看的留言")
        HIDDEN = "hidden", _("收起一条留言")
        MUTED = "muted", _("请一位先不留言")
        HELPED = "helped", _("已帮好")
        POLL = "poll", _("投票")
        CAPTION = "caption", _("字幕")

    classroom = models.ForeignKey(Classroom, models.CASCADE, related_name="events")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=Kind)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="room_events")
    # The login that did it; not the person's own when somebody acted for them.
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    # Made by the page: a repeated POST finds its first self.
    client_id = models.UUIDField(null=True)
    body = models.JSONField(default=dict)
    happened_at = models.DateTimeField()
    # A message that was taken from all pages; its text stays here, as a trace.
    hidden_at = models.DateTimeField(null=True)

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

    @property
    def agent(self) -> str:
        """Who did it for the person; nothing where they, or the teacher, did it themselves."""
        if self.person_id is None or self.body.get("teacher"):
            return ""
        return agent_name(self.by, {self.person_id})
