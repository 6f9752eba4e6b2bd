import io
import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from accounts import queries, services
from accounts.models import AuditLine, Organisation, RoleGrant
from accounts.roles import duties
from tests import factories

pytestmark = pytest.mark.django_db

Role = RoleGrant.Role


def named(name):
    return Organisation.objects.get(name=name)


def person(name, where, *roles, at="", **facts):
    made = factories.person(name, organisation=named(where), **facts)
    for role in roles:
        services.grant_role(person=made, role=role, organisation=named(at or where))
    return made


@pytest.fixture(autouse=True)
def city():
    """A city with one county, and another city."""
    city = factories.organisation("青岚市")
    factories.organisation("望湖区", parent=city)
    factories.organisation("远山市")


@pytest.fixture
def administrator(client):
    user = factories.login(person("林静", "青岚市", Role.ADMINISTRATOR))
    client.force_login(user)
    client.user = user
    return client


def said(response) -> str:
    """What a page says, its markup left out."""
    text = re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", response.content.decode(), flags=re.S)
    return " ".join(unescape(text).split())


def listed(response) -> list[str]:
    rows = re.findall(r'<tr id="grant-.*?</tr>', response.content.decode(), re.S)
    return [re.search(r"<th[^>]*>([^<]*)</th>", row)[1] for row in rows]


# The list


@pytest.fixture
def staff():
    person("周敏", "青岚市", Role.REGISTRAR, phone="13800001234")
    person("何雅琴", "望湖区", Role.EDITOR)
    person("远人", "远山市", Role.REGISTRAR)
    ended = person("许文", "望湖区", Role.BUREAU).roles.get()
    services.end_role(grant=ended)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, ["林静", "周敏", "何雅琴"]),
        ({"ended": "on"}, ["林静", "周敏", "许文", "何雅琴"]),
        ({"role": "editor"}, ["何雅琴"]),
        ({"role": "nonsense"}, ["林静", "周敏", "何雅琴"]),
        ({"q": "zhou"}, ["周敏"]),
        ({"q": "1234"}, ["周敏"]),
        ({"q": "远人"}, []),
        ({"unit": "望湖"}, ["何雅琴"]),
        ({"unit": "青岚"}, ["林静", "周敏", "何雅琴"]),
        ({"unit": "远山"}, []),
        ({"sort": "person"}, ["何雅琴", "林静", "周敏"]),
        ({"sort": "-person"}, ["周敏", "林静", "何雅琴"]),
        ({"sort": "password"}, ["林静", "周敏", "何雅琴"]),
        ({"page": "nonsense"}, ["林静", "周敏", "何雅琴"]),
    ],
)
def test_roles_are_listed_filtered_and_sorted(administrator, staff, query, names):
    assert listed(administrator.get(reverse("roles:list"), query)) == names


def test_the_list_costs_the_same_queries_however_many_roles(administrator):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            administrator.get(reverse("roles:list"))
        return len(queries)

    few = cost()
    for number in range(3):
        person(f"王{number}", "望湖区", Role.HELPER)

    assert cost() == few


def test_the_list_is_exported_as_it_is_shown_and_that_is_written_down(administrator, staff):
    answer = administrator.get(reverse("roles:excel"), {"role": "registrar"})

    sheet = load_workbook(io.BytesIO(answer.content)).active
    assert [[cell.value for cell in row][:3] for row in sheet.iter_rows(min_row=3)] == [
        ["周敏", "教务", "青岚市"]
    ]
    line = AuditLine.objects.first()
    assert (line.action, line.actor, line.details) == (
        "files.exported",
        administrator.user,
        {"list": "roles", "count": 1},
    )


# Giving


def test_a_role_is_given_in_three_choices_and_a_look(administrator):
    wang = person("王秀兰", "望湖区", phone="13800000001")
    address = reverse("roles:grant")

    who = administrator.get(address, {"q": "wxl"})
    where = administrator.get(address, {"person": wang.pk})
    which = administrator.get(address, {"person": wang.pk, "organisation": named("望湖区").pk})
    chosen = {"person": wang.pk, "organisation": named("望湖区").pk, "role": "registrar"}
    look = administrator.get(address, chosen)
    done = administrator.post(address, chosen, follow=True)

    assert "王秀兰 望湖区 138****0001" in said(who)
    assert "望湖区" in said(where)
    assert "教务 看档案：手机号、身份证号打码；新建、修改档案" in said(which)
    assert "王秀兰将是“望湖区”的教务" in said(look)
    assert "对“望湖区”和下面 0 个机构起作用，那里现在有 1 份档案。" in said(look)
    assert "不可以 看不到审计日志" in said(look)
    assert "王秀兰现在是“望湖区”的教务。" in said(done)
    assert queries.has_role(factories.login(wang), Role.REGISTRAR)


def test_looking_gives_nothing(administrator):
    wang = person("王秀兰", "望湖区")
    chosen = {"person": wang.pk, "organisation": named("望湖区").pk, "role": "registrar"}

    administrator.get(reverse("roles:grant"), chosen)

    assert not wang.roles.exists()


