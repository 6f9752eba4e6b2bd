"""What an office's pages of branches, members, rules and notices say and do."""

import io
from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts import services as accounts
from accounts.models import RoleGrant
from branches import ledger
from branches.models import Branch, BranchRecord, HoursRule, StudyEntry, StudyNotice, StudyTarget
from tests.branches import school
from tests.branches.school import LATER

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau(client, city):
    zheng = school.person("郑敏", at=city)
    accounts.grant_role(person=zheng, role=RoleGrant.Role.BUREAU, organisation=city)
    client.force_login(school.login(zheng))
    return client


def said(response) -> str:
    return " ".join(response.content.decode().split())


# The tree


def test_a_branch_is_founded_changed_moved_and_ended_from_its_pages(bureau, city):
    facts = {
        "name": "离退休总支",
        "level": "general",
        "kind": "home",
        "organisation": "青岚市",
        "term_years": 5,
        "founded_on": "2026-9-1",
    }
    bureau.post("/branches/new/", facts)
    general = Branch.objects.get(name="离退休总支")
    bureau.post(f"/branches/{general.pk}/new/", facts | {"name": "一支部", "level": "branch"})
    bureau.post("/branches/new/", facts | {"name": "另一总支"})
    first, other = Branch.objects.get(name="一支部"), Branch.objects.get(name="另一总支")
    assert first.get_parent() == general

    bureau.post(f"/branches/{first.pk}/move/", {"other": other.pk, "on": "2026-10-1"})
    bureau.post(f"/branches/{first.pk}/change/", facts | {"name": "第一支部", "level": "branch"})
    bureau.post(f"/branches/{first.pk}/end/", {"ends_on": "2026-11-1", "note": "合并"})

    page = said(bureau.get(f"/branches/{first.pk}/"))
    assert "从 2026年11月1日" in page
    for word in ("成立", "改变隶属", "修改", "撤销", "第一支部", "另一总支", "合并"):
        assert word in page
    assert "新成员" not in page
    assert "新成员" not in said(bureau.get(f"/branches/{first.pk}/members/"))
    # Not among the others any more, and still to be found with its books.
    found = bureau.get("/branches/").text
    assert f'/branches/{first.pk}/"' in found[found.index("已经撤销的 1 个") :]
    assert f"/branches/{first.pk}/" not in found[: found.index("已经撤销的 1 个")]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": " "}, "请填写名称"),
        ({"organisation": "没有的单位"}, "没有找到这个单位"),
        ({"founded_on": "去年"}, "请写成 2026-3-1 这样"),
        ({"founded_on": "0001-01-01"}, "请检查年份，写 1921 到 2199"),
        ({"class_group": "没有的班"}, "没有找到这个班"),
        ({"name": "第三党支部"}, "同名的党组织"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_founded(bureau, branch, wrong, words):
    facts = {
        "name": "新支部",
        "level": "branch",
        "kind": "home",
        "organisation": "青岚市",
        "term_years": 3,
        "founded_on": "2026-9-1",
    }

    response = bureau.post("/branches/new/", facts | wrong)

    assert response.status_code == 422
    assert words in said(response)
    assert Branch.objects.count() == 1


CHANGE = {"name": "新名", "level": "branch", "organisation": "东溪区", "term_years": 3}


def test_no_county_puts_a_branch_into_a_sisters_books(client, city):
    county, sister = (school.organisation(name, under=city) for name in ("望湖区", "东溪区"))
    branch = school.branch("望湖支部", at=county)
    fang = school.person("方敏", at=county)
    accounts.grant_role(person=fang, role=RoleGrant.Role.BUREAU, organisation=county)
    client.force_login(school.login(fang))
    where = f"/branches/{branch.pk}"

    refused = client.post(f"{where}/change/", CHANGE)
    founded = client.post(f"{where}/new/", CHANGE | {"kind": "home", "founded_on": "2026-9-1"})

    assert (refused.status_code, founded.status_code) == (422, 422)
    assert "没有找到这个单位" in said(refused)
    assert list(Branch.objects.filter(organisation=sister)) == []
    assert client.post(f"{where}/change/", CHANGE | {"organisation": "望湖区"}).status_code == 302


def test_a_secretary_renames_the_branch_and_leaves_it_where_it_is(keeper, city, branch):
    school.organisation("东溪区", under=city)

    keeper.post(f"/branches/{branch.pk}/change/", CHANGE | {"level": "committee"})

    branch.refresh_from_db()
    assert (branch.name, branch.level, branch.organisation) == ("新名", "branch", city)


def test_whoever_is_in_office_above_gives_a_branch_to_any_unit(client, city, branch):
    general = school.branch("总支", at=city, level="general")
    below = school.branch("一支部", at=city, under=general)
    unit = school.organisation("东溪区", under=city)
    li = school.person("李国强", at=city)
    school.office(li, general)
    client.force_login(school.login(li))

    assert client.post(f"/branches/{below.pk}/change/", CHANGE).status_code == 302

    below.refresh_from_db()
    assert (below.organisation, below.level) == (unit, "branch")


@pytest.mark.parametrize(
    "address",
    [
        "{branch}ledger/?person={number}",
        "{branch}activities/?year={number}",
        "{branch}records/{record}/pdf/?version={number}",
        "/my/learning/?year={number}",
    ],
)
def test_a_number_longer_than_any_breaks_no_page(bureau, branch, wang, session, address):
    school.studied(wang, session)
    facts = {"branch": f"/branches/{branch.pk}/", "number": "9" * 5000}

    response = bureau.get(address.format(record=BranchRecord.objects.get().pk, **facts))

    assert response.status_code in (200, 404)


def test_hints_are_shown_and_block_nothing(bureau, branch):
    page = said(bureau.get(f"/branches/{branch.pk}/"))

    assert "还没有书记" in page
    assert "正式党员不足 3 人" in page
    assert "只是提醒，不影响使用" in page


# Members and offices


@pytest.fixture
def keeper(client, secretary):
    client.force_login(secretary)
    return client


def test_a_secretary_who_founds_a_branch_is_led_nowhere_that_is_not_theirs(
    keeper, city, secretary
):
    general = school.branch("总支", at=city, level="general")
    school.office(secretary.person, general)

    page = keeper.get(f"/branches/{general.pk}/new/")

    assert page.status_code == 200
    assert reverse("branches:rules") not in page.text
    assert reverse("branches:members", args=[general.pk]) in page.text


def test_a_secretary_takes_in_appoints_relieves_and_lets_go(keeper, city, branch):
    li = school.person("李国强", at=city)
    today = timezone.localdate()
    where = f"/branches/{branch.pk}"

    keeper.post(
        f"{where}/members/new/",
        {"name": "李国强", "born_on": "1956-5-4", "starts_on": "2026-9-1"},
    )
    membership = li.memberships.get()
    assert (membership.branch, membership.starts_on) == (branch, date(2026, 9, 1))
    again = keeper.post(
        f"{where}/members/new/",
        {"name": "李国强", "born_on": "1956-5-4", "starts_on": "2026-9-20"},
        follow=True,
    )
    assert "李国强从 2026年9月1日 星期二 起就是成员，不用再登记" in said(again)
    keeper.post(
        f"{where}/offices/new/",
        {"person": li.pk, "office": "committee", "starts_on": "2026-10-1"},
    )
    office = li.offices.get()
    page = said(keeper.get(f"{where}/members/"))
    assert "李国强" in page
    assert "委员" in page

    keeper.post(f"{where}/offices/{office.pk}/end/", {"ends_on": today.isoformat()})
    keeper.post(f"{where}/members/{membership.pk}/end/", {"ends_on": today.isoformat()})
    assert "已经登记：李国强离开支部" in said(keeper.get(f"{where}/members/"))
    assert "李国强" not in said(keeper.get(f"{where}/members/"))
    assert "李国强" in said(keeper.get(f"{where}/members/?former=1"))
    assert "已卸任" in said(keeper.get(f"{where}/"))


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"name": "李国强", "born_on": "1950-1-1"}, "没有找到这位同志的档案"),
        (
            {"name": "王秀兰", "born_on": "1956-5-4", "starts_on": "2019-1-1"},
            "时间和已经登记的交叉",
        ),
        ({"name": "", "born_on": ""}, "请填写姓名"),
        ({"name": "同名", "born_on": "1956-5-4"}, "有两份这样的档案"),
    ],
    ids=["nobody", "dates cross", "nothing", "two files"],
)
def test_nobody_is_taken_in_by_mistake(keeper, city, branch, wang, facts, words):
    for _twice in range(2):
        school.person("同名", at=city)

    response = keeper.post(
        f"/branches/{branch.pk}/members/new/", {"starts_on": "2026-9-1"} | facts
    )

    assert response.status_code == 422
    assert words in said(response)
    assert branch.memberships.count() == 2


