"""What the school does by itself, and how often. Every job is safe to repeat."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import accounts.services
import branches.ledger
import live.services


@dataclass(frozen=True)
class Job:
    name: str
    every: timedelta
    work: Callable[[], object]


MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)

JOBS = [
    Job("end forgotten classes", MINUTE, live.services.end_forgotten),
    Job("close ended classes", MINUTE, live.services.close_ended),
    Job("post missed study lines", MINUTE, branches.ledger.post_missed),
    Job("forget old codes", HOUR, accounts.services.forget_old_codes),
    Job("forget unproved logins", HOUR, accounts.services.forget_unproved_logins),
]
