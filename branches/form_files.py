"""Statements as files: one as A4 PDF or Excel, all of a form and period as one sheet."""

from django.http import HttpResponse
from django.utils.translation import gettext as _

from branches import periods, statements
from branches.models import Statement, StatementForm
from branches.periods import Period
from branches.reports import papers
from branches.reports.catalogue import FIGURES
from common import excel
from common.excel import Column


def statement_file(statement: Statement) -> HttpResponse:
    rows = statements.rows_of(statement)
    title = _title(statement)
    data = excel.workbook(
        title=title,
        notes=[statement.get_state_display()],
        columns=[Column(_("栏目"), width=20), Column(_("内容"), width=24)],
        rows=[[row.label, row.said] for row in rows],
    )
    return excel.download(data=data, name=title)


def statement_pdf(statement: Statement) -> bytes:
    rows = statements.rows_of(statement)
    facts = {
        "over": statement.form.organisation.name,
        "title": f"{statement.form} {periods.parse(statement.period).label}",
        "branch": statement.branch.name,
        "state": statement.get_state_display(),
        "rows": [[row.label, row.said, row.kind == statements.HEADING] for row in rows],
        "sign": [_("支部书记（签字）"), _("日期")],
    }
    return papers.compiled("statement.typ", facts)


def collected_file(form: StatementForm, period: Period) -> HttpResponse:
    """A line for every branch, in the columns of the version in force."""
    version = statements.version_for(form, period)
    asked = [
        (str(place), row)
        for place, row in enumerate(version.rows)
        if row["kind"] != statements.HEADING
    ]
    lines = []
    for branch, said in statements.collected(form, period):
        line = [branch.organisation.name, branch.name, _("还没有确认")]
        if said:
            line[2] = said.get_state_display()
        lines.append([*line, *(_cell(said, version, place, row) for place, row in asked)])
    title = f"{form} {period.label}"
    data = excel.workbook(
        title=title,
        columns=[
            Column(_("单位"), width=10),
            Column(_("支部"), width=14),
            Column(_("确认"), width=6),
            *(Column(_head(row), width=8) for _place, row in asked),
        ],
        rows=lines,
    )
    return excel.download(data=data, name=title)


def _cell(said, version, place, row) -> str:
    """What stands there; nothing from a branch that has not confirmed, or on another version."""
    if said is None or said.figures is None or said.version_id != version.pk:
        return ""
    if row["kind"] == statements.FIGURE:
        code = row["figure"]
        return statements.Item(FIGURES[code], said.figures.get(code, 0)).text
    return said.texts.get(place, "")


def _head(row) -> str:
    if row["kind"] == statements.FIGURE:
        return f"{row['label']}（{FIGURES[row['figure']].unit.label}）"
    return row["label"]


def _title(statement) -> str:
    label = periods.parse(statement.period).label
    return f"{statement.branch} {statement.form} {label}"
