import io
from html import unescape

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import AuditLine, Person, RosterImport
from accounts.roster import columns, reading
from accounts.roster.refusals import LARGEST_FILE
from tests.accounts.roster import golden, school
from tests.accounts.roster.school import kept, row

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def county():
    return school.county()


@pytest.fixture
def user(client):
    user = school.registrar()
    client.force_login(user)
    return user


@pytest.fixture
def send(client, user, django_capture_on_commit_callbacks):
    """Send a form and follow to the page it leads to; its job runs at once."""

    def post(address, fields, *arguments):
        with django_capture_on_commit_callbacks(execute=True):
            sent = client.post(reverse(f"roster:{address}", args=arguments), fields)
        return client.get(sent.url) if sent.status_code == 302 else sent

    return post


def words(response) -> str:
    return " ".join(unescape(response.content.decode()).split())


def uploaded(source=None, name="名册.xlsx"):
    return SimpleUploadedFile(name, school.book(row()) if source is None else source)


def bring(send, source) -> RosterImport:
    send("new", {"organisation": school.unit("银杏区").pk, "file": uploaded(source)})
    return RosterImport.objects.get()


def confirmed(send, roster, **more):
    fields = {f"column_{at}": field for at, field in roster.mapping["fields"].items()}
    return send("columns", fields | more, roster.pk)


# The way of a roster


def test_a_roster_goes_from_the_upload_to_the_files(send, user):
    school.file("何彩兰")
    source = school.book(
        row("何彩兰", phone="13800000001"),
        row(),
        row("李国强", unit="纺织厂"),
        row("", "1950-01-01"),
    )

    page = send("new", {"organisation": school.unit("银杏区").pk, "file": uploaded(source)})
    assert "核对各列" in words(page)
    roster = RosterImport.objects.get()
    assert [field.value() for field, _heading, _shown in page.context["form"].columns] == [
        "name",
        "sex",
        "born_on",
        "id_number",
        "phone",
        "unit",
    ]

    page = confirmed(send, roster)
    said = words(page)
    assert "共 4 行。现在什么都还没有写入。" in said
    assert "手机号：填上 138****0001" in said
    assert "单位：没有找到“纺织厂”这个单位。" in said
    assert "姓名：没有姓名，不能写入。" in said
    assert "写入 2 行" in said
    assert "13800000001" not in said

    page = send("apply", {"choice": "clean"}, roster.pk)
    assert "已写入 2 行" in words(page)
    assert Person.objects.get(name="何彩兰").phone == "13800000001"
    assert Person.objects.filter(name="王秀兰").exists()
    assert AuditLine.objects.filter(action="roster.applied", actor=user).count() == 1


def test_sample_values_show_no_whole_number(send):
    source = school.book(row(phone="13800000001", id_number=school.ID("19500308", "022")))
    page = send("new", {"organisation": school.unit("银杏区").pk, "file": uploaded(source)})
    assert "138****0001" in words(page)
    assert school.ID("19500308", "022") not in words(page)
    assert "13800000001" not in words(page)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, ["请选择机构。", "请选择文件。"]),
        ({"file": b""}, ["这个文件是空的，请重新选一个。"]),
        ({"file": b"x" * (LARGEST_FILE + 1)}, ["文件太大了，最大 20 MB。"]),
    ],
    ids=["nothing", "empty", "too large"],
)
def test_what_is_wrong_with_an_upload_stands_beside_its_field(client, user, fields, said):
    if "file" in fields:
        fields = {"organisation": school.unit("银杏区").pk, "file": uploaded(fields["file"])}
    page = client.post(reverse("roster:new"), fields)
    assert page.status_code == 422
    assert [sentence for sentence in said if sentence not in words(page)] == []
    assert RosterImport.objects.count() == 0


def test_nobody_brings_a_roster_for_another_county(client, user):
    fields = {"organisation": school.unit("远山县").pk, "file": uploaded()}
    assert client.post(reverse("roster:new"), fields).status_code == 422
    assert "远山" not in words(client.get(reverse("roster:new")))


