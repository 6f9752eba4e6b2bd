"""Organisations opened, renamed, ended, reopened, and their teaching points.

Nothing is deleted. No unit that is open lies beneath one that has ended.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit, services
from accounts.errors import OrganisationRefused
from accounts.models import (
    Organisation,
    OrganisationChange,
    RoleGrant,
    TeachingPoint,
    User,
)
from accounts.organisations import checks, history, tree

Change = OrganisationChange.Kind


@transaction.atomic
def open_unit(
    *,
    name: str,
    code: str,
    kind: str,
    parent: Organisation | None,
    note: str = "",
    by: User | None = None,
    now: datetime | None = None,
) -> Organisation:
    """A new organisation beneath `parent`; without one at the top of a tree of its own.

    Raises OrganisationRefused for a code in use, a parent that has ended and outside the
    organisations of `by`; only whoever runs the server opens one at the top.
    """
    now = now or timezone.now()
    tree.lock()
    name, code = name.strip(), code.strip()
    if parent:
        parent = checks.fresh(parent)
        checks.check_may(by, parent)
        checks.check_open(parent)
        checks.check_depth(parent.depth + 1)
    else:
        checks.check_may_at_the_top(by)
    checks.check_code(code)
    facts = {"name": name, "code": code, "kind": kind}
    made = parent.add_child(**facts) if parent else Organisation.add_root(**facts)
    history.write_down(Change.OPENED, made, before={}, by=by, now=now, note=note)
    return made


@transaction.atomic
def rename_unit(
    *,
    organisation: Organisation,
    name: str,
    code: str,
    kind: str,
    note: str = "",
    by: User | None = None,
    now: datetime | None = None,
) -> Organisation:
    """Another name, code or kind; with none of them changed nothing is written down.

    Raises OrganisationRefused for a code in use, for one that has ended and outside the
    organisations of `by`.
    """
    now = now or timezone.now()
    tree.lock()
    organisation = checks.fresh(organisation)
    checks.check_may(by, organisation)
    checks.check_open(organisation)
    before = history.said_of(organisation)
    organisation.name, organisation.code = name.strip(), code.strip()
    organisation.kind = kind
    if history.said_of(organisation) == before:
        return organisation
    checks.check_code(organisation.code, but=organisation)
    organisation.save(update_fields=["name", "code", "kind"])
    history.write_down(Change.RENAMED, organisation, before=before, by=by, now=now, note=note)
    return organisation


def end_outlook(*, organisation: Organisation) -> Sequence[RoleGrant]:
    """The roles that `end_unit` will end. Raises OrganisationRefused as it would, but for
    `by`."""
    checks.check_open(organisation)
    left = {
        "files": checks.living_files(organisation).count(),
        "units": organisation.get_children().filter(ended_on=None).count(),
        "points": organisation.teaching_points.count(),
    }
    if left["units"]:
        raise OrganisationRefused(
            _("“%(name)s”下面还有 %(units)s 个机构，请先撤销、合并或移走它们。")
            % {"name": organisation, **left}
        )
    if left["files"]:
        raise OrganisationRefused(
            _("“%(name)s”还有 %(files)s 份档案，请先调到别的机构，或者把它并入别的机构。")
            % {"name": organisation, **left}
        )
    if left["points"]:
        raise OrganisationRefused(
            _("“%(name)s”还有 %(points)s 个教学点，请先把教学点转给别的机构。")
            % {"name": organisation, **left}
        )
    return list(checks.live_grants().filter(organisation=organisation))


@transaction.atomic
def end_unit(
    *,
    organisation: Organisation,
    note: str = "",
    by: User | None = None,
    now: datetime | None = None,
) -> Organisation:
    """Close an organisation that has nobody left; its roles end, its past stays.

    Raises OrganisationRefused while there are files, units or teaching points, and outside
    the organisations of `by`: one's own topmost is ended by those above.
    """
    now = now or timezone.now()
    tree.lock()
    organisation = checks.fresh(organisation)
    checks.check_may_above(by, organisation)
    checks.check_may(by, organisation)
    roles = end_outlook(organisation=organisation)
    before = history.said_of(organisation)
    organisation.ended_on = timezone.localdate(now)
    organisation.save(update_fields=["ended_on"])
    for grant in roles:
        services.end_role(grant=grant, by=by, now=now)
    history.write_down(
        Change.ENDED, organisation, before=before, by=by, now=now, note=note, roles=len(roles)
    )
    return organisation


@transaction.atomic
def reopen_unit(
    *,
    organisation: Organisation,
    note: str = "",
    by: User | None = None,
    now: datetime | None = None,
) -> Organisation:
    """Open an organisation again where it lies now; files and roles do not come back.

    Twice is harmless. Raises OrganisationRefused beneath one that has ended, and outside the
    organisations of `by`.
    """
    now = now or timezone.now()
    tree.lock()
    organisation = checks.fresh(organisation)
    if organisation.ended_on is None:
        return organisation
    checks.check_may_above(by, organisation)
    checks.check_may(by, organisation)
    if parent := organisation.get_parent():
        checks.check_open(parent)
    before = history.said_of(organisation)
    organisation.ended_on = organisation.merged_into = None
    organisation.save(update_fields=["ended_on", "merged_into"])
    history.write_down(Change.REOPENED, organisation, before=before, by=by, now=now, note=note)
    return organisation


@transaction.atomic
def save_teaching_point(
    *, point: TeachingPoint, by: User | None = None, now: datetime | None = None
) -> TeachingPoint:
    """Write a new or a corrected teaching point; one without a change is left alone.

    Raises OrganisationRefused at an organisation that has ended, and outside the
    organisations of `by`, where it comes from as well as where it goes.
    """
    before = TeachingPoint.objects.select_for_update(of=("self",)).filter(pk=point.pk).first()
    names = ("name", "address", "organisation_id")
    changed = [
        name for name in names if not before or getattr(before, name) != getattr(point, name)
    ]
    if not changed:
        return point
    checks.check_may(by, point.organisation, *([before.organisation] if before else []))
    if "organisation_id" in changed:
        checks.check_open(point.organisation)
    point.save()
    audit.record(
        audit.Action.ORGANISATION_CHANGED,
        by=by,
        organisation=point.organisation,
        now=now,
        point=point.pk,
        fields=changed,
    )
    return point
