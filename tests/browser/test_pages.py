"""Every page of the chain: no violation of accessibility rules, no sideways scrolling, usable
by keyboard alone."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.steps import be, until
from tests.browser.test_chain import SCHOOL

pytestmark = pytest.mark.browser

LEARNER, TEACHER, SECRETARY = "13800000103", "13800000101", "13800000104"

# What the class leaves behind when it is over.
PAST = """
import uuid
from datetime import timedelta
from django.utils import timezone
from accounts.models import Person
from courses.models import ClassGroup, LessonPage
from live import services
from live.models import Visit
from tests import factories
group = ClassGroup.objects.get()
li = Person.objects.get(phone="13800000103")
start = timezone.now() - timedelta(days=2)
past = factories.session(group, starts_at=start, number=99)
room = services.open_room(session=past)
services.begin(classroom=room, now=start)
Visit.objects.create(classroom=room, person=li, device=uuid.uuid4(), entered_at=start,
                     last_seen_at=start + timedelta(minutes=90))
services.end(classroom=room, now=start + timedelta(minutes=90))
services.close(classroom=room)
from branches.ledger import post_session
post_session(session=past)
from branches.models import StudyEntry
lesson = LessonPage(title="横画", slug="heng", number=1, summary="起笔、行笔、收笔。")
group.course.add_child(instance=lesson)
full = factories.class_group(name="满了的班", capacity=1)
factories.seat(full, factories.person("先来的"))
from courses import letters
from courses.timetable import addresses
letters.tell(person=li, key="test:1", text="明天停课。", url="/my/timetable/")
addresses.open_address(person=li)
from cms.models import ArticleIndexPage, ArticlePage
article = ArticlePage(title="秋日养生", slug="autumn", summary="早睡早起。",
                      body=[("text", "<p>天凉了，早晚加衣。</p>")])
ArticleIndexPage.objects.get().add_child(instance=article)
answer = {"past": past.pk, "entry": StudyEntry.objects.get().pk, "full": full.pk,
          "course": group.course.url, "lesson": lesson.url, "article": article.url,
          "seat": group.enrolments.get(person=li).pk}
"""

PAGES = [
    (None, "/"),
    (None, "/accounts/login/"),
    (None, "/courses/"),
    (None, "{course}"),
    (None, "{lesson}"),
    (None, "/articles/"),
    (None, "{article}"),
    (None, "/help/"),
    (None, "/privacy/"),
    (None, "/search/?q=书法"),
    (None, "/classes/{group}/"),
    (None, "/nowhere/"),
    (LEARNER, "/"),
    (LEARNER, "/me/"),
    (LEARNER, "/me/proxies/new/"),
    (LEARNER, "/me/household/"),
    (LEARNER, "/classes/{group}/"),
    (LEARNER, "/classes/{full}/"),
    (LEARNER, "/my/classes/"),
    (LEARNER, "/my/letters/"),
    (LEARNER, "/my/letters/reminder/"),
    (LEARNER, "/my/timetable/"),
    (LEARNER, "/my/calendar/"),
    (LEARNER, "/my/places/seat/{seat}/"),
    (LEARNER, "/my/places/seat/{seat}/withdrawal/"),
    (LEARNER, "/sessions/{session}/"),
    (LEARNER, "/sessions/{past}/replay/"),
    (LEARNER, "/my/learning/"),
    (LEARNER, "/my/learning/{entry}/"),
    (TEACHER, "/teach/"),
    (TEACHER, "/sessions/{session}/console/"),
    (TEACHER, "/sessions/{past}/console/"),
    (SECRETARY, "/sessions/{session}/"),
    (SECRETARY, "/branches/"),
    (SECRETARY, "/branches/{branch}/ledger/"),
    (SECRETARY, "/branches/{branch}/ledger/{entry}/"),
    (SECRETARY, "/branches/{branch}/records/"),
    (SECRETARY, "/branches/{branch}/records/{past}/"),
]


@pytest.fixture(scope="module")
def school(server):
    facts = server.python(SCHOOL)
    return facts | server.python(PAST)


@pytest.mark.parametrize(("phone", "address"), PAGES, ids=lambda value: str(value))
def test_a_page_breaks_no_rule_at_any_size(server, school, open_page, phone, address):
    page = open_page(viewport={"width": 1280, "height": 800})
    if phone:
        be(page, server, phone)
    page.goto(server.url + address.format(**school))

    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 800})
        for step in ("standard", "large", "largest") if width == 360 else ("standard",):
            page.evaluate("step => (document.documentElement.dataset.step = step)", step)
            found = Axe().run(page)
            assert [rule["id"] for rule in found.response["violations"]] == [], (
                f"{width} px, {step}\n{found.generate_report()}"
            )
            overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert overflow <= 0, f"scrolls sideways at {width} px, {step}"


def test_a_page_does_not_scroll_sideways_at_320_pixels_and_the_largest_step(
    server, school, open_page
):
    page = open_page(viewport={"width": 320, "height": 700})
    be(page, server, LEARNER)
    wide = []
    for phone, address in PAGES:
        if phone in (None, LEARNER):
            page.goto(server.url + address.format(**school))
            page.evaluate("document.documentElement.dataset.step = 'largest'")
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                wide.append(address)

    assert wide == []


def press_until(page, words: str):
    """Tab until the focus stands on something that says `words`."""
    for _ in range(80):
        page.keyboard.press("Tab")
        said = page.evaluate(
            "(document.activeElement.innerText || document.activeElement.ariaLabel || '').trim()"
        )
        if words in said:
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", f"the focus on {words} cannot be seen"
            return
    raise AssertionError(f"the keyboard never reaches {words}")


def test_a_learner_registers_and_withdraws_by_keyboard_alone(server, school, open_page):
    page = open_page(viewport={"width": 390, "height": 844})
    server.python(
        "from tests import factories\nanswer = factories.person('周玉梅', phone='13800000109').pk"
    )
    be(page, server, "13800000109")
    page.goto(f"{server.url}/classes/{school['group']}/")

    press_until(page, "我要报名")
    page.keyboard.press("Enter")
    page.wait_for_url("**/my/places/seat/*/")
    receipt = page.url
    page.goto(f"{server.url}/my/classes/")
    assert "行书入门" in page.inner_text("main")

    page.goto(f"{receipt}withdrawal/")
    press_until(page, "不取消")
    press_until(page, "取消报名")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "withdrawal" not in url)
    page.goto(f"{server.url}/my/classes/")
    assert "行书入门" not in page.inner_text("main")


def test_letters_grow_and_stay_large_on_the_next_page(server, school, open_page):
    page = open_page(viewport={"width": 1280, "height": 800})
    page.goto(f"{server.url}/")
    page.get_by_role("button", name="特大").first.click()
    until(
        lambda: page.evaluate("getComputedStyle(document.body).fontSize") == "30px",
        "the letters are large",
    )

    page.goto(f"{server.url}/courses/")

    assert page.evaluate("getComputedStyle(document.body).fontSize") == "30px"
