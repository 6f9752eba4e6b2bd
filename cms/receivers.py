"""Roles given and taken, logins and files: each time the editors' groups follow."""

from allauth.account.signals import user_logged_in
from django.db.models.signals import post_save
from django.dispatch import receiver

from accounts.models import RoleGrant, User
from cms import services


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
