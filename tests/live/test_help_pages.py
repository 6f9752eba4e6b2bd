"""What the pages of helpers and moderators say, and what learners read meanwhile."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse

from accounts import services as accounts
from accounts.models import RoleGrant
from live import moderation, services
from live.models import HeldWord
from tests import factories


@pytest.fixture
def helper(client, school):
    person = factories.person("何彩兰")
    accounts.grant_role(
        person=person, role=RoleGrant.Role.HELPER, organisation=school.group.organisation
    )
    client.force_login(factories.login(person))
    return client


@pytest.fixture
def clerk(client, school):
    person = factories.person("周敏")
    accounts.grant_role(
        person=person, role=RoleGrant.Role.REGISTRAR, organisation=school.group.organisation
    )
    client.force_login(factories.login(person))
    return client


def url(name, school):
    return reverse(f"live:{name}", args=[school.session.pk])


def text(response):
    return response.content.decode()


def test_a_helper_finds_todays_class_and_who_needs_help(helper, school):
    services.cannot_hear(classroom=school.room, person=school.learner)

    today = text(helper.get(reverse("live:helping")))
    page = text(helper.get(url("help", school)))

    assert "去帮忙" in today
    assert "1 位要人帮" in page
    assert "说听不到" in page
    assert "请他看看手机旁边的静音开关" in page


def test_a_number_is_masked_until_it_is_asked_for(helper, school):
    school.learner.phone = "13800001234"
    school.learner.save()
    services.cannot_hear(classroom=school.room, person=school.learner)

    page = text(helper.get(url("help", school)))
    shown = text(helper.post(url("numbers", school), {"person": school.learner.pk}))

    assert "138****1234" in page
    assert "13800001234" not in page
    assert 'href="tel:13800001234"' in shown


def test_a_held_message_is_answered_kindly_and_shown_to_the_helper(client, school):
    moderation.add_words(organisation=school.group.organisation, text="加微信", by=None)
    client.force_login(factories.login(school.learner))

    answer = client.post(
        url("say", school), {"text": "加微信", "client_id": uuid.uuid4(), "device": uuid.uuid4()}
    )
    assert answer.json() == {"held": "收到了。老师看过以后大家就能看到。"}

    client.force_login(factories.login(school.teacher))
    page = text(client.get(url("moderation", school)))
    assert "1 条留言等您看" in page
    assert "里面有：加微信" in page


def test_who_is_muted_reads_so_when_the_page_opens(client, school):
    moderation.mute(classroom=school.room, person=school.learner, by=None)
    client.force_login(factories.login(school.learner))

    page = text(client.get(url("room", school)))

    notice = page[page.index("<class-muted") : page.index("</class-muted>")]
    assert "data-muted hidden" not in notice
    assert "老师请您这节课先听讲" in notice


def test_the_teacher_is_told_in_words_when_most_hear_nothing(client, school):
    services.begin(classroom=school.room, now=school.now - timedelta(minutes=1))
    services.enter(classroom=school.room, persons=school.learners, device=uuid.uuid4())
    client.force_login(factories.login(school.teacher))

    assert "大家都听不到您。" in text(client.get(url("moderation", school)))


def test_the_office_keeps_the_words_of_its_organisation(clerk, school):
    page = reverse("live:words_of", args=[school.group.organisation_id])

    refused = clerk.post(page, {"words": "好\n***"})
    assert refused.status_code == 422
    assert "第 2 行只有符号" in text(refused)
    assert "好\n***" in text(refused)

    clerk.post(page, {"words": "加微信"})
    assert "要先看的词：1 个" in text(clerk.get(page))
    clerk.post(reverse("live:remove_word", args=[HeldWord.objects.get().pk]))
    assert "还没有词" in text(clerk.get(page))


@pytest.mark.parametrize("name", ["help_now", "moderation"])
def test_a_fragment_costs_the_same_for_one_and_three(
    helper, school, name, django_assert_max_num_queries
):
    counts = []
    for _ in range(2):
        with django_assert_max_num_queries(60) as asked:
            helper.get(url(name, school))
        counts.append(len(asked))
        for number in range(2):
            learner = factories.person(f"学员{number}")
            factories.seat(school.group, learner, now=school.now - timedelta(days=1))
            services.enter(classroom=school.room, persons=[learner], device=uuid.uuid4())
            services.cannot_hear(classroom=school.room, person=learner)
    assert counts[0] == counts[1]
