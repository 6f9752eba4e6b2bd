"""How somebody at the counter stands to a class: said before the button."""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import Person
from courses import errors, queries
from courses.models import ClassGroup, Enrolment, RegistrationRound, SeatPool, WaitingEntry
from courses.registration import rules

# What a free seat can still be given for outside of every round, with a reason.
_ONLY_LATE = {"closed", "not_open_yet", "not_your_round", "limit"}


@dataclass(frozen=True)
class PoolNow:
    """Seats that may be asked for, and what asking would give."""

    pool: SeatPool
    waiting: int

    @property
    def next_number(self) -> int:
        return self.pool.last_waiting_number + 1

    @property
    def is_free(self) -> bool:
        """Whether a seat could be given past the line: there is one, and nobody waits."""
        return bool(self.pool.seats_left) and not self.waiting and not self.pool.held_for_draw


@dataclass(frozen=True)
class Standing:
    """What `person` has in the class, or why they may not ask, or what they may ask for."""

    person: Person
    held: Enrolment | WaitingEntry | None
    refusal: errors.RegistrationRefused | None
    round: RegistrationRound | None
    pools: list[PoolNow]

    @property
    def seat(self) -> Enrolment | None:
        return self.held if isinstance(self.held, Enrolment) else None

    @property
    def entry(self) -> WaitingEntry | None:
        return None if self.seat else self.held

    @property
    def by_draw(self) -> bool:
        return bool(self.round and self.round.is_draw)

    @property
    def may_ask(self) -> bool:
        return not self.held and not self.refusal

    @property
    def needs_relative(self) -> bool:
        return isinstance(self.refusal, errors.RelativeNeeded)

    @property
    def free_pools(self) -> list[PoolNow]:
        """Where late admission is possible."""
        if self.held or not self.refusal or self.refusal.reason not in _ONLY_LATE:
            return []
        return [one for one in self.pools if one.is_free]


def of(*, person: Person, class_group: ClassGroup, now: datetime) -> Standing:
    """How `person` stands to the class now, by the rules that hold online as well."""
    held = queries.place_held(person=person, class_group=class_group)
    refusal = None
    if not held:
        refusal = rules.refusal(person=person, class_group=class_group, now=now)
    return Standing(
        person=person,
        held=held,
        refusal=refusal,
        round=rules.open_round(class_group, now, person=person),
        pools=pools_of(class_group),
    )


def pools_of(class_group: ClassGroup) -> list[PoolNow]:
    waiting = queries.waiting_by_pool(class_group)
    return [PoolNow(pool, waiting.get(pool.pk, 0)) for pool in class_group.pools.all()]
