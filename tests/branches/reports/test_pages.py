"""The quarter on the page, in Excel and on paper: one snapshot, the same figures everywhere."""

import csv
import io
import json
import re
import shutil
import subprocess
from datetime import date, timedelta
from html import unescape

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import translation
from openpyxl import load_workbook
from pypdf import PdfReader

from accounts.models import AuditLine
from branches import ledger
from branches.errors import AlreadyFrozen
from branches.models import Branch, QuarterConfirmation, QuarterReport
from branches.reports import freezing
from branches.reports.catalogue import FIGURES, OF_A_BRANCH
from branches.reports.reporting import report_of
from branches.views import reports
from tests.branches import school
from tests.branches.reports.conftest import AUGUST, OCTOBER, Q3, meeting

pytestmark = pytest.mark.django_db

SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")


def said(response) -> str:
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(unescape(text).split())


@pytest.fixture
def office(client, year):
    client.force_login(year.bureau)
    return client


def url(year, name="report", *more, at=None):
    return reverse(f"branches:{name}", args=[(at or year.county).pk, Q3.code, *more])


def listed(page: str) -> dict:
    """Name → number and unit of the table with every figure."""
    rows = re.findall(
        r'<th scope="row" data-name="数字">([^<]+)</th><td data-name="怎样算">[^<]*</td>'
        r'<td class="table__number" data-name="数">(?:<a [^>]*>)?([^<]+)<',
        page,
    )
    return {unescape(name): unescape(value) for name, value in rows}


# One snapshot, three media


@pytest.fixture
def frozen(year):
    freezing.confirm(
        branch=year.first,
        quarter=Q3,
        seen=freezing.print_of(freezing.figures_of(year.first, Q3)),
        by=year.bureau,
    )
    return freezing.freeze(organisation=year.county, quarter=Q3, by=year.bureau, now=OCTOBER)


def expected(figures, codes=FIGURES):
    report = {}
    for code in codes:
        figure, value = FIGURES[code], figures[code]
        report[str(figure.name)] = (figure, value)
    return report


def test_page_excel_and_pdf_say_the_same_of_every_figure(office, year, frozen, tmp_path):
    report = report_of(year.county, Q3)
    # What came later must be on none of them.
    meeting(year, year.group, AUGUST.replace(day=20), year.wang, number=9)
    page = office.get(url(year)).content.decode()
    sheets = _in_libreoffice(office.get(url(year, "report_excel")).content, tmp_path)
    pdf = PdfReader(io.BytesIO(office.get(url(year, "report_pdf")).content))
    paper = _squeezed("".join(each.extract_text() for each in pdf.pages))

    totals = {row[0]: row for row in sheets["合计"]}
    on_page = listed(page)
    for item in report.everything:
        name = str(item.figure.name)
        assert on_page[name] == item.with_unit
        assert _same(totals[name][2], item.value), name
    for item in report.heads:
        assert _squeezed(f"{item.figure.name}{item.with_unit}") in paper

    appendix = {row[0]: row for row in sheets["附件"]}
    places = {name: place for place, name in enumerate(appendix["支部"])}
    for row in report.branches:
        branch_page = office.get(url(year, "report_branch", row.pk)).content.decode()
        for item in row.all:
            name = str(item.figure.name)
            assert listed(branch_page)[name] == item.with_unit
            cell = appendix[row.name][places[item.figure.label]]
            assert _same(cell, item.value), (row.name, name)
            line = _squeezed(f"{name}{item.figure.how}{item.with_unit}")
            assert line in paper, (row.name, name)
    assert len(report.branches[0].all) == len(OF_A_BRANCH)


def _squeezed(text):
    # How a PDF parts its words is not what is asked; a missing glyph of the font neither.
    return re.sub(r"\s", "", text)


def _same(cell, value):
    return float(cell.replace(",", "")) == float(value)


