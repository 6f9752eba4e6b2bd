"""A year's records as one PDF: made by a child, told of, stopped, woken, never anybody else's."""

from datetime import date, timedelta
from pathlib import Path

import pypdfium2
import pytest
from django.utils import timezone

from accounts import services as accounts
from accounts.models import RoleGrant
from branches import papers, printing
from branches.errors import PrintRefused
from branches.models import BranchRecord, YearPrint
from branches.sheets import sheet_of
from common import paper, typesetting
from tests.branches import school
from tests.branches.school import NINE

State = YearPrint.State


def said(response) -> str:
    return " ".join(response.content.decode().split())


def text_of(data: bytes) -> list[str]:
    pdf = pypdfium2.PdfDocument(data)
    try:
        return ["".join(page.get_textpage().get_text_bounded().split()) for page in pdf]
    finally:
        pdf.close()


@pytest.fixture
def year(db, city, branch, wang, sister):
    """Three records of the branch and one of its sister."""
    li = school.person("李国强", at=city)
    school.member(li, sister)
    group = school.class_group(at=city)
    for number in range(3):
        met = school.session(group, number=number + 1, starts_at=NINE + timedelta(days=number))
        school.studied(wang, met)
        if not number:
            school.studied(li, met)


def asked(secretary, **what):
    return printing.ask(year=2026, by=secretary, **what)


def test_a_year_is_one_file_with_every_record_of_the_branch(
    client, year, branch, secretary, django_capture_on_commit_callbacks
):
    client.force_login(secretary)
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(f"/branches/{branch.pk}/prints/", {"year": 2026})
    assert "做好了" in said(client.get(answer.url))
    file = client.get(f"{answer.url}pdf/")
    pages = text_of(file.content)
    assert len(pages) == 4
    assert "第三党支部学习记录" in pages[0]
    assert "共3份" in pages[0]
    assert all("王秀兰" in page for page in pages[1:])
    assert "李国强" not in "".join(pages)


def test_asking_again_while_it_is_made_gives_the_same(year, branch, secretary):
    assert asked(secretary, branch=branch) == asked(secretary, branch=branch)
    with pytest.raises(PrintRefused, match="2025 年还没有"):
        printing.ask(year=2025, by=secretary, branch=branch)


def test_what_is_cancelled_is_not_made(client, year, branch, secretary):
    job = asked(secretary, branch=branch)
    client.force_login(secretary)
    page = f"/branches/prints/{job.pk}/"
    assert "一共 3 份" in said(client.get(page))
    client.post(f"{page}cancel/")
    printing.make(pk=job.pk)
    job.refresh_from_db()
    assert (job.state, job.file.name) == (State.CANCELLED, "")
    assert client.get(f"{page}pdf/").status_code == 404


def test_a_killed_job_is_made_again_and_an_old_file_goes(year, branch, secretary):
    job = asked(secretary, branch=branch)
    assert printing.wake() == 0
    now = timezone.now()
    YearPrint.objects.filter(pk=job.pk).update(
        state=State.WORKING, worked_at=now - timedelta(minutes=16)
    )
    assert printing.wake(now=now) == 1
    printing.make(pk=job.pk)
    printing.make(pk=job.pk)
    job.refresh_from_db()
    assert (job.state, job.done) == (State.DONE, 3)

    path = Path(job.file.path)
    assert path.exists()
    assert printing.forget_old(now=now + timedelta(days=8)) == 1
    assert not path.exists()


def test_a_failure_is_said_in_words(client, year, branch, secretary, monkeypatch, tmp_path):
    broken = tmp_path / "record.typ"
    broken.write_text("#panic()")
    monkeypatch.setattr(papers, "TEMPLATE", broken)
    job = asked(secretary, branch=branch)
    printing.make(pk=job.pk)
    client.force_login(secretary)
    page = said(client.get(f"/branches/prints/{job.pk}/"))
    assert "排版没有做成" in page
    assert "再做一次" in page


def test_a_print_is_its_askers_and_only_while_they_may_read_it(
    client, year, city, branch, sister, secretary
):
    county = school.organisation("西县", under=city)
    wu, sun = school.person("吴桐", at=county), school.person("孙玉梅", at=city)
    accounts.grant_role(person=wu, role=RoleGrant.Role.BUREAU, organisation=county)
    school.office(sun, sister)
    job = asked(secretary, branch=branch)
    for login in (school.login(wu), school.login(sun)):
        client.force_login(login)
        assert client.get(f"/branches/prints/{job.pk}/").status_code == 404
        assert client.post(f"/branches/{branch.pk}/prints/", {"year": 2026}).status_code == 404
        address = f"/branches/prints/offices/{city.pk}/"
        assert client.post(address, {"year": 2026}).status_code == 404
    client.force_login(secretary)
    assert client.get(f"/branches/prints/{job.pk}/").status_code == 200
    branch.offices.update(ends_on=date(2026, 1, 1))
    assert client.get(f"/branches/prints/{job.pk}/").status_code == 404


def test_an_office_prints_all_its_branches(year, city, secretary):
    job = asked(secretary, organisation=city)
    printing.make(pk=job.pk)
    job.refresh_from_db()
    with job.file.open() as file:
        pages = text_of(file.read())
    assert len(pages) == 5
    assert "李国强" in "".join(pages)


# The child


def test_three_hundred_pages_are_set_by_the_child(year):
    record = BranchRecord.objects.select_related("branch", "session").first()
    one = papers.facts_of(sheet_of(record), "1", "未签字")
    data = typesetting.typeset(papers.TEMPLATE, {"records": [one] * 300}, goes_on=lambda: True)
    pdf = pypdfium2.PdfDocument(data)
    assert len(pdf) == 300
    pdf.close()


def test_the_child_is_stopped_when_it_is_not_wanted(tmp_path):
    for_ever = tmp_path / "long.typ"
    for_ever.write_text("#for a in range(100000) { for b in range(100000) { h(1pt) } }")
    with pytest.raises(typesetting.Stopped):
        typesetting.typeset(for_ever, {}, goes_on=lambda: False)


# Rare characters


@pytest.mark.parametrize("sign", "𠮷䶮㛃𫖯𬭎𬱟𡈽")
def test_a_rare_character_is_printed_as_it_is(tmp_path, sign):
    template = tmp_path / "one.typ"
    template.write_text('#let facts = json("facts.json")\n#facts.name')
    assert sign in text_of(paper.compiled(template, {"name": f"王{sign}"}))[0]


def test_a_character_that_no_font_has_is_printed_as_its_number(tmp_path):
    template = tmp_path / "one.typ"
    template.write_text('#let facts = json("facts.json")\n#facts.names.at(0)')
    (page,) = text_of(paper.compiled(template, {"names": ["买买提·艾力 𪚥"]}))
    assert page == "买买提·艾力〔U+2A6A5〕"
