"""Import a name list: manage.py import_roster FILE --organisation CODE [--apply] [--json].

Without --apply nothing is written: the command says what would become of every row.
"""

import json
from pathlib import Path

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from accounts.models import Organisation
from accounts.roster import applying, previewing, wording
from accounts.roster.entries import Entry, Verdict
from accounts.roster.errors import FileRefused


class Command(BaseCommand):
    help = "Says what would become of every row of a name list; --apply writes the clean ones."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help="xlsx, xls, ods or csv")
        parser.add_argument("--organisation", required=True, help="code of the organisation")
        parser.add_argument("--sheet", default="", help="name of the sheet, if not the first")
        parser.add_argument("--apply", action="store_true", help="write what is in no doubt")
        parser.add_argument("--json", action="store_true", help="answer in JSON")
        parser.add_argument(
            "--with-consent",
            action="store_true",
            help="the persons agreed on paper: keep ID numbers and health remarks, sealed",
        )

    def handle(self, *, file, organisation, sheet, apply, json, with_consent, **options):
        say = _Json(self) if json else _Words(self)
        root = Organisation.objects.filter(code=organisation).first()
        if root is None:
            problem = _("没有代码是“%(code)s”的组织机构。") % {"code": organisation}
            say.file_problem(problem)
            raise SystemExit(1)
        try:
            found = previewing.preview(
                file, organisation=root, sheet=sheet, with_consent=with_consent
            )
        except FileRefused as refused:
            say.file_problem(str(refused))
            raise SystemExit(1) from refused
        except OSError as error:
            say.file_problem(_("打不开这个文件：%(why)s。") % {"why": error.strerror or error})
            raise SystemExit(1) from error
        columns = wording.Columns(found.table.headings, found.table.fields)
        say.rows(found.entries, columns)
        if apply:
            roster = previewing.keep_at_once(
                found=found, organisation=root, file_name=file.name, with_consent=with_consent
            )
            say.applied(applying.apply_all(roster=roster))


class _Words:
    """For people at a terminal: only the rows that they should look at."""

    def __init__(self, command):
        self.out, self.err, self.style = command.stdout, command.stderr, command.style

    def file_problem(self, problem: str) -> None:
        self.err.write(self.style.ERROR(problem))

    def rows(self, entries: list[Entry], columns: wording.Columns) -> None:
        for entry in entries:
            if said := wording.why(entry, columns):
                label = Verdict(entry.verdict).label
                line = {"row": entry.row.number, "verdict": label, "why": " ".join(said)}
                self.out.write(_("第 %(row)s 行 %(verdict)s：%(why)s") % line)
        for verdict in Verdict:
            count = sum(entry.verdict == verdict for entry in entries)
            self.out.write(
                _("%(verdict)s %(count)s 行") % {"verdict": verdict.label, "count": count}
            )

    def applied(self, written: int) -> None:
        self.out.write(self.style.SUCCESS(_("写入 %(count)s 行。") % {"count": written}))


class _Json:
    """For programs: the one JSON object of the contract on stdout, and nothing else."""

    def __init__(self, command):
        self.out = command.stdout

    def file_problem(self, problem: str) -> None:
        self._write(problem, [])

    def rows(self, entries: list[Entry], columns: wording.Columns) -> None:
        rows = [
            {
                "row": entry.row.number,
                "verdict": entry.verdict,
                "problems": wording.problems(entry, columns),
            }
            for entry in entries
        ]
        self._write(None, rows)

    def applied(self, written: int) -> None:
        pass

    def _write(self, problem: str | None, rows: list[dict]) -> None:
        answer = {"file_problem": problem, "rows": rows}
        self.out.write(json.dumps(answer, ensure_ascii=False))