def _in_libreoffice(data, folder) -> dict[str, list]:
    """Every sheet as LibreOffice reads and calculates it."""
    if SOFFICE is None:
        pytest.skip("LibreOffice is not installed")
    path = folder / "report.xlsx"
    path.write_bytes(data)
    subprocess.run(
        [
            SOFFICE,
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--headless",
            "--convert-to",
            # The last but one: all sheets, each to a file of its own.
            "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1",
            "--outdir",
            str(folder),
            str(path),
        ],
        check=True,
        capture_output=True,
        timeout=160,
    )
    sheets = {}
    for name in load_workbook(io.BytesIO(data), read_only=True).sheetnames:
        with (folder / f"report-{name}.csv").open(encoding="utf-8", newline="") as file:
            sheets[name] = [row for row in csv.reader(file) if row]
    return sheets


@pytest.mark.parametrize("is_frozen", [True, False])
def test_the_command_prints_what_the_page_says(office, year, request, is_frozen, capsys):
    if is_frozen:
        request.getfixturevalue("frozen")
    call_command("report_quarter", year.county.code, "2026Q3")

    told = capsys.readouterr()
    facts = json.loads(told.out)
    assert facts["frozen"] is is_frozen
    assert ("Provisional" in told.err) is not is_frozen
    assert facts["total"] == report_of(year.county, Q3).content["total"]


@pytest.mark.parametrize(("kind", "begins"), [("xlsx", b"PK"), ("pdf", b"%PDF")])
def test_the_command_writes_files_too(year, kind, begins, tmp_path):
    path = tmp_path / f"report.{kind}"

    call_command("report_quarter", year.county.code, "2026Q3", format=kind, output=str(path))

    assert path.read_bytes().startswith(begins)


@pytest.mark.parametrize(
    ("code", "quarter", "says"),
    [
        ("没有的", "2026Q3", "no organisation with the code 没有的"),
        ("望湖县", "2026Q3", "The code of 望湖县 is"),
        ("第一支部", "2026Q3", "a branch of 望湖县, whose code is"),
        (None, "2026Q5", "no quarter"),
        (None, "2027Q1", "has not begun"),
    ],
)
def test_the_command_says_what_it_did_not_understand(year, code, quarter, says):
    with pytest.raises(CommandError, match=says):
        call_command("report_quarter", code or year.county.code, quarter)


def test_the_command_says_where_it_cannot_write(year, tmp_path):
    with pytest.raises(CommandError, match="cannot be written"):
        call_command(
            "report_quarter", year.county.code, "2026Q3", output=str(tmp_path / "no" / "x.json")
        )


def test_a_frozen_report_says_its_year_in_the_language_of_the_page(office, year, frozen):
    with translation.override("en"):
        assert "2026, " in report_of(year.county, Q3).state
        with pytest.raises(AlreadyFrozen, match=r"October 2026"):
            freezing.freeze(organisation=year.county, quarter=Q3, by=year.bureau)

    assert report_of(year.county, Q3).state.startswith("2026年10月")


def test_a_formula_in_a_name_stays_text(office, year):
    year.first.name = '=HYPERLINK("http://x","点")'
    year.first.save()

    book = load_workbook(io.BytesIO(office.get(url(year, "report_excel")).content))

    cell = next(
        cell for row in book["附件"].iter_rows() for cell in row if "HYPERLINK" in str(cell.value)
    )
    assert (cell.data_type, cell.quotePrefix) == ("s", True)
    assert "&quot;http://x" in office.get(url(year)).content.decode()


# What the pages do


def test_a_frozen_report_that_was_changed_is_given_to_nobody(office, year, frozen, monkeypatch):
    # Its triggers stand in the way of a change: the finger print is taken for another one.
    monkeypatch.setattr(freezing, "hash_of", lambda report: "0" * 64)

    page = office.get(url(year))
    files = [office.get(url(year, name)) for name in ("report_excel", "report_pdf")]

    assert page.status_code == 200
    assert "指纹对不上" in page.content.decode()
    assert [(file.status_code, file["Content-Type"][:9]) for file in files] == [
        (409, "text/html")
    ] * 2


