"""Links of classes by SMS: half an hour before, for who wants them, and when staff send one.

Asking for a message and queueing it are one transaction, and the message is marked as sent
before it goes out: whatever is killed in between, nobody gets the same one twice.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django_tasks import task

from accounts import audit, sms
from accounts import queries as accounts
from accounts.models import Person, User
from common import dates
from courses import queries as courses
from courses.models import ClassSession
from live import links, queries, rooms
from live.errors import LinkRefused
from live.models import SentLink

BEFORE = timedelta(minutes=30)
# Whoever of the staff presses twice sends once.
AGAIN_AFTER = timedelta(minutes=1)


def send_due(*, now: datetime | None = None) -> int:
    """Ask for a message to everybody who wants one and whose class begins within BEFORE.

    Returns to how many. Safe to repeat and to race: once for a person and session.
    """
    now = now or timezone.now()
    return sum(
        _announce(session, person, now)
        for session in queries.sessions_beginning(start=now, end=now + BEFORE)
        for person in _who_wait_for(session)
        if accounts.phones_of(person)
    )


@transaction.atomic
def send_today(*, person: Person, by: User, now: datetime | None = None) -> int:
    """Send the links of today's classes of `person`, again if need be; return how many.

    Raises LinkRefused in words where there is no class to enter today, nobody to send to, or
    it was done a moment ago.
    """
    now = now or timezone.now()
    sessions = classes_today(person, now)
    if not sessions:
        raise LinkRefused(_("%(name)s今天没有线上课。") % {"name": person.name})
    if not accounts.phones_of(person):
        raise LinkRefused(
            _("%(name)s没有手机号，也没有人替他办理，短信没有地方发。") % {"name": person.name}
        )
    # no_key: who presses in two windows at once is told so in the second.
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    asked = SentLink.objects.filter(person=person, asked_at__gt=now - AGAIN_AFTER)
    if asked.filter(session__in=sessions).exists():
        raise LinkRefused(_("刚刚发过，请等一分钟再发。"))
    for session in sessions:
        facts = {"asked_at": now, "by": by, "sent_at": None}
        sent, _new = SentLink.objects.update_or_create(
            session=session, person=person, defaults=facts
        )
        _queue(sent, now)
    return len(sessions)


def classes_today(person: Person, now: datetime) -> list[ClassSession]:
    """Today's classes of `person` that have a room and are not over."""
    today = timezone.localdate(now)
    return [
        session
        for session in queries.sessions_around(person, now)
        if timezone.localdate(session.starts_at) == today
        and session.class_group.is_online
        and session.door is not rooms.Door.ENDED
    ]


def _who_wait_for(session: ClassSession) -> QuerySet[Person]:
    told = SentLink.objects.filter(session=session, person=OuterRef("pk"))
    seated = courses.roster_at(session).values("person")
    persons = Person.objects.kept().filter(pk__in=seated, wants_class_sms=True, frozen_at=None)
    return persons.filter(~Exists(told))


@transaction.atomic
def _announce(session: ClassSession, person: Person, now: datetime) -> bool:
    sent, is_first = SentLink.objects.get_or_create(
        session=session, person=person, defaults={"asked_at": now}
    )
    if is_first:
        _queue(sent, now)
    return is_first


def _queue(sent: SentLink, now: datetime) -> None:
    # The queue is a table of the same database: asked for and queued, or neither.
    send.enqueue(sent.pk)
    audit.record(
        audit.Action.LINK_SENT, by=sent.by, person=sent.person, now=now, session=sent.session_id
    )


@task()
def send(sent_pk: int) -> int:
    """Send the link to the person's number, or to those of who may act for them."""
    now = timezone.now()
    if not SentLink.objects.filter(pk=sent_pk, sent_at=None).update(sent_at=now):
        return 0
    sent = SentLink.objects.select_related("person", "session__class_group").get(pk=sent_pk)
    with translation.override(settings.LANGUAGE_CODE):
        text = _words(sent.person, sent.session)
    return sum(sms.send(phone=phone, text=text) for phone in accounts.phones_of(sent.person))


def _words(person: Person, session: ClassSession) -> str:
    said = _("%(name)s，%(when)s《%(class)s》上课。按这里进教室：%(link)s 请不要转发。")
    return said % {
        "name": person.name,
        "when": dates.clock(timezone.localtime(session.starts_at), settings.LANGUAGE_CODE),
        "class": session.class_group.name,
        "link": links.make_link(person=person, session=session),
    }
