from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import services as accounts
from accounts.models import RoleGrant
from common.doors import WorkDoor, doors_asked_for
from courses.models import ClassGroup, Term
from live import services as live
from tests import factories
from tests.cms.pages import article, draws_renditions, picture

pytestmark = [pytest.mark.django_db, draws_renditions]

Role = RoleGrant.Role
# Wednesday 9 September 2026, 9:00 in Shanghai.
NOW = datetime(2026, 9, 9, 1, 0, tzinfo=UTC)
# Five of each are Wagtail's, finding the page and asking who may see it.
HOME_QUERIES = 20
LIST_QUERIES = 10


@pytest.fixture
def clock(time_machine):
    time_machine.move_to(NOW, tick=False)
    return time_machine


@pytest.fixture
def learner(clock):
    factories.term(now=NOW)
    return factories.person("王秀兰")


def text(response):
    return response.content.decode()


def home(client, person=None):
    if person:
        client.force_login(getattr(person, "login", None) or factories.login(person))
    return text(client.get("/"))


def main_buttons(page):
    return page.count("button--main")


# The front page


def test_a_visitor_reads_what_this_is_and_where_to_log_in(client, clock):
    page = home(client)

    assert "在家上老年大学" in page
    assert f'href="{reverse("account_login")}"' in page
    assert main_buttons(page) == 1
    assert "上午好" not in page


def test_a_visitor_reads_that_registration_is_open(client, clock):
    term = factories.term(now=NOW)
    factories.class_group(term=term)

    page = home(client)

    assert f"{term}正在报名" in page
    assert "9月14日 星期一 上午9点" in page
    assert "1 个班有空位" in page


@pytest.mark.parametrize(
    ("change", "note"),
    [
        ({}, "1 个班有空位"),
        ({"seats_taken": 20}, "班都满了，可以候补"),
        ({"cancelled_at": NOW}, "班都满了，可以候补"),
    ],
    ids=["free", "full", "cancelled"],
)
def test_the_tile_says_how_many_classes_have_a_seat_left(client, clock, change, note):
    factories.class_group(term=factories.term(now=NOW), **change)

    assert note in home(client)


def test_the_tile_says_when_nobody_can_register(client, clock):
    factories.class_group(term=factories.term(now=NOW, open_round=False))

    page = home(client)

    assert "现在不在报名的日子" in page
    assert "正在报名" not in page


def test_a_learner_is_greeted_and_finds_todays_class_behind_one_button(client, learner):
    group = factories.class_group()
    factories.seat(group, learner, now=NOW)
    session = factories.session(group, starts_at=NOW + timedelta(minutes=10), title="横画")

    page = home(client, learner)

    assert "王秀兰，上午好" in page
    assert "9月9日 星期三" in page
    assert "《横画》" in page
    assert "已开门" in page
    assert '上午9点10分</strong><span class="keep">到10点40分' in page
    assert f'href="{reverse("live:room", args=[session.pk])}">进教室上课' in page
    assert main_buttons(page) == 1


def test_before_the_door_opens_the_page_says_when_and_has_no_button_that_fails(client, learner):
    group = factories.class_group()
    factories.seat(group, learner, now=NOW)
    factories.session(group, starts_at=NOW + timedelta(hours=5))

    page = home(client, learner)

    assert "下午1点45分</span> 开门" in page
    assert main_buttons(page) == 0


def test_a_class_on_site_names_the_place_instead_of_a_room_in_the_air(client, learner):
    group = factories.class_group(mode=ClassGroup.Mode.ON_SITE, room="301 教室")
    factories.seat(group, learner, now=NOW)
    factories.session(group, starts_at=NOW)

    page = home(client, learner)

    assert "301 教室" in page
    assert "进教室上课" not in page


def test_a_class_that_is_over_leads_to_its_replay(client, learner):
    group = factories.class_group()
    factories.seat(group, learner, now=NOW - timedelta(days=1))
    session = factories.session(group, starts_at=NOW - timedelta(hours=3))
    room = live.open_room(session=session)
    live.begin(classroom=room, now=session.starts_at)
    live.end(classroom=room, now=session.ends_at)

    page = home(client, learner)

    assert "今天的课上完了" in page
    assert reverse("live:replay", args=[session.pk]) in page


