"""Who would be in two places at once, and which room would hold two classes.

`of` compares classes with each other, `of_draft` one that is being typed with all others.
Meetings count as they are planned, holidays, 调休 and substitutes included; a class without
meetings counts as if it met every week of its term.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Q, QuerySet
from django.utils import timezone

from courses import queries
from courses.models import ClassGroup, ClassSession
from courses.planning import schooldays
from courses.planning.meetings import span_on
from courses.planning.schooldays import DAY

TEACHER, ROOM = "teacher", "room"


class Slot(NamedTuple):
    """One class, somewhere, from when to when."""

    starts_at: datetime
    ends_at: datetime
    number: int  # of the class, among those that are compared
    key: tuple


@dataclass(frozen=True)
class Clash:
    """Two classes that want the same teacher or the same room, and when first."""

    kind: str
    what: str
    first: ClassGroup
    second: ClassGroup
    starts_at: datetime
    times: int

    @property
    def is_of_teacher(self) -> bool:
        return self.kind == TEACHER


def of(classes: Iterable[ClassGroup], *, now: datetime | None = None) -> list[Clash]:
    """The clashes of `classes` with each other from `now` on. Four queries."""
    now = now or timezone.now()
    if isinstance(classes, QuerySet):
        classes = classes.filter(cancelled_at=None, term__ends_on__gte=timezone.localdate(now))
        classes = classes.select_related("term", "teacher", "teaching_point", "organisation")
    groups = [each for each in classes if not each.cancelled_at]
    return _clashes(groups, _meetings(groups, now), now)


def of_draft(draft: ClassGroup, *, now: datetime) -> list[Clash]:
    """What `draft`, which need not be saved, would clash with if it met every week."""
    rivals = ClassGroup.objects.filter(
        cancelled_at=None, term__in=queries.terms_not_over(now), term__starts_on__lte=_end(draft)
    ).exclude(pk=draft.pk)
    wants = Q(teacher=draft.teacher_id) | Q(sessions__substitute=draft.teacher_id)
    if draft.room or draft.teaching_point_id:
        wants |= Q(teaching_point=draft.teaching_point_id, room=draft.room)
    rivals = rivals.filter(wants).distinct().order_by("pk")
    others = list(rivals.select_related("term", "teacher", "teaching_point", "organisation"))
    found = _clashes([draft, *others], _meetings(others, now), now, draft=draft)
    return [each for each in found if draft in (each.first, each.second)]


def of_meeting(draft: ClassSession, *, now: datetime) -> list[Clash]:
    """What one meeting would clash with at its new time or with its substitute."""
    group = draft.class_group
    meanwhile = ClassSession.objects.filter(
        starts_at__lt=draft.ends_at, ends_at__gt=draft.starts_at, class_group__cancelled_at=None
    ).exclude(class_group=group.pk)
    rivals = ClassGroup.objects.filter(sessions__in=meanwhile).distinct().order_by("pk")
    others = list(rivals.select_related("term", "teacher", "teaching_point", "organisation"))
    by_key = {other.pk: other for other in others}
    taught = defaultdict(list, {group.pk: [draft]})
    for session in meanwhile.select_related("substitute"):
        session.class_group = by_key[session.class_group_id]
        taught[session.class_group_id].append(session)
    found = _clashes([group, *others], taught, now)
    return [each for each in found if group in (each.first, each.second)]


def sweep(slots: Sequence[Slot]) -> dict[tuple, list[datetime]]:
    """When two numbers are at one key at the same time: {(key, number, number): starts}."""
    by_key = defaultdict(list)
    for slot in slots:
        by_key[slot.key].append(slot)
    found = defaultdict(list)
    for key, here in by_key.items():
        if len({slot.number for slot in here}) < 2:
            continue
        going_on: list[tuple[datetime, int]] = []
        for slot in sorted(here):
            while going_on and going_on[0][0] <= slot.starts_at:
                heapq.heappop(going_on)
            for number in {other for _end, other in going_on if other != slot.number}:
                pair = (min(number, slot.number), max(number, slot.number))
                found[key, *pair].append(slot.starts_at)
            heapq.heappush(going_on, (slot.ends_at, slot.number))
    return found


def _clashes(groups, planned, now, draft: ClassGroup | None = None) -> list[Clash]:
    days: dict = {}
    bare = [each for each in groups if not planned.get(each.pk) and not _is_over(each, now)]
    if bare:
        # Whose last meeting is over meets no more, whenever the term ends.
        were = ClassSession.objects.filter(class_group__in=[each.pk for each in bare])
        over = set(were.values_list("class_group", flat=True).distinct().order_by())
        bare = [each for each in bare if each is draft or each.pk not in over]
        rows = schooldays.rows_above({each.organisation for each in bare})
        days = {each.organisation: schooldays.days_of(each.organisation, rows) for each in bare}
    slots, names = [], {}
    for number, group in enumerate(groups):
        for session in planned.get(group.pk) or (
            _weekly(group, days, now) if group in bare else ()
        ):
            teacher = session.teacher
            names[TEACHER, teacher.pk] = teacher.name
            slots.append(Slot(session.starts_at, session.ends_at, number, (TEACHER, teacher.pk)))
            if place := place_of(group):
                names[place] = place_name(group)
                slots.append(Slot(session.starts_at, session.ends_at, number, place))
    found = [
        Clash(key[0], names[key], groups[one], groups[other], min(starts), len(starts))
        for (key, one, other), starts in sweep(slots).items()
    ]
    return sorted(found, key=lambda clash: (clash.starts_at, clash.kind, clash.first.code))


def place_of(group: ClassGroup) -> tuple | None:
    """The room a class fills, if it fills one: a point is a room where none is named."""
    if group.teaching_point_id:
        return ROOM, group.teaching_point_id, _plain(group.room)
    if group.room:
        return ROOM, -group.organisation_id, _plain(group.room)
    return None


def place_name(group: ClassGroup) -> str:
    return " ".join(part for part in (str(group.teaching_point or ""), group.room) if part)


def _plain(room: str) -> str:
    return "".join(room.split()).lower()


def _meetings(groups, now) -> dict[int, list[ClassSession]]:
    """The coming meetings of each class that has any planned; an over class has none."""
    by_key = {group.pk: group for group in groups if group.pk}
    found = ClassSession.objects.filter(class_group__in=by_key, ends_at__gt=now)
    planned = defaultdict(list)
    for session in found.select_related("substitute").order_by("starts_at"):
        session.class_group = by_key[session.class_group_id]
        planned[session.class_group_id].append(session)
    return planned


def _weekly(group: ClassGroup, days, now) -> list[ClassSession]:
    """The meetings a class would have if it met every week that is left of its term."""
    school = days[group.organisation]
    found = []
    day = school.first(group.weekday, max(group.term.starts_on, timezone.localdate(now)))
    while day <= group.term.ends_on:
        starts_at, ends_at = span_on(group, day)
        found.append(ClassSession(class_group=group, starts_at=starts_at, ends_at=ends_at))
        day = school.first(group.weekday, day + DAY)
    return found


def _is_over(group: ClassGroup, now: datetime) -> bool:
    return group.term.ends_on < timezone.localdate(now)


def _end(draft: ClassGroup):
    return draft.term.ends_on + timedelta(days=1)
