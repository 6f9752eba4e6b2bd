"""Forms above: edited by the office, filled in by themselves, confirmed once, sent back."""

import io
from datetime import date

import pytest
from django.http import Http404
from django.urls import reverse
from openpyxl import load_workbook
from pypdf import PdfReader

from branches import statements
from branches.errors import StatementChanged, StatementNotOpen, StatementNotWhole
from branches.models import Branch, Statement, StatementForm
from branches.quarters import Quarter
from branches.reports import content
from branches.today import today_of
from branches.views import statements as views
from tests.branches import school
from tests.branches.reports.conftest import AUGUST, OCTOBER, Q3, meeting
from tests.branches.reports.test_pages import said

pytestmark = pytest.mark.django_db

ROWS = [
    {"kind": "figure", "label": "参加学习", "figure": "times"},
    {"kind": "text", "label": "主要做法"},
    {"kind": "evidence", "label": "照片"},
]


def edit(year, form=None, **change):
    facts = {"name": "统计表", "every": "quarter", "rows": ROWS, "valid_from": date(2026, 1, 1)}
    return statements.edit_form(
        form=form, organisation=year.county, by=year.bureau, now=OCTOBER, **(facts | change)
    )


@pytest.fixture
def form(year):
    return edit(year)


@pytest.fixture
def open_statement(year, form):
    return statements.statement_of(form, year.first, Q3)


def confirm(year, statement, **texts):
    return statements.confirm(statement=statement, texts=texts, by=year.bureau, now=OCTOBER)


def test_nobody_answers_for_a_time_before_the_branch_or_after_it(year, form):
    new = school.branch("新支部", at=year.county, founded_on=date(2026, 10, 1))
    gone = school.branch("老支部", at=year.county, ended_on=date(2026, 7, 1))
    last = school.branch("七月撤销的", at=year.county, ended_on=date(2026, 7, 2))

    asked = {branch.name for branch, _said in statements.collected(form, Q3)}
    reported = {each["name"] for each in content.content_of(year.county, Q3)["branches"]}

    assert asked == reported == {"第一支部", "第二支部𠮷", "七月撤销的"}
    today = OCTOBER.date()
    assert [len(statements.asked_of(each, on=today)) for each in (new, gone, last)] == [0, 0, 1]
    assert [
        any("确认" in work.what for work in today_of(each, on=today).work)
        for each in (new, gone, last)
    ] == [False, False, True]


def test_a_form_fills_in_the_figures_of_the_branch(open_statement):
    row, *_others = statements.rows_of(open_statement)

    assert row.said == "5 人次"


def test_a_confirmed_statement_keeps_its_figures_and_twice_is_once(year, open_statement):
    one = confirm(year, open_statement, **{"1": "读书会", "0": "不是字"})
    meeting(year, year.group, AUGUST.replace(day=20), year.wang, number=9)
    again = confirm(year, open_statement, **{"1": "别的"})

    assert one == again == Statement.objects.get()
    assert [row.said for row in statements.rows_of(again)] == ["5 人次", "读书会", ""]
    with pytest.raises(StatementNotOpen, match="不能再改"):
        statements.write(statement=open_statement, texts={})


def test_what_is_sent_back_is_open_again_with_the_reason(year, open_statement):
    confirmed = confirm(year, open_statement, **{"1": "读书会"})

    returned = statements.send_back(statement=confirmed, reason="人次不对", by=year.bureau)

    assert (returned.state, returned.reason, returned.figures) == ("returned", "人次不对", None)
    assert returned.texts == {"1": "读书会"}
    assert confirm(year, returned).state == "confirmed"


@pytest.mark.parametrize("reason", ["", "人次不对"])
def test_without_a_reason_or_unconfirmed_nothing_is_sent_back(year, open_statement, reason):
    statement = statements.write(statement=open_statement, texts={})

    with pytest.raises(StatementNotOpen):
        statements.send_back(statement=statement, reason=reason, by=year.bureau)


def test_a_period_that_is_not_over_is_not_confirmed(year, form):
    early = statements.statement_of(form, year.first, Quarter(2026, 4))

    with pytest.raises(StatementNotOpen, match="还没有过完"):
        confirm(year, early)


def test_an_edited_form_is_a_new_version_and_the_old_statement_keeps_its_own(
    year, form, open_statement
):
    confirm(year, open_statement)
    edit(year, form)
    edit(year, form, rows=ROWS[:1], valid_from=date(2026, 9, 1))

    assert [version.number for version in form.versions.all()] == [1, 2]
    assert len(statements.rows_of(statements.statement_of(form, year.first, Q3))) == 3
    assert len(statements.rows_of(statements.statement_of(form, year.second, Q3))) == 1


@pytest.mark.parametrize("change", [{"name": " "}, {"rows": []}, {"name": "统计表"}])
def test_a_form_needs_a_name_of_its_own_and_rows(year, form, change):
    with pytest.raises(StatementNotWhole):
        edit(year, **change)


