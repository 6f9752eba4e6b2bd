"""The counter and the telephone desk in a real browser: by keyboard alone, in under ten
seconds; every page usable at every size."""

import time

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.steps import be, until

pytestmark = pytest.mark.browser

REGISTRAR = "13800000401"

SCHOOL = """
from datetime import date, timedelta
from django.utils import timezone
from accounts import services
from courses import planning, registration
from courses.models import Offer, RegistrationRound, SeatPool
from courses.registration import offering
from tests import factories

now = timezone.now()
city = factories.organisation("青岚市")
zhou = factories.person("周敏", organisation=city, phone="13800000401", kind="staff")
services.grant_role(person=zhou, role="registrar", organisation=city)
course = factories.course(organisation=city)
teacher = factories.person("沈文清", organisation=city, born_on=date(1980, 5, 1), kind="staff")

def made(name, code, **facts):
    group = factories.class_group(name=name, course=course, teacher=teacher, fee=180, **facts)
    group.code = code
    planning.save_class(class_group=group)
    return group

calligraphy = made("行书入门", "XS-1", capacity=20)
full = made("八段锦", "BD-1", capacity=2, older_with_consent=True)
both = made("国画山水", "GH-1", capacity=20)
SeatPool.objects.create(class_group=both, kind="online", capacity=30)
wang = factories.person("王秀兰", organisation=city, phone="13812345678")
zhang = factories.person("张建国", organisation=city, sex="m", phone="13812345678")
for number in range(3):
    factories.person("李" + "国建志"[number] + "华", organisation=city, sex="m")
old = factories.person("何彩兰", organisation=city, born_on=date(1930, 1, 1))
first = [factories.seat(full, factories.person(f"先来{sign}", organisation=city),
                        now=now - timedelta(hours=2)) for sign in "甲乙"]
registration.register(person=zhang, class_group=full)
entry = factories.seat(full, factories.person("钱桂英", organisation=city, phone="13912340000",
                                              phone_note="耳背，打给女儿"))
registration.withdraw(enrolment=first[0], because="其他")
missed = Offer.objects.get()
offering.refuse(offer=missed, channel="phone")
held = registration.register(
    person=zhang, class_group=both, pool=both.pools.get(kind="online"))
drawn_term = factories.term(now=now)
RegistrationRound.objects.filter(term=drawn_term).update(method="draw")
drawn = made("篆刻", "ZK-1", term=drawn_term)
offer = Offer.objects.get(answer="")
answer = {"wang": wang.pk, "zhang": zhang.pk, "old": old.pk, "calligraphy": calligraphy.pk,
          "full": full.pk, "both": both.pk, "seat": held.pk, "offer": offer.pk,
          "round": drawn_term.rounds.get().pk, "pool": drawn.pools.get().pk,
          "offered": entry.person_id}
"""


@pytest.fixture(scope="module")
def school(server):
    return server.python(SCHOOL)


@pytest.fixture
def desk(server, open_page):
    page = open_page(viewport={"width": 1280, "height": 800})
    page.add_init_script("window.print = () => window.dispatchEvent(new Event('afterprint'))")
    be(page, server, REGISTRAR)
    return page


def focused(page) -> str:
    return page.evaluate(
        "document.activeElement.id || document.activeElement.innerText || ''"
    ).strip()


def press_when(page, words: str, key: str = "Enter"):
    """Press once the focus stands where the page puts it by itself."""
    until(lambda: words in focused(page), f"the focus stands on {words}")
    page.keyboard.press(key)


def test_somebody_is_registered_by_keyboard_alone(server, school, desk):
    desk.goto(f"{server.url}/counter/")
    began = time.monotonic()

    until(lambda: focused(desk) == "who", "the field has the focus")
    desk.keyboard.type("wxl")
    desk.keyboard.press("Enter")
    desk.wait_for_url(f"**/counter/{school['wang']}/")
    until(lambda: focused(desk) == "which", "the field has the focus")
    desk.keyboard.type("xsrm")
    desk.keyboard.press("Enter")
    desk.wait_for_url(f"**/counter/{school['wang']}/classes/{school['calligraphy']}/")
    press_when(desk, "报名")
    desk.wait_for_url("**/counter/seats/*/")
    press_when(desk, "打印单子")
    until(lambda: focused(desk) == "who", "the empty field is ready for the next")

    seconds = time.monotonic() - began
    print(f"counter_s={seconds:.1f}")
    assert "报上了" in desk.inner_text("main")
    assert desk.input_value("#who") == ""


