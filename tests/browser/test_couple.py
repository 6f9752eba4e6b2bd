"""A couple on one tablet: asked, agreed, ticked in the room, and both are recorded."""

import pytest

from tests.browser.steps import be, until
from tests.browser.test_chain import ATTENDANCE, LEDGER, SCHOOL

pytestmark = [pytest.mark.browser, pytest.mark.journey]

WIFE, HUSBAND = "13800000102", "13800000103"
TABLET, PHONE = {"width": 820, "height": 1180}, {"width": 390, "height": 844}

SEATED = """
from datetime import timedelta
from django.utils import timezone
from accounts.models import Person
from courses.models import ClassGroup
from tests import factories
group = ClassGroup.objects.get()
factories.seat(
    group, Person.objects.get(name="王秀兰"), now=timezone.now() - timedelta(days=1)
)
"""

# Of each open visit: whose it is, and when it was heard of.
HERE = """
from live.models import Visit
answer = sorted(
    Visit.objects.filter(is_over=False).values_list("person__name", flat=True).distinct()
)
"""

BEGIN = """
from live import services
from live.models import Classroom
services.begin(classroom=Classroom.objects.get())
"""

# A class of a few seconds has no study hours: what happened so far happened longer ago.
LONG_AGO = """
from datetime import timedelta
from django.db.models import F, Min
from courses.models import ClassSession
from live.models import Classroom, Visit
ago = timedelta(minutes=80)
ClassSession.objects.update(starts_at=F("starts_at") - ago)
Classroom.objects.update(started_at=F("started_at") - ago)
Visit.objects.filter(is_over=False).update(entered_at=F("entered_at") - ago)
"""

END = """
from live import services
from live.models import Classroom
services.end(classroom=Classroom.objects.get())
services.close(classroom=Classroom.objects.get())
"""


def test_a_couple_on_one_tablet_is_recorded_twice(server, open_page):
    school = server.python(SCHOOL)
    server.python(SEATED)
    wife, husband = open_page(viewport=TABLET), open_page(viewport=PHONE)
    be(wife, server, WIFE)
    be(husband, server, HUSBAND)

    # She asks by his number; he agrees on his own telephone.
    wife.goto(f"{server.url}/me/household/")
    wife.get_by_label("另一位的手机号").fill(HUSBAND)
    wife.get_by_role("button", name="发短信问他").click()
    assert "没有答复" in wife.inner_text("main")
    husband.goto(f"{server.url}/me/")
    husband.get_by_role("button", name="同意").click()
    assert "两个人都算到课" in husband.inner_text("main")

    # In the room she taps his name; a slip of the finger is taken back.
    room = f"{server.url}/sessions/{school['session']}/"
    wife.goto(room)
    assert "今天谁在一起听？" in wife.inner_text("class-room")
    until(lambda: server.python(HERE) == ["王秀兰"], "she is here")
    wife.get_by_label("李国强").click()
    until(lambda: server.python(HERE) == ["李国强", "王秀兰"], "both are here")
    wife.get_by_label("李国强").click()
    until(lambda: server.python(HERE) == ["王秀兰"], "he is gone")
    wife.get_by_label("李国强").click()
    until(lambda: server.python(HERE) == ["李国强", "王秀兰"], "he is back")

    # The class begins; the tablet comes back after a pause and knows who listened.
    server.python(BEGIN)
    server.python(LONG_AGO)
    wife.goto(f"{server.url}/")
    wife.goto(room)
    until(lambda: wife.get_by_label("李国强").is_checked(), "the tablet knows who listened")
    server.python(END)

    attended = server.python(ATTENDANCE)
    assert set(attended) == {"王秀兰", "李国强"}
    assert all(seconds == pytest.approx(80 * 60, abs=90) for seconds in attended.values())
    lines = server.python(LEDGER)
    assert {(line[0], line[4]) for line in lines} == {("王秀兰", "live"), ("李国强", "live")}
    wife.goto(f"{server.url}/my/learning/")
    assert "和李国强同机" in wife.inner_text("main")
