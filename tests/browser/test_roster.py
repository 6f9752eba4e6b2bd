"""A name list in a real browser: from the file to the report."""

import io

import openpyxl
import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.accounts.roster import school
from tests.browser.steps import be, until

pytestmark = [pytest.mark.browser, pytest.mark.journey]

SCHOOL = """
from tests.accounts.roster import school
school.county()
school.file("何彩兰", phone="13800000003")
user = school.registrar()
answer = user.phone
"""
FILES = """
from accounts.models import Person
files = Person.objects.exclude(kind="staff").order_by("pk")
answer = [[person.name, person.phone] for person in files]
"""
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def test_a_roster_from_upload_to_report(server, page):
    phone = server.python(SCHOOL)
    be(page, server, phone)
    source = school.book(
        school.row("何彩兰", phone="13800000001"),
        school.row("王秀兰"),
        school.row("李国强", unit="纺织厂"),
        school.row("", "1950-01-01"),
    )

    def looks_good():
        found = Axe().run(page).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []

    def has(words):
        return lambda: words in page.inner_text("main")

    def work():
        server.manage("db_worker", "--batch", "--no-startup-delay", "--no-reload", "-v", "0")

    # Upload.
    page.goto(f"{server.url}/roster/")
    looks_good()
    page.get_by_role("link", name="上传名册").click()
    looks_good()
    page.get_by_label("名册是哪个机构的").select_option(label="\u3000银杏区")
    page.get_by_label("名册文件").set_input_files(
        {"name": "退休人员.xlsx", "mimeType": EXCEL, "buffer": source}
    )
    page.get_by_role("button", name="上传并核对").click()
    until(has("正在读取"), "the page says that it reads")
    looks_good()

    # The page turns by itself when the columns are guessed.
    work()
    until(has("各列的意思是按标题猜的"), "the columns are asked for")
    looks_good()
    assert page.get_by_label("第 1 列 姓名").input_value() == "name"
    page.get_by_role("button", name="对，开始核对").click()
    work()
    until(has("现在什么都还没有写入"), "the preview")
    looks_good()
    assert server.python(FILES) == [["何彩兰", "13800000003"]]
    text = page.inner_text("main")
    assert "手机号：138****0003 → 138****0001" in text
    assert "没有找到“纺织厂”这个单位" in text
    page.get_by_role("link", name="需要审核 1").click()
    assert "李国强" in page.inner_text("tbody")
    assert "王秀兰" not in page.inner_text("tbody")

    # Write, and look at what became of it.
    page.get_by_role("button", name="写入 2 行").click()
    page.get_by_role("dialog").get_by_role("button", name="写入 2 行").click()
    until(has("正在写入"), "the page says that it writes")
    work()
    until(has("已写入 2 行"), "the roster is written")
    assert server.python(FILES) == [["何彩兰", "13800000001"], ["王秀兰", ""]]
    with page.expect_download() as coming:
        page.get_by_role("link", name="导出报告").click()
    report = openpyxl.load_workbook(io.BytesIO(coming.value.path().read_bytes())).active
    rows = [[cell.value for cell in cells] for cells in report.iter_rows(min_row=4)]
    assert [cells[-2] for cells in rows] == [
        "有变化，已写入",
        "新增，已写入",
        "需要审核",
        "不能写入",
    ]

    # Somebody says who the doubtful one is.
    page.get_by_role("link", name="去审核这些行").click()
    looks_good()
    page.get_by_role("link", name="办理 ：李国强").click()
    looks_good()
    page.get_by_text("是新人，建一份新档案").click()
    page.get_by_label("归到哪个单位").select_option(label="\u3000\u3000机械厂")
    page.get_by_role("button", name="就这样办").click()
    until(has("没有要审核的行"), "nothing is left to settle")
    assert ["李国强", ""] in server.python(FILES)
