"""A roster on its way to its preview: received, read, its columns confirmed, judged.

`preview` does all of it without writing anything.  The rest keeps it in a RosterImport, one
job for each step; every job may be killed and run again.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import msgspec
from django.core.files.base import ContentFile
from django.db import OperationalError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import task

from accounts import audit
from accounts.errors import RosterRefused
from accounts.models import Organisation, RosterChunk, RosterImport, RosterRow, User
from accounts.roster import checks, columns, reading
from accounts.roster.entries import (
    ROWS_A_CHUNK,
    Entry,
    Verdict,
    counted,
    marks_of,
    pack,
    to_json,
)
from accounts.roster.errors import FileRefused
from accounts.roster.matching import AT_ONCE, Judge
from accounts.roster.pace import no_looking_for_cycles
from accounts.roster.places import Places
from accounts.roster.refusals import LARGEST_FILE
from accounts.roster.rows import Sheet, Table

State = RosterImport.State
Source = Path | BinaryIO | bytes

# Rows that show what a column is.
SAMPLES = 3


@dataclass(frozen=True)
class Preview:
    """What would become of every row of a file."""

    table: Table
    entries: list[Entry]
    places: Places


@no_looking_for_cycles()
def preview(
    source: Source,
    *,
    organisation: Organisation,
    sheet: str = "",
    mapping: Mapping | None = None,
    heading_row: int | None = None,
    with_consent: bool = False,
    today: date | None = None,
    tell: Callable[[int, int], object] = lambda done, total: None,
) -> Preview:
    """Read `source` and judge every row; nothing is written.

    `tell` hears how many rows of how many are done. Raises FileRefused.
    """
    read = reading.read(source, sheet=sheet)
    table = columns.understand(read, mapping=mapping, heading_row=heading_row)
    places = Places(organisation)
    entries = _entries(table, places, today or timezone.localdate())
    judge = Judge(places, with_consent=with_consent)
    for begin in range(0, len(entries), AT_ONCE):
        tell(begin, len(entries))
        judge.judge(entries[begin : begin + AT_ONCE])
    return Preview(table, entries, places)


def _entries(table: Table, places: Places, today: date) -> list[Entry]:
    typed = dict(table.sheet.rows)
    entries = []
    for row in checks.checked(table, today=today):
        organisation, unplaced, moved = places.place(row.values)
        if moved:
            row.cleaned.append(moved)
        entries.append(Entry(row, typed[row.number], organisation, unplaced))
    return entries


# Received


@transaction.atomic
def receive(
    *,
    file: BinaryIO,
    file_name: str,
    organisation: Organisation,
    with_consent: bool = False,
    by: User | None,
    now: datetime | None = None,
) -> RosterImport:
    """Keep an uploaded file and have it read in the background.

    Raises RosterRefused for one that is larger than is ever read.
    """
    now = now or timezone.now()
    content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise RosterRefused(too_large())
    if not content:
        raise RosterRefused(_("这个文件是空的，请重新选一个。"))
    roster = RosterImport(
        organisation=organisation,
        file_name=file_name[-200:],
        with_consent=with_consent,
        uploaded_by=by,
        uploaded_at=now,
        worked_at=now,
    )
    # What it was called stays in the database: names of files on disk tell nobody anything.
    roster.file.save("roster", ContentFile(content), save=False)
    roster.save()
    audit.record(
        audit.Action.ROSTER_READ, by=by, organisation=organisation, now=now, roster=roster.pk
    )
    start(roster)
    return roster


def too_large() -> str:
    return _("文件太大了，最大 %(most)s MB。请只留名单那一张表，另存后再传。") % {
        "most": LARGEST_FILE >> 20
    }


@task()
def read_in_background(pk: int) -> None:
    with told_if_it_fails(pk, State.FAILED):
        read(pk=pk)


@contextmanager
def told_if_it_fails(pk: int, then: str) -> Iterator[None]:
    """Whoever waits is told when a job cannot go on, and the roster is in the state `then`.

    A database that is away is not told of: keeping.wake has the job run again.
    """
    try:
        yield
    except OperationalError:
        raise
    except Exception:
        RosterImport.objects.filter(pk=pk, state__in=RosterImport.WORKING).update(
            state=then, problem=_("处理时出了错，没有做完。请再试一次；还不行，请打电话给学校。")
        )
        raise


def read(*, pk: int, now: datetime | None = None) -> None:
    """Look into a received file: its sheets, its headings, what they may mean. Repeatable."""
    roster = RosterImport.objects.get(pk=pk)
    if roster.state != State.READING:
        return
    try:
        with roster.file.open("rb") as file:
            sheet = reading.read(file, sheet=roster.sheet)
    except FileRefused as refused:
        _fail(roster, str(refused))
        return
    found = columns.guess(sheet)
    RosterImport.objects.filter(pk=pk, state=State.READING).update(
        state=State.MAPPING,
        sheet=sheet.name,
        sheets=sheet.names,
        mapping={
            "headings": found.headings if found else [],
            "fields": {str(at): field for at, field in found.fields.items()} if found else {},
        },
        samples=_samples(sheet, found.first + found.height if found else 0),
        worked_at=now or timezone.now(),
    )


def _samples(sheet: Sheet, first: int) -> str:
    cells = [cells for _number, cells in islice(sheet.rows, first, first + SAMPLES)]
    return msgspec.json.encode(cells).decode()


def samples(roster: RosterImport) -> list[list[str]]:
    """The first rows, cell by cell."""
    return msgspec.json.decode(roster.samples) if roster.samples else []


def _fail(roster: RosterImport, problem: str) -> None:
    RosterImport.objects.filter(pk=roster.pk, state=roster.state).update(
        state=State.FAILED, problem=problem
    )


# Judged


@transaction.atomic
def choose_sheet(*, roster: RosterImport, sheet: str) -> None:
    """Read another sheet of the file instead. Raises RosterRefused for one it has not."""
    roster = _locked(roster)
    if sheet not in roster.sheets:
        raise RosterRefused(_("文件里没有这张表，请重新选。"))
    roster.sheet = sheet
    _restart(roster, State.READING)


@transaction.atomic
def confirm_columns(
    *, roster: RosterImport, fields: Mapping[str, str], with_consent: bool
) -> None:
    """Say what each column is ({"0": "name", …}) and have every row judged.

    Again is possible until the first row is written. Raises RosterRefused.
    """
    roster = _locked(roster)
    chosen = [field for field in fields.values() if field]
    if "name" not in chosen:
        raise RosterRefused(_("请指出哪一列是姓名。"))
    if len(set(chosen)) < len(chosen):
        raise RosterRefused(_("有两列选了同样的内容，请只留一列。"))
    roster.mapping["fields"] = {at: field for at, field in fields.items() if field}
    roster.with_consent = with_consent
    _restart(roster, State.CHECKING)


def can_change_columns(roster: RosterImport) -> bool:
    """Until the first row is written or settled."""
    return (
        roster.state in (State.MAPPING, State.PREVIEWED)
        and bool(roster.file)
        and not roster.applied_at
        and not roster.rows.exclude(decision="").exists()
    )


def _locked(roster: RosterImport) -> RosterImport:
    roster = RosterImport.objects.select_for_update(no_key=True).get(pk=roster.pk)
    if roster.state not in (State.MAPPING, State.PREVIEWED):
        raise RosterRefused(_("这份名册现在%(state)s。") % {"state": roster.get_state_display()})
    if not can_change_columns(roster):
        raise RosterRefused(_("已经有行写入了，不能再改各列。"))
    return roster


def _restart(roster: RosterImport, state: str) -> None:
    roster.state, roster.problem, roster.done, roster.total = state, "", 0, 0
    roster.worked_at = timezone.now()
    roster.save()
    start(roster)


def start(roster: RosterImport) -> None:
    """Have the job run that this state waits for, once the transaction has committed."""
    work = {State.READING: read_in_background, State.CHECKING: check_in_background}[roster.state]
    transaction.on_commit(partial(work.enqueue, roster.pk), robust=True)


@task()
def check_in_background(pk: int) -> None:
    with told_if_it_fails(pk, State.FAILED):
        check(pk=pk)


def check(*, pk: int, now: datetime | None = None) -> None:
    """Judge every row and keep the verdicts. Repeatable, also after it was killed."""
    roster = RosterImport.objects.select_related("organisation").get(pk=pk)
    if roster.state != State.CHECKING:
        return
    try:
        with roster.file.open("rb") as file:
            found = preview(
                file,
                organisation=roster.organisation,
                sheet=roster.sheet,
                mapping=roster.mapping["fields"],
                with_consent=roster.with_consent,
                tell=partial(tell, roster),
            )
    except FileRefused as refused:
        _fail(roster, str(refused))
        return
    keep(roster=roster, found=found)


def tell(roster: RosterImport, done: int, total: int) -> None:
    """Write down how far a job is, which is its sign of life as well."""
    RosterImport.objects.filter(pk=roster.pk).update(
        done=done, total=total, worked_at=timezone.now()
    )


@no_looking_for_cycles()
@transaction.atomic
def keep(*, roster: RosterImport, found: Preview) -> None:
    """Keep what was found, in the place of whatever was there. Twice is harmless."""
    roster = RosterImport.objects.select_for_update(no_key=True).get(pk=roster.pk)
    if roster.state != State.CHECKING:
        return
    entries = found.entries
    roster.chunks.all().delete()
    roster.rows.all().delete()
    bundles = [
        entries[begin : begin + ROWS_A_CHUNK] for begin in range(0, len(entries), ROWS_A_CHUNK)
    ]
    chunks = [
        RosterChunk(roster=roster, number=number, marks=marks_of(bundle), content=pack(bundle))
        for number, bundle in enumerate(bundles)
    ]
    RosterChunk.objects.bulk_create(chunks)
    in_doubt = [entry for entry in entries if entry.verdict == Verdict.REVIEW]
    RosterRow.objects.bulk_create([row_to_settle(roster, entry) for entry in in_doubt])
    roster.mapping["headings"] = found.table.headings
    roster.mapping["skipped"] = [one.number for one in found.table.skipped]
    roster.counts = counted(chunk.marks for chunk in chunks)
    roster.state, roster.done = State.PREVIEWED, len(entries)
    roster.total, roster.worked_at = len(entries), timezone.now()
    roster.save()


@transaction.atomic
def keep_at_once(
    *,
    found: Preview,
    organisation: Organisation,
    file_name: str,
    with_consent: bool,
    by: User | None = None,
    now: datetime | None = None,
) -> RosterImport:
    """Keep a preview that was made without a page; the file itself is not kept."""
    now = now or timezone.now()
    table = found.table
    roster = RosterImport.objects.create(
        organisation=organisation,
        file_name=file_name[-200:],
        sheet=table.sheet.name,
        sheets=table.sheet.names,
        mapping={"fields": {str(at): field.value for at, field in table.fields.items()}},
        with_consent=with_consent,
        state=State.CHECKING,
        uploaded_by=by,
        uploaded_at=now,
        worked_at=now,
    )
    keep(roster=roster, found=found)
    audit.record(
        audit.Action.ROSTER_READ, by=by, organisation=organisation, now=now, roster=roster.pk
    )
    roster.refresh_from_db()
    return roster


def row_to_settle(roster: RosterImport, entry: Entry) -> RosterRow:
    """A row that goes to the reviewer of the organisation it belongs to."""
    return RosterRow(
        roster=roster,
        number=entry.row.number,
        organisation_id=entry.organisation or roster.organisation_id,
        name=entry.row.values.name[:40],
        values=to_json(entry),
        person_id=entry.person or (entry.candidates[0] if len(entry.candidates) == 1 else None),
    )