def test_the_roster_as_a_file_says_what_the_page_says(keeper, branch, wang, session):
    wang.name = "=1+1"
    wang.save()
    StudyTarget.objects.create(organisation=branch.organisation, valid_from=date(2026, 1, 1))
    school.studied(wang, session)

    page = said(keeper.get(f"/branches/{branch.pk}/members/?sort=name"))
    data = keeper.get(f"/branches/{branch.pk}/members/excel/?sort=name").content
    sheet = load_workbook(io.BytesIO(data)).active
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]

    row = next(row for row in cells if row[0] == "=1+1")
    assert row[4:] == [2, 0, 32]
    assert "=1+1" in page
    assert all(cell.data_type != "f" for line in sheet.iter_rows() for cell in line)
    assert next(row for row in cells if row[0] == "2 人")[4] == 2


def test_members_are_never_put_in_order_by_their_study(keeper, city, branch, wang):
    page = said(keeper.get(f"/branches/{branch.pk}/members/?sort=hours"))
    names = page.partition("<tbody>")[2]

    assert names.index("王秀兰") < names.index("赵建国")


def test_a_branch_of_nobody_has_a_roster(bureau, branch):
    assert "还没有登记成员" in said(bureau.get(f"/branches/{branch.pk}/members/"))
    assert bureau.get(f"/branches/{branch.pk}/members/excel/").status_code == 200


