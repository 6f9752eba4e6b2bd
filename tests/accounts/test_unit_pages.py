import io
import re
from html import unescape

import pytest
from django.core.paginator import Paginator
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from accounts import services
from accounts.models import Organisation, Person, RoleGrant, TeachingPoint
from accounts.organisations import moving, units
from accounts.views import organisations as views
from tests import factories

pytestmark = pytest.mark.django_db

Role = RoleGrant.Role
Kind = Organisation.Kind


def unit(name, parent=None, code=""):
    above = parent and Organisation.objects.get(name=parent)
    return units.open_unit(name=name, code=code or name, kind=Kind.UNIT, parent=above)


def named(name):
    return Organisation.objects.get(name=name)


def staff(organisation, role=Role.ADMINISTRATOR, name="林静"):
    person = factories.person(name, organisation=organisation)
    services.grant_role(person=person, role=role, organisation=organisation)
    return factories.login(person)


@pytest.fixture(autouse=True)
def city():
    """A city with two counties, a street and a community; and another city."""
    city = unit("青岚市", code="QL")
    unit("望湖区", "青岚市", "QL-WH")
    unit("东溪区", "青岚市", "QL-DX")
    unit("文昌街道", "望湖区", "QL-WH-WC")
    unit("石桥社区", "文昌街道", "QL-WH-WC-SQ")
    unit("远山市", code="YS")
    unit("远山社区", "远山市", "YS-1")
    return city


@pytest.fixture
def administrator(client, city):
    user = staff(named("青岚市"))
    client.force_login(user)
    return client


def said(response) -> str:
    """What a page says, its markup left out."""
    text = re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", response.content.decode(), flags=re.S)
    return " ".join(unescape(text).split())


def rows(response) -> list[str]:
    found = re.findall(r'<tr id="unit-.*?</a>', response.content.decode(), re.S)
    return [re.search(r">([^<>]*)</a>$", row)[1] for row in found]


def address(name, *arguments):
    return reverse(f"organisations:{name}", args=arguments)


# The tree


def test_the_tree_begins_at_ones_own_part_and_shows_one_level(administrator):
    page = administrator.get(address("list"))

    assert rows(page) == ["青岚市", "望湖区", "东溪区"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"levels": "2"}, ["青岚市", "望湖区", "文昌街道", "东溪区"]),
        ({"levels": "all"}, ["青岚市", "望湖区", "文昌街道", "石桥社区", "东溪区"]),
        ({"levels": "99"}, ["青岚市", "望湖区", "东溪区"]),
        ({"q": "社区"}, ["石桥社区"]),
        ({"q": "ql-wh"}, ["望湖区", "文昌街道", "石桥社区"]),
        ({"q": "望湖 街道"}, []),
        ({"q": "%"}, []),
        ({"q": "远山"}, []),
        ({"kind": "unit"}, ["青岚市", "望湖区", "文昌街道", "石桥社区", "东溪区"]),
        ({"kind": "city"}, []),
        ({"kind": "nonsense"}, ["青岚市", "望湖区", "东溪区"]),
        ({"page": "nonsense"}, ["青岚市", "望湖区", "东溪区"]),
        ({"q": "x" * 300}, ["青岚市", "望湖区", "东溪区"]),
    ],
)
def test_the_tree_is_searched_and_opened_by_levels(administrator, query, names):
    assert rows(administrator.get(address("list"), query)) == names


def test_a_part_of_the_tree_says_what_lies_above_it(administrator):
    page = administrator.get(address("list"), {"in": named("文昌街道").pk})

    assert rows(page) == ["文昌街道", "石桥社区"]
    assert "组织机构 青岚市 望湖区 文昌街道" in said(page)


@pytest.mark.parametrize("asked", ["0", "abc", "-1", "9" * 30, "１"])
def test_a_part_that_is_not_there_is_not_found(administrator, asked):
    assert administrator.get(address("list"), {"in": asked}).status_code == 404


def test_another_part_of_the_tree_is_neither_found_nor_counted(client):
    factories.person("外人", organisation=named("远山社区"))
    client.force_login(staff(named("望湖区")))

    page = client.get(address("list"), {"q": "市"})

    assert rows(page) == []
    for name in ("青岚市", "远山市"):
        assert client.get(address("list"), {"in": named(name).pk}).status_code == 404
        assert client.get(address("unit", named(name).pk)).status_code == 404


