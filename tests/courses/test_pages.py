import re

import pytest
from asgiref.sync import sync_to_async
from django.core.files.base import ContentFile
from django.utils import timezone
from wagtail.documents.models import Document
from wagtail.models import PageViewRestriction

from accounts.models import TeachingPoint
from courses import planning
from courses.models import LessonFile, LessonPage, RegistrationRound
from tests import factories

pytestmark = pytest.mark.django_db


def words(response):
    main = response.content.decode().split("<main", 1)[1].split("</main>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))


def titles(response):
    return re.findall(r'class-card__title"><a[^>]*>([^<]+)</a>', response.content.decode())


def make_classes(*names, **facts):
    for name in names:
        class_group = factories.class_group(name=name, **facts)
        planning.save_class(class_group=class_group)


@pytest.fixture
def catalogue():
    return factories.course().get_parent().url


# The catalogue


def test_the_catalogue_lists_classes_in_the_words_of_a_timetable(client, catalogue):
    make_classes("行书入门", weekday=2, fee=180, capacity=1)
    make_classes("合唱", weekday=3, fee=0)
    response = client.get(catalogue)
    assert titles(response) == ["行书入门", "合唱"]
    said = words(response)
    for each in ("共 2 个班。", "每周三 上午9点到10点半", "学费 180 元", "不收费", "在家看直播"):
        assert each in said


def test_the_round_that_is_open_is_announced(client, catalogue):
    term = factories.term(max_classes=2)
    make_classes("行书", term=term)
    assert f"{term.name}正在报名，到" in words(client.get(catalogue))
    RegistrationRound.objects.update(
        opens_at=timezone.now() + timezone.timedelta(days=1),
        closes_at=timezone.now() + timezone.timedelta(days=2),
    )
    assert "开始报名 现在可以先看看" in words(client.get(catalogue))
    RegistrationRound.objects.update(
        opens_at=timezone.now() - timezone.timedelta(days=2),
        closes_at=timezone.now() - timezone.timedelta(days=1),
    )
    assert f"{term.name}的报名已经结束" in words(client.get(catalogue))
    RegistrationRound.objects.all().delete()
    assert f"{term.name}哪天开始报名还没有定" in words(client.get(catalogue))


def test_a_full_class_says_how_many_wait_and_ones_own_places_are_marked(client, catalogue):
    make_classes("行书", "国画", capacity=1, term=factories.term())
    brush, painting = (factories.ClassGroup.objects.get(name=name) for name in ("行书", "国画"))
    me = factories.person("王秀兰")
    factories.seat(brush, me)
    factories.seat(painting, factories.person("李国强"))
    factories.seat(painting, me)
    assert "1 人在候补" in words(client.get(catalogue))
    client.force_login(factories.login(me))
    said = words(client.get(catalogue))
    assert "您已报上" in said
    assert "您是候补 1 号" in said


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        pytest.param("?subject=calligraphy", ["行书", "合唱"], id="subject"),
        pytest.param("?subject=dance", [], id="an empty subject"),
        pytest.param("?weekday=3", ["合唱"], id="weekday"),
        pytest.param("?text=xingshu", ["行书"], id="pinyin"),
        pytest.param("?place=home", ["行书"], id="at home"),
        pytest.param("?subject=x&weekday=9&place=999&text=", ["行书", "合唱"], id="nonsense"),
        pytest.param("?weekday=9&text=合唱", ["合唱"], id="some nonsense"),
        pytest.param("?page=99", ["行书", "合唱"], id="a page that is not there"),
    ],
)
def test_the_catalogue_is_cut_by_its_address(client, catalogue, asked, found):
    make_classes("行书", weekday=2)
    make_classes("合唱", weekday=3, mode="on_site")
    response = client.get(catalogue + asked)
    assert titles(response) == found
    assert ("没有这样的班" in words(response)) == (not found)


def test_a_subject_keeps_what_else_was_asked_and_everything_forgets_only_the_subject(
    client, catalogue
):
    shown = client.get(f"{catalogue}?weekday=2&page=3&subject=dance").content.decode()
    assert f'href="{catalogue}?weekday=2&amp;subject=singing"' in shown
    assert re.search(rf'href="{catalogue}\?weekday=2"[^>]*>全部', shown)


def test_an_empty_school_says_what_will_be_there(client, catalogue):
    assert "新学期的班还没有排好" in words(client.get(catalogue))


def test_a_long_catalogue_has_pages(client, catalogue):
    make_classes(*[f"行书{number}" for number in range(10)], term=factories.term())
    assert "共 10 个班，下面是 1 到 8。" in words(client.get(catalogue))
    second = client.get(f"{catalogue}?page=2")
    assert "共 10 个班，下面是 9 到 10。" in words(second)
    assert len(titles(second)) == 2


