"""Signing a record: from then on it changes by new versions alone, each with its reason."""

import hashlib
from datetime import date, datetime

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from branches import records, scans, snapshots
from branches.errors import CannotSign, RecordSigned
from branches.models import BranchRecord, RecordScan, RecordVersion
from branches.sheets import sheet_of

FACTS_CHANGED = gettext_lazy("到会情况更正，按新的情况重做")


@transaction.atomic
def sign(
    *,
    record: BranchRecord,
    signed_on: date,
    by: User,
    seen_at: datetime | None,
    scan: bytes | None = None,
    now: datetime | None = None,
) -> RecordVersion:
    """Keep the record as it was signed on paper, with the scan if there is one.

    Signing again what is signed is harmless.  Raises CannotSign while something is still to
    be written and for a day before the meeting or to come, RecordChanged, NotAScan.
    """
    now = now or timezone.now()
    kind = scan and scans.type_of(scan)
    if found := record.versions.order_by("number").last():
        return found
    record = records.locked(record, seen_at=seen_at)
    if found := record.versions.order_by("number").last():
        return found
    if gaps := sheet_of(record).gaps:
        raise CannotSign(_("还没写完：%(gaps)s。请先补上再签字。") % {"gaps": "、".join(gaps)})
    _check_day(record, signed_on, now)
    version = _keep(record, signed_on=signed_on, reason="", by=by, now=now)
    if scan:
        _keep_scan(version, scan, kind, by=by, now=now)
    return version


@transaction.atomic
def correct(
    *,
    record: BranchRecord,
    reason: str,
    by: User,
    seen_at: datetime | None,
    now: datetime | None = None,
    **written,
) -> RecordVersion:
    """Write into a signed record by a new version; `written` as records.complete takes it.

    The newest facts come with it.  Raises CannotSign without a reason, when nothing differs
    and when something is missing, RecordChanged, NotAMember.
    """
    now = now or timezone.now()
    reason = _reason(reason)
    record = records.locked(record, seen_at=seen_at)
    if not record.signed_on:
        raise RecordSigned(_("这份记录还没有签字，可以直接改。"))
    records.write(record, by=by, now=now, **written)
    record = records.locked(record, seen_at=now)
    sheet = sheet_of(record)
    if sheet.gaps:
        raise CannotSign(
            _("还没写完：%(gaps)s。请先补上再签字。") % {"gaps": "、".join(sheet.gaps)}
        )
    if not _differs(record, sheet):
        raise CannotSign(_("和签过字的一样，没有要改的。"))
    return _keep(record, signed_on=timezone.localdate(now), reason=reason, by=by, now=now)


@transaction.atomic
def follow_facts(*, record: BranchRecord, by: User, now: datetime | None = None) -> RecordVersion:
    """A new version of a signed record with the facts as they are now.

    Harmless when nothing differs: the newest version is returned.
    """
    now = now or timezone.now()
    record = records.locked(record, seen_at=record.edited_at)
    newest = record.versions.order_by("number").last()
    if newest is None:
        raise RecordSigned(_("这份记录还没有签字，可以直接改。"))
    if not _differs(record, sheet_of(record)):
        return newest
    return _keep(
        record, signed_on=timezone.localdate(now), reason=str(FACTS_CHANGED), by=by, now=now
    )


@transaction.atomic
def add_scan(
    *, version: RecordVersion, data: bytes, by: User, now: datetime | None = None
) -> RecordScan:
    """Keep the signed paper of a version; the same file again is harmless. Raises NotAScan."""
    return _keep_scan(version, data, scans.type_of(data), by=by, now=now or timezone.now())


def _keep(record, *, signed_on, reason, by, now) -> RecordVersion:
    newest = record.versions.order_by("number").last()
    snapshot = sheet_of(record).snapshot()
    version = RecordVersion.objects.create(
        record=record,
        number=newest.number + 1 if newest else 1,
        snapshot=snapshot,
        hash=snapshots.digest(snapshot, before=newest.hash if newest else ""),
        reason=reason,
        signed_on=signed_on,
        made_at=now,
        made_by=by,
    )
    record.signed_on, record.facts_changed_at = signed_on, None
    record.save(update_fields=["signed_on", "facts_changed_at"])
    return version


def _keep_scan(version, data, kind, *, by, now) -> RecordScan:
    digest = hashlib.sha256(data).hexdigest()
    if found := version.scans.filter(sha256=digest).first():
        return found
    scan = RecordScan(
        version=version,
        content_type=kind,
        size=len(data),
        sha256=digest,
        uploaded_at=now,
        uploaded_by=by,
    )
    # Named by the server: what a telephone calls its pictures goes nowhere.
    name = f"{version.record_id}-{version.number}.{scans.ENDINGS[kind]}"
    scan.file.save(name, ContentFile(data), save=False)
    try:
        with transaction.atomic():
            scan.save(force_insert=True)
    except IntegrityError:
        return version.scans.get(sha256=digest)
    return scan


def _differs(record, sheet) -> bool:
    newest = record.versions.order_by("number").last()
    return bool(snapshots.changes(newest.snapshot, sheet.snapshot()))


def _check_day(record: BranchRecord, signed_on: date, now: datetime) -> None:
    if not record.held_on <= signed_on <= timezone.localdate(now):
        raise CannotSign(_("签字的日期要在那次学习当天或以后，不晚于今天。"), field="signed_on")


def _reason(reason: str) -> str:
    if not (reason := reason.strip()):
        raise CannotSign(_("请写明更正的原因。"), field="reason")
    return reason
