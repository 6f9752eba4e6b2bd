import re
from datetime import date, timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import services
from accounts.logins import cards
from courses import errors, queries, relatives
from courses.models import RelativeConsent, RelativeRequest
from tests import factories
from tests.courses.test_views import page, press, visitor

pytestmark = pytest.mark.django_db

NOW = timezone.now()
OLD = date(1940, 3, 8)
DAUGHTER = "13800000777"


@pytest.fixture
def class_group():
    return factories.class_group(older_with_consent=True)


@pytest.fixture
def mother():
    """(her client, herself): too old without a relative's word."""
    return visitor("何彩兰", born_on=OLD, phone="13800000111")


def address(class_group):
    return f"/classes/{class_group.pk}/"


def fill_in(client, class_group, person, **fields):
    typed = {"relative": "何雅琴", "relation": "子女", "phone": DAUGHTER} | fields
    return client.post(f"{address(class_group)}relative/", {"person": person.pk} | typed)


def ask(person, class_group, *, now=NOW, **facts):
    facts = {"relative": "何雅琴", "relation": "子女", "phone": DAUGHTER} | facts
    by = facts.pop("by", None) or person.login
    return relatives.ask(person=person, term=class_group.term, by=by, now=now, **facts)


def link(request):
    return f"/relatives/{relatives.token_of(request)}/"


def test_a_printed_card_shows_no_relative_and_nobody_else_but_the_way_to_log_in(
    class_group, mother
):
    _client, person = mother
    ask(person, class_group)
    spouse = factories.person("孙老伯")
    services.allow_proxy(person=spouse, agent=person.login, relation="spouse")
    card = Client()
    card.post(reverse("entrance:open_card", args=[cards.issue_card(person=person, by=None)]))

    asked = card.get(address(class_group))
    said = asked.content.decode()
    assert asked.wsgi_request.limited == "card"
    assert "登录报名" in said
    assert "何雅琴" not in said
    assert "138****0777" not in said
    assert "请家属同意" not in said

    open_to_all = factories.class_group(name="谁都能报", max_age=120)
    said = card.get(address(open_to_all)).content.decode()
    assert "登录报名" in said
    assert "我要报名" not in said
    assert "孙老伯" not in said


# The relative who acts for the person


def test_a_daughter_who_acts_for_her_mother_agrees_and_registers_her(class_group):
    client, daughter = visitor("何雅琴")
    mother = factories.person("何彩兰", born_on=OLD)
    services.allow_proxy(person=mother, agent=daughter.login, relation="child")
    client.post("/me/acting/", {"person": mother.pk})

    said = page(client.get(address(class_group)))
    assert "要家属同意才能报" in said
    assert "我同意何彩兰报名" in said
    response = client.post(f"{address(class_group)}relative/", {"person": mother.pk}, follow=True)
    assert "记下了：您同意何彩兰报名" in page(response)
    consent = RelativeConsent.objects.get()
    assert (consent.person, consent.relative, consent.relation, consent.how) == (
        mother,
        "何雅琴",
        "子女",
        "online",
    )
    press(client, class_group, mother)
    assert queries.seat_of(person=mother, class_group=class_group)


@pytest.mark.parametrize("relation", ["monitor", "staff"])
def test_who_acts_without_being_family_cannot_agree(class_group, relation):
    client, monitor = visitor("孙班长")
    mother = factories.person("何彩兰", born_on=OLD)
    services.allow_proxy(person=mother, agent=monitor.login, relation=relation)
    client.post("/me/acting/", {"person": mother.pk})
    assert "我同意何彩兰报名" not in page(client.get(address(class_group)))
    response = client.post(f"{address(class_group)}relative/", {"person": mother.pk})
    assert response.status_code == 422
    with pytest.raises(errors.RelativeNeeded):
        relatives.agree(person=mother, term=class_group.term, by=monitor.login)
    assert not RelativeConsent.objects.exists()


def test_a_page_opened_for_the_mother_does_not_agree_for_the_father(class_group):
    client, daughter = visitor("何雅琴")
    mother, father = (factories.person(name, born_on=OLD) for name in ("何彩兰", "何大伟"))
    for parent in (mother, father):
        services.allow_proxy(person=parent, agent=daughter.login, relation="child")
    client.post("/me/acting/", {"person": father.pk})
    response = client.post(f"{address(class_group)}relative/", {"person": mother.pk})
    assert response.status_code == 422
    assert "现在是给何大伟报名" in page(response)
    assert not RelativeConsent.objects.exists()


def test_the_refusal_leads_down_to_where_a_relative_agrees(class_group, mother):
    own, _person = mother
    shown = own.get(address(class_group)).content.decode()
    assert shown.index('href="#relative"') < shown.index('id="relative')
    client, daughter = visitor("何雅琴")
    father = factories.person("何老", born_on=OLD)
    services.allow_proxy(person=father, agent=daughter.login, relation="child")
    client.post("/me/acting/", {"person": father.pk})
    shown = client.get(address(class_group)).content.decode()
    assert 'href="#relative"' in shown
    assert 'id="relative"' in shown


