"""A copy of everything that the school has of one person, for them to keep.

The tables are those that the apps declare (accounts.personal); that none is forgotten is
checked over all models by `undeclared`. What belongs to other people in these rows is masked.
"""

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

from django.apps import apps
from django.db import models, transaction
from django.db.models import Q, QuerySet
from django.db.models.fields.files import FieldFile
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit, queries
from accounts.models import HouseholdMember, Person, Proxy, RightsRequest, User
from accounts.personal import Declaration, Table
from accounts.rights.own_tables import OF_ACCOUNTS
from accounts.signals import personal_tables_asked_for
from common import excel, masks

JSON_TYPE = "application/json"


# Which tables there are


def declarations() -> list[Declaration]:
    answers = personal_tables_asked_for.send(sender=Person)
    return [OF_ACCOUNTS, *(declared for _receiver, declared in answers)]


def tables() -> list[Table]:
    """Every declared table that this school has; packages need not be installed."""
    installed = {model._meta.label for model in _models()}
    return [
        table
        for declared in declarations()
        for table in declared.tables
        if table.label in installed
    ]


def left_out() -> dict[str, str]:
    """Relations that make no row a person's own, and why."""
    return {name: why for declared in declarations() for name, why in declared.left_out.items()}


def relations() -> list[str]:
    """Every relation of every app to a file or a login, as "courses.Enrolment.person"."""
    return [
        f"{model._meta.label}.{field.name}"
        for model in _models()
        for field in model._meta.local_fields
        if field.is_relation and field.related_model in (Person, User)
    ]


def undeclared() -> list[str]:
    """What no app has thought of: relations, and columns of tables that are exported."""
    known = {f"{table.label}.{name}" for table in tables() for name in table.by}
    forgotten = [name for name in relations() if name not in known | left_out().keys()]
    for table in tables():
        by = (name.partition("__")[0] for name in table.by)
        said = {*table.shown, *table.hidden, *by, model_of(table)._meta.pk.name}
        forgotten += [
            f"{table.label}.{field.name}"
            for field in model_of(table)._meta.local_fields
            if field.name not in said
        ]
    return forgotten


def _models() -> Iterable[type[models.Model]]:
    return apps.get_models(include_auto_created=True)


def model_of(table: Table) -> type[models.Model]:
    return apps.get_model(table.label)


def title_of(table: Table) -> str:
    return str(table.title or model_of(table)._meta.verbose_name)


def column_name(table: Table, column: str) -> str:
    return str(table.shown[column] or model_of(table)._meta.get_field(column).verbose_name)


def rows_of(table: Table, files: list[Person]) -> QuerySet:
    """The rows of `table` that belong to these files of one person, in the order they came."""
    model = model_of(table)
    mine = Q(pk__in=[])
    for name in table.by:
        field = _field(model, name)
        if field.primary_key:
            mine |= Q(pk__in=[file.pk for file in files])
        elif field.related_model is User:
            mine |= Q(**{f"{name}__person__in": files})
        else:
            mine |= Q(**{f"{name}__in": files})
    return model._base_manager.filter(mine).order_by("pk")


def _field(model: type[models.Model], name: str) -> models.Field:
    """The last field of a path through relations."""
    *through, last = name.split("__")
    for step in through:
        model = model._meta.get_field(step).related_model
    return model._meta.get_field(last)


# One person's copy


@dataclass(frozen=True)
class Sheet:
    """One table of somebody's copy: `columns` are what they are called, by their names."""

    table: str
    title: str
    columns: dict[str, str]
    rows: list[dict]


@dataclass(frozen=True)
class Copy:
    """Everything that the school has of a person, and what it leaves out and why."""

    name: str
    made_at: datetime
    sheets: list[Sheet]
    # (table, column, why)
    hidden: list[tuple[str, str, str]]


