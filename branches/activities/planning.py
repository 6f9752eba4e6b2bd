"""An activity planned, changed and cancelled; two people at once lose nothing."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Person, User
from branches import ledger, presence, queries
from branches.activities import inviting
from branches.errors import ActivityChanged, ActivityRefused, NoHoursRule
from branches.models import Branch, BranchActivity, Participation, Source, StudyNotice
from courses.models import ClassSession

Audience = BranchActivity.Audience

# Further away it is a slip of the hand: paper of last year is still taken, and a year's plan.
FURTHEST = timedelta(days=366)


@transaction.atomic
def plan(
    *,
    branch: Branch,
    by: User,
    kind: str,
    topic: str,
    starts_at: datetime,
    ends_at: datetime,
    place: str,
    chair: Person | None = None,
    recorder: Person | None = None,
    lecturer: str = "",
    guests: str = "",
    notes: str = "",
    audience: str = Audience.ALL,
    group: Branch | None = None,
    chosen: Collection[Person] = (),
    session: ClassSession | None = None,
    now: datetime | None = None,
) -> BranchActivity:
    """Plan an activity, or write down one that was held without the computer.

    Raises ActivityRefused, with the field, for times that make no sense, a branch that was not
    there on that day and people who did not belong to it.
    """
    now = now or timezone.now()
    activity = BranchActivity(branch=branch, planned_at=now, planned_by=by)
    _write(
        activity,
        by=by,
        now=now,
        kind=kind,
        topic=topic,
        starts_at=starts_at,
        ends_at=ends_at,
        place=place,
        chair=chair,
        recorder=recorder,
        lecturer=lecturer,
        guests=guests,
        notes=notes,
        audience=audience,
        group=group,
        session=session,
    )
    _choose(activity, chosen)
    return activity


@transaction.atomic
def change(
    *,
    activity: BranchActivity,
    by: User,
    seen_at: datetime | None,
    reason: str = "",
    chosen: Collection[Person] = (),
    now: datetime | None = None,
    **facts,
) -> BranchActivity:
    """Change a plan; `facts` as `plan` takes them. Who was invited is told of new time and place.

    Of a closed activity `reason` has to say why: its lines are reversed and posted anew, and
    signed records of it are marked.  Raises ActivityRefused, ActivityChanged.
    """
    now = now or timezone.now()
    activity = locked(activity, seen_at=seen_at)
    if activity.closed_at and not reason.strip():
        raise ActivityRefused(_("请写明更正的原因。"), field="reason")
    before = (activity.starts_at, activity.ends_at, activity.place)
    _write(activity, by=by, now=now, **facts)
    if not activity.closed_at:
        _choose(activity, chosen)
        if before != (activity.starts_at, activity.ends_at, activity.place):
            inviting.tell_of_change(activity, now=now)
        return activity
    presence.take_due(activity)
    activity.records.update(held_on=activity.held_on)
    StudyNotice.objects.filter(source=Source.ACTIVITY, source_key=activity.pk).update(
        studied_on=activity.held_on
    )
    # The evidence says something else from now on, and who wrote it.
    activity.people.filter(is_present=True).update(
        noted_at=now, noted_by=by, correction=reason.strip()[:200]
    )
    post(activity, now=now)
    return activity


@transaction.atomic
def cancel(
    *, activity: BranchActivity, reason: str, by: User, now: datetime | None = None
) -> BranchActivity:
    """Call it off and say why to all who were invited; twice is harmless.

    Raises ActivityRefused without a reason, and for one that was held.
    """
    now = now or timezone.now()
    activity = locked(activity)
    if activity.cancelled_at:
        return activity
    if activity.closed_at:
        raise ActivityRefused(_("这次活动已经开过、写好了，不能取消。到会写错了，请用“更正”。"))
    if not reason.strip():
        raise ActivityRefused(_("请写明为什么取消，请过的人会看到。"), field="reason")
    activity.cancelled_at, activity.cancelled_by = now, by
    activity.cancel_reason = reason.strip()[:200]
    activity.edited_at, activity.edited_by = now, by
    activity.save()
    inviting.tell_of_cancelling(activity, now=now)
    return activity


def locked(activity: BranchActivity, *, seen_at: datetime | None = None) -> BranchActivity:
    """The activity, held until the transaction ends; with `seen_at`, if nobody saved it since."""
    rows = BranchActivity.objects.select_for_update(of=("self",)).filter(pk=activity.pk)
    found = queries.activity_names(rows).get()
    check_seen(found, seen_at)
    if seen_at and found.cancelled_at:
        raise ActivityRefused(_("这次活动已经取消了。"))
    return found


def check_seen(activity: BranchActivity, seen_at: datetime | None) -> None:
    """Raises ActivityChanged if somebody saved the activity since `seen_at`."""
    if seen_at and activity.edited_at != seen_at:
        raise ActivityChanged(
            _("刚才有人改过这次活动。您写的还在下面，请先看一看那边改了什么，再存一次。")
        )


def post(activity: BranchActivity, *, now: datetime) -> bool:
    """Post the lines and draft the records; whether every line found its rule."""
    try:
        ledger.post_activity(activity=activity, now=now)
    except NoHoursRule:
        # Once there is a rule, the scheduler posts the rest.
        return False
    return True


def _write(activity: BranchActivity, *, by, now, **facts) -> None:
    for name, value in facts.items():
        setattr(activity, name, value.strip() if isinstance(value, str) else value)
    if activity.audience != Audience.GROUP:
        activity.group = None
    activity.held_on = timezone.localdate(activity.starts_at)
    _check_times(activity, now)
    activity.minutes = round((activity.ends_at - activity.starts_at).total_seconds() / 60)
    _check_branch(activity)
    _check_people(activity)
    _check_session(activity)
    activity.edited_at, activity.edited_by = now, by
    activity.save()


def _check_times(activity, now) -> None:
    if activity.ends_at <= activity.starts_at:
        raise ActivityRefused(_("结束的时间要晚于开始的时间。"), field="ends")
    if timezone.localdate(activity.ends_at) != activity.held_on:
        raise ActivityRefused(_("一次活动要在同一天里，几天的请分开写。"), field="ends")
    if activity.starts_at > now + FURTHEST:
        raise ActivityRefused(_("这是一年以后了，请检查日期。"), field="day")
    if activity.starts_at < now - FURTHEST:
        raise ActivityRefused(_("这是一年以前了，请检查日期。"), field="day")
    if activity.closed_at and activity.starts_at > now:
        raise ActivityRefused(_("已经开过的活动，日期不能在今天以后。"), field="day")


def _check_branch(activity) -> None:
    branch, day = activity.branch, activity.held_on
    if branch.founded_on and day < branch.founded_on:
        raise ActivityRefused(_("那一天支部还没有成立，请检查日期。"), field="day")
    if branch.ended_on and day >= branch.ended_on:
        raise ActivityRefused(_("那一天支部已经撤销，请检查日期。"), field="day")
    if activity.audience == Audience.GROUP and not activity.group:
        raise ActivityRefused(_("请选是哪个党小组。"), field="group")


def _check_people(activity) -> None:
    members = queries.may_be_there(activity)
    for name in ("chair", "recorder"):
        person = getattr(activity, name)
        if person and not members.filter(pk=person.pk).exists():
            raise ActivityRefused(
                _("%(person)s那一天不在这个支部，请选别的同志。") % {"person": person},
                field=name,
            )


def _check_session(activity) -> None:
    session = activity.session
    if session is None:
        return
    if timezone.localdate(session.starts_at) != activity.held_on:
        raise ActivityRefused(_("这次课不在那一天，请检查日期。"), field="session")
    same = BranchActivity.objects.filter(
        branch=activity.branch, session=session, cancelled_at=None
    )
    if same.exclude(pk=activity.pk).exists():
        raise ActivityRefused(_("这次课已经有一次活动了。"), field="session")


def _choose(activity: BranchActivity, chosen: Collection[Person]) -> None:
    """Let the rows of those who were picked say so."""
    if activity.audience != Audience.CHOSEN:
        presence.take_due(activity)
        return
    pks = {person.pk for person in chosen}
    if not pks:
        raise ActivityRefused(_("请在下面点名，至少一位。"), field="chosen")
    members = queries.may_be_there(activity)
    if pks - set(members.filter(pk__in=pks).values_list("pk", flat=True)):
        raise ActivityRefused(_("点到的人里有那一天不在支部的，请再看一看。"), field="chosen")
    rows = {row.person_id: row for row in activity.people.all()}
    Participation.objects.bulk_create(
        Participation(activity=activity, person_id=pk) for pk in sorted(pks - set(rows))
    )
    activity.people.filter(person__in=pks).update(is_due=True)
    activity.people.exclude(person__in=pks).update(is_due=False)
