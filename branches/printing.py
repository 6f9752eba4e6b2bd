"""A year's records as one PDF: asked for, made by a worker, told of, cancelled, forgotten.

Every step may be killed: `wake` has the job run again. The door is `print_of`.
"""

import logging
from datetime import date, datetime, timedelta
from functools import partial

from django.core.files.base import ContentFile
from django.db import OperationalError, transaction
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import task

from accounts.models import Organisation, User
from branches import papers, queries
from branches.errors import PrintRefused
from branches.models import Branch, BranchRecord, YearPrint
from branches.reports import reading
from branches.sheets import sheet_of, sheet_signed
from common import typesetting

logger = logging.getLogger(__name__)
State = YearPrint.State

# Beyond this nobody binds it: an office prints the offices beneath it one by one.
MOST_RECORDS = 2_000
TOLD_EVERY = 20
# A job that gave no sign for so long was killed with its worker.
DEAD_AFTER = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(days=7)


# The door


def prints_of(user: User) -> QuerySet[YearPrint]:
    """What `user` has asked for, the newest first."""
    found = YearPrint.objects.filter(asked_by=user) if user.is_authenticated else None
    return (YearPrint.objects.none() if found is None else found).select_related(
        "branch", "organisation"
    )


def print_of(user: User, pk: int) -> YearPrint:
    """A print of one's own, while one may read what is on it. Raises Http404 else."""
    found = prints_of(user).filter(pk=pk).first()
    if found is None:
        raise Http404
    if found.branch_id:
        queries.branch_led_by(user, found.branch_id)
    else:
        reading.organisation_led_by(user, found.organisation_id)
    return found


# Asked for


@transaction.atomic
def ask(
    *,
    year: int,
    by: User,
    branch: Branch | None = None,
    organisation: Organisation | None = None,
    now: datetime | None = None,
) -> YearPrint:
    """Have the records of `year` printed; while the same is being made it is that one.

    Raises PrintRefused where there is nothing or too much.
    """
    now = now or timezone.now()
    same = prints_of(by).filter(
        branch=branch, organisation=organisation, year=year, state__in=YearPrint.OPEN
    )
    if found := same.first():
        return found
    count = records_of(branch or organisation, year).count()
    if not count:
        raise PrintRefused(_("%(year)s 年还没有学习记录。") % {"year": year})
    if count > MOST_RECORDS:
        raise PrintRefused(
            _("有 %(count)s 份记录，一本装不下，请按下一级单位或者支部分开打印。")
            % {"count": count}
        )
    made = YearPrint.objects.create(
        branch=branch,
        organisation=organisation,
        year=year,
        total=count,
        asked_at=now,
        asked_by=by,
        worked_at=now,
    )
    _start(made)
    return made


def cancel(*, job: YearPrint) -> None:
    """It is not wanted any more: the worker stops within a second; twice is harmless."""
    YearPrint.objects.filter(pk=job.pk, state__in=YearPrint.OPEN).update(state=State.CANCELLED)


def records_of(what: Branch | Organisation, year: int) -> QuerySet[BranchRecord]:
    """The records of a year, branch by branch, in the order of the days."""
    records = BranchRecord.objects.filter(
        held_on__gte=date(year, 1, 1), held_on__lt=date(year + 1, 1, 1)
    )
    if isinstance(what, Branch):
        records = records.filter(branch__in=queries.tree(what))
    else:
        records = records.filter(branch__organisation__path__startswith=what.path)
    return records.order_by("branch__path", "held_on", "pk")


def years_of(what: Branch | Organisation, *, on: date) -> list[int]:
    """The years that have records, the newest first."""
    if isinstance(what, Branch):
        records = BranchRecord.objects.filter(branch__in=queries.tree(what))
    else:
        records = BranchRecord.objects.filter(branch__organisation__path__startswith=what.path)
    first = records.order_by("held_on").values_list("held_on", flat=True).first()
    return list(range(on.year, first.year - 1, -1)) if first else []