@pytest.mark.parametrize("words", ["远人", "秀", "0001", "%", "12"])
def test_nobody_outside_ones_files_is_found(administrator, words):
    person("远人", "远山市", phone="13800000001")

    assert "没有找到这个人" in said(administrator.get(reverse("roles:grant"), {"q": words}))


def test_neither_people_nor_places_outside_are_taken(administrator):
    wang, stranger = person("王秀兰", "望湖区"), person("远人", "远山市")
    ended = named("望湖区")
    Organisation.objects.filter(pk=ended.pk).update(ended_on="2026-01-01")
    address = reverse("roles:grant")

    for chosen in (
        {"person": stranger.pk},
        {"person": wang.pk, "organisation": named("远山市").pk, "role": "helper"},
        {"person": wang.pk, "organisation": ended.pk, "role": "helper"},
        {"person": "abc"},
        {"person": "9" * 30},
    ):
        assert administrator.get(address, chosen).status_code == 404
        assert administrator.post(address, chosen).status_code == 404


def test_a_role_that_does_not_exist_is_asked_again(administrator):
    wang = person("王秀兰", "望湖区")
    chosen = {"person": wang.pk, "organisation": named("望湖区").pk, "role": "superuser"}

    page = administrator.post(reverse("roles:grant"), chosen)

    assert "选角色" in said(page)
    assert not wang.roles.exists()


def test_a_refusal_is_said_beside_what_was_chosen(administrator):
    zhou = person("周敏", "望湖区", Role.REGISTRAR)
    chosen = {"person": zhou.pk, "organisation": named("青岚市").pk, "role": "auditor"}

    page = administrator.post(reverse("roles:grant"), chosen)

    assert page.status_code == 422
    assert "写档案的人和审计的人不能是同一个人" in said(page)
    assert "周敏将是“青岚市”的审计员" in said(page)


def test_an_administrator_gives_themselves_nothing(administrator):
    own = administrator.user.person
    chosen = {"person": own.pk, "organisation": named("望湖区").pk, "role": "editor"}

    page = administrator.post(reverse("roles:grant"), chosen)

    assert page.status_code == 422
    assert "自己不能给自己授予角色" in said(page)


# Taking back


def test_a_role_is_taken_back_after_being_asked(administrator):
    zhou = person("周敏", "望湖区", Role.REGISTRAR)
    address = reverse("roles:end", args=[zhou.roles.get().pk])

    question = administrator.get(address)
    done = administrator.post(address, follow=True)

    assert "要收回周敏的教务角色吗？" in said(question)
    assert "周敏的教务角色收回了，马上起作用。" in said(done)
    assert not queries.roles_of(zhou)
    assert "已经收回了" in said(administrator.get(address))


def test_the_last_administrator_at_the_top_is_told_why_not(administrator):
    own = administrator.user.person.roles.get()

    page = administrator.post(reverse("roles:end", args=[own.pk]))

    assert page.status_code == 422
    assert "最后一位管理员" in said(page)


def test_who_takes_their_own_role_back_comes_to_a_page_they_may_see(client):
    own = person("高明", "望湖区", Role.ADMINISTRATOR)
    client.force_login(factories.login(own))

    done = client.post(reverse("roles:end", args=[own.roles.get().pk]), follow=True)

    assert done.status_code == 200
    assert client.get(reverse("roles:list")).status_code == 404


def test_a_role_taken_back_ends_what_it_opened_with_the_next_request(administrator, client):
    zhou = person("周敏", "望湖区", Role.REGISTRAR)
    login = factories.login(zhou)
    address = reverse("organisations:list")
    client.force_login(login)
    before = client.get(address).status_code

    services.end_role(grant=zhou.roles.get())

    assert (before, client.get(address).status_code) == (200, 404)


# In words


def test_every_role_is_in_words_and_they_say_what_the_code_does():
    words = {each.role: each for each in duties.all_in_words()}

    assert set(words) == set(Role.values)
    for role, each in words.items():
        reads = any("看档案" in str(duty) for duty in each.may)
        writes = any("修改档案" in str(duty) for duty in each.may)
        assert reads == (role in queries.READS_FILES)
        assert writes == (role in queries.WRITES_FILES)
        assert ("看不到档案" in each.may_not) == (not reads)


@pytest.mark.parametrize("role", Role.values)
def test_what_a_role_may_is_what_its_login_may(client, role):
    """The words about files, organisations, roles and the log, asked of the pages."""
    client.force_login(factories.login(person("某人", "青岚市", role)))
    pages = {
        "organisations:list": "看组织机构",
        "roles:list": "授予和收回角色",
    }

    may = [str(words) for words in duties.in_words(role).may]

    for page, words in pages.items():
        assert (client.get(reverse(page)).status_code == 200) == (words in may)


def test_the_table_of_roles_says_the_rules(administrator):
    page = said(administrator.get(reverse("roles:what")))

    assert "审计员 看审计日志：谁看了、改了谁的资料 看不到档案" in page
    assert "任何角色都不能管理网站后台的用户和权限。" in page
