"""Who was at an activity: read from a class that was watched together, and kept complete.

`take_due` adds whoever is due and has no row; `follow_class` brings the rows in line with the
attendance of the class.  Both may be run again without changing anything.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from accounts.models import Person
from branches import queries
from branches.models import BranchActivity, Participation
from branches.paper_names import names_in
from courses.models import ClassSession
from live.models import Attendance

KnownBy = Participation.KnownBy

# Rows that one statement writes: databases take only so many numbers in one.
AT_A_TIME = 1_000


@transaction.atomic
def take_due(activity: BranchActivity) -> None:
    """A row for everybody who is due; who is due no more keeps theirs, and is not counted."""
    due = set(queries.due_people(activity).values_list("pk", flat=True))
    rows = {row.person_id: row for row in queries.people_of_activity(activity)}
    Participation.objects.bulk_create(
        [Participation(activity=activity, person_id=pk) for pk in sorted(due - set(rows))],
        ignore_conflicts=True,
    )
    # Whom the secretary chose stays chosen, and comes back with the membership.
    if activity.audience == BranchActivity.Audience.CHOSEN and not activity.closed_at:
        return
    write([row.pk for pk, row in rows.items() if pk in due and not row.is_due], is_due=True)
    write([row.pk for pk, row in rows.items() if row.is_due and pk not in due], is_due=False)


def write(rows: list[int], **facts) -> None:
    """The same `facts` on all these rows of participation; a statement for a thousand."""
    for start in range(0, len(rows), AT_A_TIME):
        some = Participation.objects.filter(pk__in=rows[start : start + AT_A_TIME])
        some.update(**facts)


def follow_class(session: ClassSession, *, now: datetime) -> list[BranchActivity]:
    """Whoever was in the class was at the closed activities that watched it; return these.

    Who was put on the list by hand stays there, unless the class knows it better.  Within a
    transaction.
    """
    found = queries.activity_names(
        BranchActivity.objects.filter(session=session, closed_at__isnull=False, cancelled_at=None)
    )
    for activity in (activities := list(found.order_by("pk"))):
        take_from_class(activity, now=now)
    return activities


def take_from_class(activity: BranchActivity, *, now: datetime) -> None:
    there = dict(
        Attendance.objects.filter(
            session=activity.session_id,
            is_present=True,
            person__in=queries.may_be_there(activity).order_by().values("pk"),
        ).values_list("person_id", "mode")
    )
    rows = {row.person_id: row for row in queries.people_of_activity(activity)}
    new, alike = [], defaultdict(list)
    for pk, mode in there.items():
        facts = {"is_present": True, "known_by": KnownBy.CLASS, "mode": mode}
        if pk not in rows:
            new.append(
                Participation(activity=activity, person_id=pk, is_due=False, noted_at=now, **facts)
            )
        elif any(getattr(rows[pk], name) != value for name, value in facts.items()):
            alike[tuple(facts.items())].append(rows[pk].pk)
    Participation.objects.bulk_create(new, batch_size=AT_A_TIME)
    for facts, pks in alike.items():
        write(pks, noted_at=now, **dict(facts))
    gone = [
        row.pk
        for pk, row in rows.items()
        if row.known_by == KnownBy.CLASS and row.is_present and pk not in there
    ]
    write(gone, is_present=False, noted_at=now)


# What a row says of a presence, which the other file's row of the same activity may say.
SAID = ("is_present", "mode", "known_by", "away_reason", "correction")


def unite(*, kept: Person, dropped: Person) -> list[dict]:
    """Where both files have a row of one activity, the kept one says that they were there.

    All other rows have moved already. Returns what `part` needs.
    """
    changed = []
    for theirs in Participation.objects.filter(person=dropped, is_present=True):
        row = Participation.objects.get(person=kept, activity=theirs.activity_id)
        if not row.is_present:
            changed.append({"row": row.pk} | {name: getattr(row, name) for name in SAID})
            for name in SAID:
                setattr(row, name, getattr(theirs, name))
            row.noted_at, row.noted_by_id = theirs.noted_at, theirs.noted_by_id
            row.save()
    return changed


def part(changed: list[dict]) -> None:
    """Give the rows of the kept file back what they said."""
    for before in changed:
        facts = {name: before[name] for name in SAID}
        Participation.objects.filter(pk=before["row"]).update(**facts)


@dataclass
class Matched:
    """Names typed from paper, and whom they may mean."""

    sure: list[Person] = field(default_factory=list)
    # (name, those who may be meant)
    doubtful: list[tuple[str, list[Person]]] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    # Written more than once: counted once, and said.
    twice: list[str] = field(default_factory=list)


def match(activity: BranchActivity, typed: str) -> Matched:
    """Whom the names on a paper mean among those who may have been there."""
    people = queries.may_be_there(activity)
    found, names = Matched(), names_in(typed)
    found.twice = [name for name, times in Counter(names).items() if times > 1]
    called = defaultdict(list)
    for person in people.filter(name__in=set(names)):
        called[person.name].append(person)
    found.sure = [called[name][0] for name in dict.fromkeys(names) if len(called[name]) == 1]
    others = people.exclude(pk__in=[person.pk for person in found.sure])
    for name in dict.fromkeys(names):
        if len(called[name]) == 1:
            continue
        if meant := called[name] or queries.sounding_like(others, name):
            found.doubtful.append((name, meant))
        else:
            found.unknown.append(name)
    return found
