"""The administrative tree (组织机构) and what happened to it."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from treebeard.mp_tree import MP_Node, MP_NodeManager


class Organisation(MP_Node):
    """A node of the administrative tree: province, city, county, street, community, unit."""

    class Kind(models.TextChoices):
        PROVINCE = "province", _("省")
        CITY = "city", _("市")
        COUNTY = "county", _("县（区）")
        TOWNSHIP = "township", _("乡镇街道")
        COMMUNITY = "community", _("社区")
        UNIT = "unit", _("单位")
        UNIVERSITY = "university", _("老年大学")

    name = models.CharField(_("名称"), max_length=100)
    code = models.CharField(_("代码"), max_length=40, unique=True)
    kind = models.CharField(_("类别"), max_length=12, choices=Kind)
    # A unit that was closed or merged stays in the tree, with its history.
    ended_on = models.DateField(_("撤销日期"), null=True, blank=True)
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="merged_units",
        verbose_name=_("并入"),
    )

    objects = MP_NodeManager()

    class Meta:
        verbose_name = verbose_name_plural = _("组织机构")
        constraints = [
            models.CheckConstraint(
                name="a_merged_organisation_has_ended",
                condition=Q(merged_into=None) | Q(ended_on__isnull=False),
            ),
        ]

    def __str__(self):
        return self.name


class OrganisationChange(models.Model):
    """What happened to an organisation: opened, renamed, moved, merged, ended."""

    class Kind(models.TextChoices):
        OPENED = "opened", _("新设")
        RENAMED = "renamed", _("改名")
        MOVED = "moved", _("改变隶属")
        MERGED = "merged", _("合并")
        ENDED = "ended", _("撤销")
        REOPENED = "reopened", _("恢复")

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="changes", verbose_name=_("组织机构")
    )
    kind = models.CharField(_("变动"), max_length=8, choices=Kind)
    # Names and codes as they were: {"name", "code", "parent"}.
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    note = models.CharField(_("说明"), max_length=200, blank=True)
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-changed_at", "-pk"]
        verbose_name = verbose_name_plural = _("机构变动")

    def __str__(self):
        return f"{self.organisation} {self.get_kind_display()}"


class TeachingPoint(models.Model):
    """A room of an organisation with a shared screen, where people watch together."""

    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        related_name="teaching_points",
        verbose_name=_("组织机构"),
    )
    name = models.CharField(_("名称"), max_length=100)
    address = models.CharField(_("地址"), max_length=200)

    class Meta:
        ordering = ["name"]
        verbose_name = verbose_name_plural = _("教学点")

    def __str__(self):
        return self.name
