"""What a person has in a class: a seat, a place in its queue, an offer of a seat."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Person, User
from courses.models.classes import ClassGroup, SeatPool
from courses.models.terms import RegistrationRound, Term


class Source(models.TextChoices):
    """How a place was asked for, or came to be. All weigh the same."""

    ONLINE = "online", _("网上报名")
    COUNTER = "counter", _("窗口报名")
    PHONE = "phone", _("电话报名")
    WAITING = "waiting", _("候补入班")
    DRAW = "draw", _("抽签抽中")
    TRANSFER = "transfer", _("转班")
    LATE = "late", _("补录（插班）")


class Enrolment(models.Model):
    """A seat of a person in a class. Rows are never deleted; who returns gets a new one."""

    Source = Source

    class_group = models.ForeignKey(ClassGroup, models.PROTECT, related_name="enrolments")
    pool = models.ForeignKey(SeatPool, models.PROTECT, related_name="enrolments")
    person = models.ForeignKey(Person, models.PROTECT, related_name="enrolments")
    round = models.ForeignKey(RegistrationRound, models.PROTECT, null=True, related_name="+")
    source = models.CharField(max_length=8, choices=Source)
    # Why there is a seat outside of every round: late admission says so.
    note = models.CharField(max_length=200, blank=True)
    # The name that the page gave its request: the same one again gets the same answer.
    key = models.UUIDField(null=True)
    seated_at = models.DateTimeField()
    # The login that did it; not the person's own when a proxy or the counter acted.
    seated_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    # The other one of a couple who asked to be placed together.
    partner = models.OneToOneField("self", models.PROTECT, null=True, related_name="+")
    # The seat in another class that was given up for this one.
    transferred_from = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="transferred_to"
    )
    # Present often enough (live), or so by the word of the office; for classes that want it.
    completed_on = models.DateField(null=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    withdrawn_because = models.CharField(max_length=200, blank=True)
    # Given up within the first ten minutes: shown and counted nowhere.
    undone = models.BooleanField(default=False)

    class Meta:
        ordering = ["seated_at", "pk"]
        verbose_name = verbose_name_plural = _("报名")
        constraints = [
            models.UniqueConstraint(
                name="one_live_seat_of_a_person_in_a_class",
                fields=["class_group", "person"],
                condition=Q(withdrawn_at=None),
            ),
            models.UniqueConstraint(
                name="one_seat_of_a_request", fields=["person", "key"], condition=~Q(key=None)
            ),
            models.CheckConstraint(
                name="enrolment_ends_after_it_began",
                condition=Q(withdrawn_at=None) | Q(withdrawn_at__gte=F("seated_at")),
            ),
            models.CheckConstraint(
                name="only_what_ended_is_undone",
                condition=Q(undone=False) | Q(withdrawn_at__isnull=False),
            ),
        ]

    def __str__(self):
        return f"{self.person} · {self.class_group}"

    def get_absolute_url(self):
        return reverse("courses:seat", args=[self.pk])


class WaitingEntry(models.Model):
    """A numbered place in the queue of full seats. A number is never used again."""

    class Outcome(models.TextChoices):
        SEATED = "seated", _("得到了座位")
        LEFT = "left", _("自己不排了")
        REFUSED = "refused", _("通知了，不要")
        EXPIRED = "expired", _("通知了，过期没答复")

    class_group = models.ForeignKey(ClassGroup, models.PROTECT, related_name="waiting")
    pool = models.ForeignKey(SeatPool, models.PROTECT, related_name="waiting")
    person = models.ForeignKey(Person, models.PROTECT, related_name="waiting")
    round = models.ForeignKey(RegistrationRound, models.PROTECT, null=True, related_name="+")
    number = models.PositiveIntegerField()
    source = models.CharField(max_length=8, choices=Source, default=Source.ONLINE)
    key = models.UUIDField(null=True)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    # The other one of a couple: they are offered two seats together, or none.
    partner = models.OneToOneField("self", models.PROTECT, null=True, related_name="+")
    left_at = models.DateTimeField(null=True, blank=True)
    left_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True)
    # The seat it turned into, if it did.
    enrolment = models.OneToOneField(
        Enrolment, models.PROTECT, null=True, blank=True, related_name="waited_as"
    )

    class Meta:
        ordering = ["pool", "number"]
        verbose_name = verbose_name_plural = _("候补")
        constraints = [
            models.UniqueConstraint(
                name="a_waiting_number_is_never_reused",
                fields=["pool", "number"],
            ),
            models.UniqueConstraint(
                name="one_live_waiting_place_of_a_person_in_a_class",
                fields=["class_group", "person"],
                condition=Q(left_at=None),
            ),
            models.UniqueConstraint(
                name="one_waiting_place_of_a_request",
                fields=["person", "key"],
                condition=~Q(key=None),
            ),
            models.CheckConstraint(
                name="a_waiting_place_that_was_left_says_why",
                condition=Q(left_at=None, outcome="")
                | (Q(left_at__isnull=False) & ~Q(outcome="")),
            ),
        ]

    def __str__(self):
        return f"{self.person} · {self.class_group} · {self.number}"

    def get_absolute_url(self):
        return reverse("courses:waiting_place", args=[self.pk])


class Offer(models.Model):
    """A free seat kept for whoever is next in line, until they answer or it expires (通知).

    For a couple one offer keeps two seats; its entry is the one with the smaller number.
    """

    class Answer(models.TextChoices):
        ACCEPTED = "accepted", _("要")
        REFUSED = "refused", _("不要")
        EXPIRED = "expired", _("过期没答复")
        # The class was cancelled, the file closed, the place left.
        VOID = "void", _("收回了")

    class Channel(models.TextChoices):
        LINK = "link", _("短信里的链接")
        PAGE = "page", _("自己的页面")
        PHONE = "phone", _("电话")
        COUNTER = "counter", _("窗口")
        CLOCK = "clock", _("到期")

    entry = models.ForeignKey(WaitingEntry, models.PROTECT, related_name="offers")
    pool = models.ForeignKey(SeatPool, models.PROTECT, related_name="offers")
    seats = models.PositiveSmallIntegerField(default=1)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    answer = models.CharField(max_length=8, choices=Answer, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    channel = models.CharField(max_length=8, choices=Channel, blank=True)
    # Who is on the telephone about it: nobody else calls meanwhile (courses.desk.calling).
    call_taken_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    call_taken_until = models.DateTimeField(null=True)

    class Meta:
        ordering = ["made_at", "pk"]
        verbose_name = verbose_name_plural = _("候补通知")
        constraints = [
            models.UniqueConstraint(
                name="nobody_is_offered_twice_at_once",
                fields=["entry"],
                condition=Q(answer=""),
            ),
            models.CheckConstraint(
                name="an_offer_is_for_one_or_a_couple", condition=Q(seats__in=(1, 2))
            ),
            models.CheckConstraint(
                name="an_answered_offer_says_when",
                condition=Q(answer="", answered_at=None)
                | (~Q(answer="") & Q(answered_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="a_call_that_was_taken_ends",
                condition=Q(call_taken_by=None, call_taken_until=None)
                | Q(call_taken_by__isnull=False, call_taken_until__isnull=False),
            ),
        ]

    def __str__(self):
        return f"{self.entry} {self.get_answer_display()}"


class CallAttempt(models.Model):
    """One telephone call about an offer."""

    class Outcome(models.TextChoices):
        NO_ANSWER = "none", _("没人接")
        WRONG = "wrong", _("号码不对")
        LATER = "later", _("想一想，再打")
        ACCEPTED = "accepted", _("要这个座位")
        REFUSED = "refused", _("不要了")

    offer = models.ForeignKey(Offer, models.PROTECT, related_name="calls")
    called_at = models.DateTimeField()
    called_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=8, choices=Outcome)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["called_at", "pk"]
        verbose_name = verbose_name_plural = _("电话记录")

    def __str__(self):
        return f"{self.offer} {self.get_outcome_display()}"


class RelativeConsent(models.Model):
    """A relative's word that somebody past a class's age may learn, for one term."""

    class How(models.TextChoices):
        ONLINE = "online", _("家属在网上同意")
        PAPER = "paper", _("书面")
        PHONE = "phone", _("电话里同意")

    person = models.ForeignKey(Person, models.CASCADE, related_name="relative_consents")
    term = models.ForeignKey(Term, models.PROTECT, related_name="relative_consents")
    relative = models.CharField(_("家属姓名"), max_length=30)
    relation = models.CharField(_("是本人的什么人"), max_length=20)
    phone = models.CharField(_("家属手机号"), max_length=11, blank=True)
    how = models.CharField(_("怎样同意的"), max_length=6, choices=How)
    given_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-given_at"]
        verbose_name = verbose_name_plural = _("家属同意")
        constraints = [
            models.UniqueConstraint(
                name="one_relatives_consent_of_a_term", fields=["person", "term"]
            ),
        ]

    def __str__(self):
        return f"{self.person} · {self.term}"


class RelativeRequest(models.Model):
    """A relative asked by SMS whether somebody past a class's age may learn this term."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="relative_requests")
    term = models.ForeignKey(Term, models.CASCADE, related_name="+")
    relative = models.CharField(_("家属姓名"), max_length=30)
    relation = models.CharField(_("是本人的什么人"), max_length=20)
    phone = models.CharField(_("家属手机号"), max_length=11)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    agrees = models.BooleanField(null=True)

    class Meta:
        ordering = ["-asked_at", "-pk"]
        verbose_name = verbose_name_plural = _("问家属")
        constraints = [
            models.CheckConstraint(
                name="an_answer_of_a_relative_says_when",
                condition=Q(agrees=None, answered_at=None)
                | Q(agrees__isnull=False, answered_at__isnull=False),
            ),
        ]

    def __str__(self):
        return f"{self.person} · {self.relative}"
