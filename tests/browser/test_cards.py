"""Into class without a telephone number: by a printed card, and by the link in a message."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.steps import be, until

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
REGISTRAR = "13800000122"

SCHOOL = """
from datetime import timedelta
from django.utils import timezone
from accounts import services
from accounts.logins import cards
from live import links
from tests import factories

now = timezone.now()
unit = factories.organisation("青岚市")
mother = factories.person("何彩兰", organisation=unit)
father = factories.person("何守义", sex="m", organisation=unit)
registrar = factories.person("周敏", organisation=unit, phone="13800000122", kind="staff")
services.grant_role(person=registrar, role="registrar", organisation=unit)
group = factories.class_group(
    name="行书入门", course=factories.course(organisation=unit), mode="online"
)
for person in (mother, father):
    factories.seat(group, person, now=now - timedelta(days=1))
session = factories.session(group, starts_at=now)
answer = {
    "mother": mother.pk,
    "session": session.pk,
    "card": f"/card/{cards.issue_card(person=mother, by=None)}/",
    "link": f"/c/{links.make_token(father, session)}/",
}
"""

HERE = """
from live.models import Visit
answer = list(Visit.objects.values_list("person__name", flat=True))
"""

REVOKE = """
from accounts.logins import cards
from accounts.models import Person
cards.revoke_card(person=Person.objects.get(pk={mother}))
answer = True
"""


@pytest.fixture(scope="module")
def school(server):
    return server.python(SCHOOL)


def test_from_a_card_to_the_class_in_two_presses_and_out_when_it_is_revoked(
    server, school, open_page
):
    page = open_page(viewport=PHONE)

    page.goto(server.url + school["card"])
    assert "您是何彩兰吗" in page.inner_text("main")
    page.get_by_role("button", name="是我").click()
    page.wait_for_url(f"{server.url}/")
    page.get_by_role("link", name="进教室上课").click()
    page.wait_for_url(f"**/sessions/{school['session']}/")

    until(lambda: "候课室" in page.inner_text("class-room"), "she is in the room")
    until(lambda: "何彩兰" in server.python(HERE), "she is counted")

    server.python(REVOKE.format(**school))
    page.goto(f"{server.url}/sessions/{school['session']}/")
    assert "/accounts/login/" in page.url
    assert "不能再用" in page.inner_text("main")


def test_a_link_leads_into_the_room_with_one_tap(server, school, open_page):
    page = open_page(viewport=PHONE)

    page.goto(server.url + school["link"])

    assert page.url == f"{server.url}/sessions/{school['session']}/"
    until(lambda: "候课室" in page.inner_text("class-room"), "he is in the room")
    until(lambda: "何守义" in server.python(HERE), "he is counted")

    page.goto(f"{server.url}/my/learning/")
    assert "只能上这一节课" in page.inner_text("main")


PAGES = ["/me/card/", "/people/{mother}/card/", "/people/cards/", "{link}", "/card/nothing/"]


@pytest.mark.parametrize("address", PAGES)
def test_a_page_of_cards_breaks_no_rule_at_any_size(server, school, open_page, address):
    page = open_page()
    be(page, server, REGISTRAR)
    page.goto(server.url + address.format(**school))

    breaks_no_rule(page)


def test_a_printed_card_breaks_no_rule_and_fits_on_one_page(server, school, open_page):
    page = open_page()
    be(page, server, REGISTRAR)
    page.goto(f"{server.url}/people/{school['mother']}/card/")
    page.locator("main form .button--main").first.click()
    page.wait_for_load_state()
    assert "何彩兰的学员卡做好了" in page.inner_text("main")

    breaks_no_rule(page)
    assert page.locator(".card").count() == 2
    pdf = page.pdf(format="A4", prefer_css_page_size=True)
    assert pdf.count(b"/Type /Page\n") == 1


def breaks_no_rule(page):
    for width, steps in ((1280, ["standard"]), (390, ["standard", "largest"])):
        page.set_viewport_size({"width": width, "height": 844})
        for step in steps:
            page.evaluate("step => (document.documentElement.dataset.step = step)", step)
            found = Axe().run(page)
            assert [rule["id"] for rule in found.response["violations"]] == [], (
                f"{width} px, {step}\n{found.generate_report()}"
            )
            overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert overflow <= 0, f"scrolls sideways at {width} px, {step}"
