"""What keeps the talk in a room friendly: words that hold a message, held ones, mutings."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, Person, User
from live.models.rooms import Classroom, RoomEvent


class HeldWord(models.Model):
    """A word that holds a message for the moderator, in classes of an organisation and beneath.

    Or, with `is_fine`, a phrase that holds nothing though such a word is in it.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="held_words")
    word = models.CharField(max_length=40)
    # As it is compared (live.words).
    folded = models.CharField(max_length=80)
    is_fine = models.BooleanField(default=False)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    removed_at = models.DateTimeField(null=True)
    removed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["folded"]
        verbose_name = verbose_name_plural = _("留言要先看的词")
        constraints = [
            models.UniqueConstraint(
                name="a_held_word_stands_once_in_an_organisation",
                fields=["organisation", "folded"],
                condition=Q(removed_at=None),
            ),
            models.CheckConstraint(name="a_held_word_has_letters", condition=~Q(folded="")),
        ]

    def __str__(self):
        return self.word


class HeldMessage(models.Model):
    """A message that waits for the moderator, or was looked at; it is never deleted."""

    classroom = models.ForeignKey(Classroom, models.CASCADE, related_name="held_messages")
    person = models.ForeignKey(Person, models.PROTECT, related_name="held_messages")
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    client_id = models.UUIDField()
    text = models.CharField(max_length=200)
    words = models.JSONField(default=list)
    held_at = models.DateTimeField()
    looked_at = models.DateTimeField(null=True)
    looked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    # What became of it, if it was let through.
    event = models.OneToOneField(RoomEvent, models.PROTECT, null=True, related_name="held")

    class Meta:
        ordering = ["held_at", "pk"]
        verbose_name = verbose_name_plural = _("等老师看的留言")
        constraints = [
            models.UniqueConstraint(
                name="a_repeated_held_message_is_the_same_message",
                fields=["classroom", "person", "client_id"],
            ),
            models.CheckConstraint(
                name="a_held_message_is_let_through_by_looking",
                condition=Q(event=None) | Q(looked_at__isnull=False),
            ),
        ]

    def __str__(self):
        return f"{self.classroom} {self.held_at:%H:%M}"


class Muting(models.Model):
    """Somebody writes no messages in one class, until `ended_at`; hands stay free."""

    classroom = models.ForeignKey(Classroom, models.CASCADE, related_name="mutings")
    person = models.ForeignKey(Person, models.PROTECT, related_name="mutings")
    began_at = models.DateTimeField()
    began_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["began_at", "pk"]
        verbose_name = verbose_name_plural = _("先不留言")
        constraints = [
            models.UniqueConstraint(
                name="somebody_is_muted_once_in_a_class",
                fields=["classroom", "person"],
                condition=Q(ended_at=None),
            )
        ]

    def __str__(self):
        return f"{self.person} · {self.classroom}"
