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
    """A line for every branch, in the columns of the version in force, and after these what was
    confirmed on other ones."""
    collected = statements.collected(form, period)
    asked = _keyed(statements.version_for(form, period).rows)
    for _branch, said in collected:
        if _is_confirmed(said):
            own = _keyed(said.version.rows)
            asked |= {key: row for key, row in own.items() if key not in asked}
    lines = []
    for branch, said in collected:
        state = said.get_state_display() if said else _("还没有确认")
        lines.append([branch.organisation.name, branch.name, state, *_cells(said, asked)])
    title = f"{form} {period.label}"
    data = excel.workbook(
        title=title,
        columns=[
            Column(_("单位"), width=10),
            Column(_("支部"), width=14),
            Column(_("确认"), width=6),
            *(Column(_head(row), width=8) for _place, row in asked.values()),
        ],
        rows=lines,
    )
    return excel.download(data=data, name=title)


Key = tuple[str, str, int]


def _keyed(rows: list[dict]) -> dict[Key, tuple[str, dict]]:
    """Every row that is filled in, with its place, by what it is: places differ by version."""
    found: dict[Key, tuple[str, dict]] = {}
    for place, row in enumerate(rows):
        if row["kind"] == statements.HEADING:
            continue
        words = row["figure"] if row["kind"] == statements.FIGURE else row["label"]
        twins = sum(key[:2] == (row["kind"], words) for key in found)
        found[row["kind"], words, twins] = str(place), row
    return found


def _is_confirmed(said: Statement | None) -> bool:
    return said is not None and said.figures is not None


def _cells(said: Statement | None, asked: dict[Key, tuple[str, dict]]) -> list[str]:
    """What stands in each column; nothing from a branch that has not confirmed."""
    if not _is_confirmed(said):
        return [""] * len(asked)
    own = _keyed(said.version.rows)
    return [_cell(said, *own[key]) if key in own else "" for key in asked]


def _cell(said: Statement, place: str, row: dict) -> str:
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
