"""What evidence says of a person's study, and where each kind of evidence is asked again.

A source registers the function that recomputes its postings: whoever posts, repairs, merges
files or verifies the ledger asks that function and no table.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class Posting:
    """What one piece of evidence says of one person; see branches.models.StudyEntry.

    With 0 `minutes` the evidence counts no more: a line that stands is taken back.
    """

    person_id: int
    studied_on: date
    minutes: int
    mode: str
    title: str
    source: str
    source_key: int
    # The length of what was studied, where it has one: missing a little of it is forgiven.
    whole_minutes: int | None = None
    # branches.models.HalfDay; without one nothing is capped.
    half_day: str = ""
    session_id: int | None = None
    # The branch that held it, where it was a branch; the line counts at home all the same.
    at_branch_id: int | None = None
    # courses.Subject: the rule says which count as branch study. An activity of a branch
    # always does, and says so itself.
    subject: str = ""
    is_branch_study: bool | None = None
    # Who wrote the evidence down, where a person did.
    posted_by_id: int | None = None
    # Why it says something else than before, where a person said so.
    why: str = ""
    # When it was written down. Evidence that tells this may say the same once more after
    # somebody took its line back.
    noted_at: datetime | None = None
    # Whether a corrected title calls for a line anew: where a secretary wrote it, and not where
    # it is the name that a class happens to bear.
    is_titled_by_hand: bool = False


# Given the keys of a source and, maybe, the people: every posting of these. Both may be
# collections of primary keys or query sets of them.
Recompute = Callable[..., Iterable[Posting]]

_sources: dict[str, Recompute] = {}


def register(source: str, recompute: Recompute) -> None:
    """`recompute(keys=…, people=…)` yields what the evidence of `source` says today.

    `people` is None for everybody.
    """
    _sources[source] = recompute


def recompute(source: str, *, keys: Collection[int], people=None) -> Iterable[Posting]:
    """What the evidence of `source` says today; raises KeyError for a source without one."""
    return _sources[source](keys=keys, people=people)


def is_registered(source: str) -> bool:
    return source in _sources
