"""A link by which somebody stands in at one meeting (代课)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Person, User
from courses.models.classes import ClassSession


class SubstituteLink(models.Model):
    """Made by the teacher or the office; the first to take it teaches that meeting."""

    session = models.ForeignKey(ClassSession, models.PROTECT, related_name="substitute_links")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    taken_at = models.DateTimeField(null=True)
    taken_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="substitute_links"
    )
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["made_at", "pk"]
        verbose_name = verbose_name_plural = _("代课链接")
        constraints = [
            models.UniqueConstraint(
                name="one_working_substitute_link_of_a_meeting",
                fields=["session"],
                condition=Q(revoked_at=None),
            ),
            models.CheckConstraint(
                name="a_substitute_link_is_taken_by_somebody",
                condition=Q(taken_at=None, taken_by=None)
                | Q(taken_at__isnull=False, taken_by__isnull=False),
            ),
        ]

    def __str__(self):
        return f"{self.session} · {self.taken_by or '—'}"
