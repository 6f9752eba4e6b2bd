"""我愿意教: off by default, written and withdrawn by oneself, read by name by the branch."""

import pytest
from django.urls import reverse, reverse_lazy

from accounts import services as accounts
from accounts.files import merging
from accounts.models import RoleGrant
from branches import citations, talents
from branches.errors import TalentRefused
from branches.models import TalentCard
from tests.branches import school
from tests.branches.school import LATER, THAT_DAY

pytestmark = pytest.mark.django_db

MINE = reverse_lazy("branches:my_talents")


def said(response) -> str:
    return " ".join(response.content.decode().split())


def listed(client, branch) -> list[tuple]:
    page = client.get(f"/branches/{branch.pk}/talents/").context["page"]
    return [(card.person.name, card.teaches, card.home) for card in page]


@pytest.fixture
def switched(city):
    citations.switch(organisation=city, by=None, talents=True)


@pytest.fixture
def above(city):
    """A committee with its secretary `above.login`, and a branch beneath with one member."""
    above = school.branch("党委", at=city, level="committee")
    above.login = school.login(school.person("孙立", at=city))
    school.office(above.login.person, above)
    return above


def test_what_is_off_has_no_link_and_no_page(client, city, branch, wang, secretary):
    card = talents.write(person=wang, teaches="二胡入门", by=None)
    page = f"/branches/{branch.pk}/"
    theirs = school.login(wang)

    def seen():
        client.force_login(secretary)
        found = [client.get(f"{page}talents/"), client.get(page)]
        client.force_login(theirs)
        found += [client.get(MINE), client.post(MINE, {"teaches": "剪纸"})]
        return *found, client.get("/my/activities/")

    listed_, linked, mine, posted, activities = seen()
    assert {each.status_code for each in (listed_, mine, posted)} == {404}
    assert "talents" not in said(linked) + said(activities)
    # Other switches are not this one.
    citations.switch(organisation=city, by=None, stars=True, points=True, volunteering=True)
    assert seen()[0].status_code == 404

    citations.switch(organisation=city, by=None, talents=True)
    listed_, linked, mine, posted, activities = seen()
    assert [each.status_code for each in (listed_, mine, posted)] == [200, 200, 302]
    assert f'"{page}talents/"' in said(linked)
    assert f'"{MINE}"' in said(activities)

    # What was written before can be taken back where it is off again.
    citations.switch(organisation=city, by=None, talents=False)
    answer = client.post(f"{MINE}{card.pk}/withdrawal/")
    assert (answer.status_code, answer.url) == (302, "/my/activities/")
    card.refresh_from_db()
    assert card.withdrawn_at


def test_the_fourth_switch_is_set_where_the_others_are(client, city):
    zheng = school.person("郑敏", at=city)
    accounts.grant_role(person=zheng, role=RoleGrant.Role.BUREAU, organisation=city)
    client.force_login(school.login(zheng))
    answer = client.post(reverse("branches:extras"), {"organisation": city.pk, "talents": "on"})
    assert answer.status_code == 302
    county = school.organisation("西县", under=city)
    assert citations.switched_on(county) == {"talents"}


def test_only_members_of_a_home_branch_write(client, city, switched):
    person = school.person("林芳", at=city)
    client.force_login(school.login(person))
    assert client.get(MINE).status_code == 404
    school.member(person, school.branch("班级支部", at=city, kind="functional"))
    assert client.get(MINE).status_code == 404
    school.member(person, school.branch("第一党支部", at=city))
    assert client.get(MINE).status_code == 200


def test_a_member_writes_and_withdraws_their_own(client, branch, wang, secretary, switched):
    theirs = school.login(wang)
    client.force_login(theirs)
    for wrong in (
        {"teaches": " "},
        {"teaches": "琴" * 61},
        {"teaches": "琴", "suits": "日" * 201},
    ):
        assert client.post(MINE, wrong).status_code == 422
    assert not TalentCard.objects.exists()
    assert client.post(MINE, {"teaches": " 二胡入门 ", "suits": "星期三下午"}).status_code == 302
    assert client.post(MINE, {"teaches": "剪纸"}).status_code == 302
    first, second = TalentCard.objects.order_by("pk")
    assert (first.person, first.teaches, first.suits) == (wang, "二胡入门", "星期三下午")
    assert (first.written_by, first.withdrawn_by) == (theirs, None)
    assert "星期三下午" in said(client.get(MINE))

    for _twice in range(2):
        assert client.post(f"{MINE}{first.pk}/withdrawal/").url == MINE
        before, first.withdrawn_at = first.withdrawn_at, None
        first.refresh_from_db()
        assert first.withdrawn_at
        assert before in (None, first.withdrawn_at)
    assert (first.teaches, first.withdrawn_by) == ("二胡入门", theirs)
    assert "星期三下午" not in said(client.get(MINE)).replace("例如：星期三下午", "")
    client.force_login(secretary)
    assert listed(client, branch) == [("王秀兰", "剪纸", "第三党支部")]
    # A secretary takes nobody's card away.
    assert client.post(f"{MINE}{second.pk}/withdrawal/").status_code == 404
    second.refresh_from_db()
    assert second.withdrawn_at is None


