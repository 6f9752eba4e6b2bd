"""The secretary's start page: what waits, where it is done, and nobody ranked."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from branches import ledger, statements
from branches.home_study import packing
from branches.models import BranchRecord, Delivery, QuarterConfirmation
from branches.quarters import Quarter
from branches.reports import freezing
from tests.branches import home, school
from tests.branches.school import LATER

pytestmark = pytest.mark.django_db


def said(response) -> str:
    return " ".join(response.content.decode().split())


@pytest.fixture
def start(client, secretary):
    client.force_login(secretary)
    return lambda: client.get("/branches/today/")


def confirmed(branch, quarter, figures, by):
    QuarterConfirmation.objects.create(
        branch=branch,
        quarter=quarter.code,
        revision=0,
        figures=figures,
        confirmed_at=LATER,
        confirmed_by=by,
    )


def work_on(page) -> dict:
    return {one.what: (one.count, one.url) for day in page.context["days"] for one in day.work}


def test_everything_that_waits_has_one_line_and_one_place(
    start, client, wang, branch, session, secretary, city
):
    school.studied(wang, session)
    record = BranchRecord.objects.get()
    statements.edit_form(
        form=None,
        organisation=city,
        name="统计表",
        every="year",
        rows=[{"kind": "figure", "label": "人次", "figure": "times"}],
        valid_from=session.starts_at.date(),
        by=None,
    )
    lesson = home.lesson(at=city)
    home.order(wang, lesson, by=secretary, now=timezone.now())
    found = work_on(start())
    last = Quarter.of(timezone.localdate()).previous
    assert found["份学习记录等您补充"] == (1, f"/branches/{branch.pk}/records/{record.pk}/")
    assert found["份送学点单等着装"] == (1, "/home-study/?state=new")
    assert found["个季度的数字等您确认"] == (1, f"/branches/{branch.pk}/quarters/{last.code}/")
    assert "张上级要的表等您确认" in found
    for _count, url in found.values():
        assert client.get(url).status_code == 200, url


def test_what_is_done_leaves_the_page(start, wang, branch, secretary, city):
    last = Quarter.of(timezone.localdate()).previous
    order = home.order(wang, home.lesson(at=city), by=secretary, now=timezone.now())
    delivery = packing.pack(order=order, by=secretary)
    figures = freezing.figures_of(branch, last)
    confirmed(branch, last, figures, secretary)
    assert work_on(start()) == {"份读本等着送": (1, "/home-study/deliveries/")}

    long_ago = timezone.localdate() - timedelta(days=31)
    Delivery.objects.filter(pk=delivery.pk).update(handed_on=long_ago)
    assert set(work_on(start())) == {"份读本送到一个月了，还没有回执"}
    Delivery.objects.filter(pk=delivery.pk).update(handed_on=timezone.localdate())
    assert "今天没有要办的" in said(start())


def test_a_confirmed_quarter_comes_back_when_its_figures_change(start, wang, branch, secretary):
    last = Quarter.of(timezone.localdate()).previous
    figures = freezing.figures_of(branch, last)
    confirmed(branch, last, figures, secretary)
    line = school.line(wang, on=last.starts_on, branch=branch)
    assert "个季度的数字确认以后有变化" in work_on(start())
    ledger.reverse(entry=line, by=secretary, reason="写错了")
    assert "个季度的数字确认以后有变化" not in work_on(start())


def test_who_has_not_studied_is_named_by_name_only(start, wang, branch, city):
    zhang = school.person("安爱民", at=city)
    school.member(zhang, branch)
    (day,) = start().context["days"]
    assert [person.name for person in day.quiet] == ["安爱民", "王秀兰"]
    school.line(wang, on=timezone.localdate(), branch=branch)
    (day,) = start().context["days"]
    assert [person.name for person in day.quiet] == ["安爱民"]


def test_a_sister_branch_is_not_seen(start, sister, city, secretary):
    li = school.person("李国强", at=city)
    school.member(li, sister)
    home.order(li, home.lesson(at=city), by=secretary, now=timezone.now())
    page = start()
    assert "份送学点单等着装" not in work_on(page)
    assert "李国强" not in said(page)


def test_the_page_asks_the_same_questions_however_much_waits(
    start, client, city, branch, secretary
):
    lesson, counts = home.lesson(at=city), []
    for number in range(3):
        who = school.person(f"学员{number}", at=city)
        school.member(who, branch)
        home.order(who, lesson, by=secretary, now=timezone.now())
        statements.edit_form(
            form=None,
            organisation=city,
            name=f"表{number}",
            every="quarter",
            rows=[{"kind": "text", "label": "做法"}],
            valid_from=timezone.localdate(),
            by=None,
        )
        with CaptureQueriesContext(connection) as queries:
            start()
        with CaptureQueriesContext(connection) as of_forms:
            client.get(f"/branches/{branch.pk}/forms/")
        counts.append((len(queries), len(of_forms)))
    assert counts[1] == counts[2]
