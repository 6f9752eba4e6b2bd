"""What a learner sees of their own study: what was counted, from what, and why not."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from math import ceil
from operator import attrgetter
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.models import Person
from branches import queries
from branches.axis import Axis, axis
from branches.models import Absence, Participation, ReturnSlip, Source, StudyEntry
from courses.models import ClassGroup, ClassSession, Enrolment, JoinedClass, seats_at
from live import rooms
from live.models import Attendance, Classroom
from live.queries import ALONE, Company, company_at


class Verdict(StrEnum):
    """What came of a meeting for one person."""

    COUNTED = "counted"
    POSTING = "posting"
    CORRECTED = "corrected"
    NOT_ENOUGH = "not_enough"
    ABSENT = "absent"
    NOT_CLOSED = "not_closed"
    NOT_HELD = "not_held"


# Of these one can say that the class took place and is over.
HELD = frozenset(Verdict) - {Verdict.NOT_CLOSED, Verdict.NOT_HELD}


@dataclass(frozen=True)
class Meeting:
    """One meeting of a class and what one person has for it."""

    session: ClassSession
    attendance: Attendance | None
    # The newest line, whether it stands or was reversed.
    line: StudyEntry | None
    now: datetime
    # With whom on one device, and who acted for them.
    company: Company = ALONE

    @cached_property
    def verdict(self) -> Verdict:
        if self.line and not self.reversal:
            return Verdict.COUNTED
        if self.reversal and self.reversal.posted_by_id:
            return Verdict.CORRECTED
        if self.attendance:
            return Verdict.POSTING if self.attendance.is_present else Verdict.NOT_ENOUGH
        room = room_of(self.session)
        if room and room.closed_at:
            return Verdict.ABSENT
        taught = room and room.started_at
        if taught or self.now < self.session.ends_at + rooms.RUNS_OVER:
            return Verdict.NOT_CLOSED
        return Verdict.NOT_HELD

    @property
    def reversal(self) -> StudyEntry | None:
        return getattr(self.line, "reversed_by", None) if self.line else None

    @cached_property
    def axis(self) -> Axis | None:
        return self.attendance and axis_of(self.attendance, self.session)

    @property
    def minutes_there(self) -> int:
        """Whole minutes: rounded up they could seem to be enough when they were not."""
        return self.attendance.seconds // 60

    @property
    def minutes_needed(self) -> int:
        percent = self.session.class_group.term.present_from_percent
        return ceil(self.attendance.session_seconds * percent / 100 / 60)

    @property
    def minutes_missing(self) -> int:
        return self.minutes_needed - self.minutes_there


@dataclass(frozen=True)
class ClassStudied:
    """A class with its meetings, the newest first."""

    class_group: ClassGroup
    meetings: list[Meeting]


@dataclass(frozen=True)
class Learning:
    """A person's study of one year."""

    year: int
    classes: list[ClassStudied]
    # Lines that come from no meeting shown above.
    others: list[StudyEntry]
    figures: queries.Figures
    newest_line: StudyEntry | None

    @property
    def held(self) -> int:
        return sum(meeting.verdict in HELD for meeting in self._meetings())

    @property
    def counted(self) -> int:
        return sum(meeting.verdict == Verdict.COUNTED for meeting in self._meetings())

    def _meetings(self):
        return (meeting for studied in self.classes for meeting in studied.meetings)


@dataclass(frozen=True)
class Evidence:
    """What a line of the ledger rests on."""

    entry: StudyEntry
    attendance: Attendance | None
    axis: Axis | None
    history: list[StudyEntry]
    company: Company = ALONE
    # Of a line of study at home: the slips of its pack, the newest last.
    slips: list[ReturnSlip] = field(default_factory=list)
    # Of an activity of a branch, and of what was made up.
    participation: Participation | None = None
    absence: Absence | None = None


def learning_of(person: Person, *, year: int, now: datetime) -> Learning:
    """What `person` studied in `year`; the same queries however much it was."""
    sessions = list(_meetings_begun(person, year, now))
    attendances = Attendance.objects.filter(person=person, session__in=sessions)
    attendances = {each.session_id: each for each in attendances}
    entries = queries.my_entries(person, year)
    written = [line for line in entries if not line.is_reversal]
    lines = {line.session_id: line for line in sorted(written, key=attrgetter("revision"))}
    company = company_at([each for each in sessions if each.pk in attendances], person)
    meetings = [
        Meeting(
            session,
            attendances.get(session.pk),
            lines.get(session.pk),
            now,
            company.get(session.pk, ALONE),
        )
        for session in sessions
    ]
    shown = {session.pk for session in sessions}
    return Learning(
        year=year,
        classes=_by_class(meetings),
        others=[line for line in written if line.session_id not in shown],
        figures=queries.figures(entries),
        newest_line=written[-1] if written else None,
    )


