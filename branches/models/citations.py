"""What a branch may write about its members beside their study: stars and points by hand.

Both are off until an organisation switches them on.  Nothing here is computed from minutes,
and nothing puts people in order.
"""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, Person, User
from branches.models.activities import BranchActivity
from branches.models.branches import Branch


class Extras(models.Model):
    """Which of the optional things an organisation and all beneath it use, unless one beneath
    has a row of its own."""

    organisation = models.OneToOneField(
        Organisation, models.CASCADE, related_name="extras", verbose_name=_("组织机构")
    )
    stars = models.BooleanField(_("星级评定"), default=False)
    points = models.BooleanField(_("积分"), default=False)
    volunteering = models.BooleanField(_("志愿服务时间"), default=False)
    talents = models.BooleanField(_("我愿意教"), default=False)
    set_at = models.DateTimeField(_("写下时间"))
    set_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = _("选用的项目")

    def __str__(self):
        return str(self.organisation)


class Citation(models.Model):
    """A line about one member: a star that a meeting of the branch decided, or points and what
    for.

    Append-only: a wrong line is withdrawn by a second one with its reason, and stays readable.
    """

    class Kind(models.TextChoices):
        STAR = "star", _("星级评定")
        POINTS = "points", _("积分")

    kind = models.CharField(_("类型"), max_length=6, choices=Kind)
    branch = models.ForeignKey(
        Branch, models.PROTECT, related_name="citations", verbose_name=_("支部")
    )
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="citations", verbose_name=_("姓名")
    )
    year = models.PositiveSmallIntegerField(_("年份"))
    # Stars from 1 to 5, or points.
    amount = models.PositiveSmallIntegerField(
        _("几星、几分"), validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    # Of points the day of the deed; of a star its meeting, if that was planned here.
    happened_on = models.DateField(_("哪天"), null=True)
    activity = models.ForeignKey(
        BranchActivity, models.PROTECT, null=True, related_name="+", verbose_name=_("哪次会")
    )
    # What the points are for, or which meeting it was.
    words = models.CharField(_("依据"), max_length=200, blank=True)
    entered_at = models.DateTimeField(_("写下时间"))
    entered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    withdraws = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        related_name="withdrawn_by",
        verbose_name=_("撤回哪一行"),
    )
    reason = models.CharField(_("为什么撤回"), max_length=200, blank=True)

    class Meta:
        ordering = ["person__pinyin", "person_id", "-year", "pk"]
        verbose_name = verbose_name_plural = _("星级和积分")
        indexes = [models.Index(fields=["branch", "kind", "year"], name="citations_of_a_branch")]
        constraints = [
            models.CheckConstraint(
                name="a_citation_is_of_some_stars_or_points",
                condition=Q(kind="star", amount__range=(1, 5))
                | Q(kind="points", amount__range=(1, 100), happened_on__isnull=False),
            ),
            models.CheckConstraint(
                name="a_citation_says_what_it_rests_on",
                condition=~Q(words="") | Q(activity__isnull=False),
            ),
            models.CheckConstraint(
                name="withdrawing_a_citation_needs_a_reason",
                condition=Q(withdraws=None, reason="")
                | Q(withdraws__isnull=False) & ~Q(reason=""),
            ),
        ]

    def __str__(self):
        return f"{self.person} {self.in_words()}"

    def in_words(self) -> str:
        if self.kind == self.Kind.STAR:
            return _("%(count)s 星") % {"count": self.amount}
        return _("%(count)s 分") % {"count": self.amount}

    def basis_in_words(self) -> str:
        if not self.activity:
            return self.words
        return f"{self.activity.get_kind_display()} {self.activity.held_on.isoformat()}"
