"""Two files of one human being made one, and how to take that back."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.logins import User
from accounts.models.persons import Person
from common.sealed import SealedTextField


class Merge(models.Model):
    """Which file went into which; its journal knows every row that moved."""

    kept = models.ForeignKey(Person, models.PROTECT, related_name="merges_kept")
    dropped = models.ForeignKey(Person, models.PROTECT, related_name="merges_dropped")
    merged_at = models.DateTimeField(default=timezone.now)
    merged_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    # {"rows": {"courses.Enrolment.person": [pk, …]}} and what other apps moved.
    journal = models.JSONField(default=dict)
    # JSON: what the kept file's own fields held before and after; personal data, so sealed.
    facts = SealedTextField(default="")

    class Meta:
        ordering = ["-merged_at", "-pk"]
        verbose_name = verbose_name_plural = _("并档")

    def __str__(self):
        return f"{self.dropped} → {self.kept}"


class NotSame(models.Model):
    """Two files that somebody looked at and found to be two human beings."""

    one = models.ForeignKey(Person, models.CASCADE, related_name="+")
    other = models.ForeignKey(Person, models.CASCADE, related_name="+")
    said_at = models.DateTimeField(default=timezone.now)
    said_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = _("不是同一人")
        constraints = [
            models.UniqueConstraint(name="two_files_are_told_apart_once", fields=["one", "other"]),
            models.CheckConstraint(
                name="two_files_are_told_apart_in_order",
                condition=models.Q(one__lt=models.F("other")),
            ),
        ]

    def __str__(self):
        return f"{self.one} ≠ {self.other}"
