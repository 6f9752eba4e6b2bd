"""The branch's record of a session or an activity: drafted by itself, completed by hand until
it is signed."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Person, User
from branches import queries, snapshots
from branches.errors import CannotMakeUp, NotAMember, RecordChanged, RecordSigned
from branches.models import Absence, Branch, BranchActivity, BranchRecord, StudyEntry
from branches.sheets import away_from, sheet_of
from courses.models import ClassSession
from live.models import ReplayStudy


@transaction.atomic
def draft(*, session: ClassSession, now: datetime | None = None) -> int:
    """A record for every branch whose members were there; return how many were new.

    A functional or temporary branch that held it has its own beside those of the homes.

    A secretary who was there is put down as chair; a signed record of which the facts are
    others now is marked; an untouched draft of a branch of which nobody was there after all
    goes.  Harmless to repeat; two at once leave one record (the second
    raises IntegrityError and its caller tries again).
    """
    now = now or timezone.now()
    there = StudyEntry.objects.filter(queries.STANDS, session=session, branch__isnull=False)
    drafted = list(queries.records_of(session))
    day = timezone.localdate(session.starts_at)
    held_by = Branch.objects.exclude(kind=Branch.Kind.HOME).filter(
        pk__in=there.values("at_branch")
    )
    holding = {
        branch.pk
        for branch in held_by
        if there.filter(person__in=queries.members_on(branch, day).order_by()).exists()
    }
    present = set(there.values_list("branch_id", flat=True)) | holding
    missing = present - {record.branch_id for record in drafted}
    _drop_untouched([record for record in drafted if record.branch_id not in present])
    note_replays(session=session, now=now)
    for record in drafted:
        if record.signed_on:
            look_again(record=record, now=now)
    if not missing:
        return 0
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
def draft_activity(*, activity: BranchActivity, now: datetime | None = None) -> int:
    """The record of a closed activity for its branch; where several branches were together,
    one for each of them too. Return how many were new.

    What a functional or temporary branch holds has one record, which the homes are sent a
    notice of.  The record of a class that was watched becomes that of the activity.
    """
    now = now or timezone.now()
    drafted = {record.branch_id: record for record in queries.records_of_activity(activity)}
    for branch in queries.branches_at(activity):
        if branch.pk in drafted:
            continue
        host = branch.pk == activity.branch_id
        facts = {
            "activity": activity,
            "chair": (activity.chair if host else None)
            or queries.secretary_there(activity, branch),
            "recorder": activity.recorder if host else None,
            "guests": activity.guests if host else "",
        }
        found = (
            activity.session_id
            and BranchRecord.objects.filter(branch=branch, session=activity.session_id).first()
        )
        if found:
            _take_over(found, facts)
        else:
            BranchRecord.objects.create(
                branch=branch,
                session=activity.session,
                held_on=activity.held_on,
                drafted_at=now,
                **facts,
            )
    signed = queries.records_of_activity(activity).filter(signed_on__isnull=False)
    for record in signed:
        look_again(record=record, now=now)
    return queries.records_of_activity(activity).count() - len(drafted)


def _drop_untouched(drafted: Iterable[BranchRecord]) -> None:
    """Drafts of meetings at which, after all, nobody of the branch was: nobody could complete
    them. What somebody has written into, signed or is to inspect stays."""
    if idle := [each.pk for each in drafted if not (each.edited_at or each.activity_id)]:
        untouched = BranchRecord.objects.filter(pk__in=idle, edited_at=None, signed_on=None)
        untouched.filter(absences=None, versions=None, inspected=None).delete()


def _take_over(record: BranchRecord, facts: dict) -> None:
    """The record of the class says from now on what the activity says; what was written stays."""
    record.activity = facts.pop("activity")
    if not record.signed_on:
        for name, value in facts.items():
            if not getattr(record, name):
                setattr(record, name, value)
    record.save()


def note_replays(*, session: ClassSession, now: datetime) -> None:
    """Who was to make up for a class by its replay and has seen enough of it has done so."""
    seen = ReplayStudy.objects.filter(
        classroom__session=session, enough_at__isnull=False, person=OuterRef("person")
    )
    waiting = Absence.objects.filter(
        Exists(seen), record__session=session, how=Absence.How.REPLAY, made_up_on=None
    ).select_related("record")
    for absence in waiting:
        study = ReplayStudy.objects.get(classroom__session=session, person=absence.person_id)
        if not study.minutes:
            continue
        absence.made_up_on = timezone.localdate(study.enough_at)
        absence.minutes = study.minutes
        absence.save(update_fields=["made_up_on", "minutes"])
        if absence.record.signed_on:
            look_again(record=_again(absence.record), now=now)


def _again(record: BranchRecord) -> BranchRecord:
    return queries.with_everything(BranchRecord.objects.filter(pk=record.pk)).get()


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

    A booklet or a talk becomes study when the ledger is posted next (branches.making_up).

    Raises CannotMakeUp for somebody who was there, for a day before the meeting or still to
    come, and for one without its minutes.
    """
    now = now or timezone.now()
    record = locked(record, seen_at=record.edited_at)
    if person not in away_from(record):
        raise CannotMakeUp(_("%(person)s那天到了，不用补学。") % {"person": person})
    if how == Absence.How.REPLAY and not record.session_id:
        raise CannotMakeUp(_("这次没有上直播课，没有回放，请选读本或者上门讲。"), field="how")
    if made_up_on and not record.held_on <= made_up_on <= timezone.localdate(now):
        raise CannotMakeUp(_("补学的日期要在那次学习以后，不晚于今天。"), field="made_up_on")
    if made_up_on and not minutes:
        raise CannotMakeUp(_("请写补学了多少分钟。"), field="minutes")
    same = Q(record__activity=record.activity_id) if record.activity_id else Q(pk=None)
    if record.session_id:
        same |= Q(record__session=record.session_id)
    elsewhere = Absence.objects.filter(same, person=person).exclude(how="")
    if other := elsewhere.exclude(record=record).select_related("record__branch").first():
        raise CannotMakeUp(
            _("%(person)s的补学已经写在“%(branch)s”的记录里了。")
            % {"person": person, "branch": other.record.branch}
        )
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


def may_be_named(record: BranchRecord) -> QuerySet[Person]:
    """Who may be put down as chair or recorder: members of that day, with a host's those of
    the branches beneath it."""
    if record.activity and record.activity.branch_id == record.branch_id:
        return queries.may_be_there(record.activity)
    return queries.members_on(record.branch, record.held_on)


def _check_members(record: BranchRecord, named: Iterable[Person]) -> None:
    pks = {person.pk for person in named}
    members = may_be_named(record)
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
