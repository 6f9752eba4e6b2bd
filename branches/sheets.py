"""What stands on a branch record: read from what happened, the ledger and the roster."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone, translation
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from branches import queries, snapshots
from branches.models import Absence, BranchMembership, BranchRecord, RecordVersion
from courses import queries as courses
from courses.models import ClassGroup
from live.models import StudyMode


@dataclass(frozen=True)
class Sheet:
    """One record in words, ready to be shown, printed or kept when it is signed."""

    branch: str
    kind: str
    topic: str
    starts_at: datetime
    ends_at: datetime
    place: str
    lecturer: str
    chair: str
    recorder: str
    # How somebody was there and who, in the order of the modes: [(StudyMode, names)].
    present: list[tuple[str, list[str]]]
    # [{"name", "reason", "made_up"}]
    absent: list[dict]
    guests: str
    said: str
    decided: str
    due: int

    @property
    def present_count(self) -> int:
        """实到"""
        return sum(len(names) for _mode, names in self.present)

    @property
    def due_count(self) -> int:
        """应到: who had a seat, and whoever came without one."""
        return self.due

    @property
    def by_mode(self) -> list[tuple[str, list[str]]]:
        return snapshots.present(self.present)

    @property
    def away(self) -> list[str]:
        return [snapshots.absent_in_words(absent) for absent in self.absent]

    @property
    def gaps(self) -> list[str]:
        """What is still to be written."""
        return [
            name
            for name, value in [
                (_("主持"), self.chair),
                (_("记录"), self.recorder),
                (_("学习内容和发言"), self.said),
            ]
            if not value
        ]

    def snapshot(self) -> dict:
        """The same as plain data."""
        return {name: getattr(self, name) for name in snapshots.FIELDS} | {
            "starts_at": self.starts_at.isoformat(),
            "ends_at": self.ends_at.isoformat(),
            "present": [[str(mode), names] for mode, names in self.present],
        }


def sheet_of(record: BranchRecord) -> Sheet:
    """The sheet of a record fetched by `queries.record_led_by`; three queries.

    It is kept when it is signed, so it stands in the school's own language.
    """
    with translation.override(settings.LANGUAGE_CODE):
        return _activity_sheet(record) if record.activity else _session_sheet(record)


def sheet_signed(version: RecordVersion) -> Sheet:
    """The sheet as it was signed."""
    facts = {name: version.snapshot[name] for name in snapshots.FIELDS}
    moments = {name: parse_datetime(facts[name]) for name in ("starts_at", "ends_at")}
    return Sheet(**facts | {name: timezone.localtime(at) for name, at in moments.items()})


def away_from(record: BranchRecord) -> list:
    """The persons who were due and did not come, by name."""
    if record.activity:
        rows = queries.participations_of(record)
        return [row.person for row in rows if not row.is_present]
    there = {line.person_id for line in queries.present_of(record)}
    return [person for person in _due(record) if person.pk not in there]


def reasons_known(record: BranchRecord) -> dict[int, str]:
    """Why who was away, by person: written on the record, or said before the activity."""
    found = {}
    if record.activity:
        rows = queries.participations_of(record).filter(is_present=False)
        found = {row.person_id: row.why_away for row in rows if row.why_away}
    written = {row.person_id: row.reason for row in record.absences.all() if row.reason}
    return found | written


def _activity_sheet(record):
    activity = record.activity
    rows = list(queries.participations_of(record))
    absences = {absence.person_id: absence for absence in record.absences.all()}
    by_mode = [
        (mode.value, [row.person.name for row in rows if row.is_present and row.mode == mode])
        for mode in StudyMode
    ]
    return Sheet(
        **_written(record),
        kind=str(activity.get_kind_display()),
        topic=activity.topic,
        starts_at=_minute(activity.starts_at),
        ends_at=_minute(activity.ends_at),
        place=activity.place,
        lecturer=activity.lecturer,
        present=[(mode, names) for mode, names in by_mode if names],
        absent=[
            _absent(row.person, absences.get(row.person_id), row.why_away)
            for row in rows
            if not row.is_present
        ],
        due=len(rows),
    )


def _session_sheet(record):
    session = record.session
    there = {line.person_id: line for line in queries.present_of(record)}
    by_mode = [
        (mode.value, [line.person.name for line in there.values() if line.mode == mode])
        for mode in StudyMode
    ]
    absences = {absence.person_id: absence for absence in record.absences.all()}
    away = [person for person in _due(record) if person.pk not in there]
    room = getattr(session, "classroom", None)
    taught = room if room and room.started_at and room.ended_at else None
    return Sheet(
        **_written(record),
        kind=_("课堂学习"),
        topic=queries.title_of(session),
        starts_at=_minute(taught.started_at if taught else session.starts_at),
        ends_at=_minute(taught.ended_at if taught else session.ends_at),
        place=_place(session.class_group),
        lecturer=session.teacher.name,
        present=[(mode, names) for mode, names in by_mode if names],
        absent=[_absent(person, absences.get(person.pk)) for person in away],
        due=len(there) + len(away),
    )


def _written(record) -> dict:
    return {
        "branch": record.branch.name,
        "chair": record.chair.name if record.chair else "",
        "recorder": record.recorder.name if record.recorder else "",
        "guests": record.guests,
        "said": record.said,
        "decided": record.decided,
    }


def _minute(moment: datetime) -> datetime:
    return timezone.localtime(moment).replace(second=0, microsecond=0)


def _absent(person, absence: Absence | None, reason: str = "") -> dict:
    made_up = ""
    if absence and absence.made_up_on:
        day = absence.made_up_on
        made_up = _("%(month)s月%(day)s日%(how)s补学 %(minutes)s 分钟") % {
            "month": day.month,
            "day": day.day,
            "how": absence.get_how_display(),
            "minutes": absence.minutes,
        }
    return {
        "name": person.name,
        "reason": (absence.reason if absence else "") or reason,
        "made_up": made_up,
    }


def _due(record):
    """The members of the branch on that day who had a seat in the class."""
    members = BranchMembership.objects.filter(
        queries.held_on(record.held_on), branch=record.branch
    )
    due = courses.due_at(record.session).filter(pk__in=members.values("person"))
    return due.order_by("pinyin", "pk")


def _place(class_group: ClassGroup) -> str:
    if class_group.mode == ClassGroup.Mode.ONLINE:
        return _("网上")
    parts = [class_group.teaching_point and class_group.teaching_point.name, class_group.room]
    place = " ".join(part for part in parts if part) or _("现场")
    if class_group.mode == ClassGroup.Mode.BOTH:
        return _("%(place)s，网上同步") % {"place": place}
    return place
