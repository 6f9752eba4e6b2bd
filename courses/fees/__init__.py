"""Money of seats: owed, paid, waived, given back. Lines are added, never changed.

`accounts` reads and adds up, `charging` keeps in step with what becomes of a seat, `paying`
is what the desk does, `cash` what went through the till, `owing` what is still open.
"""

from courses.fees.accounts import account_of, accounts_of
from courses.fees.charging import settle, settle_missed
from courses.fees.paying import keep, pay, refund, waive

__all__ = [
    "account_of",
    "accounts_of",
    "keep",
    "pay",
    "refund",
    "settle",
    "settle_missed",
    "waive",
]
