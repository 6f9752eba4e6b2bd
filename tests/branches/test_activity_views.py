"""The pages of activities: what they say, whose they show, and what is typed wrong."""

import io
from dataclasses import astuple
from datetime import timedelta

import openpyxl
import pytest
from django.conf import settings
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from accounts.models import Person, RoleGrant
from accounts.services import grant_role
from branches import answer_links, queries
from branches.activities import inviting, making_up
from branches.models import (
    Absence,
    BranchActivity,
    BranchMembership,
    BranchRecord,
    StudyEntry,
)
from tests.branches import school

pytestmark = pytest.mark.django_db

TOMORROW = timedelta(days=1)


@pytest.fixture
def keeper(client, secretary):
    client.force_login(secretary)
    return client


def address(name, branch, *more):
    return reverse(f"branches:{name}", args=[branch.pk, *more])


def soon(branch, *, days=1, **fields):
    """An activity at nine, `days` from now."""
    at = timezone.localtime() + timedelta(days=days)
    fields = {"now": timezone.now() - timedelta(days=9)} | fields
    return school.activity(branch, starts_at=at.replace(hour=9, minute=0, second=0), **fields)


def typed(**changes):
    day = timezone.localdate() + TOMORROW
    return {
        "kind": "theme",
        "topic": "参观纪念馆",
        "day": day.isoformat(),
        "starts": "9:00",
        "ends": "10:30",
        "place": "纪念馆",
        "audience": "all",
    } | changes


def test_an_activity_is_planned_invited_to_answered_ticked_and_recorded(
    keeper, client, branch, wang, li, secretary
):
    planned = keeper.post(address("plan_activity", branch), typed(), follow=True)
    made = BranchActivity.objects.get()
    assert "发通知请 3 位" in planned.text
    invited = keeper.post(address("invite", branch, made.pk), follow=True)
    assert "已经请了 3 位" in invited.text

    client.force_login(school.login(li))
    asked = client.get(reverse("branches:my_activities"))
    assert "参观纪念馆" in asked.text
    silent = client.post(reverse("branches:answer", args=[made.pk]), {"answer": "no"})
    assert silent.status_code == 422
    assert "请写一句为什么来不了" in silent.text
    said = client.post(
        reverse("branches:answer", args=[made.pk]), {"answer": "no", "reason": "住院"}
    )
    assert said.status_code == 302

    client.force_login(secretary)
    page = client.get(address("activity", branch, made.pk))
    assert "李国强</strong>来不了：住院" in page.text
    page = keeper.get(address("presence", branch, made.pk))
    assert "活动还没有开始" in page.text
    early = client.post(
        address("presence", branch, made.pk), {"seen_at": made.edited_at.isoformat()}
    )
    assert "活动还没有开始" in early.text


def test_the_link_of_an_invitation_answers_for_that_one_person_until_it_begins(
    keeper, client, branch, wang, li, secretary
):
    made = soon(branch)
    inviting.invite(activity=made)
    row = made.people.get(person=li)
    link = answer_links.address(row).removeprefix(settings.PUBLIC_URL)
    client.logout()
    page = client.get(link)
    assert "李**" in page.text
    assert "李国强" not in page.text
    assert client.post(link, {"answer": "no"}).status_code == 422
    assert client.post(link, {"answer": "no", "reason": "住院了"}).url == link
    again = client.get(link).text
    assert "书记知道您来不了" in again
    assert "住院了" not in again
    row.refresh_from_db()
    assert (row.answer, row.answer_reason) == ("no", "住院了")
    assert [each.answer for each in made.people.exclude(person=li)] == ["", ""]

    # Not somebody else's with the same signature, and nothing once it is over or not theirs.
    other = made.people.get(person=wang)
    signature = answer_links.make(row).partition(".")[2]
    assert client.get(f"/asked/{other.pk}.{signature}/").status_code == 404
    BranchActivity.objects.update(starts_at=timezone.now() - timedelta(minutes=5))
    late = client.post(link, {"answer": "yes"})
    assert "活动已经开始了" in late.text
    assert "我来不了</button>" not in late.text
    with pytest.raises(Http404):
        answer_links.read(answer_links.make(row), now=made.ends_at)
    made.people.filter(person=li).update(is_due=False)
    assert client.get(link).status_code == 404


