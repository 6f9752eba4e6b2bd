"""Activities of the demo school's third branch: one that was held, one that is planned.

`create` may run again and changes nothing then.
"""

from datetime import datetime, timedelta

from django.utils import timezone

from branches import queries
from branches.activities import closing, planning
from branches.activities.closing import Mark
from branches.models import Branch, BranchActivity

HELD, PLANNED = "参观青岚革命纪念馆", "学习二十大精神，谈体会"
# Of the first by name some were away, each with a reason.
AWAY = {2: "住院", 5: "在外地女儿家"}


def create(*, branch: Branch, now: datetime) -> None:
    # A branch without members that day holds nothing.
    secretary = queries.secretary_on(branch, timezone.localdate(now))
    if secretary is None:
        return
    at = timezone.localtime(now).replace(hour=9, minute=0, second=0, microsecond=0)
    held = _plan(
        branch,
        HELD,
        now=now,
        kind=BranchActivity.Kind.THEME_DAY,
        starts_at=at - timedelta(days=12),
        place="青岚革命纪念馆",
        chair=secretary,
    )
    if held and not held.closed_at:
        marks = {
            person.pk: Mark(number not in AWAY, reason=AWAY.get(number, ""))
            for number, person in enumerate(queries.due_people(held))
        }
        closing.close(activity=held, marks=marks, by=None, seen_at=held.edited_at, now=now)
    _plan(
        branch,
        PLANNED,
        now=now,
        kind=BranchActivity.Kind.MEETING,
        starts_at=at + timedelta(days=6),
        place="老年大学二楼会议室",
        chair=secretary,
    )


def _plan(branch, topic, *, now, starts_at, **facts) -> BranchActivity | None:
    if branch.activities.filter(topic=topic).exists():
        return None
    return planning.plan(
        branch=branch,
        by=None,
        topic=topic,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=90),
        now=now,
        **facts,
    )
