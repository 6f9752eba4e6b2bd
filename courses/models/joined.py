"""One meeting that other organisations join: everybody in the same room (联训)."""

from django.db import models
from django.db.models import OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from courses.models.classes import ClassGroup, ClassSession


class JoinedClass(models.Model):
    """That an organisation is invited to one meeting, and with which of its classes it comes.

    Offered by the office of the meeting, accepted by the office of the invited; from then on
    whoever has a seat in `class_group` has one at that meeting. Either side may end it.
    """

    session = models.ForeignKey(ClassSession, models.PROTECT, related_name="joined")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="joined_classes")
    class_group = models.ForeignKey(
        ClassGroup, models.PROTECT, null=True, related_name="joined_sessions"
    )
    offered_at = models.DateTimeField()
    offered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["offered_at", "pk"]
        verbose_name = verbose_name_plural = _("一起上课的班")
        constraints = [
            models.UniqueConstraint(
                name="a_class_joins_a_meeting_once",
                fields=["session", "class_group"],
                condition=Q(ended_at=None, class_group__isnull=False),
            ),
            models.UniqueConstraint(
                name="an_organisation_is_invited_once_at_a_time",
                fields=["session", "organisation"],
                condition=Q(ended_at=None, class_group=None),
            ),
            models.CheckConstraint(
                name="a_class_joins_by_being_accepted",
                condition=Q(class_group=None, accepted_at=None)
                | Q(class_group__isnull=False, accepted_at__isnull=False),
            ),
        ]

    def __str__(self):
        return f"{self.session} + {self.class_group or self.organisation}"


def seats_at(*, session: str, class_group: str) -> Q:
    """The seats that count at a meeting, for a subquery of seats: those of its class, and those
    of the classes that join it. The names are those of the outer row's meeting and its class."""
    own = Q(class_group=OuterRef(class_group))
    joining = Q(
        class_group__joined_sessions__session=OuterRef(session),
        class_group__joined_sessions__ended_at=None,
    )
    return own | joining
