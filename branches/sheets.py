"""What stands on a branch record: read from the session, the ledger and the roster."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Person
from branches import queries
from branches.models import BranchMembership, BranchRecord
from courses import queries as courses
from courses.models import ClassGroup
from live.models import StudyMode


@dataclass(frozen=True)
class Sheet:
    """One record, ready to be printed; `record` holds what was written by hand."""

    record: BranchRecord
    topic: str
    starts_at: datetime
    ends_at: datetime
    place: str
    lecturer: Person
    # How somebody was there and who, in the order of the modes.
    present: list[tuple[str, list[Person]]]
    absent: list[Person]

    @property
    def present_count(self) -> int:
        """实到"""
        return sum(len(people) for _mode, people in self.present)

    @property
    def due_count(self) -> int:
        """应到: who had a seat, and whoever came without one."""
        return self.present_count + len(self.absent)

    @property
    def gaps(self) -> list[str]:
        """What is still to be written."""
        record = self.record
        return [
            name
            for name, value in [
                (_("主持"), record.chair_id),
                (_("记录"), record.recorder_id),
                (_("学习内容和发言"), record.said),
            ]
            if not value
        ]


def sheet_of(record: BranchRecord) -> Sheet:
    """The sheet of a record fetched by `queries.record_led_by`; two queries."""
    session = record.session
    there = {line.person_id: line for line in queries.present_of(record)}
    by_mode = [
        (mode.label, [line.person for line in there.values() if line.mode == mode])
        for mode in StudyMode
    ]
    room = getattr(session, "classroom", None)
    taught = room if room and room.started_at and room.ended_at else None
    return Sheet(
        record=record,
        topic=queries.title_of(session),
        starts_at=taught.started_at if taught else session.starts_at,
        ends_at=taught.ended_at if taught else session.ends_at,
        place=_place(session.class_group),
        lecturer=session.class_group.teacher,
        present=[(mode, people) for mode, people in by_mode if people],
        absent=[person for person in _due(record) if person.pk not in there],
    )


def _due(record):
    """The members of the branch on that day who had a seat in the class."""
    day = timezone.localdate(record.session.starts_at)
    membership = BranchMembership.objects.filter(
        queries.held_on(day), branch=record.branch, person=OuterRef("pk")
    )
    return courses.due_at(record.session).filter(Exists(membership)).order_by("pinyin", "pk")


def _place(class_group: ClassGroup) -> str:
    if class_group.mode == ClassGroup.Mode.ONLINE:
        return _("网上")
    parts = [class_group.teaching_point and class_group.teaching_point.name, class_group.room]
    place = " ".join(part for part in parts if part) or _("现场")
    if class_group.mode == ClassGroup.Mode.BOTH:
        return _("%(place)s，网上同步") % {"place": place}
    return place
