"""The pages: what they say, whom they let in, and that page and Excel agree."""

import csv
import io
import re
import shutil
import subprocess
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import RoleGrant
from accounts.services import allow_proxy, grant_role
from branches import ledger
from branches.models import Branch, BranchRecord, StudyEntry
from branches.views import branches as views
from live.models import StudyMode
from tests.branches import school
from tests.branches.school import LATER, NINE

pytestmark = pytest.mark.django_db

SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")


@pytest.fixture(autouse=True)
def that_evening():
    with time_machine.travel(LATER, tick=False):
        yield


def said(response) -> str:
    """What a page says, its markup left out."""
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(unescape(text).split())


def figures(response) -> dict:
    """Name → number and unit of the four figures on a page."""
    page = response.content.decode()
    pattern = r'stat__name">(.*?)</p><p class="stat__value">(.*?)<span class="stat__unit">(.*?)<'
    return {name: f"{value} {unit}" for name, value, unit in re.findall(pattern, page)}


def rows(response) -> int:
    return response.content.decode().count('<tr id="line-')


# One's own


@pytest.fixture
def mine(client, wang):
    client.force_login(school.login(wang))
    return client


def test_my_learning_says_what_was_counted(mine, wang, session):
    school.seat(wang, session)
    line = school.studied(wang, session)

    response = mine.get(reverse("branches:my_learning"))

    assert "到课 1 次 一共上了 1 次 学时 2 学时 45 分钟 1 个 回放、自学 0 学时 另外记着" in said(
        response
    )
    assert "第 1 讲 横画 9月17日 星期四 到课 2 学时" in said(response)
    assert "直播，在教室 90 分钟。 看依据" in said(response)
    assert reverse("branches:my_entry", args=[line.pk]) in response.content.decode()


def test_my_learning_says_why_a_class_was_not_counted(mine, wang, session):
    school.seat(wang, session)
    school.attendance(wang, session, spans=[(2, 24), (41, 60)])

    text = said(mine.get(reverse("branches:my_learning")))

    assert "没算到课" in text
    assert "这次课 90 分钟，您在教室里 41 分钟 ，到 54 分钟 才算到课，还差 13 分钟。" in text
    assert (
        "上午9点到9点2分没有连上；上午9点24分到9点41分没有连上；上午10点到10点半没有连上。" in text
    )


def test_my_learning_draws_the_stretches_as_numbers(mine, wang, session):
    school.seat(wang, session)
    school.attendance(wang, session, spans=[(2, 24), (41, 60)])

    page = mine.get(reverse("branches:my_learning")).content.decode()

    assert re.findall(r'attendance__here" x="([\d.]+)" y="0" width="([\d.]+)"', page) == [
        ("2.0", "22.0"),
        ("41.0", "19.0"),
    ]
    assert "style=" not in page


def test_my_learning_of_nobody_yet_says_what_will_be_there(mine):
    assert "上过的课都会记在这里" in said(mine.get(reverse("branches:my_learning")))


def test_my_learning_of_a_login_without_a_file_asks_who_it_is(client):
    client.force_login(school.login())

    for name, args in [("my_learning", []), ("my_entry", [1])]:
        address = reverse(f"branches:{name}", args=args)
        response = client.get(address)
        assert (response.status_code, response.url) == (
            302,
            f"{reverse('accounts:welcome')}?next={address.replace('/', '%2F')}",
        )


def test_my_learning_is_of_the_person_acted_for(client, wang, session):
    school.seat(wang, session)
    school.studied(wang, session)
    daughter = school.login(school.person("何雅琴"))
    allow_proxy(person=wang, agent=daughter, relation="child")
    client.force_login(daughter)
    client.post(reverse("accounts:act_for"), {"person": wang.pk})

    assert "到课 2 学时" in said(client.get(reverse("branches:my_learning")))


@pytest.mark.parametrize("year", ["2025", "3000", "x", "²", "-1", "９９９９９"])
def test_a_year_without_anything_is_this_year(mine, year):
    text = said(mine.get(reverse("branches:my_learning"), {"year": year}))

    assert "我的学习 2026 年" in text