def test_on_a_day_without_class_the_next_one_is_named(client, learner):
    group = factories.class_group()
    factories.seat(group, learner, now=NOW)
    factories.session(group, starts_at=NOW + timedelta(days=2))

    page = home(client, learner)

    assert "今天没有课" in page
    assert "9月11日 星期五 上午9点" in page


def test_whoever_has_no_class_is_shown_the_catalogue(client, learner):
    page = home(client, learner)

    assert "您还没有课" in page
    assert 'href="/courses/">去报名选课' in page
    assert main_buttons(page) == 1


def test_somebody_elses_class_is_not_shown(client, learner):
    group = factories.class_group(name="写意花鸟")
    factories.seat(group, factories.person("李国强", sex="m"), now=NOW)
    factories.session(group, starts_at=NOW)

    assert "写意花鸟" not in home(client, learner)


def test_a_teacher_finds_the_class_to_teach(client, clock):
    group = factories.class_group()
    session = factories.session(group, starts_at=NOW)

    page = home(client, group.teacher)

    assert "您讲的课" in page
    assert f'href="{reverse("live:console", args=[session.pk])}">去讲课' in page
    assert main_buttons(page) == 1


def test_who_acts_for_a_teacher_is_not_asked_to_teach(client, clock):
    group = factories.class_group()
    factories.session(group, starts_at=NOW)
    agent = factories.login()
    accounts.allow_proxy(person=group.teacher, agent=agent, relation="staff")
    client.force_login(agent)
    client.post(reverse("accounts:act_for"), {"person": group.teacher.pk})

    page = home(client)

    assert "沈文清的课" in page
    assert "去讲课" not in page


@pytest.mark.parametrize(
    ("role", "doors"),
    [
        (None, set()),
        (Role.TEACHER, {"我要讲的课"}),
        (Role.EDITOR, {"编辑网站"}),
        (Role.REVIEWER, {"编辑网站"}),
        (Role.BUREAU, set()),
    ],
)
def test_staff_find_the_doors_to_their_work(client, clock, role, doors):
    person = factories.person("许文")
    if role:
        accounts.grant_role(person=person, role=role, organisation=person.organisation)

    page = home(client, person)

    assert {name for name in ("我要讲的课", "编辑网站", "后台") if name in page} == doors


def test_staff_without_a_class_find_their_work_first(client, clock):
    person = factories.person("许文")
    accounts.grant_role(person=person, role=Role.EDITOR, organisation=person.organisation)

    page = home(client, person)

    assert page.index("编辑网站") < page.index("报名选课")
    assert "您还没有课" not in page


def test_who_acts_for_staff_sees_no_doors_to_their_work(client, clock):
    person = factories.person("许文")
    accounts.grant_role(person=person, role=Role.EDITOR, organisation=person.organisation)
    agent = factories.login()
    accounts.allow_proxy(person=person, agent=agent, relation="child")
    client.force_login(agent)
    client.post(reverse("accounts:act_for"), {"person": person.pk})

    assert "编辑网站" not in home(client)


def test_other_apps_open_doors_of_their_own(client, clock):
    person = factories.person("赵建国", sex="m")

    def answer(sender, user, **kwargs):
        return [WorkDoor("/branches/", "book", "学习台账")] if user.person == person else None

    doors_asked_for.connect(answer)
    try:
        assert 'href="/branches/"' in home(client, person)
        assert 'href="/branches/"' not in home(client, factories.person("王秀兰"))
    finally:
        doors_asked_for.disconnect(answer)


def test_who_has_logged_in_without_a_file_is_asked_who_they_are(client, clock):
    client.force_login(factories.login())

    page = home(client)

    assert f'href="{reverse("accounts:welcome")}"' in page
    assert main_buttons(page) == 1


