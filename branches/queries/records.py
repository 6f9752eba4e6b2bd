"""The branches' records, and who of a branch was there."""

import re
from collections import Counter
from collections.abc import Iterable

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from branches.models import Branch, BranchRecord, StudyEntry
from branches.queries.people import tree
from branches.queries.standing import APART, STANDS
from courses.models import ClassSession


def records(branch: Branch) -> QuerySet[BranchRecord]:
    """The records of a branch and all beneath it with `present` counted, newest first."""
    present = (
        StudyEntry.objects.filter(STANDS, branch=OuterRef("branch"), session=OuterRef("session"))
        .exclude(mode__in=APART)
        .order_by()
        .values("session")
        .annotate(n=Count("pk"))
        .values("n")
    )
    return (
        BranchRecord.objects.filter(branch__in=tree(branch))
        .select_related("branch", "session__class_group", "session__classroom")
        .annotate(present=Coalesce(Subquery(present, output_field=IntegerField()), 0))
        .order_by("-held_on", "-session__starts_at", "branch__path", "pk")
    )


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
    """Who of the branch was there and how, by name: the lines that stand."""
    return (
        StudyEntry.objects.filter(STANDS, branch=record.branch, session=record.session)
        .exclude(mode__in=APART)
        .select_related("person")
        .order_by("person__pinyin", "person_id")
    )
