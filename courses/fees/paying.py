"""What the desk does with money: takes it, waives it, gives it back."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organisation, User
from courses.errors import FeeRefused, FeesChanged
from courses.fees import amounts
from courses.fees.accounts import Account, account_of
from courses.fees.charging import add, lock
from courses.models import Enrolment, FeeLine, ReceiptBook

Kind = FeeLine.Kind


@transaction.atomic
def pay(
    *,
    enrolment: Enrolment,
    amount: Decimal,
    method: str,
    by: User,
    expected: Decimal | None = None,
    key: UUID | None = None,
    now: datetime | None = None,
) -> FeeLine:
    """Write down money that came in; return the line with its receipt number.

    The same `key` again is harmless and gets the same line. Raises FeeRefused when less is
    owed, and FeesChanged when it is not what was `expected`.
    """
    now = now or timezone.now()
    seat = lock(enrolment)
    if done := _done(seat, key, Kind.PAID, amount):
        return done
    account = account_of(seat)
    _check_expected(account, expected)
    if account.owed <= 0:
        raise FeeRefused(_("%(name)s这个班没有要交的钱。") % {"name": seat.person.name})
    _check_amount(amount, at_most=account.owed, words=_("只欠 %(yuan)s 元，不能收得更多。"))
    return _with_receipt(seat, Kind.PAID, amount, method=method, by=by, key=key, now=now)


@transaction.atomic
def waive(
    *,
    enrolment: Enrolment,
    amount: Decimal,
    reason: str,
    by: User,
    expected: Decimal | None = None,
    key: UUID | None = None,
    now: datetime | None = None,
) -> FeeLine:
    """Let somebody off a part of what is owed, for a reason. The same `key` is harmless.

    Raises FeeRefused without a reason or when less is owed, FeesChanged when it is not what
    was `expected`.
    """
    now = now or timezone.now()
    seat = lock(enrolment)
    if done := _done(seat, key, Kind.WAIVED, amount):
        return done
    account = account_of(seat)
    _check_expected(account, expected)
    if account.owed <= 0:
        raise FeeRefused(_("%(name)s这个班没有要交的钱。") % {"name": seat.person.name})
    _check_amount(amount, at_most=account.owed, words=_("只欠 %(yuan)s 元，不能减得更多。"))
    _check_reason(reason, _("请写一句为什么减免，以后查得到。"))
    return add(seat, Kind.WAIVED, amount, reason=reason.strip(), made_by=by, key=key, now=now)


@transaction.atomic
def refund(
    *,
    enrolment: Enrolment,
    amount: Decimal,
    method: str,
    reason: str,
    by: User,
    expected: Decimal | None = None,
    key: UUID | None = None,
    now: datetime | None = None,
) -> FeeLine:
    """Write down money that was given back; return the line with its receipt number.

    Of a seat that was given up, or a cancelled class, nothing is owed afterwards; of a live
    one the amount is owed again, so that a wrong payment is put right by a refund and a new
    payment. The same `key` is harmless. Raises FeeRefused without a reason or when less was
    paid, FeesChanged when what is owed is not what was `expected`.
    """
    now = now or timezone.now()
    seat = lock(enrolment)
    if done := _done(seat, key, Kind.REFUNDED, amount):
        return done
    account = account_of(seat)
    _check_expected(account, expected)
    if account.held <= 0:
        raise FeeRefused(_("%(name)s这个班没有收过钱，没有可退的。") % {"name": seat.person.name})
    _check_amount(amount, at_most=account.held, words=_("只收过 %(yuan)s 元，不能退得更多。"))
    _check_reason(reason, _("请写一句为什么退费，以后查得到。"))
    if seat.withdrawn_at or seat.class_group.cancelled_at:
        drop = min(account.owed + amount, account.due)
        if drop > 0:
            add(seat, Kind.DROPPED, drop, reason=reason.strip(), made_by=by, now=now)
    return _with_receipt(
        seat, Kind.REFUNDED, amount, method=method, reason=reason.strip(), by=by, key=key, now=now
    )


@transaction.atomic
def keep(
    *,
    enrolment: Enrolment,
    reason: str,
    by: User,
    expected: Decimal | None = None,
    key: UUID | None = None,
    now: datetime | None = None,
) -> FeeLine:
    """Write down that the money of a seat given up is not given back, and why.

    It can still be refunded later. Once is enough: again is harmless. Raises FeeRefused
    without a reason or where there is nothing to decide, FeesChanged as `refund` does.
    """
    now = now or timezone.now()
    seat = lock(enrolment)
    if done := seat.fee_lines.filter(kind=Kind.KEPT).first():
        return done
    account = account_of(seat)
    _check_expected(account, expected)
    if not seat.withdrawn_at or account.held <= 0 or account.owed:
        raise FeeRefused(_("这里没有要定退不退的钱。"))
    _check_reason(reason, _("请写一句为什么不退，以后查得到。"))
    return add(seat, Kind.KEPT, account.held, reason=reason.strip(), made_by=by, key=key, now=now)


def _done(seat: Enrolment, key: UUID | None, kind: str, amount: Decimal) -> FeeLine | None:
    """What the same request wrote before: its answer had been lost, or was clicked twice.

    Raises FeesChanged when another request with this key was written.
    """
    done = seat.fee_lines.filter(key=key).first() if key else None
    if done and (done.kind, done.amount) != (kind, amount):
        raise _changed()
    return done


def _changed() -> FeesChanged:
    return FeesChanged(_("这一页打开以后，费用变了，这次没有记账。请看清楚现在的数目，再办一次。"))


def _check_expected(account: Account, expected: Decimal | None) -> None:
    if expected is not None and account.owed != expected:
        raise _changed()


def _check_amount(amount: Decimal, *, at_most: Decimal, words: str) -> None:
    if amount <= 0:
        raise FeeRefused(_("金额要大于 0。"))
    if amount > at_most:
        raise FeeRefused(words % {"yuan": amounts.plain(at_most)})


def _check_reason(reason: str, words: str) -> None:
    if not reason.strip():
        raise FeeRefused(words)


def _with_receipt(seat, kind, amount, *, method, by, key, now, reason="") -> FeeLine:
    if method not in FeeLine.Method.values:
        raise FeeRefused(_("请选怎样收付：现金、转账还是扫码。"))
    number = _next_number(seat.class_group.organisation, timezone.localdate(now).year)
    return add(
        seat,
        kind,
        amount,
        method=method,
        receipt_number=number,
        reason=reason,
        made_by=by,
        key=key,
        now=now,
    )


def _next_number(organisation: Organisation, year: int) -> str:
    """2026-000123. The row is ours until the transaction ends: no number is lost or doubled."""
    book, _is_new = ReceiptBook.objects.get_or_create(organisation=organisation, year=year)
    ReceiptBook.objects.filter(pk=book.pk).update(last_number=F("last_number") + 1)
    book.refresh_from_db()
    return f"{year}-{book.last_number:06d}"
