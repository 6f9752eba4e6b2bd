"""The packs of a round as one PDF (branches.print_jobs). The door is `print_of`."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import task

from accounts.models import User
from branches import print_jobs
from branches.errors import PrintRefused
from branches.home_study import booklets, reading
from branches.models import Delivery, PackPrint

# More is more paper than a round of visits carries, and more than one binds.
MOST_PACKS = 300


# The door


def prints_of(user: User) -> QuerySet[PackPrint]:
    """What `user` has asked for, the newest first."""
    if not user.is_authenticated:
        return PackPrint.objects.none()
    return PackPrint.objects.filter(asked_by=user)


def print_of(user: User, pk: int) -> PackPrint:
    """A print of one's own, while one keeps every order on it and nobody of them was erased.

    Raises Http404 else.
    """
    found = prints_of(user).filter(pk=pk).first()
    if found is None:
        raise Http404
    orders = reading.orders_kept_by(user).filter(person__erased_at=None)
    if orders.filter(delivery__in=found.packs).count() != len(found.packs):
        raise Http404
    return found


def packs_printed_by(user: User) -> QuerySet[Delivery]:
    """The packs that `user` may print, in the order of the delivery list."""
    kept = reading.orders_kept_by(user).values("pk")
    return reading.deliveries_listed_for(user).filter(order__in=kept)


# Asked for


@transaction.atomic
def ask(*, packs: Iterable[Delivery], by: User, now: datetime | None = None) -> PackPrint:
    """Have these of `packs_printed_by` printed; while the same is being made it is that one.

    Raises PrintRefused where there is nothing or too much.
    """
    now = now or timezone.now()
    keys = [pack.pk for pack in packs]
    if not keys:
        raise PrintRefused(_("没有要打印的。先在点单里“把选中的装好”。"))
    if len(keys) > MOST_PACKS:
        raise PrintRefused(
            _("一次最多打印 %(most)s 份，这里有 %(count)s 份。请按街道或者送的人分开打印。")
            % {"most": MOST_PACKS, "count": len(keys)}
        )
    for found in prints_of(by).filter(state__in=PackPrint.OPEN):
        if found.packs == keys:
            return found
    made = PackPrint.objects.create(
        packs=keys, total=len(keys), asked_at=now, asked_by=by, worked_at=now
    )
    _start(made)
    return made


# Made


@task()
def make_in_background(pk: int) -> None:
    make(pk=pk)


def make(*, pk: int) -> None:
    print_jobs.make(PackPrint, pk, template=booklets.TEMPLATE, read=_read)


def _read(job: PackPrint) -> print_jobs.Content:
    """Every pack as it was packed, in the order that was asked for."""
    found = Delivery.objects.filter(order__cancelled_at=None).select_related(
        "order__person", "order__branch", "order__organisation"
    )
    packs = found.in_bulk(job.packs)
    facts, files = [], {}
    for place, key in enumerate(job.packs, 1):
        # What was given up meanwhile is not printed.
        if key in packs:
            one, pictures = booklets.facts_of(packs[key])
            facts.append(one)
            files |= pictures
        print_jobs.progress(job, place)
    print_jobs.progress(job, len(facts), total=len(facts))
    return {"booklets": facts}, files


def _start(job: PackPrint) -> None:
    transaction.on_commit(partial(make_in_background.enqueue, job.pk), robust=True)


# Kept in order by the scheduler


def wake(*, now: datetime | None = None) -> int:
    return print_jobs.wake(PackPrint, start=_start, now=now)


def forget_old(*, now: datetime | None = None) -> int:
    return print_jobs.forget_old(PackPrint, now=now)