def test_ticking_the_list_posts_and_leads_to_the_record(keeper, branch, wang, li, secretary):
    made = soon(branch, days=-2)
    page = keeper.get(address("presence", branch, made.pk))
    assert page.text.count("没来的原因") == 3
    assert "还没有开始" not in page.text
    ticked = {
        "seen_at": page.context["form"]["seen_at"].value(),
        f"there_{wang.pk}": "on",
        f"mode_{wang.pk}": "on_site",
        f"why_{li.pk}": "外出",
    }

    done = keeper.post(address("presence", branch, made.pk), ticked, follow=True)

    assert "学时记上了" in done.text
    assert "应到 3 人，实到 1 人" in done.text
    record = BranchRecord.objects.get()
    assert address("record", branch, record.pk) in done.text
    assert StudyEntry.objects.get().person == wang
    assert "参观长征纪念馆" in keeper.get(address("records", branch)).text
    # A second helper had the same page open: told, and what was ticked is still there.
    again = keeper.post(address("presence", branch, made.pk), {**ticked, "reason": "看错了"})
    assert again.status_code == 422
    assert "刚才有人改过" in again.text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"ends": "8:00"}, "结束的时间要晚于开始的时间"),
        ({"day": "2019-1-1"}, "这是一年以前了"),
        ({"day": "2099-1-1"}, "这是一年以后了"),
        ({"day": "0001-1-1"}, "请检查年份"),
        ({"day": "9999-12-31"}, "请检查年份"),
        ({"day": "明天"}, "请写成 2026-11-22 这样"),
        ({"starts": "早上"}, "请写成 9:30 这样"),
        ({"topic": ""}, "请写主题"),
        ({"audience": "chosen"}, "请在下面点名"),
        ({"audience": "chosen", "chosen": "9" * 30}, "点到的人里有那一天不在支部的"),
        ({"chair": "9" * 30}, "请重新选"),
    ],
    ids=str,
)
def test_what_is_typed_wrong_is_said_at_its_field_and_the_rest_is_kept(
    keeper, branch, changes, words
):
    page = keeper.post(address("plan_activity", branch), typed(**changes))

    assert page.status_code == 422
    assert words in page.text
    assert 'value="纪念馆"' in page.text
    assert not BranchActivity.objects.exists()


def test_who_ticks_a_list_that_was_closed_meanwhile_sees_what_is_there(keeper, branch, wang, li):
    made = soon(branch, days=-2)
    form = keeper.get(address("presence", branch, made.pk)).context["form"]
    sent = {each.html_name: each.value() for each in form if each.value()}
    school.held(made, wang, now=timezone.now())

    page = keeper.post(address("presence", branch, made.pk), sent | {f"there_{li.pk}": "on"})

    assert page.status_code == 422
    assert "刚才有人改过这次活动" in page.text
    assert [astuple(each) for each in page.context["form"].theirs] == [
        ("李国强", "没有打勾", "打了勾"),
        ("王秀兰", "打了勾", "没有打勾"),
    ]


def test_who_came_into_the_branch_since_the_plan_is_counted_on_its_page(keeper, branch, city, li):
    made = soon(branch)
    school.member(school.person("新来的", at=city), branch)
    li.memberships.update(ends_on=made.held_on)

    page = keeper.get(address("activity", branch, made.pk)).text

    assert "发通知请 2 位" in page
    assert "新来的" in page
    assert "李国强" not in page


