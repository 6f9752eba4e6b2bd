"""The office plans in a real browser: clashes while typing; every page usable at every size."""

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.steps import be, until

pytestmark = pytest.mark.browser

REGISTRAR = "13800000501"

SCHOOL = """
from datetime import time, timedelta
from django.utils import timezone
from accounts import services
from accounts.models import TeachingPoint
from courses import planning
from courses.models import CalendarDay, RegistrationRound, SeatPool, Term
from courses.planning import merging
from tests import factories

unit = factories.organisation("青岚老年大学")
today = timezone.localdate()
starts_on = today + timedelta(days=14 - today.weekday())
term = Term.objects.create(organisation=unit, name="2027年春季学期", starts_on=starts_on,
                           ends_on=starts_on + timedelta(weeks=18))
now = timezone.now()
opened = RegistrationRound.objects.create(
    term=term, name="老学员先报", who="all", opens_at=now - timedelta(days=1),
    closes_at=now + timedelta(days=6), max_classes=3)
RegistrationRound.objects.create(
    term=term, name="热门班抽签", method="draw", opens_at=now + timedelta(days=7),
    closes_at=now + timedelta(days=12))
point = TeachingPoint.objects.create(organisation=unit, name="石桥社区教学点", address="二楼")
made, teachers = {}, {}
for name, teacher, weekday, clock, room in (
    ("行书入门一班", "沈文清", 2, time(9), "四楼画室"),
    ("写意花鸟", "沈文清", 2, time(10), "四楼画室"),
    ("合唱与发声", "顾念慈", 3, time(14), "三楼音乐教室"),
    ("民族舞基础", "罗晓云", 4, time(9), "一楼舞蹈厅"),
    ("唐诗里的山水", "黎怀瑾", 0, time(15), ""),
):
    if teacher not in teachers:
        teachers[teacher] = factories.person(teacher, organisation=unit, kind="staff")
    group = factories.class_group(
        term=term, name=name, organisation=unit, weekday=weekday, starts_at_time=clock, room=room,
        teacher=teachers[teacher], fee=180)
    planning.plan_sessions(class_group=group, count=16)
    made[name] = group
for name in ("王秀兰", "李国强", "张桂芳"):
    factories.seat(made["合唱与发声"], factories.person(name, organisation=unit))
session = made["写意花鸟"].sessions.first()
session.substitute = made["民族舞基础"].teacher
session.save()
day = CalendarDay.objects.create(organisation=unit, on=starts_on + timedelta(days=30), name="校庆")
registrar = factories.person("周敏", organisation=unit, phone="13800000501", kind="staff")
services.grant_role(person=registrar, role="registrar", organisation=unit)
answer = {"term": term.pk, "round": opened.pk, "day": day.pk, "meeting": session.pk,
          "class": made["合唱与发声"].pk, "other": made["写意花鸟"].pk,
          "course": group.course_id, "on": f"{starts_on}"}
"""


@pytest.fixture(scope="module")
def school(server):
    return server.python(SCHOOL)


PAGES = [
    "/terms/",
    "/terms/new/",
    "/terms/{term}/",
    "/terms/{term}/copy/",
    "/terms/{term}/rounds/new/",
    "/rounds/{round}/edit/",
    "/school-calendar/",
    "/school-calendar/{day}/removal/",
    "/timetable/?on={on}",
    "/classes/new/?term={term}",
    "/classes/new/?term={term}&course={course}",
    "/classes/{class}/edit/",
    "/classes/{class}/meetings/",
    "/classes/{class}/completion/",
    "/classes/{class}/cancellation/",
    "/classes/{class}/merging/",
    "/meetings/{meeting}/",
]


def test_no_page_breaks_a_rule_at_any_size(server, school, open_page):
    page = open_page(viewport={"width": 1280, "height": 800})
    be(page, server, REGISTRAR)
    broken = []
    for number, address in enumerate(PAGES):
        page.goto(server.url + address.format(**school))
        for width, step in ((1280, "standard"), (320, "largest")):
            page.set_viewport_size({"width": width, "height": 800})
            page.evaluate("step => (document.documentElement.dataset.step = step)", step)
            shoot(page, f"{number:02}-{width}")
            found = [rule["id"] for rule in Axe().run(page).response["violations"]]
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found.append("sideways")
            if found:
                broken.append((address, width, step, found))

    assert broken == []


def shoot(page, name):
    if os.environ.get("SHOTS"):
        if "320" in name:
            page.set_viewport_size({"width": 390, "height": 844})
        page.screenshot(path=Path(os.environ["SHOTS"]) / f"{name}.png", full_page=True)
        if "320" in name:
            page.set_viewport_size({"width": 320, "height": 800})


def test_a_clash_is_shown_while_the_class_is_typed_and_goes_with_its_cause(
    server, school, open_page
):
    page = open_page(viewport={"width": 1280, "height": 800})
    be(page, server, REGISTRAR)
    page.goto(f"{server.url}/classes/{school['class']}/edit/")
    clashes = page.locator("[data-clashes]")
    page.get_by_label("教师").fill("沈文清")
    page.get_by_label("星期").select_option("2")
    page.get_by_label("上课时间").fill("09:30")
    page.keyboard.press("Tab")
    until(lambda: "沈文清老师要上“行书入门一班”" in clashes.inner_text(), "the clash is said")
    page.get_by_label("星期").select_option("6")
    until(lambda: "没有冲突" in clashes.inner_text(), "the clash is gone")
    assert page.get_by_label("教师").input_value() == "沈文清"


def test_a_double_click_shows_the_answer_to_the_first_press(server, school, open_page):
    page = open_page(viewport={"width": 1280, "height": 800})
    be(page, server, REGISTRAR)
    page.goto(f"{server.url}/terms/new/")
    page.locator("[name=organisation]").select_option(label="青岚老年大学")
    page.locator("[name=name]").fill("短期班")
    page.locator("[name=starts_on]").fill("2027-06-01")
    page.locator("[name=ends_on]").fill("2027-07-01")
    page.locator("main form[method=post] button.button--main").hover()
    # The driver's own double click waits for the first answer.
    for _press in range(2):
        page.mouse.down()
        page.mouse.up()
    page.get_by_text("保存好了").wait_for()
    assert page.url.rstrip("/").split("/")[-1].isdigit()
