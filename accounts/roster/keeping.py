"""How long a roster stays: dropped by hand, forgotten after a month, woken when its job died."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import RosterRefused
from accounts.models import RosterImport
from accounts.roster import applying, previewing
from accounts.roster.applying import forget_file, marks_of
from accounts.roster.entries import written

State = RosterImport.State

FORGOTTEN_AFTER = timedelta(days=30)
# A job that gave no sign for so long was killed with its worker.
DEAD_AFTER = timedelta(minutes=3)


@transaction.atomic
def drop(*, roster: RosterImport) -> None:
    """Give up what is not written yet and delete the file; what is written stays.

    Twice is harmless. Raises RosterRefused while rows are being written.
    """
    roster = RosterImport.objects.select_for_update(no_key=True).get(pk=roster.pk)
    if roster.state == State.APPLYING:
        raise RosterRefused(_("正在写入，请等写完。"))
    if roster.state in (State.APPLIED, State.DROPPED):
        return
    if written(marks_of(roster)):
        roster.state = State.APPLIED
    else:
        roster.state = State.DROPPED
        _forget_rows(roster)
    forget_file(roster)
    roster.save()


def _forget_rows(roster: RosterImport) -> None:
    roster.samples, roster.mapping = "", {}
    roster.chunks.all().delete()
    roster.rows.all().delete()


def forget_old(*, now: datetime | None = None) -> int:
    """Delete the files and rows of rosters brought more than a month ago; return how many.

    What was written, when and by whom stays known. Safe to repeat.
    """
    now = now or timezone.now()
    old = RosterImport.objects.filter(uploaded_at__lt=now - FORGOTTEN_AFTER)
    kept = old.exclude(chunks=None, rows=None, file="", samples="").distinct()
    forgotten = 0
    for pk in list(kept.values_list("pk", flat=True)):
        with transaction.atomic():
            roster = RosterImport.objects.select_for_update(no_key=True).get(pk=pk)
            if roster.state != State.APPLIED:
                roster.state = State.DROPPED
            _forget_rows(roster)
            forget_file(roster)
            roster.save()
        forgotten += 1
    return forgotten


def wake(*, now: datetime | None = None) -> int:
    """Have the work go on of which the job was killed; return of how many rosters.

    Safe to repeat: each job looks for itself what is left to do.
    """
    now = now or timezone.now()
    silent = RosterImport.objects.filter(
        state__in=RosterImport.WORKING, worked_at__lt=now - DEAD_AFTER
    )
    pks = list(silent.values_list("pk", flat=True))
    for pk in pks:
        with transaction.atomic():
            roster = RosterImport.objects.select_for_update(no_key=True).get(pk=pk)
            if roster.state == State.APPLYING:
                applying.start(roster)
            elif roster.is_working:
                previewing.start(roster)
            roster.worked_at = now
            roster.save(update_fields=["worked_at"])
    return len(pks)
