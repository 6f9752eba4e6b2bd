"""Party organisations, their members and offices."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from treebeard.mp_tree import MP_Node, MP_NodeManager

from accounts.models import Organisation, Person, User
from courses.models import ClassGroup


class Branch(MP_Node):
    """A party organisation (党组织) in its own tree."""

    class Level(models.TextChoices):
        COMMITTEE = "committee", _("党委")
        GENERAL = "general", _("党总支")
        BRANCH = "branch", _("党支部")
        GROUP = "group", _("党小组")

    class Kind(models.TextChoices):
        HOME = "home", _("组织关系所在")
        FUNCTIONAL = "functional", _("功能型")
        TEMPORARY = "temporary", _("临时")

    name = models.CharField(_("名称"), max_length=100)
    level = models.CharField(_("级别"), max_length=9, choices=Level, default=Level.BRANCH)
    kind = models.CharField(_("类型"), max_length=10, choices=Kind, default=Kind.HOME)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="branches", verbose_name=_("所属单位")
    )
    # A branch of a university class: what the class studies, it studies.
    class_group = models.ForeignKey(
        ClassGroup,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="branches",
        verbose_name=_("所在的班"),
    )
    term_years = models.PositiveSmallIntegerField(_("任期（年）"), default=3)
    founded_on = models.DateField(_("成立日期"), null=True, blank=True)
    # The first day on which it is no more.
    ended_on = models.DateField(_("撤销日期"), null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="merged_from", verbose_name=_("并入")
    )

    objects = MP_NodeManager()

    class Meta:
        verbose_name = verbose_name_plural = _("党组织")

    def __str__(self):
        return self.name


class BranchChange(models.Model):
    """What happened to a branch: founded, renamed, moved, merged, ended."""

    class Kind(models.TextChoices):
        FOUNDED = "founded", _("成立")
        CHANGED = "changed", _("修改")
        MOVED = "moved", _("改变隶属")
        MERGED = "merged", _("合并")
        ENDED = "ended", _("撤销")

    branch = models.ForeignKey(
        Branch, models.PROTECT, related_name="changes", verbose_name=_("支部")
    )
    kind = models.CharField(_("变动"), max_length=7, choices=Kind)
    happened_on = models.DateField(_("日期"))
    # As it was said then: names change later.
    before = models.CharField(_("原来"), max_length=200, blank=True)
    after = models.CharField(_("现在"), max_length=200, blank=True)
    note = models.CharField(_("依据或说明"), max_length=200, blank=True)
    changed_at = models.DateTimeField(_("写入时间"))
    changed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-happened_on", "-pk"]
        verbose_name = verbose_name_plural = _("党组织变动")

    def __str__(self):
        return f"{self.branch} {self.get_kind_display()}"


class BranchMembership(models.Model):
    """A person belongs to a branch, from one day until before another."""

    branch = models.ForeignKey(
        Branch, models.PROTECT, related_name="memberships", verbose_name=_("支部")
    )
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="memberships", verbose_name=_("人员")
    )
    # Copied from the branch when the membership begins: it lets the database keep
    # "one home branch at a time".
    kind = models.CharField(_("类型"), max_length=10, choices=Branch.Kind)
    starts_on = models.DateField(_("从"))
    ends_on = models.DateField(_("到（不含）"), null=True, blank=True)

    class Meta:
        ordering = ["starts_on", "pk"]
        verbose_name = verbose_name_plural = _("支部成员")
        constraints = [
            models.UniqueConstraint(
                name="one_home_branch_at_a_time",
                fields=["person"],
                condition=Q(kind="home", ends_on=None),
                violation_error_message=_("这位同志的组织关系已经在另一个支部。"),
            ),
            models.CheckConstraint(
                name="membership_starts_before_it_ends",
                condition=Q(ends_on=None) | Q(starts_on__lt=F("ends_on")),
            ),
        ]

    def __str__(self):
        return f"{self.person} · {self.branch}"


class BranchOffice(models.Model):
    """An office a person holds in a branch, from one day until before another."""

    class Office(models.TextChoices):
        SECRETARY = "secretary", _("书记")
        DEPUTY = "deputy", _("副书记")
        COMMITTEE = "committee", _("委员")

    branch = models.ForeignKey(
        Branch, models.PROTECT, related_name="offices", verbose_name=_("支部")
    )
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="offices", verbose_name=_("人员")
    )
    office = models.CharField(_("职务"), max_length=9, choices=Office)
    starts_on = models.DateField(_("从"))
    ends_on = models.DateField(_("到（不含）"), null=True, blank=True)

    class Meta:
        ordering = ["office", "starts_on", "pk"]
        verbose_name = verbose_name_plural = _("任职")
        constraints = [
            models.UniqueConstraint(
                name="one_secretary_of_a_branch_at_a_time",
                fields=["branch"],
                condition=Q(office="secretary", ends_on=None),
                violation_error_message=_("这个支部已经有书记。"),
            ),
            models.CheckConstraint(
                name="office_starts_before_it_ends",
                condition=Q(ends_on=None) | Q(starts_on__lt=F("ends_on")),
            ),
        ]

    def __str__(self):
        return f"{self.branch} {self.get_office_display()} {self.person}"
