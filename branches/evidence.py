"""What is known of everybody's study: who was at a session, who saw its replay, who was at an
activity of a branch, who made up for one."""

from collections.abc import Iterator
from datetime import date, datetime

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import TruncDate
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from branches import postings, queries
from branches.models import (
    Absence,
    Branch,
    BranchActivity,
    HalfDay,
    Participation,
    Source,
)
from branches.postings import Posting
from courses.models import ClassSession
from live.models import Attendance, ReplayStudy, StudyMode


def attended(*, keys, people=None) -> Iterator[Posting]:
    """The postings of the sessions `keys`; not there for long enough is 0 minutes."""
    facts = _facts(keys)
    found = Attendance.objects.filter(session__in=keys).order_by()
    if people is not None:
        found = found.filter(person__in=people)
    # Columns and no rows: the spans of a million attendances are much to read.
    for pk, person, mode, seconds, whole, is_present in found.values_list(*COLUMNS):
        yield Posting(
            person_id=person,
            minutes=_minutes(seconds) if is_present else 0,
            whole_minutes=_minutes(whole),
            mode=mode,
            **facts[pk],
        )


COLUMNS = ("session_id", "person_id", "mode", "seconds", "session_seconds", "is_present")


def rewatched(*, keys, people=None) -> Iterator[Posting]:
    """The postings of the replays of the sessions `keys`, counted apart.

    On the day on which enough had been seen.  Who was there after all has 0 minutes.
    """
    facts = _facts(keys)
    there = Attendance.objects.filter(
        session=OuterRef("classroom__session"), person=OuterRef("person"), is_present=True
    )
    found = ReplayStudy.objects.filter(
        classroom__session__in=keys, enough_at__isnull=False, person__merged_into=None
    )
    if people is not None:
        found = found.filter(person__in=people)
    found = found.annotate(was_there=Exists(there), session=F("classroom__session")).order_by()
    for study in found.defer("spans"):
        yield Posting(
            person_id=study.person_id,
            minutes=0 if study.was_there else study.minutes,
            whole_minutes=_minutes(study.replay_seconds),
            mode=StudyMode.REPLAY,
            **facts[study.session]
            | {
                "source": Source.REPLAY,
                "studied_on": timezone.localdate(study.enough_at),
                "half_day": half_of(study.enough_at),
            },
        )


READ = ("number", "title", "starts_at", "class_group__name", "class_group__course__subject")


def _facts(keys) -> dict[int, dict]:
    """What is the same for everybody, by session."""
    branch = Branch.objects.filter(
        Q(founded_on=None) | Q(founded_on__lte=OuterRef("day")),
        Q(ended_on=None) | Q(ended_on__gt=OuterRef("day")),
        class_group=OuterRef("class_group"),
    )
    sessions = (
        ClassSession.objects.filter(pk__in=keys)
        .select_related("class_group__course")
        .only(*READ)
        .alias(day=TruncDate("starts_at"))
        .annotate(at_branch=Subquery(branch.order_by("pk").values("pk")[:1]))
    )
    return {session.pk: _of_session(session) for session in sessions}


def _of_session(session: ClassSession) -> dict:
    return {
        "studied_on": studied_on(session),
        "half_day": half_of(session.starts_at),
        "title": queries.title_of(session),
        "source": Source.SESSION,
        "source_key": session.pk,
        "session_id": session.pk,
        "subject": session.class_group.course.subject,
        "at_branch_id": session.at_branch,
    }


def _minutes(seconds: int) -> int:
    # As live.models.Attendance.minutes has it.
    return (seconds + 30) // 60


def studied_on(session: ClassSession) -> date:
    """The day, at the school, on which the session was held."""
    return timezone.localdate(session.starts_at)


def half_of(at: datetime) -> str:
    """Morning until noon at the school; the evening belongs to the afternoon."""
    return HalfDay.MORNING if timezone.localtime(at).hour < 12 else HalfDay.AFTERNOON


