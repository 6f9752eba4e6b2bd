"""The secretary in a real browser: an activity from plan to record, and a record from draft to
correction with the largest letters and by keyboard alone."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.steps import be, until

pytestmark = pytest.mark.browser

PHONE = "13900000071"
# Members, a class that was taught yesterday with its record drafted, and the largest letters.
SCHOOL = f"""
from datetime import timedelta
from django.utils import timezone
from accounts.models import User
from branches import ledger
from tests.branches import school

city = school.organisation("青岚市")
school.rule(city)
branch = school.branch("第三党支部", at=city)
people = {{name: school.person(name, at=city) for name in ("赵建国", "王秀兰", "李国强")}}
for person in people.values():
    school.member(person, branch)
school.office(people["赵建国"], branch)
user = User.objects.create_user("{PHONE}", person=people["赵建国"])
user.text_step = "largest"
user.save()
at = (timezone.localtime() - timedelta(days=1)).replace(hour=9, minute=0)
session = school.session(school.class_group(at=city), starts_at=at, title="横画")
for person in (people["王秀兰"], people["李国强"]):
    school.seat(person, session, since=at - timedelta(days=9))
school.attendance(people["王秀兰"], session)
ledger.post_session(session=session)
answer = [branch.pk, branch.records.get().pk]
"""
VERSIONS = """
from branches.models import RecordVersion
versions = RecordVersion.objects.order_by("number")
answer = [[each.snapshot["said"], each.snapshot["chair"], each.reason] for each in versions]
"""
LINES = """
from branches.models import StudyEntry
lines = StudyEntry.objects.filter(source="activity").order_by("person__pinyin")
answer = [[line.person.name, line.minutes] for line in lines]
"""


@pytest.fixture(scope="module")
def school(server):
    return server.python(SCHOOL)


def looks_good(page):
    found = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
    wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    assert not wide, page.url


def tab_to(page, locator):
    """Press Tab until the one thing meant has the focus, and see that one can see it."""
    target = locator.first.element_handle()
    for _step in range(150):
        if page.evaluate("node => document.activeElement === node", target):
            assert locator.first.is_visible()
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"not reached by keyboard: {locator}")


def choose(page, label, letters):
    """Pick an option of a select by the keyboard."""
    tab_to(page, page.get_by_label(label, exact=True))
    for _step in range(10):
        if page.evaluate("document.activeElement.selectedOptions[0].text") == letters:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"no option {letters}")


def press(page, role, name):
    tab_to(page, page.get_by_role(role, name=name, exact=True))
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_a_record_from_draft_to_correction_by_keyboard_with_the_largest_letters(
    server, school, page
):
    branch, record = school
    be(page, server, PHONE)
    page.goto(f"/branches/{branch}/records/")
    assert page.evaluate("document.documentElement.dataset.step") == "largest"
    looks_good(page)
    tab_to(page, page.get_by_role("link", name="去补充"))
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/records/{record}/")
    looks_good(page)

    # Complete.
    choose(page, "主持", "赵建国")
    choose(page, "记录", "王秀兰")
    tab_to(page, page.get_by_label("讲了什么"))
    page.keyboard.insert_text("讲了横画的起笔。")
    tab_to(page, page.get_by_label("李国强没来的原因"))
    page.keyboard.insert_text("住院")
    press(page, "button", "存好")
    until(lambda: "都写好了，可以打印签字" in page.inner_text("main"), "the record is whole")

    # Print: the sheet alone, and the same as a file.
    page.evaluate("window.print = () => { window.printed = true }")
    tab_to(page, page.get_by_role("button", name="打印这份记录"))
    page.keyboard.press("Enter")
    assert page.evaluate("window.printed") is True
    page.emulate_media(media="print")
    printed = page.inner_text("body")
    assert "支部学习记录" in printed
    assert "讲了横画的起笔。" in printed
    assert not page.get_by_label("签字日期").is_visible()
    page.emulate_media(media="screen")
    file = page.request.get(f"/branches/{branch}/records/{record}/pdf/")
    assert file.body().startswith(b"%PDF")

    # Sign, at once after a last sentence: it is stored first.
    tab_to(page, page.get_by_label("讲了什么"))
    page.keyboard.press("Control+End")
    page.keyboard.insert_text("当堂练习。")
    tab_to(page, page.get_by_label("签字日期"))
    today = page.evaluate(
        "new Intl.DateTimeFormat('sv-SE', {timeZone: 'Asia/Shanghai'}).format(new Date())"
    )
    page.keyboard.insert_text(today)
    press(page, "button", "已经签字，锁好")
    until(lambda: "签过字，锁好了" in page.inner_text("main"), "the record is locked")
    looks_good(page)

    # Correct: without a reason it says so at the field, and keeps what was typed.
    press(page, "link", "更正")
    looks_good(page)
    tab_to(page, page.get_by_label("讲了什么"))
    page.keyboard.press("Control+End")
    page.keyboard.insert_text("还讲了收笔。")
    page.keyboard.press("Tab")
    tab_to(page, page.locator("main form .button--main"))
    page.keyboard.press("Enter")
    until(lambda: "请写明更正的原因" in page.inner_text("main"), "the reason is asked for")
    assert page.get_by_label("讲了什么").input_value() == "讲了横画的起笔。当堂练习。还讲了收笔。"
    tab_to(page, page.get_by_label("为什么更正"))
    page.keyboard.insert_text("漏写了")
    tab_to(page, page.locator("main form .button--main"))
    page.keyboard.press("Enter")
    until(lambda: "第 2 版" in page.inner_text("main"), "there is a second version")
    assert server.python(VERSIONS) == [
        ["讲了横画的起笔。当堂练习。", "赵建国", ""],
        ["讲了横画的起笔。当堂练习。还讲了收笔。", "赵建国", "漏写了"],
    ]


def test_an_activity_is_written_down_ticked_and_its_record_drafted(server, school, page):
    branch, _record = school
    be(page, server, PHONE)
    page.goto(f"/branches/{branch}/activities/")
    looks_good(page)
    page.get_by_role("link", name="安排一次活动").click()
    looks_good(page)
    yesterday = page.evaluate(
        "new Intl.DateTimeFormat('sv-SE', {timeZone: 'Asia/Shanghai'})"
        ".format(new Date(Date.now() - 86400000))"
    )
    page.get_by_label("什么活动").select_option(label="主题党日")
    page.get_by_label("主题", exact=True).fill("参观纪念馆")
    page.get_by_label("哪一天").fill(yesterday)
    page.get_by_label("几点开始").fill("14:00")
    page.get_by_label("几点结束").fill("15:30")
    page.get_by_label("地点").fill("纪念馆")
    page.get_by_label("主持").select_option(label="赵建国")
    page.get_by_role("button", name="存好").click()
    looks_good(page)
    page.get_by_role("link", name="写谁到了").click()
    looks_good(page)
    for name in ("赵建国", "王秀兰"):
        page.get_by_role("checkbox", name=name).check()
    # What does not fit is not in the way.
    assert page.get_by_label("怎样参加").count() == 3
    assert page.get_by_label("怎样参加").locator("visible=true").count() == 2
    page.get_by_label("没来的原因").locator("visible=true").fill("走亲戚")
    page.get_by_role("button", name="写好了，记上学时").click()
    until(lambda: "学时记上了" in page.inner_text("body"), "the activity is closed")
    assert server.python(LINES) == [["王秀兰", 90], ["赵建国", 90]]

    page.get_by_role("link", name="去补充学习记录").click()
    looks_good(page)
    text = page.inner_text("#record")
    for words in ("主题党日", "参观纪念馆", "3 人", "2 人", "李国强（走亲戚）"):
        assert words in text
