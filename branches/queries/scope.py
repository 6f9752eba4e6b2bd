"""Who may: the doors `branch_led_by` (to see), `branch_kept_by` (to write), `entry_led_by`,
`record_led_by`, and `entry_of` for a person's own line.
"""

from datetime import date

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import Http404
from django.utils import timezone

from accounts.models import Person, RoleGrant, User
from accounts.queries import organisations_led_by
from branches.models import (
    Branch,
    BranchMembership,
    BranchOffice,
    BranchRecord,
    RecordScan,
    RecordVersion,
    StudyEntry,
)
from branches.queries.ledger import with_names
from branches.queries.people import tree
from branches.queries.records import with_everything
from branches.queries.standing import held_on


def branches_led_by(user: User, *, on: date | None = None) -> QuerySet[Branch]:
    """Every branch whose books `user` may read, by its place in the tree.

    Those in office there or above it today, and the bureau over the branch's organisation.
    """
    if not user.is_authenticated:
        return Branch.objects.none()
    kept = branches_kept_by(user, on=on)
    led = organisations_led_by(user, RoleGrant.Role.BUREAU)
    return Branch.objects.filter(Q(pk__in=kept.values("pk")) | Q(organisation__in=led))


def branches_kept_by(user: User, *, on: date | None = None) -> QuerySet[Branch]:
    """Every branch whose books `user` may write: in office there or above it today."""
    if not user.is_authenticated:
        return Branch.objects.none()
    if user.is_superuser:
        return Branch.objects.all()
    offices = BranchOffice.objects.filter(
        held_on(on or timezone.localdate()), person__isnull=False, person=user.person_id
    )
    scope = Q(pk__in=[])
    for path in offices.values_list("branch__path", flat=True):
        scope |= Q(path__startswith=path)
    return Branch.objects.filter(scope)


def holds_an_office(user: User, *, on: date | None = None) -> bool:
    """Whether `user` is secretary or of the committee of any branch today."""
    if not user.person_id:
        return False
    offices = BranchOffice.objects.filter(held_on(on or timezone.localdate()))
    return offices.filter(person=user.person_id).exists()


def branch_led_by(user: User, pk: int, *, on: date | None = None) -> Branch:
    """The branch, if `user` may read its books. Raises Http404 for all others."""
    if branch := branches_led_by(user, on=on).filter(pk=pk).first():
        return branch
    raise Http404


def branch_kept_by(user: User, pk: int, *, on: date | None = None) -> Branch:
    """The branch, if `user` may write into its books. Raises Http404 for all others."""
    if branch := branches_kept_by(user, on=on).filter(pk=pk).first():
        return branch
    raise Http404


def entry_led_by(user: User, *, branch_pk: int, pk: int) -> StudyEntry:
    """A line in the ledger of a branch or of one beneath it. Raises Http404 for strangers."""
    branch = branch_led_by(user, branch_pk)
    lines = with_names(StudyEntry.objects.filter(pk=pk, branch__in=tree(branch)))
    if entry := lines.first():
        return entry
    raise Http404


def entry_of(person: Person, pk: int) -> StudyEntry:
    """A person's own line. Raises Http404 for anybody else's."""
    if entry := with_names(StudyEntry.objects.filter(pk=pk, person=person)).first():
        return entry
    raise Http404


def record_led_by(user: User, *, branch_pk: int, pk: int) -> BranchRecord:
    """A record of a branch. Raises Http404 for strangers."""
    branch = branch_led_by(user, branch_pk)
    if record := with_everything(BranchRecord.objects.filter(branch=branch, pk=pk)).first():
        return record
    raise Http404


def record_kept_by(user: User, *, branch_pk: int, pk: int) -> BranchRecord:
    """The record, if `user` may write into it. Raises Http404 for all others."""
    branch = branch_kept_by(user, branch_pk)
    if record := with_everything(BranchRecord.objects.filter(branch=branch, pk=pk)).first():
        return record
    raise Http404


def version_led_by(user: User, *, branch_pk: int, record_pk: int, number: int) -> RecordVersion:
    """A signed version of a record. Raises Http404 for strangers."""
    record = record_led_by(user, branch_pk=branch_pk, pk=record_pk)
    if version := record.versions.filter(number=number).first():
        return version
    raise Http404


def scan_led_by(user: User, *, branch_pk: int, record_pk: int, pk: int) -> RecordScan:
    """The scan of a signed paper. Raises Http404 for strangers."""
    record = record_led_by(user, branch_pk=branch_pk, pk=record_pk)
    if scan := RecordScan.objects.filter(version__record=record, pk=pk).first():
        return scan
    raise Http404


def branch_list(user: User, *, on: date, words: str = "") -> QuerySet[Branch]:
    """The branches of `branches_led_by` with `secretary`, `members` and `unwritten` records;
    those whose name, or whose organisation's, has `words` in it.

    Members are counted with those of the same kind in all branches beneath.  One query
    however many branches are listed.
    """
    secretary = BranchOffice.objects.filter(
        held_on(on), branch=OuterRef("pk"), office=BranchOffice.Office.SECRETARY
    ).order_by("-starts_on")
    members = BranchMembership.objects.filter(
        held_on(on), branch__path__startswith=OuterRef("path"), kind=OuterRef("kind")
    )
    unwritten = BranchRecord.objects.filter(branch=OuterRef("pk"), edited_at=None)
    called = Q(name__icontains=words) | Q(organisation__name__icontains=words)
    return (
        branches_led_by(user, on=on)
        .filter(called, Q(ended_on=None) | Q(ended_on__gt=on))
        .select_related("organisation")
        .annotate(
            secretary=Subquery(secretary.values("person__name")[:1]),
            members=Coalesce(_one(members, Count("person", distinct=True)), 0),
            unwritten=Coalesce(_one(unwritten, Count("pk")), 0),
        )
        .order_by("path")
    )


def branches_ended(user: User, *, on: date) -> QuerySet[Branch]:
    """Those of `branches_led_by` that are no more, the newest first: their books stay."""
    ended = branches_led_by(user, on=on).filter(ended_on__lte=on)
    return ended.select_related("merged_into").order_by("-ended_on", "path")


def _one(rows: QuerySet, aggregate):
    """One figure over all of `rows`, as a subquery."""
    return Subquery(
        rows.order_by().annotate(_all=Value(1)).values("_all").annotate(n=aggregate).values("n"),
        output_field=IntegerField(),
    )