def test_files_are_counted_with_those_beneath(administrator):
    for name in ("石桥社区", "望湖区"):
        factories.person(organisation=named(name))

    assert "望湖区 单位 QL-WH 2 份" in said(administrator.get(address("list")))


def test_ended_units_are_shown_when_asked_for(administrator):
    units.end_unit(organisation=named("东溪区"))

    assert "东溪区" not in rows(administrator.get(address("list")))
    assert "东溪区 已撤销" in said(administrator.get(address("list"), {"ended": "on"}))


def test_a_role_at_two_places_begins_at_both(client):
    user = staff(named("望湖区"))
    services.grant_role(person=user.person, role=Role.BUREAU, organisation=named("远山市"))
    services.grant_role(person=user.person, role=Role.BUREAU, organisation=named("石桥社区"))
    client.force_login(user)

    assert rows(client.get(address("list"))) == ["望湖区", "远山市"]


def test_the_tree_costs_the_same_queries_however_many_units(administrator):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            administrator.get(address("list"), {"levels": "all"})
        return len(queries)

    few = cost()
    for number in range(6):
        unit(f"新{number}", "东溪区")

    assert cost() == few


def test_five_thousand_units_are_shown_a_hundred_at_a_time(administrator):
    top = named("东溪区")
    for number in range(1, 131):
        path = f"{top.path}{number:04d}"
        Organisation.objects.create(
            name=f"社区{number:03d}", code=f"S{number}", kind=Kind.UNIT, path=path, depth=3
        )
    Organisation.objects.filter(pk=top.pk).update(numchild=130)

    first = administrator.get(address("list"), {"in": top.pk})
    second = administrator.get(address("list"), {"in": top.pk, "page": "2"})
    everything = administrator.get(address("list"), {"in": top.pk, "rows": "all"})

    assert [len(rows(page)) for page in (first, second, everything)] == [100, 31, 131]
    assert "第 1 页，共 2 页，131 个" in said(first)
    assert isinstance(first.context["page"].paginator, Paginator)
    assert views.UNITS_ON_A_PAGE == 100


@pytest.mark.parametrize(("query", "count"), [({"levels": "all"}, 5), ({"q": "社区"}, 1)])
def test_the_tree_is_exported_as_it_is_shown(administrator, query, count):
    factories.person(organisation=named("石桥社区"))

    answer = administrator.get(address("excel"), query)

    sheet = load_workbook(io.BytesIO(answer.content)).active
    lines = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]
    assert len(lines) == count
    assert [4, "石桥社区", "QL-WH-WC-SQ", "单位", "文昌街道", "QL-WH-WC", 1, None, None] in lines


# One organisation


def test_a_unit_says_what_lies_in_it_and_what_happened_to_it(administrator):
    street = named("文昌街道")
    factories.person(organisation=street)
    factories.person(organisation=named("石桥社区"))
    TeachingPoint.objects.create(organisation=street, name="石桥教学点", address="二楼")
    services.grant_role(
        person=factories.person("周敏", organisation=street),
        role=Role.REGISTRAR,
        organisation=street,
    )
    units.rename_unit(organisation=street, name="文昌新街道", code="WC", kind="unit", note="改制")

    page = said(administrator.get(address("unit", street.pk)))

    assert "3 份，含下级 其中本级 2 份" in page
    assert "石桥教学点 二楼" in page
    assert "教务 周敏" in page
    assert "改名 文昌街道（QL-WH-WC） 属“望湖区” 文昌新街道（WC） 属“望湖区” 改制 系统" in page


def test_a_unit_that_took_another_over_tells_of_it(administrator):
    moving.merge_units(ended=named("文昌街道"), surviving=named("东溪区"))

    assert "合并：文昌街道" in said(administrator.get(address("unit", named("东溪区").pk)))
    ended = said(administrator.get(address("unit", named("文昌街道").pk)))
    assert "并入“东溪区”" in ended
    assert "恢复" in ended
    assert "并入别的机构" not in ended


@pytest.mark.parametrize("role", [Role.REGISTRAR, Role.COORDINATOR, Role.BUREAU])
def test_who_reads_files_reads_a_unit_and_is_offered_no_change(client, role):
    client.force_login(staff(named("望湖区"), role))

    page = client.get(address("unit", named("文昌街道").pk)).content.decode()

    assert page.count("/name/") == page.count("/merging/") == page.count("roles/new") == 0


