import json
from io import StringIO

import pytest
from django.core.management import call_command

from accounts.models import AuditLine, Person, RosterImport
from tests.accounts.roster import golden, school, workbooks
from tests.accounts.roster.school import ID, row

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def county():
    return school.county()


@pytest.fixture
def run(tmp_path):
    """Run the command on a workbook: (exit code, what it wrote on stdout)."""

    def command(source=None, *options, organisation=golden.COUNTY[1]):
        path = tmp_path / "名册.xlsx"
        if source is not None:
            path.write_bytes(source)
        out, code = StringIO(), 0
        try:
            arguments = [path, "--organisation", organisation, *options]
            call_command("import_roster", *arguments, stdout=out, stderr=StringIO())
        except SystemExit as end:
            code = end.code
        return code, out.getvalue()

    return command


def answer(ran):
    code, out = ran
    return code, json.loads(out)


def test_without_apply_every_row_is_judged_and_nothing_is_written(run):
    school.file("何彩兰")
    before = [Person.objects.count(), AuditLine.objects.count(), RosterImport.objects.count()]
    source = school.book(row("何彩兰"), row(), row("李国强", unit="纺织厂"), row("", "1950-01-01"))

    code, found = answer(run(source, "--json"))

    assert (code, found["file_problem"]) == (0, None)
    assert found["rows"] == [
        {"row": 2, "verdict": "same", "problems": []},
        {"row": 3, "verdict": "new", "problems": []},
        {
            "row": 4,
            "verdict": "review",
            "problems": [{"column": "单位", "message": "没有找到“纺织厂”这个单位。"}],
        },
        {
            "row": 5,
            "verdict": "refused",
            "problems": [{"column": "姓名", "message": "没有姓名，不能写入。"}],
        },
    ]
    after = [Person.objects.count(), AuditLine.objects.count(), RosterImport.objects.count()]
    assert after == before


def test_with_apply_the_clean_rows_are_written_and_again_nothing_changes(run):
    source = school.book(row(phone="13800000001"), row("李国强", unit="纺织厂"))

    code, found = answer(run(source, "--json", "--apply"))

    assert (code, [one["verdict"] for one in found["rows"]]) == (0, ["new", "review"])
    person = Person.objects.get(name="王秀兰")
    assert (person.phone, person.organisation.name) == ("13800000001", "档案局")
    assert not Person.objects.filter(name="李国强").exists()
    _code, again = answer(run(source, "--json", "--apply"))
    assert [one["verdict"] for one in again["rows"]] == ["same", "review"]
    assert Person.objects.filter(name="王秀兰").count() == 1


def test_id_numbers_are_kept_with_consent_only(run):
    source = school.book(row(id_number=ID("19500308", "022")))
    run(source, "--apply")
    assert Person.objects.get(name="王秀兰").id_number == ""
    run(source, "--apply", "--with-consent")
    assert Person.objects.get(name="王秀兰").id_number == ID("19500308", "022")


def test_a_column_is_named_as_the_office_names_it(run):
    source = workbooks.xlsx([["姓 名", "出生年月日"], ["王秀兰", "1950-02-30"]])
    _code, found = answer(run(source, "--json"))
    assert [one["column"] for one in found["rows"][0]["problems"]] == ["出生年月日"]


@pytest.mark.parametrize(
    ("source", "organisation", "problem"),
    [
        (school.book(row()), "nowhere", "没有代码是“nowhere”的组织机构。"),
        (None, golden.COUNTY[1], "打不开这个文件"),
        (b"", golden.COUNTY[1], ""),
        (b"<html><table><tr><td>\xe5\xa7\x93\xe5\x90\x8d</table>", golden.COUNTY[1], ""),
    ],
    ids=["unknown organisation", "no file", "empty", "a web page"],
)
def test_a_file_that_cannot_be_taken_is_a_sentence_and_exit_code_1(
    run, source, organisation, problem
):
    code, found = answer(run(source, "--json", organisation=organisation))
    assert (code, found["rows"]) == (1, [])
    assert found["file_problem"].startswith(problem)
    assert found["file_problem"].endswith("。")


def test_for_people_it_says_which_rows_to_look_at_and_how_many_there_are(run):
    code, out = run(school.book(row(), row("李国强", unit="纺织厂")), "--apply")
    assert code == 0
    assert out.splitlines() == [
        "第 3 行 需要审核：单位：没有找到“纺织厂”这个单位。",
        "新增 1 行",
        "没有变化 0 行",
        "有变化 0 行",
        "需要审核 1 行",
        "不能写入 0 行",
        "写入 1 行。",
    ]