@transaction.atomic
def export(
    *,
    person: Person,
    by: User,
    paper: str = "",
    as_relative: bool = False,
    now: datetime | None = None,
) -> Copy:
    """A copy of everything about `person`, written into the audit log.

    Who may have it is the caller's to ask. `paper` is the request that staff have before
    them; `as_relative` says that somebody reads the file of a dead relative.
    """
    now = now or timezone.now()
    made = copy_of(person, now=now)
    details = {"paper": paper} if paper else {"as": "relative"} if as_relative else {}
    acting = person if not (paper or as_relative) and by.person_id != person.pk else None
    audit.record(
        audit.Action.FILE_EXPORTED,
        by=by,
        person=person,
        on_behalf_of=acting,
        now=now,
        **details,
    )
    return made


@transaction.atomic
def show_relative(*, person: Person, by: User, now: datetime | None = None) -> Copy:
    """The same for a page that a dead person's relative reads; each look is a line."""
    now = now or timezone.now()
    copy = copy_of(person, now=now)
    audit.record(audit.Action.FILE_SEEN, by=by, person=person, now=now, **{"as": "relative"})
    return copy


def copy_of(person: Person, *, now: datetime) -> Copy:
    """Everything about `person`, without a word in the log."""
    files = queries.files_of(person)
    teller = _Teller(files)
    sheets = [
        Sheet(
            table=table.label,
            title=title_of(table),
            columns={column: column_name(table, column) for column in table.shown},
            rows=[
                {column: teller.said(row, column) for column in table.shown}
                for row in rows_of(table, files)
            ],
        )
        for table in tables()
    ]
    hidden = [
        (title_of(table), column, str(why))
        for table in tables()
        for column, why in table.hidden.items()
    ]
    return Copy(name=person.name, made_at=now, sheets=sheets, hidden=hidden)


class _Teller:
    """Says what a column holds, so that other people in it stay behind their surnames.

    Known to the person anyway, and so named: who has acted for them, for whom they act, and
    who studies on the same device.
    """

    def __init__(self, files: list[Person]):
        self.words = {}
        self.own_files = {file.pk for file in files}
        self.own_logins = set(User.objects.filter(person__in=files).values_list("pk", flat=True))
        acted = Proxy.objects.filter(person__in=files, first_acted_at__isnull=False)
        self.known_logins = set(acted.values_list("agent_id", flat=True))
        self.known = set(acted.values_list("agent__person_id", flat=True))
        self.known |= set(
            Proxy.objects.filter(agent__in=self.own_logins).values_list("person_id", flat=True)
        )
        mine = HouseholdMember.objects.filter(person__in=files).values("household")
        self.known |= set(
            HouseholdMember.objects.filter(household__in=mine).values_list("person_id", flat=True)
        )

    def said(self, row: models.Model, column: str):
        """A value that JSON can hold, in words where the school has words for it."""
        field = row._meta.get_field(column)
        value = None if self._is_of_a_relative(row, column) else getattr(row, field.attname)
        if value is None or value == "":
            return None
        if field.is_relation:
            # Somebody's thousand visits lead to some hundred classes.
            key = field.related_model, value
            if key not in self.words:
                self.words[key] = self._other(getattr(row, column))
            return self.words[key]
        if field.choices:
            return str(dict(field.flatchoices).get(value, value))
        if column in ("phone", "other_phone") and row._meta.label != "accounts.Person":
            return value if self._is_own(row) else masks.phone(value)
        return plain(value)

    def _is_of_a_relative(self, row: models.Model, column: str) -> bool:
        """What somebody else wrote to read this file: one relative's words are not another's."""
        return (
            isinstance(row, RightsRequest)
            and row.kind == RightsRequest.Kind.RELATIVES_ACCESS
            and row.asked_by_id not in self.own_logins
            and column in ("words", "relation", "answer", "paper")
        )

    def _other(self, value: models.Model) -> str:
        if isinstance(value, Person):
            return self._person(value)
        return self._login(value) if isinstance(value, User) else str(value)

    def _is_own(self, row) -> bool:
        return isinstance(row, User) and row.pk in self.own_logins

    def _person(self, person: Person) -> str:
        if person.pk in self.own_files:
            return _("本人")
        return person.name if person.pk in self.known else masks.name(person.name)

    def _login(self, login: User) -> str:
        if login.pk in self.own_logins:
            return _("本人")
        if login.pk in self.known_logins:
            return str(login)
        if login.person:
            return self._person(login.person)
        return masks.phone(login.phone or "")


