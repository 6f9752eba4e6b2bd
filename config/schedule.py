"""What the school does by itself, and how often. Every job is safe to repeat."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import accounts.acting.proposals
import accounts.files.merging
import accounts.roster.keeping
import accounts.services
import branches.home_study.printing
import branches.home_study.slips
import branches.ledger
import branches.printing
import courses.draws.drawing
import courses.fees
import courses.letters.news
import courses.letters.reminders
import courses.registration.offering
import live.copies
import live.invitations
import live.keeping
import live.replays
import live.rewatching
import live.services


@dataclass(frozen=True)
class Job:
    name: str
    every: timedelta
    work: Callable[[], object]


MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)

JOBS = [
    Job("begin forgotten classes", MINUTE, live.services.begin_forgotten),
    Job("end forgotten classes", MINUTE, live.services.end_forgotten),
    Job("close ended classes", MINUTE, live.services.close_ended),
    Job("measure new recordings", HOUR, live.replays.measure_new),
    Job("keep replays by rule", HOUR, live.keeping.keep_by_rule),
    Job("clear away copies of recordings", HOUR, live.copies.clear_old),
    Job("tell of replays watched", MINUTE, live.rewatching.tell_watched),
    Job("send links of classes", MINUTE, live.invitations.send_due),
    Job("end offers nobody answered", MINUTE, courses.registration.offering.expire_due),
    Job("make draws that were lost", MINUTE, courses.draws.drawing.make_lost),
    Job("remind of tomorrow's classes", MINUTE, courses.letters.reminders.send_due),
    Job("tell what was not told", HOUR, courses.letters.news.tell_missed),
    Job("charge missed seats", HOUR, courses.fees.settle_missed),
    Job("post missed study lines", MINUTE, branches.ledger.post_missed),
    Job("post missed return slips", HOUR, branches.home_study.slips.post_missed),
    Job("wake prints of a year", MINUTE, branches.printing.wake),
    Job("forget old prints of a year", HOUR, branches.printing.forget_old),
    Job("wake prints of packs", MINUTE, branches.home_study.printing.wake),
    Job("forget old prints of packs", HOUR, branches.home_study.printing.forget_old),
    Job("wake rosters", MINUTE, accounts.roster.keeping.wake),
    Job("forget old rosters", HOUR, accounts.roster.keeping.forget_old),
    Job("forget unanswered households", HOUR, accounts.acting.proposals.forget_unanswered),
    Job("forget what undone merges need no more", HOUR, accounts.files.merging.forget_facts),
    Job("forget old codes", HOUR, accounts.services.forget_old_codes),
    Job("forget unproved logins", HOUR, accounts.services.forget_unproved_logins),
]
