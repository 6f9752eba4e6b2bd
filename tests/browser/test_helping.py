"""A helper on a phone: sees who is stuck and helps, lets a message through, asks the class."""

import pytest

from tests.browser.steps import be, until
from tests.browser.test_chain import SCHOOL

pytestmark = pytest.mark.browser

HELPED = """
from accounts import services as accounts
from accounts.models import RoleGrant
from courses.models import ClassSession
from live import moderation, services
from tests import factories

session = ClassSession.objects.get(pk={session})
unit = session.class_group.organisation
helper = factories.person("何彩兰", organisation=unit, phone="13800000188")
accounts.grant_role(person=helper, role=RoleGrant.Role.HELPER, organisation=unit)
moderation.add_words(organisation=unit, text="加微信", by=None)
services.begin(classroom=services.open_room(session=session))
answer = session.pk
"""


def test_a_helper_helps_moderates_and_asks_on_a_phone(server, open_page):
    session = server.python(SCHOOL)["session"]
    server.python(HELPED.format(session=session))
    learner = open_page(viewport={"width": 390, "height": 844})
    be(learner, server, "13800000103")
    learner.goto(f"{server.url}/sessions/{session}/")
    helper = open_page(viewport={"width": 390, "height": 844})
    be(helper, server, "13800000188")
    helper.goto(f"{server.url}/sessions/{session}/help/")

    learner.get_by_role("button", name="我听不到").click()
    row = helper.locator(".stuck__row", has_text="说听不到")
    row.wait_for()
    row.locator("[data-phone]").click()
    assert helper.locator("a[href='tel:13800000103']").inner_text() == "13800000103"
    until(lambda: "何彩兰在帮" in row.inner_text(), "others see who is at it")
    row.get_by_role("button", name="已帮好").click()
    row.wait_for(state="detached")

    learner.get_by_role("button", name="提问").click()
    learner.get_by_label("想问什么，写在这里").fill("老师，加 微信吗")
    learner.get_by_role("button", name="发给老师").click()
    until(
        lambda: "老师看过以后大家就能看到" in learner.inner_text("class-room"),
        "the author reads that it waits",
    )
    assert learner.locator(".message").count() == 0
    helper.get_by_role("button", name="让大家看到").click()
    learner.locator(".message", has_text="加 微信吗").wait_for()

    helper.get_by_text("问一个新问题").click()
    helper.get_by_label("问什么").fill("听得清吗？")
    helper.get_by_label("答案，一行一个").fill("清楚\n不清楚")
    helper.get_by_role("button", name="问大家").click()
    learner.get_by_role("button", name="不清楚").click()
    until(lambda: "选好了" in learner.inner_text("class-poll"), "the vote is through")
    helper.get_by_role("button", name="结束，给大家看结果").click()
    until(lambda: "1 人" in learner.inner_text("class-poll"), "the result has numbers")

    helper.get_by_label("打字幕").fill("先写横，再写竖")
    helper.get_by_role("button", name="放到画面下面").click()
    learner.locator("class-captions", has_text="先写横").wait_for()

    helper.locator(".message__more").first.click()
    helper.get_by_role("button", name="收起这一条").click()
    learner.locator(".message", has_text="加 微信吗").wait_for(state="detached")
