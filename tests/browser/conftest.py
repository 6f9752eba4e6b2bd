"""A meeting that can be taught at once, its teacher on real film, and a learner of it."""

import pytest

from tests.browser.steps import be
from tests.browser.test_chain import SCHOOL

# The meeting began a while ago, so that a page is not asked to wait.
MEETING = """
from django.utils import timezone
from courses.models import ClassGroup
from tests import factories
session = factories.session(ClassGroup.objects.get(), starts_at=timezone.now())
answer = {'session': session.pk}
"""


@pytest.fixture
def school(server):
    exists = "from courses.models import ClassGroup\nanswer = ClassGroup.objects.exists()"
    return server.python(MEETING if server.python(exists) else SCHOOL)


@pytest.fixture
def room(server, school):
    return f"{server.url}/sessions/{school['session']}/"


@pytest.fixture
def teacher(server, room, open_page, launch, real_clip):
    """A teacher who teaches, on real film."""
    pictures, sound = real_clip
    page = open_page(of=launch(video=pictures, sound=sound))
    be(page, server, "13800000101")
    page.goto(f"{room}console/")
    page.get_by_role("button", name="开始上课").click()
    return page


@pytest.fixture
def learner(server, room, open_page):
    def enter(query="", width=390, height=844):
        page = open_page(viewport={"width": width, "height": height})
        be(page, server, "13800000103")
        page.goto(room + query)
        return page

    return enter
