"""What somebody is at an organisation and everywhere beneath it."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.logins import User
from accounts.models.organisations import Organisation
from accounts.models.persons import Person


class RoleGrant(models.Model):
    """A person's role at an organisation; it holds for everything beneath it."""

    class Role(models.TextChoices):
        TEACHER = "teacher", _("教师")
        REGISTRAR = "registrar", _("教务")
        COORDINATOR = "coordinator", _("教学点联络员")
        HELPER = "helper", _("小助手、班长")
        BUREAU = "bureau", _("老干部局")
        EDITOR = "editor", _("编辑")
        REVIEWER = "reviewer", _("审核")
        AUDITOR = "auditor", _("审计员")
        ADMINISTRATOR = "administrator", _("管理员")

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="roles", verbose_name=_("人员")
    )
    role = models.CharField(_("角色"), max_length=13, choices=Role)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="roles", verbose_name=_("组织机构")
    )
    granted_at = models.DateTimeField(default=timezone.now, editable=False)
    granted_by = models.ForeignKey(
        User, models.PROTECT, null=True, editable=False, related_name="+"
    )
    ended_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")

    class Meta:
        ordering = ["role", "pk"]
        verbose_name = verbose_name_plural = _("角色")
        constraints = [
            models.UniqueConstraint(
                name="one_live_grant_of_a_role_at_an_organisation",
                fields=["person", "role", "organisation"],
                condition=Q(ended_at=None),
            ),
        ]

    def __str__(self):
        return f"{self.person} · {self.get_role_display()} · {self.organisation}"
