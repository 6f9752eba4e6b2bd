"""A kept roster as pages and as a report: its rows in order, all or those of a verdict."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from accounts.models import RosterChunk, RosterImport
from accounts.roster import wording
from accounts.roster.entries import MARKS, VERDICTS, Entry, Verdict, unpack
from common import dates, excel, masks
from common.excel import Column

# What a report's column is wide, by what stands in it.
NARROW, WIDE = 7, 16


@dataclass(frozen=True)
class Shown:
    """One row as it is shown: masked, with its verdict, the reasons and what was done."""

    entry: Entry
    mark: str
    decision: str
    columns: wording.Columns

    @property
    def verdict(self) -> Verdict:
        return VERDICTS[self.mark.lower()]

    @property
    def is_done(self) -> bool:
        return self.mark.isupper() or bool(self.decision)

    @property
    def outcome(self) -> str:
        return wording.outcome(self.mark, self.decision)

    @property
    def phone(self) -> str:
        return masks.phone(self.entry.row.values.phone)

    @property
    def born(self) -> str:
        return wording.birth(self.entry.row.values)

    @cached_property
    def why(self) -> list[str]:
        return wording.why(self.entry, self.columns)

    @cached_property
    def cleaned(self) -> list[str]:
        return wording.cleaned(self.entry, self.columns)


class Rows(Sequence):
    """The rows of a roster in their order; only the chunks that are looked at are opened.

    `verdict` leaves out all others, `name` those whose name does not hold it.
    """

    def __init__(self, roster: RosterImport, *, verdict: str = "", name: str = ""):
        self.roster, self.name = roster, name
        self.columns = wording.Columns(
            roster.mapping.get("headings", []), roster.mapping.get("fields", {})
        )
        self._marks = list(roster.chunks.order_by("number").values_list("pk", "marks"))
        wanted = MARKS.get(verdict, "".join(MARKS.values()))
        self._places = [
            (pk, at)
            for pk, marks in self._marks
            for at, mark in enumerate(marks)
            if mark.lower() in wanted
        ]
        if name:
            opened = self._open({pk for pk, _at in self._places})
            self._places = [
                (pk, at) for pk, at in self._places if name in opened[pk][at].row.values.name
            ]

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, key: int | slice):
        if isinstance(key, int):
            return self[key : key + 1][0]
        places = self._places[key]
        opened = self._open({pk for pk, _at in places})
        marks = dict(self._marks)
        return [self._shown(opened[pk][at], marks[pk][at]) for pk, at in places]

    def __iter__(self) -> Iterator[Shown]:
        """All of them, with one chunk open at a time."""
        wanted: dict[int, list[int]] = {}
        for pk, at in self._places:
            wanted.setdefault(pk, []).append(at)
        marks = dict(self._marks)
        for pk, places in wanted.items():
            entries = self._open([pk])[pk]
            yield from (self._shown(entries[at], marks[pk][at]) for at in places)

    def _open(self, pks) -> dict[int, list[Entry]]:
        chunks = RosterChunk.objects.filter(pk__in=pks)
        return {pk: unpack(content) for pk, content in chunks.values_list("pk", "content")}

    def _shown(self, entry: Entry, mark: str) -> Shown:
        return Shown(entry, mark, self._decisions.get(entry.row.number, ""), self.columns)

    @cached_property
    def _decisions(self) -> dict[int, str]:
        settled = self.roster.rows.exclude(decision="")
        return dict(settled.values_list("number", "decision"))


def report(rows: Rows, *, language: str) -> bytes:
    """The roster as it was typed with what became of every row, as a workbook."""
    roster = rows.roster
    # One for every column that any row has.
    headings = roster.mapping.get("headings", [])
    brought = dates.day_clock(roster.uploaded_at, language)
    return excel.workbook(
        title=_("%(file)s 核对结果") % {"file": roster.file_name},
        sheet_name=_("核对结果"),
        notes=[
            _("%(organisation)s，%(time)s上传")
            % {"organisation": roster.organisation.name, "time": brought}
        ],
        columns=[
            *(Column(heading or " ", width=NARROW) for heading in headings),
            Column(_("行号"), width=4),
            Column(_("结论"), width=9),
            Column(_("原因"), width=WIDE * 2),
        ],
        rows=(_report_row(shown, len(headings)) for shown in rows),
    )


def _report_row(shown: Shown, width: int) -> list[str]:
    cells = shown.entry.cells[:width]
    return [
        *cells,
        *[""] * (width - len(cells)),
        str(shown.entry.row.number),
        shown.outcome,
        " ".join(shown.why),
    ]
