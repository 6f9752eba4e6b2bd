"""Branches and who belongs to them."""

from collections.abc import Iterable
from datetime import date, datetime, time

from django.db.models import (
    Case,
    Q,
    QuerySet,
    When,
)
from django.utils import timezone

from accounts.models import AuditLine, Person
from branches.models import Branch, BranchMembership, BranchOffice, StudyEntry
from branches.queries.standing import STANDS, held_on
from courses.models import ClassSession


def tree(branch: Branch) -> QuerySet[Branch]:
    """The branch and all beneath it."""
    return Branch.objects.filter(path__startswith=branch.path)


def size_of(branch: Branch, *, on: date) -> dict:
    """What branches.hints wants to know of a branch."""
    members = BranchMembership.objects.filter(
        held_on(on), branch__in=tree(branch), kind=branch.kind
    )
    offices = branch.offices.filter(held_on(on))
    return {
        "level": branch.level,
        "members": members.values("person").distinct().count(),
        "committee": offices.values("person").distinct().count(),
        "has_secretary": offices.filter(office=BranchOffice.Office.SECRETARY).exists(),
    }


def members_on(branch: Branch, day: date) -> QuerySet[Person]:
    """Who belonged to the branch on `day`, by name."""
    # By the memberships: asked of each person in turn, SQLite reads everybody of a province.
    held = BranchMembership.objects.filter(held_on(day), branch=branch)
    return Person.objects.filter(pk__in=held.values("person")).order_by("pinyin", "pk")


def secretary_on(branch: Branch, day: date) -> Person | None:
    offices = branch.offices.filter(held_on(day), office=BranchOffice.Office.SECRETARY)
    office = offices.select_related("person").order_by("-starts_on").first()
    return office and office.person


def term_began(branch: Branch, *, on: date) -> date | None:
    """When the secretary of that day came into office."""
    offices = branch.offices.filter(held_on(on), office=BranchOffice.Office.SECRETARY)
    return offices.order_by("-starts_on").values_list("starts_on", flat=True).first()


def secretaries_there(session: ClassSession, *, on: date) -> dict[int, int]:
    """Of every branch the secretary on that day who was in `session`, in one query."""
    # Begins with who was there: asked of each secretary of a province, it read all their lines.
    there = StudyEntry.objects.filter(STANDS, session=session).order_by().values("person")
    offices = BranchOffice.objects.filter(
        held_on(on), person__in=there, office=BranchOffice.Office.SECRETARY
    )
    return dict(offices.order_by("starts_on").values_list("branch_id", "person_id"))


def home_branch_on(person: Person, day: date) -> Branch | None:
    """Where the membership (组织关系) of `person` was on `day`."""
    homes = person.memberships.filter(held_on(day), kind=Branch.Kind.HOME)
    membership = homes.select_related("branch").order_by("-starts_on", "-pk").first()
    return membership and membership.branch


def memberships_of(person: Person, *, on: date) -> QuerySet[BranchMembership]:
    """The branches that `person` belongs to on that day, the home branch first."""
    held = person.memberships.filter(held_on(on)).select_related("branch")
    return held.order_by(Case(When(kind=Branch.Kind.HOME, then=0), default=1), "starts_on")


def offices_of(person: Person, *, on: date) -> QuerySet[BranchOffice]:
    """The offices that `person` holds on that day."""
    return person.offices.filter(held_on(on)).select_related("branch")


def powers_since(person: Person, *, now: datetime) -> list[datetime]:
    """When each office that `person` holds or will hold was given to them.

    One without a line of the log counts from its first day; if that is still to come, from
    the beginning of the file.
    """
    today = timezone.localdate(now)
    found = []
    for held in person.offices.filter(Q(ends_on=None) | Q(ends_on__gt=today)):
        line = AuditLine.objects.filter(
            person=person,
            action=AuditLine.Action.ROLE_GRANTED,
            details__branch=held.branch_id,
            details__office=held.office,
        ).first()
        if line:
            found.append(line.at)
        elif held.starts_on <= today:
            found.append(timezone.make_aware(datetime.combine(held.starts_on, time())))
        else:
            found.append(person.created_at)
    return found


def offices_over(person: Person, *, on: date) -> QuerySet[BranchOffice]:
    """The offices held that day in the branches of `person` and above them, by others."""
    paths = person.memberships.filter(held_on(on)).values_list("branch__path", flat=True)
    step = Branch.steplen
    above = {path[:end] for path in paths for end in range(step, len(path) + 1, step)}
    offices = BranchOffice.objects.filter(held_on(on), branch__path__in=above)
    return (
        offices.exclude(person=person)
        .select_related("branch", "person")
        .order_by("branch__path", "office", "pk")
    )


def home_branches(people: Iterable[int], *, days: set[date]) -> dict[tuple[int, date], int]:
    """The home branch of `people` on each of `days`, in one query.

    Of two that were dated across each other the later one counts.
    """
    homes = BranchMembership.objects.filter(
        Q(ends_on=None) | Q(ends_on__gt=min(days)),
        person__in=people,
        kind=Branch.Kind.HOME,
        starts_on__lte=max(days),
    )
    found = {}
    for home in homes.order_by("starts_on", "pk"):
        for day in days:
            if home.starts_on <= day and (home.ends_on is None or day < home.ends_on):
                found[home.person_id, day] = home.branch_id
    return found