def test_two_who_change_a_plan_at_once_lose_nothing(keeper, branch):
    made = soon(branch)
    seen = made.edited_at.isoformat()
    keeper.post(address("change_activity", branch, made.pk), typed(place="三楼", seen_at=seen))

    page = keeper.post(
        address("change_activity", branch, made.pk), typed(place="四楼", seen_at=seen)
    )

    assert page.status_code == 422
    assert "刚才有人改过这次活动" in page.text
    assert 'value="四楼"' in page.text
    assert [(each.before, each.after) for each in page.context["form"].theirs] == [
        ("三楼", "四楼")
    ]
    made.refresh_from_db()
    assert made.place == "三楼"
    seen = page.context["form"]["seen_at"].value()
    keeper.post(address("change_activity", branch, made.pk), typed(place="四楼", seen_at=seen))
    made.refresh_from_db()
    assert made.place == "四楼"


def test_a_wrong_day_of_what_was_held_is_corrected_with_its_reason(keeper, branch, wang):
    made = soon(branch, days=-2)
    school.held(made, wang, now=timezone.now())
    day = timezone.localdate() - timedelta(days=3)
    facts = typed(day=day.isoformat(), seen_at=made.edited_at.isoformat())

    asked = keeper.post(address("change_activity", branch, made.pk), facts)
    assert asked.status_code == 422
    assert "请写明更正的原因" in asked.text
    keeper.post(address("change_activity", branch, made.pk), {**facts, "reason": "写错了一天"})

    lines = StudyEntry.objects.filter(queries.STANDS)
    assert [line.studied_on for line in lines] == [day]
    assert BranchRecord.objects.get().held_on == day


@pytest.mark.parametrize("members", [1, 6])
def test_pages_of_an_activity_take_the_same_queries_however_many_members(
    keeper, city, branch, members, django_assert_num_queries
):
    for number in range(members):
        school.member(school.person(f"某{number}", at=city), branch)
    made = soon(branch, days=-2)
    with django_assert_num_queries(12):
        keeper.get(address("activity", branch, made.pk))
    with django_assert_num_queries(11):
        keeper.get(address("presence", branch, made.pk))


def test_names_from_paper_lead_to_ticks(keeper, branch, wang, li, city):
    made = soon(branch, days=-2)
    twin = school.person("李国强", at=city)
    school.member(twin, branch)

    page = keeper.post(
        address("paper", branch, made.pk), {"names": "1、王秀兰\n2、李国强\n3、赵六 王秀兰"}
    )
    for words in ("对上了 1 位", "“李国强”是哪一位？", "赵六", "写了两遍的只算一次：王秀兰"):
        assert words in page.text
    ticked = keeper.get(address("presence", branch, made.pk), {"there": [wang.pk, twin.pk]})
    assert [
        person.pk for person, _row, (there, *_) in ticked.context["form"].due if there.value()
    ] == [twin.pk, wang.pk]
    keeper.post(
        address("presence", branch, made.pk),
        {
            "seen_at": made.edited_at.isoformat(),
            "paper": f"{wang.pk},{twin.pk}",
            f"there_{wang.pk}": "on",
        },
    )
    assert [row.known_by for row in made.people.filter(is_present=True)] == ["paper"]


def test_cancelling_asks_why(keeper, branch):
    made = soon(branch)
    assert (
        keeper.post(address("cancel_activity", branch, made.pk), {"reason": " "}).status_code
        == 422
    )
    page = keeper.post(
        address("cancel_activity", branch, made.pk), {"reason": "下大雨"}, follow=True
    )
    assert "这次活动取消了" in page.text
    assert keeper.get(address("change_activity", branch, made.pk)).status_code == 404


