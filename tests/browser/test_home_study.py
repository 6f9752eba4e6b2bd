"""Study brought home in a real browser: card, pack, slip, line of the ledger."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.steps import be

pytestmark = pytest.mark.browser

SECRETARY, BUREAU, AUDITOR = "13800000501", "13800000502", "13800000503"

SCHOOL = """
from datetime import date
from accounts import services
from branches.models import Branch, BranchMembership, BranchOffice, HoursRule
from tests import factories
from tests.branches import home
city = factories.organisation("青岚市")
HoursRule.objects.create(organisation=city, version="1", valid_from=date(2026, 1, 1))
branch = Branch.add_root(name="第三党支部", organisation=city)
since = {"starts_on": date(2020, 1, 1)}
people = [
    factories.person("赵建国", organisation=city, phone="13800000501"),
    factories.person("王秀兰", organisation=city, residence="文化路幸福小区"),
    factories.person("陈志远", organisation=city),
]
for each in people:
    BranchMembership.objects.create(person=each, branch=branch, kind="home", **since)
BranchOffice.objects.create(person=people[0], branch=branch, office="secretary", **since)
home.lesson(at=city)
home.lesson("第二讲 竖画", at=city, course="国画")
answer = {"branch": branch.pk, "wang": people[1].pk, "city": city.pk}
"""


@pytest.fixture(scope="module")
def school(server):
    return server.python(SCHOOL)


@pytest.mark.journey
def test_from_the_card_to_the_line_of_the_ledger(server, school, open_page):
    page = open_page(viewport={"width": 1280, "height": 800})
    be(page, server, SECRETARY)
    page.goto(f"{server.url}/home-study/")
    page.get_by_role("link", name="记一份点单").click()
    page.get_by_role("link", name=re.compile("替他点.*王秀兰")).click()
    page.get_by_role("radio", name="电话").check()
    page.get_by_label(re.compile("横画")).check()
    # Looking for something else keeps what was ticked.
    page.get_by_label("找想读的").fill("竖画")
    page.get_by_role("button", name="找", exact=True).click()
    page.wait_for_load_state()
    assert page.get_by_role("radio", name="电话").is_checked()
    assert page.get_by_label(re.compile("横画")).is_checked()
    assert page.get_by_label("送到哪个街道").input_value() == "文化路幸福小区"
    page.get_by_label("门牌").fill("3 号楼 401")
    page.get_by_role("button", name="记好点单").click()
    page.wait_for_url("**/home-study/orders/*/")

    page.get_by_role("button", name="装好这一份").click()
    page.wait_for_url("**/home-study/orders/*/")
    booklet = page.get_by_role("link", name="打印读本和回执").get_attribute("href")
    assert page.request.get(server.url + booklet).body().startswith(b"%PDF")
    code = page.locator("main").get_by_role("link", name=re.compile(r"^\d{4} \d{4}$")).inner_text()

    page.goto(f"{server.url}/home-study/deliveries/")
    page.get_by_role("checkbox", name="王秀兰").check()
    page.locator("input[name=visitor]").fill("陈志远")
    page.get_by_role("button", name="就这样安排").click()
    page.wait_for_load_state()
    assert "陈志远" in page.inner_text("main")

    page.goto(f"{server.url}/home-study/slips/")
    page.get_by_label("回执号").fill(code)
    page.get_by_role("button", name="打开这张回执").click()
    page.wait_for_url("**/home-study/slips/*/")
    page.get_by_label("一共学了几分钟").fill("90")
    page.get_by_role("button", name="登记回执").click()
    page.get_by_role("link", name="看这一行").click()
    page.wait_for_url(f"**/branches/{school['branch']}/ledger/*/")
    words = page.inner_text("main")
    for each in ("王秀兰", "送学", "2 学时", code):
        assert each in words


def test_the_pages_of_home_study_are_usable(server, school, open_page):
    code = server.python(
        "from accounts.models import Person, User\n"
        "from tests.branches import home\n"
        "from django.utils import timezone\n"
        "from branches.models import Branch\n"
        "from courses.models import LessonPage\n"
        f"wang = Person.objects.get(pk={school['wang']})\n"
        "by = User.objects.first()\n"
        "lesson = LessonPage.objects.first()\n"
        "answer = home.pack(wang, lesson, by=by, now=timezone.now()).code\n"
        "home.order(wang, lesson, by=by, now=timezone.now())\n"
    )
    handover = server.python(
        "from django.utils import timezone\n"
        "from accounts.models import User\n"
        "from branches import handing\n"
        "from branches.models import Branch\n"
        f"branch = Branch.objects.get(pk={school['branch']})\n"
        f"wang = branch.memberships.get(person={school['wang']}).person\n"
        "today = timezone.localdate()\n"
        "by = User.objects.first()\n"
        "made = handing.begin(branch=branch, incoming=wang, takes_over_on=today, by=by)\n"
        "answer = f'/branches/{branch.pk}/handovers/{made.pk}/'\n"
    )
    look_at(
        server,
        open_page,
        SECRETARY,
        [
            "/home-study/",
            "/home-study/card/",
            f"/home-study/new/{school['wang']}/",
            "/home-study/orders/1/",
            "/home-study/deliveries/",
            f"/home-study/slips/{code}/",
            "/my/home-study/",
            "/branches/today/",
            f"/branches/{school['branch']}/handovers/new/",
            handover,
        ],
    )


# A branch that held something, stars and cards in use, and an inspection of its one record.
HELD = """
from datetime import timedelta
from django.utils import timezone
from accounts import services as accounts
from accounts.models import Organisation, Person, RoleGrant, User
from branches import citations, inspecting, talents
from branches.activities import closing, planning
from branches.activities.closing import Mark
from branches.models import Branch, InspectedRecord
from branches.quarters import Quarter
from tests import factories
now = timezone.now()
city = Organisation.objects.get(name="青岚市")
branch = Branch.objects.get(pk={branch})
people = list(Person.objects.filter(memberships__branch=branch).order_by("pk"))
by = User.objects.get(phone="13800000501")
at = now.replace(hour=2, minute=0) - timedelta(days=2)
facts = {{"kind": "theme", "place": "会议室", "ends_at": at + timedelta(minutes=90)}}
held = planning.plan(branch=branch, by=by, topic="参观纪念馆", starts_at=at, **facts)
marks = {{each.pk: Mark(each != people[2], reason="住院") for each in people}}
closing.close(activity=held, marks=marks, by=by, seen_at=held.edited_at)
at = now + timedelta(days=2)
at = at.replace(hour=2, minute=0)
facts["ends_at"] = at + timedelta(minutes=90)
planned = planning.plan(branch=branch, by=by, topic="谈体会", starts_at=at, **facts)
switches = dict.fromkeys(citations.SWITCHES, True)
citations.switch(organisation=city, by=by, **switches)
today = timezone.localdate()
citations.cite(branch=branch, kind="points", person=people[1], amount=2, by=by,
               happened_on=today, words="帮邻居报名，还照看了教室的花草")
