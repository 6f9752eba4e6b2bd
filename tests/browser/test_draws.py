"""A draw in a real browser: wishes on a phone, drawn before witnesses, looked up and checked."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.steps import be

pytestmark = [pytest.mark.browser, pytest.mark.journey]

REGISTRAR, LEARNER = "13800000601", "13812345601"
PHONE = {"width": 390, "height": 844}

SCHOOL = """
from datetime import timedelta
from django.utils import timezone
from accounts import services
from courses.draws import applying
from courses.models import RegistrationRound
from tests import factories

now = timezone.now()
city = factories.organisation("青岚市")
registrar = factories.person("周敏", organisation=city, phone="13800000601", kind="staff")
services.grant_role(person=registrar, role="registrar", organisation=city)
term = factories.term(now=now, open_round=False)
drawn = RegistrationRound.objects.create(
    term=term, name="新学员抽签", method="draw",
    opens_at=now - timedelta(days=3), closes_at=now + timedelta(days=3),
)
for weekday, (name, capacity) in enumerate(
    {"行书入门一班": 2, "合唱与发声": 3, "写意花鸟": 2, "手机摄影与微信": 20}.items()
):
    factories.class_group(
        term=term, name=name, capacity=capacity, weekday=weekday,
        course=factories.course(organisation=city),
    )
pools = [group.pools.get() for group in term.class_groups.order_by("weekday")]
for number in range(8):
    applying.apply(
        person=factories.person(f"李建{'国军平明华东梅兰'[number]}", organisation=city),
        round=drawn, pools=pools[:3], now=now,
    )
wang = factories.person("王秀兰", organisation=city, phone="13812345601")
answer = {"round": drawn.pk, "wang": wang.pk}
"""
CLOSE = """
from django.utils import timezone
from courses.models import RegistrationRound
RegistrationRound.objects.update(closes_at=timezone.now())
"""


@pytest.fixture(scope="module")
def school(server):
    return server.python(SCHOOL)


def usable(page):
    """axe finds nothing, and nothing is cut off or scrolls sideways."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


# Keeps what is sent from leaving, and counts what would have been sent.
HOLD = """
globalThis.sent = 0
globalThis.hold = (event) => { sent += !event.defaultPrevented; event.preventDefault() }
addEventListener("submit", hold)
"""
# Back by the browser's button, from its memory.
LET_GO = """
removeEventListener("submit", hold)
dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }))
"""


def _freeze_once(office):
    """Press, and again while the server is busy: it is sent once, and says what goes on."""
    office.evaluate(HOLD)
    button, words = (
        office.get_by_role("button", name="定名单"),
        office.get_by_text("正在定名单，请等一等"),
    )
    for _twice in range(2):
        button.dispatch_event("click")
    words.wait_for()
    usable(office)
    assert office.evaluate("sent") == 1
    office.evaluate(LET_GO)
    assert words.is_hidden()
    button.click()
    office.locator(".codes .code").first.wait_for()


def test_a_learner_wishes_is_drawn_and_checks_it(server, school, open_page):
    learner = open_page(viewport=PHONE)
    be(learner, server, LEARNER)
    learner.goto(f"{server.url}/rounds/{school['round']}/application/")
    usable(learner)
    learner.get_by_label("第 1 志愿", exact=True).select_option(index=1)
    learner.get_by_label("第 2 志愿", exact=True).select_option(index=3)
    learner.get_by_role("button", name="往前 第 2 志愿").click()
    learner.wait_for_load_state()
    first = learner.get_by_label("第 1 志愿", exact=True)
    assert "写意花鸟" in first.locator("option:checked").inner_text()
    learner.get_by_role("button", name="交上志愿").last.click()
    learner.wait_for_url("**/my/applications/*/")
    usable(learner)
    number = learner.locator(".slip__number").inner_text()
    wished = learner.locator(".wishes__one").all_inner_texts()
    assert ["写意花鸟" in wished[0], "行书入门一班" in wished[1]] == [True, True]

    server.python(CLOSE)
    office = open_page(viewport={"width": 1280, "height": 800})
    be(office, server, REGISTRAR)
    office.goto(f"{server.url}/registrar/draws/")
    usable(office)
    office.get_by_role("link", name="新学员抽签").click()
    office.get_by_label("用哪个公开的数").fill("体彩排列五第 26310 期开奖号码")
    usable(office)
    _freeze_once(office)
    promised = office.locator(".codes .code").all_inner_texts()
    office.get_by_role("link", name="开始抽签").click()
    office.get_by_label("公开的数").fill("0 8 1 2 7")
    office.get_by_label("见证人").fill("吴德山、马文远")
    office.get_by_role("button", name="再看一遍").click()
    office.wait_for_load_state()
    usable(office)
    office.get_by_role("button", name="就用这个数，抽签").click()
    office.get_by_text("正在抽，公开的数是 0 8 1 2 7").wait_for()
    usable(office)
    server.manage("db_worker", "--batch", "--no-startup-delay")
    office.get_by_role("link", name="看每个班的结果").click()
    office.wait_for_url("**/results/")
    usable(office)

    learner.reload()
    assert re.search("抽中了|排上了候补", learner.content())
    learner.get_by_role("link", name="看抽签的情况").click()
    learner.wait_for_url("**/draws/*/")
    usable(learner)
    assert promised == learner.locator(".codes .code").all_inner_texts()[:2]
    learner.get_by_label("抽签报名号").fill(number)
    learner.get_by_role("button", name="查结果").click()
    learner.wait_for_url("**number=*")
    assert learner.get_by_role("heading", name=f"{number} 号").count() == 1
    learner.get_by_role("button", name="现在重新算一遍").click()
    learner.get_by_text("重新算了一遍，完全一样").wait_for()
    usable(learner)