def test_a_form_of_a_county_asks_its_branches_only(year, form):
    assert statements.form_for(year.second, form.pk) == form
    with pytest.raises(Http404):
        statements.form_for(year.theirs, form.pk)
    assert [branch for branch, _said in statements.collected(form, Q3)] == [
        year.first,
        year.second,
    ]


def test_two_offices_do_not_write_over_each_other_unseen(year, form):
    edit(year, form, rows=[*ROWS, {"kind": "text", "label": "困难"}], seen=1)

    with pytest.raises(StatementChanged, match="困难"):
        edit(year, form, rows=ROWS[:2], seen=1)

    edit(year, form, rows=ROWS[:2], seen=2)
    assert [version.number for version in form.versions.all()] == [1, 2, 3]


def test_two_of_a_branch_do_not_write_over_each_other_unseen(year, open_statement):
    seen = statements.stamp(open_statement)
    first = statements.write(statement=open_statement, texts={"1": "读书会"}, seen=seen)

    with pytest.raises(StatementChanged, match="刚才有人也写了"):
        statements.write(statement=first, texts={"1": "参观"}, seen=seen)

    statements.write(statement=first, texts={"1": "参观"}, seen=statements.stamp(first))
    assert Statement.objects.get().texts == {"1": "参观"}


def test_too_many_words_are_refused_and_not_cut(open_statement):
    lines = "\r\n".join(["一二三四五六七八九"] * 200)

    kept = statements.write(statement=open_statement, texts={"1": lines})
    with pytest.raises(StatementNotWhole, match="现在是 2001 个"):
        statements.write(statement=open_statement, texts={"1": "字" * 2001})

    assert kept.texts == {"1": lines.replace("\r\n", "\n")}


def test_a_branch_that_ended_before_is_asked_no_more(year, form):
    Branch.objects.filter(pk=year.second.pk).update(ended_on=date(2026, 7, 1))
    Branch.objects.filter(pk=year.first.pk).update(ended_on=date(2026, 7, 2))

    assert [branch for branch, _said in statements.collected(form, Q3)] == [year.first]


# The pages


def test_an_office_makes_a_form_and_a_secretary_confirms_it(client, year):
    client.force_login(year.bureau)
    client.post(
        reverse("branches:new_statement_form"),
        {
            "organisation": year.county.pk,
            "name": "申报表",
            "every": "quarter",
            "valid_from": "2026-01-01",
            "kind": ["figure", "text", "figure"],
            "label": ["", "做法", ""],
            "figure": ["times", "", ""],
        },
    )
    form = StatementForm.objects.get()
    address = reverse("branches:statement", args=[year.first.pk, form.pk, Q3.code])
    client.force_login(school.login(year.wang))
    assert "申报表" in said(client.get(reverse("branches:branch_forms", args=[year.first.pk])))

    client.post(address, {"row-1": "读书会", "confirm": "1"})

    assert "已确认 10月8日" in said(client.get(address))
    client.force_login(year.bureau)
    collected = reverse("branches:collected_statements", args=[form.pk, Q3.code])
    assert "2 个支部，1 个已经确认" in said(client.get(collected))
    client.post(
        reverse("branches:send_statement_back", args=[form.pk, Q3.code]),
        {"statement": Statement.objects.get().pk, "reason": "请写明地点"},
    )
    client.force_login(year.wang.login)
    assert "请写明地点" in said(client.get(address))


def test_page_excel_and_pdf_of_a_statement_say_the_same(client, year, open_statement):
    confirm(year, open_statement, **{"1": "=1+1"})
    client.force_login(year.bureau)
    form = open_statement.form
    args = [year.first.pk, form.pk, Q3.code]

    page = said(client.get(reverse("branches:statement", args=args)))
    book = load_workbook(
        io.BytesIO(client.get(reverse("branches:statement_excel", args=args)).content)
    )
    pdf = client.get(reverse("branches:statement_pdf", args=args)).content
    paper = "".join(each.extract_text() for each in PdfReader(io.BytesIO(pdf)).pages)
    collected = client.get(reverse("branches:collected_excel", args=[form.pk, Q3.code])).content

    rows = {row[0].value: row[1] for row in book.active.iter_rows()}
    assert "5 人次" in page
    assert rows["参加学习"].value == "5 人次"
    assert "5人次" in paper.replace(" ", "").replace("\n", "")
    assert (rows["主要做法"].value, rows["主要做法"].data_type) == ("=1+1", "s")
    lines = [
        [cell.value for cell in row] for row in load_workbook(io.BytesIO(collected)).active.rows
    ]
    assert ["望湖县", "第一支部", "已确认", "5", "=1+1", None] in [
        [cell or None for cell in line] for line in lines
    ]


@pytest.fixture
def address(form):
    return reverse("branches:edit_statement_form", args=[form.pk])


def typed(*rows, **change):
    """A form as it is posted: rows of kind, label, figure, order, was."""
    names = ("kind", "label", "figure", "order", "was")
    columns = dict(zip(names, zip(*rows, strict=True), strict=True))
    facts = {"name": "统计表", "every": "quarter", "valid_from": "2026-01-01"}
    return facts | {name: list(values) for name, values in columns.items()} | change


