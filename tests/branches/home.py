"""Study at home for tests: something to read, an order, a pack."""

from uuid import uuid4

from branches.home_study import orders, packing
from branches.models import StudyOrder
from courses.models import LessonPage
from tests import factories
from tests.branches.school import NINE, numbers

TEXT = "<h3>起笔</h3><p>先按后<b>提</b>，不要急。</p><ul><li>坐正</li><li>提肘</li></ul>"


def lesson(title="第一讲 横画", *, at=None, text=TEXT, course="行书入门", **fields):
    page = LessonPage(
        title=title, slug=f"lesson-{next(numbers)}", number=next(numbers) % 1000, **fields
    )
    page.body = [("text", text)]
    facts = {"organisation": at} if at else {}
    factories.course(course, **facts).add_child(instance=page)
    return page


def order(person, *pages, by, now=NINE, **facts):
    return orders.order(
        **{
            "key": uuid4(),
            "person": person,
            "pages": [page.pk for page in pages],
            "way": StudyOrder.Way.PAPER,
            "letters": StudyOrder.Letters.LARGE,
            "with_sound": True,
            "street": "文化路",
            "address": "3 号楼 401",
            "by": by,
            "now": now,
        }
        | facts
    )


def pack(person, *pages, by, now=NINE, **facts):
    return packing.pack(order=order(person, *pages, by=by, now=now, **facts), by=by, now=now)
