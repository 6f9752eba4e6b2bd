"""What accounts says when other apps ask."""

from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.logins import sessions
from accounts.roles.staff import office_links
from accounts.roster import forgetting
from accounts.signals import sensitive_items_withdrawn
from common.doors import WorkDoor, doors_asked_for


@receiver(doors_asked_for)
def door_to_the_office(sender, user, roles, **kwargs):
    if user.is_superuser:
        return []
    if links := office_links(user, held=roles):
        return [WorkDoor(links[0][0], "person", links[0][1], _("人员、名册、机构与角色"))]
    return []


@receiver(sensitive_items_withdrawn)
def forget_in_rosters(sender, files, **kwargs):
    forgetting.forget_sensitive(files)


@receiver(user_logged_in)
def a_session_begins(sender, request, user, **kwargs):
    sessions.begin(request.session, user=user, now=timezone.now())


@receiver(authenticator_added)
@receiver(authenticator_removed)
@receiver(authenticator_reset)
def write_down_the_second_step(signal, sender, request, user, authenticator, **kwargs):
    change = {authenticator_added: "added", authenticator_removed: "removed"}.get(
        signal, "renewed"
    )
    audit.record(
        audit.Action.SECOND_STEP,
        by=request.user,
        person=user.person,
        change=change,
        kind=authenticator.type,
    )