def test_a_file_that_cannot_be_read_says_why_and_what_to_do(send):
    page = send(
        "new", {"organisation": school.unit("银杏区").pk, "file": uploaded(b"<html>", "名册.xls")}
    )
    assert "这个文件没有读成" in words(page)
    assert "换一个文件" in words(page)


def test_two_columns_for_one_thing_are_told_and_nothing_is_lost(send):
    roster = bring(send, school.book(row()))
    page = confirmed(send, roster, column_1="name")
    assert page.status_code == 422
    assert "“姓名”已经选给了另一列，请只留一列。" in words(page)
    assert page.context["form"]["column_5"].value() == "unit"


def test_a_working_roster_says_how_far_it_is(client, user):
    roster = kept(row())
    RosterImport.objects.filter(pk=roster.pk).update(state="applying", done=3, total=10)
    page = client.get(reverse("roster:roster", args=[roster.pk]))
    assert "3 / 10 行" in words(page)
    assert "page-watch" in words(page)


def test_the_preview_is_filtered_and_searched(client, user):
    roster = kept(row(), row("李国强", unit="纺织厂"))
    address = reverse("roster:roster", args=[roster.pk])
    for query, names in (
        ("", ["王秀兰", "李国强"]),
        ("?verdict=review", ["李国强"]),
        ("?q=王", ["王秀兰"]),
        ("?verdict=same", []),
        ("?verdict=nonsense&page=99", ["王秀兰", "李国强"]),
    ):
        page = client.get(address + query)
        assert [one.entry.row.values.name for one in page.context["page"]] == names


@pytest.mark.parametrize("rows", [1, 40])
def test_a_preview_costs_as_many_queries_however_many_rows(
    client, user, rows, django_assert_max_num_queries
):
    roster = kept(*[row(f"何{chr(ord('一') + number)}") for number in range(rows)])
    with django_assert_max_num_queries(24):
        client.get(reverse("roster:roster", args=[roster.pk]))


def test_a_script_in_a_roster_is_text(send):
    evil = "<script>alert(1)</script>"
    roster = bring(send, school.book([evil, *row()[1:]], headings=school.HEADINGS))
    page = confirmed(send, roster)
    assert "<script>alert" not in page.content.decode()


def test_the_list_says_what_waits(client, user):
    kept(row(), row("李国强", unit="纺织厂"))
    page = words(client.get(reverse("roster:list")))
    assert "1 行名册要人看过才能写。" in page
    assert "等待写入" in page
    assert "没有查到这样的名册" in words(client.get(reverse("roster:list") + "?q=没有"))


def test_rosters_of_another_county_are_not_listed(client):
    kept(row())
    client.force_login(school.registrar("远山县"))
    page = words(client.get(reverse("roster:list")))
    assert "名册.xlsx" not in page
    assert "名册要人看过" not in page


# Files


def sheet_of(response):
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    return [[cell.value for cell in cells] for cells in book.active.iter_rows()], book.active


def test_the_report_has_the_rows_as_typed_with_verdict_and_reason(client, user):
    formula = '=HYPERLINK("http://203.0.113.7")'
    headings = [*school.HEADINGS, "备注"]
    school.file("何彩兰")
    roster = kept(
        [*row("何彩兰", phone="13800000001"), ""],
        [*row("李国强", unit="纺织厂"), formula],
        headings=headings,
        by=user,
    )

    rows, sheet = sheet_of(client.get(reverse("roster:report", args=[roster.pk])))

    assert rows[2] == [*headings, "行号", "结论", "原因"]
    assert rows[3][4:] == [
        "13800000001",
        "档案局",
        None,
        "2",
        "有变化，还没有写入",
        "手机号：填上 138****0001",
    ]
    assert rows[4][6:9] == [formula, "3", "需要审核"]
    assert rows[4][9] == "单位：没有找到“纺织厂”这个单位。"
    assert "f" not in {cell.data_type for cells in sheet.iter_rows() for cell in cells}
    assert AuditLine.objects.filter(action="file.exported").count() == 0
    assert AuditLine.objects.get(action="files.exported").details["count"] == 2