def test_a_member_sees_the_aim_of_the_year(client, city, wang):
    StudyTarget.objects.create(organisation=city, valid_from=date(2026, 1, 1))
    client.force_login(school.login(wang))

    assert "全年目标 32 学时" in said(client.get("/my/learning/"))


# Rules

RULE = {
    "version": "2026-2",
    "valid_from": "2026-9-1",
    "way": "each",
    "minutes_per_hour": 60,
    "step": "1",
    "grace_minutes": 0,
    "cap_per_half_day": "",
}


def test_a_rule_is_tried_out_and_then_put_in_force(bureau, city, wang, session):
    school.studied(wang, session)
    facts = RULE | {"organisation": city.pk}

    check = said(bureau.post(reverse("branches:new_rule"), facts))
    assert "王秀兰" in check
    assert "从 2026年9月1日" in check
    assert HoursRule.objects.count() == 1
    data = bureau.post(reverse("branches:rule_excel"), facts).content
    cells = [[cell.value for cell in row] for row in load_workbook(io.BytesIO(data)).active]
    assert ["王秀兰", 1, 2, 1, 0, 0] in cells

    assert bureau.post(reverse("branches:new_rule"), facts | {"change": "1"}).status_code == 200
    assert HoursRule.objects.count() == 1
    for _twice in range(2):
        bureau.post(reverse("branches:new_rule"), facts | {"confirmed": "1"})
    assert StudyEntry.objects.count() == 3
    page = said(bureau.get("/branches/rules/"))
    assert "2026-2" in page
    assert "60 分钟 1 学时" in page


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"minutes_per_hour": 0}, "1"),
        ({"version": "2026-1"}, "这个版本已经有了"),
        ({"valid_from": "2026-1-1"}, "从这一天起已经有一个规则"),
        ({"valid_from": "9999-12-31"}, "请检查年份，写 2000 到 2199"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_next_to_it(bureau, city, wrong, words):
    facts = RULE | {"organisation": city.pk, "confirmed": "1"} | wrong

    response = bureau.post(reverse("branches:new_rule"), facts)

    assert response.status_code == 422
    assert words in said(response)
    assert HoursRule.objects.count() == 1


def test_an_aim_is_written_for_ones_own_organisations_alone(bureau, city):
    elsewhere = school.organisation("远山县")
    facts = {"valid_from": "2026-1-1", "member_hours": 32, "office_hours": 56}

    assert (
        bureau.post(
            reverse("branches:new_target"), facts | {"organisation": elsewhere.pk}
        ).status_code
        == 422
    )
    for status in (302, 422):
        response = bureau.post(reverse("branches:new_target"), facts | {"organisation": city.pk})
        assert response.status_code == status
    assert StudyTarget.objects.count() == 1


# Notices


@pytest.mark.parametrize("notices", [1, 3])
def test_notices_are_listed_and_read(
    keeper, city, branch, wang, notices, django_assert_max_num_queries
):
    group = school.class_group(at=city)
    school.branch("书法缘", at=city, kind="functional", class_group=group)
    for number in range(notices):
        school.attendance(wang, made := school.session(group, number=number + 1))
        ledger.post_session(session=made, now=LATER)

    with django_assert_max_num_queries(16):
        page = said(keeper.get("/branches/notices/"))
    assert f"没看的 {notices} 条" in page
    assert "在书法缘学的，记在第三党支部" in page
    assert f"{notices} 条外出学习通知没看" in said(keeper.get("/branches/"))

    notice = StudyNotice.objects.first()
    for _twice in range(2):
        keeper.post(f"/branches/notices/{notice.pk}/read/")
    notice.refresh_from_db()
    assert notice.read_by.person.name == "赵建国"
    assert f"没看的 {notices - 1} 条" in said(keeper.get("/branches/notices/"))
