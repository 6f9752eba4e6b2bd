"""Registering and what follows, by those it is for: on a phone, by a link, for a mother."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.steps import be, log_in, until

pytestmark = pytest.mark.browser

LEARNER, WAITS, DAUGHTER, OLD = "13800000201", "13800000202", "13800000203", "13800000204"
PHONE = {"width": 390, "height": 844}

SCHOOL = """
from datetime import date, time, timedelta
from django.utils import timezone
from accounts import services
from accounts.acting import households
from courses import offers_links, registration, relatives
from courses.draws import applying
from courses.models import ClassGroup, RegistrationRound, SeatPool
from tests import factories

now = timezone.now()
unit = factories.organisation("青岚市")
wang = factories.person("王秀兰", phone="13800000201")
li = factories.person("李国强", sex="m")
zhou = factories.person("周玉梅", phone="13800000202")
daughter = factories.person("何雅琴", born_on=date(1975, 6, 18), phone="13800000203")
mother = factories.person("何彩兰", born_on=date(1940, 3, 8), phone="13800000204")
agent = factories.login(daughter)
services.allow_proxy(person=mother, agent=agent, relation="child")
father = factories.person("何大伟", sex="m")
services.allow_proxy(person=father, agent=agent, relation="child")
households.record_paper(persons=(wang, li), paper="3 号柜", by=agent)

facts = {"course": factories.course(organisation=unit), "term": factories.term(max_classes=4)}
free = factories.class_group(name="行书入门", fee=180, **facts)
factories.session(free, starts_at=now + timedelta(days=1))
ways = factories.class_group(name="国画山水", weekday=3, fee=240, capacity=1, **facts)
ways.pools.update(kind="on_site")
factories.seat(ways, factories.person("先来的"))
SeatPool.objects.create(class_group=ways, kind="online", capacity=30)
older = factories.class_group(name="太极拳", weekday=4, older_with_consent=True, **facts)
full = factories.class_group(
    name="合唱与发声", weekday=1, starts_at_time=time(14), capacity=1, **facts
)
held = factories.seat(full, factories.person("退出的"), now=now - timedelta(hours=1))
entry = registration.register(person=zhou, class_group=full)
registration.withdraw(enrolment=held, because="家里有事")
offer = entry.offers.get()

later = factories.term(open_round=False)
soon = factories.class_group(name="手机摄影", weekday=0, **(facts | {"term": later}))
opening = RegistrationRound.objects.create(
    term=later, name="第一批", opens_at=now + timedelta(days=1), closes_at=now + timedelta(days=9)
)
drawn_term = factories.term()
drawn = factories.class_group(name="舞蹈基础", weekday=5, **(facts | {"term": drawn_term}))
lots = RegistrationRound.objects.get(term=drawn_term)
lots.method = "draw"
lots.save()
applying.apply(person=zhou, round=lots, pools=[drawn.pools.get()])
seat = factories.seat(free, zhou, now=now - timedelta(hours=1))
asked = relatives.ask(person=mother, term=facts["term"], relative="何雅琴", relation="子女",
                      phone="13800000203", by=factories.login(mother))
