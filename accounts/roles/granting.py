"""Roles given and taken by an administrator: who may give what to whom.

What is always true of a role stands in accounts.services, which writes it.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import queries, services
from accounts.errors import RoleRefused
from accounts.models import Organisation, Person, RoleGrant, User
from accounts.organisations import tree

Role = RoleGrant.Role


@dataclass(frozen=True)
class Reach:
    """How far a role at an organisation reaches: units beneath it and files in all of them."""

    units: int
    files: int


def reach_of(organisation: Organisation) -> Reach:
    """What lies at and beneath `organisation`, said before a role is given there."""
    beneath = queries.organisations_open().filter(path__startswith=organisation.path)
    return Reach(
        units=beneath.exclude(pk=organisation.pk).count(),
        files=queries.files_beneath([organisation])[organisation.pk],
    )


@transaction.atomic
def grant(
    *,
    person: Person,
    role: str,
    organisation: Organisation,
    by: User,
    now: datetime | None = None,
) -> RoleGrant:
    """Give `person` a role at `organisation` and everything beneath it; twice is harmless.

    Raises RoleRefused where `by` is no administrator there or above, to oneself, for a file
    that `by` does not lead, and where the person would audit themselves.
    """
    # What meets what depends on the tree, which nobody may move meanwhile.
    tree.lock()
    organisation = Organisation.objects.get(pk=organisation.pk)
    check_may_grant(person=person, organisation=organisation, by=by)
    return services.grant_role(person=person, role=role, organisation=organisation, by=by, now=now)


def check_may_grant(*, person: Person, organisation: Organisation, by: User) -> None:
    """Raise RoleRefused unless `by` may give `person` any role at `organisation`."""
    if by.is_superuser:
        return
    if not queries.organisations_administered_by(by).filter(pk=organisation.pk).exists():
        raise RoleRefused(_("“%(name)s”不归您管理，请那里的管理员来办。") % {"name": organisation})
    if _is_own_file(person, by):
        raise RoleRefused(_("自己不能给自己授予角色，请另一位管理员来办。"))
    if not queries.files_led_by(by).filter(pk=person.pk).exists():
        raise RoleRefused(_("这份档案不归您管理，请上级的管理员来办。"))


@transaction.atomic
def end(*, grant: RoleGrant, by: User, now: datetime | None = None) -> None:
    """Take a role back; twice is harmless.

    Raises RoleRefused where `by` is no administrator there or above, and to the last
    administrator of a topmost organisation about their own role.
    """
    tree.lock()
    grant = RoleGrant.objects.select_related("organisation", "person").get(pk=grant.pk)
    check_may_end(grant=grant, by=by)
    services.end_role(grant=grant, by=by, now=now)


def check_may_end(*, grant: RoleGrant, by: User) -> None:
    """Raise RoleRefused unless `by` may take `grant` back."""
    if by.is_superuser:
        return
    if not queries.grants_administered_by(by).filter(pk=grant.pk).exists():
        raise RoleRefused(_("这个角色不归您管理，请那里的管理员来办。"))
    if (
        grant.role == Role.ADMINISTRATOR
        and grant.organisation.depth == 1
        and _is_own_file(grant.person, by)
        and not _other_administrators(grant).exists()
    ):
        raise RoleRefused(
            _("您是“%(name)s”最后一位管理员。请先给另一位授予管理员，再收回自己的。")
            % {"name": grant.organisation}
        )


def _other_administrators(grant: RoleGrant):
    """Who else could still give roles where `grant` holds."""
    others = RoleGrant.objects.filter(
        role=Role.ADMINISTRATOR, organisation=grant.organisation_id, ended_at=None
    )
    return others.filter(person__in=Person.objects.kept().filter(frozen_at=None)).exclude(
        person=grant.person_id
    )


def _is_own_file(person: Person, user: User) -> bool:
    own = queries.own_file(user)
    return person.pk in {user.person_id, own and own.pk}
