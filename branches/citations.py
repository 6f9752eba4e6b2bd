"""Stars and points that a secretary writes by hand, and hours of volunteering by name.

Off until whoever sets the rules of study hours switches them on.  Lists are by name: nothing
is put in order by what somebody got, and nothing is computed from study.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet, Sum
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organisation, Person, User
from branches import doors, hours, queries
from branches.errors import CitationRefused
from branches.models import Branch, BranchActivity, Citation, Extras, Participation

Kind = Citation.Kind
SWITCHES = ("stars", "points", "volunteering", "talents")
SWITCH_OF = {Kind.STAR: "stars", Kind.POINTS: "points"}
MEETINGS = (BranchActivity.Kind.MEETING, BranchActivity.Kind.LIFE)


# The switches


def switched_on(organisation: Organisation) -> frozenset[str]:
    """Which of SWITCHES hold at `organisation`: its own row, or that of the nearest above."""
    steps = range(organisation.steplen, len(organisation.path) + 1, organisation.steplen)
    rows = Extras.objects.filter(organisation__path__in=[organisation.path[:end] for end in steps])
    paths = [(row.organisation.path, row) for row in rows.select_related("organisation")]
    row = hours.nearest(paths, path=organisation.path)
    return frozenset(name for name in SWITCHES if row and getattr(row, name))


def switch(
    *, organisation: Organisation, by: User | None, now: datetime | None = None, **on
) -> None:
    Extras.objects.update_or_create(
        organisation=organisation,
        defaults=on | {"set_by": by, "set_at": now or timezone.now()},
    )


def switches_led_by(user: User) -> QuerySet[Extras]:
    """What the organisations that `user` makes rules for have switched, by their place."""
    rows = Extras.objects.filter(organisation__in=doors.rule_organisations(user))
    return rows.select_related("organisation").order_by("organisation__path")


# The doors: what is off is not there


def branch_cited_by(user: User, pk: int, switch: str, *, writes: bool = False) -> Branch:
    """The branch, if `user` reads (or writes) its books and `switch` is on there.

    Raises Http404 for all others.
    """
    branch = (queries.branch_kept_by if writes else queries.branch_led_by)(user, pk)
    if switch not in switched_on(branch.organisation):
        raise Http404
    return branch


def citation_kept_by(user: User, *, branch_pk: int, pk: int) -> Citation:
    """A line that may be withdrawn. Raises Http404 for strangers and where it is off."""
    found = Citation.objects.filter(pk=pk, branch=branch_pk, withdraws=None)
    line = found.select_related("person", "branch", "activity").first()
    if line is None:
        raise Http404
    branch_cited_by(user, branch_pk, SWITCH_OF[line.kind], writes=True)
    return line


def switches_of(person: Person, *, on: date | None = None) -> frozenset[str]:
    """What is on in the branches that a member belongs to today."""
    day = on or timezone.localdate()
    rows = person.memberships.filter(queries.held_on(day)).select_related("branch__organisation")
    return frozenset().union(*(switched_on(row.branch.organisation) for row in rows))


# What is read


def citations_of_branch(branch: Branch, kind: str, *, year: int) -> QuerySet[Citation]:
    """Of one year, by name; with what was withdrawn."""
    return _with_names(Citation.objects.filter(branch=branch, kind=kind, year=year))


def citations_of(person: Person, kind: str) -> QuerySet[Citation]:
    """A member's own, the newest year first."""
    found = Citation.objects.filter(person=person, kind=kind)
    return _with_names(found).order_by("-year", "-pk")


def points_of(lines: Iterable[Citation]) -> int:
    """The sum of what stands."""
    return sum(line.amount for line in lines if stands(line))


def stands(line: Citation) -> bool:
    return not hasattr(line, "withdrawn_by")


@dataclass
class OfMember:
    """A member's lines of a year."""

    person: Person
    lines: list[Citation] = field(default_factory=list)

    @property
    def points(self) -> int:
        return points_of(self.lines)


