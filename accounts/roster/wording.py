"""A roster's rows in words: why, what was cleaned, what would change, what became of it."""

import re
from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from accounts.models import Person, RosterRow
from accounts.roster.entries import (
    RELATIVE,
    RELATIVE_PHONE,
    VERDICTS,
    Change,
    Entry,
    Verdict,
)
from accounts.roster.rows import Field, Values
from common import masks

# Telephone and ID numbers; enough of them is shown to know which.
NUMBER = re.compile(r"(?<!\d)(\d{3})\d{4,13}(\d{2}[\dXx]{2})(?!\d)")
CODES = {"sex": Person.Sex, "kind": Person.Kind}


class Columns:
    """What the office calls its columns."""

    def __init__(self, headings: Sequence[str], fields: Mapping[int | str, str]):
        self.headings = headings
        self._names = {
            str(field): headings[int(at)] if int(at) < len(headings) else ""
            for at, field in fields.items()
        }

    def name(self, field: str) -> str:
        """The heading above what `field` says, or else what we call it."""
        if not field:
            return ""
        return self._names.get(str(field)) or str(Field(field).label)


def problems(entry: Entry, columns: Columns) -> list[dict[str, str]]:
    """What is wrong or doubtful, each with the column it is about; no personal data."""
    return [
        {"column": columns.name(problem.column), "message": problem.message}
        for problem in entry.problems
    ]


def problem_sentences(entry: Entry, columns: Columns) -> list[str]:
    return [
        _("%(column)s：%(message)s") % problem if problem["column"] else problem["message"]
        for problem in problems(entry, columns)
    ]


def why(entry: Entry, columns: Columns) -> list[str]:
    """What speaks against a row, and what it would change."""
    return problem_sentences(entry, columns) + [change(one) for one in entry.changes]


def cleaned(entry: Entry, columns: Columns) -> list[str]:
    return [
        _("%(column)s：%(message)s") % {"column": columns.name(one.column), "message": one.message}
        for one in entry.row.cleaned
    ]


def change(one: Change) -> str:
    """常住地：青岚市 → 望湖区; what was empty has no before, what is sealed shows neither."""
    label = field_label(one.field)
    old, new = value(one.field, one.old), value(one.field, one.new)
    if not new:
        return _("%(label)s：有补充") % {"label": label}
    if not old:
        return _("%(label)s：填上 %(new)s") % {"label": label, "new": new}
    return _("%(label)s：%(old)s → %(new)s") % {"label": label, "old": old, "new": new}


def facts(entry: Entry) -> list[tuple[str, str]]:
    """What the row says once it is cleaned, masked: (name of the fact, the fact)."""
    values = entry.row.values
    said = [
        ("sex", value("sex", values.sex)),
        ("born_on", birth(values)),
        ("id_number", masks.id_number(values.id_number)),
        ("phone", masks.phone(values.phone)),
        ("other_phone", masks.phone(values.other_phone)),
        ("unit", values.unit),
        ("unit_code", values.unit_code),
        ("kind", value("kind", values.kind)),
        ("residence", values.residence),
        ("relative_name", values.relative_name),
        ("relative_phone", masks.phone(values.relative_phone)),
        ("remarks", values.remarks),
    ]
    return [(str(Field(field).label), text) for field, text in said if text]


def typed(entry: Entry, columns: Columns) -> list[tuple[str, str]]:
    """The cells as the office typed them, long numbers masked: (heading, cell)."""
    return [
        (heading, without_numbers(cell))
        for heading, cell in zip(columns.headings, entry.cells, strict=False)
        if heading and cell
    ]


def without_numbers(text: str) -> str:
    """`text` with the middle of every telephone and ID number hidden."""
    return NUMBER.sub(r"\1****\2", text)


def birth(values: Values) -> str:
    """1950-03-08, or 1950-03 where the day is not known."""
    if not values.born_on:
        return ""
    return values.born_on.isoformat() if values.born_day_known else f"{values.born_on:%Y-%m}"


def field_label(name: str) -> str:
    if name == RELATIVE:
        return _("家属")
    if name == RELATIVE_PHONE:
        return _("家属电话")
    return str(Person._meta.get_field(name).verbose_name)


def value(field: str, code: str) -> str:
    if code in ("true", "false"):
        return _("是") if code == "true" else _("否")
    if field in CODES and code:
        return str(CODES[field](code).label)
    return code


def outcome(mark: str, decision: str = "") -> str:
    """新增，已写入: the verdict on a row and whether that has been done."""
    verdict = VERDICTS[mark.lower()]
    if verdict == Verdict.REVIEW:
        return (
            _("%(verdict)s，%(decision)s")
            % {"verdict": verdict.label, "decision": RosterRow.Decision(decision).label}
            if decision
            else str(verdict.label)
        )
    if verdict in (Verdict.NEW, Verdict.CHANGED):
        done = _("已写入") if mark.isupper() else _("还没有写入")
        return _("%(verdict)s，%(done)s") % {"verdict": verdict.label, "done": done}
    return str(verdict.label)
