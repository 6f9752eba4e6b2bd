"""Stars, points and volunteer hours: off by default, by hand, by name, never changed."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts import services as accounts
from accounts.files import merging
from accounts.models import RoleGrant
from branches import citations
from branches.errors import CitationRefused
from branches.models import Citation
from tests.branches import school
from tests.branches.school import LATER, NINE, THAT_DAY

pytestmark = pytest.mark.django_db

ALL = {"stars": True, "points": True, "volunteering": True}


def said(response) -> str:
    return " ".join(response.content.decode().split())


@pytest.fixture
def bureau(city):
    zheng = school.person("郑敏", at=city)
    accounts.grant_role(person=zheng, role=RoleGrant.Role.BUREAU, organisation=city)
    return school.login(zheng)


@pytest.fixture
def switched(city):
    citations.switch(organisation=city, by=None, **ALL)


def points(branch, person, amount=2, **facts):
    facts = {"happened_on": THAT_DAY, "words": "帮邻居报名", "by": None, "now": LATER} | facts
    return citations.cite(branch=branch, kind="points", person=person, amount=amount, **facts)


def star(branch, person, amount=4, **facts):
    facts = {"year": 2026, "words": "9月17日组织生活会", "by": None, "now": LATER} | facts
    return citations.cite(branch=branch, kind="star", person=person, amount=amount, **facts)


def test_what_is_off_has_no_link_and_no_page(client, branch, secretary, wang):
    line = points(branch, wang)
    page = f"/branches/{branch.pk}/"
    addresses = [
        f"{page}citations/star/",
        f"{page}citations/points/",
        f"{page}citations/{line.pk}/withdrawal/",
        f"{page}volunteering/",
        reverse("branches:my_citations"),
    ]
    client.force_login(secretary)
    assert {client.get(each).status_code for each in addresses} == {404}
    assert client.post(addresses[1], {}).status_code == 404
    assert "citations" not in said(client.get(page)) + said(client.get("/my/activities/"))

    citations.switch(organisation=branch.organisation, by=None, **ALL)
    assert {client.get(each).status_code for each in addresses} == {200}
    shown = said(client.get(page)) + said(client.get("/my/activities/"))
    assert all(f'"{addresses[n]}"' in shown for n in (0, 1, 3, 4))
    assert client.get(f"{page}citations/minutes/").status_code == 404


def test_a_switch_holds_beneath_until_one_there_has_its_own(client, city, bureau):
    county = school.organisation("西县", under=city)
    elsewhere = school.organisation("邻市")
    client.force_login(bureau)
    for place, on in ((city, {"stars": "on", "points": "on"}), (county, {"points": "on"})):
        answer = client.post(reverse("branches:extras"), {"organisation": place.pk} | on)
        assert answer.status_code == 302
    street = school.organisation("石桥", under=county)
    assert citations.switched_on(city) == {"stars", "points"}
    assert citations.switched_on(street) == citations.switched_on(county) == {"points"}
    assert citations.switched_on(elsewhere) == frozenset()
    assert (
        client.post(reverse("branches:extras"), {"organisation": elsewhere.pk}).status_code == 422
    )
    assert "西县" in said(client.get(reverse("branches:extras")))
    # What is used already stands in the boxes, so that nothing is switched off unseen.
    form = client.get(reverse("branches:extras"), {"at": city.pk}).context["form"]
    assert (form["organisation"].value(), form["stars"].value()) == (city.pk, True)
    assert (
        client.get(reverse("branches:extras"), {"at": elsewhere.pk}).context["form"].initial == {}
    )


def test_a_secretary_writes_what_a_meeting_decided(client, branch, secretary, wang, li, switched):
    made = school.activity(branch, kind="life", by=secretary)
    school.held(made, wang, li)
    school.activity(branch, kind="life", starts_at=NINE + timedelta(days=1), by=secretary)
    client.force_login(secretary)
    page = f"/branches/{branch.pk}/citations/star/"
    form = client.get(page).context["form"]
    assert list(form.fields["activity"].queryset) == [made]
    facts = {"person": wang.pk, "amount": 3, "year": 2026}
    answer = client.post(page, facts)
    assert (answer.status_code, Citation.objects.count()) == (422, 0)
    assert "请选哪次会" in said(answer)

    assert client.post(page, facts | {"activity": made.pk}).status_code == 302
    assert client.post(page, facts | {"person": li.pk, "amount": 5, "words": "年终的会"})
    stranger = school.person("孙立", at=branch.organisation)
    for wrong in ({"person": stranger.pk}, {"amount": 6}, {"year": 2199}):
        assert client.post(page, facts | {"words": "会"} | wrong).status_code == 422
    lines = citations.citations_of_branch(branch, "star", year=2026)
    assert [(line.person.name, line.amount, line.happened_on) for line in lines] == [
        ("李国强", 5, None),
        ("王秀兰", 3, THAT_DAY),
    ]
    assert lines[1].entered_by == secretary

    client.force_login(school.login(wang))
    mine = said(client.get(reverse("branches:my_citations")))
    assert "3 星" in mine
    assert "组织生活会" in mine
    assert "5 星" not in mine


def test_lists_are_by_name_whoever_has_more(client, city, branch, secretary, wang, li, switched):
    points(branch, wang, 90)
    points(branch, li, 1)
    points(branch, li, 2)
    client.force_login(secretary)
    for query in ("", "&sort=points", "&sort=-amount"):
        answer = client.get(f"/branches/{branch.pk}/citations/points/?year=2026{query}")
        rows = answer.context["page"]
        assert [(row.person, row.points) for row in rows] == [(li, 3), (wang, 90)]


def test_a_line_is_withdrawn_with_its_reason_and_both_stay(
    client, branch, secretary, wang, switched
):
    now = timezone.now()
    on = {"happened_on": timezone.localdate(now), "now": now}
    line, other = points(branch, wang, **on), points(branch, wang, 5, **on)
    client.force_login(secretary)
    page = f"/branches/{branch.pk}/citations/{line.pk}/withdrawal/"
    assert client.post(page, {"reason": " "}).status_code == 422
    assert client.post(page, {"reason": "写错了人"}).status_code == 302
    assert client.post(page, {"reason": "再一次"}).status_code == 422
    taken = Citation.objects.get(withdraws=line)
    assert (taken.person, taken.reason, taken.entered_by) == (wang, "写错了人", secretary)
    # The withdrawing line itself is none that could be withdrawn.
    again = f"/branches/{branch.pk}/citations/{taken.pk}/withdrawal/"
    assert client.get(again).status_code == 404
    shown = citations.citations_of(wang, "points")
    assert list(shown) == [other, line]
    assert citations.points_of(shown) == 5
    client.force_login(school.login(wang))
    mine = said(client.get(reverse("branches:my_citations")))
    assert "撤回：写错了人" in mine
    assert f"{now.year} 年一共 5 分" in mine


def test_one_star_of_a_year_until_it_is_withdrawn(branch, wang):
    first = star(branch, wang)
    with pytest.raises(CitationRefused) as refused:
        star(branch, wang, 5)
    assert refused.value.field == "person"
    star(branch, wang, 5, year=2025)
    citations.withdraw(line=first, reason="数错票", by=None)
    assert star(branch, wang, 5).amount == 5


def test_points_of_a_day_to_come_are_refused(branch, wang):
    with pytest.raises(CitationRefused) as refused:
        points(branch, wang, happened_on=THAT_DAY + timedelta(days=1))
    assert refused.value.field == "happened_on"


@pytest.mark.parametrize("change", [{"amount": 5}, {"words": "别的"}, {"reason": "改"}])
def test_the_database_refuses_to_change_a_line(branch, wang, change):
    line = Citation.objects.filter(pk=points(branch, wang).pk)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        line.update(**change)


def test_the_database_refuses_to_remove_a_line(branch, wang):
    line = Citation.objects.filter(pk=points(branch, wang).pk)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        line._raw_delete(line.db)
    assert line.get().amount == 2


def test_the_lines_of_merged_files_are_together_and_part_again(city, branch, wang):
    twin = school.person("王秀蓝", at=city)
    line = points(branch, twin)
    made = merging.merge(kept=wang, dropped=twin, by=None, now=LATER)
    assert list(citations.citations_of(wang, "points")) == [line]
    merging.undo(merge=made, by=None, now=LATER)
    assert list(citations.citations_of(twin, "points")) == [line]


def test_volunteer_hours_are_of_those_who_were_there_by_name(
    client, branch, secretary, wang, li, switched
):
    for day, people in enumerate([(wang, li), (wang,)]):
        made = school.activity(
            branch,
            kind="volunteer",
            starts_at=NINE - timedelta(days=day),
            now=NINE - timedelta(days=30),
        )
        school.held(made, *people)
    # Another kind, one that is not closed and one of another year are none of it.
    school.held(school.activity(branch), wang, li)
    school.activity(branch, kind="volunteer", starts_at=NINE + timedelta(days=9))
    found = citations.volunteers_of(branch, year=2026)
    assert [(person, person.minutes) for person in found] == [(li, 90), (wang, 180)]
    assert not citations.volunteers_of(branch, year=2025)
    client.force_login(secretary)
    page = said(client.get(f"/branches/{branch.pk}/volunteering/?year=2026"))
    assert page.index("李国强") < page.index("王秀兰")


def test_a_list_takes_the_same_queries_however_many_there_are(
    client, city, branch, secretary, switched, django_assert_num_queries
):
    client.force_login(secretary)
    page = f"/branches/{branch.pk}/citations/points/?year=2026"

    def cited(number):
        person = school.person(f"某{number}", at=city)
        school.member(person, branch)
        line = points(branch, person)
        citations.withdraw(line=line, reason="写错", by=secretary)
        points(branch, person)

    cited(0)
    client.get(page)
    with django_assert_num_queries(12):
        client.get(page)
    for number in range(1, 5):
        cited(number)
    with django_assert_num_queries(12):
        client.get(page)


def test_the_year_of_points_is_that_of_their_day(branch, wang):
    assert points(branch, wang, happened_on=date(2025, 12, 31)).year == 2025
    assert timezone.localdate(LATER) == THAT_DAY
