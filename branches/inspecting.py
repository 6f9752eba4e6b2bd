"""Inspections: granted for days, a sample drawn by a seed, everything seen written down.

The doors: `inspection_granted_by` for the office, `inspection_open_to` for the auditor.
"""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Organisation, Person, RoleGrant, User
from accounts.queries import organisations_led_by, own_file
from branches import queries
from branches.errors import InspectionRefused
from branches.models import (
    Branch,
    BranchOffice,
    BranchRecord,
    InspectedRecord,
    Inspection,
    RecordScan,
    Source,
    StudyEntry,
)
from common import dates

MOST_DAYS = 92
MOST_RECORDS = 200


# The doors


def organisations_inspected_by(user: User) -> QuerySet[Organisation]:
    """For which organisations `user` may let somebody look: the bureau's."""
    return organisations_led_by(user, RoleGrant.Role.BUREAU)


def inspections_granted_by(user: User) -> QuerySet[Inspection]:
    """The inspections of the organisations that `user` answers for."""
    led = organisations_inspected_by(user)
    return _with_names(Inspection.objects.filter(organisation__in=led))


def inspections_open_to(user: User, *, on: date | None = None) -> QuerySet[Inspection]:
    """What `user` may look at today as the one who was let in."""
    own = own_file(user) if user.is_authenticated and not user.is_limited else None
    if own is None:
        return Inspection.objects.none()
    return _with_names(open_on(on or timezone.localdate()).filter(auditor=own))


def open_on(day: date) -> QuerySet[Inspection]:
    """The inspections that may be read on `day`."""
    return Inspection.objects.filter(opens_on__lte=day, closes_on__gte=day, ended_at=None)


def inspection_granted_by(user: User, pk: int) -> Inspection:
    return _one(inspections_granted_by(user).filter(pk=pk))


def inspection_open_to(user: User, pk: int, *, on: date | None = None) -> Inspection:
    """Raises Http404 before it opens and after its end, as for everybody else."""
    return _one(inspections_open_to(user, on=on).filter(pk=pk))


def record_of(inspection: Inspection, pk: int) -> BranchRecord:
    """A record that was drawn. Raises Http404 for any other."""
    drawn = BranchRecord.objects.filter(inspected__inspection=inspection, pk=pk)
    return _one(queries.with_everything(drawn))


def line_of(record: BranchRecord, pk: int) -> StudyEntry:
    """A line of the ledger that a drawn record rests on."""
    lines = lines_of(record).filter(pk=pk)
    return _one(lines.select_related("branch", "rule", "session", "reversed_by__posted_by"))


def lines_of(record: BranchRecord) -> QuerySet[StudyEntry]:
    """What stands in the ledger for a record: of its class and of its activity."""
    rests_on = Q()
    if record.session_id:
        rests_on |= Q(session=record.session_id) & ~Q(mode__in=queries.APART)
    if record.activity_id:
        # Also of a class watched together: who was only on the list has the activity's line.
        rests_on |= Q(source=Source.ACTIVITY, source_key=record.activity_id)
    lines = StudyEntry.objects.filter(queries.STANDS, rests_on)
    if record.branch.kind == Branch.Kind.HOME:
        lines = lines.filter(branch=record.branch)
    else:
        members = queries.members_on(record.branch, record.held_on).order_by()
        lines = lines.filter(person__in=members)
    return lines.select_related("person").order_by("person__pinyin", "person_id")


def scan_of(record: BranchRecord, pk: int) -> RecordScan:
    return _one(RecordScan.objects.filter(version__record=record, pk=pk))


# Granted and ended


@transaction.atomic
def grant(
    *,
    organisation: Organisation,
    auditor: Person,
    purpose: str,
    held_from: date,
    held_before: date,
    opens_on: date,
    closes_on: date,
    size: int,
    by: User,
    seed: str = "",
    now: datetime | None = None,
) -> Inspection:
    """Let `auditor` read `size` records of the organisation and all beneath, drawn by `seed`.

    The same again while it is open is harmless.  Raises InspectionRefused for days that make no
    sense, for somebody in office there, and where there is nothing to draw from.
    """
    now = now or timezone.now()
    today = timezone.localdate(now)
    if not held_from < held_before:
        raise InspectionRefused(_("结束的日期要晚于开始的日期。"), field="held_before")
    if opens_on > closes_on or closes_on < today:
        raise InspectionRefused(_("能看的日子要从今天或以后算起。"), field="closes_on")
    if closes_on - opens_on >= timedelta(days=MOST_DAYS):
        raise InspectionRefused(
            _("一次最多开放 %(days)s 天。") % {"days": MOST_DAYS}, field="closes_on"
        )
    if _keeps_books_there(auditor, organisation, today):
        raise InspectionRefused(
            _("%(name)s在要查的支部任职，请换一位。") % {"name": auditor}, field="name"
        )
    keys = list(records_between(organisation, held_from, held_before).values_list("pk", flat=True))
    if not keys:
        raise InspectionRefused(_("这段时间没有学习记录，没有可抽的。"), field="held_from")
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    seed = seed.strip()
    facts = {
        "organisation": organisation,
        "auditor": auditor,
        "purpose": purpose.strip(),
        "held_from": held_from,
        "held_before": held_before,
        "opens_on": opens_on,
        "closes_on": closes_on,
    }
    pressed_before = Inspection.objects.filter(ended_at=None, **facts)
    if seed:
        pressed_before = pressed_before.filter(seed=seed)
    if found := pressed_before.first():
        return found
    seed = seed or secrets.token_hex(4)
    made = Inspection.objects.create(
        **facts,
        seed=seed,
        population=len(keys),
        last_record=max(keys),
        granted_at=now,
        granted_by=by,
    )
    InspectedRecord.objects.bulk_create(
        InspectedRecord(inspection=made, record_id=key, place=place)
        for place, key in enumerate(sample(keys, seed=seed, size=min(size, MOST_RECORDS)), 1)
    )
    audit.record(
        audit.Action.INSPECTION_GRANTED,
        by=by,
        person=auditor,
        organisation=organisation,
        now=now,
        inspection=made.pk,
        until=closes_on.isoformat(),
    )
    return made


