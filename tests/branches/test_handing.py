"""A secretary's office handed over: both sign, the list is kept, nothing is lost."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditLine
from branches import handing, queries
from branches.errors import HandoverRefused
from branches.models import Handover
from tests.branches import home, school

pytestmark = pytest.mark.django_db


def said(response) -> str:
    return " ".join(response.content.decode().split())


@pytest.fixture
def handover(branch, wang, secretary, session, city):
    school.studied(wang, session)
    home.order(wang, home.lesson(at=city), by=secretary, now=timezone.now())
    return handing.begin(
        branch=branch,
        incoming=wang,
        takes_over_on=timezone.localdate(),
        note="钥匙在传达室",
        by=secretary,
    )


def test_both_sign_and_the_successor_finds_everything(client, handover, branch, wang, secretary):
    address = f"/branches/{branch.pk}/handovers/{handover.pk}/"
    client.force_login(secretary)
    page = said(client.get(address))
    for words in ("份学习记录等您补充", "份送学点单等着装", "钥匙在传达室"):
        assert words in page
    client.post(f"{address}signature/", {"side": "gives"})
    assert queries.secretary_on(branch, timezone.localdate()) == secretary.person

    successor = school.login(wang)
    client.force_login(successor)
    assert client.get(f"/branches/{branch.pk}/").status_code == 404
    assert "书记交接" in said(client.get("/"))
    client.post(f"{address}signature/", {"side": "takes"})
    handover.refresh_from_db()
    assert {item["what"] for item in handover.content["items"]} >= {"份送学点单等着装"}
    assert queries.secretary_on(branch, timezone.localdate()) == wang
    assert "份送学点单等着装" in said(client.get("/branches/today/"))
    assert AuditLine.objects.filter(action=AuditLine.Action.OFFICE_HANDED).count() == 1

    # What was kept stays as it was; whoever has left reads their own list and no more.
    client.post("/home-study/packing/", {"order": [wang.study_orders.get().pk]})
    client.force_login(secretary)
    assert "份送学点单等着装" in said(client.get(address))
    assert client.get(f"/branches/{branch.pk}/").status_code == 404


def test_nobody_signs_for_the_other_but_paper_counts_the_same(
    client, handover, branch, wang, secretary
):
    with pytest.raises(HandoverRefused, match="本人"):
        handing.sign(handover=handover, side=handing.TAKES, by=secretary)
    address = f"/branches/{branch.pk}/handovers/{handover.pk}/"
    client.force_login(school.login(wang))
    client.post(f"{address}signature/", {"side": "gives", "paper": "yes"})
    handover.refresh_from_db()
    assert (handover.given_at, handover.content) == (None, None)

    for side in (handing.GIVES, handing.TAKES):
        handing.sign(handover=handover, side=side, by=secretary, on_paper=True)
    handover.refresh_from_db()
    assert handover.is_done
    assert "（纸上签的）" in said(client.get(address))


def test_a_handover_can_be_dropped_until_it_is_done(handover, branch, wang, secretary):
    with pytest.raises(HandoverRefused, match="没有办完"):
        handing.begin(
            branch=branch, incoming=wang, takes_over_on=timezone.localdate(), by=secretary
        )
    handing.drop(handover=handover)
    with pytest.raises(HandoverRefused, match="作罢"):
        handing.sign(handover=handover, side=handing.GIVES, by=secretary)
    again = handing.begin(
        branch=branch, incoming=wang, takes_over_on=timezone.localdate(), by=secretary
    )
    for side in (handing.GIVES, handing.TAKES):
        handing.sign(handover=again, side=side, by=secretary, on_paper=True)
    with pytest.raises(HandoverRefused, match="已经办完"):
        handing.drop(handover=again)
    assert Handover.objects.count() == 2


def test_the_successor_is_a_member_and_begins_after_the_one_before(
    branch, sister, wang, secretary, city
):
    li = school.person("李国强", at=city)
    school.member(li, sister)
    today = timezone.localdate()
    for incoming, day, field in (
        (li, today, "incoming"),
        (secretary.person, today, "incoming"),
        (wang, today - timedelta(days=9999), "takes_over_on"),
    ):
        with pytest.raises(HandoverRefused) as refused:
            handing.begin(branch=branch, incoming=incoming, takes_over_on=day, by=secretary)
        assert refused.value.field == field


def test_a_stranger_sees_no_handover(client, handover, branch, sister, city):
    sun = school.person("孙玉梅", at=city)
    school.member(sun, sister)
    school.office(sun, sister)
    client.force_login(school.login(sun))
    address = f"/branches/{branch.pk}/handovers/{handover.pk}/"
    assert client.get(address).status_code == 404
    assert client.post(f"{address}signature/", {"side": "takes"}).status_code == 404
    assert client.get(f"/branches/{sister.pk}/handovers/{handover.pk}/").status_code == 404
