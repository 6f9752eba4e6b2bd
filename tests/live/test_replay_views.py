"""The replay's page, what it tells, and what teachers and offices do on theirs."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import RoleGrant
from accounts.services import grant_role
from live import logbook, services
from live.models import Replay, ReplayRule, ReplayStudy, RoomEvent
from tests import factories


@pytest.fixture
def replay(school, settings, tmp_path):
    settings.RECORDINGS_ROOT = tmp_path
    services.begin(classroom=school.room)
    services.end(classroom=school.room)
    return Replay.objects.create(classroom=school.room, whole_seconds=600, bytes=5_000_000)


@pytest.fixture
def as_learner(client, school):
    client.force_login(factories.login(school.learner))
    return client


@pytest.fixture
def as_teacher(client, school):
    client.force_login(factories.login(school.teacher))
    return client


@pytest.fixture
def as_registrar(client, school):
    person = factories.person("周敏")
    user = factories.login(person)
    grant_role(
        person=person, role=RoleGrant.Role.REGISTRAR, organisation=school.group.organisation
    )
    client.force_login(user)
    return client


def url(name, school):
    return reverse(f"live:{name}", args=[school.session.pk])


def text(response):
    return response.content.decode()


def shown(start, end, **more):
    fields = {"device": str(uuid.UUID(int=1)), "from": start, "to": end, "at": end, "speed": 100}
    return {**fields, **more}


def test_a_first_visit_begins_at_the_beginning(as_learner, school, replay):
    page = text(as_learner.get(url("replay", school)))

    assert "开始看" in page
    assert "从头看" not in page
    assert 'data-resume="0.0" data-speed="100"' in page
    for word in ("慢一点", "正常", "快一点", "很快"):
        assert word in page


def test_the_page_goes_on_where_this_person_stopped(as_learner, school, replay):
    as_learner.post(url("watched", school), shown(125, 125, speed=75))

    page = text(as_learner.get(url("replay", school)))

    assert "接着看，从" in page
    assert "2分5秒" in page
    assert 'data-resume="125.0" data-speed="75"' in page


def test_who_stopped_at_the_end_begins_anew(as_learner, school, replay):
    as_learner.post(url("watched", school), shown(595, 595))

    assert "开始看" in text(as_learner.get(url("replay", school)))


def test_each_of_a_couple_has_their_own_place(client, school, replay):
    her, him = school.learners
    client.force_login(factories.login(her))
    client.post(url("watched", school), shown(125, 125))
    client.force_login(factories.login(him))

    assert "开始看" in text(client.get(url("replay", school)))


def test_who_is_not_of_the_household_is_not_counted_because_a_page_says_so(client, school, replay):
    her, him = school.learners
    login = factories.login(her)
    client.force_login(login)

    answer = client.post(url("watched", school), shown(0, 0, **{"with": str(him.pk)})).json()

    assert answer["with"] == []
    assert set(ReplayStudy.objects.values_list("person", flat=True)) == {her.pk}


@pytest.mark.parametrize(
    "wrong",
    [
        {"from": "nan"},
        {"to": "inf"},
        {"at": "-1"},
        {"speed": ""},
        {"from": "1e9"},
        {"to": "半"},
        {"device": "x"},
    ],
    ids=str,
)
def test_nonsense_is_not_counted(as_learner, school, replay, wrong):
    response = as_learner.post(url("watched", school), shown(0, 15, **wrong))

    assert response.status_code == 404
    assert not ReplayStudy.objects.filter(seconds__gt=0).exists()


def test_a_page_opened_as_somebody_else_counts_for_nobody(as_learner, school, replay):
    other = school.learners[1]

    response = as_learner.post(url("watched", school), shown(0, 15, opened_as=other.pk))

    assert response.status_code == 422
    assert not ReplayStudy.objects.exists()


def test_a_withheld_replay_says_so_and_counts_nothing(as_learner, school, replay):
    Replay.objects.update(withheld_at=timezone.now(), withheld_reason="有学员的家事")

    page = text(as_learner.get(url("replay", school)))
    answer = as_learner.post(url("watched", school), shown(0, 15))

    assert "暂时不放" in page
    assert "家事" not in page
    assert "/media/live/" not in page
    assert answer.status_code == 422
    assert "已经记上" in answer.json()["error"]


def test_a_replay_that_waits_for_its_release_says_so(as_learner, school, replay):
    ReplayRule.objects.create(
        organisation=school.group.organisation,
        valid_from="2020-01-01",
        opens=ReplayRule.Opens.AFTER_REVIEW,
        set_at=school.now,
    )

    page = text(as_learner.get(url("replay", school)))

    assert "回放还没有放出来" in page
    assert "/media/live/" not in page


def test_a_deleted_replay_says_what_is_still_there(as_learner, school, replay):
    Replay.objects.update(deleted_at=timezone.now())

    assert "您的到课和补学都还在" in text(as_learner.get(url("replay", school)))


def test_a_teacher_withholds_and_releases(as_teacher, school, replay):
    refused = as_teacher.post(url("withhold", school), {"reason": " "})
    assert refused.status_code == 422
    assert "为什么先不放" in text(refused)

    as_teacher.post(url("withhold", school), {"reason": "要先剪"})
    assert "要先剪" in text(as_teacher.get(url("review", school)))

    as_teacher.post(url("release", school))
    assert Replay.objects.get().withheld_at is None


@pytest.mark.parametrize("typed", ["abc", "5", "5:75", "-1:00", "5:3:2:1"])
def test_a_place_that_is_none_is_refused_next_to_its_field(as_teacher, school, replay, typed):
    response = as_teacher.post(url("cut", school), {"start": typed, "end": ""})

    assert response.status_code == 422
    assert "请写分和秒" in text(response)
    assert Replay.objects.get().cut_start == 0


def test_an_office_sees_the_room_taken_and_sets_a_rule(as_registrar, school, replay):
    page = text(as_registrar.get(reverse("live:recordings")))
    assert "4.8\xa0MB" in page
    assert "这台服务器还空" in page

    today = timezone.localdate()
    fields = {"opens": "review", "keep_days": 90, "valid_from": today.isoformat()}
    place = f"o{school.group.organisation.pk}"
    for _again in range(2):
        as_registrar.post(reverse("live:set_replay_rule"), {"place": place, **fields})

    rule = ReplayRule.objects.get()
    assert (rule.organisation, rule.opens, rule.keep_days) == (
        school.group.organisation,
        "review",
        90,
    )


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"keep_days": 3}, "至少保留 7 天"),
        ({"keep_days": "三十"}, "请写天数"),
        ({"valid_from": "2020-01-01"}, "过去的日子"),
        ({"valid_from": "明天"}, "请写年月日"),
    ],
    ids=["too short", "words", "gone by", "no day"],
)
def test_a_rule_that_cannot_be_is_refused_in_words(as_registrar, school, replay, wrong, sentence):
    fields = {
        "place": f"o{school.group.organisation.pk}",
        "opens": "review",
        "valid_from": (timezone.localdate() + timedelta(days=1)).isoformat(),
    }
    response = as_registrar.post(reverse("live:set_replay_rule"), {**fields, **wrong})

    assert response.status_code == 422
    assert sentence in text(response)
    assert not ReplayRule.objects.exists()


def test_an_office_deletes_a_replay(as_registrar, school, replay):
    as_registrar.post(url("delete_replay", school))

    assert Replay.objects.get().deleted_at is not None


def test_a_teacher_deletes_none(as_teacher, school, replay):
    assert as_teacher.post(url("delete_replay", school)).status_code == 404
    assert Replay.objects.get().deleted_at is None


def test_a_teacher_names_chapters_and_learners_read_the_names(
    client, as_teacher, school, recorded
):
    shown = logbook.write(
        school.room,
        RoomEvent.Kind.SLIDE,
        body={"deck": "ab", "page": 1, "of": 2, "title": "横画"},
        now=school.now + timedelta(seconds=60),
        even_after_the_end=True,
    )
    field = f"name-{shown.number}"

    named = as_teacher.post(reverse("live:chapters", args=[school.session.pk]), {field: " 收笔 "})
    assert named.url == url("review", school)
    assert f'name="{field}"' in text(as_teacher.get(url("review", school)))
    long = as_teacher.post(url("chapters", school), {field: "长" * 41}, follow=True)
    assert "最多 40 个字" in text(long)
    assert Replay.objects.get().chapter_names == {str(shown.number): "收笔"}

    client.force_login(factories.login(school.learner))
    assert "收笔" in text(client.get(url("replay", school)))
    assert client.post(url("chapters", school), {field: "别的"}).status_code == 404
    assert Replay.objects.get().chapter_names == {str(shown.number): "收笔"}


def test_a_teacher_keeps_a_replay_for_good_and_lets_it_go_again(as_teacher, school, replay):
    def pin(pinned):
        answer = as_teacher.post(
            reverse("live:pin", args=[school.session.pk]), {"pinned": pinned}, follow=True
        )
        return Replay.objects.get().is_pinned, text(answer)

    is_pinned, page = pin("1")
    assert is_pinned
    assert "这个回放会一直保留" in page
    assert "改回按规定保留" in page
    is_pinned, page = pin("0")
    assert not is_pinned
    assert "这个回放按规定保留" in page
