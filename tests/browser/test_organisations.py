"""Organisations and roles in a real browser: two units merged by keyboard; every page usable."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.steps import be
from tests.browser.test_pages import press_until

pytestmark = pytest.mark.browser

ADMINISTRATOR = "13800000401"

SCHOOL = """
from accounts import services
from accounts.organisations import moving, units
from accounts.models import Organisation, TeachingPoint
from tests import factories

def unit(name, parent=None):
    above = parent and Organisation.objects.get(name=parent)
    return units.open_unit(name=name, code=name, kind="township", parent=above)

city = unit("青岚市")
for name, parent in (("望湖区", "青岚市"), ("文昌街道", "望湖区"), ("春晖街道", "望湖区"),
                     ("石桥社区", "文昌街道"), ("青岚市望湖区老干部活动中心", "文昌街道"),
                     ("旧街道", "望湖区"), ("很快撤销", "望湖区")):
    unit(name, parent)
old, street = (Organisation.objects.get(name=name) for name in ("旧街道", "文昌街道"))
for name in ("王秀兰", "李国强"):
    factories.person(name, organisation=street)
admin = factories.person("林静", organisation=city, phone="13800000401", kind="staff")
services.grant_role(person=admin, role="administrator", organisation=city)
zhou = factories.person("周敏", organisation=city, kind="staff")
grant = services.grant_role(person=zhou, role="registrar", organisation=street)
TeachingPoint.objects.create(organisation=street, name="石桥教学点", address="二楼")
moving.merge_units(ended=old, surviving=Organisation.objects.get(name="春晖街道"))
answer = {"city": city.pk, "street": street.pk, "old": old.pk, "grant": grant.pk,
          "zhou": zhou.pk, "empty": Organisation.objects.get(name="很快撤销").pk,
          "spring": Organisation.objects.get(name="春晖街道").pk}
"""


@pytest.fixture(scope="module")
def school(server):
    return server.python(SCHOOL)


PAGES = [
    "/organisations/?levels=all&ended=on",
    "/organisations/{street}/",
    "/organisations/{old}/",
    "/organisations/new/?parent={street}",
    "/organisations/{street}/parent/?to={spring}",
    "/organisations/{street}/merging/?to={spring}",
    "/organisations/{empty}/end/",
    "/organisations/{street}/points/new/",
    "/roles/",
    "/roles/what/",
    "/roles/new/?q=周",
    "/roles/new/?person={zhou}&organisation={city}&role=bureau",
    "/roles/{grant}/end/",
]


def test_no_page_breaks_a_rule_at_any_size(server, school, open_page):
    page = open_page(viewport={"width": 1280, "height": 800})
    be(page, server, ADMINISTRATOR)
    broken = []
    for address in PAGES:
        page.goto(server.url + address.format(**school))
        for width, step in ((1280, "standard"), (320, "largest")):
            page.set_viewport_size({"width": width, "height": 800})
            page.evaluate("step => (document.documentElement.dataset.step = step)", step)
            found = [rule["id"] for rule in Axe().run(page).response["violations"]]
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found.append("sideways")
            if found:
                broken.append((address, width, step, found))

    assert broken == []


def test_two_units_are_merged_by_keyboard_alone(server, school, open_page):
    page = open_page(viewport={"width": 1280, "height": 800})
    be(page, server, ADMINISTRATOR)
    page.goto(f"{server.url}/organisations/{school['street']}/")

    press_until(page, "并入别的机构")
    page.keyboard.press("Enter")
    page.wait_for_url("**/merging/")
    page.get_by_label("找机构").focus()
    page.keyboard.type("春晖")
    page.keyboard.press("Enter")
    page.wait_for_url("**/merging/?q=*")
    press_until(page, "春晖街道")
    page.keyboard.press("Enter")
    page.wait_for_url("**/merging/?to=*")
    said = page.inner_text("main")
    assert "2 份转到“春晖街道”" in said
    assert "2 个，直接归“春晖街道”" in said
    assert "1 个收回，周敏（教务）" in said

    press_until(page, "先不改")
    press_until(page, "合并")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/organisations/{school['street']}/")

    assert "“文昌街道”已经并入“春晖街道”。" in page.inner_text("main")
    after = server.python(
        "from accounts.models import Organisation, Person\n"
        "spring = Organisation.objects.get(name='春晖街道')\n"
        "answer = [sorted(spring.persons.values_list('name', flat=True)),"
        " sorted(str(each) for each in spring.get_children()),"
        " any(Organisation.find_problems())]"
    )
    people = sorted(["王秀兰", "李国强"])
    units = sorted(["石桥社区", "青岚市望湖区老干部活动中心", "文昌街道", "旧街道"])
    assert after == [people, units, False]