def test_five_stand_at_most(client, wang, switched):
    cards = [talents.write(person=wang, teaches=f"第{n}样", by=None) for n in range(5)]
    with pytest.raises(TalentRefused):
        talents.write(person=wang, teaches="第六样", by=None)
    client.force_login(school.login(wang))
    assert "先撤下一张" in said(client.get(MINE))
    answer = client.post(MINE, {"teaches": "第六样"})
    assert answer.status_code == 422
    assert 'value="第六样"' in said(answer)
    talents.withdraw(card=cards[0], by=None)
    assert client.post(MINE, {"teaches": "第六样"}).status_code == 302


def test_the_branch_and_those_above_see_them_by_name(
    client, city, above, sister, wang, branch, secretary, switched
):
    county = school.organisation("西县", under=city)
    west = school.branch("西县支部", at=county, under=above)
    li = school.person("李国强", at=county)
    school.member(li, west)
    an = school.person("安明", at=city)
    school.member(an, above)
    gone = school.person("丁一", at=city)
    school.member(gone, west, until=THAT_DAY.replace(year=2025))
    for person, what in [(wang, "剪纸"), (li, "象棋"), (an, "合唱"), (gone, "书法"), (li, "二胡")]:
        talents.write(person=person, teaches=what, by=None)

    client.force_login(above.login)
    assert listed(client, above) == [
        ("安明", "合唱", "党委"),
        ("李国强", "象棋", "西县支部"),
        ("李国强", "二胡", "西县支部"),
    ]
    assert [name for name, _, _ in listed(client, west)] == ["李国强"] * 2
    # Not of a branch beside; nor does that one's secretary read here.
    assert client.get(f"/branches/{branch.pk}/talents/").status_code == 404
    client.force_login(secretary)
    assert listed(client, branch) == [("王秀兰", "剪纸", "第三党支部")]
    for other in (above, west, sister):
        assert client.get(f"/branches/{other.pk}/talents/").status_code == 404

    # Where a unit beneath has it off, its members' cards are not shown above either.
    citations.switch(organisation=county, by=None, stars=True)
    client.force_login(above.login)
    assert listed(client, above) == [("安明", "合唱", "党委")]
    assert client.get(f"/branches/{west.pk}/talents/").status_code == 404
    # And an office over the branch reads by the door of the branch's page.
    zheng = school.person("郑敏", at=city)
    accounts.grant_role(person=zheng, role=RoleGrant.Role.BUREAU, organisation=city)
    client.force_login(school.login(zheng))
    assert listed(client, above) == [("安明", "合唱", "党委")]


def test_the_cards_of_merged_files_are_together_and_part_again(city, branch, wang, switched):
    twin = school.person("王秀蓝", at=city)
    card = talents.write(person=twin, teaches="剪纸", now=LATER, by=None)
    made = merging.merge(kept=wang, dropped=twin, by=None, now=LATER)
    assert list(talents.standing_cards_of(wang)) == [card]
    merging.undo(merge=made, by=None, now=LATER)
    assert list(talents.standing_cards_of(twin)) == [card]


def test_a_card_whose_words_were_erased_is_not_shown(branch, wang, switched):
    card = talents.write(person=wang, teaches="剪纸", by=None)
    assert list(talents.cards_beneath(branch, on=THAT_DAY)) == [card]
    TalentCard.objects.update(teaches="", suits="")
    assert not talents.cards_beneath(branch, on=THAT_DAY)


def test_a_list_takes_the_same_queries_however_many_there_are(
    client, city, branch, secretary, switched, django_assert_num_queries
):
    client.force_login(secretary)
    page = f"/branches/{branch.pk}/talents/"

    def wrote(number):
        person = school.person(f"某{number}", at=city)
        school.member(person, school.branch(f"小组{number}", at=city, under=branch, level="group"))
        talents.write(person=person, teaches="剪纸", by=None)

    wrote(0)
    client.get(page)
    with django_assert_num_queries(12):
        client.get(page)
    for number in range(1, 55):
        wrote(number)
    with django_assert_num_queries(12):
        assert len(client.get(page).context["page"]) == 50
    assert len(client.get(f"{page}?page=2").context["page"]) == 5


def test_my_page_takes_the_same_queries_however_many_there_are(
    client, wang, switched, django_assert_num_queries
):
    client.force_login(school.login(wang))
    talents.write(person=wang, teaches="剪纸", by=None)
    client.get(MINE)
    with django_assert_num_queries(7):
        client.get(MINE)
    for number in range(4):
        talents.write(person=wang, teaches=f"第{number}样", by=None)
    with django_assert_num_queries(7):
        client.get(MINE)
