"""Rows of rosters forget what they say about somebody whose file is erased.

Chunks are sealed and know nobody by an index, so all of them are opened: an erasure is rare.
"""

from collections.abc import Iterable

from django.db import transaction

from accounts.models import Person, RosterChunk, RosterImport, RosterRow
from accounts.roster.entries import Entry, Verdict, from_json, pack, to_json, unpack
from accounts.roster.rows import Row, Values

Decision = RosterRow.Decision
# Rows that nobody has written yet; of a forgotten one nothing is written any more.
WAITING = "ncr"
REFUSED = "x"


@transaction.atomic
def forget(files: Iterable[Person]) -> int:
    """Empty the rows about these files of one person; return how many. Twice is harmless.

    Rows are known by the file they were written to, by the ID number, or by name and date of
    birth. Their verdicts stay, so that a roster's figures do.
    """
    known = _Known(files)
    forgotten = sum(
        _forget_in_chunk(pk, known) for pk in RosterChunk.objects.values_list("pk", flat=True)
    )
    for row in RosterRow.objects.exclude(values=""):
        entry = from_json(row.values)
        if known.has_written(row) or known.has(entry):
            _empty(row, entry)
            forgotten += 1
    for roster in RosterImport.objects.exclude(samples=""):
        if any(name in roster.samples for name in known.names):
            roster.samples = ""
            roster.save(update_fields=["samples"])
    return forgotten


@transaction.atomic
def forget_sensitive(files: Iterable[Person]) -> int:
    """Forget the ID number and health remarks in the rows about these files; how many."""
    known = _Known(files)
    forgotten = sum(
        _forget_in_chunk(pk, known, sensitive_only=True)
        for pk in RosterChunk.objects.values_list("pk", flat=True)
    )
    for row in RosterRow.objects.exclude(values=""):
        entry = from_json(row.values)
        if known.has_written(row) or known.has(entry):
            row.values = to_json(_without_sensitive(entry))
            row.save(update_fields=["values"])
            forgotten += 1
    return forgotten


class _Known:
    """By what a row is recognised."""

    def __init__(self, files: Iterable[Person]):
        files = list(files)
        self.pks = {file.pk for file in files}
        self.numbers = {file.id_number for file in files} - {""}
        self.births = {(file.name, file.born_on) for file in files}
        self.names = {file.name for file in files}

    def has(self, entry: Entry) -> bool:
        values = entry.row.values
        return (
            entry.person in self.pks
            or values.id_number in self.numbers
            or (values.name, values.born_on) in self.births
        )

    def has_written(self, row: RosterRow) -> bool:
        # Before the decision a file is only one that the row may be about.
        return row.person_id in self.pks and row.decision in (Decision.NEW, Decision.UPDATE)


def _forget_in_chunk(pk: int, known: _Known, *, sensitive_only: bool = False) -> int:
    chunk = RosterChunk.objects.select_for_update().get(pk=pk)
    entries = unpack(chunk.content)
    found = [number for number, entry in enumerate(entries) if known.has(entry)]
    if not found:
        return 0
    marks = list(chunk.marks)
    for number in found:
        if sensitive_only:
            entries[number] = _without_sensitive(entries[number])
        else:
            if marks[number] in WAITING:
                marks[number] = REFUSED
            entries[number] = _emptied(entries[number])
    chunk.content, chunk.marks = pack(entries), "".join(marks)
    chunk.save(update_fields=["content", "marks"])
    return len(found)


def _emptied(entry: Entry) -> Entry:
    return Entry(
        row=Row(entry.row.number, Values()),
        organisation=entry.organisation,
        verdict=entry.verdict if entry.verdict == Verdict.SAME else Verdict.REFUSED.value,
    )


def _without_sensitive(entry: Entry) -> Entry:
    # The cells as typed are of no known order, and what was said of cleaning them repeats
    # them.
    entry.row.values.id_number = entry.row.values.health_note = ""
    entry.row.cleaned, entry.cells = [], []
    entry.changes = [
        change for change in entry.changes if change.field not in ("id_number", "health_note")
    ]
    return entry


def _empty(row: RosterRow, entry: Entry) -> None:
    row.name, row.values = "", to_json(_emptied(entry))
    row.decision = row.decision or Decision.SKIP
    row.save(update_fields=["name", "values", "decision"])
