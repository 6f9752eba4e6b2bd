"""People's files in a real browser: found, read and corrected by keyboard; every page usable."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.steps import be
from tests.browser.test_pages import press_until

pytestmark = pytest.mark.browser

REGISTRAR, BUREAU = "13800000301", "13800000302"

SCHOOL = """
from datetime import date
from django.utils import timezone
from accounts import consents, services
from accounts.models import Person, Relative
from tests import factories

city = factories.organisation("青岚市")
street = factories.organisation("文昌街道", parent=city)
for name, role, phone in (("周敏", "registrar", "13800000301"), ("孙明", "bureau", "13800000302")):
    person = factories.person(name, organisation=city, phone=phone, kind="staff")
    services.grant_role(person=person, role=role, organisation=city)
wang = factories.person(
    "王秀兰", organisation=street, phone="13812345678", other_phone="0532-87654321",
    phone_note="耳背，打给女儿", id_number="11010519491231002X", health_note="走路要人扶",
    residence="文昌街 5 号", born_on=date(1949, 12, 31), moves_badly=True, lives_away=True,
)
consents.give(person=wang, kind="sensitive", way="paper", paper="同意书 031", by=None)
Relative.objects.create(person=wang, name="何雅琴", relation="女儿", phone="13900000007")
agent = factories.login(factories.person("何雅琴", organisation=street, phone="13900000007"))
services.allow_proxy(person=wang, agent=agent, relation="child")
factories.seat(factories.class_group(course=factories.course(organisation=city)), wang)
for number in range(40):
    factories.person(f"李建{'国军平明华'[number % 5]}", organisation=street)
dead = factories.person("赵刚", organisation=street)
Person.objects.filter(pk=dead.pk).update(
    deceased_on=date(2026, 9, 1), frozen_at=timezone.now()
)
answer = {"wang": wang.pk, "dead": dead.pk, "relative": wang.relatives.get().pk}
"""


@pytest.fixture(scope="module")
def school(server):
    return server.python(SCHOOL)


def test_a_file_is_found_read_and_corrected_by_keyboard_alone(server, school, open_page):
    page = open_page(viewport={"width": 1280, "height": 800})
    be(page, server, REGISTRAR)
    page.goto(f"{server.url}/people/")
    page.get_by_label("找人").focus()
    page.keyboard.type("wxl")
    page.keyboard.press("Enter")
    page.wait_for_url("**/people/?q=*")

    press_until(page, "王秀兰")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/people/{school['wang']}/")
    assert "13812345678" not in page.content()

    press_until(page, "看完整")
    assert page.evaluate("document.activeElement.ariaLabel") == "看完整的手机号"
    page.keyboard.press("Enter")
    page.wait_for_url("**/in-full/#fact-phone")
    # What was asked for has the focus, so that it is read out.
    assert page.evaluate("document.activeElement.innerText") == "13812345678"
    assert "13812345678" not in page.url

    page.goto(f"{server.url}/people/{school['wang']}/edit/")
    page.get_by_label("常住地").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("文昌街 6 号")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/people/{school['wang']}/")
    assert "保存好了" in page.inner_text("main")
    assert "文昌街 6 号" in page.inner_text("main")
    kept = server.python(
        "from accounts.models import AuditLine, Person\n"
        f"person = Person.objects.get(pk={school['wang']})\n"
        "answer = [person.residence, person.phone, list(person.audit_lines.order_by('number')"
        ".values_list('action', flat=True))[-4:]]"
    )
    lines = ["file.seen", "file.revealed", "file.changed", "file.seen"]
    assert kept == ["文昌街 6 号", "13812345678", lines]


def opened(page):
    page.get_by_role("button", name="看完整，一起修改").click()
    page.wait_for_load_state()


def in_full(page):
    page.get_by_role("button", name="看完整的健康说明").click()
    page.wait_for_load_state()


def asked_about_a_second_file(page):
    page.get_by_label("姓名").fill("王秀兰")
    page.get_by_label("女").check()
    page.get_by_label("出生日期").fill("1949.12.31")
    page.get_by_label("所在地区或单位").select_option(label="青岚市")
    page.get_by_role("button", name="建档案").click()
    page.wait_for_load_state()
    assert "可能已经有他的档案" in page.inner_text("main")


PAGES = [
    (REGISTRAR, "/people/", None),
    (REGISTRAR, "/people/?q=nobody", None),
    (BUREAU, "/people/{wang}/", None),
    (REGISTRAR, "/people/{dead}/", None),
    (REGISTRAR, "/people/{wang}/", in_full),
    (REGISTRAR, "/people/{wang}/edit/", opened),
    (REGISTRAR, "/people/new/", asked_about_a_second_file),
    (REGISTRAR, "/people/{wang}/relatives/{relative}/", None),
    (REGISTRAR, "/people/{wang}/photo/new/", None),
]


@pytest.mark.parametrize(
    ("phone", "address", "act"), PAGES, ids=lambda value: getattr(value, "__name__", value)
)
def test_a_page_breaks_no_rule_at_any_size(server, school, open_page, phone, address, act):
    page = open_page(viewport={"width": 1280, "height": 800})
    be(page, server, phone)
    page.goto(server.url + address.format(**school))
    if act:
        act(page)
    for width, step in ((1280, "standard"), (360, "standard"), (360, "largest")):
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate("step => (document.documentElement.dataset.step = step)", step)
        found = Axe().run(page)
        assert [rule["id"] for rule in found.response["violations"]] == [], (
            f"{width} px, {step}\n{found.generate_report()}"
        )
        overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert overflow <= 0, f"scrolls sideways at {width} px, {step}"
