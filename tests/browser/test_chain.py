"""The whole chain in real browsers: from a seat to a study line, on real video."""

import io
import time

import openpyxl
import pytest

from live.attendance import BEAT_EVERY
from tests.browser.steps import end_class, log_in, sees_pictures, until, watch

pytestmark = [pytest.mark.browser, pytest.mark.journey]

SCHOOL = """
from datetime import date, timedelta
from django.utils import timezone
from branches.models import Branch, BranchMembership, BranchOffice, HoursRule
from courses.models import ClassGroup
from tests import factories

now = timezone.now()
unit = factories.organisation("青岚市")
HoursRule.objects.create(organisation=unit, version="2026-1", valid_from=date(2026, 1, 1))
teacher = factories.person("沈文清", born_on=date(1980, 5, 1), phone="13800000101", kind="staff")
wang = factories.person("王秀兰", phone="13800000102")
li = factories.person("李国强", sex="m", phone="13800000103")
secretary = factories.person("赵建国", sex="m", phone="13800000104")
branch = Branch.add_root(name="离退休第三党支部", organisation=unit)
for member in (wang, li, secretary):
    BranchMembership.objects.create(
        branch=branch, person=member, kind="home", starts_on=date(2020, 1, 1)
    )
BranchOffice.objects.create(
    branch=branch, person=secretary, office="secretary", starts_on=date(2024, 1, 1)
)
group = factories.class_group(
    name="行书入门", course=factories.course(organisation=unit), teacher=teacher, mode="online"
)
factories.seat(group, li, now=now - timedelta(days=1))
session = factories.session(group, starts_at=now, minutes=90)
answer = {"group": group.pk, "session": session.pk, "branch": branch.pk}
"""

# A class of forty seconds has no study hours: what happened so far happened longer ago.
LONG_AGO = """
from datetime import timedelta
from django.db.models import F
from courses.models import ClassSession
from live.models import Classroom, Visit
ago = timedelta(minutes=80)
session = ClassSession.objects.get(pk={session})
ClassSession.objects.filter(pk=session.pk).update(starts_at=F("starts_at") - ago)
Classroom.objects.filter(session=session).update(started_at=F("started_at") - ago)
first = Visit.objects.filter(person__name="王秀兰").order_by("pk")[0]
Visit.objects.filter(pk=first.pk).update(entered_at=F("entered_at") - ago)
"""

ATTENDANCE = """
from live.models import Attendance
answer = {row.person.name: row.seconds for row in Attendance.objects.select_related("person")}
"""

LEDGER = """
from branches.models import StudyEntry
answer = [
    [line.person.name, line.branch.name, line.minutes, float(line.credit_hours), line.mode]
    for line in StudyEntry.objects.select_related("person", "branch").order_by("person__pinyin")
]
"""


def test_from_a_seat_to_a_study_line(server, launch, open_page, real_clip):
    pictures, sound = real_clip
    school = server.python(SCHOOL)
    room = f"{server.url}/sessions/{school['session']}/"
    film = launch(video=pictures, sound=sound)
    teacher = open_page(of=film)
    wang, li = open_page(viewport={"width": 390, "height": 844}), open_page()

    # A learner registers online.
    log_in(wang, server, "13800000102")
    wang.goto(f"{server.url}/classes/{school['group']}/")
    wang.get_by_role("button", name="报名").first.click()
    wang.wait_for_load_state()
    assert "报上了" in wang.inner_text("main") or "有座位" in wang.inner_text("main")

    # She waits in the room; the teacher begins; her page turns by itself.
    wang.goto(room)
    assert "候课室" in wang.inner_text("class-room")
    wang.get_by_role("button", name="放一段声音").click()
    log_in(teacher, server, "13800000101")
    teacher.goto(f"{room}console/")
    teacher.get_by_role("button", name="开始上课").click()
    began = time.monotonic()
    sees_pictures(wang, "王秀兰")
    seen = watch(wang)
    assert seen["frames"] >= 10
    assert seen["loudest"] > 0.001
    assert (seen["width"], seen["muted"]) == (1280, False)

    # The other comes late, raises a hand, asks, drops out and comes back.
    log_in(li, server, "13800000103")
    li.goto(room)
    came = time.monotonic()
    sees_pictures(li, "李国强")
    li.get_by_role("button", name="举手").click()
    until(lambda: "李国强" in teacher.inner_text("[data-here]"), "the teacher sees the hand")
    li.get_by_role("button", name="提问").click()
    li.get_by_label("想问什么，写在这里").fill("墨太淡是水多了吗？")
    li.get_by_role("button", name="发给老师").click()
    for page in (teacher, wang, li):
        until(lambda p=page: "墨太淡是水多了吗？" in p.inner_text("message-list"), "all read it")
    li.context.set_offline(True)
    until(lambda: "正在自动接上" in li.inner_text("class-room"), "the page says what happened")
    time.sleep(3)
    li.context.set_offline(False)
    until(lambda: "正在自动接上" not in li.inner_text("class-room"), "the page is back")
    sees_pictures(li, "李国强, back again,")
    assert watch(li)["loudest"] > 0.001

    # The class closes: minutes are right to one beat.
    server.python(LONG_AGO.format(**school))
    end_class(teacher)
    ended = time.monotonic()
    until(lambda: "下课了" in wang.inner_text("class-room"), "the learner reads that it is over")
    until(lambda: "已经结束" in teacher.inner_text("main"), "the teacher reads that it is over")
    attended = server.python(ATTENDANCE)
    beat = BEAT_EVERY.total_seconds()
    assert attended["王秀兰"] == pytest.approx(80 * 60 + ended - began, abs=beat)
    assert attended["李国强"] == pytest.approx(ended - came, abs=beat)

    # A line stands in the ledger of the branch, in its page and in its Excel file.
    minutes = (attended["王秀兰"] + 30) // 60
    hours = minutes / 45 // 0.5 * 0.5
    assert server.python(LEDGER) == [["王秀兰", "离退休第三党支部", minutes, hours, "live"]]
    secretary = open_page()
    log_in(secretary, server, "13800000104")
    secretary.goto(f"{server.url}/branches/{school['branch']}/ledger/")
    row = secretary.locator("table tr", has_text="王秀兰")
    assert str(minutes) in row.inner_text()
    assert f"{hours:.1f}" in row.inner_text()
    with secretary.expect_download() as download:
        secretary.get_by_role("link", name="Excel").first.click()
    book = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes()))
    cells = [list(line) for line in book.active.iter_rows(values_only=True)]
    line = next(line for line in cells if "王秀兰" in line)
    assert minutes in line
    assert hours in [float(cell) for cell in line if isinstance(cell, int | float)]

    # The replay plays, and the learner sees what was counted.
    wang.goto(f"{room}replay/")
    wang.get_by_role("button", name="开始看").click()
    sees_pictures(wang, "王秀兰, once more,")
    wang.goto(f"{server.url}/my/learning/")
    assert "行书入门" in wang.inner_text("main")
    assert str(minutes) in wang.inner_text("main")