answer = {
    "free": free.pk, "ways": ways.pk, "older": older.pk, "full": full.pk, "soon": soon.pk,
    "drawn": drawn.pk, "entry": entry.pk, "offer": offer.pk, "opening": opening.pk,
    "offer_link": offers_links.make(offer), "seat": seat.pk,
    "relative_link": relatives.token_of(asked),
}
"""

PAGES = [
    (LEARNER, "/classes/{free}/"),
    (LEARNER, "/classes/{ways}/"),
    (LEARNER, "/classes/{drawn}/"),
    (None, "/classes/{soon}/"),
    (OLD, "/classes/{older}/"),
    (None, "/offers/{offer_link}/"),
    (None, "/relatives/{relative_link}/"),
    (WAITS, "/"),
    (WAITS, "/my/classes/"),
    (WAITS, "/my/offers/{offer}/"),
    (WAITS, "/my/places/waiting/{entry}/"),
    (WAITS, "/my/places/waiting/{entry}/withdrawal/"),
    (WAITS, "/my/places/seat/{seat}/"),
    (WAITS, "/my/places/seat/{seat}/transfer/"),
    (WAITS, "/my/places/seat/{seat}/withdrawal/"),
]

OPEN_NOW = """
from datetime import timedelta
from django.utils import timezone
from courses.models import RegistrationRound
now = timezone.now()
RegistrationRound.objects.filter(pk={opening}).update(opens_at=now + timedelta(seconds={seconds}))
"""

SEATS = """
from courses.models import Enrolment
answer = sorted(
    [seat.person.name, str(seat.seated_by or ""), seat.source]
    for seat in Enrolment.objects.filter(class_group={group}, withdrawn_at=None)
)
"""


@pytest.fixture
def school(own_server):
    return own_server.python(SCHOOL)


def test_the_pages_of_registration_break_no_rule_at_any_size(own_server, school, open_page):
    found = {}
    for phone, address in PAGES:
        page = open_page(viewport={"width": 1280, "height": 800})
        if phone:
            be(page, own_server, phone)
        page.goto(own_server.url + address.format(**school))
        for width, step in ((1280, "standard"), (360, "standard"), (320, "largest")):
            page.set_viewport_size({"width": width, "height": 800})
            page.evaluate("step => (document.documentElement.dataset.step = step)", step)
            broken = [rule["id"] for rule in Axe().run(page).response["violations"]]
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                broken.append("scrolls sideways")
            if broken:
                found[address, width, step] = broken
        page.close()

    assert found == {}


def test_a_learner_chooses_a_way_and_registers_with_her_husband(own_server, school, open_page):
    page = open_page(viewport=PHONE)
    log_in(page, own_server, LEARNER)
    page.goto(f"{own_server.url}/classes/{school['ways']}/")
    page.get_by_label("在家看直播").check()
    page.get_by_label("和谁一起报？").select_option(label="和李国强一起报")
    page.get_by_role("button", name="我要报名").click()
    page.wait_for_url("**/my/places/seat/*/")
    slip = page.inner_text("main")
    assert "报上了" in slip
    assert "李国强" in slip
    assert {name for name, *_ in own_server.python(SEATS.format(group=school["ways"]))} == {
        "先来的",
        "王秀兰",
        "李国强",
    }
    page.get_by_role("link", name="报错了，取消").click()
    page.get_by_role("button", name="取消报名").click()
    assert "就当没有报过" in page.inner_text("main")


def test_an_offered_seat_is_taken_by_the_link_of_the_message(own_server, school, open_page):
    page = open_page(viewport=PHONE)
    page.goto(f"{own_server.url}/offers/{school['offer_link']}/")
    assert "有一个座位等您答复" in page.inner_text("main")
    assert "周玉梅" not in page.inner_text("body")

    # A slip of the finger: the question has a safe answer.
    page.locator("confirm-dialog [data-open]").click()
    page.get_by_role("link", name="再想想").click()
    page.get_by_role("button", name="要这个座位").click()
    page.wait_for_load_state()
    assert "好，座位是您的了" in page.inner_text("main")
    assert own_server.python(SEATS.format(group=school["full"])) == [["周玉梅", "", "waiting"]]


def test_a_daughter_agrees_and_registers_her_mother(own_server, school, open_page):
    page = open_page(viewport=PHONE)
    log_in(page, own_server, DAUGHTER)
    page.goto(f"{own_server.url}/me/")
    page.get_by_role("button", name=re.compile("何彩兰")).first.click()
    page.wait_for_load_state()
    page.goto(f"{own_server.url}/classes/{school['older']}/")
    page.get_by_role("button", name="我同意何彩兰报名").click()
    page.get_by_role("button", name="给何彩兰报名").click()
    page.wait_for_url("**/my/places/seat/*/")
    slip = page.inner_text("main")
    assert "何彩兰" in slip
    assert "代办" in slip
    assert own_server.python(SEATS.format(group=school["older"])) == [
        ["何彩兰", "何雅琴", "online"]
    ]


def test_two_tabs_of_one_login_never_register_the_wrong_person(own_server, school, open_page):
    fathers = open_page(viewport=PHONE)
    be(fathers, own_server, DAUGHTER)
    fathers.goto(f"{own_server.url}/me/")
    fathers.get_by_role("button", name=re.compile("何大伟")).first.click()
    fathers.wait_for_load_state()
    fathers.goto(f"{own_server.url}/classes/{school['free']}/")

    # In another tab she goes back to her own affairs; this one still shows her father's page.
    own = fathers.context.new_page()
    own.goto(own_server.url)
    own.get_by_role("button", name="办自己的事").click()
    own.wait_for_load_state()
    fathers.get_by_role("button", name="给何大伟报名").click()
    fathers.wait_for_load_state()
    assert "现在是给何雅琴报名，请看清楚再按一次" in fathers.inner_text("main")
    assert own_server.python(SEATS.format(group=school["free"])) == [["周玉梅", "", "online"]]


def test_a_page_notices_by_itself_that_registration_has_opened(own_server, school, open_page):
    page = open_page(viewport=PHONE)
    be(page, own_server, LEARNER)
    own_server.python(OPEN_NOW.format(opening=school["opening"], seconds=4))
    page.goto(f"{own_server.url}/classes/{school['soon']}/")
    assert "时间到了，这一页自己会变" in page.inner_text("main")
    assert not page.get_by_role("button", name="我要报名").count()
    until(lambda: page.get_by_role("button", name="我要报名").count(), "the button comes")
