"""Changing classes at the counter: where there is a seat to change to."""

from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from courses import errors
from courses.desk import doors
from courses.models import Enrolment, SeatPool, WaitingEntry


def seats_to_change_to(seat: Enrolment, *, user: User) -> QuerySet[SeatPool]:
    """Pools of other classes of the term, of `user`, with a free seat and nobody in line."""
    in_line = WaitingEntry.objects.filter(pool=OuterRef("pk"), left_at=None)
    return (
        SeatPool.objects.filter(
            class_group__in=doors.classes_led(user),
            class_group__term=seat.class_group.term_id,
            class_group__cancelled_at=None,
            held_for_draw=False,
            seats_taken__lt=F("capacity"),
        )
        .exclude(Exists(in_line))
        .exclude(class_group=seat.class_group_id)
        .select_related("class_group__course", "teaching_point")
        .order_by("class_group__code", "pk")
    )


def nothing_chosen() -> errors.NoTransfer:
    return errors.NoTransfer(_("请先选要转到哪个班。"))
