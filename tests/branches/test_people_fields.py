"""Choosing members where there are too many for a list: by writing names."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Person
from branches.models import BranchActivity, BranchMembership
from branches.people_fields import MANY
from tests.branches import school

pytestmark = pytest.mark.django_db


@pytest.fixture
def crowd(city, branch, wang):
    """More members than a list holds; of three names two persons bear one each."""
    names = [f"成员{number:03}" for number in range(MANY)] + [
        "李明",
        "李明",
        "买买提·艾力",
        "王𠮷",
    ]
    people = Person.objects.bulk_create(
        Person(
            name=name,
            pinyin=f"{number:03}",
            organisation=city,
            born_on=date(1940 + number % 40, 1, 1),
        )
        for number, name in enumerate(names)
    )
    BranchMembership.objects.bulk_create(
        BranchMembership(person=person, branch=branch, kind="home", starts_on=date(2020, 1, 1))
        for person in people
    )
    return {
        person.born_on.year if person.name == "李明" else person.name: person for person in people
    }


def plan(**changes):
    return {
        "kind": "theme",
        "topic": "参观纪念馆",
        "day": timezone.localdate().isoformat(),
        "starts": "9:00",
        "ends": "10:30",
        "place": "纪念馆",
        "audience": "chosen",
    } | changes


def test_an_activity_of_very_many_names_its_people(client, crowd, branch, secretary):
    client.force_login(secretary)
    address = reverse("branches:plan_activity", args=[branch.pk])
    page = client.get(address)
    assert "成员000" not in page.text
    assert len(page.content) < 40_000
    # Who is meant is asked, and nothing that was written is lost.
    names = "买买提·艾力、王𠮷\n李明，成员007"
    wrong = client.post(address, plan(chair="李明", chosen=names, recorder="没有这人"))
    assert wrong.status_code == 422
    for words in ("有几个人叫“李明”", "没有找到“没有这人”", "成员007</textarea>"):
        assert words in wrong.text
    first, second = (year for year in crowd if isinstance(year, int))
    written = plan(
        chair=f"李明 {first}", recorder="", chosen=names.replace("李明", f"李明 {second}")
    )
    assert client.post(address, written).status_code == 302
    made = BranchActivity.objects.get()
    assert made.chair == crowd[first]
    asked = {row.person for row in made.people.all()}
    assert asked == {crowd[name] for name in ("买买提·艾力", "王𠮷", second, "成员007")}
    # Opened again it says the same, and saved again it changes nobody.
    again = client.get(reverse("branches:change_activity", args=[branch.pk, made.pk]))
    chosen, chair = again.context["form"]["chosen"].value(), again.context["form"]["chair"].value()
    assert f"李明 {second}" in again.text
    facts = {"chosen": again.context["form"]["chosen"], "chair": again.context["form"]["chair"]}
    shown = {name: field.field.prepare_value(field.initial) for name, field in facts.items()}
    assert (
        (chosen, chair) == (shown["chosen"], shown["chair"]) == (shown["chosen"], f"李明 {first}")
    )
    seen = {"seen_at": made.edited_at.isoformat()}
    saved = client.post(
        reverse("branches:change_activity", args=[branch.pk, made.pk]), plan(**shown) | seen
    )
    assert saved.status_code == 302
    assert {row.person for row in made.people.filter(is_due=True)} == asked


def test_somebody_from_elsewhere_cannot_be_named(client, crowd, city, branch, secretary):
    school.person("外来人", at=city)
    client.force_login(secretary)
    address = reverse("branches:plan_activity", args=[branch.pk])
    page = client.post(address, plan(chosen="外来人"))
    assert "没有找到“外来人”" in page.text
    assert not BranchActivity.objects.exists()


def test_the_ledger_of_very_many_is_asked_by_name(client, crowd, branch, wang, secretary):
    made = school.activity(branch, by=secretary)
    school.held(made, *crowd.values(), wang, by=secretary)
    client.force_login(secretary)
    address = f"{reverse('branches:ledger', args=[branch.pk])}?quarter=2026Q3"
    assert "成员150" not in client.get(address).text.split('id="rows"')[0]
    several = client.get(f"{address}&name=李明").text
    options = several.split('name="person"')[1].split("</select>")[0]
    assert options.count("<option") == 3
    one = client.get(f"{address}&name=王𠮷").text
    assert "共 1 行，王𠮷" in " ".join(one.split())
    assert "没有找到“赵五”" in client.get(f"{address}&name=赵五").text