def test_other_years_can_be_opened(mine, city, wang):
    school.rule(city, version="2025-1", since=NINE.date().replace(2025))
    before = school.session(school.class_group(at=city), starts_at=NINE.replace(year=2025))
    school.studied(wang, before)

    this_year = mine.get(reverse("branches:my_learning"))
    last_year = mine.get(reverse("branches:my_learning"), {"year": "2025"})

    assert '<a class="pick" href="?year=2025">' in this_year.content.decode()
    assert "我的学习 2025 年" in said(last_year)
    assert "到课 1 次" in said(last_year)


@pytest.mark.parametrize("meetings", [1, 5])
def test_my_learning_costs_the_same_queries_however_much_it_was(
    mine, city, wang, meetings, django_assert_max_num_queries
):
    group = school.class_group(at=city)
    for number in range(meetings):
        met = school.session(group, number=number, starts_at=NINE - timedelta(days=number))
        school.seat_once(wang, met)
        school.studied(wang, met)

    # Session, login, person, first year, the aim's five, learning_of's own five, and letters.
    with django_assert_max_num_queries(16):
        response = mine.get(reverse("branches:my_learning"))

    assert response.content.decode().count('<li class="meeting"') == meetings


def test_evidence_shows_what_a_line_rests_on(mine, wang, session):
    line = school.studied(wang, session)

    text = said(mine.get(reverse("branches:my_entry", args=[line.pk])))

    for fact in [
        "姓名 王秀兰",
        "日期 2026年9月17日 星期四",
        "学习方式 直播",
        "时间 90 分钟",
        "学时 2 学时 45 分钟 1 学时，每 0.5 学时一算，差 5 分钟以内算满",
        "规则 2026-1（2026年1月1日 星期四起）",
        "支部 第三党支部",
        "上午9点到10点半上课，一共 90 分钟；在教室 90 分钟 。",
        "上午9点到10点半在教室。",
    ]:
        assert fact in text


def test_evidence_shows_every_line_of_a_correction(mine, wang, session):
    attendance = school.attendance(wang, session)
    ledger.post_session(session=session, now=LATER)
    school.correct(attendance, minutes=68)
    ledger.post_session(session=session, now=LATER)
    first = StudyEntry.objects.earliest("pk")

    text = said(mine.get(reverse("branches:my_entry", args=[first.pk])))

    assert "更正了，不再计数 到课更正：90 分钟改为 68 分钟" in text
    assert "登记，已更正 90 2.0" in text
    assert "更正：到课更正：90 分钟改为 68 分钟 -90 -2.0" in text
    assert "登记 68 1.5" in text


# The branch


@pytest.fixture
def office(client, secretary):
    """The browser of the branch's secretary."""
    client.force_login(secretary)
    return client


@pytest.fixture
def ledger_url(branch):
    return reverse("branches:ledger", args=[branch.pk])


@pytest.fixture
def stranger(city, sister):
    """Somebody of the sister branch; nothing of them may be seen."""
    stranger = school.person("外支部的人", at=city)
    school.member(stranger, sister)
    return stranger


@pytest.fixture
def quarter_of_study(city, branch, wang, li, stranger):
    """Seven lines of two persons, three that stand; one more in the sister branch."""
    group = school.class_group(at=city)
    first, second, third = (
        school.session(group, number=number, starts_at=NINE - timedelta(days=number))
        for number in (1, 2, 3)
    )
    school.studied(wang, first)
    school.studied(stranger, first)
    corrected = school.attendance(li, first)
    ledger.post_session(session=first, now=LATER)
    school.correct(corrected, minutes=68)
    ledger.post_session(session=first, now=LATER)
    school.studied(wang, second, mode=StudyMode.REPLAY, minutes=45)
    by = school.login(school.person("周玉梅"))
    ledger.reverse(entry=school.studied(li, third), by=by, reason="请假", now=LATER)


def test_the_list_shows_the_branches_one_leads_and_no_other(office, wang, session):
    school.studied(wang, session)
    school.branch("别的支部")

    text = said(office.get(reverse("branches:list")))

    assert "第三党支部 青岚市 赵建国 2 人 1 份记录待补充 台账 记录" in text
    assert "别的支部" not in text


