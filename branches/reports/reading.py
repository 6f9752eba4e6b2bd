"""Reading reports.  The door: `organisation_led_by`; then what stands behind the figures."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Max, Min, OuterRef, Q, QuerySet, Subquery
from django.http import Http404

from accounts.models import Organisation, Person, RoleGrant, User
from accounts.queries import organisations_led_by
from branches import quarters, queries
from branches.models import (
    Branch,
    BranchOffice,
    QuarterConfirmation,
    QuarterReport,
    StudyEntry,
)
from branches.quarters import Quarter
from branches.reports import counting
from branches.reports.catalogue import Figure
from branches.reports.counting import Scope

QUARTERS_SHOWN = 5


def organisations_reported_by(user: User) -> QuerySet[Organisation]:
    """Every organisation whose reports `user` reads, freezes and prints: the bureau's."""
    return organisations_led_by(user, RoleGrant.Role.BUREAU)


def organisation_led_by(user: User, pk: int) -> Organisation:
    """The organisation, if `user` may report for it. Raises Http404 for all others."""
    if found := organisations_reported_by(user).filter(pk=pk).first():
        return found
    raise Http404


def offices_with_branches(user: User) -> list[Organisation]:
    """The organisations of `organisations_reported_by` beneath which there are branches."""
    paths = set(Branch.objects.order_by().values_list("organisation__path", flat=True).distinct())
    step = Organisation.steplen
    above = {path[:end] for path in paths for end in range(step, len(path) + 1, step)}
    return list(organisations_reported_by(user).filter(path__in=above).order_by("path"))


def with_books(lines: Iterable, *, user: User) -> list[tuple]:
    """Each line, record or activity with the branch in whose books `user` may open it.

    Two queries for all.  A group may belong to another organisation than the branch it is
    counted with, whose books hold its lines as well; a branch that was moved away since opens
    to nobody here.
    """
    lines, step = list(lines), Branch.steplen
    paths = {
        path for line in lines for path in (line.branch.path, line.branch.path[:-step]) if path
    }
    led = queries.branches_led_by(user).filter(path__in=paths)
    books = dict(led.values_list("path", "pk"))
    return [
        (line, books.get(line.branch.path) or books.get(line.branch.path[:-step]))
        for line in lines
    ]


def last_quarters(on: date) -> list[Quarter]:
    """The quarter of `on`, not over yet, and those before it."""
    found = [Quarter.of(on)]
    while len(found) < QUARTERS_SHOWN:
        found.append(found[-1].previous)
    return found


def with_states(organisations: list[Organisation], quarters: list[Quarter]) -> list[tuple]:
    """Every organisation with (quarter, whether it is frozen), in one query."""
    frozen = set(
        QuarterReport.objects.filter(
            organisation__in=organisations, quarter__in=[quarter.code for quarter in quarters]
        ).values_list("organisation_id", "quarter")
    )
    return [
        (one, [(quarter, (one.pk, quarter.code) in frozen) for quarter in quarters])
        for one in organisations
    ]


def quarters_of(organisation: Organisation, *, on: date) -> list[Quarter]:
    """From the first line beneath the organisation to the quarter of `on`, newest first."""
    branches = Branch.objects.filter(organisation__path__startswith=organisation.path)
    found = StudyEntry.objects.filter(branch__in=branches.values("pk")).aggregate(
        first=Min("studied_on"), last=Max("studied_on")
    )
    this = Quarter.of(on)
    first = Quarter.of(found["first"]) if found["first"] else this.previous
    return quarters.between(min(first, this), this)


def scope_of_report(organisation: Organisation, report: QuarterReport | None) -> Scope:
    """The branches of the report: those that were frozen, or those of today."""
    if report is None:
        return counting.scope_of(organisation)
    return counting.scope_of_rows(branch["pk"] for branch in report.content["branches"])


def lines_behind(
    organisation: Organisation,
    quarter: Quarter,
    *,
    report: QuarterReport | None,
    figure: Figure,
    branch: Branch | None = None,
) -> QuerySet[StudyEntry]:
    """The lines that a figure of the report was counted from: those that stood then."""
    lines = counting.lines_of(scope_of_report(organisation, report), quarter)
    stands = queries.STANDS
    if report:
        lines = lines.filter(pk__lte=report.last_line)
        stands = Q(is_reversal=False) & (
            Q(reversed_by=None) | Q(reversed_by__pk__gt=report.last_line)
        )
    lines = lines.filter(stands)
    if figure.modes:
        lines = lines.filter(mode__in=figure.modes)
    if branch:
        lines = counting.of_row(lines, branch)
    return with_names(lines)


def with_names(lines: QuerySet[StudyEntry]) -> QuerySet[StudyEntry]:
    return lines.select_related("person", "branch", "rule", "reversed_by", "posted_by__person")


@dataclass(frozen=True)
class Call:
    """A branch that has not confirmed yet, and whom to ring."""

    branch: Branch
    secretary: Person | None


def calls_to_make(content: dict, *, on: date) -> list[Call]:
    """Of a report the branches that have not confirmed, in its order, with the secretary of
    `on`; two queries however many."""
    waiting = [
        each["pk"]
        for each in content["branches"]
        if each["level"] == Branch.Level.BRANCH and not each["confirmed_at"]
    ]
    secretary = BranchOffice.objects.filter(
        queries.held_on(on), branch=OuterRef("pk"), office=BranchOffice.Office.SECRETARY
    ).order_by("-starts_on")
    branches = Branch.objects.filter(pk__in=waiting).select_related("organisation")
    branches = branches.annotate(secretary=Subquery(secretary.values("person")[:1])).in_bulk()
    people = Person.objects.in_bulk({branch.secretary for branch in branches.values()} - {None})
    return [Call(branches[pk], people.get(branches[pk].secretary)) for pk in waiting]


def confirmed_since(content: dict, quarter: Quarter) -> set[int]:
    """The branches of a report that have confirmed by now, also after it was frozen."""
    found = QuarterConfirmation.objects.filter(
        quarter=quarter.code, branch__in=[each["pk"] for each in content["branches"]]
    )
    return set(found.values_list("branch_id", flat=True))
