"""A long PDF in the background: read, set by a child, kept once, woken, forgotten.

Whatever is made is a `Print`: `branches.printing` (a year's records) and
`branches.home_study.printing` (the packs of a round) say what stands on it.  Every step may be
killed: `wake` has the job run again, and only an open job is ever kept.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from django.core.files.base import ContentFile
from django.db import OperationalError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from branches.models import Print
from common import typesetting

logger = logging.getLogger(__name__)

TOLD_EVERY = 20
# A job that is worked at and gave no sign for so long was killed with its worker; one that
# waits may have been lost, or stands behind others.
DEAD_AFTER, LOST_AFTER = timedelta(minutes=3), timedelta(minutes=15)
LEFT_AFTER = timedelta(hours=1)
FORGOTTEN_AFTER = timedelta(days=7)

# The facts of a template and the pictures that lie beside it.
Content = tuple[dict, dict[str, bytes]]


def make(model: type[Print], pk: int, *, template: Path, read: Callable[[Print], Content]) -> None:
    """Read what stands on it, set it, keep the file. Repeatable, also after it was killed.

    `read` tells with `progress` how far it is, which ends it where it is not wanted any more.
    """
    try:
        _make(model, pk, template, read)
    except OperationalError:
        # A database that is away is not told of: `wake` has the job run again.
        raise
    except Exception:
        _fail(model, pk, _("处理时出了错，没有做完。请再试一次；还不行，请打电话给学校。"))
        raise


def _make(model, pk, template, read):
    if not _tell(model, pk, state=Print.State.WORKING, done=0):
        return
    try:
        facts, files = read(model.objects.get(pk=pk))
        data = typesetting.typeset(
            template,
            facts,
            files=files,
            goes_on=lambda: _tell(model, pk, state=Print.State.WORKING),
        )
    except typesetting.Stopped:
        return
    except typesetting.Failed as failed:
        logger.warning("%s %s: %s", model.__name__, pk, failed)
        _fail(model, pk, _("排版没有做成，可能是记录太多。请少选一些，或者过一会儿再试。"))
        return
    _keep(model, pk, data)


def progress(job: Print, done: int, *, total: int | None = None) -> None:
    """Write down how far it is, now and then. Raises Stopped where it was cancelled."""
    if total is None and done % TOLD_EVERY:
        return
    facts = {"done": done} | ({} if total is None else {"total": total})
    if not _tell(type(job), job.pk, state=Print.State.WORKING, **facts):
        raise typesetting.Stopped


def cancel(job: Print) -> None:
    """It is not wanted any more: the worker stops within a second; twice is harmless."""
    still = type(job).objects.filter(pk=job.pk, state__in=Print.OPEN)
    still.update(state=Print.State.CANCELLED)


@transaction.atomic
def _keep(model, pk, data):
    job = model.objects.select_for_update(no_key=True).get(pk=pk)
    if not job.is_open:
        return
    job.file.save(f"{pk}.pdf", ContentFile(data), save=False)
    job.state, job.worked_at = Print.State.DONE, timezone.now()
    job.save()


def _tell(model, pk, **facts) -> bool:
    """Whether it is still wanted."""
    still = model.objects.filter(pk=pk, state__in=Print.OPEN)
    return bool(still.update(worked_at=timezone.now(), **facts))


def _fail(model, pk, problem):
    still = model.objects.filter(pk=pk, state__in=Print.OPEN)
    still.update(state=Print.State.FAILED, problem=problem, worked_at=timezone.now())


# Kept in order by the scheduler


def wake(model: type[Print], *, start: Callable[[Print], None], now: datetime | None) -> int:
    """Have jobs run again whose worker was killed; return how many."""
    now = now or timezone.now()
    dead = Q(state=Print.State.WORKING, worked_at__lt=now - DEAD_AFTER)
    lost = Q(state=Print.State.WAITING, worked_at__lt=now - LOST_AFTER)
    found = list(model.objects.filter(dead | lost))
    for job in found:
        model.objects.filter(pk=job.pk).update(worked_at=now)
        start(job)
    return len(found)


def forget_old(model: type[Print], *, now: datetime | None) -> int:
    """Delete prints of more than a week ago with their files, and what killed ones have left.

    They are made again in no time.
    """
    now = now or timezone.now()
    typesetting.clear_left(before=now - LEFT_AFTER)
    old = list(model.objects.filter(asked_at__lt=now - FORGOTTEN_AFTER))
    for job in old:
        job.file.delete(save=False)
        job.delete()
    return len(old)
