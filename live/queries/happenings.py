"""What happened in a room, by its numbered events."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import QuerySet

from accounts.models import Person
from live.models import Classroom, HeldMessage, RoomEvent
from live.queries.people import WHO, Present

# A page that fell further behind than this reloads the room (live design note).
EVENTS_AT_MOST = 300


def events_after(classroom_pk: int, number: int) -> QuerySet[RoomEvent]:
    """What happened after event `number`, in order, at most EVENTS_AT_MOST of it."""
    events = RoomEvent.objects.filter(classroom=classroom_pk, number__gt=number)
    return events.select_related(*WHO).order_by("number")[:EVENTS_AT_MOST]


def latest_events(classroom_pk: int, *, at_most: int = 60) -> list[RoomEvent]:
    """The last events, oldest first: what a page shows when it opens."""
    events = RoomEvent.objects.filter(classroom=classroom_pk).select_related(*WHO)
    return list(reversed(events.order_by("-number")[:at_most]))


def hands_up(classroom_pk: int) -> QuerySet[RoomEvent]:
    """The hands that are up, longest first."""
    kinds = RoomEvent.Kind
    hands = RoomEvent.objects.filter(
        classroom=classroom_pk, kind__in=[kinds.HAND_UP, kinds.HAND_DOWN]
    )
    latest = {hand.person_id: hand.pk for hand in hands.order_by("number").only("pk", "person")}
    return (
        RoomEvent.objects.filter(pk__in=latest.values(), kind=kinds.HAND_UP)
        .select_related(*WHO)
        .order_by("number")
    )


def last_numbers(classroom_pks: Iterable[int]) -> dict[int, int]:
    """The number of the last event of each room, in one query."""
    rows = Classroom.objects.filter(pk__in=list(classroom_pks))
    return dict(rows.values_list("pk", "last_number"))


def said_within(classroom_pk: int, person: Person, span: timedelta, *, now: datetime) -> int:
    """How many messages `person` has lately put into the room, or before its moderator.

    What was said later than now was said before the clock was set back.
    """
    lately = (now - span, now)
    through = RoomEvent.objects.filter(
        classroom=classroom_pk,
        kind=RoomEvent.Kind.MESSAGE,
        person=person,
        happened_at__range=lately,
    )
    held = HeldMessage.objects.filter(
        classroom=classroom_pk, person=person, held_at__range=lately, event=None
    )
    return through.count() + held.count()


def spoken_within(classroom_pk: int, person: Person, span: timedelta, *, now: datetime) -> int:
    """How many spoken messages `person` has lately put into the room."""
    return RoomEvent.objects.filter(
        classroom=classroom_pk,
        kind=RoomEvent.Kind.MESSAGE,
        person=person,
        happened_at__range=(now - span, now),
        body__has_key="voice",
    ).count()


def said_already(classroom_pk: int, person: Person, client_id) -> RoomEvent | None:
    """What `person` has put into the room under this name of the page's."""
    return RoomEvent.objects.filter(
        classroom=classroom_pk, person=person, client_id=client_id
    ).first()


def latest_picture(classroom_pk: int) -> RoomEvent | None:
    """What was last told about the teacher's picture."""
    pictures = RoomEvent.objects.filter(classroom=classroom_pk, kind=RoomEvent.Kind.PICTURE)
    return pictures.order_by("-number").first()


def is_picture_on(classroom_pk: int) -> bool:
    """Whether the teacher's stream ran when last heard of."""
    latest = latest_picture(classroom_pk)
    return bool(latest and latest.body["on"])


def cannot_hear_lately(classroom_pk: int, *, now: datetime) -> list[Present]:
    """Who said within the last three minutes that they hear nothing, by name."""
    lately = RoomEvent.objects.filter(
        classroom=classroom_pk,
        kind=RoomEvent.Kind.NO_SOUND,
        happened_at__gte=now - timedelta(minutes=3),
    )
    found = lately.select_related(*WHO).order_by("person__pinyin", "person_id", "number")
    return list({event.person_id: Present(event.person, event.agent) for event in found}.values())
