"""A year's records as one PDF (branches.print_jobs). The door is `print_of`."""

from datetime import date, datetime
from functools import partial

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import task

from accounts.models import Organisation, User
from branches import papers, print_jobs, queries
from branches.errors import PrintRefused
from branches.models import Branch, BranchRecord, YearPrint
from branches.reports import reading
from branches.sheets import sheet_of, sheet_signed

# Beyond this nobody binds it: an office prints the offices beneath it one by one.
MOST_RECORDS = 2_000


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
    make(pk=pk)


def make(*, pk: int) -> None:
    print_jobs.make(YearPrint, pk, template=papers.TEMPLATE, read=_read)


def _read(job: YearPrint) -> print_jobs.Content:
    """What stands on the paper."""
    what = job.branch or job.organisation
    records = list(queries.with_everything(records_of(what, job.year)))
    sheets = []
    for place, record in enumerate(records, 1):
        version = record.versions.order_by("number").last()
        sheet = sheet_signed(version) if version else sheet_of(record)
        note = _("第 %(number)s 版") % {"number": version.number} if version else _("未签字")
        number = f"{record.branch_id}-{record.held_on}-{record.pk}"
        sheets.append(papers.facts_of(sheet, number, note))
        print_jobs.progress(job, place)
    print_jobs.progress(job, len(records), total=len(records))
    words = [
        _("%(year)s 年") % {"year": job.year},
        _("共 %(count)s 份") % {"count": len(records)},
    ]
    cover = {"title": _("%(name)s学习记录") % {"name": what.name}, "words": "\n".join(words)}
    return {"records": sheets, "cover": cover}, {}


def _start(job: YearPrint) -> None:
    transaction.on_commit(partial(make_in_background.enqueue, job.pk), robust=True)


# Kept in order by the scheduler


def wake(*, now: datetime | None = None) -> int:
    return print_jobs.wake(YearPrint, start=_start, now=now)


def forget_old(*, now: datetime | None = None) -> int:
    return print_jobs.forget_old(YearPrint, now=now)
