"""A person's copy of everything: complete, readable, and nobody else's."""

import base64
import io
import json
import re

import pytest
from django.core.files.base import ContentFile
from openpyxl import load_workbook

from accounts import audit
from accounts.models import AuditLine, Person
from accounts.rights import asking, exporting
from tests import factories
from tests.accounts import life

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def rows(copy, label):
    return next(sheet.rows for sheet in copy.sheets if sheet.table == label)


def test_every_relation_and_every_column_is_declared(db):
    assert exporting.undeclared() == []


def test_a_relation_that_nobody_declared_is_named(db, monkeypatch):
    declared = [table for table in exporting.tables() if table.label != "live.Visit"]
    monkeypatch.setattr(exporting, "tables", lambda: declared)

    assert exporting.undeclared() == ["live.Visit.person"]


def test_a_column_that_nobody_declared_is_named(db, monkeypatch):
    tables = exporting.tables()
    visits = next(table for table in tables if table.label == "live.Visit")
    monkeypatch.setattr(exporting, "tables", lambda: tables)
    known = dict.fromkeys(("device", "sound", "shows", "is_stalled"), "…")
    monkeypatch.setitem(vars(visits), "hidden", known)

    assert exporting.undeclared() == ["live.Visit.is_over"]


def test_every_column_and_every_table_has_a_chinese_name(db):
    names = [
        name
        for table in exporting.tables()
        for name in (
            exporting.title_of(table),
            *(exporting.column_name(table, column) for column in table.shown),
        )
    ]

    assert [name for name in names if not CHINESE.search(name)] == []


def test_a_copy_has_rows_of_every_table(her):
    copy = exporting.copy_of(her.person, now=her.person.created_at)

    assert [sheet.table for sheet in copy.sheets if not sheet.rows] == []


def test_sealed_fields_are_open_in_ones_own_copy(her):
    [kept, cover] = rows(
        exporting.copy_of(her.person, now=her.person.created_at), "accounts.Person"
    )

    assert kept["id_number"] == life.ID_NUMBER
    assert kept["phone"] == "13700000001"
    assert kept["health_note"] == "腿脚不便"
    assert cover["phone"] == "13700000007"


def test_a_photo_comes_along(her):
    [kept, _cover] = rows(
        exporting.copy_of(her.person, now=her.person.created_at), "accounts.Person"
    )

    assert base64.b64decode(kept["photo"].partition("base64,")[2]) == b"a face"


def test_what_was_said_in_class_comes_along(her):
    said = rows(exporting.copy_of(her.person, now=her.person.created_at), "live.RoomEvent")

    assert [row["body"]["text"] for row in said] == ["老师好"]


def test_names_of_others_are_shown_only_where_she_knows_them(her):
    text = exporting.as_json(exporting.copy_of(her.person, now=her.person.created_at)).decode()

    # Her daughter has acted for her, 王秀兰 studies on her device and lets her act.
    assert "何雅琴" in text
    assert "王秀兰" in text
    for stranger in Person.objects.filter(name__in=["周敏", "李国强", "沈文清"]):
        assert stranger.name not in text
    assert "周**" in text


def test_telephone_numbers_of_others_are_masked(her):
    text = exporting.as_json(exporting.copy_of(her.person, now=her.person.created_at)).decode()

    assert "13700000002" not in text
    assert "13700000009" not in text
    assert "137****0002" in text


def test_hashes_and_secrets_are_not_in_it(her):
    text = exporting.as_json(exporting.copy_of(her.person, now=her.person.created_at)).decode()

    for secret in (
        her.person.id_index,
        her.person.id_tail_index,
        her.person.cards.get().token_hash,
        AuditLine.objects.filter(person=her.person).first().hash,
    ):
        assert secret not in text


def test_the_copy_of_another_person_has_nothing_of_hers(her):
    copy = exporting.copy_of(her.other, now=her.person.created_at)
    text = exporting.as_json(copy).decode()

    for hers in (life.ID_NUMBER, "腿脚不便", "13700000001", "老师好", "文昌路 3 号"):
        assert hers not in text


def test_what_one_relative_wrote_is_not_in_the_copy_of_the_file(her):
    made = asking.record_relatives_paper(
        person=her.person, relation="女婿", paper="7", words="分家", by=her.registrar
    )

    text = exporting.as_json(exporting.copy_of(her.person, now=made.asked_at)).decode()

    assert "女婿" not in text
    assert "分家" not in text
    assert "家属查阅逝者档案" in text


def test_an_export_is_a_line_in_the_log(her):
    exporting.export(person=her.person, by=her.registrar, paper="申请 12")

    line = AuditLine.objects.first()
    assert (line.action, line.person, line.actor) == (
        audit.Action.FILE_EXPORTED,
        her.person,
        her.registrar,
    )
    assert line.details == {"paper": "申请 12"}


def test_the_json_reads_back(her):
    content = json.loads(
        exporting.as_json(exporting.copy_of(her.person, now=her.person.created_at))
    )

    assert content["name"] == "何彩兰"
    tables = {table["table"]: table for table in content["tables"]}
    assert tables["courses.Enrolment"]["columns"]["class_group"] == "班"
    assert {row["class_group"] for row in tables["courses.Enrolment"]["rows"]} == {"行书入门"}
    assert {"table": "学员卡", "column": "token_hash"}.items() <= next(
        hidden for hidden in content["hidden"] if hidden["column"] == "token_hash"
    ).items()


def test_the_workbook_has_a_page_for_each_table_and_no_formula(her):
    her.person.residence = "=1+1"
    her.person.save()

    data = exporting.as_excel(exporting.copy_of(her.person, now=her.person.created_at))

    book = load_workbook(io.BytesIO(data))
    assert len(book.sheetnames) == len(exporting.tables()) + 2
    assert book["我的档案"]["A2"].value == "姓名"
    cells = [cell for row in book["我的档案"].iter_rows() for cell in row]
    assert [cell.data_type for cell in cells if cell.value == "=1+1"] == ["s"]
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert kinds.isdisjoint({"f", "e"})


def test_a_photo_that_is_gone_does_not_stop_the_copy(db):
    person = factories.person("王秀兰")
    person.photo.save("face.jpg", ContentFile(b"a face"))
    person.photo.storage.delete(person.photo.name)

    [row] = rows(exporting.copy_of(person, now=person.created_at), "accounts.Person")

    assert row["photo"] is None


@pytest.mark.parametrize("visits", [1, 3])
def test_many_visits_of_one_class_cost_no_more_queries(her, visits, django_assert_max_num_queries):
    visit = her.person.visits.get()
    for _more in range(visits - 1):
        visit.pk = None
        visit.save()

    with django_assert_max_num_queries(120):
        exporting.copy_of(her.person, now=her.person.created_at)
