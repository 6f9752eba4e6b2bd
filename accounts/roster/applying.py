"""Writing a roster into people's files: chunk by chunk, each whole or not at all.

A chunk is locked, judged once more and written together with its marks, so that a killed
job goes on where it was, two jobs write nothing twice, and a file that has changed since the
preview goes back to a person.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from django.db import IntegrityError, OperationalError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import task

from accounts import audit, services
from accounts.errors import RosterRefused
from accounts.models import (
    AuditLine,
    Consent,
    Notice,
    Person,
    Relative,
    RosterChunk,
    RosterImport,
    RosterRow,
    User,
    Way,
)
from accounts.organisations import tree
from accounts.roster.entries import (
    CHOSEN,
    RELATIVE,
    RELATIVE_PHONE,
    Choice,
    Entry,
    Verdict,
    counted,
    pack,
    unpack,
    waiting,
)
from accounts.roster.matching import STALE, Judge, has_sound_id, relative_name
from accounts.roster.pace import no_looking_for_cycles
from accounts.roster.places import Places
from accounts.roster.previewing import row_to_settle, tell, told_if_it_fails
from accounts.roster.rows import Values

State = RosterImport.State
Action = audit.Action

# Facts that a file takes over from a row as they are.
FACTS = (
    "sex",
    "born_on",
    "phone",
    "other_phone",
    "phone_note",
    "kind",
    "residence",
    "lives_away",
    "moves_badly",
)


@transaction.atomic
def begin(*, roster: RosterImport, choice: str, by: User, now: datetime | None = None) -> None:
    """Have the chosen clean rows written in the background; harmless while that goes on.

    Raises RosterRefused where there is nothing to write.
    """
    now = now or timezone.now()
    roster = RosterImport.objects.select_for_update(no_key=True).get(pk=roster.pk)
    if roster.state == State.APPLYING:
        return
    if roster.state != State.PREVIEWED:
        raise RosterRefused(_("这份名册现在%(state)s。") % {"state": roster.get_state_display()})
    total = waiting(marks_of(roster), choice)
    if not total:
        raise RosterRefused(_("没有要写入的行。"))
    roster.state, roster.chosen, roster.applied_by = State.APPLYING, choice, by
    roster.done, roster.total, roster.worked_at, roster.problem = 0, total, now, ""
    roster.save()
    start(roster)


def start(roster: RosterImport) -> None:
    """Have the job run once the transaction has committed."""
    transaction.on_commit(partial(apply_in_background.enqueue, roster.pk), robust=True)


def marks_of(roster: RosterImport) -> list[str]:
    return list(roster.chunks.values_list("marks", flat=True))


@task()
def apply_in_background(pk: int) -> None:
    with told_if_it_fails(pk, State.PREVIEWED):
        apply(pk=pk)


def apply(*, pk: int, now: datetime | None = None) -> None:
    """Write what was chosen; goes on where an earlier job was killed. Repeatable."""
    roster = RosterImport.objects.select_related("organisation", "applied_by").get(pk=pk)
    if roster.state != State.APPLYING:
        return
    places = Places(roster.organisation)
    for chunk in list(roster.chunks.values_list("pk", flat=True)):
        try:
            _write_chunk(chunk, roster, places, now or timezone.now())
        except (IntegrityError, OperationalError):
            # At this moment somebody wrote the same ID number by hand, which is seen now, or
            # erased a file of this chunk and waited for it as it waited for them.
            _write_chunk(chunk, roster, places, now or timezone.now())
        left = waiting(marks_of(roster), roster.chosen)
        tell(roster, max(roster.total - left, 0), roster.total)
    _finish(roster, now or timezone.now())


@no_looking_for_cycles()
@transaction.atomic
def _write_chunk(pk: int, roster: RosterImport, places: Places, now: datetime) -> None:
    chunk = _lock(pk)
    letters = CHOSEN[roster.chosen]
    if not any(mark in letters for mark in chunk.marks):
        return
    entries = unpack(chunk.content)
    chosen = [entry for entry, mark in zip(entries, chunk.marks, strict=True) if mark in letters]
    sure = _judge_again(chosen, roster, places)
    writer = Writer(roster=roster, by=roster.applied_by, now=now)
    writer.write(sure)
    written = {entry.row.number for entry in sure}
    chunk.marks = "".join(
        _mark_after(entry, mark, mark in letters, entry.row.number in written)
        for entry, mark in zip(entries, chunk.marks, strict=True)
    )
    if len(sure) < len(chosen):
        chunk.content = pack(entries)
        in_doubt = [entry for entry in chosen if entry.verdict == Verdict.REVIEW]
        RosterRow.objects.bulk_create([row_to_settle(roster, entry) for entry in in_doubt])
    chunk.save(update_fields=["marks", "content"] if len(sure) < len(chosen) else ["marks"])
    writer.record()


def _lock(pk: int) -> RosterChunk:
    # Rosters are written one after another: two may hold the same newcomer.
    tree.lock()
    return RosterChunk.objects.select_for_update().get(pk=pk)


def _judge_again(chosen: list[Entry], roster: RosterImport, places: Places) -> list[Entry]:
    """Those rows of which the files are still as they were when they were shown.

    The others get their new verdict: what somebody has written meanwhile is there already,
    and what would now become something else goes back to a person.
    """
    pks = sorted(entry.person for entry in chosen if entry.person)
    list(Person.objects.select_for_update(no_key=True).filter(pk__in=pks).order_by("pk"))
    shown = [_shown(entry) for entry in chosen]
    for entry in chosen:
        entry.organisation, entry.unplaced, _moved = places.place(entry.row.values)
    Judge(places, with_consent=roster.with_consent).judge(chosen, again=True)
    _tell_namesakes_apart(chosen, shown, roster)
    sure = []
    for entry, before in zip(chosen, shown, strict=True):
        if _shown(entry) == before:
            sure.append(entry)
        elif entry.verdict not in (Verdict.SAME, Verdict.REFUSED):
            entry.verdict = Verdict.REVIEW.value
            entry.doubts = entry.doubts or [STALE]
    return sure


def _tell_namesakes_apart(chosen: list[Entry], shown: list, roster: RosterImport) -> None:
    """Two people of one name and birth in one roster stay two, though the first has a file
    by now: where ID numbers are not kept nothing else would tell them apart."""
    suspects = {
        entry.row.number: {*entry.candidates, *([entry.person] if entry.person else [])}
        for entry, (_organisation, verdict, _person, _changes) in zip(chosen, shown, strict=True)
        if verdict == Verdict.NEW and entry.verdict != Verdict.NEW
    }
    opened = AuditLine.objects.filter(
        action=Action.FILE_OPENED,
        person__in=set().union(*suspects.values()),
        details__roster=roster.pk,
    )
    ours = set(opened.values_list("person_id", flat=True)) if any(suspects.values()) else set()
    for entry in chosen:
        if (found := suspects.get(entry.row.number)) and found <= ours:
            entry.verdict, entry.person = Verdict.NEW.value, None
            entry.changes, entry.candidates, entry.doubts = [], [], []


def _mark_after(entry: Entry, before: str, is_chosen: bool, is_written: bool) -> str:
    if not is_chosen:
        return before
    return before.upper() if is_written else entry.mark


def _shown(entry: Entry):
    return entry.organisation, entry.verdict, entry.person, entry.changes


class Writer:
    """Writes rows into files, many at once, and afterwards what it did into the audit log."""

    def __init__(self, *, roster: RosterImport, by: User | None, now: datetime):
        self.roster, self.by, self.now = roster, by, now
        self.with_consent = roster.with_consent
        self.lines: list[audit.Line] = []

    def write(self, entries: Sequence[Entry]) -> None:
        """Open the files of those who have none, change those of the others."""
        self._open([entry for entry in entries if entry.verdict == Verdict.NEW])
        self._change([entry for entry in entries if entry.verdict == Verdict.CHANGED])

    def record(self) -> None:
        """Write the audit lines; last, for others wait for it."""
        audit.record_many(self.lines, now=self.now)

    def _open(self, entries: list[Entry]) -> None:
        persons = [self._new_file(entry) for entry in entries]
        Person.objects.bulk_create(persons)
        relatives, agreed = [], []
        for entry, person in zip(entries, persons, strict=True):
            entry.person = person.pk
            values = entry.row.values
            if values.relative_phone:
                relatives.append(_relative(person, values))
            if person.id_number or person.health_note:
                agreed.append(person)
            self._note(Action.FILE_OPENED, person)
        Relative.objects.bulk_create(relatives)
        self._note_consents(agreed)

    def _new_file(self, entry: Entry) -> Person:
        values = entry.row.values
        person = Person(
            name=values.name,
            born_day_known=values.born_day_known,
            organisation_id=entry.organisation,
            created_at=self.now,
        )
        for name in FACTS:
            if (value := getattr(values, name)) not in ("", None):
                setattr(person, name, value)
        if self.with_consent:
            person.id_number = values.id_number if has_sound_id(entry) else ""
            person.health_note = values.health_note
        services.prepare_file(person)
        return person

    def _change(self, entries: list[Entry]) -> None:
        persons = Person.objects.in_bulk([entry.person for entry in entries])
        written, relatives, agreed = set(), [], []
        for entry in entries:
            person = persons[entry.person]
            changed = {change.field for change in entry.changes}
            written |= _take_over(person, entry.row.values, changed, entry.organisation)
            if RELATIVE in changed:
                relatives.append(_relative(person, entry.row.values))
            if RELATIVE_PHONE in changed:
                _change_relative(person, entry.row.values)
            if changed & {"id_number", "health_note"}:
                agreed.append(person)
            self._note(Action.FILE_CHANGED, person, fields=sorted(changed))
        if written:
            Person.objects.bulk_update(persons.values(), sorted(written))
        Relative.objects.bulk_create(relatives)
        self._note_consents(agreed)

    def _note(self, action: str, person: Person, **details) -> None:
        details["roster"] = self.roster.pk
        self.lines.append(audit.Line(action, self.by, person, details=details))

    def _note_consents(self, persons: list[Person]) -> None:
        """The office has their consent on paper: so they can take it back like any other."""
        published = Notice.objects.filter(
            kind=Notice.Kind.SENSITIVE, published_at__lte=self.now
        ).order_by("-version")
        if not persons or not (notice := published.first()):
            return
        paper = _("名册 %(number)s") % {"number": self.roster.pk}
        Consent.objects.bulk_create(
            [
                Consent(
                    person=person,
                    notice=notice,
                    way=Way.PAPER,
                    paper=paper,
                    given_at=self.now,
                    given_by=self.by,
                )
                for person in persons
            ],
            # Whoever has agreed before has agreed.
            ignore_conflicts=True,
        )
        for person in persons:
            self._note(
                Action.CONSENT_GIVEN,
                person,
                kind=notice.kind,
                version=notice.version,
                way=Way.PAPER.value,
            )


def _take_over(person: Person, values: Values, changed: set[str], organisation: int) -> set[str]:
    """Change the facts of `person` as was shown; returns the columns that changed."""
    written = set()
    for name in changed:
        match name:
            case "organisation":
                person.organisation_id = organisation
            case "born_on":
                person.born_on, person.born_day_known = values.born_on, values.born_day_known
                written.add("born_day_known")
            case "phone_note" | "health_note":
                # What staff have written down stays.
                said = getattr(person, name), getattr(values, name)
                setattr(person, name, "；".join(filter(None, said)))
            case "phone":
                person.phone = values.phone
                written.add("phone_tail")
            case "id_number":
                person.id_number = values.id_number
                written |= {"id_index", "id_tail_index"}
            case "relative" | "relative_phone":
                continue
            case _:
                setattr(person, name, getattr(values, name))
        written.add(name)
    services.prepare_file(person)
    return written


def _relative(person: Person, values: Values) -> Relative:
    return Relative(
        person=person,
        name=relative_name(values)[:40],
        relation=values.relative_relation[:20],
        phone=values.relative_phone[:20],
        note=values.relative_note,
    )


def _change_relative(person: Person, values: Values) -> None:
    known = Relative.objects.filter(person=person, name=values.relative_name)
    if first := known.order_by("pk").first():
        first.phone = values.relative_phone[:20]
        first.save(update_fields=["phone"])


@transaction.atomic
def _finish(roster: RosterImport, now: datetime) -> None:
    roster = RosterImport.objects.select_for_update(no_key=True).get(pk=roster.pk)
    if roster.state != State.APPLYING:
        return
    marks = marks_of(roster)
    if waiting(marks, roster.chosen):
        return
    roster.state = State.PREVIEWED if waiting(marks) else State.APPLIED
    roster.applied_at, roster.counts = now, counted(marks)
    roster.worked_at = now
    if roster.state == State.APPLIED:
        forget_file(roster)
    roster.save()
    written = "".join(marks)
    audit.record(
        Action.ROSTER_APPLIED,
        by=roster.applied_by,
        organisation=roster.organisation,
        now=now,
        roster=roster.pk,
        new=written.count("N"),
        changed=written.count("C"),
    )


def forget_file(roster: RosterImport) -> None:
    """Delete the uploaded file once the transaction has committed; the caller saves."""
    if roster.file:
        storage, name = roster.file.storage, roster.file.name
        roster.file = ""
        transaction.on_commit(partial(storage.delete, name), robust=True)


def apply_all(*, roster: RosterImport, by: User | None = None, now: datetime | None = None) -> int:
    """Write every clean row now and not in the background; returns how many were written."""
    RosterImport.objects.filter(pk=roster.pk, state=State.PREVIEWED).update(
        state=State.APPLYING,
        chosen=Choice.CLEAN,
        applied_by=by,
        total=waiting(marks_of(roster)),
    )
    apply(pk=roster.pk, now=now)
    marks = "".join(marks_of(roster))
    return marks.count("N") + marks.count("C")
