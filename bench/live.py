"""How far a learner's picture is behind the teacher, and what a stream costs the server.

Everything is real but the camera: the console and the rooms in Chromium, the product on
daphne. The camera films a clock; each learner's page reads it from the picture it shows.
"""

import argparse
import contextlib
import json
import random
import statistics
import time
from importlib.metadata import version
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

import dev
from bench.stage.cpu import percent_by_thread, percent_used
from bench.stage.school import class_of, empty_school
from tests import chromium
from tests.serving import ROOT, Server

PAGES = Path(__file__).resolve().parent / "pages"
SETTLE_S = 3
# A clock that so many pictures do not show readably was not measured.
READABLE_FROM = 0.8


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="dev.py bench live", description=__doc__)
    parser.add_argument("--joins", type=int, default=6, help="learners, one after the other (6)")
    parser.add_argument("--seconds", type=float, default=10, help="how long each watches (10)")
    parser.add_argument("--quiet", type=float, default=20, help="how long CPU is read for (20)")
    options = parser.parse_args(argv)
    executable = dev.chromium_path()
    if executable is None:
        raise dev.Stop(
            "Chromium is missing. Get it with apt-get install chromium (Debian, Ubuntu) or brew "
            "install --cask chromium (macOS), or set CHROMIUM=/path."
        )
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(empty_school())
        server.start()
        made = class_of(server, learners=1)
        playwright = stack.enter_context(sync_playwright())
        browser = chromium.launch(playwright, executable)
        stack.callback(browser.close)
        report("chromium", browser.version)
        for package in ("daphne", "av"):
            report(package, version(package))
        facts = ROOT / "node_modules" / "hls.js" / "package.json"
        report("hls.js", json.loads(facts.read_text())["version"])
        measure(Visitors(browser, server, made), server.process.pid, options)
    return 0


class Visitors:
    """Pages of the class: the teacher's, and as many as wanted of the learner's."""

    def __init__(self, browser, server: Server, made: dict):
        self.browser = browser
        self.server = server
        self.made = made
        self.room = f"{server.url}/sessions/{made['session']}/"

    def teacher(self) -> Page:
        return self._open(f"{self.room}console/", self.made["teacher"], "clock.js")

    def learner(self) -> Page:
        return self._open(self.room, self.made["learners"][0], "read.js")

    def _open(self, address: str, login: str, script: str) -> Page:
        context = self.browser.new_context(**chromium.LEARNER)
        context.add_cookies([{"name": "session", "value": login, "url": self.server.url}])
        context.add_init_script(path=PAGES / script)
        page = context.new_page()
        page.goto(address)
        return page


def measure(visitors: Visitors, pid: int, options) -> None:
    teacher = visitors.teacher()
    # Pressable as soon as the devices are there.
    begin = teacher.locator("[data-act=begin]:enabled").first
    begin.wait_for()
    idle = percent_used(pid, options.quiet)

    waiting = visitors.learner()
    waiting.evaluate("globalThis.seen = readClock(0), null")
    time.sleep(SETTLE_S)
    began = begin.evaluate("(button) => { const now = Date.now(); button.click(); return now }")
    report("first_picture_s", (read(waiting, "globalThis.seen")["first"] - began) / 1000)
    waiting.context.close()

    time.sleep(SETTLE_S)
    report("cpu_percent", percent_used(pid, options.quiet) - idle)
    # The event loop is the first thread; the recording has one of its own, the busiest besides.
    threads = percent_by_thread(pid, options.quiet)
    report(
        "remux_percent", max((used for each, used in threads.items() if each != pid), default=0)
    )

    delays = []
    for number in range(1, options.joins + 1):
        time.sleep(random.uniform(0, 2))
        learner = visitors.learner()
        seen = read(learner, f"readClock({options.seconds})")["delays"]
        learner.context.close()
        report(f"join_{number}_s", statistics.median(seen) / 1000)
        delays += seen
    report("pictures", len(delays))
    report("delay_median_s", statistics.median(delays) / 1000)
    report("delay_p95_s", statistics.quantiles(delays, n=20)[-1] / 1000)


def read(page: Page, promise: str) -> dict:
    seen = page.evaluate(promise)
    if seen["first"] is None:
        raise dev.Stop("A learner never saw a picture.")
    if len(seen["delays"]) < READABLE_FROM * (len(seen["delays"]) + seen["unreadable"]):
        raise dev.Stop(f"{seen['unreadable']} pictures did not show the clock readably.")
    return seen


def report(name: str, value) -> None:
    print(f"{name}: {value:.2f}" if isinstance(value, float) else f"{name}: {value}", flush=True)