talents.write(person=people[0], teaches="二胡入门", by=by)
bureau = factories.person("郑敏", organisation=city, phone="13800000502")
accounts.grant_role(person=bureau, role=RoleGrant.Role.BUREAU, organisation=city)
auditor = factories.person("宋明", phone="13800000503")
found = inspecting.grant(organisation=city, auditor=auditor, purpose="年度检查", size=1, by=by,
    held_from=today - timedelta(days=9), held_before=today + timedelta(days=1),
    opens_on=today, closes_on=today)
record = InspectedRecord.objects.get().record_id
line = inspecting.lines_of(InspectedRecord.objects.get().record)[0].pk
answer = {{"held": held.pk, "planned": planned.pk, "inspection": found.pk, "record": record,
          "line": line, "quarter": Quarter.of(today).code}}
"""


@pytest.fixture(scope="module")
def made(server, school):
    return server.python(HELD.format(branch=school["branch"]))


def test_the_pages_of_a_branch_are_usable(server, school, made, open_page):
    branch = f"/branches/{school['branch']}"
    held, planned = (f"{branch}/activities/{made[name]}/" for name in ("held", "planned"))
    look_at(
        server,
        open_page,
        SECRETARY,
        [
            f"{branch}/activities/",
            f"{branch}/activities/new/",
            held,
            f"{held}presence/",
            f"{held}parts/",
            planned,
            f"{planned}presence/names/",
            f"{branch}/citations/star/",
            f"{branch}/citations/points/",
            f"{branch}/volunteering/",
            f"{branch}/talents/",
            "/my/talents/",
            "/my/citations/",
            "/my/activities/",
        ],
    )
    inspection = f"/branches/inspections/{made['inspection']}/"
    quarter = f"/branches/reports/{school['city']}/{made['quarter']}/"
    office = ["/branches/", "/branches/rules/", "/branches/extras/", "/branches/inspections/new/"]
    look_at(server, open_page, BUREAU, [*office, "/branches/inspections/", inspection, quarter])
    record = f"{inspection}records/{made['record']}/"
    look_at(server, open_page, AUDITOR, [inspection, record, f"{record}lines/{made['line']}/"])


# One member with a telephone, where cards are in use.
TEACHES = """
from accounts.models import Organisation, Person
from branches import citations
Person.objects.filter(pk={wang}).update(phone="13800000504")
on = dict.fromkeys(citations.SWITCHES, True)
citations.switch(organisation=Organisation.objects.get(name="青岚市"), by=None, **on)
"""


def test_a_reason_stays_where_everybody_is_ticked(server, school, made, open_page):
    page = open_page(viewport={"width": 390, "height": 844})
    be(page, server, SECRETARY)
    page.goto(f"{server.url}/branches/{school['branch']}/activities/{made['planned']}/presence/")
    boxes = page.locator("[data-due] input[type=checkbox]")
    assert boxes.count() > 1
    page.get_by_label("没来的原因").first.fill("住院")

    page.get_by_role("link", name="请的都到了，全部打勾").click()
    expect(page.get_by_text("请的都打上勾了")).to_be_visible()
    boxes.first.uncheck()

    assert [box.is_checked() for box in boxes.all()] == [False] + [True] * (boxes.count() - 1)
    assert page.get_by_label("没来的原因").first.input_value() == "住院"


def test_a_member_offers_to_teach_and_withdraws_it(server, school, open_page):
    server.python(TEACHES.format(wang=school["wang"]))
    member = open_page(viewport={"width": 390, "height": 844})
    be(member, server, "13800000504")
    member.goto(f"{server.url}/my/activities/")
    member.get_by_role("link", name="我愿意教").click()
    # By keyboard alone: the field, the next one, the button.
    member.get_by_label("愿意教什么").focus()
    member.keyboard.type("剪纸")
    member.keyboard.press("Tab")
    member.keyboard.type("星期三下午")
    member.keyboard.press("Enter")
    member.get_by_text("写好了，支部看得到。").wait_for()

    secretary = open_page(viewport={"width": 1280, "height": 800})
    be(secretary, server, SECRETARY)
    secretary.goto(f"{server.url}/branches/{school['branch']}/")
    secretary.get_by_role("link", name="我愿意教").click()
    row = secretary.get_by_role("row", name=re.compile("王秀兰.*剪纸.*星期三下午"))
    row.wait_for()

    member.get_by_role("button", name="撤下 剪纸").click()
    member.get_by_text("撤下了，支部看不到了。").wait_for()
    secretary.reload()
    assert row.count() == 0


def look_at(server, open_page, phone, paths):
    """No violation and no sideways scrolling, on a small phone with the largest letters and on
    a desk."""
    page = open_page(viewport={"width": 360, "height": 844})
    be(page, server, phone)
    for path in paths:
        page.goto(server.url + path)
        for width, step in ((360, "largest"), (1280, "standard")):
            page.set_viewport_size({"width": width, "height": 844})
            page.evaluate(f"document.documentElement.dataset.step = '{step}'")
            wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, f"{path} scrolls sideways at {width}"
            found = Axe().run(page).response["violations"]
            assert [f"{path} {each['id']}" for each in found] == []
        assert (
            page.get_by_role("navigation", name="工作栏目").count()
            or phone == AUDITOR
            or (path.startswith("/my/") or "handovers" in path)
        ), f"{path} leads nowhere"
