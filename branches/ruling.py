"""Rules of 学时 put in force: what would change, shown first, and then written.

`effects` is the dry run and the work itself: `put_in_force` writes exactly what it shows.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from itertools import groupby

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django_tasks import task

from accounts.models import Organisation, User
from branches import appending, drafting, hours, ledger, queries
from branches.errors import RuleRefused
from branches.home_study import slips
from branches.models import HoursRule, StudyEntry, StudyTarget

# Lines of a batch.
CHUNK = 2000


@dataclass(frozen=True)
class Effect:
    """What `rule` says of a line that it would count."""

    line: StudyEntry
    hours: Decimal
    is_branch_study: bool
    # Something of its half-day changes: the lines of half a day are counted by one rule.
    is_rewritten: bool = False

    @property
    def changes_figures(self) -> bool:
        before = self.line.credit_hours, self.line.is_branch_study
        return before != (self.hours, self.is_branch_study)


@dataclass
class PersonBefore:
    """One person's 学时 since the rule's first day, before and after."""

    person: object
    lines: int = 0
    before: Decimal = Decimal(0)
    after: Decimal = Decimal(0)
    before_apart: Decimal = Decimal(0)
    after_apart: Decimal = Decimal(0)


@dataclass
class Outlook:
    """What putting a rule in force would do."""

    lines: int
    # Of these, lines whose 学时 or kind of study would be others.
    changed: int
    people: list[PersonBefore]
    before: Decimal
    after: Decimal


def outlook(rule: HoursRule) -> Outlook:
    """Who and what would change; nothing is written.  `rule` need not be saved."""
    people, lines, changed = {}, 0, 0
    before = after = Decimal(0)
    for effect in effects(rule):
        lines += 1
        before += effect.line.credit_hours
        after += effect.hours
        if not effect.changes_figures:
            continue
        changed += 1
        person = effect.line.person
        row = people.setdefault(person.pk, PersonBefore(person))
        row.lines += 1
        if effect.line.mode in queries.APART:
            row.before_apart += effect.line.credit_hours
            row.after_apart += effect.hours
        else:
            row.before += effect.line.credit_hours
            row.after += effect.hours
    by_name = sorted(people.values(), key=lambda row: (row.person.pinyin, row.person.pk))
    return Outlook(lines, changed, by_name, before, after)


def effects(rule: HoursRule) -> Iterator[Effect]:
    """What `rule` would say of every standing line that it would count from now on."""
    in_force = _InForce(rule)
    standing = (
        StudyEntry.objects.filter(
            queries.STANDS,
            studied_on__gte=rule.valid_from,
            person__organisation__path__startswith=rule.organisation.path,
        )
        .select_related("person__organisation", "rule", "session__class_group__course")
        .order_by("person_id", "studied_on", "pk")
    )
    lines = standing.iterator(chunk_size=CHUNK)
    for _day, of_day in groupby(lines, key=lambda line: (line.person_id, line.studied_on)):
        yield from _effects_of_day(list(of_day), rule, in_force)


def _effects_of_day(lines, rule, in_force) -> Iterator[Effect]:
    ours = [line for line in lines if in_force.holds_for(line)]
    old_rules = {line.pk: line.rule for line in ours}
    for line in ours:
        line.rule = rule
    halves = defaultdict(list)
    for line in lines:
        halves[drafting.half_day_of(line) if line.half_day else line.pk].append(line)
    shares = {}
    for key, of_half in halves.items():
        if isinstance(key, int):
            shares[key] = drafting.uncapped(of_half[0])
        else:
            shares |= {line.pk: share for line, share in drafting.shares(of_half)}
    for of_half in halves.values():
        found = []
        for line in of_half:
            if line.pk in old_rules:
                line.rule = old_rules[line.pk]
                subject = line.session and line.session.class_group.course.subject
                counts = rule.is_branch_study(subject) if subject else line.is_branch_study
                found.append(Effect(line, shares[line.pk], counts))
        is_rewritten = any(effect.changes_figures for effect in found)
        yield from (replace(effect, is_rewritten=is_rewritten) for effect in found)


class _InForce:
    """For whom and when `rule` is the one in force, were it saved."""

    def __init__(self, rule: HoursRule):
        self.rule = rule
        beneath = Organisation.objects.filter(path__startswith=rule.organisation.path)
        others = HoursRule.objects.filter(organisation__in=beneath).exclude(pk=rule.pk)
        self.rules = [*others.select_related("organisation"), rule]
        self.rules.sort(key=lambda each: (each.valid_from, each.pk or 0))
        self.found: dict[tuple, bool] = {}

    def holds_for(self, line: StudyEntry) -> bool:
        key = line.person.organisation.path, line.studied_on
        if key not in self.found:
            candidates = (
                (each.organisation.path, each) for each in self.rules if each.valid_from <= key[1]
            )
            self.found[key] = hours.nearest(candidates, path=key[0]) is self.rule
        return self.found[key]


def check(rule: HoursRule) -> None:
    """Raises RuleRefused for a version or a day that the organisation has a rule of."""
    others = HoursRule.objects.filter(organisation=rule.organisation)
    if others.filter(version=rule.version).exists():
        raise RuleRefused(_("这个版本已经有了，请换一个版本名称。"))
    if others.filter(valid_from=rule.valid_from).exists():
        raise RuleRefused(_("从这一天起已经有一个规则，请换一天。"))


def aim(
    *, organisation: Organisation, valid_from: date, member_hours: int, office_hours: int
) -> StudyTarget:
    """A yearly aim from a day on. Raises RuleRefused for a day from which there is one."""
    try:
        with transaction.atomic():
            return StudyTarget.objects.create(
                organisation=organisation,
                valid_from=valid_from,
                member_hours=member_hours,
                office_hours=office_hours,
            )
    except IntegrityError as error:
        raise RuleRefused(_("从这一天起已经有一个目标，请换一天。")) from error


@transaction.atomic
def put_in_force(*, rule: HoursRule, by: User, now: datetime | None = None) -> int:
    """Save `rule` and count anew what was studied since its first day; return how many lines.

    Each is reversed with the reason and the name, and written anew; what comes to the same
    under both rules stays as it was written.  Raises RuleRefused as
    `check`.
    """
    now = now or timezone.now()
    # Two new rules of one organisation, one after the other.
    Organisation.objects.select_for_update().get(pk=rule.organisation_id)
    check(rule)
    rule.made_at, rule.made_by = now, by
    rule.save(force_insert=True)
    with translation.override(settings.LANGUAGE_CODE):
        reason = _("学时规则改为 %(version)s") % {"version": rule.version}
    counted, waiting = 0, []
    for effect in [effect for effect in effects(rule) if effect.is_rewritten]:
        waiting += [
            drafting.reversal(effect.line, reason=reason, by=by),
            drafting.copy(
                effect.line,
                rule_id=rule.pk,
                credit_hours=effect.hours,
                is_branch_study=effect.is_branch_study,
            ),
        ]
        counted += 1
        if len(waiting) >= CHUNK:
            appending.append(waiting, now=now)
            waiting = []
    appending.append(waiting, now=now)
    if reaches_far(rule, now=now):
        transaction.on_commit(
            partial(post_what_waited.enqueue, rule.valid_from.isoformat()), robust=True
        )
    return counted


def reaches_far(rule: HoursRule, *, now: datetime | None = None) -> bool:
    """Whether the rule counts days that the scheduler does not look at any more: what nobody
    had a rule for then is posted once, in the background."""
    return (timezone.localdate(now) - rule.valid_from).days >= ledger.DAYS_BACK


@task()
def post_what_waited(valid_from: str) -> None:
    days = (timezone.localdate() - date.fromisoformat(valid_from)).days + 1
    ledger.post_missed(days=days)
    slips.post_missed(days=days)
