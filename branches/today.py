"""What waits for a secretary today, branch by branch, each with where it is done.

Every kind of work is a question of fixed size: the page asks the same number of queries of a
branch however much waits.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import Person, User
from branches import queries, statements
from branches.home_study import reading
from branches.models import (
    Absence,
    Branch,
    BranchActivity,
    BranchOffice,
    BranchRecord,
    Statement,
    StudyEntry,
    StudyNotice,
)
from branches.quarters import Quarter
from branches.reports import counting, freezing
from common import dates

# What somebody missed longer ago is history.
MAKE_UP_WITHIN = timedelta(days=90)
# More names than these are not read.
NAMES_SHOWN = 12
SOON = timedelta(days=14)


@dataclass(frozen=True)
class Work:
    """So much of something that waits, one sentence about it, and where it is done."""

    count: int
    what: str
    note: str
    url: str
    button: str


@dataclass(frozen=True)
class Today:
    """The work of one branch, and whom one might think of; by name, never by study."""

    branch: Branch
    work: list[Work]
    # Members without a line this quarter: the first by name, and how many there are.
    quiet: list[Person]
    quiet_count: int
    quarter: Quarter


def offices_held(user: User, *, on: date) -> QuerySet[Branch]:
    """The open branches in which `user` is in office themselves."""
    if not user.is_authenticated or not user.person_id:
        return Branch.objects.none()
    held = BranchOffice.objects.filter(queries.held_on(on), person=user.person_id)
    return Branch.objects.filter(pk__in=held.values("branch"), ended_on=None).order_by("path")


def today_of(branch: Branch, *, on: date, reader: int | None = None) -> Today:
    """What waits in `branch` and all beneath it; `reader` need not think of themselves."""
    quarter = Quarter.of(on)
    quiet = _without_study(branch, quarter, on).exclude(pk=reader or 0)
    return Today(
        branch=branch,
        work=[
            work
            for work in (
                *_records(branch),
                _notices(branch),
                _make_up(branch, on),
                *_activities(branch, on),
                _confirmation(branch, quarter.previous),
                _forms(branch, on),
                *_home_study(branch),
            )
            if work and work.count
        ],
        quiet=list(quiet[:NAMES_SHOWN]),
        quiet_count=quiet.count(),
        quarter=quarter,
    )


def _records(branch: Branch) -> list[Work]:
    records = BranchRecord.objects.filter(branch__in=queries.tree(branch))
    return [
        _of_records(
            records.filter(edited_at=None),
            _("份学习记录等您补充"),
            _("初稿已经写好，补上谁主持、讲了什么"),
            _("去补充"),
        ),
        _of_records(
            records.filter(edited_at__isnull=False, signed_on=None),
            _("份学习记录等签字"),
            _("打印出来签好字，再锁好"),
            _("去签字"),
        ),
        _of_records(
            records.filter(facts_changed_at__isnull=False),
            _("份签过字的记录，后来到会情况有变"),
            _("按一下就能做新的一版"),
            _("去看看"),
        ),
    ]


def _of_records(records: QuerySet[BranchRecord], what, note, button) -> Work | None:
    """The oldest first: done one after the other, none is forgotten."""
    found = list(records.order_by("held_on", "pk").values_list("branch", "pk", "held_on"))
    if not found:
        return None
    branch_pk, pk, day = found[0]
    first = _("先办 %(day)s的") % {"day": dates.short_day(day, get_language())}
    return Work(
        len(found),
        what,
        _("%(note)s；%(first)s") % {"note": note, "first": first},
        reverse("branches:record", args=[branch_pk, pk]),
        button,
    )


def _notices(branch: Branch) -> Work:
    unread = StudyNotice.objects.filter(branch__in=queries.tree(branch), read_at=None)
    return Work(
        unread.count(),
        _("条外出学习通知没看"),
        _("成员在别的支部学的，已经记在这里"),
        reverse("branches:notices"),
        _("去看看"),
    )


def _make_up(branch: Branch, on: date) -> Work | None:
    """Who was away and has something to make it up by, and has not yet."""
    waiting = (
        Absence.objects.filter(
            record__branch__in=queries.tree(branch),
            record__held_on__gte=on - MAKE_UP_WITHIN,
            made_up_on=None,
        )
        .order_by("record__held_on", "person__pinyin", "pk")
        .values_list("record__branch", "record", "person", "person__name")
    )
    found = list(waiting)
    if not found:
        return None
    branch_pk, record, person, _name = found[0]
    names = list(dict.fromkeys(name for *_keys, name in found))
    return Work(
        len(found),
        _("次缺席还没有补学"),
        "、".join(names[:NAMES_SHOWN]),
        reverse("branches:make_up", args=[branch_pk, record, person]),
        _("写补学"),
    )


def _activities(branch: Branch, on: date) -> list[Work | None]:
    """What is over and waits for who was there, and what is soon."""
    activities = BranchActivity.objects.filter(
        branch__in=queries.tree(branch), cancelled_at=None, closed_at=None
    ).order_by("starts_at", "pk")
    now = timezone.now()
    soon = activities.filter(ends_at__gt=now, held_on__lte=on + SOON)
    return [
        _of_activities(activities.filter(ends_at__lte=now), _("次活动等您写谁到了"), _("写到会")),
        _of_activities(soon, _("次活动快到了"), _("去看看")),
    ]


def _of_activities(activities: QuerySet[BranchActivity], what, button) -> Work | None:
    found = list(activities)
    if not found:
        return None
    first = found[0]
    return Work(
        len(found),
        what,
        f"{dates.short_day(first.held_on, get_language())} {first.topic}",
        reverse("branches:activity", args=[first.branch_id, first.pk]),
        button,
    )


def _confirmation(branch: Branch, quarter: Quarter) -> Work | None:
    if branch.level != Branch.Level.BRANCH or branch.kind != Branch.Kind.HOME:
        return None
    if not counting.was_there(branch, quarter):
        return None
    last = freezing.last_confirmation(branch, quarter)
    if last is None:
        what = _("个季度的数字等您确认")
    elif last.figures != freezing.figures_of(branch, quarter):
        what = _("个季度的数字确认以后有变化")
    else:
        return None
    return Work(
        1,
        what,
        _("%(quarter)s：数字从台账里来，不用填") % {"quarter": quarter.label},
        reverse("branches:branch_quarter", args=[branch.pk, quarter.code]),
        _("去确认"),
    )


def _forms(branch: Branch, on: date) -> Work | None:
    if branch.level != Branch.Level.BRANCH or branch.kind != Branch.Kind.HOME:
        return None
    waiting = [
        (form, period)
        for form, period, said in statements.asked_of(branch, on=on)
        if said.state != Statement.State.CONFIRMED
    ]
    if not waiting:
        return None
    form, period = waiting[0]
    return Work(
        len(waiting),
        _("张上级要的表等您确认"),
        _("%(form)s，%(period)s") % {"form": form, "period": period.label},
        reverse("branches:statement", args=[branch.pk, form.pk, period.code]),
        _("去确认"),
    )


def _home_study(branch: Branch) -> list[Work]:
    orders = reading.StudyOrder.objects.filter(branch__in=queries.tree(branch))
    count = reading.counts(orders)
    desk = reverse("branches:home_study")
    return [
        Work(
            count[reading.NEW],
            _("份送学点单等着装"),
            _("勾选以后一起装好，打印读本"),
            f"{desk}?state={reading.NEW}",
            _("去装"),
        ),
        Work(
            count[reading.TO_BRING],
            _("份读本等着送"),
            _("按街道排好了"),
            reverse("branches:deliveries"),
            _("看送学单"),
        ),
        Work(
            reading.overdue(orders).count(),
            _("份读本送到一个月了，还没有回执"),
            _("可以打个电话问一问，读得怎么样"),
            f"{desk}?state={reading.BROUGHT}",
            _("去看看"),
        ),
    ]


def _without_study(branch: Branch, quarter: Quarter, on: date) -> QuerySet[Person]:
    """Members of `branch` itself who have no line this quarter, by name."""
    lines = StudyEntry.objects.filter(
        queries.STANDS,
        person=OuterRef("pk"),
        studied_on__gte=quarter.starts_on,
        studied_on__lt=quarter.ends_before,
    )
    return queries.members_on(branch, on).filter(~Exists(lines))
