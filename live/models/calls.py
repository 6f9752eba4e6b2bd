"""One-to-one lines of a room: a learner who has the floor, a phone as second camera."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from live.models.rooms import Classroom, RoomEvent


class Call(models.Model):
    """A line between the teacher's page and one other page, as the two arrange it.

    `offer` comes from the other page and `answer` from the teacher's; both hold network
    addresses and are cleared when the call ends. Whose floor it is says the event `given`.
    """

    class Kind(models.TextChoices):
        FLOOR = "floor", _("发言")
        CAMERA = "camera", _("第二摄像头")

    class State(models.TextChoices):
        OFFERED = "offered", _("等学员答应")
        SPEAKING = "speaking", _("正在发言")
        ENDED = "ended", _("已结束")

    classroom = models.ForeignKey(Classroom, models.CASCADE, related_name="calls")
    kind = models.CharField(max_length=10, choices=Kind)
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    given = models.ForeignKey(RoomEvent, models.CASCADE, null=True, related_name="calls")
    offer = models.TextField(blank=True)
    answer = models.TextField(blank=True)
    asked_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["classroom", "asked_at"]
        constraints = [
            models.UniqueConstraint(
                name="one_open_call_of_a_kind_per_room",
                fields=["classroom", "kind"],
                condition=Q(ended_at=None),
            )
        ]

    def __str__(self):
        return f"{self.classroom} {self.kind} {self.state}"

    @property
    def state(self) -> str:
        if self.ended_at:
            return self.State.ENDED
        return self.State.SPEAKING if self.begun_at else self.State.OFFERED