# Asked by SMS


def test_the_person_names_a_relative_who_is_sent_a_link_and_agrees(
    client, class_group, mother, messages_sent, django_capture_on_commit_callbacks
):
    own, person = mother
    with django_capture_on_commit_callbacks(execute=True):
        response = fill_in(own, class_group, person)
    assert response.url == address(class_group)
    assert "已经发短信问何雅琴" in page(own.get(response.url))
    assert "138****0777" in page(own.get(response.url))
    (sent,) = messages_sent()
    assert sent.phone == DAUGHTER
    found = re.search(rf"{re.escape(settings.PUBLIC_URL)}(/relatives/\S+/)", sent.text)[1]

    assert "同意何彩兰来上课吗？" in page(client.get(found))
    assert not RelativeConsent.objects.exists()
    response = client.post(found, {"answer": "yes"}, follow=True)
    assert "好，记下您同意了" in page(response)
    consent = RelativeConsent.objects.get()
    assert (consent.relative, consent.phone, consent.how) == ("何雅琴", DAUGHTER, "online")
    assert "何彩兰，您可以报这个班" in page(own.get(address(class_group)))


def test_a_relative_who_does_not_agree_is_heard(client, class_group, mother):
    own, person = mother
    request = ask(person, class_group)
    response = client.post(link(request), {"answer": "no"}, follow=True)
    assert "记下您不同意" in page(response)
    assert not RelativeConsent.objects.exists()
    assert "何雅琴没有同意" in page(own.get(address(class_group)))
    changed = client.post(link(request), {"answer": "yes"})
    assert changed.status_code == 422
    assert "您已经答复过了" in page(changed)
    assert not RelativeConsent.objects.exists()


def test_an_answer_given_twice_is_harmless(client, class_group, mother):
    request = ask(mother[1], class_group)
    for _again in range(2):
        assert client.post(link(request), {"answer": "yes"}).status_code == 302
    assert RelativeConsent.objects.count() == 1


def test_a_question_that_lay_too_long_gets_no_answer(client, class_group, mother):
    request = ask(mother[1], class_group, now=NOW - relatives.LASTS)
    assert "这条短信过期了" in page(client.get(link(request)))
    assert client.post(link(request), {"answer": "yes"}).status_code == 422
    assert not RelativeConsent.objects.exists()


def test_a_link_that_is_forged_or_of_another_kind_is_not_found(client, class_group, mother):
    request = ask(mother[1], class_group)
    pk, signature = relatives.token_of(request).split(".")
    assert client.get(f"/relatives/{request.pk + 1}.{signature}/").status_code == 404
    assert client.get(f"/offers/{pk}.{signature}/").status_code == 404
    address_ = link(request)
    request.delete()
    assert client.get(address_).status_code == 404


def test_a_class_that_was_taken_out_meanwhile_leads_to_the_others(class_group, mother):
    client, _person = mother
    asked = f"/classes/{class_group.pk + 1}/relative/"
    assert client.post(asked, {}).status_code == 302
    assert client.get(asked).status_code == 404


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("relative", "", "请填写家属的姓名"),
        ("relation", "邻居", "请重新选"),
        ("phone", "1380000", "手机号少了"),
        ("phone", "13800000111", "不是办理人自己的"),
    ],
)
def test_what_is_missing_is_said_beside_it_and_nothing_typed_is_lost(
    class_group, mother, field, typed, told
):
    client, person = mother
    response = fill_in(client, class_group, person, **{field: typed})
    assert response.status_code == 422
    assert told in page(response)
    if field != "relative":
        assert 'value="何雅琴"' in response.content.decode()
    assert not RelativeRequest.objects.exists()


def test_asking_the_same_number_again_sends_no_second_message(
    class_group, mother, messages_sent, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        first = ask(mother[1], class_group)
        assert ask(mother[1], class_group, relative="雅琴") == first
    assert len(messages_sent()) == 1


def test_nobody_sends_messages_to_many_numbers(class_group, mother):
    person = mother[1]
    for number in range(relatives.MOST_A_DAY):
        ask(person, class_group, phone=f"1390000000{number}")
    with pytest.raises(errors.RelativeNeeded, match="今天问得太多了"):
        ask(person, class_group, phone="13900000009")
    assert ask(person, class_group, phone="13900000009", now=NOW + timedelta(days=2))


def test_nobody_is_asked_by_many(class_group):
    old = [visitor(f"老人{number}", born_on=OLD)[1] for number in range(4)]
    for person in old[:3]:
        ask(person, class_group)
    with pytest.raises(errors.RelativeNeeded, match="今天问得太多了"):
        ask(old[3], class_group)


def test_a_class_that_takes_nobody_older_does_not_ask_for_a_relative(mother):
    client, _person = mother
    strict = factories.class_group(older_with_consent=False)
    said = page(client.get(address(strict)))
    assert "请家属同意" not in said
    assert "这个班收 50 到 80 岁的学员" in said


def test_who_is_not_logged_in_is_led_to_log_in(class_group):
    assert Client().post(f"{address(class_group)}relative/").status_code == 302
