"""What ends when a file is closed, because its person has died or wants it erased.

Other apps end theirs on `file_freezing`: seats, memberships, offices.
"""

from datetime import datetime

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from accounts import queries, services
from accounts.acting import households, proxies
from accounts.logins import cards
from accounts.models import HouseholdProposal, Person, RoleGrant, User
from accounts.signals import file_freezing

# Who has one of these answers for other people's data: closing their file takes a key away.
KEYS = (*queries.WRITES_FILES, RoleGrant.Role.AUDITOR)


def objection(person: Person, *, by: User | None) -> str:
    """Why `by` may not close this file: it runs the server, or has a role they do not give."""
    if User.objects.filter(person=person, is_superuser=True).exists():
        return _("%(name)s管着服务器，请先把系统管理交给别人。") % {"name": person.name}
    held = RoleGrant.objects.filter(person=person, role__in=KEYS, ended_at=None)
    if by and not by.is_superuser:
        administered = queries.organisations_led_by(by, RoleGrant.Role.ADMINISTRATOR)
        if held.exclude(organisation__in=administered).exists():
            return _("%(name)s有工作角色，请那里的管理员来办。") % {"name": person.name}
    return ""


def close(*, person: Person, by: User | None, now: datetime) -> None:
    """End everything that `person` holds or that others hold for them: seats, roles, cards,
    who acts for whom, who studies with whom, and the login.

    The caller holds the file's lock and its transaction. Twice is harmless.
    """
    file_freezing.send(sender=Person, person=person, by=by, now=now)
    for grant in RoleGrant.objects.filter(person=person, ended_at=None):
        services.end_role(grant=grant, by=by, now=now)
    proxies.end_all(person=person, by=by, now=now)
    households.leave(person=person, by=by, now=now)
    asked = Q(proposer=person) | Q(person=person)
    HouseholdProposal.objects.filter(asked, answer="").delete()
    cards.revoke_card(person=person, by=by, now=now)
    for login in User.objects.filter(person__in=queries.files_of(person)):
        close_login(login)


def close_login(login: User) -> None:
    """Nobody logs in by it any more, and whoever is logged in is not.

    Its number is free: a widow may share the telephone of her husband.
    """
    User.objects.filter(pk=login.pk).update(
        phone=None, is_active=False, session_epoch=F("session_epoch") + 1
    )
    # Nobody comes in by them any more; what was typed into them goes when there is time.
    transaction.on_commit(lambda: _forget_sessions(login), robust=True)


def open_login(login: User, *, phone: str) -> None:
    """The login works again, by its number unless that is somebody else's by now.

    Who tried to log in meanwhile was a newcomer to the school: such a login steps back. One
    that acts for somebody keeps the number, and this login waits for another.
    """
    if phone and login.phone_proved_at:
        newcomers = User.objects.filter(
            phone=phone, person=None, is_staff=False, is_superuser=False, acts_for=None
        )
        for newcomer in newcomers:
            close_login(newcomer)
        if not User.objects.filter(phone=phone).exclude(pk=login.pk).exists():
            login.phone = phone
    login.is_active = True
    login.save(update_fields=["phone", "is_active"])


def _forget_sessions(login: User) -> None:
    # A session knows its login, and no login its sessions. Numbers once typed stand in them.
    ended = [
        session.pk
        for session in Session.objects.iterator()
        if session.get_decoded().get("_auth_user_id") == str(login.pk)
    ]
    Session.objects.filter(pk__in=ended).delete()
