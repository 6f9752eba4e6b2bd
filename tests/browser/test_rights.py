"""Consent and rights in a real browser: taken back in three taps; every page usable."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.steps import be

pytestmark = pytest.mark.browser

LEARNER, REGISTRAR, DAUGHTER = "13800000201", "13800000202", "13800000203"

SCHOOL = """
from datetime import date
from accounts import consents, services
from accounts.models import RoleGrant
from accounts.rights import asking, freezing
from tests import factories

unit = factories.organisation("青岚市")
wang = factories.person(
    "王秀兰", organisation=unit, phone="13800000201", id_number="370202195503081229"
)
zhou = factories.person("周敏", organisation=unit, phone="13800000202")
services.grant_role(person=zhou, role=RoleGrant.Role.REGISTRAR, organisation=unit)
registrar = factories.login(zhou)
login = factories.login(wang)
for kind in ("basic", "sensitive"):
    consents.give(person=wang, kind=kind, way="online", by=login)
asked = asking.ask(person=wang, kind="erasure", way="online", words="搬走了", by=login)
dead = factories.person("何彩兰", organisation=unit, born_on=date(1954, 5, 6))
factories.seat(factories.class_group(), dead)
freezing.freeze_file(person=dead, deceased_on=date(2026, 11, 1), by=registrar)
daughter = factories.login(factories.person("何雅琴", organisation=unit, phone="13800000203"))
reads = asking.ask_as_relative(
    name="何彩兰", born_on=dead.born_on, relation="女儿", words="留个纪念", by=daughter
)
asking.decide(request=reads, granted=True, answer="核对过了", by=registrar)
waiting = asking.ask_as_relative(
    name="何彩兰二", born_on=dead.born_on, relation="女儿", words="留个纪念", by=daughter
)
answer = {"wang": wang.pk, "dead": dead.pk, "asked": asked.pk, "reads": reads.pk}
"""

PAGES = [
    (None, "/me/rights/notices/basic/"),
    (LEARNER, "/me/"),
    (LEARNER, "/me/rights/"),
    (LEARNER, "/me/rights/notices/sensitive/"),
    (LEARNER, "/me/rights/withdrawal/"),
    (LEARNER, "/me/rights/erasure/"),
    (LEARNER, "/me/rights/correction/"),
    (DAUGHTER, "/me/rights/relatives/"),
    (DAUGHTER, "/me/rights/relatives/{reads}/"),
    (REGISTRAR, "/people/requests/"),
    (REGISTRAR, "/people/requests/{asked}/"),
    (REGISTRAR, "/people/requests/{reads}/"),
    (REGISTRAR, "/people/requests/of/{wang}/"),
    (REGISTRAR, "/people/requests/of/{dead}/"),
    (REGISTRAR, "/people/requests/of/{wang}/death/"),
]

BASIC = re.compile("撤回.*个人信息告知书")

AGREED = """
from accounts import consents
from accounts.models import Person
wang = Person.objects.get(phone="13800000201")
answer = [consents.has_consented(wang, "basic"), consents.has_consented(wang, "sensitive"),
          wang.id_number]
"""


@pytest.fixture(scope="module")
def school(server):
    return server.python(SCHOOL)


@pytest.mark.parametrize(("phone", "address"), PAGES, ids=lambda value: str(value))
def test_a_page_breaks_no_rule_at_any_size(server, school, open_page, phone, address):
    page = open_page(viewport={"width": 1280, "height": 800})
    if phone:
        be(page, server, phone)
    page.goto(server.url + address.format(**school))

    for width, step in ((1280, "standard"), (360, "standard"), (320, "largest")):
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate("step => (document.documentElement.dataset.step = step)", step)
        found = Axe().run(page)
        assert [rule["id"] for rule in found.response["violations"]] == [], (
            f"{width} px, {step}\n{found.generate_report()}"
        )
        overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert overflow <= 0, f"scrolls sideways at {width} px, {step}"


def test_a_consent_is_taken_back_in_three_taps_from_the_front_page(server, school, open_page):
    page = open_page(viewport={"width": 390, "height": 844})
    be(page, server, LEARNER)
    page.goto(f"{server.url}/")
    taps = [
        page.get_by_role("link", name="王秀兰"),
        page.get_by_role("link", name="撤回同意"),
        page.get_by_role("button", name="撤回，删掉这三样"),
    ]

    for tap in taps:
        tap.click()
        page.wait_for_load_state()

    assert "已经撤回" in page.inner_text("main")
    assert server.python(AGREED) == [True, False, ""]
    page.goto(f"{server.url}/")
    for role, name in (("link", "王秀兰"), ("link", "撤回同意"), ("button", BASIC)):
        page.get_by_role(role, name=name).click()
        page.wait_for_load_state()
    assert server.python(AGREED) == [False, False, ""]
