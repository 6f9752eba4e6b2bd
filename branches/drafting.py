"""Which lines a posting calls for: looked at, and not yet written.

Whoever appends what is drafted here does so in the same transaction, so that a line of the
same revision by somebody else is refused by the database.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Organisation, Person, User
from branches import hours, queries
from branches.models import HalfDay, HoursRule, Source, StudyEntry
from branches.postings import Posting
from common import dates
from live.models import StudyMode

# What is corrected, by the kind of evidence.
CORRECTED = {
    Source.SESSION: gettext_lazy("到课"),
    Source.REPLAY: gettext_lazy("回放"),
    Source.ACTIVITY: gettext_lazy("活动"),
    Source.DELIVERY: gettext_lazy("送学"),
    Source.EXTERNAL: gettext_lazy("外部学习"),
    Source.OWN_STUDY: gettext_lazy("自学"),
    Source.MAKE_UP: gettext_lazy("补学"),
}
# As long as a reason may be.
REASON = 200
# What a line says of its evidence, and is written anew for.
EVIDENCE = ("studied_on", "minutes", "whole_minutes", "mode", "half_day")
# What a reversal and a copy share with their line.
SHARED = (
    "person_id",
    "branch_id",
    "at_branch_id",
    "studied_on",
    "half_day",
    "whole_minutes",
    "mode",
    "title",
    "source",
    "source_key",
    "session_id",
    "rule_id",
    "is_branch_study",
)


def lines_called_for(found: list[Posting]) -> tuple[list[StudyEntry], set[Organisation]]:
    """What is missing in the ledger, by name, and whose organisation has no rule.

    The same queries however many postings there are.
    """
    if not found:
        return [], set()
    posted = last_posted(found)
    unsettled = [each for each in found if not is_settled(posted.get(_key(each)), each)]
    if not unsettled:
        return [], set()
    facts = _Facts(unsettled)
    taken_back, reversals, new, without_rule = [], [], [], set()
    for posting in sorted(unsettled, key=facts.by_name):
        last = posted.get(_key(posting))
        rule = facts.rule(posting)
        if posting.minutes and rule is None:
            without_rule.add(facts.organisation(posting))
            continue
        if last and not _is_reversed(last):
            taken_back.append(last)
            reversals.append(_correcting(last, posting))
        if posting.minutes:
            revision = last.revision + 1 if last else 0
            new.append(_line(posting, rule, facts.home(posting), revision))
    return [*reversals, *shared_anew(taken_back, new), *new], without_rule


def shared_anew(taken_back: list[StudyEntry], new: list[StudyEntry]) -> list[StudyEntry]:
    """Set the 学时 of `new` lines by what the cap of a half-day leaves them.

    Returns what else follows: lines that stood and get more or less of their half-day now
    are reversed and written anew.
    """
    capped = [line for line in (*taken_back, *new) if line.half_day]
    if not capped:
        return []
    standing = (
        StudyEntry.objects.filter(
            queries.STANDS,
            person__in={line.person_id for line in capped},
            studied_on__in={line.studied_on for line in capped},
        )
        .exclude(half_day="")
        .exclude(pk__in=[line.pk for line in taken_back])
        .select_related("rule")
        .order_by()
    )
    touched = {half_day_of(line) for line in capped}
    groups = defaultdict(list)
    for line in (*standing, *(line for line in new if line.half_day)):
        if half_day_of(line) in touched:
            groups[half_day_of(line)].append(line)
    follows = []
    for lines in groups.values():
        for line, credit in shares(lines):
            if line.pk is None:
                line.credit_hours = credit
            elif line.credit_hours != credit:
                reason = _("半天最多 %(cap)s 学时，重新计算") % {
                    "cap": dates.plain_number(line.rule.cap_per_half_day)
                }
                follows += [reversal(line, reason=reason), copy(line, credit_hours=credit)]
    return follows


def half_day_of(line: StudyEntry) -> tuple:
    """The lines that share one cap have the same: one person, half a day, one column."""
    return line.person_id, line.studied_on, line.half_day, line.mode in queries.APART


def shares(lines: Iterable[StudyEntry]) -> list[tuple[StudyEntry, Decimal]]:
    """What each line of one half-day gets, in an order that no correction changes."""
    lines = sorted(lines, key=lambda line: (line.source, line.source_key))
    full = [(uncapped(line), line.rule.cap_per_half_day) for line in lines]
    return list(zip(lines, hours.shared(full), strict=True))


def uncapped(line: StudyEntry) -> Decimal:
    return hours.credit_hours(line.minutes, rule=line.rule, whole=line.whole_minutes)


def _correcting(line: StudyEntry, posting: Posting) -> StudyEntry:
    """The reversal of a line whose evidence says something else; by whoever corrected that."""
    why = _why_corrected(line, posting)
    if posting.why:
        # Of the two what a person wrote is kept whole.
        both = f"{why}（{posting.why}）"
        why = both if len(both) <= REASON else posting.why
    taken_back = reversal(line, reason=why[:REASON])
    if posting.why and posting.noted_at:
        taken_back.posted_by_id = posting.posted_by_id
    return taken_back


def reversal(line: StudyEntry, *, reason: str, by: User | None = None) -> StudyEntry:
    """The line that takes `line` back."""
    # On the same day, in the same branch and mode: the two cancel out in every total.
    return StudyEntry(
        **{name: getattr(line, name) for name in SHARED},
        minutes=-line.minutes,
        credit_hours=-line.credit_hours,
        revision=line.revision,
        reverses=line,
        is_reversal=True,
        reason=reason,
        posted_by=by,
    )


def copy(line: StudyEntry, *, person: Person | None = None, **changes) -> StudyEntry:
    """The same evidence written once more: its next revision, or the first of `person`."""
    facts = {name: getattr(line, name) for name in SHARED} | {
        "minutes": line.minutes,
        "credit_hours": line.credit_hours,
        "revision": line.revision + 1,
        "posted_by_id": line.posted_by_id,
    }
    if person:
        facts |= {"person_id": person.pk, "revision": _next_revision(line, person)}
    return StudyEntry(**facts | changes)


def is_settled(last: StudyEntry | None, posting: Posting) -> bool:
    """Whether the ledger, of which `last` is the newest line, says what the evidence says."""
    if not posting.minutes:
        return last is None or _is_reversed(last)
    if last is None:
        return False
    same = not differing(last, posting)
    if not same or not _is_reversed(last):
        return same
    # What a person reversed stays so while nobody wrote the evidence down anew.
    by_hand = last.reversed_by.posted_by_id is not None
    return by_hand and not (posting.noted_at and posting.noted_at > last.reversed_by.posted_at)


def differing(line, posting: Posting) -> list[str]:
    """The names of what `line` says otherwise than its evidence."""
    found = [name for name in EVIDENCE if getattr(line, name) != getattr(posting, name)]
    if posting.is_titled_by_hand and line.title != posting.title[:200]:
        found.append("title")
    return found


@dataclass(init=False)
class _Facts:
    """What is asked about the people of some postings, read at once."""

    def __init__(self, found: list[Posting]):
        ids = {each.person_id for each in found}
        days = {each.studied_on for each in found}
        people = Person.objects.filter(pk__in=ids).select_related("organisation")
        self._people = people.only("name", "pinyin", "organisation").in_bulk()
        self._homes = queries.home_branches(ids, days=days)
        rules = HoursRule.objects.filter(valid_from__lte=max(days))
        self._rules = list(rules.select_related("organisation").order_by("valid_from", "pk"))
        self._nearest: dict[tuple[str, date], HoursRule | None] = {}

    def by_name(self, posting: Posting) -> tuple:
        person = self._people[posting.person_id]
        return person.pinyin, person.pk, posting.source_key

    def organisation(self, posting: Posting) -> Organisation:
        return self._people[posting.person_id].organisation

    def home(self, posting: Posting) -> int | None:
        return self._homes.get((posting.person_id, posting.studied_on))

    def rule(self, posting: Posting) -> HoursRule | None:
        path, day = self.organisation(posting).path, posting.studied_on
        if (path, day) not in self._nearest:
            in_force = (
                (rule.organisation.path, rule) for rule in self._rules if rule.valid_from <= day
            )
            self._nearest[path, day] = hours.nearest(in_force, path=path)
        return self._nearest[path, day]


def _key(posting: Posting) -> tuple:
    return posting.person_id, posting.source, posting.source_key


def last_posted(found: list[Posting]) -> dict[tuple, StudyEntry]:
    """The newest line of each person and evidence, reversals left out."""
    last = {}
    for source in {each.source for each in found}:
        of_source = [each for each in found if each.source == source]
        lines = StudyEntry.objects.filter(
            person__in={each.person_id for each in of_source},
            source=source,
            source_key__in={each.source_key for each in of_source},
            is_reversal=False,
        )
        for line in lines.select_related("reversed_by").order_by("revision"):
            last[line.person_id, line.source, line.source_key] = line
    return last


def _line(posting: Posting, rule: HoursRule, home: int | None, revision: int) -> StudyEntry:
    is_branch_study = posting.is_branch_study
    if is_branch_study is None:
        is_branch_study = rule.is_branch_study(posting.subject)
    line = StudyEntry(
        person_id=posting.person_id,
        branch_id=home,
        at_branch_id=posting.at_branch_id,
        studied_on=posting.studied_on,
        half_day=posting.half_day,
        minutes=posting.minutes,
        whole_minutes=posting.whole_minutes,
        mode=posting.mode,
        title=posting.title[:200],
        source=posting.source,
        source_key=posting.source_key,
        session_id=posting.session_id,
        revision=revision,
        rule=rule,
        is_branch_study=is_branch_study,
        posted_by_id=posting.posted_by_id,
    )
    line.credit_hours = uncapped(line)
    return line


def _short(title: str) -> str:
    return title if len(title) <= 60 else f"{title[:59]}…"


def _next_revision(line: StudyEntry, person: Person) -> int:
    same = person.study_entries.filter(source=line.source, source_key=line.source_key)
    newest = same.filter(is_reversal=False).order_by("-revision").first()
    return newest.revision + 1 if newest else 0


def _is_reversed(line: StudyEntry) -> bool:
    return getattr(line, "reversed_by", None) is not None


def _why_corrected(line: StudyEntry, posting: Posting) -> str:
    facts = {"evidence": CORRECTED[line.source]}
    if not posting.minutes:
        return _("%(evidence)s更正：改为没有算上") % facts
    if line.minutes != posting.minutes:
        facts |= {"before": line.minutes, "after": posting.minutes}
        return _("%(evidence)s更正：%(before)s 分钟改为 %(after)s 分钟") % facts
    if line.mode != posting.mode:
        after = StudyMode(posting.mode).label
        facts |= {"before": line.get_mode_display(), "after": after}
        return _("%(evidence)s更正：%(before)s改为%(after)s") % facts
    if line.studied_on != posting.studied_on:
        facts |= {"before": line.studied_on, "after": posting.studied_on}
        return _("%(evidence)s更正：%(before)s 改为 %(after)s") % facts
    if line.half_day != posting.half_day:
        after = HalfDay(posting.half_day).label if posting.half_day else "—"
        facts |= {"before": line.get_half_day_display() or "—", "after": after}
        return _("%(evidence)s更正：%(before)s改为%(after)s") % facts
    if line.whole_minutes != posting.whole_minutes:
        facts |= {"before": line.whole_minutes or 0, "after": posting.whole_minutes or 0}
        return _("%(evidence)s更正：整场 %(before)s 分钟改为 %(after)s 分钟") % facts
    facts |= {"before": _short(line.title), "after": _short(posting.title)}
    return _("%(evidence)s更正：“%(before)s”改为“%(after)s”") % facts