def test_a_long_list_of_branches_has_pages_and_is_searched(office, branch, monkeypatch):
    monkeypatch.setattr(views, "BRANCHES_ON_A_PAGE", 1)
    for name in ("书法支部", "合唱支部"):
        school.branch(name, at=branch.organisation, under=Branch.objects.get(pk=branch.pk))
    address = reverse("branches:list")

    first = said(office.get(address))
    found = said(office.get(address, {"q": "合唱"}))
    nothing = said(office.get(address, {"q": "太极\0"}))

    assert "第 1 页，共 3 页，3 个" in first
    assert "合唱支部" in found
    assert "书法支部" not in found
    assert "没有找到这样的支部" in nothing


def test_the_list_of_somebody_without_an_office_says_what_will_be_there(mine):
    assert "您负责的支部会在这里" in said(mine.get(reverse("branches:list")))


def test_the_ledger_names_its_figures_with_number_and_unit(office, ledger_url, quarter_of_study):
    response = office.get(ledger_url)

    assert figures(response) == {
        "人数": "2 人",
        "人次": "3 人次",
        "学时": "3.5 学时",
        "回放、自学": "1.0 学时",
    }
    assert rows(response) == 7
    text = said(response)
    assert "第三党支部 2026年第三季度 学习台账" in text
    assert "按 2026-1 号规则" in text
    assert "合计 2 人，3 人次 203 3.5 回放、自学 1.0 学时" in text
    assert "外支部的人" not in text


@pytest.mark.parametrize(
    ("link", "row", "shown"),
    [
        ("看是哪些人", "&amp;person=", 2),
        ("看每一次", '<tr id="line-', 3),
        ("看学时的行", '<tr id="line-', 2),
        ("看另计的行", '<tr id="line-', 1),
    ],
    ids=["people", "times", "hours", "hours apart"],
)
def test_every_figure_opens_to_its_lines(office, ledger_url, quarter_of_study, link, row, shown):
    page = office.get(ledger_url).content.decode()
    address = unescape(re.search(rf'href="(\?[^"]*)">{link}<', page)[1])

    opened = office.get(ledger_url + address.partition("#")[0])

    assert opened.content.decode().count(row) == shown


def test_the_people_are_listed_by_name_and_add_up(office, ledger_url, quarter_of_study):
    text = said(office.get(ledger_url, {"show": "people"}))

    assert "共 2 人，按姓名排，不排名次" in text
    assert "李国强 1 1.5 0.0 看李国强的行 王秀兰 2 2.0 1.0 看王秀兰的行" in text
    assert "合计 2 人 3 3.5 1.0" in text


@pytest.mark.parametrize(
    ("chosen", "shown"),
    [
        ({"quarter": "2026Q3"}, 7),
        ({"quarter": "2026Q2"}, 7),
        ({"quarter": "nonsense"}, 7),
        ({"mode": "replay"}, 1),
        ({"mode": "apart"}, 1),
        ({"mode": "counted"}, 6),
        ({"mode": "on_site"}, 0),
        ({"mode": "nonsense"}, 7),
        ({"person": "999999999999999999999"}, 7),
        ({"person": "x"}, 7),
        ({"show": "standing"}, 3),
        ({"show": "nonsense", "sort": "nonsense", "page": "nonsense"}, 7),
    ],
    ids=str,
)
def test_the_ledger_shows_what_was_chosen(office, ledger_url, quarter_of_study, chosen, shown):
    assert rows(office.get(ledger_url, chosen)) == shown


def test_the_ledger_of_one_person_is_theirs_alone(
    office, ledger_url, quarter_of_study, li, stranger
):
    response = office.get(ledger_url, {"person": li.pk})
    assert figures(response) == {
        "人数": "1 人",
        "人次": "1 人次",
        "学时": "1.5 学时",
        "回放、自学": "0.0 学时",
    }
    assert rows(response) == 5
    assert "共 5 行，李国强" in said(response)

    # Somebody of another branch cannot be chosen, and so not be looked for.
    assert rows(office.get(ledger_url, {"person": stranger.pk})) == 7


