"""Links of a class sent to its people."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Person, User
from courses.models import ClassSession


class SentLink(models.Model):
    """That somebody is sent the link of a class: by itself it is sent once."""

    session = models.ForeignKey(ClassSession, models.PROTECT, related_name="sent_links")
    person = models.ForeignKey(Person, models.PROTECT, related_name="sent_links")
    asked_at = models.DateTimeField()
    # None: the school's own job; else whoever of the staff asked for it, perhaps again.
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    # Written before it goes out: a job that was killed meanwhile does not send it again.
    sent_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["session", "person"]
        verbose_name = verbose_name_plural = _("课堂链接")
        constraints = [
            models.UniqueConstraint(
                name="a_link_is_sent_by_itself_once", fields=["session", "person"]
            ),
        ]

    def __str__(self):
        return f"{self.person} · {self.session}"
