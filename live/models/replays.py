"""The class once more: what becomes of its recording, and who has seen how much of it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, Person, User
from courses.models import ClassGroup
from live.models.rooms import Classroom


class ReplayRule(models.Model):
    """When replays open and how long they stay, from a day on: for an organisation and all
    beneath it, or for one class. A change is a new row."""

    class Opens(models.TextChoices):
        AT_ONCE = "at_once", _("下课就能看")
        AFTER_REVIEW = "review", _("老师或教务看过、放行以后才能看")

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="replay_rules"
    )
    class_group = models.ForeignKey(
        ClassGroup, models.PROTECT, null=True, related_name="replay_rules"
    )
    valid_from = models.DateField(_("从哪天起"))
    opens = models.CharField(_("什么时候能看"), max_length=7, choices=Opens)
    # None: for as long as there is room.
    keep_days = models.PositiveSmallIntegerField(_("保留多少天"), null=True, blank=True)
    set_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        ordering = ["valid_from", "pk"]
        verbose_name = verbose_name_plural = _("回放规定")
        constraints = [
            models.CheckConstraint(
                name="replay_rule_is_of_an_organisation_or_a_class",
                condition=Q(organisation=None, class_group__isnull=False)
                | Q(organisation__isnull=False, class_group=None),
            ),
            models.UniqueConstraint(
                name="one_replay_rule_from_a_day_in_an_organisation",
                fields=["organisation", "valid_from"],
            ),
            models.UniqueConstraint(
                name="one_replay_rule_from_a_day_for_a_class",
                fields=["class_group", "valid_from"],
            ),
            models.CheckConstraint(
                name="a_replay_is_kept_a_week_or_longer",
                condition=Q(keep_days=None) | Q(keep_days__gte=7),
            ),
        ]

    def __str__(self):
        return f"{self.organisation or self.class_group} {self.valid_from}"


class Replay(models.Model):
    """The recording of an ended class and what people decided about it.

    Times within it are seconds of the whole recording, whatever was cut: a cut hides, and
    can be taken back. `seconds` is what is left to see.
    """

    classroom = models.OneToOneField(Classroom, models.PROTECT, related_name="replay")
    whole_seconds = models.FloatField(default=0)
    cut_start = models.FloatField(default=0)
    # None: to its end.
    cut_end = models.FloatField(null=True)
    bytes = models.PositiveBigIntegerField(default=0)
    # Names that the teacher gave to chapters, by the number of their event.
    chapter_names = models.JSONField(default=dict)
    released_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    withheld_at = models.DateTimeField(null=True)
    withheld_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    withheld_reason = models.CharField(max_length=200, blank=True)
    # Kept whatever the rule says.
    is_pinned = models.BooleanField(default=False)
    # Announced a week or more before: the day from which it is gone.
    leaves_on = models.DateField(null=True)
    deleted_at = models.DateTimeField(null=True)
    deleted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    # The copy in one file that a teacher asked for, until it is cleared away again.
    copy_asked_at = models.DateTimeField(null=True)
    copy_percent = models.PositiveSmallIntegerField(default=0)
    copy_ready_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("回放")
        constraints = [
            models.CheckConstraint(
                name="a_withheld_replay_says_why",
                condition=Q(withheld_at=None) | ~Q(withheld_reason=""),
            ),
            models.CheckConstraint(
                name="a_replay_is_cut_within_itself",
                condition=Q(cut_start__gte=0)
                & (Q(cut_end=None) | Q(cut_end__gt=models.F("cut_start"))),
            ),
        ]

    def __str__(self):
        return str(self.classroom)

    @property
    def ends(self) -> float:
        """Where what is left to see ends."""
        return self.whole_seconds if self.cut_end is None else self.cut_end

    @property
    def seconds(self) -> float:
        return max(self.ends - self.cut_start, 0.0)


class ReplayStudy(models.Model):
    """What one person has seen of one recording: stretches of it, united, and where they
    stopped. Counted apart from attendance (mode REPLAY)."""

    classroom = models.ForeignKey(Classroom, models.PROTECT, related_name="replay_studies")
    person = models.ForeignKey(Person, models.PROTECT, related_name="replay_studies")
    # [from, to) in seconds of the whole recording, apart from each other: the evidence.
    spans = models.JSONField(default=list)
    seconds = models.PositiveIntegerField(default=0)
    # The length of the replay that it was measured against.
    replay_seconds = models.PositiveIntegerField(default=0)
    position = models.FloatField(default=0)
    speed_percent = models.PositiveSmallIntegerField(default=100)
    seen_at = models.DateTimeField()
    # Up to this moment their time has been counted, on whatever device.
    counted_until = models.DateTimeField(null=True)
    # When enough of it had been seen to count as made up.
    enough_at = models.DateTimeField(null=True)
    # So many seconds the apps above have been told of.
    told_seconds = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["classroom", "person"]
        verbose_name = verbose_name_plural = _("回放补学")
        constraints = [
            models.UniqueConstraint(
                name="one_replay_study_of_a_person_in_a_room", fields=["classroom", "person"]
            ),
            models.CheckConstraint(
                name="replay_is_played_at_a_speed_to_follow",
                condition=Q(speed_percent__range=(75, 150)),
            ),
        ]

    def __str__(self):
        return f"{self.person} · {self.classroom}"

    @property
    def minutes(self) -> int:
        """Whole minutes, halves rounded up."""
        return (self.seconds + 30) // 60