def gathered(*, keys, people=None) -> Iterator[Posting]:
    """The postings of the closed activities `keys`; volunteering is no study, and 0 minutes.

    Who was in the class that was watched has the line of the class, and 0 minutes here.
    """
    facts = _facts_of_activities(keys)
    found = Participation.objects.filter(
        activity__in=facts, noted_at__isnull=False, person__merged_into=None
    )
    if people is not None:
        found = found.filter(person__in=people)
    # Columns and no rows, as above: a branch may have five thousand members.
    for pk, person, is_present, known_by, mode, by, at, why in found.order_by().values_list(*ROW):
        activity = facts[pk]
        by_class = known_by == Participation.KnownBy.CLASS
        counts = is_present and activity["is_study"] and not by_class
        yield Posting(
            person_id=person,
            minutes=activity["posting"]["whole_minutes"] if counts else 0,
            mode=mode,
            posted_by_id=by,
            noted_at=at,
            why=why,
            **activity["posting"],
        )


ROW = (
    "activity_id",
    "person_id",
    "is_present",
    "known_by",
    "mode",
    "noted_by_id",
    "noted_at",
    "correction",
)


def _facts_of_activities(keys) -> dict[int, dict]:
    """What is the same for everybody, by closed activity."""
    found = BranchActivity.objects.filter(pk__in=keys, closed_at__isnull=False)
    return {
        activity.pk: {
            "is_study": activity.is_study,
            "posting": {
                "studied_on": activity.held_on,
                "whole_minutes": activity.minutes,
                "title": queries.title_of_activity(activity),
                "source": Source.ACTIVITY,
                "source_key": activity.pk,
                "half_day": half_of(activity.starts_at),
                "at_branch_id": activity.branch_id,
                "is_branch_study": True,
                "is_titled_by_hand": True,
            },
        }
        for activity in found
    }


def made_up(*, keys, people=None) -> Iterator[Posting]:
    """The postings of what was made up for by a booklet or a talk; a replay posts by itself.

    Who was there after all, or has seen the replay as well, has 0 minutes: it counts once.
    """
    found = Absence.objects.filter(pk__in=keys, person__merged_into=None)
    if people is not None:
        found = found.filter(person__in=people)
    in_class = Attendance.objects.filter(
        session=OuterRef("record__session"), person=OuterRef("person"), is_present=True
    )
    there = Participation.objects.filter(
        activity=OuterRef("record__activity"), person=OuterRef("person"), is_present=True
    )
    seen = ReplayStudy.objects.filter(
        classroom__session=OuterRef("record__session"),
        person=OuterRef("person"),
        enough_at__isnull=False,
        seconds__gte=30,
    )
    counted = Exists(in_class) | Exists(there) | Exists(seen)
    found = found.annotate(is_counted=counted).select_related(
        "record__activity", "record__session__class_group__course"
    )
    for absence in found.order_by():
        record = absence.record
        is_study = record.activity is None or record.activity.is_study
        counts = absence.how in MADE_UP and is_study and not absence.is_counted
        yield Posting(
            person_id=absence.person_id,
            studied_on=absence.made_up_on or record.held_on,
            minutes=absence.minutes or 0 if counts else 0,
            mode=MADE_UP.get(absence.how, StudyMode.OWN_STUDY),
            title=_made_up_title(record),
            source=Source.MAKE_UP,
            source_key=absence.pk,
            subject="" if record.activity else record.session.class_group.course.subject,
            is_branch_study=True if record.activity else None,
            posted_by_id=absence.noted_by_id,
            noted_at=absence.noted_at,
            is_titled_by_hand=record.activity is not None,
        )


# Reading alone is counted apart, as own study; who was visited was brought the study.
MADE_UP = {Absence.How.BOOKLET: StudyMode.OWN_STUDY, Absence.How.TALK: StudyMode.DELIVERED}


def _made_up_title(record) -> str:
    with translation.override(settings.LANGUAGE_CODE):
        return _("补学：%(title)s") % {"title": queries.title_of_record(record)}


postings.register(Source.SESSION, attended)
postings.register(Source.REPLAY, rewatched)
postings.register(Source.ACTIVITY, gathered)
postings.register(Source.MAKE_UP, made_up)
