"""Members asked to an activity, told of changes, and what they answer."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import task

from branches import answer_links, presence, queries
from branches.activities import wording
from branches.errors import ActivityRefused
from branches.models import BranchActivity, Participation
from courses.letters import tell

Answer = Participation.Answer


@transaction.atomic
def invite(*, activity: BranchActivity, now: datetime | None = None) -> int:
    """Ask everybody who is due by letter and SMS; return how many are due.

    Again it asks only those who were not asked yet.  Raises ActivityRefused when it has begun
    or was cancelled, and when nobody is due.
    """
    now = now or timezone.now()
    rows = BranchActivity.objects.select_for_update(of=("self",)).filter(pk=activity.pk)
    activity = queries.activity_names(rows).get()
    if activity.cancelled_at:
        raise ActivityRefused(_("这次活动已经取消了。"))
    if activity.starts_at <= now:
        raise ActivityRefused(_("活动已经开始了，不用再发通知。"))
    presence.take_due(activity)
    due = queries.people_of_activity(activity).filter(is_due=True).count()
    if not due:
        raise ActivityRefused(_("还没有可以请的人，请先看一看支部的成员。"))
    if not activity.told:
        activity.told = 1
        activity.save(update_fields=["told"])
    tell_invited.enqueue(activity.pk)
    return due


@transaction.atomic
def answer(
    *, row: Participation, answer: str, reason: str = "", now: datetime | None = None
) -> Participation:
    """Put down whether somebody comes; they may answer anew until it begins.

    Raises ActivityRefused once it has begun, and for 来不了 without a reason.
    """
    now = now or timezone.now()
    activity = row.activity
    if activity.cancelled_at:
        raise ActivityRefused(_("这次活动已经取消了，不用答复。"))
    if activity.closed_at or activity.starts_at <= now:
        raise ActivityRefused(_("活动已经开始了，来不来请直接告诉书记。"))
    reason = reason.strip()
    if answer == Answer.STAYS_AWAY and not reason:
        raise ActivityRefused(_("请写一句为什么来不了，书记好记下来。"), field="reason")
    row.answer, row.answered_at = answer, now
    row.answer_reason = reason[:100] if answer == Answer.STAYS_AWAY else ""
    row.save(update_fields=["answer", "answered_at", "answer_reason"])
    return row


def tell_of_change(activity: BranchActivity, *, now: datetime) -> None:
    """Tell who was invited of a new time or place, if it is still to come."""
    if activity.told and activity.starts_at > now:
        activity.told += 1
        activity.save(update_fields=["told"])
        tell_changed.enqueue(activity.pk, activity.told)


def tell_of_cancelling(activity: BranchActivity, *, now: datetime) -> None:
    if activity.told and activity.ends_at > now:
        tell_cancelled.enqueue(activity.pk)


@task()
def tell_invited(activity_pk: int) -> int:
    """Write to everybody who is due; return how many had not been written to."""
    return _tell(
        activity_pk,
        "invited",
        lambda activity, row: wording.invited(
            activity, row.person, answer_at=answer_links.address(row)
        ),
    )


@task()
def tell_changed(activity_pk: int, number: int) -> int:
    return _tell(activity_pk, f"changed:{number}", _of_person(wording.changed))


@task()
def tell_cancelled(activity_pk: int) -> int:
    return _tell(activity_pk, "cancelled", _of_person(wording.cancelled))


def _of_person(text: Callable) -> Callable:
    return lambda activity, row: text(activity, row.person)


def _tell(activity_pk: int, what: str, text: Callable) -> int:
    # One after the other, so that a job which was killed goes on where it was.
    activity = queries.activity_names(BranchActivity.objects.filter(pk=activity_pk)).get()
    if activity.cancelled_at and what != "cancelled":
        return 0
    url = reverse("branches:my_activities")
    return sum(
        tell(
            person=row.person,
            key=f"activity:{activity_pk}:{what}",
            text=text(activity, row),
            url=url,
        )
        for row in queries.people_of_activity(activity).filter(is_due=True)
    )