def test_every_total_opens_to_its_lines(office, year, frozen):
    page = office.get(url(year)).content.decode()
    for code in ("people", "times", "hours", "hours_apart", "times_live"):
        assert f"{url(year, 'report_lines')}?figure={code}" in page

    text = said(office.get(url(year, "report_lines"), {"figure": "hours_apart"}))

    assert "回放、自学学时 2.0 学时" in text
    assert "王秀兰 第一支部" in text
    assert "赵·䶮" not in text


def test_the_lines_of_a_frozen_figure_are_those_that_stood_then(office, year, frozen):
    meeting(year, year.group, AUGUST.replace(day=20), year.wang, number=9)
    line = year.zhao.study_entries.filter(mode="live").get()
    ledger.reverse(entry=line, by=year.bureau, reason="那天请假")

    then = said(office.get(url(year, "report_lines"), {"figure": "times"}))
    late = said(office.get(url(year, "report_lines"), {"late": "1"}))

    assert "人次 6 人次 学时 10.0 学时" in then
    assert "那天请假" not in then
    assert "那天请假" in late
    # One came and one was taken back.
    assert "人次 0 人次" in late


@pytest.mark.parametrize(("figure", "rows"), [("records", 5), ("present", 5), ("held_lecture", 0)])
def test_records_and_activities_open_to_themselves(office, year, frozen, figure, rows):
    # Drafted later than the report, and on none of its pages.
    late = meeting(year, year.group, AUGUST.replace(day=21), year.wang, number=10)
    late.branch_records.update(drafted_at=OCTOBER + timedelta(hours=1))
    item = report_of(year.county, Q3).total[figure]

    page = office.get(url(year, "report_lines"), {"figure": figure})
    of_one = office.get(url(year, "report_lines"), {"figure": figure, "branch": year.second.pk})

    assert len(page.context["rows"]) == rows
    assert figure != "records" or item.value == rows
    assert f"{item.figure.name} {item.with_unit}" in said(page)
    assert {each.branch for each, _books in of_one.context["rows"]} <= {year.second}
    if rows:
        each, books = page.context["rows"][0]
        assert reverse("branches:record", args=[books, each.pk]) in page.content.decode()


def test_a_long_list_to_ring_has_pages_and_opens_a_number_on_its_own(office, year, monkeypatch):
    monkeypatch.setattr(reports, "BRANCHES_ON_A_PAGE", 1)

    first = said(office.get(url(year, "report_calls")))
    opened = office.post(url(year, "report_number"), {"branch": year.first.pk})

    assert "第 1 页，共 2 页，2 个" in first
    assert "第二支部" not in first
    assert "第一支部" in said(opened)
    assert f'{url(year, "report_calls")}?page=1"' in opened.content.decode()


def test_a_branch_that_ended_in_the_quarter_is_nobodys_to_ring(office, year):
    Branch.objects.filter(pk=year.second.pk).update(ended_on=date(2026, 8, 15))

    page = said(office.get(url(year, "report_calls")))

    assert "从 2026年8月15日 星期六 起已经撤销，由上级确认" in page
    assert "先请支部定一位书记" not in page


def test_freezing_is_done_by_a_button_and_told_once(office, year):
    assert "定稿" in said(office.get(url(year)))

    office.post(url(year, "freeze_report"))
    again = office.post(url(year, "freeze_report"))

    assert QuarterReport.objects.count() == 1
    assert again.status_code == 422
    assert "已经由钱立新在2026年10月8日" in said(again)
    assert "编号" in said(office.get(url(year)))


def test_corrections_stand_beside_the_frozen_figures(office, year, frozen):
    meeting(year, year.group, AUGUST.replace(day=20), year.wang, number=9)

    text = said(office.get(url(year)))

    assert "参加学习人次（人次） 6 +1 7" in text
    assert "第 1 号 2026年8月20日 星期四 第一支部 +1 人次 +2.0 学时" in text


def test_the_call_list_masks_numbers_and_writes_down_who_saw_them(office, year):
    year.wang.phone = "13812345678"
    year.wang.save()

    before = said(office.get(url(year, "report_calls")))
    after = said(office.post(url(year, "report_number"), {"branch": year.first.pk}))

    assert "第一支部 望湖县 王秀兰 138****5678" in before
    assert "第二支部𠮷 水利局 还没有" in before
    assert "13812345678" in after
    line = AuditLine.objects.get(action="file.revealed")
    assert (line.person, line.actor) == (year.wang, year.bureau)