@transaction.atomic
def extend(
    *, inspection: Inspection, closes_on: date, by: User, now: datetime | None = None
) -> None:
    """Let the same records be read until a later day, also when it has run out; the same day
    again is harmless.

    Raises InspectionRefused for what was ended, and for a day that is no longer or too far.
    """
    now = now or timezone.now()
    today = timezone.localdate(now)
    inspection = Inspection.objects.select_for_update(of=("self",)).get(pk=inspection.pk)
    if inspection.ended_at:
        raise InspectionRefused(_("检查已经提前结束，不能延长，请重新开放。"))
    if closes_on == inspection.closes_on:
        return
    if closes_on < max(today, inspection.closes_on):
        raise InspectionRefused(
            _("要比现在的 %(day)s 晚，也不能早于今天。")
            % {"day": dates.in_words(inspection.closes_on)},
            field="closes_on",
        )
    if closes_on - today >= timedelta(days=MOST_DAYS):
        raise InspectionRefused(
            _("一次最多开放 %(days)s 天。") % {"days": MOST_DAYS}, field="closes_on"
        )
    inspection.closes_on = closes_on
    inspection.save(update_fields=["closes_on"])
    audit.record(
        audit.Action.INSPECTION_GRANTED,
        by=by,
        person=inspection.auditor,
        organisation=inspection.organisation,
        now=now,
        inspection=inspection.pk,
        until=closes_on.isoformat(),
    )


@transaction.atomic
def end(*, inspection: Inspection, by: User, now: datetime | None = None) -> None:
    """Nobody reads it any more, from this moment; twice is harmless."""
    now = now or timezone.now()
    still = Inspection.objects.filter(pk=inspection.pk, ended_at=None)
    if still.update(ended_at=now, ended_by=by):
        audit.record(
            audit.Action.INSPECTION_ENDED,
            by=by,
            person=inspection.auditor,
            organisation=inspection.organisation,
            now=now,
            inspection=inspection.pk,
        )


# The sample


def records_between(
    organisation: Organisation, held_from: date, held_before: date
) -> QuerySet[BranchRecord]:
    """What is drawn from."""
    return BranchRecord.objects.filter(
        branch__organisation__path__startswith=organisation.path,
        held_on__gte=held_from,
        held_on__lt=held_before,
    ).order_by("pk")


def sample(keys: Iterable[int], *, seed: str, size: int) -> list[int]:
    """`size` of `keys`: those whose SHA-256 of "seed:key" comes first, whatever their order."""

    def drawn(key: int) -> str:
        return hashlib.sha256(f"{seed}:{key}".encode()).hexdigest()

    return sorted(keys, key=drawn)[:size]


def drawn_again(inspection: Inspection) -> list[int]:
    """The sample once more from its seed: what `drawn` holds, or something was tampered with."""
    keys = records_between(
        inspection.organisation, inspection.held_from, inspection.held_before
    ).filter(pk__lte=inspection.last_record)
    return sample(
        keys.values_list("pk", flat=True), seed=inspection.seed, size=inspection.drawn.count()
    )


# What was seen


@transaction.atomic
def note(
    *,
    inspection: Inspection,
    by: User,
    record: BranchRecord | None = None,
    line: StudyEntry | None = None,
    now: datetime | None = None,
    **details,
) -> None:
    """Write down that the auditor has looked at this."""
    now = now or timezone.now()
    if record:
        inspection.drawn.filter(record=record, seen_at=None).update(seen_at=now)
        details["record"] = record.pk
    if line:
        details["line"] = line.pk
    audit.record(
        audit.Action.INSPECTION_SEEN,
        by=by,
        person=line.person if line else None,
        organisation=record.branch.organisation if record else inspection.organisation,
        now=now,
        inspection=inspection.pk,
        **details,
    )


def _keeps_books_there(person: Person, organisation: Organisation, on: date) -> bool:
    offices = BranchOffice.objects.filter(
        queries.held_on(on),
        person=person,
        branch__organisation__path__startswith=organisation.path,
    )
    return offices.exists()


def _with_names(found: QuerySet[Inspection]) -> QuerySet[Inspection]:
    return found.select_related("organisation", "auditor", "granted_by__person")


def _one(found: QuerySet):
    if one := found.first():
        return one
    raise Http404