def test_the_catalogue_asks_the_database_the_same_for_one_class_and_for_three(
    client, catalogue, django_assert_num_queries
):
    term = factories.term()
    client.force_login(factories.login(factories.person()))
    point = TeachingPoint.objects.create(
        organisation=factories.organisation(), name="石桥社区", address="二楼"
    )
    make_classes("行书", term=term, teaching_point=point)
    client.get(catalogue)
    for more in ((), ("国画", "合唱")):
        make_classes(*more, term=term, teaching_point=point)
        with django_assert_num_queries(15):
            client.get(catalogue)


# A course and its lessons


@pytest.fixture
def course():
    return factories.course("行书入门", bring="毛笔一支")


def add_lesson(course, number, **facts):
    page = LessonPage(title=f"第{number}讲的题目", slug=f"lesson-{number}", number=number, **facts)
    return course.add_child(instance=page)


def test_a_course_says_what_is_taught_its_classes_and_lessons(client, course):
    make_classes("行书一班", course=course)
    make_classes("合唱", course=factories.course("合唱"))
    add_lesson(course, 1)
    response = client.get(course.url)
    assert titles(response) == ["行书一班"]
    for each in ("行书入门", "从横竖撇捺开始。", "要准备：毛笔一支", "第 1 讲 第1讲的题目"):
        assert each in words(response)


def test_a_course_without_classes_or_lessons_says_what_to_do(client, course):
    said = words(client.get(course.url))
    assert "这学期没有开班" in said
    assert "课件还没有放上来" in said


def test_lessons_lead_to_their_neighbours(client, course):
    first, second, third = (add_lesson(course, number) for number in (1, 2, 3))
    third.unpublish()
    said = client.get(first.url).content.decode()
    assert f'href="{second.url}" rel="next"' in said
    assert 'rel="prev"' not in said
    said = client.get(second.url).content.decode()
    assert f'href="{first.url}" rel="prev"' in said
    assert 'rel="next"' not in said


def make_document(name, content=b"0123456789"):
    document = Document(title=name)
    document.file.save(name, ContentFile(content), save=False)
    document.file_size = len(content)
    document.save()
    return document


def test_a_lesson_shows_text_film_with_its_source_and_files(client, course):
    lesson = add_lesson(
        course,
        1,
        body=[("text", "<p>两脚踏实。</p>")],
        clip=make_document("film.mp4"),
        clip_credit="CC BY 3.0",
    )
    LessonFile.objects.create(lesson=lesson, document=make_document("steps.pdf"))
    response = client.get(lesson.url)
    for each in ("两脚踏实。", "出处：CC BY 3.0", "steps.pdf", "朗读"):
        assert each in words(response)
    assert f'src="/lessons/{lesson.pk}/clip/"' in response.content.decode()


def test_a_film_comes_in_the_piece_that_was_asked_for(client, course):
    lesson = add_lesson(course, 1, clip=make_document("film.mp4"))
    piece = client.get(f"/lessons/{lesson.pk}/clip/", headers={"Range": "bytes=2-4"})
    assert (piece.status_code, piece.content) == (206, b"234")
    assert piece["Content-Range"] == "bytes 2-4/10"
    outside = client.get(f"/lessons/{lesson.pk}/clip/", headers={"Range": "bytes=10-"})
    assert (outside.status_code, outside["Content-Range"]) == (416, "bytes */10")


async def test_a_film_comes_whole_to_who_asks_for_all_of_it(async_client):
    @sync_to_async
    def film():
        return add_lesson(factories.course(), 1, clip=make_document("film.mp4")).pk

    whole = await async_client.get(f"/lessons/{await film()}/clip/")
    assert (whole.status_code, whole["Content-Length"]) == (200, "10")
    assert b"".join([piece async for piece in whole.streaming_content]) == b"0123456789"


def test_a_film_is_not_found_without_one_unpublished_or_for_strangers(client, course):
    without = add_lesson(course, 1)
    lesson = add_lesson(course, 2, clip=make_document("film.mp4"))
    hidden = add_lesson(course, 3, clip=make_document("film.mp4"))
    hidden.unpublish()
    PageViewRestriction.objects.create(page=lesson, restriction_type="login")
    for pk in (without.pk, lesson.pk, hidden.pk, 9999):
        assert client.get(f"/lessons/{pk}/clip/").status_code == 404
    client.force_login(factories.login())
    piece = client.get(f"/lessons/{lesson.pk}/clip/", headers={"Range": "bytes=0-1"})
    assert piece.status_code == 206


def test_a_course_and_its_lessons_are_found_by_pinyin_and_parts_of_words(course):
    lesson = add_lesson(course, 1, body=[("text", "<p>提笔收锋</p>")])
    assert "xingshu" in course.search_words().split()
    assert {"横竖", "撇捺"} <= set(course.search_words().split())
    assert "收锋" in lesson.search_words().split()
