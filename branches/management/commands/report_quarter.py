"""The quarter's report of an organisation, with the same figures as its page."""

import json
import sys

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation

from accounts.models import Organisation
from branches.models import Branch
from branches.quarters import Quarter
from branches.reports import papers, workbook
from branches.reports.reporting import report_of


class Command(BaseCommand):
    help = (
        "Print the quarter's report of an organisation: frozen if it was frozen, else of this "
        "moment, and says so."
    )

    def add_arguments(self, parser):
        parser.add_argument("organisation", metavar="ORG", help="code of the organisation")
        parser.add_argument("quarter", metavar="QUARTER", help="for example 2026Q3")
        parser.add_argument("--format", choices=["json", "xlsx", "pdf"], default="json")
        parser.add_argument("--output", metavar="FILE", help="write there; else to the output")

    def handle(self, *, organisation, quarter, format, output, **options):
        found = _organisation(organisation)
        if Quarter.parse(quarter) is None:
            raise CommandError(f"{quarter} is no quarter; write it like 2026Q3.")
        chosen = Quarter.begun(quarter, on=timezone.localdate())
        if chosen is None:
            raise CommandError(f"{quarter} has not begun, or lies before the school's years.")
        with translation.override(settings.LANGUAGE_CODE):
            data = self._written(report_of(found, chosen), format)
        if output:
            try:
                with open(output, "wb") as file:
                    file.write(data)
            except OSError as error:
                raise CommandError(f"{output} cannot be written: {error.strerror}.") from error
        elif format == "json":
            self.stdout.write(data.decode())
        else:
            getattr(self.stdout, "_out", sys.stdout).buffer.write(data)

    def _written(self, report, format) -> bytes:
        if report.is_spoilt:
            raise CommandError(
                f"The frozen report {report.frozen.number} was changed: its hash is wrong."
            )
        if not report.frozen:
            self.stderr.write("Provisional: this quarter is not frozen.")
        if format == "xlsx":
            return workbook.workbook_of(report)
        if format == "pdf":
            return papers.pdf_of(report)
        frozen = report.frozen
        facts = {
            "frozen": bool(frozen),
            "frozen_at": frozen and frozen.frozen_at.isoformat(),
            "number": frozen and frozen.number,
            "hash": frozen and frozen.hash,
            **report.content,
        }
        return json.dumps(facts, ensure_ascii=False, indent=2).encode()


def _organisation(code: str) -> Organisation:
    """By its code. Raises CommandError, which says the code where a name was written."""
    if found := Organisation.objects.filter(code=code).first():
        return found
    named = Organisation.objects.filter(name=code).first()
    branch = Branch.objects.filter(name=code).select_related("organisation").first()
    if named:
        hint = f" The code of {named} is {named.code}."
    elif branch:
        above = branch.organisation
        hint = f" It is a branch of {above}, whose code is {above.code}."
    else:
        hint = ""
    raise CommandError(f"There is no organisation with the code {code}.{hint}")
