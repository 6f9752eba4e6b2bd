from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from cms import queries
from courses.models import LessonPage
from tests import factories
from tests.cms.pages import article

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 9, 9, 1, 0, tzinfo=UTC)
BRUSH = "一位老学员的书法十年"
FRAUD = "防诈骗，记住三句话"
AUTUMN = "秋天怎样过得舒服"


@pytest.fixture
def articles():
    article(BRUSH, text="<p>他把手机立在米缸上，对着老师的手看。</p>", author="林静")
    article(FRAUD, text="<p>先放下电话。写字班的同学也来听。</p>")
    article(AUTUMN, text="<p>早晚添衣，打八段锦。</p>")


def titles(query):
    return {page.title for page in queries.found(query, now=NOW).pages}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("书法", {BRUSH}),
        ("法十年", {BRUSH}),
        ("骗", {FRAUD}),
        ("八段锦", {AUTUMN}),
        ("段锦", {AUTUMN}),
        ("怎样在手机上看", {BRUSH}),
        ("林静", {BRUSH}),
        ("shufa", {BRUSH}),
        ("shu fa", {BRUSH}),
        ("shufas", {BRUSH}),
        ("fangzhapian", {FRAUD}),
        ("fzp", {FRAUD}),
        ("书法 shinian", {BRUSH}),
        ("秋天　舒服", {AUTUMN}),
        ("航天飞机", set()),
        ("zzzz", set()),
    ],
    ids=[
        "word",
        "part of two words",
        "one character",
        "three characters",
        "end of a word",
        "a question",
        "author",
        "pinyin",
        "pinyin in syllables",
        "pinyin begun",
        "pinyin from the start",
        "initials",
        "both",
        "wide space",
        "not there",
        "nonsense",
    ],
)
def test_articles_are_found_by_what_people_type(articles, query, found):
    assert titles(query) == found


def test_with_no_page_that_has_all_words_those_with_some_are_shown_and_said_so(articles):
    found = queries.found("书法 航天飞机", now=NOW)

    assert not found.is_exact
    assert [page.title for page in found.pages] == [BRUSH]


def test_who_is_called_so_comes_before_who_mentions_it():
    article("杂记", text="<p>" + "养生、养生、养生。" * 20 + "</p>")
    article("养生", text="<p>一。</p>")

    assert [page.title for page in queries.found("养生", now=NOW).pages] == ["养生", "杂记"]


def test_a_draft_is_not_found(articles):
    article("书法草稿").unpublish()

    assert titles("草稿") == set()


def test_a_text_that_changed_is_found_by_its_new_words(articles):
    page = article("旧题目")
    page.title = "新雨后"
    page.save_revision().publish()

    assert titles("新雨") == {"新雨后"}
    assert titles("旧题目") == set()


@pytest.mark.parametrize(
    "query", ["行书", "书入", "沈文清", "shenwenqing", "swq", "书法", "shufa", "sf"]
)
def test_classes_are_found_by_name_teacher_and_subject(query):
    group = factories.class_group(term=factories.term(now=NOW))

    assert queries.found(query, now=NOW).classes == [group]


def test_courses_and_lessons_are_found_by_parts_of_their_words():
    course = factories.course("写意花鸟")
    lesson = LessonPage(title="画一只麻雀", slug="sparrow", number=1)
    course.add_child(instance=lesson)

    assert titles("花鸟") == {"写意花鸟"}
    assert titles("麻雀") == {"画一只麻雀"}
    assert titles("maque") == {"画一只麻雀"}


def test_a_class_of_a_past_term_is_not_found():
    factories.class_group(term=factories.term(now=NOW - timedelta(days=400)))

    assert queries.found("行书", now=NOW).classes == []


@pytest.mark.parametrize(
    "query",
    [
        "'",
        '"',
        "%",
        "\\",
        "*",
        "书*",
        '书"法',
        "NEAR(书 法)",
        "书法 AND",
        "NOT 书",
        "-书法",
        "{书法}",
        "书:法",
        "&|!<->",
        "😀",
        "\x00",
        "\ufffd",
        "书" * 10_000,
        "' OR 1=1 --",
    ],
)
def test_any_input_gets_an_answer(client, articles, query):
    response = client.get(reverse("cms:search"), {"q": query})

    assert response.status_code == 200


def test_the_page_says_what_was_found(client, articles):
    page = client.get(reverse("cms:search"), {"q": "书法"}).content.decode()

    assert "找到 1 条" in page
    assert BRUSH in page
    assert 'value="书法"' in page


def test_nothing_found_says_what_to_do_now(client, articles):
    page = client.get(reverse("cms:search"), {"q": "航天飞机"}).content.decode()

    assert "没有找到“航天飞机”" in page
    assert "可以少写几个字" in page


def test_an_empty_question_shows_the_box_alone(client):
    page = client.get(reverse("cms:search")).content.decode()

    assert 'role="search"' in page
    assert "没有找到" not in page