def test_what_is_to_be_made_up_is_seen_by_both_and_posted_once(
    keeper, client, branch, wang, li, secretary
):
    made = soon(branch, days=-2)
    school.held(made, wang, by=secretary, now=timezone.now())
    record = BranchRecord.objects.get()
    making_up.make_up(
        record=record,
        person=li,
        how="booklet",
        material="读本 第 3 册",
        made_up_on=None,
        minutes=None,
        by=secretary,
    )
    client.force_login(school.login(li))
    assert "读本 第 3 册" in client.get(reverse("branches:my_activities")).text
    client.post(reverse("branches:made_up", args=[Absence.objects.get().pk]))
    assert "您说补完了" in client.get(reverse("branches:my_activities")).text

    client.force_login(secretary)
    assert "本人说补完了" in client.get(address("record", branch, record.pk)).text
    done = {
        "how": "booklet",
        "material": "读本",
        "made_up_on": timezone.localdate().isoformat(),
        "minutes": "45",
    }
    for _again in range(2):
        client.post(address("make_up", branch, record.pk, li.pk), done)
    assert StudyEntry.objects.filter(person=li).count() == 1


def test_of_thousands_only_ticks_are_asked(keeper, branch, city):
    people = [school.person(f"某{number}", at=city) for number in range(3)]
    more = Person.objects.bulk_create(
        Person(
            name="某人",
            sex=Person.Sex.FEMALE,
            born_on=people[0].born_on,
            organisation=city,
            pinyin="mou ren",
            pinyin_letters="mouren",
            pinyin_initials="mr",
        )
        for _number in range(1_100)
    )
    BranchMembership.objects.bulk_create(
        BranchMembership(branch=branch, person=person, kind="home", starts_on=people[0].born_on)
        for person in (*people, *more)
    )
    made = soon(branch, days=-2)
    page = keeper.get(address("presence", branch, made.pk))
    assert page.text.count("没来的原因") == 0
    ticks = [person.pk for person in (*people[1:], *more)]

    done = keeper.post(
        address("presence", branch, made.pk),
        {"seen_at": made.edited_at.isoformat(), "mode": "shared", "there": ticks},
    )

    assert done.status_code == 302
    there = made.people.filter(is_present=True, mode="shared")
    assert there.count() == len(ticks)
    assert StudyEntry.objects.count() == len(ticks)


def test_a_line_leads_to_who_wrote_it_down_and_to_the_activity(keeper, branch, wang, secretary):
    made = soon(branch, days=-2)
    school.held(made, wang, by=secretary, now=timezone.now())

    page = keeper.get(address("entry", branch, StudyEntry.objects.get().pk))

    assert "照名单，到了（现场）" in page.text
    assert address("activity", branch, made.pk) in page.text


# Whose


@pytest.fixture
def counties(city):
    """Two counties with a branch and an activity each; the logins of those who lead there."""
    found = {}
    for name in ("石桥", "远山"):
        county = school.organisation(f"{name}县", under=city)
        home = school.branch(f"{name}支部", at=county)
        head = school.person(f"{name}书记", at=county)
        school.member(head, home)
        school.office(head, home)
        office = school.person(f"{name}局", at=county)
        grant_role(person=office, role=RoleGrant.Role.BUREAU, organisation=county)
        made = soon(home, days=-2, topic=f"{name}的活动")
        school.held(made, head, now=timezone.now())
        found[name] = {"branch": home, "activity": made, "logins": [head, office]}
    return found


