"""A county with its units and files, and rosters for it."""

from collections.abc import Sequence
from datetime import date

from accounts import services
from accounts.models import Organisation, Person, RoleGrant, RosterImport, User
from accounts.roster import previewing
from accounts.roster.entries import Entry
from tests import factories
from tests.accounts.roster import golden, workbooks

TODAY = golden.TODAY
HEADINGS = ["姓名", "性别", "出生日期", "身份证号", "手机号", "单位"]
# Of an ID number: the region, the birth date and the rest are made to agree.
ID = golden.an_id


def county() -> Organisation:
    """银杏区 with the units of the golden table, and 远山县 beside it, in one city."""
    kinds = Organisation.Kind
    city = Organisation.add_root(name="青岚市", code="QL", kind=kinds.CITY)
    name, code = golden.COUNTY
    made = city.add_child(name=name, code=code, kind=kinds.COUNTY)
    for unit, code in golden.ORGANISATIONS:
        made.add_child(name=unit, code=code, kind=kinds.UNIT)
    far = Organisation.objects.get(pk=city.pk).add_child(
        name="远山县", code="YS", kind=kinds.COUNTY
    )
    far.add_child(name="远山中学", code="YS1", kind=kinds.UNIT)
    return Organisation.objects.get(pk=made.pk)


def unit(name: str = "档案局") -> Organisation:
    return Organisation.objects.get(name=name)


def file(name: str = "王秀兰", *, at: str = "档案局", **facts) -> Person:
    facts.setdefault("born_on", date(1950, 3, 8))
    return factories.person(name, organisation=unit(at), **facts)


def registrar(at: str = "银杏区", *, role: str = RoleGrant.Role.REGISTRAR) -> User:
    """A login that writes the files of an organisation and beneath."""
    person = factories.person(
        f"教务{at}", born_on=date(1985, 1, 1), kind="staff", organisation=unit(at)
    )
    services.grant_role(person=person, role=role, organisation=unit(at))
    return factories.login(person)


def row(name: str = "王秀兰", born: str = "1950-03-08", **cells: str) -> list[str]:
    """A row under HEADINGS; `cells` by field."""
    usual = {"sex": "女", "id_number": "", "phone": "", "unit": "档案局"} | cells
    return [name, usual["sex"], born, usual["id_number"], usual["phone"], usual["unit"]]


def book(*rows: Sequence[str], headings: Sequence[str] = HEADINGS) -> bytes:
    def typed_as_text(book, sheet):
        for cells in sheet.iter_rows():
            for cell in cells:
                # openpyxl takes "=…" for a formula.
                cell.data_type = "s" if isinstance(cell.value, str) else cell.data_type

    return workbooks.xlsx([headings, *rows], change=typed_as_text)


def judged(
    *rows: Sequence[str], headings: Sequence[str] = HEADINGS, at: str = "银杏区", **options
) -> list[Entry]:
    """What would become of `rows`, in their order."""
    source = book(*rows, headings=headings)
    found = previewing.preview(source, organisation=unit(at), today=TODAY, **options)
    return found.entries


def verdicts(entries: list[Entry]) -> list[str]:
    return [entry.verdict for entry in entries]


def codes(entry: Entry) -> list[str]:
    return [problem.code for problem in entry.problems]


def kept(
    *rows: Sequence[str],
    by: User | None = None,
    headings: Sequence[str] = HEADINGS,
    with_consent: bool = False,
    at: str = "银杏区",
) -> RosterImport:
    """A roster with these rows that waits to be written."""
    source = book(*rows, headings=headings)
    found = previewing.preview(
        source, organisation=unit(at), with_consent=with_consent, today=TODAY
    )
    return previewing.keep_at_once(
        found=found,
        organisation=unit(at),
        file_name="名册.xlsx",
        with_consent=with_consent,
        by=by,
    )
