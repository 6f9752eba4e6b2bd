"""The golden table as far as the file alone can tell."""

import pytest

from accounts.roster import checks, columns, reading
from accounts.roster.rows import Field, Row
from tests.accounts.roster import golden


@pytest.fixture(scope="module")
def table():
    return columns.understand(reading.read(golden.workbook()))


@pytest.fixture(scope="module")
def rows(table) -> dict[int, Row]:
    return {row.number: row for row in checks.checked(table, today=golden.TODAY)}


def test_there_are_sixty_dirty_rows():
    assert len([dirty for dirty in golden.ROWS if dirty.cleaned or dirty.codes]) >= 60
    assert len({dirty.about for dirty in golden.ROWS}) == len(golden.ROWS)


def test_every_person_of_the_list_has_a_row_and_nobody_else(rows, table):
    assert list(rows) == [golden.number_of(dirty.about) for dirty in golden.ROWS]
    assert [(row.number, row.text[:6]) for row in table.skipped] == [
        (1, "银杏区退休人"),
        (2, "填报单位：银"),
        (golden.FIRST_ROW + len(golden.ROWS), f"合 计 {len(golden.ROWS)}"),
        (golden.FIRST_ROW + len(golden.ROWS) + 1, "单位负责人："),
    ]


def test_every_column_of_the_list_is_understood(table):
    fields = [Field(name) for name in golden.CELLS]

    assert table.fields == dict(enumerate(fields, start=1))
    assert table.unknown == []


@pytest.mark.parametrize("dirty", golden.ROWS, ids=lambda dirty: dirty.about)
def test_a_dirty_row_becomes_what_the_table_says(dirty, rows):
    row = rows[golden.number_of(dirty.about)]

    assert {name: getattr(row.values, name) for name in dirty.values} == dirty.values
    assert {cleaned.column for cleaned in row.cleaned} == dirty.cleaned
    assert {problem.code for problem in row.problems} == dirty.codes


@pytest.mark.parametrize("dirty", golden.ROWS, ids=lambda dirty: dirty.about)
def test_what_the_file_says_against_a_row_stands_in_its_verdict(dirty, rows):
    row = rows[golden.number_of(dirty.about)]

    # Without a problem the verdict is the database's to give.
    assert row.weight in ("", dirty.verdict)


@pytest.mark.parametrize("dirty", golden.ROWS, ids=lambda dirty: dirty.about)
def test_a_problem_is_told_without_what_the_row_says(dirty, rows):
    for problem in rows[golden.number_of(dirty.about)].problems:
        told = problem.message
        assert told.endswith("。")
        assert not [cell for cell in map(str, dirty.cells[1:]) if len(cell) > 3 and cell in told]