def test_who_has_confirmed_is_not_on_the_call_list(office, year, frozen):
    assert "第一支部" not in said(office.get(url(year, "report_calls")))


# The secretary


@pytest.fixture
def secretary(client, year):
    client.force_login(school.login(year.wang))
    return client


def test_a_secretary_sees_the_figures_and_confirms_with_one_button(secretary, year):
    address = reverse("branches:branch_quarter", args=[year.first.pk, Q3.code])
    page = secretary.get(address).content.decode()
    seen = re.search(r'name="seen" value="(\w+)"', page)[1]

    confirm = reverse("branches:confirm_quarter", args=[year.first.pk, Q3.code])
    for _press in range(2):
        secretary.post(confirm, {"seen": seen})

    assert QuarterConfirmation.objects.count() == 1
    assert "已确认 10月8日" in said(secretary.get(address))
    assert "数字对，确认" not in said(secretary.get(address))


def test_a_functional_branch_reads_that_others_confirm(secretary, year):
    school.office(year.wang, year.functional)

    page = said(secretary.get(f"/branches/{year.functional.pk}/quarters/{Q3.code}/"))

    assert "功能型、临时支部不用确认" in page
    assert "对了按一下确认" not in page


def test_old_figures_are_not_confirmed_and_the_page_says_why(secretary, year):
    confirm = reverse("branches:confirm_quarter", args=[year.first.pk, Q3.code])

    response = secretary.post(confirm, {"seen": "old"})

    assert response.status_code == 422
    assert "数字刚才有变化" in said(response)


# Scope


@pytest.mark.parametrize(
    "name", ["report", "report_lines", "report_excel", "report_pdf", "report_calls"]
)
def test_a_sister_county_sees_its_own_and_nothing_else(client, year, name):
    client.force_login(year.sisters_bureau)

    assert client.get(url(year, name)).status_code == 404
    assert client.get(url(year, name, at=year.province)).status_code == 404
    assert client.get(url(year, name, at=year.sister)).status_code == 200
    if name.startswith("report_l"):
        text = said(client.get(url(year, name, at=year.sister)))
        assert "人次 1 人次" in text
        assert "王秀兰" not in text


def test_a_branch_of_another_county_opens_in_no_report(office, year):
    assert office.get(url(year, "report_branch", year.theirs.pk)).status_code == 404
    lines = office.get(url(year, "report_lines"), {"branch": year.theirs.pk})
    assert lines.status_code == 404


@pytest.mark.parametrize("code", ["2026Q5", "2026", "x", "9999Q4", "2027Q1", "1000Q1"])
def test_what_is_no_quarter_is_not_found(office, year, code):
    address = reverse("branches:report", args=[year.county.pk, code])

    assert office.get(address).status_code == 404


@pytest.mark.parametrize("branches", [1, 40])
def test_the_page_costs_the_same_queries_for_forty_branches(
    office, year, branches, django_assert_num_queries
):
    for number in range(branches):
        school.branch(f"支部{number}", at=year.county)
    office.get(url(year))

    with django_assert_num_queries(PAGE):
        office.get(url(year))


PAGE = 35


def test_every_line_of_a_group_elsewhere_opens_too(office, year):
    page = office.get(url(year, "report_lines"), {"figure": "times"}).content.decode()
    links = set(re.findall(r'href="(/branches/\d+/ledger/\d+/)"', page))

    assert any(link.startswith(f"/branches/{year.first.pk}/") for link in links)
    assert {link: office.get(link).status_code for link in links} == dict.fromkeys(links, 200)


def test_a_line_of_a_branch_that_was_moved_away_is_no_link(office, year, frozen):
    year.second.organisation = year.sister
    year.second.save()
    page = said(office.get(url(year, "report_lines"), {"figure": "times"}))

    assert "在别的单位" in page
