"""The branches' records, and who of a branch was there."""

import re
from collections import Counter
from collections.abc import Iterable

from django.db.models import (
    Case,
    Count,
    Exists,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    When,
)
from django.db.models.functions import Coalesce

from branches.models import (
    Branch,
    BranchMembership,
    BranchRecord,
    Participation,
    StudyEntry,
)
from branches.queries.people import members_on, tree
from branches.queries.standing import APART, STANDS, held_on
from courses.models import ClassSession


def records(branch: Branch) -> QuerySet[BranchRecord]:
    """The records of a branch and all beneath it with `present` counted, newest first."""
    in_class = StudyEntry.objects.filter(
        STANDS, _of_the_record(), session=OuterRef("session")
    ).exclude(mode__in=APART)
    gathered = Participation.objects.filter(
        _at_the_record(),
        activity=OuterRef("activity"),
        is_present=True,
        person__merged_into=None,
    )
    return (
        BranchRecord.objects.filter(branch__in=tree(branch))
        .select_related("branch", "session__class_group", "session__classroom", "activity")
        .annotate(
            present=Case(
                When(activity=None, then=_counted(in_class, "session")),
                default=_counted(gathered, "activity"),
            )
        )
        .order_by("-held_on", "branch__path", "-pk")
    )


def _counted(rows: QuerySet, by: str):
    counted = rows.order_by().values(by).annotate(n=Count("pk", distinct=True)).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _of_the_record() -> Q:
    """The lines in the class that belong on an outer record: those of the branch, and on that
    of a functional or temporary one those of its members, which count at home."""
    member = BranchMembership.objects.filter(
        Q(ends_on=None) | Q(ends_on__gt=OuterRef(OuterRef("held_on"))),
        starts_on__lte=OuterRef(OuterRef("held_on")),
        branch=OuterRef(OuterRef("branch")),
        person=OuterRef("person"),
    ).exclude(kind=Branch.Kind.HOME)
    return Q(branch=OuterRef("branch")) | Q(Exists(member))


def _at_the_record() -> Q:
    """Who stands on the outer record of an activity: on its host's everybody, on that of
    another branch who had their home in it or in its groups."""
    at_home = BranchMembership.objects.filter(
        Q(ends_on=None) | Q(ends_on__gt=OuterRef("activity__held_on")),
        starts_on__lte=OuterRef("activity__held_on"),
        kind=Branch.Kind.HOME,
        branch__path__startswith=OuterRef(OuterRef("branch__path")),
        person=OuterRef("person"),
    )
    return Q(activity__branch=OuterRef("branch")) | Q(Exists(at_home))


def records_of(session: ClassSession) -> QuerySet[BranchRecord]:
    """The records that branches have of a session."""
    return with_everything(BranchRecord.objects.filter(session=session))


def with_everything(records: QuerySet[BranchRecord]) -> QuerySet[BranchRecord]:
    """With all that stands on the sheet and has one row."""
    return records.select_related(
        "branch",
        "chair",
        "recorder",
        "session__classroom",
        "session__class_group__teacher",
        "session__substitute",
        "session__class_group__teaching_point",
        "activity__branch",
        "activity__group",
    )


def phrases_of(branch: Branch, *, most: int = 8) -> list[str]:
    """Sentences that stand in several of the branch's newest records, the commonest first."""
    texts = branch.records.exclude(edited_at=None).order_by("-held_on", "-pk")
    found: Counter = Counter()
    for said, decided in texts.values_list("said", "decided")[:40]:
        found.update({part for text in (said, decided) for part in _sentences(text)})
    return [phrase for phrase, times in found.most_common(most) if times > 1]


def _sentences(text: str) -> Iterable[str]:
    parts = (part.strip() for part in re.split(r"(?<=[。；！？])|\n", text))
    return (part for part in parts if 4 <= len(part) <= 40)


def present_of(record: BranchRecord) -> Iterable[StudyEntry]:
    """Who of the branch was in the class and how, by name: the lines that stand.

    On the record of a functional or temporary branch its members stand, whose lines are at
    home.
    """
    lines = StudyEntry.objects.filter(STANDS, session=record.session).exclude(mode__in=APART)
    if record.branch.kind == Branch.Kind.HOME:
        lines = lines.filter(branch=record.branch)
    else:
        lines = lines.filter(person__in=members_on(record.branch, record.held_on).order_by())
    return lines.select_related("person").order_by("person__pinyin", "person_id")


def participations_of(record: BranchRecord) -> QuerySet[Participation]:
    """Everybody of an activity who stands on a branch's record of it, by name."""
    activity = record.activity
    rows = activity.people.filter(
        Q(is_due=True) | Q(is_present=True), person__merged_into=None
    ).select_related("person")
    if record.branch_id != activity.branch_id:
        home = BranchMembership.objects.filter(
            held_on(activity.held_on),
            kind=Branch.Kind.HOME,
            branch__path__startswith=record.branch.path,
            person=OuterRef("person"),
        )
        rows = rows.filter(Exists(home))
    return rows.order_by("person__pinyin", "person_id")
