"""What the front page asks of the branches for everybody who comes: one query."""

from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils import timezone

from accounts.models import Person, User
from branches import handing, inspecting, queries
from branches.home_study import reading
from branches.models import BranchOffice


class Waits(NamedTuple):
    """What `user` has to do with branches today."""

    holds_an_office: bool = False
    carries: bool = False
    inspects: bool = False
    # The keys of a branch and of its handover that waits for a signature.
    handover: tuple[int, int] | None = None


def what_waits(user: User) -> Waits:
    """Whether `user` is in office, brings study home, inspects, or has something to sign."""
    if user.is_limited:
        return Waits()
    today = timezone.localdate()
    me = OuterRef("pk")
    offices = BranchOffice.objects.filter(queries.held_on(today), person=me)
    signs = handing.open_handovers().filter(
        Q(outgoing=me, given_at=None) | Q(incoming=me, taken_at=None)
    )
    found = (
        Person.objects.kept()
        .filter(pk=user.person_id, frozen_at=None)
        .values_list(
            Exists(offices),
            Exists(reading.on_the_way().filter(visitor=me)),
            Exists(inspecting.open_on(today).filter(auditor=me)),
            Subquery(signs.values("branch")[:1]),
            Subquery(signs.values("pk")[:1]),
        )
        .first()
    )
    if found is None:
        return Waits()
    *facts, branch, handover = found
    return Waits(*facts, (branch, handover) if handover else None)
