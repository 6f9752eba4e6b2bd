"""Roles given and taken, logins and files: each time the editors' groups follow.

And the doors to the work of those who teach or edit.
"""

from allauth.account.signals import user_logged_in
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import RoleGrant, User
from cms import services
from common.doors import WorkDoor, doors_asked_for


@receiver(post_save, sender=RoleGrant)
def follow_a_role(sender, instance, raw=False, **kwargs):
    if not raw:
        services.align_editing_rights(person=instance.person)


@receiver(post_save, sender=User)
def follow_a_file(sender, instance, raw=False, update_fields=None, **kwargs):
    # Who takes a file after logging in takes its roles with it.
    if not raw and instance.person_id and (update_fields is None or "person" in update_fields):
        services.align_editing_rights(person=instance.person)


@receiver(user_logged_in)
def follow_a_login(sender, user, **kwargs):
    if user.person_id:
        services.align_editing_rights(person=user.person)


@receiver(doors_asked_for)
def open_doors(sender, user, roles, **kwargs):
    if user.is_superuser:
        # They may do everything; what they do themselves their own file says.
        own = (
            user.person.roles.filter(ended_at=None) if user.person_id else RoleGrant.objects.none()
        )
        roles = set(own.values_list("role", flat=True))
    doors = []
    if RoleGrant.Role.TEACHER in roles:
        doors.append(
            WorkDoor(reverse("live:teaching"), "camera", _("我要讲的课"), _("讲课和试设备"))
        )
    if RoleGrant.Role.HELPER in roles:
        doors.append(
            WorkDoor(reverse("live:helping"), "hand", _("上课帮忙"), _("帮进不来、听不到的学员"))
        )
    if roles & {RoleGrant.Role.EDITOR, RoleGrant.Role.REVIEWER} or user.is_superuser:
        doors.append(
            WorkDoor(reverse("wagtailadmin_home"), "edit", _("编辑网站"), _("文章和课件"))
        )
    if user.is_staff:
        doors.append(WorkDoor(reverse("admin:index"), "list", _("后台"), _("人员、班和角色")))
    return doors