def plain(value):
    """A value as JSON holds it and people read it."""
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, FieldFile):
        return _file(value)
    if isinstance(value, bool | int | float | list | dict):
        return value
    if isinstance(value, Decimal):
        return float(value)
    return str(value)


def _file(file: FieldFile) -> str | None:
    """The file itself, as an address that holds it; nothing where it is gone."""
    try:
        with file.open("rb") as opened:
            content = base64.b64encode(opened.read()).decode()
    except OSError:
        return None
    return f"data:application/octet-stream;name={file.name.rpartition('/')[2]};base64,{content}"


# As files


def as_json(copy: Copy) -> bytes:
    """For machines: another school can read it."""
    content = {
        "name": copy.name,
        "made_at": copy.made_at.isoformat(),
        "tables": [
            {
                "table": sheet.table,
                "title": sheet.title,
                "columns": sheet.columns,
                "rows": sheet.rows,
            }
            for sheet in copy.sheets
        ],
        "hidden": [
            {"table": table, "column": column, "why": why} for table, column, why in copy.hidden
        ],
    }
    return json.dumps(content, ensure_ascii=False, indent=1).encode()


def as_excel(copy: Copy) -> bytes:
    """For people: a sheet of what is in here, then one for each table."""
    made = timezone.localtime(copy.made_at).strftime("%Y-%m-%d %H:%M")
    title = _("%(name)s的全部信息") % {"name": copy.name}
    contents = excel.Sheet(
        title=title,
        name=_("说明"),
        notes=[_("%(time)s 导出。每一页是一种记录。") % {"time": made}],
        columns=[excel.Column(_("这一页"), width=12), excel.Column(_("几行"), excel.Kind.NUMBER)],
        rows=[[sheet.title, len(sheet.rows)] for sheet in copy.sheets],
    )
    hidden = excel.Sheet(
        title=_("没有列出来的"),
        columns=[
            excel.Column(_("哪一种记录"), width=12),
            excel.Column(_("为什么"), width=24),
        ],
        # The names of columns are for machines; they stand in the JSON.
        rows=dict.fromkeys((title, why) for title, _column, why in copy.hidden),
    )
    return excel.workbook_of(
        title=title, sheets=[contents, *(_page(sheet) for sheet in copy.sheets), hidden]
    )


def _page(sheet: Sheet) -> excel.Sheet:
    return excel.Sheet(
        title=sheet.title,
        columns=[_column(name) for name in sheet.columns.values()],
        rows=([in_words(value) for value in row.values()] for row in sheet.rows),
    )


def _column(name: str) -> excel.Column:
    return excel.Column(name, width=max(8, len(name)))


def in_words(value) -> str:
    """What `plain` gave, for somebody who reads it in a cell or on a page."""
    if value is None:
        return ""
    if isinstance(value, dict):
        # Of what happened in a room: the words, without how they came.
        return "；".join(said for said in value.values() if isinstance(said, str) and said)
    if isinstance(value, list):
        return "；".join(map(in_words, value))
    if isinstance(value, bool):
        return _("是") if value else _("否")
    text = str(value)
    return _("有（在 JSON 文件里）") if text.startswith("data:") else text


@dataclass(frozen=True)
class Reading:
    """A table of a copy as a page shows it; each row is (name of the column, words) pairs."""

    title: str
    columns: list[str]
    rows: list[list[tuple[str, str]]]


def to_read(copy: Copy) -> list[Reading]:
    """The tables of `copy` that say anything, in words; columns without a word are left out."""
    return [_to_read(sheet) for sheet in copy.sheets if sheet.rows]


def _to_read(sheet: Sheet) -> Reading:
    said = [column for column in sheet.columns if any(in_words(row[column]) for row in sheet.rows)]
    return Reading(
        title=sheet.title,
        columns=[sheet.columns[column] for column in said],
        rows=[
            [(sheet.columns[column], in_words(row[column])) for column in said]
            for row in sheet.rows
        ],
    )
