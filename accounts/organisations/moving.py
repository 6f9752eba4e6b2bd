"""Organisations moved under another, and merged into another.

A unit that was merged lies beneath the one that took it over: whatever once happened there
keeps pointing to it, and whoever leads the other finds it.

What a change will do is told before it (`…_outlook`), and `seen` is what was told: a change
that would do something else by now is refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit, queries, services
from accounts.errors import OrganisationRefused
from accounts.models import (
    Organisation,
    OrganisationChange,
    Person,
    RoleGrant,
    TeachingPoint,
    User,
)
from accounts.organisations import checks, history, tree

Change = OrganisationChange.Kind
# As many keys as one statement takes.
CHUNK = 2_000


@dataclass(frozen=True)
class MoveOutlook:
    """What moving will do: units that change their place with the files in them, and the
    roles above that reach them no longer, or from then on."""

    units: int
    files: int
    losing: Sequence[RoleGrant]
    gaining: Sequence[RoleGrant]

    @property
    def seen(self) -> str:
        return _seen(self.units, self.files, len(self.losing), len(self.gaining))


def move_outlook(*, organisation: Organisation, parent: Organisation | None) -> MoveOutlook:
    """What `move_unit` will do. Raises OrganisationRefused as it would, but for `by`."""
    checks.check_open(organisation)
    if parent and tree.is_within(parent, organisation):
        raise OrganisationRefused(
            _("“%(parent)s”就在“%(name)s”下面，不能移到自己下面。")
            % {"parent": parent, "name": organisation}
        )
    if tree.parent_path(organisation) == (parent.path if parent else ""):
        raise OrganisationRefused(
            _("“%(name)s”已经在“%(parent)s”下面，不用移动。")
            % {"name": organisation, "parent": parent}
            if parent
            else _("“%(name)s”已经在最上一级，不用移动。") % {"name": organisation}
        )
    if parent:
        checks.check_open(parent)
    moved = tree.within(organisation)
    new_depth = parent.depth + 1 if parent else 1
    height = moved.aggregate(deepest=Max("depth"))["deepest"] - organisation.depth
    checks.check_depth(new_depth + height)
    grants = checks.live_grants().filter(organisation__in=moved)
    _check_nobody_audits_themselves(grants, parent)
    above = set(tree.paths_above(tree.parent_path(organisation)))
    above_then = set(tree.paths_above(parent.path if parent else ""))
    return MoveOutlook(
        units=moved.count(),
        files=queries.files_beneath([organisation])[organisation.pk],
        losing=list(_reading_at(above - above_then)),
        gaining=list(_reading_at(above_then - above)),
    )


@transaction.atomic
def move_unit(
    *,
    organisation: Organisation,
    parent: Organisation | None,
    note: str = "",
    seen: str = "",
    by: User | None = None,
    now: datetime | None = None,
) -> Organisation:
    """Put an organisation with everything beneath it under another `parent`.

    Files, classes and roles stay with their units. Raises OrganisationRefused where it would
    lie beneath itself or beneath one that has ended, where somebody would then audit
    themselves, and where one of the two ends is outside the organisations of `by`.
    """
    now = now or timezone.now()
    tree.lock()
    organisation = checks.fresh(organisation)
    parent = parent and checks.fresh(parent)
    checks.check_may_above(by, organisation)
    checks.check_may(by, organisation)
    if parent:
        checks.check_may(by, parent)
    else:
        checks.check_may_at_the_top(by)
    _check_seen(move_outlook(organisation=organisation, parent=parent), seen)
    before = history.said_of(organisation)
    organisation = _put(organisation, parent)
    history.write_down(Change.MOVED, organisation, before=before, by=by, now=now, note=note)
    return organisation


@dataclass(frozen=True)
class MergeOutlook:
    """What merging will do: files that change over, files of the dead that stay, units
    beneath that change over, teaching points that do, roles that end."""

    files: int
    frozen: int
    children: Sequence[Organisation]
    points: Sequence[TeachingPoint]
    roles: Sequence[RoleGrant]

    @property
    def seen(self) -> str:
        return _seen(self.files, len(self.children), len(self.points), len(self.roles))


def merge_outlook(*, ended: Organisation, surviving: Organisation) -> MergeOutlook:
    """What `merge_units` will do. Raises OrganisationRefused as it would, but for `by`."""
    if ended.pk == surviving.pk:
        raise OrganisationRefused(_("一个机构不能并入自己。"))
    if tree.is_within(surviving, ended):
        raise OrganisationRefused(
            _("“%(surviving)s”是“%(ended)s”的下级。请先把它移到别处，或者把它并入“%(ended)s”。")
            % {"surviving": surviving, "ended": ended}
        )
    if tree.is_within(ended, surviving) and ended.depth > surviving.depth + 1:
        raise OrganisationRefused(
            _("“%(surviving)s”和“%(ended)s”隔着别的机构。请并入它的上一级“%(parent)s”。")
            % {"surviving": surviving, "ended": ended, "parent": ended.get_parent()}
        )
    checks.check_open(surviving)
    if ended.merged_into_id != surviving.pk:
        checks.check_open(ended)
    children = ended.get_children().filter(ended_on=None)
    grants = checks.live_grants()
    beneath = grants.filter(organisation__path__startswith=ended.path).exclude(organisation=ended)
    _check_nobody_audits_themselves(beneath, surviving)
    # Its own unit with what ended earlier goes one step beneath the other, its units beside.
    height = tree.within(ended).aggregate(deepest=Max("depth"))["deepest"] - ended.depth
    checks.check_depth(surviving.depth + 1 + height)
    return MergeOutlook(
        files=checks.living_files(ended).count(),
        frozen=ended.persons.kept().exclude(frozen_at=None).count(),
        children=list(children),
        points=list(ended.teaching_points.all()),
        roles=list(grants.filter(organisation=ended)),
    )


@transaction.atomic
def merge_units(
    *,
    ended: Organisation,
    surviving: Organisation,
    note: str = "",
    seen: str = "",
    by: User | None = None,
    now: datetime | None = None,
) -> Organisation:
    """End one organisation and hand over its files, units and teaching points to another.

    It stays as a unit beneath the other, with its past: classes, records and the files of
    the dead. Its roles end. A second time is harmless and hands over what came in between.
    Raises OrganisationRefused where one of the two has ended or lies beneath the other in a
    way that makes no sense, and where one is outside the organisations of `by`.
    """
    now = now or timezone.now()
    tree.lock()
    ended, surviving = checks.fresh(ended), checks.fresh(surviving)
    checks.check_may_above(by, ended)
    checks.check_may(by, ended, surviving)
    outlook = merge_outlook(ended=ended, surviving=surviving)
    _check_seen(outlook, seen)
    if ended.merged_into_id == surviving.pk and not (outlook.files or outlook.points):
        return ended
    lines = []
    for child in outlook.children:
        before = history.said_of(child)
        moved = _put(child, surviving)
        lines.append(history.add(Change.MOVED, moved, before=before, by=by, now=now, note=note))
    files = _hand_over_files(ended, surviving, by)
    ended.teaching_points.update(organisation=surviving)
    before = history.said_of(ended)
    if tree.parent_path(ended) != surviving.path:
        ended = _put(ended, surviving)
    first_time = ended.ended_on is None
    if first_time:
        ended.ended_on, ended.merged_into = timezone.localdate(now), surviving
        ended.save(update_fields=["ended_on", "merged_into"])
    for grant in outlook.roles:
        services.end_role(grant=grant, by=by, now=now)
    counts = {"files": len(files), "points": len(outlook.points)}
    if first_time:
        counts |= {"units": len(outlook.children), "roles": len(outlook.roles)}
        lines.append(
            history.add(Change.MERGED, ended, before=before, by=by, now=now, note=note, **counts)
        )
    else:
        lines.append(history.line(ended, by, change=Change.MERGED, **counts))
    audit.record_many([*lines, *files], now=now)
    return ended


def _hand_over_files(ended, surviving, by) -> list[audit.Line]:
    """Assign the living files anew; one line of the log for each."""
    action = audit.Action.FILE_CHANGED
    details = {"fields": ["organisation"], "from": ended.code, "to": surviving.code}
    # Locked in one order; whoever is frozen or merged away meanwhile is left out.
    found = checks.living_files(ended).order_by("pk").select_for_update(no_key=True)
    people = list(found.only("organisation"))
    for start in range(0, len(people), CHUNK):
        keys = [person.pk for person in people[start : start + CHUNK]]
        Person.objects.filter(pk__in=keys).update(organisation=surviving)
    return [
        audit.Line(action, by, person=person, organisation=surviving, details=details)
        for person in people
    ]


def _put(organisation: Organisation, parent: Organisation | None) -> Organisation:
    # Each on its own: treebeard keeps what it knows of a node with the object.
    node = checks.fresh(organisation)
    if parent:
        node.move(checks.fresh(parent), pos="last-child")
    else:
        node.move(Organisation.get_last_root_node(), pos="last-sibling")
    return checks.fresh(organisation)


def _reading_at(paths) -> QuerySet[RoleGrant]:
    return checks.live_grants().filter(organisation__path__in=paths, role__in=queries.READS_FILES)


def _check_nobody_audits_themselves(grants, parent) -> None:
    """Raise where one of `grants` meets its opposite at `parent` or above."""
    if parent is None:
        return
    watching = Q(role__in=(*queries.WATCHED, *queries.WATCHING))
    above: dict[int, list[RoleGrant]] = {}
    for grant in checks.live_grants().filter(
        watching, organisation__path__in=tree.paths_above(parent.path)
    ):
        above.setdefault(grant.person_id, []).append(grant)
    for grant in grants.filter(watching, person__in=above):
        for other in above[grant.person_id]:
            if other.role in queries.opposite_of(grant.role):
                raise OrganisationRefused(
                    _(
                        "%(person)s在“%(there)s”是%(other)s，在“%(here)s”是%(role)s："
                        "这样移动以后就会自己审计自己。请先收回其中一个角色。"
                    )
                    % {
                        "person": grant.person,
                        "there": other.organisation,
                        "other": other.get_role_display(),
                        "here": grant.organisation,
                        "role": grant.get_role_display(),
                    }
                )


def _check_seen(outlook: MoveOutlook | MergeOutlook, seen: str) -> None:
    if seen and seen != outlook.seen:
        raise OrganisationRefused(_("这一页打开以后有变化，请再看一遍下面的数字，再按一次。"))


def _seen(*counts: int) -> str:
    return "-".join(map(str, counts))
