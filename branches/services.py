"""Who belongs to a branch and who holds office in it: the only code that changes that.

Dates are what counts: the ledger asks for the branch of the day, so a change may be
entered late, and nothing already posted moves.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Person, User
from branches.errors import DatesCross
from branches.models import Branch, BranchMembership, BranchOffice
from common import dates


@transaction.atomic
def join_branch(*, branch: Branch, person: Person, starts_on: date) -> BranchMembership:
    """Make `person` a member of `branch` from `starts_on`; who is one already stays one.

    Joining a home branch leaves the home branch before it on that day: the organisation
    relation is transferred.  Raises DatesCross where that would turn dates round.
    """
    _lock(person)
    memberships = person.memberships.filter(branch=branch)
    if held := memberships.filter(Q(ends_on=None) | Q(ends_on__gt=starts_on)).first():
        if held.starts_on <= starts_on and held.ends_on is None:
            return held
        raise DatesCross(
            _("%(person)s在%(branch)s的时间和已经登记的交叉，请看一看日期。")
            % {"person": person, "branch": branch}
        )
    if branch.kind == Branch.Kind.HOME:
        _leave_home_before(person, starts_on)
    return BranchMembership.objects.create(
        branch=branch, person=person, kind=branch.kind, starts_on=starts_on
    )


@transaction.atomic
def leave_branch(*, membership: BranchMembership, ends_on: date) -> BranchMembership:
    """End a membership: `ends_on` is the first day that no longer counts.

    Leaving on the same day twice is harmless.  Raises DatesCross for a day not after its
    beginning.
    """
    _lock(membership.person)
    membership.refresh_from_db()
    if ends_on <= membership.starts_on:
        raise DatesCross(_("结束的日期要晚于开始的日期。"))
    membership.ends_on = ends_on
    membership.save(update_fields=["ends_on"])
    return membership


@transaction.atomic
def appoint(
    *,
    branch: Branch,
    person: Person,
    office: str,
    starts_on: date,
    by: User | None = None,
    now: datetime | None = None,
) -> BranchOffice:
    """Give `person` an office in `branch` from `starts_on`; the same again is harmless.

    A new secretary takes over from the one before, whose office ends that day.  Raises
    DatesCross where that would turn dates round.
    """
    # Offices of a branch are few: one at a time, so that two secretaries never meet.
    branch = Branch.objects.select_for_update().get(pk=branch.pk)
    if branch.ended_on and starts_on >= branch.ended_on:
        raise DatesCross(
            _("“%(branch)s”从 %(day)s 起已经撤销，不能再任职。")
            % {"branch": branch, "day": dates.in_words(branch.ended_on)}
        )
    open_offices = branch.offices.filter(office=office, ends_on=None)
    if held := open_offices.filter(person=person, starts_on__lte=starts_on).first():
        return held
    if later := open_offices.filter(person=person).first():
        raise DatesCross(
            _("%(person)s从 %(day)s 起已经任%(office)s，不用再登记。")
            % {
                "person": person,
                "day": dates.in_words(later.starts_on),
                "office": later.get_office_display(),
            }
        )
    if office == BranchOffice.Office.SECRETARY:
        for before in open_offices.select_related("person"):
            _check_comes_after(before, starts_on)
            leave_office(office=before, ends_on=starts_on)
    given = BranchOffice.objects.create(
        branch=branch, person=person, office=office, starts_on=starts_on
    )
    # When it was given, whatever day it counts from: see queries.powers_since.
    audit.record(
        audit.Action.ROLE_GRANTED,
        by=by,
        person=person,
        organisation=branch.organisation,
        now=now,
        office=office,
        branch=branch.pk,
    )
    return given


@transaction.atomic
def leave_office(*, office: BranchOffice, ends_on: date) -> BranchOffice:
    """End an office: `ends_on` is the first day that no longer counts."""
    if ends_on <= office.starts_on:
        raise DatesCross(_("结束的日期要晚于开始的日期。"))
    office.ends_on = ends_on
    office.save(update_fields=["ends_on"])
    return office


@transaction.atomic
def leave_everything(*, person: Person, ends_on: date) -> None:
    """End every membership and office that `person` holds; `ends_on` is the first day that no
    longer counts. Twice is harmless.

    What began on that day or later is ended after its first day: it was entered, and stays.
    """
    for held in (
        *person.memberships.filter(_open(ends_on)),
        *person.offices.filter(_open(ends_on)),
    ):
        held.ends_on = max(ends_on, held.starts_on + timedelta(days=1))
        held.save(update_fields=["ends_on"])


def _check_comes_after(before: BranchOffice, starts_on: date) -> None:
    if starts_on <= before.starts_on:
        words = _("%(person)s从 %(day)s 起任书记，新书记的日期要在这一天以后。")
        raise DatesCross(
            words % {"person": before.person, "day": dates.in_words(before.starts_on)}
        )


def unite(*, kept: Person, dropped: Person, moved: Collection[int]) -> list[dict]:
    """Where both files belonged to one branch at one time, the kept one did so from the first
    day to the last. `moved` are the rows that were the dropped file's and are the kept one's
    by now. Returns what `part` needs.
    """
    rows = BranchMembership.objects.select_for_update().filter(person__in=(kept, dropped))
    united = []
    for group in _overlapping(rows.order_by("branch", "kind", "starts_on", "pk")):
        before = [_as_data(row, was=dropped, moved=moved) for row in group]
        if len(group) == 1 or not any(each["was_dropped"] for each in before):
            continue
        own = [row for row, data in zip(group, before, strict=True) if not data["was_dropped"]]
        stays = (own or group)[0]
        ends = [row.ends_on for row in group]
        BranchMembership.objects.filter(
            pk__in=[row.pk for row in group if row.pk != stays.pk]
        ).delete()
        stays.person, stays.starts_on = kept, group[0].starts_on
        stays.ends_on = None if None in ends else max(ends)
        stays.save()
        united.append({"row": stays.pk, "after": _as_data(stays), "before": before})
    return united


def part(united: list[dict], *, kept: Person, dropped: Person) -> None:
    """Give both files the memberships they had; one that was changed since stays as it is."""
    for each in united:
        stays = BranchMembership.objects.filter(pk=each["row"]).first()
        unchanged = stays and _as_data(stays) == each["after"]
        for row in each["before"]:
            if row["pk"] == each["row"] and not unchanged:
                continue
            BranchMembership.objects.update_or_create(
                pk=row["pk"],
                defaults={
                    "branch_id": row["branch"],
                    "kind": row["kind"],
                    "person": dropped if row["was_dropped"] else kept,
                    "starts_on": date.fromisoformat(row["starts_on"]),
                    "ends_on": row["ends_on"] and date.fromisoformat(row["ends_on"]),
                },
            )


def _overlapping(rows: Iterable[BranchMembership]) -> Iterator[list[BranchMembership]]:
    """Rows of one branch, by their beginning, that share a day."""
    group, until = [], date.min
    for row in rows:
        same = group and (group[0].branch_id, group[0].kind) == (row.branch_id, row.kind)
        if group and not (same and row.starts_on < until):
            yield group
            group, until = [], date.min
        group.append(row)
        until = max(until, row.ends_on or date.max)
    if group:
        yield group


def _as_data(row: BranchMembership, *, was: Person | None = None, moved=()) -> dict:
    return {
        "pk": row.pk,
        "branch": row.branch_id,
        "kind": row.kind,
        "was_dropped": bool(was) and (row.person_id == was.pk or row.pk in moved),
        "starts_on": row.starts_on.isoformat(),
        "ends_on": row.ends_on and row.ends_on.isoformat(),
    }


def _open(day: date) -> Q:
    return Q(ends_on=None) | Q(ends_on__gt=day)


def _lock(person: Person) -> None:
    # Two transfers of one person would otherwise both see the home branch before them.
    Person.objects.select_for_update().get(pk=person.pk)


def _leave_home_before(person: Person, starts_on: date) -> None:
    homes = person.memberships.filter(kind=Branch.Kind.HOME)
    for home in homes.filter(Q(ends_on=None) | Q(ends_on__gt=starts_on)).select_related("branch"):
        if home.starts_on >= starts_on or home.ends_on:
            last = home.ends_on and home.ends_on - timedelta(days=1)
            raise DatesCross(
                _("%(person)s的组织关系从 %(from)s 到 %(to)s 在%(branch)s，请先看一看日期。")
                % {
                    "person": person,
                    "from": home.starts_on,
                    "to": last or _("现在"),
                    "branch": home.branch,
                }
            )
        leave_branch(membership=home, ends_on=starts_on)
