"""The branch's record of a session: drafted by itself, completed by hand until it is signed."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Person, User
from branches import queries, snapshots
from branches.errors import CannotMakeUp, NotAMember, RecordChanged, RecordSigned
from branches.models import Absence, BranchRecord, StudyEntry
from branches.sheets import away_from, sheet_of
from courses.models import ClassSession


@transaction.atomic
def draft(*, session: ClassSession, now: datetime | None = None) -> int:
    """A record for every branch whose members were there; return how many were new.

    A secretary who was there is put down as chair; a signed record of which the facts are
    others now is marked.  Harmless to repeat; two at once leave one record (the second
    raises IntegrityError and its caller tries again).
    """
    now = now or timezone.now()
    there = StudyEntry.objects.filter(queries.STANDS, session=session, branch__isnull=False)
    drafted = list(queries.records_of(session))
    missing = set(there.values_list("branch_id", flat=True)) - {
        record.branch_id for record in drafted
    }
    for record in drafted:
        if record.signed_on:
            look_again(record=record, now=now)
    if not missing:
        return 0
    day = timezone.localdate(session.starts_at)
    chairs = queries.secretaries_there(session, on=day)
    BranchRecord.objects.bulk_create(
        BranchRecord(
            branch_id=branch,
            session=session,
            held_on=day,
            chair_id=chairs.get(branch),
            drafted_at=now,
        )
        for branch in sorted(missing)
    )
    return len(missing)


@transaction.atomic
def look_again(*, record: BranchRecord, now: datetime | None = None) -> bool:
    """Mark a signed record whose facts differ from what was signed; return whether they do."""
    version = record.versions.order_by("number").last()
    differs = bool(
        version
        and snapshots.changes(version.snapshot, sheet_of(record).snapshot(), only=snapshots.FACTS)
    )
    if differs != bool(record.facts_changed_at):
        record.facts_changed_at = (now or timezone.now()) if differs else None
        record.save(update_fields=["facts_changed_at"])
    return differs


@transaction.atomic
def complete(
    *,
    record: BranchRecord,
    said: str,
    decided: str,
    chair: Person | None,
    recorder: Person | None,
    by: User,
    seen_at: datetime | None,
    guests: str = "",
    reasons: Mapping[int, str] | None = None,
    now: datetime | None = None,
) -> BranchRecord:
    """Write into the record what only a human being knows; `reasons` says why who was away.

    `seen_at` is `edited_at` of the record as its writer saw it.  Raises RecordSigned once it
    is signed, RecordChanged when somebody else has saved it since, NotAMember for a chair or
    recorder from elsewhere.
    """
    now = now or timezone.now()
    record = locked(record, seen_at=seen_at)
    if record.signed_on:
        raise RecordSigned(_("这份记录已经签字，不能直接改。请用“更正”，原来签过字的会留着。"))
    write(
        record,
        said=said,
        decided=decided,
        guests=guests,
        chair=chair,
        recorder=recorder,
        reasons=reasons or {},
        by=by,
        now=now,
    )
    return record


def locked(record: BranchRecord, *, seen_at: datetime | None) -> BranchRecord:
    """The record, held until the transaction ends, if nobody saved it since `seen_at`."""
    record = queries.with_everything(
        BranchRecord.objects.select_for_update(of=("self",)).filter(pk=record.pk)
    ).get()
    if record.edited_at != seen_at:
        raise RecordChanged(
            _("刚才有人改过这份记录。您写的还在下面，请先看一看那边改了什么，再存一次。")
        )
    return record


def write(record: BranchRecord, *, said, decided, guests, chair, recorder, reasons, by, now):
    """Put down what was written on a record that is `locked`."""
    _check_members(record, [person for person in (chair, recorder) if person])
    record.said, record.decided, record.guests = said.strip(), decided.strip(), guests.strip()
    record.chair, record.recorder = chair, recorder
    record.edited_at, record.edited_by = now, by
    record.save()
    _note_reasons(record, reasons, by=by, now=now)


@transaction.atomic
def make_up(
    *,
    record: BranchRecord,
    person: Person,
    how: str,
    material: str,
    made_up_on: date | None,
    minutes: int | None,
    by: User,
    now: datetime | None = None,
) -> Absence:
    """Put down what somebody who was away makes up, or has made up by `made_up_on`.

    Raises CannotMakeUp for somebody who was there, for a day before the meeting or still to
    come, and for one without its minutes.
    """
    now = now or timezone.now()
    record = locked(record, seen_at=record.edited_at)
    if person not in away_from(record):
        raise CannotMakeUp(_("%(person)s那天到了，不用补学。") % {"person": person})
    if made_up_on and not record.held_on <= made_up_on <= timezone.localdate(now):
        raise CannotMakeUp(_("补学的日期要在那次学习以后，不晚于今天。"), field="made_up_on")
    if made_up_on and not minutes:
        raise CannotMakeUp(_("请写补学了多少分钟。"), field="minutes")
    absence, _new = Absence.objects.update_or_create(
        record=record,
        person=person,
        defaults={
            "how": how,
            "material": material.strip(),
            "made_up_on": made_up_on,
            "minutes": minutes if made_up_on else None,
            "noted_at": now,
            "noted_by": by,
        },
    )
    if record.signed_on:
        look_again(record=record, now=now)
    return absence


def _check_members(record: BranchRecord, named: Iterable[Person]) -> None:
    pks = {person.pk for person in named}
    members = queries.members_on(record.branch, record.held_on)
    if pks - set(members.filter(pk__in=pks).values_list("pk", flat=True)):
        raise NotAMember(_("主持和记录要是那天在这个支部的同志。"))


def _note_reasons(record, reasons, *, by, now):
    known = {absence.person_id: absence for absence in record.absences.all()}
    for person, reason in reasons.items():
        reason, absence = reason.strip(), known.get(person)
        if absence is None and reason:
            Absence.objects.create(
                record=record, person_id=person, reason=reason, noted_at=now, noted_by=by
            )
        elif absence and absence.reason != reason:
            absence.reason, absence.noted_at, absence.noted_by = reason, now, by
            absence.save(update_fields=["reason", "noted_at", "noted_by"])
