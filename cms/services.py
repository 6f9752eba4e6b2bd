"""Who sits at the editors' desk: Wagtail's groups follow the roles of the school."""

from django.contrib.auth.models import Group
from django.db import transaction

from accounts.models import Person, RoleGrant, User

# The groups of cms migration 0003.
GROUP_OF = {RoleGrant.Role.EDITOR: "编辑", RoleGrant.Role.REVIEWER: "审核"}


@transaction.atomic
def align_editing_rights(*, person: Person) -> None:
    """Put the login of `person` into the groups of the roles held now, and out of the others.

    Harmless to repeat. Groups that are not the school's own are left alone.
    """
    user = User.objects.filter(person=person).first()
    if user is None:
        return
    roles = set(person.roles.filter(ended_at=None).values_list("role", flat=True))
    groups = {group.name: group for group in Group.objects.filter(name__in=GROUP_OF.values())}
    for role, name in GROUP_OF.items():
        if role in roles:
            user.groups.add(groups[name])
        else:
            user.groups.remove(groups[name])
