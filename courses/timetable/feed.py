"""A person's timetable as a calendar that telephones subscribe to."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import Person
from courses.models import ClassSession
from courses.templatetags import class_words
from courses.timetable import ical
from courses.timetable.meetings import meetings_of

# How far back: long enough to look up when the last class was.
BACK = timedelta(days=60)


def written_for(person: Person, *, now: datetime) -> str:
    """The feed of `person`: what they attend and teach, and nothing of anybody else."""
    with translation.override(settings.LANGUAGE_CODE):
        return ical.calendar(
            name=_("%(name)s的课表") % {"name": person.name},
            events=[_event(session) for session in meetings_of(person, start=now - BACK)],
            now=now,
        )


def _event(session: ClassSession) -> ical.Event:
    group = session.class_group
    facts = {"class": group, "number": session.number}
    if session.is_cancelled:
        summary = _("（不上了）%(class)s 第 %(number)s 次课") % facts
    else:
        summary = _("%(class)s 第 %(number)s 次课") % facts
    lines = [session.title, _("%(teacher)s老师") % {"teacher": session.teacher.name}]
    return ical.Event(
        uid=f"session-{session.pk}@{urlsplit(settings.PUBLIC_URL).hostname}",
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        summary=summary,
        location=class_words.where(group),
        description="\n".join(filter(None, lines)),
        url=settings.PUBLIC_URL + group.get_absolute_url(),
        is_cancelled=session.is_cancelled,
    )