OLD = [
    ("figure", "参加学习", "times", "1", "参加学习"),
    ("text", "主要做法", "", "2", "主要做法"),
    ("evidence", "照片", "", "3", "照片"),
]


def test_rows_are_deleted_added_and_put_in_order(client, year, form, address):
    client.force_login(year.bureau)
    deleted = ("figure", "", "times", "1", "参加学习")
    added = ("figure", "", "people", "2", "")

    client.post(address, typed(deleted, *OLD[1:], added))

    rows = form.versions.last().rows
    assert [row["label"] for row in rows] == ["主要做法", "参加学习人数", "照片"]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([*OLD, ("figure", "写了字\0没选", "", "4", "")], "“写了字没选”选的是“数字”"),
        ([*OLD, ("text", "长" * 201, "", "4", "")], "太长了，最多 200 个字"),
        ([("text", f"第{n}栏", "", "", "") for n in range(61)], "最多 60 个栏目，现在是 61 个"),
        ([("script", "栏目", "", "", "")], "请选是什么栏目"),
    ],
    ids=["no figure", "too long", "too many", "no kind"],
)
def test_what_an_office_typed_is_told_of_and_not_dropped(client, year, form, address, rows, words):
    client.force_login(year.bureau)

    page = client.post(address, typed(*rows))

    assert page.status_code == 422
    assert words in said(page)
    assert [row["label"] for row in page.context["rows"]][: len(rows)] == [
        row[1].replace("\0", "") for row in rows
    ]
    assert form.versions.count() == 1


def test_a_form_that_changed_meanwhile_keeps_what_a_branch_wrote(client, year, form):
    address = reverse("branches:statement", args=[year.first.pk, form.pk, Q3.code])
    client.force_login(school.login(year.wang))
    # Opened on the first version; then a row is put in front of the others.
    edit(year, form, rows=[{"kind": "text", "label": "困难"}, *ROWS])

    client.post(address, {"row-1": "读书会", "version": "1", "seen": ""})

    assert Statement.objects.get().version.number == 1
    later = client.post(address, {"row-0": "没有困难", "version": "2"})
    assert later.status_code == 422
    assert "困难 没有困难" in said(later)
    assert Statement.objects.get().texts == {"1": "读书会"}


def test_what_came_too_late_is_copied_out_for_whoever_wrote_it(client, year, open_statement):
    seen = statements.stamp(open_statement)
    confirm(year, open_statement, **{"1": "读书会"})
    client.force_login(school.login(year.wang))
    args = [year.first.pk, open_statement.form.pk, Q3.code]

    page = client.post(
        reverse("branches:statement", args=args),
        {"row-1": "参观", "version": "1", "seen": seen, "confirm": "1"},
    )

    assert page.status_code == 422
    assert "已经确认了这张表" in said(page)
    assert "主要做法 参观" in said(page)


def test_what_was_confirmed_on_an_older_version_is_in_the_collected_file(
    client, year, form, open_statement
):
    confirm(year, open_statement, **{"1": "读书会", "2": "柜子"})
    edit(year, form, rows=[{"kind": "text", "label": "困难"}, *ROWS[:2]])
    client.force_login(year.bureau)

    data = client.get(reverse("branches:collected_excel", args=[form.pk, Q3.code])).content

    lines = [[cell.value or "" for cell in row] for row in load_workbook(io.BytesIO(data)).active]
    assert ["单位", "支部", "确认", "困难", "参加学习（人次）", "主要做法", "照片"] in lines
    assert ["望湖县", "第一支部", "已确认", "", "5", "读书会", "柜子"] in lines


@pytest.mark.parametrize("code", ["2026Q5", "2026", "2026-09", "2027Q1", "1000Q1", "x"])
def test_a_form_is_open_for_its_own_periods_once_they_have_begun(client, year, form, code):
    client.force_login(year.bureau)

    for name, *args in (
        ("collected_statements", form.pk, code),
        ("statement", year.first.pk, form.pk, code),
    ):
        assert client.get(reverse(f"branches:{name}", args=args)).status_code == 404


@pytest.mark.parametrize("asked", ["²", "9" * 5000, "x", ""])
def test_what_is_no_statement_is_not_sent_back(client, year, form, asked):
    client.force_login(year.bureau)
    address = reverse("branches:send_statement_back", args=[form.pk, Q3.code])

    assert client.post(address, {"statement": asked, "reason": "x"}).status_code == 404


def test_what_many_branches_said_has_pages(client, year, form, monkeypatch):
    monkeypatch.setattr(views, "BRANCHES_ON_A_PAGE", 1)
    client.force_login(year.bureau)

    page = said(client.get(reverse("branches:collected_statements", args=[form.pk, Q3.code])))

    assert "2 个支部，0 个已经确认" in page
    assert "第 1 页，共 2 页，2 个" in page