def test_the_top_of_ones_part_is_renamed_but_neither_moved_nor_ended_by_oneself(client):
    client.force_login(staff(named("望湖区")))

    page = client.get(address("unit", named("望湖区").pk)).content.decode()

    assert "/name/" in page
    assert page.count("/parent/") == page.count("/merging/") == page.count("/end/") == 0


def test_names_that_look_like_markup_are_shown_as_text(administrator):
    unit("<script>alert(1)</script>", "东溪区", "<b>")

    for page in (
        administrator.get(address("list"), {"levels": "all"}),
        administrator.get(address("unit", named("东溪区").pk)),
        administrator.get(address("move", named("东溪区").pk), {"q": "<script>"}),
    ):
        assert "<script>alert" not in page.content.decode()


# Changing in two steps


def facts(**more):
    return {"name": "春晖街道", "code": "QL-DX-CH", "kind": "township", "note": "", **more}


def test_a_new_unit_is_shown_before_it_is_written(administrator):
    parent = named("东溪区")

    checked = administrator.post(address("new"), facts(parent=parent.pk, code="ＱＬ－ＤＸ １"))
    assert "上级 东溪区 名称 春晖街道 代码 QL-DX1 类别 乡镇街道" in said(checked).replace(
        "－", "-"
    ).replace("QL-DX 1", "QL-DX1")
    assert not Organisation.objects.filter(name="春晖街道").exists()
    again = administrator.post(address("new"), facts(parent=parent.pk, change="1"))
    assert 'value="春晖街道"' in again.content.decode()
    done = administrator.post(address("new"), facts(parent=parent.pk, confirmed="1"), follow=True)

    assert "“春晖街道”已经设立。" in said(done)
    assert named("春晖街道").get_parent() == parent


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": ""}, "请填写名称。"),
        ({"name": "长" * 101}, "100"),
        ({"code": " "}, "请填写代码。"),
        ({"code": "ql-wh"}, "代码 ql-wh 已经是“望湖区”的了，请换一个。"),
        ({"kind": "nonsense"}, "选择"),
        ({"note": "长" * 201}, "200"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_lost(administrator, wrong, words):
    sent = facts(parent=named("东溪区").pk, confirmed="1", **wrong)

    page = administrator.post(address("new"), sent)

    assert page.status_code == 422
    assert words in said(page)
    for name in {"name", "code"} - set(wrong):
        assert f'value="{sent[name]}"' in page.content.decode()
    assert Organisation.objects.count() == 7


def test_renaming_shows_what_it_was(administrator):
    street = named("文昌街道")

    checked = administrator.post(address("rename", street.pk), facts())
    administrator.post(address("rename", street.pk), facts(confirmed="1"))

    assert "春晖街道 原来是 文昌街道" in said(checked)
    assert Organisation.objects.get(pk=street.pk).name == "春晖街道"


def test_only_who_runs_the_server_opens_a_tree_of_its_own(administrator, client):
    assert administrator.post(address("new"), facts(confirmed="1")).status_code == 404
    admin = factories.login()
    admin.is_superuser = True
    admin.save()
    client.force_login(admin)

    client.post(address("new"), facts(confirmed="1"))

    assert named("春晖街道").is_root()


def test_a_new_parent_is_chosen_looked_at_and_taken(administrator):
    street, other = named("文昌街道"), named("东溪区")

    choice = administrator.get(address("move", street.pk))
    look = administrator.get(address("move", street.pk), {"to": other.pk})
    seen = look.context["outlook"].seen
    done = administrator.post(
        address("move", street.pk), {"to": other.pk, "seen": seen, "note": "区划"}, follow=True
    )

    assert "东溪区" in said(choice)
    assert "2 个机构（含它自己）" in said(look)
    assert "“文昌街道”已经移好。" in said(done)
    assert named("文昌街道").get_parent() == other
    assert street.changes.first().note == "区划"


def test_a_choice_is_found_by_name_and_never_lies_beneath_or_outside(administrator):
    lake = address("move", named("望湖区").pk)

    found = administrator.get(lake, {"q": "东溪"})
    assert "QL-DX" in said(found)
    assert 'name="q" value="东溪"' in found.content.decode()
    assert 'name="q" value=""' in administrator.get(lake).content.decode()
    for words in ("石桥", "远山"):
        assert "没有这样的机构" in said(administrator.get(lake, {"q": words}))


def test_what_makes_no_sense_is_said_on_the_page(administrator):
    street = named("文昌街道")

    page = administrator.get(address("move", street.pk), {"to": named("石桥社区").pk})
    sent = administrator.post(address("move", street.pk), {"to": named("望湖区").pk})

    assert "不能移到自己下面" in said(page)
    assert sent.status_code == 422
    assert "不用移动" in said(sent)


@pytest.mark.parametrize("to", ["top", "远山市", "abc"])
def test_what_one_does_not_lead_is_no_choice(administrator, to):
    to = named(to).pk if to == "远山市" else to

    for method in (administrator.get, administrator.post):
        assert method(address("move", named("文昌街道").pk), {"to": to}).status_code == 404


def test_merging_says_what_it_will_do_and_does_it(administrator):
    street, other = named("文昌街道"), named("东溪区")
    for name in ("王秀兰", "李国强"):
        factories.person(name, organisation=street)
    services.grant_role(
        person=Person.objects.get(name="李国强"), role=Role.BUREAU, organisation=street
    )

    look = administrator.get(address("merge", street.pk), {"to": other.pk})
    done = administrator.post(
        address("merge", street.pk),
        {"to": other.pk, "seen": look.context["outlook"].seen, "note": "青政发 8 号"},
        follow=True,
    )

    words = said(look)
    assert "档案 2 份转到“东溪区”" in words
    assert "下级机构 1 个，直接归“东溪区”" in words
    assert "角色 1 个收回，李国强（老干部局）" in words
    assert "“文昌街道”已经并入“东溪区”。" in said(done)
    assert Person.objects.filter(organisation=other).count() == 2


def test_figures_that_changed_meanwhile_are_shown_again_before_anything_happens(administrator):
    street, other = named("文昌街道"), named("东溪区")
    look = administrator.get(address("merge", street.pk), {"to": other.pk})
    factories.person("张桂芳", organisation=street)

    page = administrator.post(
        address("merge", street.pk),
        {"to": other.pk, "seen": look.context["outlook"].seen, "note": "青政发 8 号"},
    )

    assert page.status_code == 422
    assert "这一页打开以后有变化" in said(page)
    assert "档案 1 份转到“东溪区”" in said(page)
    assert "青政发 8 号" in page.content.decode()
    assert named("文昌街道").ended_on is None


def test_a_unit_is_ended_and_reopened_after_being_asked(administrator):
    county = named("东溪区")

    question = administrator.get(address("end", county.pk))
    administrator.post(address("end", county.pk), {"note": ""})
    ended = Organisation.objects.get(pk=county.pk).ended_on
    back = administrator.get(address("reopen", county.pk))
    administrator.post(address("reopen", county.pk), {"note": ""})

    assert "要撤销“东溪区”吗？" in said(question)
    assert ended is not None
    assert "它在“青岚市”下面恢复。" in said(back)
    assert Organisation.objects.get(pk=county.pk).ended_on is None


def test_a_unit_that_still_has_something_is_not_offered_for_ending(administrator):
    page = administrator.get(address("end", named("文昌街道").pk))

    assert "下面还有 1 个机构" in said(page)
    assert "先不改" not in said(page)


# Teaching points


def point(**more):
    return {"name": "石桥教学点", "address": "二楼", "organisation": "QL-WH-WC", **more}


def test_a_teaching_point_is_added_and_handed_over_by_code_or_name(administrator):
    administrator.post(address("new_point", named("文昌街道").pk), point())
    made = TeachingPoint.objects.get()
    administrator.post(address("point", made.pk), point(organisation="东溪区", address="三楼"))

    made.refresh_from_db()
    assert (made.organisation.name, made.address) == ("东溪区", "三楼")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "请填写所属机构。"),
        ("远山社区", "您管理的机构里没有“远山社区”"),
        ("YS-1", "您管理的机构里没有“YS-1”"),
        ("文昌", "您要的是不是：文昌街道（QL-WH-WC）？"),
        ("同名社区", "叫“同名社区”的不止一个，请写代码：A、B。"),
    ],
)
def test_a_home_that_is_not_found_is_said_with_what_is_near(administrator, typed, words):
    for code in "AB":
        unit("同名社区", "东溪区", code)

    page = administrator.post(
        address("new_point", named("文昌街道").pk), point(organisation=typed)
    )

    assert page.status_code == 422
    assert words in said(page)
    assert 'value="石桥教学点"' in page.content.decode()
