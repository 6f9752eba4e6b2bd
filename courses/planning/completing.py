"""Who completed a class, by the word of the office; attendance says it by itself elsewhere."""

from collections.abc import Collection
from datetime import date

from django.db import transaction

from accounts.models import User
from courses.models import ClassGroup, Enrolment
from courses.planning import noting


@transaction.atomic
def mark_completed(
    *,
    class_group: ClassGroup,
    seats: Collection[int],
    shown: Collection[int],
    on: date,
    by: User | None = None,
) -> tuple[int, int]:
    """Of the seats `shown`, those in `seats` are completed and the others not; return how many
    became one and the other. A day written before stays. Safe to repeat."""
    here = class_group.enrolments.filter(withdrawn_at=None, pk__in=shown)
    marked = here.filter(pk__in=seats, completed_on=None).update(completed_on=on)
    taken_back = (
        Enrolment.objects.filter(pk__in=here.values("pk"))
        .exclude(pk__in=seats)
        .exclude(completed_on=None)
        .update(completed_on=None)
    )
    if marked or taken_back:
        noting.note(
            noting.Action.COMPLETION_MARKED,
            by=by,
            organisation=class_group.organisation,
            done=noting.CHANGED,
            marked=marked,
            taken_back=taken_back,
            **{"class": class_group.code},
        )
    return marked, taken_back
