import pytest
from django.test import Client
from django.utils import timezone

from accounts import services, sms
from accounts.acting import proxies
from accounts.demo import people
from accounts.models import Person, User
from tests import factories

pytestmark = pytest.mark.django_db

PHONE = "13800000001"
NEW_FILE = {"name": "王秀兰", "sex": "f", "year": "1954", "month": "3", "day": "12"}


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def own_client(name="王秀兰", phone=PHONE):
    person = factories.person(name, phone=phone)
    return client_of(factories.login(person)), person


def page(response):
    return response.content.decode()


def acted_for(client):
    """The name on top of the page: for whom it acts."""
    return client.get("/me/").context["acting"]


# The first login


def test_the_first_login_asks_whether_one_is_who_the_school_knows():
    factories.person("王秀兰", phone=PHONE)
    client = client_of(factories.login(phone=PHONE))
    assert "您是王秀兰吗？" in page(client.get("/me/welcome/"))


def test_a_couple_with_one_telephone_is_asked_which_of_them_it_is():
    husband = factories.person("陈志明", phone=PHONE)
    factories.person("刘淑英", phone=PHONE)
    user = factories.login(phone=PHONE)
    client = client_of(user)
    asked = page(client.get("/me/welcome/"))
    assert "您是哪一位？" in asked
    assert "我是陈志明" in asked
    assert "我是刘淑英" in asked
    response = client.post("/me/welcome/", {"person": husband.pk, "next": "/my/classes/"})
    assert response.url == "/my/classes/"
    user.refresh_from_db()
    assert user.person == husband


@pytest.mark.parametrize("chosen", ["of another", "9" * 40, "-1", "x", ""])
def test_a_file_of_somebody_else_cannot_be_chosen(chosen):
    stranger = factories.person("李国强", phone="13800000002")
    user = factories.login(phone=PHONE)
    chosen = stranger.pk if chosen == "of another" else chosen
    assert client_of(user).post("/me/welcome/", {"person": chosen}).status_code == 404
    user.refresh_from_db()
    assert user.person is None


def test_a_newcomer_opens_a_file_in_one_form():
    unit = factories.organisation("石桥社区")
    client = client_of(factories.login(phone=PHONE))
    response = client.post(
        "/me/welcome/", NEW_FILE | {"organisation": unit.pk, "next": "/courses/"}
    )
    assert response.url == "/courses/"
    person = User.objects.get().person
    assert (person.name, str(person.born_on), person.phone, person.organisation) == (
        "王秀兰",
        "1954-03-12",
        PHONE,
        unit,
    )


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        pytest.param({"name": " "}, "请填写姓名。", id="no name"),
        pytest.param({"year": "54"}, "请检查出生年份", id="short year"),
        pytest.param({"year": "一九"}, "出生年份要写四位数字", id="words"),
        pytest.param({"month": "13"}, "月份是 1 到 12 的数字。", id="month"),
        pytest.param({"month": "2", "day": "30"}, "2 月没有这一天", id="30 February"),
        pytest.param({"organisation": "0"}, "请选择", id="organisation"),
        pytest.param({"sex": ""}, "请选择性别。", id="sex"),
    ],
)
def test_a_wrong_fact_is_told_beside_it_and_nothing_is_lost(wrong, told):
    unit = factories.organisation()
    client = client_of(factories.login(phone=PHONE))
    response = client.post("/me/welcome/", NEW_FILE | {"organisation": unit.pk} | wrong)
    assert response.status_code == 422
    assert told in page(response)
    assert 'value="12"' in page(response) or wrong.get("day")
    assert not Person.objects.exists()


def test_who_has_a_file_is_sent_on():
    client, _person = own_client()
    assert client.get("/me/welcome/?next=/my/classes/").url == "/my/classes/"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:1"])
def test_nobody_is_sent_to_another_site(elsewhere):
    client, person = own_client()
    for response in (
        client.get("/me/welcome/", {"next": elsewhere}),
        client.post("/me/acting/", {"person": person.pk, "next": elsewhere}),
        client.post("/me/reading/", {"step": "large", "next": elsewhere}),
    ):
        assert response.url == "/"


# Acting for somebody


def test_one_acts_for_whom_one_may_until_one_is_oneself_again():
    client, _person = own_client("何雅琴")
    mother = factories.person("何彩兰")
    services.allow_proxy(person=mother, agent=User.objects.get(), relation="child")
    assert client.post("/me/acting/", {"person": mother.pk}).url == "/"
    assert acted_for(client) == mother
    client.post("/me/acting/")
    assert acted_for(client) is None