def by_member(lines: Iterable[Citation]) -> list[OfMember]:
    """The lines person by person, in the order they come in: that of names."""
    found: dict[int, OfMember] = {}
    for line in lines:
        found.setdefault(line.person_id, OfMember(line.person)).lines.append(line)
    return list(found.values())


def meetings_of(branch: Branch) -> QuerySet[BranchActivity]:
    """The closed meetings that may have decided about stars, the newest first."""
    found = BranchActivity.objects.filter(
        branch=branch, kind__in=MEETINGS, closed_at__isnull=False
    )
    return found.order_by("-starts_at", "-pk")


def volunteers_of(branch: Branch, *, year: int) -> QuerySet[Person]:
    """Who volunteered at activities of the branch and how long (`minutes`), by name."""
    rows = Participation.objects.filter(
        activity__branch=branch,
        activity__kind=BranchActivity.Kind.VOLUNTEERING,
        activity__closed_at__isnull=False,
        activity__held_on__gte=date(year, 1, 1),
        activity__held_on__lt=date(year + 1, 1, 1),
        is_present=True,
        person__merged_into=None,
    )
    return (
        Person.objects.filter(activities__in=rows)
        .annotate(minutes=Sum("activities__activity__minutes"))
        .order_by("pinyin", "pk")
    )


# What is written


@transaction.atomic
def cite(
    *,
    branch: Branch,
    kind: str,
    person: Person,
    amount: int,
    by: User,
    year: int | None = None,
    happened_on: date | None = None,
    activity: BranchActivity | None = None,
    words: str = "",
    now: datetime | None = None,
) -> Citation:
    """Write a line about a member.

    Raises CitationRefused, at its field, for a day to come, for nothing it rests on and for a
    second star of the same year.
    """
    now = now or timezone.now()
    words, today = words.strip(), timezone.localdate(now)
    Branch.objects.select_for_update().get(pk=branch.pk)
    if kind == Kind.STAR:
        if not (activity or words):
            raise CitationRefused(_("请选哪次会，或者写明是哪天的什么会。"), field="activity")
        if activity:
            happened_on = activity.held_on
        held = Citation.objects.filter(kind=kind, person=person, year=year, branch=branch)
        if held.filter(withdraws=None, withdrawn_by=None).exists():
            raise CitationRefused(
                _("%(name)s这一年已经有星级。写错的先撤回，再写新的。") % {"name": person},
                field="person",
            )
    elif happened_on > today:
        raise CitationRefused(_("日期不能晚于今天。"), field="happened_on")
    return Citation.objects.create(
        kind=kind,
        branch=branch,
        person=person,
        amount=amount,
        year=year or happened_on.year,
        happened_on=happened_on,
        activity=activity,
        words=words,
        entered_at=now,
        entered_by=by,
    )


@transaction.atomic
def withdraw(*, line: Citation, reason: str, by: User, now: datetime | None = None) -> Citation:
    """Take a line back by a second one; both stay. Raises CitationRefused for a second time."""
    Branch.objects.select_for_update().get(pk=line.branch_id)
    if not reason.strip():
        raise CitationRefused(_("请写明为什么撤回。"), field="reason")
    if Citation.objects.filter(withdraws=line).exists():
        raise CitationRefused(_("这一行已经撤回了。"))
    return Citation.objects.create(
        kind=line.kind,
        branch_id=line.branch_id,
        person_id=line.person_id,
        amount=line.amount,
        year=line.year,
        happened_on=line.happened_on,
        activity_id=line.activity_id,
        words=line.words,
        entered_at=now or timezone.now(),
        entered_by=by,
        withdraws=line,
        reason=reason.strip(),
    )


def _with_names(found: QuerySet[Citation]) -> QuerySet[Citation]:
    """The lines themselves, each with the one that took it back."""
    return found.filter(withdraws=None).select_related(
        "person", "branch", "activity", "withdrawn_by", "entered_by__person"
    )
