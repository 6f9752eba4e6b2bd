"""A question to the room with a few answers, and what was voted."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Person, User
from live.models.rooms import Classroom


class Poll(models.Model):
    """A question with two to five answers; open until `closed_at`, one at a time in a room."""

    classroom = models.ForeignKey(Classroom, models.CASCADE, related_name="polls")
    key = models.UUIDField(default=uuid.uuid4)
    question = models.CharField(max_length=60)
    answers = models.JSONField()
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["asked_at", "pk"]
        verbose_name = verbose_name_plural = _("投票")
        constraints = [
            models.UniqueConstraint(
                name="one_open_poll_in_a_room", fields=["classroom"], condition=Q(closed_at=None)
            ),
            models.UniqueConstraint(
                name="a_repeated_poll_is_the_same_poll", fields=["classroom", "key"]
            ),
        ]

    def __str__(self):
        return self.question


class Vote(models.Model):
    """One press of a person; the latest counts. Nobody but counting sees it."""

    poll = models.ForeignKey(Poll, models.CASCADE, related_name="votes")
    person = models.ForeignKey(Person, models.PROTECT, related_name="votes")
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    choice = models.PositiveSmallIntegerField()
    # Made by the page: a repeated POST finds its first self, also behind a later choice.
    client_id = models.UUIDField()
    cast_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        verbose_name = verbose_name_plural = _("投的票")
        constraints = [
            models.UniqueConstraint(
                name="a_repeated_vote_is_the_same_vote", fields=["poll", "person", "client_id"]
            )
        ]

    def __str__(self):
        return f"{self.poll_id} · {self.choice}"
