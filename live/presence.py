"""What beats tell beyond being there: how the class arrives, and what a page had missed."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Case, Value, When
from django.utils import timezone

from accounts.models import User
from live import missed, services
from live.attendance import Span
from live.models import Classroom, StudyMode, Visit
from live.reception import Reception

COLUMNS = {"sound": "sound", "mode": "shows", "stalled": "is_stalled"}


def note_receptions(receptions: Mapping[int, Reception]) -> int:
    """Write how the class arrives at these visits (by pk), in one UPDATE; return how many."""
    if not receptions:
        return 0
    visits_of: dict[Reception, list[int]] = {}
    for visit, reception in receptions.items():
        visits_of.setdefault(reception, []).append(visit)
    # Few different ones, however many visits.
    columns = {
        column: Case(
            *(
                When(pk__in=visits, then=Value(getattr(reception, name)))
                for reception, visits in visits_of.items()
            )
        )
        for name, column in COLUMNS.items()
    }
    return Visit.objects.filter(pk__in=receptions).update(**columns)


@transaction.atomic
def hand_in(
    *,
    classroom: Classroom,
    device: uuid.UUID,
    by: User,
    moments: Iterable[datetime],
    says_now: datetime,
    now: datetime | None = None,
) -> int:
    """Credit what a page could not send while its line was down (live.missed says how much).

    Only to whom this login had counted on this device in this room. Returns how many visits
    became longer or new. The same again is harmless; a class that was closed meanwhile is
    closed anew.
    """
    now = now or timezone.now()
    moments = missed.believable(moments, says_now=says_now, now=now)
    if not moments:
        return 0
    # As closing does: what is handed in now is either counted by it, or counted anew.
    room = Classroom.objects.select_for_update().get(pk=classroom.pk)
    here = Visit.objects.filter(classroom=room, device=device, by=by, mode=StudyMode.LIVE)
    visits = defaultdict(list)
    for visit in here.order_by("entered_at", "pk"):
        visits[visit.person_id].append(visit)
    credited = sum(_fill(mine, moments) for mine in visits.values())
    if credited and room.closed_at:
        services.close(classroom=room, now=now)
    return credited


def _fill(visits: list[Visit], moments: list[datetime]) -> int:
    """Fill the gaps after the visits of one person; return how many visits that touched."""
    touched = 0
    for visit, following in zip(visits, [*visits[1:], None], strict=True):
        if visit.is_over:
            continue  # Somebody said that they went.
        back = following and following.entered_at
        for span in missed.stretches(moments, left=visit.last_seen_at, back=back):
            _credit(visit, span)
            touched += 1
    return touched


def _credit(visit: Visit, span: Span) -> None:
    start, end = span
    if start == visit.last_seen_at:
        Visit.objects.filter(pk=visit.pk, last_seen_at__lt=end).update(last_seen_at=end)
        return
    Visit.objects.create(
        classroom_id=visit.classroom_id,
        person_id=visit.person_id,
        device=visit.device,
        mode=visit.mode,
        by_id=visit.by_id,
        entered_at=start,
        last_seen_at=end,
    )
