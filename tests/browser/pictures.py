"""The pictures of the README, taken from a running demo school.

    python3 dev.py run --port 8000
    DJANGO_SETTINGS_MODULE=tests.settings .venv/bin/python -m tests.browser.pictures

The codes come from the demo inbox, as for every visitor of the demo.
"""

import re
import sys
from pathlib import Path

import django

django.setup()

from playwright.sync_api import sync_playwright  # noqa: E402

import dev  # noqa: E402
from tests import chromium, media  # noqa: E402
from tests.browser.steps import sees_pictures  # noqa: E402

TARGET = Path(dev.ROOT) / "docs" / "pictures"
LEARNER, TEACHER, SECRETARY = "13800000001", "13800000011", "13800000021"
PHONE = {"width": 390, "height": 844}


class Visitor:
    """Somebody with a browser window of their own."""

    def __init__(self, browser, url, phone, viewport=None):
        options = chromium.LEARNER | ({"viewport": viewport} if viewport else {})
        self.url = url
        self.page = browser.new_context(**options).new_page()
        self.log_in(phone)

    def log_in(self, phone):
        page = self.page
        page.goto(f"{self.url}/accounts/login/")
        page.get_by_label("手机号").fill(phone)
        page.locator("main form:has(input[name=phone]) button").first.click()
        inbox = page.context.new_page()
        inbox.goto(f"{self.url}/me/demo/")
        code = re.search(r"\b\d{6}\b", inbox.inner_text("main"))[0]
        inbox.close()
        page.locator("input[name=code]").fill(code)
        page.locator("main form:has(input[name=code]) button").first.click()
        page.wait_for_load_state()
        page.goto(f"{self.url}/me/welcome/")
        if (mine := page.locator("button[name=person]")).count():
            mine.first.click()
            page.wait_for_load_state()

    def shoot(self, name, address=""):
        if address:
            self.page.goto(self.url + address)
        self.page.wait_for_timeout(500)
        self.page.screenshot(path=TARGET / f"{name}.png")


def main(url="http://localhost:8000"):
    TARGET.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        film = chromium.launch(
            playwright, dev.chromium_path(), video=media.camera(), sound=media.microphone()
        )
        learner = Visitor(film, url, LEARNER, PHONE)
        learner.shoot("home", "/")
        learner.shoot("classes", "/courses/")
        room = learner.page
        room.goto(f"{url}/")
        room.get_by_role("link", name="进教室").first.click()
        room.wait_for_load_state()
        teacher = Visitor(film, url, TEACHER)
        teacher.page.goto(re.sub(r"/$", "/console/", room.url))
        teacher.page.locator("[data-act=begin]:enabled").click()
        sees_pictures(room, "the learner")
        room.get_by_role("button", name="举手").click()
        room.get_by_role("button", name="提问").click()
        room.get_by_label("想问什么").fill("墨太淡是水多了吗？")
        room.keyboard.press("Enter")
        teacher.page.wait_for_timeout(1500)
        learner.shoot("room")
        teacher.page.evaluate("scrollTo(0, 0)")
        teacher.shoot("console")
        learner.shoot("my-learning", "/my/learning/")
        secretary = Visitor(film, url, SECRETARY)
        secretary.shoot("branches", "/branches/")
        secretary.page.locator("a", has_text="台账").nth(2).click()
        secretary.page.wait_for_load_state()
        secretary.shoot("ledger")
        film.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
