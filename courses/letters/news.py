"""Who is told of what happened to a seat or a class.

The jobs are started by courses.receivers and may run twice; `tell_missed` does again what a
crash between the change and its job lost.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse
from django.utils import timezone
from django_tasks import task

from accounts import queries as accounts
from accounts.models import Person
from courses import offers_links, queries
from courses.letters import wording
from courses.letters.keeping import tell
from courses.models import (
    Application,
    ClassGroup,
    ClassSession,
    Draw,
    Enrolment,
    Letter,
    Offer,
    Source,
    WaitingEntry,
)

# Seats that nobody watched being given. Of a draw `tell_drawn` tells, and who registers on
# the page or at the counter has the slip in their hand.
TOLD = (Source.WAITING, Source.TRANSFER, Source.LATE, Source.PHONE)

# What was missed is told within this time; later it would be no news.
LATELY = timedelta(days=2)

_AT_A_TIME = 500


@task()
def tell_offered(offer_pk: int) -> int:
    """Tell whoever a seat is kept for; return how many were told now."""
    offer = Offer.objects.select_related(
        "entry__person", "entry__partner__person", "entry__class_group"
    ).get(pk=offer_pk)
    if offer.answer:
        return 0
    persons = [offer.entry.person]
    if offer.seats == 2:
        persons.append(offer.entry.partner.person)
    text, called, told = wording.offered(offer, persons), set(), 0
    for person in persons:
        phones = set(accounts.phones_of(person))
        told += tell(
            person=person,
            key=_key("offer", offer.pk),
            text=text,
            url=reverse("courses:offer", args=[offer.pk]),
            # A couple with one telephone is sent one message.
            sms=not phones <= called,
            answer_at=offers_links.address(offer),
        )
        called |= phones
    return told


def is_told_of(enrolment: Enrolment) -> bool:
    """Whether who got this seat hears of it by a letter."""
    if enrolment.source != Source.TRANSFER:
        return enrolment.source in TOLD
    # Who comes with a class that was merged into this one hears of both by `tell_cancelled`;
    # so does who only waited there, and who has given up no seat.
    old = enrolment.transferred_from
    return bool(old) and old.class_group.merged_into_id != enrolment.class_group_id


@task()
def tell_seated(enrolment_pk: int) -> bool:
    """Tell whoever got a seat without having been there; whether they were told now."""
    enrolment = Enrolment.objects.select_related(
        "person",
        "class_group__course",
        "class_group__organisation",
        "class_group__teaching_point",
        "transferred_from__class_group",
    ).get(pk=enrolment_pk)
    if enrolment.withdrawn_at or not is_told_of(enrolment):
        return False
    coming = enrolment.class_group.sessions.filter(ends_at__gt=timezone.now())
    return tell(
        person=enrolment.person,
        key=_key("seat", enrolment.pk),
        text=wording.seated(enrolment, coming.first()),
        url=enrolment.get_absolute_url(),
    )


@task()
def tell_drawn(draw_pk: int) -> int:
    """Tell everybody who took part in a draw what came of it; return how many.

    One after the other, so that a job which was killed goes on where it was.
    """
    draw = Draw.objects.get(pk=draw_pk)
    untold = _without_letter(_applications(draw), Value(_key("draw", draw.pk)))
    keys = list(untold.values_list("pk", flat=True))
    return sum(
        _tell_some(draw, keys[start : start + _AT_A_TIME])
        for start in range(0, len(keys), _AT_A_TIME)
    )


def _tell_some(draw: Draw, keys: list[int]) -> int:
    applications = Application.objects.filter(pk__in=keys).select_related("person")
    persons = [application.person for application in applications.order_by("number")]
    seats = _by_person(
        Enrolment.objects.filter(
            person__in=persons, round=draw.round_id, source=Source.DRAW, withdrawn_at=None
        )
    )
    waiting = _by_person(
        WaitingEntry.objects.filter(
            person__in=persons, round=draw.round_id, source=Source.DRAW, left_at=None
        )
    )
    address = reverse("courses:my_classes")
    return sum(
        tell(
            person=person,
            key=_key("draw", draw.pk),
            text=wording.drawn(person, seats[person.pk], waiting[person.pk]),
            url=address,
        )
        for person in persons
    )


@task()
def tell_cancelled(class_pk: int) -> int:
    """Tell whoever was in a class that it does not take place; return how many."""
    group = ClassGroup.objects.select_related(
        "merged_into__course", "merged_into__organisation", "merged_into__teaching_point"
    ).get(pk=class_pk)
    if group.cancelled_at is None:
        return 0
    persons = list(_without_letter(_were_in(group), Value(_key("cancelled", group.pk)), "pk"))
    places = {}
    if group.merged_into:
        held = {"class_group": group.merged_into, "person__in": persons}
        for place in (
            *WaitingEntry.objects.filter(left_at=None, **held),
            *Enrolment.objects.filter(withdrawn_at=None, **held),
        ):
            places[place.person_id] = place
    url = reverse("courses:my_classes") if group.merged_into else queries.catalogue_url()
    return sum(
        tell(
            person=person,
            key=_key("cancelled", group.pk),
            text=wording.cancelled(group, person, places.get(person.pk)),
            url=url,
        )
        for person in persons
    )


@task()
def tell_meetings_changed(class_pk: int, session_pks: list[int], changed_at: str) -> int:
    """Tell the learners of a class when and by whom these meetings are held now.

    `changed_at` tells one change from the next: who moves a meeting there, back, and there
    again has told of all three.
    """
    group = ClassGroup.objects.get(pk=class_pk)
    sessions = list(
        ClassSession.objects.filter(pk__in=session_pks, class_group=group)
        .select_related("class_group__teacher", "substitute")
        .order_by("starts_at")
    )
    sessions = [session for session in sessions if session.ends_at > timezone.now()]
    if not sessions or group.cancelled_at:
        return 0
    key = f"meetings:{group.pk}:{changed_at}"
    text = wording.meetings_changed(group, sessions)
    url = reverse("courses:timetable")
    return sum(
        tell(person=seat.person, key=key, text=text, url=url) for seat in queries.roster(group)
    )


def tell_missed(*, now: datetime | None = None) -> int:
    """Tell what should have been told and was not; return of how many things.

    Safe to repeat.
    """
    now = now or timezone.now()
    offers = Offer.objects.filter(answer="", expires_at__gt=now, made_at__gt=now - LATELY)
    seats = Enrolment.objects.filter(
        source__in=TOLD, withdrawn_at=None, seated_at__gt=now - LATELY
    )
    cancelled = ClassGroup.objects.filter(cancelled_at__gt=now - LATELY)
    draws = Draw.objects.filter(drawn_at__gt=now - LATELY).only("pk")
    missed = 0
    for found, kind, by, job in (
        (offers, "offer", "entry__person", tell_offered),
        (seats, "seat", "person", tell_seated),
    ):
        key = Concat(Value(f"{kind}:"), Cast("pk", CharField()))
        untold = found.annotate(letter_key=key)
        untold = _without_letter(untold, OuterRef("letter_key"), by)
        missed += sum(bool(job.call(row.pk)) for row in untold)
    missed += sum(bool(tell_cancelled.call(group.pk)) for group in cancelled)
    missed += sum(bool(tell_drawn.call(draw.pk)) for draw in draws)
    return missed


def _key(kind: str, pk: int) -> str:
    return f"{kind}:{pk}"


def _without_letter(rows: QuerySet, key, by: str = "person") -> QuerySet:
    """Those of `rows` whose person (`by`) has no letter with this key."""
    return rows.exclude(Exists(Letter.objects.filter(person=OuterRef(by), key=key)))


def _applications(draw: Draw) -> QuerySet[Application]:
    return Application.objects.filter(round=draw.round_id, withdrawn_at=None)


def _were_in(group: ClassGroup) -> QuerySet[Person]:
    """Whoever had a seat or a waiting place when the class was cancelled.

    Their places may have ended in the same moment, or moved to another class.
    """
    seats = Enrolment.objects.filter(
        Q(withdrawn_at=None) | Q(withdrawn_at__gte=group.cancelled_at),
        class_group=group,
    )
    waiting = WaitingEntry.objects.filter(
        Q(left_at=None) | Q(left_at__gte=group.cancelled_at),
        class_group=group,
    )
    seats, waiting = (places.order_by().values("person") for places in (seats, waiting))
    return Person.objects.filter(pk__in=seats.union(waiting))


def _by_person(places: Iterable) -> dict[int, list]:
    found = defaultdict(list)
    for place in places.select_related("class_group"):
        found[place.person_id].append(place)
    return found
