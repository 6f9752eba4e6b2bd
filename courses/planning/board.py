"""The timetable of a week: who is where on which day."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.models import ClassGroup, ClassSession, Term
from courses.planning import clashes


@dataclass
class Row:
    """One room, teacher or organisation, and its meetings of each of seven days."""

    name: str
    days: list[list[ClassSession]] = field(default_factory=lambda: [[] for _day in range(7)])

    @property
    def count(self) -> int:
        return sum(len(day) for day in self.days)


@dataclass
class Board:
    """A week, its rows, and what in it clashes."""

    monday: date
    rows: Sequence[Row]
    clashes: Sequence[clashes.Clash]

    @property
    def days(self) -> list[date]:
        return [self.monday + timedelta(days=number) for number in range(7)]

    @property
    def totals(self) -> list[int]:
        return [sum(len(row.days[number]) for row in self.rows) for number in range(7)]

    @property
    def count(self) -> int:
        return sum(self.totals)


def week(
    classes: QuerySet[ClassGroup], *, on: date, by: str, term: Term | None, now: datetime
) -> Board:
    """The week of the day `on`, its meetings marked with `clashes`. Five queries."""
    monday = on - timedelta(days=on.weekday())
    start = timezone.make_aware(datetime.combine(monday, time()))
    classes = classes.filter(cancelled_at=None)
    if term:
        classes = classes.filter(term=term)
    found = clashes.of(classes, now=now)
    in_clash = {group.pk for clash in found for group in (clash.first, clash.second)}
    sessions = ClassSession.objects.filter(
        class_group__in=classes.values("pk"),
        starts_at__gte=start,
        starts_at__lt=start + timedelta(days=7),
    ).select_related(
        "class_group__teacher",
        "class_group__teaching_point",
        "class_group__organisation",
        "substitute",
    )
    rows: dict[tuple, Row] = {}
    for session in sessions.order_by("starts_at", "class_group__code"):
        session.clashes = session.class_group_id in in_clash
        key, name = _whose(session, by)
        day = timezone.localtime(session.starts_at).weekday()
        rows.setdefault(key, Row(name)).days[day].append(session)
    return Board(monday, sorted(rows.values(), key=lambda row: row.name), found)


def _whose(session: ClassSession, by: str) -> tuple[tuple, str]:
    """In which row the meeting stands: namesakes, and rooms of one name, have one each."""
    group = session.class_group
    if by == "teacher":
        return (session.teacher.pk,), session.teacher.name
    if by == "organisation":
        return (group.organisation_id,), str(group.organisation)
    if place := clashes.place_of(group):
        return place, clashes.place_name(group)
    if group.mode == group.Mode.ONLINE:
        return ("online",), _("只在网上")
    return ("none",), _("没有写教室")
