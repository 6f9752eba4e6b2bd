"""What teacher and office decide about the recording of an ended class.

It is measured when somebody first asks for it; cut, released or withheld; and its chapters
are named. Every decision can be taken back, and says who made it.
"""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from live import library, recordings
from live.errors import ReplayRefused
from live.models import Classroom, Replay
from live.video.timeline import MAIN

LONGEST_NAME = 40
# A replay of less than this is nothing to see.
SHORTEST_SECONDS = 5.0


def of(classroom: Classroom) -> Replay | None:
    """The replay of an ended class, measured at the first time; None if there is no recording."""
    if found := library.replay_of(classroom.pk):
        return found
    folder = recordings.folder_of(classroom)
    if classroom.ended_at is None or not folder.path.is_dir():
        return None
    timeline = folder.timeline()
    seconds = timeline.renditions[MAIN].seconds
    if not seconds:
        return None
    facts = {"whole_seconds": round(seconds, 3), "bytes": folder.bytes()}
    return Replay.objects.get_or_create(classroom=classroom, defaults=facts)[0]


def measure_new() -> int:
    """Measure the recordings that nobody has asked for yet; how many. Safe to repeat."""
    recorded = [
        classroom
        for classroom in library.rooms_to_measure()
        if recordings.folder_of(classroom).path.is_dir()
    ]
    return sum(of(classroom) is not None for classroom in recorded)


@transaction.atomic
def release(*, replay: Replay, by: User, now: datetime | None = None) -> Replay:
    """Let learners see it: after the review, or again after it was withheld. Repeatable."""
    replay = locked(replay)
    if replay.released_at and not replay.withheld_at:
        return replay
    replay.released_at, replay.released_by = now or timezone.now(), by
    replay.withheld_at, replay.withheld_by, replay.withheld_reason = None, None, ""
    replay.save()
    _write_down(audit.Action.REPLAY_RELEASED, replay, by)
    return replay


@transaction.atomic
def withhold(*, replay: Replay, reason: str, by: User, now: datetime | None = None) -> Replay:
    """Let learners see it no more, until it is released. Raises ReplayRefused without a reason."""
    reason = " ".join(reason.split())
    if not reason:
        raise ReplayRefused(_("请写一句为什么先不放，同事以后要看。"))
    if len(reason) > 200:
        raise ReplayRefused(_("原因请写短一些，最多 200 个字。"))
    replay = locked(replay)
    replay.withheld_at, replay.withheld_by = now or timezone.now(), by
    replay.withheld_reason = reason
    replay.leaves_on = None
    replay.save()
    _write_down(audit.Action.REPLAY_WITHHELD, replay, by)
    return replay


@transaction.atomic
def cut(*, replay: Replay, start: float | None, end: float | None) -> Replay:
    """Let the replay begin at `start` and end at `end` (seconds of the whole recording).

    Moved to the nearest key frame; None is the recording's own begin or end. Raises
    ReplayRefused when nothing would be left.
    """
    replay = locked(replay)
    folder = recordings.folder_of(replay.classroom)
    places = folder.timeline().key_seconds
    first = 0.0 if start is None else _nearest(start, places)
    last = places[-1] if end is None else _nearest(end, places)
    if last - first < SHORTEST_SECONDS:
        raise ReplayRefused(_("这样剪就什么也不剩了。结尾要比开头晚一些。"))
    replay.cut_start = first
    replay.cut_end = None if last >= places[-1] else last
    replay.save(update_fields=["cut_start", "cut_end"])
    is_whole = first == 0 and replay.cut_end is None
    stretch = None if is_whole else (first, last)
    # In the transaction: what the folder does not take is not believed by the database.
    folder.cut(stretch)
    return replay


@transaction.atomic
def uncut(*, replay: Replay) -> Replay:
    """Let learners see all of it again. Repeatable."""
    replay = locked(replay)
    replay.cut_start, replay.cut_end = 0, None
    replay.save(update_fields=["cut_start", "cut_end"])
    recordings.folder_of(replay.classroom).cut(None)
    return replay


@transaction.atomic
def name_chapters(*, replay: Replay, names: dict[int, str]) -> Replay:
    """Give chapters (by their keys) names of the teacher's; an empty one is its slide's again."""
    replay = locked(replay)
    kept = dict(replay.chapter_names)
    for key, name in names.items():
        name = " ".join(name.split())
        if len(name) > LONGEST_NAME:
            raise ReplayRefused(
                _("章节名请写短一些，最多 %(most)s 个字。") % {"most": LONGEST_NAME}
            )
        kept[str(key)] = name
    replay.chapter_names = {key: name for key, name in kept.items() if name}
    replay.save(update_fields=["chapter_names"])
    return replay


@transaction.atomic
def pin(*, replay: Replay, pinned: bool) -> Replay:
    """Keep it whatever the rule says, or no longer."""
    replay = locked(replay)
    replay.is_pinned = pinned
    if pinned:
        replay.leaves_on = None
    replay.save(update_fields=["is_pinned", "leaves_on"])
    return replay


def locked(replay: Replay) -> Replay:
    """The row as it is now, locked. Raises ReplayRefused once it is deleted."""
    found = (
        Replay.objects.select_for_update(of=("self",))
        .select_related("classroom__session__class_group__organisation")
        .get(pk=replay.pk)
    )
    if found.deleted_at:
        raise ReplayRefused(_("这个回放已经删掉了。"))
    return found


def _nearest(seconds: float, places: list[float]) -> float:
    return min(places, key=lambda place: abs(place - seconds))


def _write_down(action: str, replay: Replay, by: User) -> None:
    session = replay.classroom.session
    audit.record(action, by=by, organisation=session.class_group.organisation, session=session.pk)