@pytest.mark.parametrize("many", [1, 3])
def test_the_front_page_costs_the_same_queries_however_much_it_shows(client, learner, many):
    for number in range(many):
        group = factories.class_group(name=f"第{number}班", term=Term.objects.get())
        factories.seat(group, factories.person(f"学员{number}"), now=NOW)
        factories.seat(group, learner, now=NOW) if number < 2 else None
        factories.session(group, starts_at=NOW + timedelta(hours=number))
        factories.session(group, starts_at=NOW + timedelta(days=number + 1))
        article(f"文章{number}", picture=picture())
    client.force_login(factories.login(learner))
    client.get("/")

    with CaptureQueriesContext(connection) as queries:
        client.get("/")

    assert len(queries) == HOME_QUERIES, "\n".join(query["sql"] for query in queries)


# Articles


@pytest.mark.parametrize("many", [1, 3])
def test_the_list_of_articles_costs_the_same_queries_however_long(client, clock, many):
    for number in range(many):
        article(f"文章{number}", picture=picture())
    client.get("/articles/")

    with CaptureQueriesContext(connection) as queries:
        page = text(client.get("/articles/"))

    assert page.count('class="readings__row"') == many
    assert len(queries) == LIST_QUERIES, "\n".join(query["sql"] for query in queries)


def test_the_newest_article_stands_first(client, clock):
    article("上月的", published_on=date(2026, 8, 1))
    article("昨天的", published_on=date(2026, 9, 8))
    article("同一天后写的", published_on=date(2026, 9, 8))

    page = text(client.get("/articles/"))

    assert page.index("同一天后写的") < page.index("昨天的") < page.index("上月的")


def test_a_draft_is_shown_nowhere(client, clock):
    draft = article("还没写完")
    draft.unpublish()

    assert "还没写完" not in text(client.get("/articles/")) + text(client.get("/"))
    assert client.get(draft.url).status_code == 404


def test_the_tile_counts_the_articles_of_the_last_two_weeks(client, clock):
    article("新的", published_on=date(2026, 8, 27))
    article("旧的", published_on=date(2026, 8, 26))

    assert "新文章 1 篇" in home(client)


def test_articles_are_turned_over_ten_at_a_time(client, clock):
    for number in range(11):
        article(f"文章{number}")

    first, second = (text(client.get(f"/articles/?page={page}")) for page in (1, 2))

    assert first.count('class="readings__row"') == 10
    assert second.count('class="readings__row"') == 1
    assert text(client.get("/articles/?page=nonsense")).count('class="readings__row"') == 10


def test_an_article_leads_to_its_neighbours(client, clock):
    older = article("早一篇", published_on=date(2026, 9, 1))
    middle = article("中间", published_on=date(2026, 9, 2))
    newer = article("晚一篇", published_on=date(2026, 9, 3))

    page = text(client.get(middle.url))

    assert f'href="{newer.url}" rel="prev"' in page
    assert f'href="{older.url}" rel="next"' in page
    assert 'rel="prev"' not in text(client.get(newer.url))
    assert 'rel="next"' not in text(client.get(older.url))


def test_a_picture_is_described_where_it_is_shown_and_silent_in_a_list(client, clock):
    page = article(picture=picture("一座石桥"))

    assert 'alt="一座石桥"' in text(client.get(page.url))
    assert 'alt=""' in text(client.get("/articles/"))
    assert "一座石桥" not in text(client.get("/articles/"))


def test_an_article_can_be_read_aloud(client, clock):
    page = text(client.get(article().url))

    assert '<read-aloud of="article"' in page
    assert '<article id="article">' in page


@pytest.mark.parametrize("field", ["title", "summary", "author"])
def test_a_script_in_an_article_is_shown_as_text(client, clock, field):
    bad = article(**{field: "<script>alert(1)</script>"})

    for address in (bad.url, "/articles/", "/", "/search/?q=alert"):
        assert "<script>alert" not in text(client.get(address))


def test_a_script_in_the_text_of_an_article_does_not_run(client, clock):
    bad = article(text='<p onclick="alert(1)">字</p><a href="javascript:alert(1)">点</a>')

    page = text(client.get(bad.url))

    assert "字" in page
