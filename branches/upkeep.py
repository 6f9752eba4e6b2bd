"""What an office does with branches: founded, changed, moved, merged, ended; members in and out.

Each act writes a line of the branch's history.  Where a date lies in the past, the ledger
follows: lines of those days go to the home branch that they belong to now.
"""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organisation, Person, User
from branches import ledger, queries, services
from branches.errors import BranchRefused
from branches.models import Branch, BranchChange, BranchMembership, StudyOrder
from common import dates
from courses.models import ClassGroup

Kind = BranchChange.Kind
ONE_DAY = timedelta(days=1)


@transaction.atomic
def found(
    *,
    name: str,
    level: str,
    kind: str,
    organisation: Organisation,
    founded_on: date,
    by: User,
    parent: Branch | None = None,
    class_group: ClassGroup | None = None,
    term_years: int = 3,
    note: str = "",
    now: datetime | None = None,
) -> Branch:
    """A new branch beneath `parent`, or a tree of its own.

    Raises BranchRefused for a name that an open branch of the organisation has already.
    """
    _lock_tree()
    _check_name(name, organisation)
    branch = Branch(
        name=name,
        level=level,
        kind=kind,
        organisation=organisation,
        class_group=class_group,
        term_years=term_years,
        founded_on=founded_on,
    )
    if parent:
        parent = Branch.objects.get(pk=parent.pk)
        _check_open(parent)
        parent.add_child(instance=branch)
    else:
        Branch.add_root(instance=branch)
    _write(branch, Kind.FOUNDED, on=founded_on, after=branch.name, note=note, by=by, now=now)
    return branch


@transaction.atomic
def change(
    *,
    branch: Branch,
    name: str,
    level: str,
    organisation: Organisation,
    by: User,
    class_group: ClassGroup | None = None,
    term_years: int = 3,
    note: str = "",
    now: datetime | None = None,
) -> Branch:
    """Another name, level, organisation, class or term; the same as before is harmless."""
    branch = Branch.objects.select_for_update().get(pk=branch.pk)
    _check_name(name, organisation, but=branch)
    before = _in_words(branch)
    branch.name, branch.level, branch.organisation = name, level, organisation
    branch.class_group, branch.term_years = class_group, term_years
    after = _in_words(branch)
    branch.save(update_fields=["name", "level", "organisation", "class_group", "term_years"])
    if before != after:
        today = timezone.localdate(now)
        _write(
            branch, Kind.CHANGED, on=today, before=before, after=after, note=note, by=by, now=now
        )
    return branch


@transaction.atomic
def move(
    *,
    branch: Branch,
    parent: Branch | None,
    on: date,
    by: User,
    note: str = "",
    now: datetime | None = None,
) -> None:
    """Beneath another branch, or to the top; what is beneath it goes along.

    Raises BranchRefused for a place beneath itself and one that is no more.
    """
    _lock_tree()
    branch = Branch.objects.get(pk=branch.pk)
    above = branch.get_parent()
    if above == parent:
        return
    if parent:
        parent = Branch.objects.get(pk=parent.pk)
        _check_open(parent)
        if parent.path.startswith(branch.path):
            raise BranchRefused(_("不能移到自己下面，请选别的党组织。"))
        branch.move(parent, pos="last-child")
    else:
        branch.move(Branch.get_last_root_node(), pos="last-sibling")
    top = _("最上一级")
    before, after = (above.name if above else top), (parent.name if parent else top)
    _write(branch, Kind.MOVED, on=on, before=before, after=after, note=note, by=by, now=now)


@transaction.atomic
def end(
    *, branch: Branch, ends_on: date, by: User, note: str = "", now: datetime | None = None
) -> None:
    """It is no more from `ends_on`: memberships and offices end that day; twice is harmless.

    Raises BranchRefused while branches beneath it are open.
    """
    branch = Branch.objects.select_for_update().get(pk=branch.pk)
    if branch.ended_on:
        return
    if branch.get_descendants().filter(ended_on=None).exists():
        raise BranchRefused(_("下面还有党组织，请先把它们移走、合并或者撤销。"))
    people = _close(branch, ends_on)
    _write(branch, Kind.ENDED, on=ends_on, before=branch.name, note=note, by=by, now=now)
    _follow(people, since=ends_on, by=by, now=now)


