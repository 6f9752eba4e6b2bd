"""The pages in a browser: seen small and large, by eye, by keyboard and by axe."""

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = pytest.mark.browser

PHONE, NARROW, DESK = (390, 844), (360, 780), (1280, 800)
PUBLIC = [
    "/",
    "/articles/",
    "/articles/ten-years/",
    "/help/",
    "/search/?q=shufa",
    "/search/?q=zzzz",
]
LEARNER = "13800009999"

SCHOOL = """
from datetime import timedelta
from django.utils import timezone
from accounts import services as accounts
from cms import demo
from tests import factories
now = timezone.now()
demo.create(now=now)
learner = factories.person("欧阳王秀兰", phone="{phone}")
accounts.take_own_file(user=accounts.login_of(phone="{phone}"), person=learner)
term = factories.term(now=now)
group = factories.class_group(term=term, name="行书入门")
factories.seat(group, learner, now=now)
factories.session(group, starts_at=now + timedelta(minutes=5), title="横画")
factories.session(group, starts_at=now + timedelta(days=7), title="竖画")
"""


LOGGED_IN = """
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from accounts.models import User
User.objects.filter(phone="{phone}").update(text_step="{step}")
user = User.objects.get(phone="{phone}")
session = SessionStore()
session[SESSION_KEY] = str(user.pk)
session[BACKEND_SESSION_KEY] = "accounts.logins.backend.LoginBackend"
session[HASH_SESSION_KEY] = user.get_session_auth_hash()
session.save()
answer = session.session_key
"""


@pytest.fixture(scope="module")
def school(server):
    server.python(SCHOOL.format(phone=LEARNER))
    server.manage("db_worker", "--batch")  # Writes the search index.
    return server


def opened(open_page, school, path, *, size, step="standard", learner=False):
    width, height = size
    page = open_page(base_url=school.url, viewport={"width": width, "height": height})
    cookies = {"step": step}
    if learner:
        cookies["session"] = school.python(LOGGED_IN.format(phone=LEARNER, step=step))
    page.context.add_cookies(
        [{"name": name, "value": value, "url": school.url} for name, value in cookies.items()]
    )
    page.goto(path)
    return page


def assert_nothing_is_wrong(page):
    found = Axe().run(page).response["violations"]
    assert [(wrong["id"], wrong["nodes"][0]["html"]) for wrong in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


@pytest.mark.parametrize("step", ["standard", "largest"])
@pytest.mark.parametrize("size", [NARROW, DESK], ids=["360", "1280"])
def test_axe_finds_nothing_on_the_public_pages(open_page, school, size, step):
    page = opened(open_page, school, "/", size=size, step=step)

    for path in PUBLIC:
        page.goto(path)
        assert_nothing_is_wrong(page)


@pytest.mark.parametrize("step", ["standard", "large", "largest"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_button_of_todays_class_is_seen_without_scrolling(open_page, school, size, step):
    page = opened(open_page, school, "/", size=size, step=step, learner=True)

    button = page.get_by_role("link", name="进教室上课")

    box = button.bounding_box()
    assert box["y"] + box["height"] <= size[1]
    assert box["height"] >= 60
    assert_nothing_is_wrong(page)


@pytest.mark.parametrize("step", ["standard", "largest"])
def test_a_visitor_sees_the_way_in_without_scrolling(open_page, school, step):
    page = opened(open_page, school, "/", size=PHONE, step=step)

    box = page.locator(".button--main").bounding_box()

    assert box["y"] + box["height"] <= PHONE[1]


def test_the_picture_of_an_article_is_really_shown(open_page, school):
    page = opened(open_page, school, "/articles/ten-years/", size=PHONE)

    picture = page.locator("article img").first
    picture.scroll_into_view_if_needed()

    assert picture.get_attribute("alt").startswith("水墨画")
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 1040


def test_pinyin_typed_by_keyboard_alone_leads_to_an_article(open_page, school):
    page = opened(open_page, school, "/articles/", size=DESK)

    page.get_by_role("searchbox").focus()
    page.keyboard.type("shufa")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=shufa")
    link = page.get_by_role("link", name="一位老学员的书法十年")
    link.focus()
    page.keyboard.press("Enter")

    page.wait_for_url("**/articles/ten-years/")
    assert page.get_by_role("heading", level=1).inner_text() == "一位老学员的书法十年"


def test_a_script_in_an_articles_title_does_not_run(open_page, school):
    school.python(
        "from tests.cms.pages import article\n"
        "article('<img src=x onerror=\"document.title=1\"><script>document.title=1</script>')"
    )
    page = opened(open_page, school, "/articles/", size=DESK)

    assert page.title() == "看看听听 · 银龄云课堂"
    assert page.get_by_text("<script>document.title=1</script>").count() == 1