@pytest.mark.parametrize(
    ("sort", "first"),
    [("date", "李国强"), ("-date", "李国强"), ("name", "李国强"), ("-name", "王秀兰")],
)
def test_the_ledger_is_sorted_as_asked(office, ledger_url, quarter_of_study, sort, first):
    page = office.get(ledger_url, {"sort": sort}).content.decode()

    names = re.findall(r'data-name="姓名">(.*?)</th>', page)
    days = re.findall(r'data-name="日期">(.*?)</td>', page)
    assert names[0] == first
    if sort.endswith("date"):
        assert days == sorted(days, reverse=sort.startswith("-"))
    else:
        # 李 comes before 王 in pinyin.
        assert names == ["李国强"] * 5 + ["王秀兰"] * 2 or names == ["王秀兰"] * 2 + ["李国强"] * 5


def test_an_empty_quarter_says_what_will_be_there(office, ledger_url):
    response = office.get(ledger_url)

    assert "2026年第三季度还没有这样的记录" in said(response)
    assert figures(response) == {
        "人数": "0 人",
        "人次": "0 人次",
        "学时": "0.0 学时",
        "回放、自学": "0.0 学时",
    }


def test_the_ledger_of_a_functional_branch_says_where_the_lines_are(client, city):
    functional = school.branch("书法缘", at=city, kind="functional")
    client.force_login(school.login(is_superuser=True))

    text = said(client.get(reverse("branches:ledger", args=[functional.pk])))

    assert "记在各人组织关系所在的支部" in text


def test_a_long_ledger_has_pages_and_totals_of_all_of_them(office, ledger_url, city, branch):
    group = school.class_group(at=city)
    session = school.session(group)
    for number in range(51):
        person = school.person(f"学员{number}", at=city)
        school.member(person, branch)
        school.attendance(person, session)
    ledger.post_session(session=session, now=LATER)

    first, second = (office.get(ledger_url, {"page": page}) for page in "12")
    whole = office.get(ledger_url, {"rows": "all"})

    assert (rows(first), rows(second), rows(whole)) == (50, 1, 51)
    assert "第 1 页，共 2 页，51 行" in said(first)
    assert "合计 51 人，51 人次（全部 2 页）" in said(first)
    assert figures(first) == figures(second) == figures(whole)
    assert "print-button" in whole.content.decode()


@pytest.mark.parametrize("lines", [1, 5])
def test_the_ledger_costs_the_same_queries_however_long(
    office, ledger_url, city, branch, lines, django_assert_num_queries
):
    session = school.session(school.class_group(at=city))
    for number in range(lines):
        person = school.person(f"学员{number}", at=city)
        school.member(person, branch)
        school.attendance(person, session)
    ledger.post_session(session=session, now=LATER)

    # Session, login, its person; offices, roles, the branch; quarters and people to choose
    # from; the figures; secretary, offices, may one write; count, rules, lines.
    with django_assert_num_queries(15):
        response = office.get(ledger_url)

    assert rows(response) == lines


def test_a_general_branch_shows_the_branches_beneath_it(client, city, branch, quarter_of_study):
    general = school.branch("总支", at=city, level="general")
    branch.move(general, pos="last-child")
    client.force_login(school.login(is_superuser=True))

    response = client.get(reverse("branches:ledger", args=[general.pk]))

    assert rows(response) == 7
    assert "9月16日 王秀兰 第三党支部 行书入门 第 1 讲" in said(response)


# Excel


def workbook(response):
    return load_workbook(io.BytesIO(response.content)).active


@pytest.mark.parametrize(
    "chosen",
    [{}, {"mode": "apart"}, {"mode": "counted"}, {"show": "standing"}, {"sort": "-name"}],
    ids=str,
)
def test_excel_has_the_lines_and_figures_of_the_page(
    office, branch, ledger_url, quarter_of_study, chosen
):
    page = office.get(ledger_url, chosen)
    sheet = workbook(office.get(reverse("branches:ledger_excel", args=[branch.pk]), chosen))

    lines = list(sheet.iter_rows(min_row=4, values_only=True))
    *lines, totals = lines
    assert len(lines) == rows(page)
    shown = figures(page)
    assert totals[1] == shown["人数"]
    assert totals[3] == shown["人次"]
    assert f"{totals[6]:.1f} 学时" == shown["学时"]
    assert f"{totals[7]:.1f} 学时" == shown["回放、自学"]
    assert totals[5] == sum(line[5] for line in lines)
    assert totals[6] == sum(line[6] or 0 for line in lines)
    assert totals[7] == sum(line[7] or 0 for line in lines)
    names = re.findall(r'data-name="姓名">(.*?)</th>', page.content.decode())
    assert [line[1] for line in lines] == names


