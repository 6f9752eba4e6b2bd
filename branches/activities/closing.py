"""Who was there, written down: the activity is closed, posted, its records drafted; corrected."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from branches import presence, queries
from branches.activities.planning import locked, post
from branches.errors import ActivityRefused, NotAMember
from branches.models import BranchActivity, Participation
from live.models import StudyMode

KnownBy = Participation.KnownBy

# How somebody can be at an activity; replay and reading are made up afterwards.
MODES = (StudyMode.ON_SITE, StudyMode.LIVE, StudyMode.SHARED_SCREEN)


@dataclass(frozen=True)
class Mark:
    """What is written of one person."""

    is_present: bool
    mode: str = StudyMode.ON_SITE
    reason: str = ""
    known_by: str = KnownBy.LIST


@transaction.atomic
def close(
    *,
    activity: BranchActivity,
    marks: Mapping[int, Mark],
    by: User,
    seen_at: datetime | None,
    now: datetime | None = None,
) -> bool:
    """Write down who was there (`marks` by person), post it and draft the records.

    Who is due and has no mark was away; who was in the class that was watched was there.
    Returns whether every line found its rule; what waits for one is posted by the scheduler.
    Closing with the same marks again is harmless.  Raises ActivityRefused before it began and
    while its class is not closed, ActivityChanged, NotAMember.
    """
    now = now or timezone.now()
    activity = locked(activity)
    if activity.closed_at and _says_the_same(activity, marks):
        return True
    activity = locked(activity, seen_at=seen_at)
    if activity.starts_at > now:
        raise ActivityRefused(_("活动还没有开始，到会情况请开完以后再写。"))
    if _class_goes_on(activity):
        raise ActivityRefused(_("课还没有结束，等课堂关了再来，谁到了会自己写好。"))
    # From here on, who was picked and is no member of that day is not due either.
    activity.closed_at, activity.closed_by = now, by
    presence.take_due(activity)
    _check(activity, marks)
    rows = {row.person_id: row for row in queries.people_of_activity(activity)}
    away = Mark(False)
    _note(
        [
            (_row(activity, rows, pk), marks.get(pk) or away)
            for pk in sorted(set(rows) | set(marks))
        ],
        by=by,
        now=now,
    )
    if activity.session_id:
        presence.take_from_class(activity, now=now)
    activity.edited_at, activity.edited_by = now, by
    activity.save()
    return post(activity, now=now)


@transaction.atomic
def correct(
    *,
    activity: BranchActivity,
    marks: Mapping[int, Mark],
    reason: str,
    by: User,
    seen_at: datetime | None,
    now: datetime | None = None,
) -> bool:
    """Write down that it was otherwise: lines are reversed with `reason` and the name of `by`.

    Signed records are marked.  Raises ActivityRefused without a reason, when nothing differs,
    and for somebody of whom the class knows that they were there; ActivityChanged, NotAMember.
    """
    now = now or timezone.now()
    reason = reason.strip()[:200]
    activity = locked(activity, seen_at=seen_at)
    if not activity.closed_at:
        raise ActivityRefused(_("到会情况还没有写，直接写就行。"))
    if not reason:
        raise ActivityRefused(_("请写明更正的原因。"), field="reason")
    _check(activity, marks)
    rows = {row.person_id: row for row in queries.people_of_activity(activity)}
    changed = []
    for pk, mark in sorted(marks.items()):
        row = rows.get(pk)
        if row is None and not mark.is_present:
            continue
        row = _row(activity, rows, pk)
        if row.is_present and row.known_by == KnownBy.CLASS:
            if not mark.is_present:
                raise ActivityRefused(
                    _("%(person)s在课堂里到了，要改请在那次课的到课里更正。")
                    % {"person": row.person}
                )
            continue
        if _differs(row, mark):
            changed.append((row, mark))
    if not changed:
        raise ActivityRefused(_("和原来写的一样，没有要改的。"))
    _note(changed, by=by, now=now, correction=reason)
    activity.edited_at, activity.edited_by = now, by
    activity.save()
    return post(activity, now=now)


def _row(activity: BranchActivity, rows: Mapping[int, Participation], pk: int) -> Participation:
    return rows.get(pk) or Participation(activity=activity, person_id=pk, is_due=False)


def _note(
    marked: Iterable[tuple[Participation, Mark]], *, by: User, now: datetime, correction: str = ""
) -> None:
    """Write the marks down; a statement for all who have the same."""
    new, alike = [], defaultdict(list)
    for row, mark in marked:
        facts = {
            "is_present": mark.is_present,
            "mode": mark.mode if mark.is_present else StudyMode.ON_SITE,
            "known_by": mark.known_by if mark.is_present else "",
            "away_reason": "" if mark.is_present else mark.reason.strip()[:100],
            "correction": correction,
            "noted_at": now,
            "noted_by": by,
        }
        if row.pk:
            alike[tuple(facts.items())].append(row.pk)
            continue
        for name, value in facts.items():
            setattr(row, name, value)
        new.append(row)
    Participation.objects.bulk_create(new, batch_size=presence.AT_A_TIME)
    for facts, pks in alike.items():
        presence.write(pks, **dict(facts))


def _differs(row: Participation, mark: Mark) -> bool:
    if row.is_present != mark.is_present:
        return True
    if mark.is_present:
        return row.mode != mark.mode
    return row.why_away != mark.reason.strip()[:100]


def _says_the_same(activity: BranchActivity, marks: Mapping[int, Mark]) -> bool:
    """Whether what was written down is what these marks say: a second press of one hand."""
    rows = {row.person_id: row for row in queries.people_of_activity(activity)}
    there = {pk for pk, row in rows.items() if row.is_present}
    return there == {pk for pk, mark in marks.items() if mark.is_present} and not any(
        _differs(rows[pk], mark) for pk, mark in marks.items() if pk in rows
    )


def _check(activity: BranchActivity, marks: Mapping[int, Mark]) -> None:
    if any(mark.is_present and mark.mode not in MODES for mark in marks.values()):
        raise ActivityRefused(_("请从列出的参加方式里选。"))
    here = set(queries.may_be_there(activity).values_list("pk", flat=True))
    here |= set(activity.people.values_list("person_id", flat=True))
    if set(marks) - here:
        raise NotAMember(_("名单里有那一天不在支部的人，请写到“列席”里。"))


def _class_goes_on(activity: BranchActivity) -> bool:
    room = getattr(activity.session, "classroom", None) if activity.session_id else None
    return bool(room and room.started_at and not room.closed_at)
