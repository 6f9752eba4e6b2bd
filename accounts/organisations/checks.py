"""What every change of an organisation asks first: whose it is, whether it stands, its code."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts import queries
from accounts.errors import OrganisationRefused
from accounts.models import (
    Organisation,
    Person,
    RoleGrant,
    User,
)
from accounts.organisations import tree


def fresh(organisation: Organisation) -> Organisation:
    """As it stands now that nobody else can move it."""
    return Organisation.objects.get(pk=organisation.pk)


def live_grants() -> QuerySet[RoleGrant]:
    return RoleGrant.objects.filter(ended_at=None).select_related("person", "organisation")


def check_may(by: User | None, *organisations: Organisation) -> None:
    if by is None or by.is_superuser:
        return
    wanted = {organisation.pk for organisation in organisations}
    allowed = queries.organisations_administered_by(by).filter(pk__in=wanted)
    if allowed.count() < len(wanted):
        raise OrganisationRefused(_("这里不归您管理，请上级的管理员来办。"))


def check_may_above(by: User | None, organisation: Organisation) -> None:
    """The place an organisation has is its parent's to change."""
    if parent := organisation.get_parent():
        check_may(by, parent)
    else:
        check_may_at_the_top(by)


def check_may_at_the_top(by: User | None) -> None:
    if by is not None and not by.is_superuser:
        raise OrganisationRefused(_("最上一级的机构只有系统管理员能动。"))


def check_open(organisation: Organisation) -> None:
    if organisation.ended_on:
        raise OrganisationRefused(_("“%(name)s”已经撤销。") % {"name": organisation})


def check_depth(depth: int) -> None:
    if depth > tree.DEEPEST:
        raise OrganisationRefused(
            _("这样会超过 %(count)s 级，请移到上面一些的机构。") % {"count": tree.DEEPEST}
        )


def check_code(code: str, *, but: Organisation | None = None) -> None:
    """Raise OrganisationRefused for a code that another organisation has, or had."""
    others = Organisation.objects.filter(code__iexact=code)
    if other := (others.exclude(pk=but.pk) if but else others).first():
        raise OrganisationRefused(
            _("代码 %(code)s 已经是“%(name)s”（已撤销）的了，请换一个。")
            % {"code": code, "name": other}
            if other.ended_on
            else _("代码 %(code)s 已经是“%(name)s”的了，请换一个。")
            % {"code": code, "name": other}
        )


def living_files(organisation: Organisation) -> QuerySet[Person]:
    return organisation.persons.kept().filter(frozen_at=None)
