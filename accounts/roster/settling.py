"""Doubtful rows: a person says what they are, and they are written at once."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit, services
from accounts.errors import RosterRefused
from accounts.models import Organisation, Person, RosterImport, RosterRow, User
from accounts.models.persons import ID_NUMBER
from accounts.organisations import tree
from accounts.queries import files_led_by
from accounts.roster.applying import Writer
from accounts.roster.entries import Change, Entry, Verdict, from_json, to_json
from accounts.roster.matching import Judge
from accounts.roster.places import Places
from accounts.roster.queries import organisations_for, row_led_by
from common.errors import DomainError
from common.sealed import blind_index

Decision = RosterRow.Decision


@dataclass(frozen=True)
class Doubtful:
    """A row as a reviewer sees it: the files it may be about and what would change there."""

    row: RosterRow
    entry: Entry
    # Those that the reviewer may see; hidden says that there are others.
    candidates: list[tuple[Person, list[Change]]]
    has_hidden: bool

    @property
    def can_be_new(self) -> bool:
        return bool(self.entry.row.values.name and self.entry.row.values.born_on)

    @property
    def is_unplaced(self) -> bool:
        return self.entry.organisation is None


def doubtful(rows: Iterable[RosterRow], *, user: User) -> list[Doubtful]:
    """`rows` as `user` may see them; a few queries for each roster among them."""
    rows = list(rows)
    entries = {row.pk: from_json(row.values) for row in rows}
    about = {pk: _may_be_about(entry) for pk, entry in entries.items()}
    seen = files_led_by(user).defer("id_number", "phone_note", "health_note")
    seen = seen.in_bulk({pk for pks in about.values() for pk in pks})
    changes = {}
    for roster in {row.roster for row in rows}:
        pairs = [
            (row.pk, pk)
            for row in rows
            if row.roster == roster
            for pk in about[row.pk]
            if pk in seen
        ]
        found = _judge(roster).changes([(entries[row], pk) for row, pk in pairs])
        changes |= dict(zip(pairs, found, strict=True))
    return [
        Doubtful(
            row,
            entries[row.pk],
            [(seen[pk], changes[row.pk, pk]) for pk in about[row.pk] if pk in seen],
            has_hidden=not seen.keys() >= set(about[row.pk]),
        )
        for row in rows
    ]


def _may_be_about(entry: Entry) -> list[int]:
    return entry.candidates or ([entry.person] if entry.person else [])


def _judge(roster: RosterImport) -> Judge:
    return Judge(Places(roster.organisation), with_consent=roster.with_consent)


@transaction.atomic
def settle(
    *,
    row: RosterRow,
    decision: str,
    by: User,
    person: Person | None = None,
    organisation: Organisation | None = None,
    now: datetime | None = None,
) -> RosterRow:
    """Decide on a doubtful row and write it: a new file, a change to `person`'s, or nothing.

    `organisation` says where the file belongs if the row's unit is not known. Settling twice
    is harmless: the first decision stands. Raises RosterRefused for what the row does not
    allow and FileFrozen for a file that nobody changes any more.
    """
    now = now or timezone.now()
    row = RosterRow.objects.select_for_update(no_key=True).get(pk=row.pk)
    if row.decision:
        return row
    row = row_led_by(user=by, pk=row.pk)
    entry = from_json(row.values)
    if organisation and not organisations_for(by).filter(pk=organisation.pk).exists():
        raise RosterRefused(_("请在您管理的机构里选一个。"))
    writer = Writer(roster=row.roster, by=by, now=now)
    if decision == Decision.NEW:
        person = _write_new(entry, organisation, writer)
    elif decision == Decision.UPDATE:
        person = _write_update(row, entry, person, organisation, writer)
    elif decision != Decision.SKIP:
        raise RosterRefused(_("请选怎样处理这一行。"))
    row.decision, row.decided_by, row.decided_at = decision, by, now
    row.values = to_json(entry)
    if decision != Decision.SKIP:
        row.person = person
    row.save()
    writer.lines.append(
        audit.Line(
            audit.Action.ROSTER_SETTLED,
            by,
            row.person,
            organisation=row.organisation,
            details={"roster": row.roster_id, "row": row.number, "decision": decision},
        )
    )
    writer.record()
    return row


def _write_new(entry: Entry, organisation: Organisation | None, writer: Writer) -> Person:
    values = entry.row.values
    if not (values.name and values.born_on):
        raise RosterRefused(_("没有姓名或出生日期，不能新建档案。请让单位补上再导入。"))
    # Rosters write one after another, so that nobody is opened twice.
    tree.lock()
    index = blind_index(values.id_number, use=ID_NUMBER)
    if index and Person.objects.kept().filter(id_index=index).exists():
        raise RosterRefused(_("这个身份证号已经有档案了，不能再新建一份。"))
    _place(entry, organisation)
    entry.verdict = Verdict.NEW.value
    writer.write([entry])
    return Person.objects.get(pk=entry.person)


def _write_update(
    row: RosterRow,
    entry: Entry,
    person: Person | None,
    organisation: Organisation | None,
    writer: Writer,
) -> Person:
    if person is None or person.pk not in _may_be_about(entry):
        raise RosterRefused(_("请选要更新哪一份档案。"))
    found = files_led_by(writer.by).select_for_update(no_key=True, of=("self",))
    if not (person := found.filter(pk=person.pk).first()):
        raise RosterRefused(_("这份档案不归您管理，请上级教务来办。"))
    services.check_not_frozen(person)
    if organisation:
        _place(entry, organisation)
    [entry.changes] = _judge(row.roster).changes([(entry, person.pk)])
    if organisation and person.organisation_id != organisation.pk:
        # Whoever chose it means it, also where the row named no unit.
        changes = [change for change in entry.changes if change.field != "organisation"]
        names = person.organisation.name, organisation.name
        entry.changes = [*changes, Change("organisation", *names)]
    entry.person, entry.verdict = person.pk, Verdict.CHANGED.value
    if entry.changes:
        writer.write([entry])
    return person


def _place(entry: Entry, organisation: Organisation | None) -> None:
    if organisation:
        entry.organisation, entry.unplaced = organisation.pk, None
    if entry.organisation is None:
        raise RosterRefused(_("请选这个人属于哪个单位。"))


@dataclass
class Settled:
    """What became of many rows settled at once."""

    done: int = 0
    # (number of the row, why not)
    refused: list[tuple[int, str]] = field(default_factory=list)


def settle_many(
    *,
    rows: Iterable[RosterRow],
    decision: str,
    by: User,
    organisation: Organisation | None = None,
    now: datetime | None = None,
) -> Settled:
    """The same decision for many rows, each by itself; those that it does not fit stay.

    To update a file there must be exactly one that the row may be about.
    """
    settled = Settled()
    for row in rows:
        try:
            person = _only_candidate(row, by) if decision == Decision.UPDATE else None
            settle(
                row=row,
                decision=decision,
                by=by,
                person=person,
                organisation=organisation,
                now=now,
            )
        except DomainError as error:
            settled.refused.append((row.number, str(error)))
        else:
            settled.done += 1
    return settled


def _only_candidate(row: RosterRow, by: User) -> Person:
    pks = _may_be_about(from_json(row.values))
    if len(pks) != 1 or not (person := files_led_by(by).filter(pk=pks[0]).first()):
        raise RosterRefused(_("没有唯一一份可以更新的档案，请单独办理。"))
    return person
