"""Writing lines at the end of the ledger's chain: one batch at a time."""

from collections.abc import Iterable
from datetime import datetime
from operator import attrgetter

from django.db import transaction

from branches import chain
from branches.models import LedgerBatch, LedgerTail, StudyEntry

CHUNK = 2000

_covered = attrgetter(*chain.COVERED)


@transaction.atomic
def append(lines: Iterable[StudyEntry], *, now: datetime) -> LedgerBatch | None:
    """Write `lines` in their order as one batch; None for no lines.

    Call it late: everybody who appends waits for the transaction before.  Raises
    IntegrityError if somebody else has posted one of them.
    """
    lines = list(lines)
    if not lines:
        return None
    tail = LedgerTail.objects.select_for_update().get(pk=1)
    previous, number = bytes(tail.hash), tail.number + 1
    latest = chain.batch_seed(previous, number)
    for place, line in enumerate(lines, 1):
        line.batch_id, line.place, line.posted_at = number, place, now
        line.hash = latest = chain.line_hash(latest, _covered(line))
    batch = LedgerBatch.objects.create(
        number=number, previous_hash=previous, hash=latest, count=len(lines), posted_at=now
    )
    StudyEntry.objects.bulk_create(lines, batch_size=CHUNK)
    LedgerTail.objects.filter(pk=1).update(number=number, hash=latest)
    return batch
