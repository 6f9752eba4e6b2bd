"""A recorded class in one file (MP4), made when its teacher asks and taken away after a week."""

import logging
import shutil
from datetime import datetime, timedelta
from urllib.parse import quote

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import task

from accounts import audit
from accounts.models import User
from live import recordings, replays
from live.errors import ReplayRefused
from live.models import Replay
from live.video import copying
from live.video.tokens import COPY

logger = logging.getLogger(__name__)

KEPT = timedelta(days=7)
# A job that has not told of itself for so long was killed; an hour of film is copied in seconds
# and encoded, where that must be, in less than its own length.
LOST_AFTER = timedelta(hours=3)
# What the file needs beside itself while its index is moved to its front, and air for classes.
ROOM_TIMES, ROOM_MORE = 2, 1 << 30


@transaction.atomic
def ask(*, replay: Replay, now: datetime | None = None) -> Replay:
    """Have the file made in the background; one that is ready or being made is not made again.

    Raises ReplayRefused for a recording that is deleted, and where the disk has no room.
    """
    now = now or timezone.now()
    replay = replays.locked(replay)
    if replay.copy_ready_at or is_being_made(replay, now=now):
        return replay
    if shutil.disk_usage(settings.RECORDINGS_ROOT).free < ROOM_TIMES * replay.bytes + ROOM_MORE:
        raise ReplayRefused(_("服务器的硬盘快满了，现在做不了。请告诉管理员。"))
    replay.copy_asked_at, replay.copy_percent = now, 0
    replay.save(update_fields=["copy_asked_at", "copy_percent"])
    # The queue is a table of the same database: asked for and queued, or neither.
    make.enqueue(replay.pk)
    return replay


def is_being_made(replay: Replay, *, now: datetime) -> bool:
    asked = replay.copy_asked_at
    return bool(asked and not replay.copy_ready_at and now - asked < LOST_AFTER)


def leaves_at(replay: Replay) -> datetime | None:
    return replay.copy_ready_at and replay.copy_ready_at + KEPT


@task()
def make(replay_pk: int) -> bool:
    """Make the file; whether it is there. What went wrong can be asked for again."""
    rows = Replay.objects.filter(pk=replay_pk, deleted_at=None)
    replay = rows.select_related("classroom").first()
    if replay is None:
        return False
    folder = recordings.folder_of(replay.classroom)
    try:
        copying.make_copy(folder, lambda percent: rows.update(copy_percent=percent))
    except Exception:
        logger.exception("No copy of recording %s was made", folder.path.name)
        rows.update(copy_asked_at=None, copy_percent=0)
        return False
    # Deleted meanwhile: then the folder is taken away once more by the next round.
    return bool(rows.update(copy_percent=100, copy_ready_at=timezone.now()))


@transaction.atomic
def take(*, replay: Replay, by: User, now: datetime | None = None) -> str:
    """The address of the file for `by`, with a line of the log. Raises ReplayRefused if it is
    not there."""
    replay = replays.locked(replay)
    if not replay.copy_ready_at:
        raise ReplayRefused(_("文件还没有做好，请等一等再来。"))
    session = replay.classroom.session
    group = session.class_group
    audit.record(
        audit.Action.REPLAY_COPIED,
        by=by,
        organisation=group.organisation,
        now=now or timezone.now(),
        session=session.pk,
    )
    address = recordings.address_of(replay.classroom, kind=COPY, person=None, user=by)
    name = _("%(class)s 第%(number)s讲") % {"class": group.name[:60], "number": session.number}
    return f"{address}?name={quote(name, safe='')}"


def clear_old(*, now: datetime | None = None) -> int:
    """Take away the files that were made a week ago; how many. Safe to repeat."""
    now = now or timezone.now()
    is_old = Q(copy_ready_at__lte=now - KEPT) | Q(
        copy_ready_at=None, copy_asked_at__lte=now - LOST_AFTER
    )
    old = list(Replay.objects.filter(is_old, deleted_at=None).select_related("classroom"))
    for replay in old:
        # First the row: nobody is led to a file that is just going.
        Replay.objects.filter(pk=replay.pk).update(
            copy_asked_at=None, copy_percent=0, copy_ready_at=None
        )
        copying.drop_copy(recordings.folder_of(replay.classroom))
    return len(old)
