"""What should be in the ledger and is not."""

from datetime import datetime

from django.db.models import (
    CharField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import TruncDate

from accounts.models import Organisation
from branches.models import (
    Absence,
    BranchActivity,
    HoursRule,
    Participation,
    Source,
    StudyEntry,
)
from courses.models import ClassSession
from live.models import Attendance, ReplayStudy


def sessions_unposted(*, since: datetime | None = None) -> QuerySet[ClassSession]:
    """Closed sessions whose lines are missing or say something else than the attendance.

    The same rule as branches.ledger in one query; `since` bounds it by when the room was
    closed, so that it stays cheap in an old school.  What waits for a rule is left out:
    trying it again changes nothing.
    """
    wrong = _unsettled().filter(~DESERVES_A_LINE | Exists(_rules_for_attendance()))
    closed = ClassSession.objects.filter(classroom__closed_at__isnull=False)
    if since:
        closed = closed.filter(classroom__closed_at__gte=since)
    wrong = wrong.filter(session=OuterRef("pk"))
    return closed.filter(Exists(wrong)).select_related("class_group").order_by("starts_at", "pk")


def sessions_with_replays_unposted(*, since: datetime | None = None) -> QuerySet[ClassSession]:
    """Sessions whose replay somebody has made up the class by, without the line for it."""
    there = Attendance.objects.filter(
        session=OuterRef("classroom__session"), person=OuterRef("person"), is_present=True
    )
    lines = StudyEntry.objects.filter(
        person=OuterRef("person"),
        source=Source.REPLAY,
        source_key=OuterRef("classroom__session"),
        is_reversal=False,
    )
    waiting = ReplayStudy.objects.filter(~Exists(there), ~Exists(lines), seconds__gte=30)
    waiting = waiting.filter(enough_at__isnull=False, person__merged_into=None)
    if since:
        waiting = waiting.filter(enough_at__gte=since)
    has_rule = HoursRule.objects.alias(
        path=ExpressionWrapper(OuterRef("person__organisation__path"), CharField())
    ).filter(valid_from__lte=OuterRef("day"), path__startswith=F("organisation__path"))
    waiting = waiting.alias(day=TruncDate("enough_at")).filter(Exists(has_rule))
    waiting = waiting.values("classroom__session")
    sessions = ClassSession.objects.filter(pk__in=waiting)
    return sessions.select_related("class_group").order_by("starts_at", "pk")


def activities_unposted(*, since: datetime | None = None) -> QuerySet[BranchActivity]:
    """Closed activities whose lines are missing or say something else than who was there.

    The same rule as branches.evidence.gathered in one query.
    """
    rows = Participation.objects.filter(
        activity__closed_at__isnull=False, noted_at__isnull=False, person__merged_into=None
    )
    if since:
        rows = rows.filter(activity__edited_at__gte=since)
    lines = StudyEntry.objects.filter(
        person=OuterRef("person"),
        source=Source.ACTIVITY,
        source_key=OuterRef("activity"),
        is_reversal=False,
    )
    same = Q(
        minutes=OuterRef("activity__minutes"),
        mode=OuterRef("mode"),
        studied_on=OuterRef("activity__held_on"),
    )
    counts = (
        Q(is_present=True)
        & ~Q(known_by=Participation.KnownBy.CLASS)
        & ~Q(activity__kind=BranchActivity.Kind.VOLUNTEERING)
    )
    standing = lines.filter(reversed_by=None)
    newest = (
        StudyEntry.objects.filter(
            person=OuterRef("person"),
            source=OuterRef("source"),
            source_key=OuterRef("source_key"),
            is_reversal=False,
        )
        .order_by("-revision")
        .values("pk")[:1]
    )
    settled = lines.filter(same, pk=Subquery(newest)).filter(
        Q(reversed_by=None)
        | Q(
            reversed_by__posted_by__isnull=False,
            reversed_by__posted_at__gte=OuterRef("noted_at"),
        )
    )
    path = ExpressionWrapper(OuterRef("person__organisation__path"), CharField())
    rule = HoursRule.objects.alias(path=path).filter(
        valid_from__lte=OuterRef("activity__held_on"), path__startswith=F("organisation__path")
    )
    wrong = rows.filter(
        (counts & ~Exists(settled) & Exists(rule)) | (~counts & Exists(standing))
    ).values("activity")
    found = BranchActivity.objects.filter(pk__in=wrong).order_by("starts_at", "pk")
    return found.select_related("branch", "group", "session")


def make_ups_unposted(*, since: datetime | None = None) -> QuerySet[Absence]:
    """What was made up by a booklet or a talk, and has no line."""
    lines = StudyEntry.objects.filter(
        person=OuterRef("person"), source=Source.MAKE_UP, source_key=OuterRef("pk")
    )
    path = ExpressionWrapper(OuterRef("person__organisation__path"), CharField())
    rule = HoursRule.objects.alias(path=path).filter(
        valid_from__lte=OuterRef("made_up_on"), path__startswith=F("organisation__path")
    )
    found = Absence.objects.filter(
        ~Exists(lines),
        Exists(rule),
        made_up_on__isnull=False,
        how__in=(Absence.How.BOOKLET, Absence.How.TALK),
        person__merged_into=None,
    ).exclude(record__activity__kind=BranchActivity.Kind.VOLUNTEERING)
    return found.filter(noted_at__gte=since) if since else found


def organisations_without_rule() -> QuerySet[Organisation]:
    """Whose people studied in closed sessions and have no line for want of a rule."""
    waiting = _unsettled().filter(
        DESERVES_A_LINE,
        ~Exists(_rules_for_attendance()),
        session__classroom__closed_at__isnull=False,
    )
    return Organisation.objects.filter(pk__in=waiting.values("person__organisation"))


# An attendance that the ledger has to know of: present, and for some minutes.
DESERVES_A_LINE = Q(is_present=True, whole_minutes__gt=0)


def _unsettled() -> QuerySet[Attendance]:
    """Attendance of which the ledger says something else."""
    lines = StudyEntry.objects.filter(
        person=OuterRef("person"),
        source=Source.SESSION,
        source_key=OuterRef("session"),
        is_reversal=False,
    )
    same = Q(
        minutes=OuterRef("whole_minutes"),
        mode=OuterRef("mode"),
        studied_on=OuterRef("studied_on"),
    )
    standing = lines.filter(reversed_by=None)
    # What a person reversed stays reversed while the evidence says the same.
    newest = lines.order_by("-revision").values("pk")[:1]
    settled = lines.filter(same, pk=Subquery(newest)).filter(
        Q(reversed_by=None) | Q(reversed_by__posted_by__isnull=False)
    )
    return Attendance.objects.alias(
        # live.models.Attendance.minutes, for the database.
        whole_minutes=(F("seconds") + 30) / 60,
        studied_on=TruncDate("session__starts_at"),
    ).filter(
        (DESERVES_A_LINE & ~Exists(settled))
        | (DESERVES_A_LINE & Exists(standing.exclude(same)))
        | (~DESERVES_A_LINE & Exists(standing))
    )


def _rules_for_attendance() -> QuerySet[HoursRule]:
    """The rules in force for the person of an outer attendance."""
    path = ExpressionWrapper(OuterRef("person__organisation__path"), CharField())
    return HoursRule.objects.alias(path=path).filter(
        valid_from__lte=OuterRef("studied_on"), path__startswith=F("organisation__path")
    )
