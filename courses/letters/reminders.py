"""The evening before a class: one reminder per person and meeting."""

from datetime import datetime, time, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Value
from django.urls import reverse
from django.utils import timezone

from accounts.models import Person
from courses.letters import wording
from courses.letters.keeping import tell
from courses.models import ClassSession, Enrolment, Letter, ReminderChoice

# Local time: after supper, and not when people are in bed.
FROM, UNTIL = time(18), time(21)

By = ReminderChoice.By


def send_due(*, now: datetime | None = None) -> int:
    """Remind of tomorrow's classes, between FROM and UNTIL; return how many were reminded.

    Safe to repeat and to race; after a restart it goes on with those not reminded yet.
    """
    now = now or timezone.now()
    if not FROM <= timezone.localtime(now).time() < UNTIL:
        return 0
    return sum(
        _remind(session, person, now)
        for session in _tomorrow(now)
        for person in _not_reminded(session)
    )


def choice_of(person: Person) -> str:
    """How `person` is reminded; who never chose is sent a message."""
    chosen = ReminderChoice.objects.filter(person=person).first()
    return chosen.by if chosen else By.SMS


@transaction.atomic
def choose(*, person: Person, by: str) -> None:
    """Remember how `person` wants to be reminded."""
    ReminderChoice.objects.update_or_create(person=person, defaults={"by": by})


def _tomorrow(now: datetime) -> QuerySet[ClassSession]:
    day = timezone.localdate(now) + timedelta(days=1)
    midnight = timezone.make_aware(datetime.combine(day, time.min))
    return ClassSession.objects.filter(
        starts_at__gte=midnight,
        starts_at__lt=midnight + timedelta(days=1),
        class_group__cancelled_at=None,
    ).select_related(
        "class_group__organisation",
        "class_group__teacher",
        "class_group__teaching_point",
        "substitute",
    )


def _not_reminded(session: ClassSession) -> QuerySet[Person]:
    seats = Enrolment.objects.filter(class_group=session.class_group_id, withdrawn_at=None)
    told = Letter.objects.filter(person=OuterRef("pk"), key=Value(_key(session)))
    seated = Person.objects.kept().filter(pk__in=seats.values("person"), frozen_at=None)
    unwanted = ReminderChoice.objects.filter(person=OuterRef("pk"), by=By.NOT)
    return seated.filter(~Exists(told), ~Exists(unwanted)).select_related("reminder_choice")


def _remind(session: ClassSession, person: Person, now: datetime) -> bool:
    chosen = getattr(person, "reminder_choice", None)
    return tell(
        person=person,
        key=_key(session),
        text=wording.reminder(session, person),
        url=reverse("courses:timetable"),
        sms=chosen is None or chosen.by == By.SMS,
        now=now,
    )


def _key(session: ClassSession) -> str:
    # With its day: a meeting that was put off is reminded of on the evening before again.
    return f"reminder:{session.pk}:{timezone.localdate(session.starts_at)}"