def test_excel_says_whose_ledger_and_who_corrected(office, branch, li, quarter_of_study):
    response = office.get(
        reverse("branches:ledger_excel", args=[branch.pk]), {"person": li.pk, "mode": "live"}
    )

    sheet = workbook(response)
    assert sheet["A1"].value == "第三党支部 2026年第三季度学习台账 李国强 直播"
    corrections = {row[9] for row in sheet.iter_rows(min_row=4, values_only=True)}
    assert corrections == {None, "到课更正：90 分钟改为 68 分钟", "请假（周玉梅）"}
    assert "filename*=utf-8''" in response["Content-Disposition"]


def test_excel_keeps_a_formula_in_a_name_as_text(office, branch, city):
    evil = school.person('=HYPERLINK("http://example.org","点")', at=city)
    school.member(evil, branch)
    school.studied(evil, school.session(school.class_group(at=city, name="+1+1")))

    sheet = workbook(office.get(reverse("branches:ledger_excel", args=[branch.pk])))

    assert [(sheet[at].value, sheet[at].data_type) for at in ("B4", "D4")] == [
        ('=HYPERLINK("http://example.org","点")', "s"),
        ("+1+1 第 1 讲", "s"),
    ]


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed")
def test_libreoffice_shows_the_figures_of_the_page(
    office, branch, ledger_url, quarter_of_study, tmp_path
):
    page = figures(office.get(ledger_url))
    path = tmp_path / "ledger.xlsx"
    path.write_bytes(office.get(reverse("branches:ledger_excel", args=[branch.pk])).content)

    subprocess.run(
        [
            SOFFICE,
            f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
            "--headless",
            "--convert-to",
            "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true",
            "--outdir",
            str(tmp_path),
            str(path),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )

    with (tmp_path / "ledger.csv").open(encoding="utf-8", newline="") as file:
        *_, totals = csv.reader(file)
    assert totals == [
        *("合计", page["人数"], "", page["人次"], "", "203"),
        *(page["学时"].split()[0], page["回放、自学"].split()[0], "", ""),
    ]


@pytest.mark.parametrize("lines", [1, 5])
def test_excel_costs_the_same_queries_however_long(
    office, city, branch, lines, django_assert_num_queries
):
    session = school.session(school.class_group(at=city))
    for number in range(lines):
        person = school.person(f"学员{number}", at=city)
        school.member(person, branch)
        school.attendance(person, session)
    ledger.post_session(session=session, now=LATER)

    with django_assert_num_queries(10):
        office.get(reverse("branches:ledger_excel", args=[branch.pk]))


# A line and its correction


def test_the_secretary_takes_a_line_back_with_a_reason(office, branch, wang, session, ledger_url):
    line = school.studied(wang, session)
    address = reverse("branches:entry", args=[branch.pk, line.pk])

    response = office.post(
        reverse("branches:reverse", args=[branch.pk, line.pk]), {"reason": "家人代开"}, follow=True
    )

    assert response.redirect_chain == [(address, 302)]
    assert "更正已经写进台账" in said(response)
    assert "不再计数 家人代开（赵建国）" in said(response)
    assert "写一行更正" not in said(response)
    assert figures(office.get(ledger_url))["人次"] == "0 人次"


def test_a_correction_without_a_reason_keeps_the_page_and_says_what_to_do(
    office, branch, wang, session
):
    line = school.studied(wang, session)

    response = office.post(reverse("branches:reverse", args=[branch.pk, line.pk]), {"reason": " "})

    assert response.status_code == 422
    assert "请写明更正的原因。" in said(response)
    assert StudyEntry.objects.count() == 1


def test_a_second_correction_says_that_there_is_one(office, branch, wang, session):
    line = school.studied(wang, session)
    ledger.reverse(entry=line, by=school.login(), reason="记错", now=LATER)

    response = office.post(
        reverse("branches:reverse", args=[branch.pk, line.pk]), {"reason": "记错"}
    )

    assert response.status_code == 422
    assert StudyEntry.objects.count() == 2


def test_the_bureau_sees_a_line_and_cannot_take_it_back(client, city, branch, wang, session):
    line = school.studied(wang, session)
    bureau = school.person("钱立新")
    grant_role(person=bureau, role=RoleGrant.Role.BUREAU, organisation=city)
    client.force_login(school.login(bureau))

    seen = client.get(reverse("branches:entry", args=[branch.pk, line.pk]))
    tried = client.post(reverse("branches:reverse", args=[branch.pk, line.pk]), {"reason": "记错"})

    assert "记了什么" in said(seen)
    assert "写一行更正" not in said(seen)
    assert tried.status_code == 404
    assert StudyEntry.objects.count() == 1


# Records


@pytest.fixture
def record_url(branch, wang, session):
    school.seat(wang, session)
    school.studied(wang, session)
    return reverse("branches:record", args=[branch.pk, record_of(session).pk])


def record_of(session):
    return session.branch_records.get()


def written(**facts):
    return {"chair": "", "recorder": "", "said": "", "decided": "", "seen_at": ""} | facts


def test_records_are_listed_with_what_is_to_do(office, branch, record_url):
    response = office.get(reverse("branches:records", args=[branch.pk]))

    assert (
        "9月17日 星期四 行书入门 第 1 讲 横画 1 人 等您补充 去补充 ：第三党支部 9月17日 星期四"
        in said(response)
    )
    assert record_url in response.content.decode()


def test_a_branch_without_records_says_what_will_be_there(office, branch):
    text = said(office.get(reverse("branches:records", args=[branch.pk])))

    assert "每次学习和活动的记录会在这里" in text


def test_the_draft_holds_what_is_known(office, record_url):
    text = said(office.get(record_url))

    for fact in [
        "党组织 第三党支部",
        "类型 课堂学习",
        "主题 行书入门 第 1 讲 横画",
        "时间 2026年9月17日（星期四）9时00分至10时30分",
        "地点 二楼书画室，网上同步",
        "讲课 沈文清",
        "主持 待补 记录 待补",
        "应到 1 人 实到 1 人",
        "到会 直播（1）：王秀兰。",
        "未到 没有",
        "还差 3 处",
    ]:
        assert fact in text


def test_the_secretary_completes_the_record(office, record_url, wang, secretary):
    response = office.post(
        record_url,
        written(
            chair=secretary.person_id,
            recorder=wang.pk,
            said="讲了横画。\n王秀兰发言。",
            decided="下周再练",
        ),
        follow=True,
    )

    text = said(response)
    assert response.redirect_chain == [(record_url, 302)]
    assert "存好了。可以打印签字。" in text
    assert "主持 赵建国 记录 王秀兰" in text
    assert "内容 讲了横画。 王秀兰发言。 决议 下周再练" in text
    assert "已补充，未签字" in text


def test_what_is_still_missing_is_said_when_it_is_stored(office, record_url, wang, secretary):
    saved = office.post(record_url, written(said="讲了横画", recorder=wang.pk), follow=True)

    assert "存好了。还差：主持。补上就可以打印签字。" in said(saved)
    assert "存好了。可以打印签字" not in said(saved)


def test_what_was_typed_is_kept_when_somebody_else_was_quicker(
    office, record_url, wang, secretary
):
    office.post(record_url, written(said="先存的"))

    late = office.post(record_url, written(said="后写的", recorder=wang.pk))

    assert late.status_code == 422
    assert "刚才有人改过这份记录" in said(late)
    assert "内容 先存的" in said(late)
    page = late.content.decode()
    assert ">\n后写的</textarea>" in page
    assert f'<option value="{wang.pk}" selected>王秀兰</option>' in page
    # Side by side, and nothing that both say.
    assert "那边存的 您写的 记录 空着 王秀兰 讲了什么 先存的 后写的 主持" in said(late)
    # Having seen it, one may save.
    seen_at = unescape(re.search(r'name="seen_at" value="([^"]+)"', page)[1])
    assert office.post(record_url, written(said="后写的", seen_at=seen_at)).status_code == 302
    assert BranchRecord.objects.get().said == "后写的"


@pytest.mark.parametrize("named", ["stranger", "nobody"])
def test_somebody_from_elsewhere_cannot_be_named(office, record_url, stranger, named):
    chair = stranger.pk if named == "stranger" else "x"

    response = office.post(record_url, written(chair=chair, said="讲了横画"))

    assert response.status_code == 422
    assert ">\n讲了横画</textarea>" in response.content.decode()
    assert "外支部的人" not in said(response)


def test_what_was_typed_is_shown_as_text(office, record_url):
    office.post(record_url, written(said="<script>alert(1)</script>"))

    page = office.get(record_url).content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_the_bureau_reads_a_record_and_cannot_write_it(client, city, record_url):
    bureau = school.person("钱立新")
    grant_role(person=bureau, role=RoleGrant.Role.BUREAU, organisation=city)
    client.force_login(school.login(bureau))

    assert "存好" not in said(client.get(record_url))
    assert client.post(record_url, written(said="x")).status_code == 404


@pytest.mark.parametrize("people", [1, 5])
def test_a_record_costs_the_same_queries_however_many_were_there(
    office, city, branch, people, django_assert_num_queries
):
    session = school.session(school.class_group(at=city))
    for number in range(people):
        person = school.person(f"学员{number}", at=city)
        school.member(person, branch)
        school.seat(person, session)
        school.attendance(person, session)
    ledger.post_session(session=session, now=LATER)

    with django_assert_num_queries(24):
        response = office.get(reverse("branches:record", args=[branch.pk, record_of(session).pk]))

    assert f"直播（{people}）" in said(response)


# Strangers


@pytest.fixture
def addresses(branch, wang, session):
    """Every address of a branch, with a line and a record in it."""
    line = school.studied(wang, session)
    return [
        ("get", reverse("branches:ledger", args=[branch.pk])),
        ("get", reverse("branches:ledger_excel", args=[branch.pk])),
        ("get", reverse("branches:entry", args=[branch.pk, line.pk])),
        ("post", reverse("branches:reverse", args=[branch.pk, line.pk])),
        ("get", reverse("branches:records", args=[branch.pk])),
        ("get", reverse("branches:record", args=[branch.pk, record_of(session).pk])),
        ("post", reverse("branches:record", args=[branch.pk, record_of(session).pk])),
    ]


@pytest.mark.parametrize("who", ["learner", "sister secretary", "sister bureau", "no file"])
def test_another_branch_is_not_found(client, addresses, wang, sister, who):
    if who == "no file":
        user = school.login()
    else:
        person = wang if who == "learner" else school.person("马文远")
        if who == "sister secretary":
            school.office(person, sister)
        if who == "sister bureau":
            elsewhere = school.organisation("别的市")
            grant_role(person=person, role=RoleGrant.Role.BUREAU, organisation=elsewhere)
        user = school.login(person)
    client.force_login(user)

    answers = {
        address: getattr(client, method)(address, {"reason": "x"}).status_code
        for method, address in addresses
    }

    assert set(answers.values()) == {404}, answers


def test_who_is_not_logged_in_is_asked_to(client, addresses):
    for method, address in [
        *addresses,
        ("get", reverse("branches:my_learning")),
        ("get", reverse("branches:my_entry", args=[1])),
        ("get", reverse("branches:list")),
    ]:
        response = getattr(client, method)(address)
        assert (response.status_code, response.url.partition("?")[0]) == (
            302,
            reverse("account_login"),
        )


def test_a_line_of_somebody_else_is_not_found(client, wang, session):
    line = school.studied(wang, session)
    client.force_login(school.login(school.person("李国强")))

    assert client.get(reverse("branches:my_entry", args=[line.pk])).status_code == 404
