"""How long recordings stay: announced a week before, deleted by the rule, written down.

What was seen and who was there stays for good; what is withheld or pinned is never deleted
by a rule.
"""

import logging
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Organisation, User
from courses.models import ClassGroup
from live import library, recordings
from live.errors import ReplayRefused
from live.models import Replay, ReplayRule

logger = logging.getLogger(__name__)

ANNOUNCED = timedelta(days=7)


def keep_by_rule(*, now: datetime | None = None) -> int:
    """Announce what leaves within a week, delete what was announced and is due; how many
    were deleted. Safe to repeat."""
    now = now or timezone.now()
    today = timezone.localdate(now)
    rules: dict[int, ReplayRule] = {}
    deleted = 0
    for replay in library.replays_kept():
        group = replay.classroom.session.class_group
        if group.pk not in rules:
            rules[group.pk] = library.rule_for(group, today)
        day = leaving_day(replay, rules[group.pk].keep_days, today)
        if day != replay.leaves_on:
            Replay.objects.filter(pk=replay.pk).update(leaves_on=day)
        elif day and day <= today:
            deleted += _delete(replay, by=None, now=now)
    clear_away()
    return deleted


def leaving_day(replay: Replay, keep_days: int | None, today: date) -> date | None:
    """The day from which it is gone, once that is near enough to be said; nobody is told less
    than a week before."""
    if keep_days is None or replay.is_pinned or replay.withheld_at:
        return None
    due = timezone.localdate(replay.classroom.ended_at) + timedelta(days=keep_days)
    if due > today + ANNOUNCED:
        return None
    if replay.leaves_on and replay.leaves_on >= due:
        return replay.leaves_on
    return max(due, today + ANNOUNCED)


@transaction.atomic
def set_rule(
    *,
    opens: str,
    valid_from: date,
    by: User,
    keep_days: int | None = None,
    organisation: Organisation | None = None,
    class_group: ClassGroup | None = None,
    now: datetime | None = None,
) -> ReplayRule:
    """From that day on: when replays of an organisation or a class open, and how long they stay.

    The same day again corrects what was set for it. Raises ReplayRefused for a day that is
    over: what was in force then stays as it was.
    """
    now = now or timezone.now()
    if valid_from < timezone.localdate(now):
        raise ReplayRefused(_("过去的日子不能再改，请从今天或以后起。"))
    facts = {"opens": opens, "keep_days": keep_days, "set_by": by, "set_at": now}
    rule, _created = ReplayRule.objects.update_or_create(
        organisation=organisation,
        class_group=class_group,
        valid_from=valid_from,
        defaults=facts,
    )
    return rule


def delete(*, replay: Replay, by: User, now: datetime | None = None) -> None:
    """Delete a recording at once, because somebody of the office says so. Repeatable."""
    if replay.withheld_at or replay.is_pinned:
        raise ReplayRefused(
            _("这个回放暂不放，或者标了“一直保留”，不能删。请先放行，或者取消“一直保留”。")
        )
    _delete(replay, by=by, now=now or timezone.now())


def clear_away() -> int:
    """Take off the disk what was deleted and still lies there, after a crash; how many."""
    left = [
        folder
        for replay in library.replays_deleted()
        if (folder := recordings.folder_of(replay.classroom)).path.is_dir()
    ]
    for folder in left:
        _remove(folder)
    return len(left)


@transaction.atomic
def _delete(replay: Replay, *, by: User | None, now: datetime) -> bool:
    found = Replay.objects.select_for_update(of=("self",)).get(pk=replay.pk)
    # Somebody may have withheld or pinned it a moment ago.
    if found.deleted_at or found.withheld_at or found.is_pinned:
        return False
    found.deleted_at, found.deleted_by, found.leaves_on = now, by, None
    found.save(update_fields=["deleted_at", "deleted_by", "leaves_on"])
    session = replay.classroom.session
    audit.record(
        audit.Action.REPLAY_DELETED,
        by=by,
        organisation=session.class_group.organisation,
        now=now,
        session=session.pk,
    )
    folder = recordings.folder_of(replay.classroom)
    transaction.on_commit(lambda: _remove(folder), robust=True)
    return True


def _remove(folder) -> None:
    try:
        folder.remove()
    except OSError as error:
        # The disk says no; the next round tries again.
        logger.warning("Recording %s was not taken away: %s", folder.path.name, error)