def test_the_report_of_one_verdict_has_only_its_rows(client, user):
    roster = kept(row(), row("李国强", unit="纺织厂"))
    address = reverse("roster:report", args=[roster.pk])
    rows, _sheet = sheet_of(client.get(f"{address}?verdict=review"))
    assert [cells[0] for cells in rows[3:]] == ["李国强"]
    assert client.get(f"{address}?verdict=same").status_code == 404


def test_the_empty_roster_is_understood_and_holds_nobody(client, user):
    answer = client.get(reverse("roster:template"))
    table = columns.understand(reading.read(answer.content))
    assert table.rows == []
    assert table.unknown == []
    assert len(table.fields) == len(table.headings)


# In doubt


def test_a_doubtful_row_is_settled_on_its_page(client, user):
    person = school.file("王秀芝", id_number=school.ID("19500308", "022"))
    roster = kept(row(id_number=school.ID("19500308", "022"), phone="13800000001"))
    address = reverse("roster:row", args=[roster.rows.get().pk])

    page = words(client.get(address))
    assert "这个身份证号的档案是另一个名字，请核对。" in page
    assert "就是档案里的王秀芝" in page
    assert "手机号：填上 138****0001" in page
    assert school.ID("19500308", "022") not in page
    refused = client.post(address, {})
    assert (refused.status_code, "请选怎样处理。" in words(refused)) == (422, True)

    assert client.post(address, {"choice": f"update {person.pk}"}).status_code == 302
    person.refresh_from_db()
    assert person.phone == "13800000001"
    assert "已经办理" in words(client.get(address))


def test_a_person_that_the_row_is_not_about_cannot_be_chosen(client, user):
    other = school.file("李国强")
    roster = kept(row(born="1990-03-08"))
    address = reverse("roster:row", args=[roster.rows.get().pk])
    assert client.post(address, {"choice": f"update {other.pk}"}).status_code == 422


def test_many_doubtful_rows_are_settled_at_once(client, user):
    roster = kept(row(born="1990-03-08"), row("李国强", "1991-01-01"), row("张桂芳", "1992-01-01"))
    chosen = [one.pk for one in roster.rows.all()[:2]]
    page = words(client.get(reverse("roster:review")))
    assert "共 3 行等您看" in page

    sent = client.post(reverse("roster:settle_many"), {"rows": chosen, "decision": "new"})

    assert "办好了 2 行。" in words(client.get(sent.url))
    assert sorted(Person.objects.exclude(kind="staff").values_list("name", flat=True)) == [
        "李国强",
        "王秀兰",
    ]
    nothing = client.post(reverse("roster:settle_many"), {"decision": "new"})
    assert (nothing.status_code, "请先勾选要处理的行。" in words(nothing)) == (422, True)


def test_the_review_page_is_filtered(client, user):
    kept(row(born="1990-03-08"), row("李国强", "1991-01-01", unit="机械厂"))
    address = reverse("roster:review")
    for query, names in (
        ("", ["王秀兰", "李国强"]),
        ("?q=李", ["李国强"]),
        (f"?organisation={school.unit('机械厂').pk}", ["李国强"]),
        ("?organisation=999999", ["王秀兰", "李国强"]),
    ):
        page = client.get(address + query)
        assert [one["row"].name for one in page.context["rows"]] == names


def test_the_golden_roster_is_shown_from_beginning_to_end(client, user, send):
    roster = bring(send, golden.workbook())
    page = confirmed(send, roster)
    assert page.status_code == 200
    last = client.get(reverse("roster:roster", args=[roster.pk]) + "?page=2")
    assert len(page.context["page"]) + len(last.context["page"]) == len(golden.ROWS)
    assert client.get(reverse("roster:review")).status_code == 200
    assert client.get(reverse("roster:report", args=[roster.pk])).status_code == 200
