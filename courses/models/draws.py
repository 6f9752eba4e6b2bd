"""Seats by lot: wishes, and the public draw that answers them."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Person, User
from common.sealed import SealedTextField
from courses.models.classes import SeatPool
from courses.models.places import Source
from courses.models.terms import RegistrationRound


class Application(models.Model):
    """A person's ranked wishes in a round that is drawn (抽签报名). Its number is the receipt."""

    round = models.ForeignKey(RegistrationRound, models.PROTECT, related_name="applications")
    person = models.ForeignKey(Person, models.PROTECT, related_name="applications")
    number = models.PositiveIntegerField()
    source = models.CharField(max_length=8, choices=Source, default=Source.ONLINE)
    key = models.UUIDField(null=True)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    # Couples are drawn as one: both have the same wishes.
    partner = models.OneToOneField("self", models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["round", "number"]
        verbose_name = verbose_name_plural = _("抽签报名")
        constraints = [
            models.UniqueConstraint(
                name="an_application_number_is_never_reused", fields=["round", "number"]
            ),
            models.UniqueConstraint(
                name="one_live_application_of_a_person_in_a_round",
                fields=["round", "person"],
                condition=Q(withdrawn_at=None),
            ),
            models.UniqueConstraint(
                name="one_application_of_a_request",
                fields=["person", "key"],
                condition=~Q(key=None),
            ),
        ]

    def __str__(self):
        return f"{self.person} · {self.round} · {self.number}"

    def get_absolute_url(self):
        return reverse("courses:application", args=[self.pk])


class Wish(models.Model):
    """One class, in one way of attending, that an application wants; rank 1 is the dearest."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="wishes")
    pool = models.ForeignKey(SeatPool, models.PROTECT, related_name="wishes")
    rank = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["application", "rank"]
        verbose_name = verbose_name_plural = _("志愿")
        constraints = [
            models.UniqueConstraint(name="one_wish_of_a_rank", fields=["application", "rank"]),
            models.UniqueConstraint(name="a_wish_is_made_once", fields=["application", "pool"]),
        ]

    def __str__(self):
        return f"{self.application} {self.rank}"


class Draw(models.Model):
    """The public draw of a round: frozen list, promised seed, public number, result.

    `list_text` and `result_text` are the published files, byte for byte; their hashes and
    the seed's are published when the list is frozen, the seed when the draw is made.
    """

    round = models.OneToOneField(RegistrationRound, models.PROTECT, related_name="draw")
    # Which public number will be used, announced before anybody can know it.
    number_source = models.CharField(_("用哪个公开的数"), max_length=200)
    frozen_at = models.DateTimeField()
    frozen_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    list_text = models.TextField()
    list_sha256 = models.CharField(max_length=64)
    seed = SealedTextField()
    seed_sha256 = models.CharField(max_length=64)
    public_number = models.CharField(_("公开的数"), max_length=200, blank=True)
    witnesses = models.CharField(_("见证人"), max_length=200, blank=True)
    # What was typed in, and is being drawn with in the background; it cannot be taken back.
    asked_number = models.CharField(max_length=200, blank=True)
    asked_witnesses = models.CharField(max_length=200, blank=True)
    asked_at = models.DateTimeField(null=True)
    asked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    # What the lots said, while the places are written one part after the other: how many
    # parts there are and how many are written.
    decided_text = models.TextField(blank=True)
    to_write = models.PositiveIntegerField(default=0)
    written = models.PositiveIntegerField(default=0)
    drawn_at = models.DateTimeField(null=True)
    drawn_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    result_text = models.TextField(blank=True)
    result_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["-frozen_at"]
        verbose_name = verbose_name_plural = _("抽签")
        constraints = [
            models.CheckConstraint(
                name="a_draw_has_its_number_and_its_result_together",
                condition=Q(drawn_at=None, public_number="", result_text="")
                | (Q(drawn_at__isnull=False) & ~Q(public_number="") & ~Q(result_text="")),
            ),
        ]

    def __str__(self):
        return str(self.round)

    def get_absolute_url(self):
        return reverse("courses:draw", args=[self.pk])

    @property
    def percent(self) -> int:
        """How much of what the lots said is written, for who waits for it."""
        return 100 * self.written // self.to_write if self.to_write else 0
