"""Whether the ledger is what its evidence says, and whether its chain is whole.

`verify` walks the batches in pages of bounded size: every line's hash, then what its evidence
says today, its home branch of that day, its 学时 under its own rule and the cap of its half-day.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db.models import BooleanField, Count, ExpressionWrapper, Max, Q

from branches import chain, drafting, hours, postings, queries
from branches.models import HoursRule, LedgerBatch, LedgerTail, StudyEntry
from branches.postings import Posting

# Lines of a page: each is looked up by number, and SQLite takes 32,766 numbers in a query.
PAGE = 5000
# Differences that are told one by one; all are counted.
TOLD = 20


@dataclass(frozen=True)
class Difference:
    line: int
    what: str

    def __str__(self):
        return f"line {self.line}: {self.what}"


@dataclass(frozen=True)
class Broken:
    """The first link of the chain that does not hold; `line` is none for a whole batch."""

    batch: int
    line: int | None
    what: str

    def __str__(self):
        where = f"batch {self.batch}" + (f", line {self.line}" if self.line else "")
        return f"{where}: {self.what}"


@dataclass
class Report:
    lines: int = 0
    batches: int = 0
    differences: int = 0
    first: list[Difference] = field(default_factory=list)
    broken: Broken | None = None
    # Lines of sources that nobody can be asked about again, by source.
    unasked: Counter = field(default_factory=Counter)

    @property
    def is_well(self) -> bool:
        return not self.differences and self.broken is None


def verify(*, page: int = PAGE) -> Report:
    """Recompute every line that was posted until now, and the chain."""
    # Read first: what is appended meanwhile is left to the next time.
    tail = LedgerTail.objects.filter(pk=1).first()
    last = tail.number if tail else LedgerBatch.objects.aggregate(n=Max("number"))["n"] or 0
    report, walk = Report(), _Walk()
    for batches in _pages(last, page):
        lines = _lines_of(batches)
        if report.broken is None:
            report.broken = walk.broken_link(batches, lines)
        report.lines += len(lines)
        report.batches += len(batches)
        found = _differences(lines, report.unasked)
        if found:
            # Somebody may have corrected evidence and ledger between two of our queries.
            found = _differences(_lines_of(batches), Counter())
        report.differences += len(found)
        report.first += found[: TOLD - len(report.first)]
    if report.broken is None:
        report.broken = walk.broken_end(tail)
    return report


def _pages(last: int, size: int) -> Iterator[list[LedgerBatch]]:
    """Whole batches, as many as fit into a page; one that is larger is a page of its own."""
    page, lines, after = [], 0, 0
    while batches := list(
        LedgerBatch.objects.filter(number__gt=after, number__lte=last).order_by("number")[:size]
    ):
        for batch in batches:
            if page and lines + batch.count > size:
                yield page
                page, lines = [], 0
            page.append(batch)
            lines += batch.count
        after = batches[-1].number
    if page:
        yield page


class _Walk:
    """Where the chain has been followed to."""

    def __init__(self):
        self.number, self.hash = 0, chain.NOTHING

    def broken_link(self, batches: list[LedgerBatch], lines: list["Line"]) -> Broken | None:
        of_batch = defaultdict(list)
        for line in lines:
            of_batch[line.batch].append(line)
        for batch in batches:
            if broken := self._broken_batch(batch, of_batch[batch.number]):
                return broken
            self.number, self.hash = batch.number, bytes(batch.hash)
        return None

    def _broken_batch(self, batch, lines) -> Broken | None:
        if batch.number != self.number + 1:
            return Broken(self.number + 1, None, "the batch is missing")
        if bytes(batch.previous_hash) != self.hash:
            return Broken(batch.number, None, "it does not follow the batch before it")
        latest = chain.batch_seed(self.hash, batch.number)
        for place, line in enumerate(lines, 1):
            if line.place != place:
                return Broken(batch.number, None, f"line {place} of the batch is missing")
            latest = chain.line_hash(latest, line.covered)
            if bytes(line.hash) != latest:
                return Broken(batch.number, line.pk, "its content was changed")
        if len(lines) != batch.count:
            return Broken(batch.number, None, f"{batch.count} lines were posted: {len(lines)} now")
        if bytes(batch.hash) != latest:
            return Broken(batch.number, None, "its hash was changed")
        return None

    def broken_end(self, tail: LedgerTail | None) -> Broken | None:
        if tail is None:
            return Broken(self.number + 1, None, "nothing says which batch is the last")
        if (self.number, self.hash) != (tail.number, bytes(tail.hash)):
            return Broken(self.number + 1, None, "batches are missing at the end")
        return None


class Line(NamedTuple):
    pk: int
    batch: int
    place: int
    hash: bytes
    # The reversal of the line and who wrote it.
    taken_back_by: int | None
    taken_back_by_hand: int | None
    covered: tuple

    def __getattr__(self, name):
        # What is covered by the hash is read by its name.
        return self.covered[PLACE_OF[name]]

    @property
    def key(self) -> tuple:
        return self.person_id, self.source, self.source_key

    @property
    def stands(self) -> bool:
        return not self.is_reversal and self.taken_back_by is None


PLACE_OF = {name: place for place, name in enumerate(chain.COVERED)}
READ = ("pk", "batch", "place", "hash", "reversed_by__pk", "reversed_by__posted_by")


def _lines_of(batches: list[LedgerBatch]) -> list[Line]:
    lines = StudyEntry.objects.filter(
        batch__gte=batches[0].number, batch__lte=batches[-1].number
    ).order_by("batch", "place")
    rows = lines.values_list(*READ, *chain.COVERED)
    return [Line(*row[: len(READ)], covered=row[len(READ) :]) for row in rows]


def _differences(lines: list[Line], unasked: Counter) -> list[Difference]:
    said = _what_evidence_says(lines, unasked)
    standing = [line for line in lines if line.stands]
    homes = _homes(standing)
    rules = HoursRule.objects.in_bulk({line.rule_id for line in lines})
    shared = _shares(standing)
    found = []
    for line in standing:
        what = [
            *_evidence_differs(line, said.get(line.key), postings.is_registered(line.source)),
            *_home_differs(line, homes.get((line.person_id, line.studied_on))),
            *_hours_differ(line, rules.get(line.rule_id), shared.get(line.pk)),
        ]
        found += [Difference(line.pk, each) for each in what]
    return [*found, *_reversals_that_differ(lines), *_not_posted_anew(lines, said)]


def _what_evidence_says(lines: list[Line], unasked: Counter) -> dict[tuple, Posting]:
    keys, people = defaultdict(set), defaultdict(set)
    for line in lines:
        if not line.is_reversal and postings.is_registered(line.source):
            keys[line.source].add(line.source_key)
            people[line.source].add(line.person_id)
        elif not line.is_reversal:
            unasked[line.source] += 1
    return {
        (each.person_id, each.source, each.source_key): each
        for source in keys
        for each in postings.recompute(source, keys=keys[source], people=people[source])
    }


def _evidence_differs(line: Line, said: Posting | None, can_be_asked: bool) -> Iterator[str]:
    if not can_be_asked:
        return
    if said is None or not said.minutes:
        yield "its evidence does not count"
        return
    for name in drafting.differing(line, said):
        yield f"{name} is {getattr(line, name)}, its evidence says {getattr(said, name)}"


def _homes(lines: list[Line]) -> dict[tuple[int, date], int]:
    if not lines:
        return {}
    people = {line.person_id for line in lines}
    return queries.home_branches(people, days={line.studied_on for line in lines})


def _home_differs(line: Line, home: int | None) -> Iterator[str]:
    if line.branch_id != home:
        yield f"it is in branch {line.branch_id}, the home branch of that day is {home}"


def _hours_differ(line: Line, rule: HoursRule | None, share: Decimal | None) -> Iterator[str]:
    if rule is None:
        yield f"there is no rule {line.rule_id}"
        return
    full = hours.credit_hours(line.minutes, rule=rule, whole=line.whole_minutes)
    if share is None:
        cap = rule.cap_per_half_day if line.half_day else None
        (share,) = hours.shared([(full, cap)])
    if line.credit_hours != share:
        yield f"credit_hours is {line.credit_hours}, its rule says {share}"


def _shares(lines: list[Line]) -> dict[int, Decimal]:
    """The 学时 of every line that shares its half-day with another one, by its number."""
    capped = [line for line in lines if line.half_day]
    standing = StudyEntry.objects.filter(
        queries.STANDS,
        person__in={line.person_id for line in capped},
        studied_on__in={line.studied_on for line in capped},
    ).exclude(half_day="")
    is_apart = ExpressionWrapper(Q(mode__in=queries.APART), output_field=BooleanField())
    several = (
        standing.order_by()
        .values("person_id", "studied_on", "half_day", apart=is_apart)
        .annotate(lines=Count("pk"))
        .filter(lines__gt=1)
        .values_list("person_id", "studied_on", "half_day", "apart")
    )
    groups = {(person, day, half, bool(apart)): [] for person, day, half, apart in several}
    if not groups:
        return {}
    people = {person for person, *_ in groups}
    for line in standing.filter(person__in=people).select_related("rule"):
        if (group := drafting.half_day_of(line)) in groups:
            groups[group].append(line)
    return {line.pk: share for group in groups.values() for line, share in drafting.shares(group)}


def _reversals_that_differ(lines: list[Line]) -> Iterator[Difference]:
    reversals = [line for line in lines if line.is_reversal]
    reversed_lines = StudyEntry.objects.in_bulk([line.reverses_id for line in reversals])
    for reversal in reversals:
        line = reversed_lines.get(reversal.reverses_id)
        if line is None:
            yield Difference(
                reversal.pk, f"line {reversal.reverses_id}, taken back by it, is gone"
            )
            continue
        same = all(getattr(reversal, name) == getattr(line, name) for name in drafting.SHARED)
        sums = (reversal.minutes + line.minutes, reversal.credit_hours + line.credit_hours)
        if not same or any(sums):
            yield Difference(reversal.pk, f"it does not take line {line.pk} back whole")


def _not_posted_anew(lines: list[Line], said: dict[tuple, Posting]) -> Iterator[Difference]:
    """Taken back by the school's own jobs, though the evidence still counts."""
    dropped = {
        line.key: line
        for line in lines
        if line.taken_back_by and line.taken_back_by_hand is None and line.key in said
    }
    still = [said[key] for key in dropped if said[key].minutes]
    posted = drafting.last_posted(still)
    for posting in still:
        key = posting.person_id, posting.source, posting.source_key
        last = posted[key]
        # A later line has its own turn.
        if last.pk == dropped[key].pk and not drafting.is_settled(last, posting):
            yield Difference(last.pk, "it was taken back, and its evidence counts")
