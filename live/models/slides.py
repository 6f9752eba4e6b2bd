"""The slides a teacher brought to a room: what is known of them besides their pictures."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from live.models.rooms import Classroom


class SlideDeck(models.Model):
    """A PDF or some pictures, rendered once; the pages lie in the recording's folder.

    `titles` has one entry per page: its first line, as far as it has one.
    """

    classroom = models.ForeignKey(Classroom, models.CASCADE, related_name="decks")
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=80)
    pages = models.PositiveSmallIntegerField()
    titles = models.JSONField(default=list)
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["classroom", "added_at"]
        verbose_name = verbose_name_plural = _("课件")
        constraints = [
            models.CheckConstraint(name="slide_deck_has_a_page", condition=Q(pages__gt=0))
        ]

    def __str__(self):
        return self.name

    def title(self, page: int) -> str:
        return self.titles[page - 1] if page <= len(self.titles) else ""