def test_acting_ends_at_once_when_the_proxy_is_revoked():
    client, _person = own_client("何雅琴")
    mother = factories.person("何彩兰")
    proxy = services.allow_proxy(person=mother, agent=User.objects.get(), relation="child")
    client.post("/me/acting/", {"person": mother.pk})
    services.revoke_proxy(proxy=proxy)
    assert acted_for(client) is None
    assert client.post("/me/acting/", {"person": mother.pk}).status_code == 404


def test_nobody_acts_for_a_stranger():
    client, _person = own_client()
    stranger = factories.person("李国强")
    assert client.post("/me/acting/", {"person": stranger.pk}).status_code == 404
    assert acted_for(client) is None


def test_who_has_no_file_may_still_act_for_somebody():
    user = factories.login(phone=PHONE)
    mother = factories.person("何彩兰")
    services.allow_proxy(person=mother, agent=user, relation="child")
    client = client_of(user)
    client.post("/me/acting/", {"person": mother.pk})
    assert client.get("/me/").context["person"] == mother


# My file


def test_my_page_shows_my_file_masked_and_who_acts_for_whom():
    client, person = own_client("李国强")
    user = User.objects.get()
    services.allow_proxy(person=factories.person("高振华"), agent=user, relation="monitor")
    daughter = factories.login(factories.person("李小梅", phone="13800000007"))
    services.allow_proxy(person=person, agent=daughter, relation="child")
    proxies.begin(user=daughter, person=person)
    services.grant_role(person=person, role="helper", organisation=person.organisation)
    shown = page(client.get("/me/"))
    for words in ("李国强", "138****0001", "替高振华办理", "李小梅", "小助手"):
        assert words in shown
    assert PHONE not in shown


def test_my_page_asks_the_database_the_same_with_one_and_three_proxies(
    django_assert_num_queries,
):
    client, _person = own_client("李国强")
    user = User.objects.get()

    def act_for(*names):
        for name in names:
            services.allow_proxy(person=factories.person(name), agent=user, relation="monitor")

    act_for("高振华")
    client.get("/me/")
    with django_assert_num_queries(17):
        client.get("/me/")
    act_for("马文远", "何素芬")
    with django_assert_num_queries(17):
        client.get("/me/")


def test_a_proxy_is_ended_by_the_one_who_gave_it_and_the_one_who_holds_it():
    for ender in ("gave", "holds"):
        client, person = own_client(f"王{ender}", phone=f"1380000{len(ender):04d}")
        agent = factories.login(factories.person(f"李{ender}"))
        proxy = services.allow_proxy(person=person, agent=agent, relation="child")
        ending = client if ender == "gave" else client_of(agent)
        assert ending.post(f"/me/proxies/{proxy.pk}/revocation/").url == "/me/"
        proxy.refresh_from_db()
        assert proxy.revoked_at


def test_a_stranger_cannot_end_a_proxy():
    proxy = services.allow_proxy(
        person=factories.person("何彩兰"), agent=factories.login(), relation="child"
    )
    client, _person = own_client("李国强")
    no_file = client_of(factories.login())
    for stranger in (client, no_file):
        assert stranger.post(f"/me/proxies/{proxy.pk}/revocation/").status_code == 404
    proxy.refresh_from_db()
    assert proxy.revoked_at is None


# Reading


def test_the_text_step_is_kept_for_the_login_and_the_device():
    client, _person = own_client()
    client.post("/me/reading/", {"step": "largest"})
    assert User.objects.get().text_step == "largest"
    assert client.cookies["step"].value == "largest"
    assert 'data-step="largest"' in page(client.get("/me/"))


def test_a_step_or_theme_nobody_knows_changes_nothing():
    client, _person = own_client()
    client.post("/me/reading/", {"step": "huge", "theme": "pink"})
    user = User.objects.get()
    assert (user.text_step, user.theme) == ("standard", "light")
    assert "step" not in client.cookies


# The demo inbox


def test_the_demo_inbox_does_not_exist_in_a_real_school(client, settings):
    settings.DEMO = False
    assert client.get("/me/demo/").status_code == 404


def test_the_demo_inbox_shows_messages_and_who_may_log_in(client, settings):
    settings.DEMO = True
    people.create(now=timezone.now())
    sms.send(phone=PHONE, text="123456 是您的登录验证码")
    shown = page(client.get("/me/demo/"))
    assert "123456 是您的登录验证码" in shown
    assert "林静" in shown


@pytest.mark.parametrize("path", ["/me/", "/me/welcome/"])
def test_a_stranger_is_asked_to_log_in(client, path):
    assert client.get(path).url == f"/accounts/login/?next={path}"