def test_one_of_several_is_chosen_by_arrow_or_number(server, school, desk):
    desk.goto(f"{server.url}/counter/")
    until(lambda: focused(desk) == "who", "the field has the focus")
    desk.keyboard.type("li")
    until(lambda: "找到 3 人" in desk.inner_text("main"), "three people are found")
    # Enter alone opens nobody of several: it goes to the first.
    desk.keyboard.press("Enter")
    until(lambda: "李" in focused(desk), "the first has the focus")
    desk.keyboard.press("ArrowDown")
    second = focused(desk)
    desk.keyboard.press("3")
    desk.wait_for_url("**/counter/*/")
    third = desk.inner_text("h1")
    assert third not in second

    desk.goto(f"{server.url}/counter/")
    until(lambda: focused(desk) == "who", "the field has the focus")
    desk.keyboard.type("li")
    until(lambda: "找到 3 人" in desk.inner_text("main"), "three people are found")
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/counter/*/")
    assert desk.inner_text("h1") in second


def test_the_counter_works_without_a_script(server, school, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    be(page, server, REGISTRAR)
    page.goto(f"{server.url}/counter/")
    page.fill("#who", "何彩兰")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/counter/{school['old']}/")
    page.fill("#which", "xs1")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/classes/{school['calligraphy']}/")
    assert "何彩兰现在不能报" in page.inner_text("main")
    context.close()


def test_a_call_is_made_and_answered(server, school, desk):
    desk.goto(f"{server.url}/phone-desk/")
    assert "13912340000" not in desk.content()
    desk.get_by_role("button", name="开始打，看号码").click()
    desk.get_by_text("13912340000").wait_for()
    assert "耳背，打给女儿" in desk.inner_text("main")
    desk.get_by_role("button", name="没人接").click()
    desk.get_by_text("第 1 次").wait_for()
    desk.get_by_role("button", name="开始打，看号码").click()
    desk.get_by_role("button", name="先不打了").click()
    desk.get_by_text("下一个电话").wait_for()


def call(page):
    page.get_by_role("button", name="开始打，看号码").click()
    page.get_by_text("13912340000").wait_for()


def somebody_else(page):
    page.get_by_text("两个人一起报").click()
    page.fill("#partner", "zjg")
    page.locator("pick-one a[data-pick]").first.wait_for()


def look(words, found):
    def act(page):
        page.fill("#who", words)
        page.get_by_text(found).first.wait_for()

    act.__name__ = words
    return act


several, nobody = look("li", "找到 3 人"), look("nobody", "没有找到")


def new_file(page):
    look("赵桂芳", "没有找到")(page)
    page.get_by_role("button", name="建新档案").click()
    page.get_by_text("先写这几项就能报名").wait_for()


PAGES = [
    ("/counter/", several),
    ("/counter/", nobody),
    ("/counter/", new_file),
    ("/counter/{offered}/", None),
    ("/counter/{zhang}/?q=x", None),
    ("/counter/{wang}/classes/{both}/", somebody_else),
    ("/counter/{old}/classes/{full}/", None),
    ("/counter/{wang}/rounds/{round}/wishes/?wish={pool}", None),
    ("/counter/seats/{seat}/", None),
    ("/counter/seats/{seat}/withdrawal/", None),
    ("/counter/seats/{seat}/transfer/", None),
    ("/phone-desk/", call),
    ("/phone-desk/missed/", None),
]


@pytest.mark.parametrize(
    ("address", "act"), PAGES, ids=lambda value: getattr(value, "__name__", value)
)
def test_a_page_breaks_no_rule_at_any_size(server, school, desk, address, act):
    desk.goto(server.url + address.format(**school))
    if act:
        act(desk)
    for width, step in ((1280, "standard"), (360, "standard"), (360, "largest")):
        desk.set_viewport_size({"width": width, "height": 800})
        desk.evaluate("step => (document.documentElement.dataset.step = step)", step)
        found = Axe().run(desk)
        assert [rule["id"] for rule in found.response["violations"]] == [], (
            f"{width} px, {step}\n{found.generate_report()}"
        )
        overflow = desk.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert overflow <= 0, f"scrolls sideways at {width} px, {step}"
