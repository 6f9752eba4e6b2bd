"""Ledgers and records of branches."""

from datetime import date

from django.utils import timezone

from branches import statements
from branches.quarters import Quarter
from tests.who_may import Needs

#     address, method                  nobod newco stran learn helpe teach coord secre commi siste regis elsew burea edito revie audit manag admin
TABLE = """
branches:my_learning             GET  302   302   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200
branches:my_entry                GET  302   302   404   200   404   404   404   404   404   404   404   404   404   404   404   404   404   404
branches:list                    GET  302   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200
branches:ledger                  GET  302   404   404   404   404   404   404   200   200   404   404   404   200   404   404   404   404   200
branches:ledger_excel            GET  302   404   404   404   404   404   404   200   200   404   404   404   200   404   404   404   404   200
branches:entry                   GET  302   404   404   404   404   404   404   200   200   404   404   404   200   404   404   404   404   200
branches:reverse                 POST 302   404   404   404   404   404   404   422   422   404   404   404   404   404   404   404   404   422
branches:records                 GET  302   404   404   404   404   404   404   200   200   404   404   404   200   404   404   404   404   200
branches:record                  GET  302   404   404   404   404   404   404   200   200   404   404   404   200   404   404   404   404   200
branches:reports                 GET  302   404   404   404   404   404   404   404   404   404   404   404   200   404   404   404   404   200
branches:report                  GET  302   404   404   404   404   404   404   404   404   404   404   404   200   404   404   404   404   200
branches:report_branch           GET  302   404   404   404   404   404   404   404   404   404   404   404   200   404   404   404   404   200
branches:report_lines            GET  302   404   404   404   404   404   404   404   404   404   404   404   200   404   404   404   404   200
branches:report_excel            GET  302   404   404   404   404   404   404   404   404   404   404   404   200   404   404   404   404   200
branches:report_pdf              GET  302   404   404   404   404   404   404   404   404   404   404   404   200   404   404   404   404   200
branches:report_calls            GET  302   404   404   404   404   404   404   404   404   404   404   404   200   404   404   404   404   200
branches:report_number           POST 302   404   404   404   404   404   404   404   404   404   404   404   200   404   404   404   404   200
branches:freeze_report           POST 302   404   404   404   404   404   404   404   404   404   404   404   422   404   404   404   404   422
branches:branch_quarter          GET  302   404   404   404   404   404   404   200   200   404   404   404   200   404   404   404   404   200
branches:confirm_quarter         POST 302   404   404   404   404   404   404   422   422   404   404   404   404   404   404   404   404   422
branches:statement_forms         GET  302   404   404   404   404   404   404   404   404   404   404   404   200   404   404   404   404   200
branches:new_statement_form      GET  302   404   404   404   404   404   404   404   404   404   404   404   200   404   404   404   404   200
branches:edit_statement_form     GET  302   404   404   404   404   404   404   404   404   404   404   404   200   404   404   404   404   200
branches:collected_statements    GET  302   404   404   404   404   404   404   404   404   404   404   404   200   404   404   404   404   200
branches:collected_excel         GET  302   404   404   404   404   404   404   404   404   404   404   404   200   404   404   404   404   200
branches:send_statement_back     POST 302   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404
branches:branch_forms            GET  302   404   404   404   404   404   404   200   200   404   404   404   200   404   404   404   404   200
branches:statement               GET  302   404   404   404   404   404   404   200   200   404   404   404   200   404   404   404   404   200
branches:statement_excel         GET  302   404   404   404   404   404   404   200   200   404   404   404   200   404   404   404   404   200
branches:statement_pdf           GET  302   404   404   404   404   404   404   200   200   404   404   404   200   404   404   404   404   200
"""


def furnish(town):
    branch, entry = town.branches[0].pk, town.entry.pk
    form = statements.edit_form(
        form=None,
        organisation=town.unit,
        name="统计表",
        every="quarter",
        rows=[{"kind": "figure", "label": "人次", "figure": "times"}],
        valid_from=date(2026, 1, 1),
        by=None,
    )
    report = [town.unit.pk, Quarter.of(timezone.localdate()).code]
    return Needs(
        arguments={
            "branches:edit_statement_form": [form.pk],
            "branches:collected_statements": [form.pk, report[1]],
            "branches:collected_excel": [form.pk, report[1]],
            "branches:send_statement_back": [form.pk, report[1]],
            "branches:branch_forms": [branch],
            "branches:statement": [branch, form.pk, report[1]],
            "branches:statement_excel": [branch, form.pk, report[1]],
            "branches:statement_pdf": [branch, form.pk, report[1]],
            "branches:report": report,
            "branches:report_branch": [*report, branch],
            "branches:report_lines": report,
            "branches:report_excel": report,
            "branches:report_pdf": report,
            "branches:report_calls": report,
            "branches:report_number": report,
            "branches:freeze_report": report,
            "branches:branch_quarter": [branch, report[1]],
            "branches:confirm_quarter": [branch, report[1]],
            "branches:my_entry": [entry],
            "branches:ledger": [branch],
            "branches:ledger_excel": [branch],
            "branches:entry": [branch, entry],
            "branches:reverse": [branch, entry],
            "branches:records": [branch],
        },
        fields={"branches:report_number": {"branch": branch}},
    )
