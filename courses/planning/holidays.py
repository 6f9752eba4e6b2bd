"""Days off and 调休: what they move, said before, and moved.

On a day off the meeting and all after it move on by one; a day that counts as a class's
weekday takes the next meeting, and the last week falls away. Days planned by hand stay.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organisation, User
from courses.errors import PlanRefused
from courses.models import CalendarDay, ClassGroup, ClassSession
from courses.planning import meetings, noting, schooldays
from courses.planning.schooldays import DAY, Row, SchoolDays

MOST_DAYS = 60


@dataclass(frozen=True)
class Move:
    """One meeting, and where it goes."""

    session: ClassSession
    starts_at: datetime
    ends_at: datetime

    @property
    def is_after_term(self) -> bool:
        return timezone.localdate(self.starts_at) > self.session.class_group.term.ends_on


@dataclass(frozen=True)
class Outlook:
    """What a change of the school calendar moves, and the key of having been told so."""

    moves: Sequence[Move]

    @property
    def classes(self) -> int:
        return len({move.session.class_group_id for move in self.moves})

    @property
    def seen(self) -> str:
        said = "|".join(f"{each.session.pk}>{each.starts_at.isoformat()}" for each in self.moves)
        return hashlib.sha256(said.encode()).hexdigest()[:16]


def days_between(first: date, last: date) -> list[date]:
    """Every day from `first` to `last`. Raises PlanRefused for a wrong or a long stretch."""
    if last < first:
        raise PlanRefused(_("最后一天不能早于第一天。"))
    if (last - first).days >= MOST_DAYS:
        raise PlanRefused(_("一次最多写 %(count)s 天。") % {"count": MOST_DAYS})
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def outlook(
    *, organisation: Organisation, days: Sequence[date], as_weekday: int | None, now: datetime
) -> Outlook:
    """What moves when `days` become different for `organisation` and all beneath it."""
    return Outlook(_moves(organisation, dict.fromkeys(days, as_weekday), (), now))


def outlook_without(*, day: CalendarDay, now: datetime) -> Outlook:
    """What moves when `day` is as ordinary as others again."""
    return Outlook(_moves(day.organisation, {}, [day.on], now))


@transaction.atomic
def add_days(
    *,
    organisation: Organisation,
    days: Sequence[date],
    name: str,
    as_weekday: int | None = None,
    seen: str | None = None,
    by: User | None = None,
    now: datetime | None = None,
) -> Outlook:
    """Write `days` into the calendar and move the meetings; return what moved.

    What is written already is written anew. `seen` is what was told before: raises
    PlanRefused if something else would move by now.
    """
    now = now or timezone.now()
    _lock(organisation)
    what = outlook(organisation=organisation, days=days, as_weekday=as_weekday, now=now)
    _check_seen(what, seen)
    for day in days:
        CalendarDay.objects.update_or_create(
            organisation=organisation,
            on=day,
            defaults={"name": name.strip(), "as_weekday": as_weekday},
        )
    _move(what.moves)
    _note(organisation, by, done=noting.MADE, days=days)
    return what


@transaction.atomic
def remove_day(
    *,
    day: CalendarDay,
    seen: str | None = None,
    by: User | None = None,
    now: datetime | None = None,
) -> Outlook:
    """Make `day` ordinary again and move the meetings back; return what moved.

    Twice is harmless. Raises PlanRefused if something else than `seen` would move by now.
    """
    now = now or timezone.now()
    _lock(day.organisation)
    if not CalendarDay.objects.filter(pk=day.pk).exists():
        return Outlook(())
    what = outlook_without(day=day, now=now)
    _check_seen(what, seen)
    CalendarDay.objects.filter(pk=day.pk).delete()
    _move(what.moves)
    _note(day.organisation, by, done=noting.REMOVED, days=[day.on])
    return what


def _note(organisation: Organisation, by: User | None, *, done: str, days: Sequence[date]) -> None:
    noting.note(
        noting.Action.CALENDAR_PLANNED,
        by=by,
        organisation=organisation,
        done=done,
        days=[day.isoformat() for day in days],
    )


def rearranged(
    dates: Sequence[date],
    *,
    others: Iterable[date],
    weekday: int,
    changed: Iterable[date],
    before: SchoolDays,
    after: SchoolDays,
    earliest: date,
) -> list[date]:
    """`dates` of a class, as many as before, once `changed` days mean something else.

    Only days from `earliest` on come in; `others` are taken by meetings that stay.
    """
    kept, others = set(dates), set(others)
    last = max(kept | others)
    for day in changed:
        if day in kept and not after.meets(weekday, day):
            kept.remove(day)
        elif (
            day not in others
            and earliest <= day <= last
            and after.meets(weekday, day)
            and not before.meets(weekday, day)
        ):
            kept.add(day)
    day = last + DAY
    while len(kept) < len(dates):
        day = after.first(weekday, day)
        kept.add(day)
        day += DAY
    return sorted(kept)[: len(dates)]


def _moves(organisation, added: dict, removed: Sequence[date], now: datetime) -> list[Move]:
    """What moves where, class by class. Four queries however many classes there are."""
    classes = list(
        ClassGroup.objects.filter(
            organisation__path__startswith=organisation.path,
            cancelled_at=None,
            term__ends_on__gte=timezone.localdate(now),
        )
        .select_related("organisation", "term")
        .prefetch_related("sessions")
    )
    rows = schooldays.rows_above({each.organisation for each in classes} | {organisation})
    changed = sorted({*added, *removed})
    left = [row for row in rows if row.path != organisation.path or row.on not in changed]
    new = [*left, *(Row(organisation.path, on, weekday) for on, weekday in added.items())]
    # Of one organisation all classes have the same days.
    days = {
        each: (schooldays.days_of(each, rows), schooldays.days_of(each, new))
        for each in {group.organisation for group in classes}
    }
    return [
        move
        for group in classes
        for move in _moves_of(group, changed, *days[group.organisation], now)
    ]


def _moves_of(group, changed, before, after, now) -> Iterable[Move]:
    planned = sorted(group.sessions.all(), key=lambda each: each.number)
    moving = [
        each
        for each in planned
        if meetings.is_regular(each, group)
        and meetings.can_move(each, now=now)
        and before.meets(group.weekday, timezone.localdate(each.starts_at))
    ]
    if not moving:
        return
    dates = sorted(timezone.localdate(each.starts_at) for each in moving)
    first = min(timezone.localdate(each.starts_at) for each in planned)
    if first == before.first(group.weekday, group.term.starts_on):
        # It began as early as it could; on an earlier day it would begin there.
        first = group.term.starts_on
    stay = [timezone.localdate(each.starts_at) for each in planned if each not in moving]
    new = rearranged(
        dates,
        others=stay,
        weekday=group.weekday,
        changed=changed,
        before=before,
        after=after,
        earliest=max(first, max([timezone.localdate(now), *_over(planned, now)]) + DAY),
    )
    for session, day in zip(moving, new, strict=True):
        starts_at, ends_at = meetings.span_on(group, day)
        if starts_at != session.starts_at:
            session.class_group = group
            yield Move(session, starts_at, ends_at)


def _over(planned, now) -> list[date]:
    return [
        timezone.localdate(each.starts_at)
        for each in planned
        if not meetings.can_move(each, now=now)
    ]


def _lock(organisation: Organisation) -> None:
    """One change of a calendar at a time, and no class planned meanwhile by an old one."""
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    classes = ClassGroup.objects.select_for_update(no_key=True).order_by("pk")
    beneath = classes.filter(organisation__path__startswith=organisation.path)
    list(beneath.values_list("pk", flat=True))


def _check_seen(what: Outlook, seen: str | None) -> None:
    if seen is not None and seen != what.seen:
        raise PlanRefused(_("您看过以后，课表又变了。请再看一遍会怎么移，再写入。"))


def _move(moves: Sequence[Move]) -> None:
    by_class: dict[ClassGroup, list[ClassSession]] = {}
    for move in moves:
        move.session.starts_at, move.session.ends_at = move.starts_at, move.ends_at
        by_class.setdefault(move.session.class_group, []).append(move.session)
    for group, moved in by_class.items():
        meetings.put(group, moved)
