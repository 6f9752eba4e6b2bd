"""The audit log: who saw or changed what about whom.

`record` appends one line, `record_many` many; `verify` walks the whole chain. Each line
carries the hash of the line before it, so that a line changed, removed or put in behind the
application is found (docs/decisions/0007).
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import AuditLine, AuditTail, Organisation, Person, User

Action = AuditLine.Action
# The chain begins with this.
NOTHING = "0" * 64
CHUNK = 2000


@dataclass(frozen=True)
class Line:
    """What is to be written down; see AuditLine for the columns."""

    action: str
    by: User | None
    person: Person | None = None
    organisation: Organisation | None = None
    on_behalf_of: Person | None = None
    details: dict = field(default_factory=dict)


def record(
    action: str,
    *,
    by: User | None,
    person: Person | None = None,
    organisation: Organisation | None = None,
    on_behalf_of: Person | None = None,
    now: datetime | None = None,
    **details,
) -> AuditLine:
    """Append one line, in the transaction of the caller: done and written down, or neither.

    Call it last: everybody who appends waits for the transaction before. `by` is None for
    the school's own jobs. `details` hold names of fields, codes and masked values, never
    personal data itself. A line about a person belongs to their organisation.
    """
    line = Line(action, by, person, organisation, on_behalf_of, details)
    return record_many([line], now=now)[0]


@transaction.atomic
def record_many(lines: Iterable[Line], *, now: datetime | None = None) -> list[AuditLine]:
    """Append `lines` in their order; the same rules as `record`."""
    lines = list(lines)
    if not lines:
        return []
    now = (now or timezone.now()).astimezone(UTC)
    tail = AuditTail.objects.select_for_update().get(pk=1)
    written, number, previous = [], tail.count, tail.hash
    for line in lines:
        number += 1
        row = AuditLine(
            number=number,
            at=now,
            action=line.action,
            actor_id=line.by and line.by.pk,
            on_behalf_of=line.on_behalf_of,
            person=line.person,
            organisation_id=_organisation_of(line),
            details=line.details,
            previous_hash=previous,
        )
        row.hash = previous = hash_of(row)
        written.append(row)
    AuditLine.objects.bulk_create(written, batch_size=CHUNK)
    AuditTail.objects.filter(pk=1).update(hash=previous, count=number)
    return written


def _organisation_of(line: Line) -> int | None:
    if line.organisation:
        return line.organisation.pk
    return line.person.organisation_id if line.person else None


def hash_of(line: AuditLine) -> str:
    """SHA-256 over everything the line says and the hash of the line before."""
    said = [
        line.number,
        line.at.astimezone(UTC).isoformat(timespec="microseconds"),
        line.action,
        line.actor_id,
        line.on_behalf_of_id,
        line.person_id,
        line.organisation_id,
        line.details,
        line.previous_hash,
    ]
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Verdict:
    """What `verify` found: how many lines it read, and the first that is wrong."""

    checked: int
    broken: int | None = None
    reason: str = ""


def verify() -> Verdict:
    """Walk the chain from its first line to its tail, in bounded memory.

    Tells the number of the first line that was changed, removed or put in.
    """
    # Read first: lines that are appended meanwhile come after it and are walked as well.
    tail = AuditTail.objects.filter(pk=1).first()
    previous, number = NOTHING, 0
    passed_tail = tail is not None and tail.count == 0 and tail.hash == NOTHING
    for line in AuditLine.objects.order_by("number").iterator(chunk_size=CHUNK):
        if line.number != number + 1:
            return Verdict(number, number + 1, "the line is missing")
        if line.previous_hash != previous:
            return Verdict(number, line.number, "it does not follow the line before it")
        if line.hash != hash_of(line):
            return Verdict(number, line.number, "its content was changed")
        number, previous = line.number, line.hash
        if tail and tail.count == number and tail.hash == previous:
            passed_tail = True
    if not passed_tail:
        return Verdict(number, number + 1, "lines are missing at the end")
    return Verdict(number)