@transaction.atomic
def merge(
    *,
    branch: Branch,
    into: Branch,
    on: date,
    by: User,
    note: str = "",
    now: datetime | None = None,
) -> int:
    """Its members belong to `into` from `on`, what is beneath it goes there; return how many.

    Raises BranchRefused for branches of two kinds, for itself and for one that is no more.
    """
    _lock_tree()
    pks = sorted([branch.pk, into.pk])
    locked = Branch.objects.select_for_update().filter(pk__in=pks).in_bulk()
    branch, into = locked[branch.pk], locked[into.pk]
    if branch.ended_on:
        return 0
    _check_open(into)
    if into.path.startswith(branch.path):
        raise BranchRefused(_("不能并入自己或者自己下面的党组织，请选别的。"))
    if branch.kind != into.kind:
        raise BranchRefused(_("两个党组织的类型不同，不能合并。"))
    people = _close(branch, on)
    for person in people:
        held = person.memberships.filter(branch=into).filter(queries.held_on(on))
        if not held.exists():
            services.join_branch(branch=into, person=person, starts_on=on)
    for child in branch.get_children().filter(ended_on=None):
        move(branch=child, parent=into, on=on, by=by, note=note, now=now)
    # What was ordered and has no slip yet is brought by the branch that they belong to now.
    waiting = StudyOrder.objects.filter(branch=branch, cancelled_at=None, delivery__slips=None)
    StudyOrder.objects.filter(pk__in=waiting.values("pk")).update(branch=into)
    Branch.objects.filter(pk=branch.pk).update(merged_into=into)
    for each in (branch, into):
        _write(
            each,
            Kind.MERGED,
            on=on,
            before=branch.name,
            after=into.name,
            note=note,
            by=by,
            now=now,
        )
    _follow(people, since=on, by=by, now=now)
    return len(people)


@transaction.atomic
def take_in(
    *,
    branch: Branch,
    person: Person,
    starts_on: date,
    by: User,
    now: datetime | None = None,
) -> BranchMembership:
    """Make `person` a member from `starts_on`; study since then counts where it belongs.

    Raises BranchRefused for a branch that is no more, DatesCross as services.join_branch.
    """
    _check_open(branch)
    membership = services.join_branch(branch=branch, person=person, starts_on=starts_on)
    _follow([person], since=starts_on, by=by, now=now)
    return membership


@transaction.atomic
def let_go(
    *, membership: BranchMembership, ends_on: date, by: User, now: datetime | None = None
) -> BranchMembership:
    """End a membership on `ends_on`, the first day that no longer counts."""
    before = membership.ends_on
    membership = services.leave_branch(membership=membership, ends_on=ends_on)
    since = min(ends_on, before) if before else ends_on
    _follow([membership.person], since=since, by=by, now=now)
    return membership


def _close(branch: Branch, day: date) -> list[Person]:
    """End what is held in `branch`, and itself; who belonged to it then."""
    if branch.founded_on and day <= branch.founded_on:
        raise BranchRefused(
            _("“%(branch)s” %(day)s 才成立，日期不能更早。")
            % {"branch": branch, "day": dates.in_words(branch.founded_on)}
        )
    still = Q(ends_on=None) | Q(ends_on__gt=day)
    # Also who came later: nobody may be left in a branch that is no more.
    held = list(branch.memberships.filter(still).select_related("person"))
    for membership in held:
        if membership.starts_on >= day:
            raise BranchRefused(
                _("%(person)s从 %(day)s 起才在这里，日期不能更早。")
                % {"person": membership.person, "day": dates.in_words(membership.starts_on)}
            )
        services.leave_branch(membership=membership, ends_on=day)
    for office in branch.offices.filter(still):
        services.leave_office(office=office, ends_on=max(day, office.starts_on + ONE_DAY))
    Branch.objects.filter(pk=branch.pk).update(ended_on=day)
    return [membership.person for membership in held]


def _follow(people: list[Person], *, since: date, by: User, now: datetime | None) -> None:
    if since <= timezone.localdate(now):
        ledger.follow_homes(people=people, since=since, by=by, now=now or timezone.now())


def _lock_tree() -> None:
    """One change of the tree at a time: a place in it and a name are taken once, and a move
    writes the paths of many rows anew."""
    list(Branch.objects.select_for_update().filter(depth=1).order_by("pk"))


def _check_name(name: str, organisation: Organisation, *, but: Branch | None = None) -> None:
    same = Branch.objects.filter(name=name, organisation=organisation, ended_on=None)
    if same.exclude(pk=but and but.pk).exists():
        raise BranchRefused(_("这个单位已经有一个同名的党组织，请换一个名称。"))


def _check_open(branch: Branch) -> None:
    if branch.ended_on:
        raise BranchRefused(_("“%(branch)s”已经撤销，请选别的党组织。") % {"branch": branch})


def _in_words(branch: Branch) -> str:
    words = [branch.name, branch.get_level_display(), branch.organisation.name]
    if branch.class_group:
        words.append(branch.class_group.name)
    words.append(_("任期 %(years)s 年") % {"years": branch.term_years})
    return "，".join(map(str, words))[:200]


def _write(branch, kind, *, on, by, note, now, before="", after="") -> None:
    BranchChange.objects.create(
        branch=branch,
        kind=kind,
        happened_on=on,
        before=before,
        after=after,
        note=note,
        changed_at=now or timezone.now(),
        changed_by=by,
    )
