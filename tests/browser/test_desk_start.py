"""A registrar's day in a real browser: today's work, a fee taken, a list printed."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.steps import be
from tests.browser.test_pages import press_until

pytestmark = [pytest.mark.browser, pytest.mark.journey]

REGISTRAR = "13800000301"

SCHOOL = """
from accounts import services
from tests import factories
city = factories.organisation("青岚市")
zhou = factories.person("周敏", organisation=city, phone="13800000301", kind="staff")
services.grant_role(person=zhou, role="registrar", organisation=city)
group = factories.class_group(
    name="行书入门", fee=180, capacity=2, course=factories.course(organisation=city)
)
seat = factories.seat(group, factories.person("王秀兰", phone="13812345678"))
factories.seat(group, factories.person("李国强"))
factories.seat(group, factories.person("张桂芳"))
answer = {"group": group.pk, "seat": seat.pk}
"""


@pytest.fixture(scope="module")
def school(server):
    return server.python(SCHOOL)


def test_from_todays_work_to_the_receipt_by_keyboard_alone(server, school, open_page):
    page = open_page(viewport={"width": 1280, "height": 800})
    be(page, server, REGISTRAR)
    page.goto(f"{server.url}/")
    page.get_by_role("link", name="教务").click()
    page.wait_for_url("**/registrar/")
    press_until(page, "去看")
    page.keyboard.press("Enter")
    page.wait_for_url("**/fees/open/")
    page.get_by_role("link", name="王秀兰：收费").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/fees/seats/{school['seat']}/")
    press_until(page, "收现金")
    page.keyboard.press("Enter")
    page.wait_for_url("**/fees/receipts/*/*")
    assert "人民币壹佰捌拾元整" in page.inner_text("main")
    page.goto(f"{server.url}/fees/")
    assert "1 张收据，收 180 元" in page.inner_text("main")


@pytest.mark.parametrize("step", ["standard", "largest"])
@pytest.mark.parametrize("width", [360, 820, 1280])
def test_the_registrars_pages_are_usable(server, school, open_page, width, step):
    page = open_page(viewport={"width": width, "height": 844})
    be(page, server, REGISTRAR)
    roster = f"/registrar/classes/{school['group']}/"
    for path in (
        "/registrar/",
        "/registrar/classes/",
        roster,
        f"{roster}?show=waiting",
        "/fees/",
        "/fees/open/",
        f"/fees/seats/{school['seat']}/",
    ):
        page.goto(server.url + path)
        page.evaluate(f"document.documentElement.dataset.step = '{step}'")
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{path} scrolls sideways"
        found = Axe().run(page).response["violations"]
        assert [f"{path} {each['id']}" for each in found] == []
