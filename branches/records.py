"""The branch's record of a session: drafted by itself, completed by hand."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Person, User
from branches import queries
from branches.errors import NotAMember, RecordChanged
from branches.models import BranchRecord, StudyEntry
from courses.models import ClassSession


@transaction.atomic
def draft(*, session: ClassSession, now: datetime | None = None) -> int:
    """A record for every branch whose members were there; return how many were new.

    A secretary who was there is put down as chair.  Harmless to repeat; two at once leave
    one record (the second raises IntegrityError and its caller tries again).
    """
    there = StudyEntry.objects.filter(queries.STANDS, session=session, branch__isnull=False)
    drafted = session.branch_records.values_list("branch_id", flat=True)
    missing = set(there.values_list("branch_id", flat=True)) - set(drafted)
    if not missing:
        return 0
    chairs = queries.secretaries_there(session, on=timezone.localdate(session.starts_at))
    BranchRecord.objects.bulk_create(
        BranchRecord(
            branch_id=branch,
            session=session,
            chair_id=chairs.get(branch),
            drafted_at=now or timezone.now(),
        )
        for branch in sorted(missing)
    )
    return len(missing)


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
    now: datetime | None = None,
) -> BranchRecord:
    """Write into the record what only a human being knows.

    `seen_at` is `edited_at` of the record as its writer saw it.  Raises RecordChanged when
    somebody else has saved it since, NotAMember for a chair or recorder from elsewhere.
    """
    record = (
        BranchRecord.objects.select_for_update(of=("self",))
        .select_related("branch", "session")
        .get(pk=record.pk)
    )
    if record.edited_at != seen_at:
        raise RecordChanged(
            _("刚才有人改过这份记录。您写的还在下面，请先看一看那边改了什么，再存一次。")
        )
    named = {person.pk for person in (chair, recorder) if person}
    members = queries.members_on(record.branch, timezone.localdate(record.session.starts_at))
    if named - set(members.filter(pk__in=named).values_list("pk", flat=True)):
        raise NotAMember(_("主持和记录要是那天在这个支部的同志。"))
    record.said, record.decided = said.strip(), decided.strip()
    record.chair, record.recorder = chair, recorder
    record.edited_at, record.edited_by = now or timezone.now(), by
    record.save()
    return record