def evidence_of(entry: StudyEntry) -> Evidence:
    """The attendance behind a line and every line written from it."""
    attendance, company = None, {}
    if entry.session_id:
        attendance = (
            Attendance.objects.filter(session=entry.session_id, person=entry.person_id)
            .select_related("session__classroom", "session__class_group__teacher")
            .first()
        )
        company = company_at([entry.session_id], entry.person)
    return Evidence(
        entry=entry,
        attendance=attendance,
        axis=attendance and axis_of(attendance, attendance.session),
        history=list(queries.history(entry)),
        company=company.get(entry.session_id, ALONE),
        slips=_slips_of(entry),
        participation=_participation_of(entry),
        absence=_absence_of(entry),
    )


def _participation_of(entry: StudyEntry) -> Participation | None:
    if entry.source != Source.ACTIVITY:
        return None
    rows = Participation.objects.filter(activity=entry.source_key, person=entry.person_id)
    return rows.select_related("activity__branch", "noted_by__person").first()


def _absence_of(entry: StudyEntry) -> Absence | None:
    if entry.source != Source.MAKE_UP:
        return None
    rows = Absence.objects.filter(pk=entry.source_key)
    return rows.select_related("record__branch", "noted_by__person").first()


def _slips_of(entry: StudyEntry) -> list[ReturnSlip]:
    if entry.source != Source.DELIVERY:
        return []
    slips = ReturnSlip.objects.filter(delivery=entry.source_key)
    return list(slips.select_related("delivery", "recorded_by__person").order_by("number"))


def axis_of(attendance: Attendance, session: ClassSession) -> Axis:
    """When somebody was there, on the stretch of time in which presence counted."""
    opens, closes = session.starts_at, session.ends_at
    room = room_of(session)
    if room and room.started_at and room.ended_at:
        opens, closes = rooms.counted_window(
            starts_at=opens, ends_at=closes, started_at=room.started_at, ended_at=room.ended_at
        )
    return axis(
        opens=timezone.localtime(opens),
        closes=timezone.localtime(closes),
        spans=attendance.spans,
    )


def room_of(session: ClassSession) -> Classroom | None:
    return getattr(session, "classroom", None)


def year_of(now: datetime) -> int:
    return timezone.localdate(now).year


def _meetings_begun(person, year, now):
    """Meetings of `year` that have begun: those to come to, and those come to."""
    seat = Enrolment.objects.filter(
        seats_at(session="pk", class_group="class_group"),
        Q(withdrawn_at=None) | Q(withdrawn_at__gte=OuterRef("starts_at")),
        person=person,
        seated_at__lt=OuterRef("ends_at"),
    )
    there = Attendance.objects.filter(session=OuterRef("pk"), person=person)
    # Found by the person first: of the meetings of a whole province nearly all are others'.
    groups = Enrolment.objects.filter(person=person).order_by().values("class_group")
    theirs = Attendance.objects.filter(person=person).order_by().values("session")
    theirs = theirs.union(
        ClassSession.objects.filter(class_group__in=groups).order_by().values("pk"),
        JoinedClass.objects.filter(class_group__in=groups).order_by().values("session"),
    )
    zone = ZoneInfo(settings.TIME_ZONE)
    return (
        ClassSession.objects.filter(
            pk__in=theirs,
            starts_at__gte=datetime(year, 1, 1, tzinfo=zone),
            starts_at__lt=min(datetime(year + 1, 1, 1, tzinfo=zone), now),
        )
        .filter(Exists(seat) & Q(class_group__cancelled_at=None) | Exists(there))
        .select_related("classroom", "class_group__term", "class_group__teacher")
        .order_by("-starts_at", "-pk")
    )


def _by_class(meetings: list[Meeting]) -> list[ClassStudied]:
    """The class met last comes first."""
    grouped = defaultdict(list)
    for meeting in meetings:
        grouped[meeting.session.class_group_id].append(meeting)
    return [ClassStudied(met[0].session.class_group, met) for met in grouped.values()]