@pytest.mark.parametrize("who", [0, 1], ids=["secretary", "county"])
def test_everybody_finds_exactly_theirs_in_pages_totals_search_and_exports(client, counties, who):
    ours, theirs = counties["石桥"], counties["远山"]
    user = school.login(ours["logins"][who])
    client.force_login(user)
    if who == 0:
        assert list(queries.activities_open(user, now=timezone.now())) == []
        soon(ours["branch"], topic="下次")
        soon(theirs["branch"], topic="下次")
        (open_now,) = queries.activities_open(user, now=timezone.now())
        assert (open_now.branch, open_now.is_over) == (ours["branch"], False)

    page = client.get(address("activities", ours["branch"]), {"q": "的活动"})
    assert "石桥的活动" in page.text
    assert "远山" not in page.text
    assert "写好的 1 次，应到 1 人次，实到 1 人次" in page.text, page.text[
        page.text.index("table-tools") :
    ][:400]
    book = client.get(address("activity_excel", ours["branch"]), {"q": "的活动"})
    cells = [
        cell
        for row in openpyxl.load_workbook(io.BytesIO(book.content)).active.values
        for cell in row
    ]
    assert "石桥的活动" in cells
    assert not any("远山" in str(cell) for cell in cells)
    assert (
        "没有这样的活动" in client.get(address("activities", ours["branch"]), {"q": "远山"}).text
    )
    for name in ("activities", "activity_excel"):
        assert client.get(address(name, theirs["branch"])).status_code == 404
    for name in ("activity", "activity_parts", "presence", "change_activity"):
        asked = address(name, theirs["branch"], theirs["activity"].pk)
        assert client.get(asked).status_code == 404
        # Nor by way of one's own branch.
        mixed = address(name, ours["branch"], theirs["activity"].pk)
        assert client.get(mixed).status_code == 404


def test_a_host_sees_every_branch_and_group_and_a_home_only_its_own_names(client, city, counties):
    general = school.branch("党总支", at=city, level="general")
    host = school.person("总支书记", at=city)
    school.office(host, general)
    first = school.branch("第一支部", at=city, under=general)
    group = school.branch("第一党小组", at=city, under=first, level="group")
    second = school.branch("第二支部", at=city, under=general)
    people = [school.person(name, at=city) for name in ("甲同志", "乙同志", "丙同志")]
    for person, home in zip(people, (first, group, second), strict=True):
        school.member(person, home)
    general.refresh_from_db()
    made = soon(general, days=-2)
    school.held(made, *people, now=timezone.now())

    client.force_login(school.login(host))
    page = client.get(address("activity_parts", general, made.pk))
    assert [(part.above, part.branch, part.people) for part in page.context["parts"]] == [
        ("", "第一支部", 1),
        ("第一支部", "第一党小组", 1),
        ("", "第二支部", 1),
    ]
    assert "第一支部 · 第一党小组" in page.text
    client.force_login(school.login(counties["石桥"]["logins"][1]))
    assert client.get(address("activity_parts", general, made.pk)).status_code == 404


def test_the_notice_shows_the_record_with_the_names_of_ones_own(
    keeper, city, branch, wang, sister
):
    functional = school.branch("书法缘", at=city, kind="functional")
    other = school.person("别支部的人", at=city)
    school.member(other, sister)
    for person in (wang, other):
        school.member(person, functional)
    school.held(soon(functional, days=-2), wang, other, now=timezone.now())

    listed = keeper.get(reverse("branches:notices"))
    (notice,) = [row[0] for row in listed.context["rows"]]
    assert reverse("branches:notice_record", args=[notice.pk]) in listed.text
    page = keeper.get(reverse("branches:notice_record", args=[notice.pk]))
    assert "王秀兰" in page.text
    assert "别支部的人" not in page.text
    assert "应到 2 人，实到 2 人" in page.text


def test_the_bureau_over_a_class_sees_who_came_from_where(client, city, wang, session):
    school.studied(wang, session)
    bureau = school.person("局", at=city)
    grant_role(person=bureau, role=RoleGrant.Role.BUREAU, organisation=city)
    client.force_login(school.login(bureau))

    page = client.get(reverse("branches:session_parts", args=[session.pk]))

    assert "第三党支部" in page.text


def test_the_list_takes_the_same_queries_however_long_it_is(
    keeper, branch, django_assert_num_queries
):
    def asked(number):
        for _more in range(number):
            soon(branch)
        with django_assert_num_queries(count):
            keeper.get(address("activities", branch))

    keeper.get(address("activities", branch))
    count = 13
    asked(1)
    asked(3)