# Made


@task()
def make_in_background(pk: int) -> None:
    try:
        make(pk=pk)
    except OperationalError:
        # A database that is away is not told of: `wake` has the job run again.
        raise
    except Exception:
        _fail(pk, _("处理时出了错，没有做完。请再试一次；还不行，请打电话给学校。"))
        raise


def make(*, pk: int) -> None:
    """Read the records, set them, keep the file. Repeatable, also after it was killed."""
    if not _tell(pk, state=State.WORKING, done=0):
        return
    job = YearPrint.objects.select_related("branch", "organisation").get(pk=pk)
    facts = _facts(job)
    if facts is None:
        return
    try:
        data = typesetting.typeset(
            papers.TEMPLATE, facts, goes_on=lambda: _tell(pk, state=State.WORKING)
        )
    except typesetting.Stopped:
        return
    except typesetting.Failed as failed:
        logger.warning("Print %s: %s", pk, failed)
        _fail(pk, _("排版没有做成，可能是记录太多。请少选一些，或者过一会儿再试。"))
        return
    _keep(pk, data)


def _facts(job: YearPrint) -> dict | None:
    """What stands on the paper; None once it was cancelled."""
    what = job.branch or job.organisation
    records = list(queries.with_everything(records_of(what, job.year)))
    sheets = []
    for place, record in enumerate(records, 1):
        version = record.versions.order_by("number").last()
        sheet = sheet_signed(version) if version else sheet_of(record)
        note = _("第 %(number)s 版") % {"number": version.number} if version else _("未签字")
        number = f"{record.branch_id}-{record.held_on}-{record.pk}"
        sheets.append(papers.facts_of(sheet, number, note))
        if place % TOLD_EVERY == 0 and not _tell(job.pk, state=State.WORKING, done=place):
            return None
    if not _tell(job.pk, state=State.WORKING, done=len(records), total=len(records)):
        return None
    words = [
        _("%(year)s 年") % {"year": job.year},
        _("共 %(count)s 份") % {"count": len(records)},
    ]
    cover = {"title": _("%(name)s学习记录") % {"name": what.name}, "words": "\n".join(words)}
    return {"records": sheets, "cover": cover}


@transaction.atomic
def _keep(pk: int, data: bytes) -> None:
    job = YearPrint.objects.select_for_update(no_key=True).get(pk=pk)
    if not job.is_open:
        return
    job.file.save(f"{pk}.pdf", ContentFile(data), save=False)
    job.state, job.worked_at = State.DONE, timezone.now()
    job.save()


def _tell(pk: int, **facts) -> bool:
    """Write down how far it is, and whether it is still wanted."""
    still = YearPrint.objects.filter(pk=pk, state__in=YearPrint.OPEN)
    return bool(still.update(worked_at=timezone.now(), **facts))


def _fail(pk: int, problem: str) -> None:
    still = YearPrint.objects.filter(pk=pk, state__in=YearPrint.OPEN)
    still.update(state=State.FAILED, problem=problem, worked_at=timezone.now())


def _start(job: YearPrint) -> None:
    transaction.on_commit(partial(make_in_background.enqueue, job.pk), robust=True)


# Kept in order by the scheduler


def wake(*, now: datetime | None = None) -> int:
    """Have jobs run again whose worker was killed; return how many."""
    now = now or timezone.now()
    dead = YearPrint.objects.filter(state__in=YearPrint.OPEN, worked_at__lt=now - DEAD_AFTER)
    woken = list(dead)
    for job in woken:
        YearPrint.objects.filter(pk=job.pk).update(worked_at=now)
        _start(job)
    return len(woken)


def forget_old(*, now: datetime | None = None) -> int:
    """Delete prints of more than a week ago with their files: they are made again in no time."""
    now = now or timezone.now()
    old = list(YearPrint.objects.filter(asked_at__lt=now - FORGOTTEN_AFTER))
    for job in old:
        job.file.delete(save=False)
        job.delete()
    return len(old)
