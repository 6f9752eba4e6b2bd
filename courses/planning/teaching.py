"""Since when somebody teaches or stands in, as the audit log has it.

A class opens its learners to whoever teaches it. So the file of a teacher who never logged in
is not taken by a number written into it later (accounts.signals.powers_asked_for).
"""

from datetime import datetime

from accounts.models import AuditLine, Person
from courses import queries
from courses.models import ClassGroup, ClassSession, Term
from courses.planning import noting
from courses.planning.noting import Action


def teaches_since(person: Person, *, now: datetime) -> list[datetime]:
    """When each class of a term that is not over, and each meeting to come, was given to them.

    One without a line of the log counts from the beginning of the file.
    """
    groups = queries.taught_now(person, now=now).select_related("term")
    meetings = ClassSession.objects.filter(
        substitute=person, ends_at__gt=now, class_group__cancelled_at=None
    ).select_related("class_group")
    found = [_given(group) for group in groups] + [_stood_in(each) for each in meetings]
    return [moment or person.created_at for moment in found]


def _given(group: ClassGroup) -> datetime | None:
    about = {"organisation": group.organisation_id, "details__class": group.code}
    return _last(Action.CLASS_PLANNED, "teacher_id", about) or _copied(group.term)


def _stood_in(meeting: ClassSession) -> datetime | None:
    group = meeting.class_group
    about = {
        "organisation": group.organisation_id,
        "details__class": group.code,
        "details__number": meeting.number,
    }
    return _last(Action.MEETING_PLANNED, "substitute", about)


def _copied(term: Term) -> datetime | None:
    """When the whole term was made by copying another."""
    copies = AuditLine.objects.filter(
        action=Action.TERM_PLANNED,
        organisation=term.organisation_id,
        details__term=term.name,
        details__done=noting.COPIED,
    )
    last = copies.order_by("-number").first()
    return last and last.at


def _last(action: str, field: str, about: dict) -> datetime | None:
    """When the line was written that made the thing or gave it this `field`."""
    for line in AuditLine.objects.filter(action=action, **about).order_by("-number"):
        if line.details.get("done") == noting.MADE or field in line.details.get("changed", ()):
            return line.at
    return None
