import json
import uuid
from datetime import timedelta

import pytest
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from accounts import services as accounts
from courses.models import ClassSession
from live import services
from live.models import Attendance, Classroom, Replay, RoomEvent, Visit
from tests import factories


@pytest.fixture
def as_learner(client, school):
    client.force_login(factories.login(school.learner))
    return client


@pytest.fixture
def as_teacher(client, school):
    client.force_login(factories.login(school.teacher))
    return client


def url(name, school):
    return reverse(f"live:{name}", args=[school.session.pk])


def text(response):
    return response.content.decode()


def move(school, **ago):
    """Move the planned session into the past (or, negative, into the future)."""
    starts_at = school.now - timedelta(**ago)
    ClassSession.objects.filter(pk=school.session.pk).update(
        starts_at=starts_at, ends_at=starts_at + timedelta(minutes=90)
    )


def test_a_learner_waits_in_the_room_and_finds_a_sound_test(as_learner, school):
    page = text(as_learner.get(url("room", school)))

    assert "候课室" in page
    assert "放一段声音" in page
    assert "/media/live/" in page


def test_who_comes_too_early_reads_when_the_door_opens(as_learner, school):
    move(school, minutes=-60)

    page = text(as_learner.get(url("room", school)))

    assert "教室还没有开门" in page
    assert "class-room" not in page


def test_after_the_class_the_room_leads_to_the_replay(as_learner, school):
    services.begin(classroom=school.room)
    services.end(classroom=school.room)
    Replay.objects.create(classroom=school.room, whole_seconds=600)

    response = as_learner.get(url("room", school))

    assert response.url == url("replay", school)
    assert "live-player" in text(as_learner.get(response.url))


def test_a_class_that_nobody_taught_has_no_replay_and_says_so(as_learner, school):
    move(school, hours=3)

    page = text(as_learner.get(url("replay", school)))

    assert "没有录下画面" in page
    assert "live-player" not in page


def test_somebody_without_a_seat_reads_why_and_where_the_own_class_is(client, school):
    guest = factories.person("陈志明", sex="m")
    other = factories.class_group(name="写意花鸟")
    factories.seat(other, guest)
    own = factories.session(other, starts_at=school.now)
    client.force_login(factories.login(guest))

    response = client.get(url("room", school))

    assert response.status_code == 403
    assert "还没有报这个班" in text(response)
    assert reverse("live:room", args=[own.pk]) in text(response)
    assert not Visit.objects.exists()


def test_who_comes_too_early_reads_which_class_of_theirs_is_open_now(as_learner, school):
    move(school, minutes=-60)
    other = factories.class_group(name="写意花鸟")
    factories.seat(other, school.learner)
    own = factories.session(other, starts_at=school.now)

    page = text(as_learner.get(url("room", school)))

    assert "您的课在《写意花鸟》" in page
    assert reverse("live:room", args=[own.pk]) in page


def test_the_waiting_room_says_how_long_and_where_another_class_of_theirs_is(as_learner, school):
    move(school, minutes=-9)
    other = factories.class_group(name="写意花鸟")
    factories.seat(other, school.learner)
    factories.session(other, starts_at=school.now)

    response = as_learner.get(url("room", school))

    assert 500_000 < response.context["starts_in_ms"] <= 540_000
    assert "您的《写意花鸟》现在也开着门" in text(response)


def test_a_big_screen_is_dark_with_letters_of_its_own_size(as_learner, school):
    page = text(as_learner.get(url("room", school) + "?tv"))

    assert 'data-step="tv" data-theme="dark"' in page
    assert "room--tv" in page


def test_a_page_without_a_socket_hands_in_missed_beats_too(as_learner, school):
    services.begin(classroom=school.room)
    fields = {"device": str(uuid.uuid4()), "opened_as": school.learner.pk}
    at = as_learner.post(url("beat", school), {**fields, "sound": "no", "mode": "sound"}).json()[
        "at"
    ]
    gone = timedelta(minutes=5)
    Visit.objects.update(entered_at=F("entered_at") - gone, last_seen_at=F("last_seen_at") - gone)
    visit = Visit.objects.get()
    assert (visit.sound, visit.shows) == ("no", "sound")

    missed = ".".join(str(at - 1000 * ago) for ago in range(285, 0, -15))
    as_learner.post(url("beat", school), {**fields, "missed": missed, "at": at})

    first, second = Visit.objects.order_by("entered_at")
    assert first.last_seen_at == second.entered_at


@pytest.mark.parametrize(
    "odd",
    [
        {"sound": "loud"},
        {"missed": "soon", "at": "1"},
        {"missed": "1", "at": ""},
        {"missed": ".".join(["1"] * 61), "at": "1"},
    ],
    ids=["reception", "no moment", "no watch", "too many"],
)
def test_a_beat_that_no_page_of_ours_sends_is_refused(as_learner, school, odd):
    fields = {"device": str(uuid.uuid4()), "opened_as": school.learner.pk}

    assert as_learner.post(url("beat", school), {**fields, **odd}).status_code == 404


def test_a_session_that_does_not_exist_is_not_found(as_learner):
    assert as_learner.get(reverse("live:room", args=[999])).status_code == 404


def test_nobody_enters_without_logging_in(client, school):
    response = client.get(url("room", school))

    assert response.url.startswith(reverse("account_login"))


def test_a_daughter_watches_for_her_mother_and_the_mother_is_present(client, school):
    daughter = factories.login()
    accounts.allow_proxy(person=school.learner, agent=daughter, relation="child")
    client.force_login(daughter)
    client.post(reverse("accounts:act_for"), {"person": school.learner.pk})

    client.post(url("beat", school), {"device": uuid.uuid4()})

    assert [visit.person for visit in Visit.objects.all()] == [school.learner]


@pytest.mark.parametrize("others", [1, 3])
def test_the_room_costs_the_same_queries_however_many_are_here(
    as_learner, school, django_assert_num_queries, others
):
    for number in range(others):
        someone = factories.person(f"学员{number}")
        services.enter(classroom=school.room, persons=[someone], device=uuid.uuid4())
        services.say(classroom=school.room, person=someone, text="早", client_id=uuid.uuid4())

    with django_assert_num_queries(16):
        as_learner.get(url("room", school))


def test_what_is_said_is_answered_with_its_number_and_read_by_all(as_learner, school):
    said = as_learner.post(url("say", school), {"text": "早", "client_id": uuid.uuid4()})

    events = as_learner.get(url("events", school), {"after": 0}).json()
    assert said.json() == {"number": 1}
    assert [(event["name"], event["text"], event["teacher"]) for event in events["events"]] == [
        ("王秀兰", "早", False)
    ]


@pytest.mark.parametrize("after", ["", "-1", "x", "9" * 30])
def test_an_odd_number_to_catch_up_from_is_not_found(as_learner, school, after):
    assert as_learner.get(url("events", school), {"after": after}).status_code == 404


def test_a_page_that_missed_much_fetches_it_in_pieces(as_learner, school):
    RoomEvent.objects.bulk_create(
        RoomEvent(
            classroom=school.room,
            number=number,
            kind="message",
            person=school.learner,
            body={"text": str(number), "teacher": False},
            happened_at=school.now,
        )
        for number in range(1, 306)
    )

    first = as_learner.get(url("events", school), {"after": 0}).json()
    rest = as_learner.get(url("events", school), {"after": 300}).json()

    assert (len(first["events"]), first["more"]) == (300, True)
    assert [event["number"] for event in rest["events"]] == [301, 302, 303, 304, 305]
    assert rest["more"] is False


def test_a_refused_message_is_answered_in_words(as_learner, school):
    services.pause_messages(classroom=school.room, paused=True)

    response = as_learner.post(url("say", school), {"text": "早", "client_id": uuid.uuid4()})

    assert response.status_code == 422
    assert "暂停" in response.json()["error"]


def test_a_hand_goes_up_and_the_teacher_asks_it_down(client, school):
    client.force_login(factories.login(school.learner))
    client.post(url("hand", school), {"client_id": uuid.uuid4()})
    client.force_login(factories.login(school.teacher))
    assert "王秀兰" in text(client.get(url("here", school)))

    client.post(url("hand", school), {"person": school.learner.pk})

    assert [event.kind for event in RoomEvent.objects.all()] == ["hand_up", "hand_down"]


def test_a_learner_cannot_lower_somebody_elses_hand(as_learner, school):
    services.raise_hand(classroom=school.room, person=school.learners[1])

    as_learner.post(
        url("hand", school), {"person": school.learners[1].pk, "client_id": uuid.uuid4()}
    )

    # What was asked for somebody else was taken as the learner's own hand.
    assert {event.person for event in RoomEvent.objects.all()} == set(school.learners)
    assert {event.kind for event in RoomEvent.objects.all()} == {"hand_up"}


@pytest.mark.parametrize("name", ["console", "here"])
def test_a_learner_does_not_find_the_teachers_pages(as_learner, school, name):
    assert as_learner.get(url(name, school)).status_code == 404


@pytest.mark.parametrize("name", ["pause", "end"])
def test_a_learner_does_not_find_the_teachers_buttons(as_learner, school, name):
    services.begin(classroom=school.room)

    assert as_learner.post(url(name, school), {"paused": "1"}).status_code == 404
    room = Classroom.objects.get()
    assert (room.ended_at, room.messages_paused) == (None, False)


def test_a_teacher_ends_the_class_and_reads_what_was_counted(as_teacher, school):
    begin = timezone.now() - timedelta(minutes=5)
    services.begin(classroom=school.room, now=begin)
    Visit.objects.create(
        classroom=school.room,
        person=school.learner,
        device=uuid.uuid4(),
        entered_at=begin,
        last_seen_at=timezone.now(),
    )

    page = text(as_teacher.post(url("end", school), follow=True))

    assert "记了 1 位学员的到课" in page
    assert [row.person for row in Attendance.objects.filter(is_present=True)] == [school.learner]


def test_ending_a_class_that_never_began_says_so(as_teacher, school):
    page = text(as_teacher.post(url("end", school), follow=True))

    assert "还没有开始" in page


def test_a_teachers_day_lists_the_own_sessions_only(as_teacher, school):
    stranger = factories.person("马文远", sex="m")
    other = factories.class_group(name="八段锦", teacher=stranger)
    factories.session(other, starts_at=school.now)
    factories.session(school.group, starts_at=school.now + timedelta(days=7))

    page = text(as_teacher.get(reverse("live:teaching")))

    assert page.count("行书入门") == 2
    assert "八段锦" not in page


def test_names_and_messages_stay_text(as_teacher, school):
    evil = "<script>alert(1)</script>"
    guest = factories.person(evil)
    services.enter(classroom=school.room, persons=[guest], device=uuid.uuid4())
    services.raise_hand(classroom=school.room, person=guest)
    services.say(classroom=school.room, person=guest, text=evil, client_id=uuid.uuid4())

    for name in ("here", "console"):
        page = text(as_teacher.get(url(name, school)))
        assert evil not in page
    facts = page.split('id="room-facts" type="application/json">')[1].split("</script>")[0]
    assert [event["text"] for event in json.loads(facts)["happened"] if "text" in event] == [evil]


def test_a_page_opened_as_somebody_else_says_nothing_for_the_new_one(as_learner, school):
    fields = {"opened_as": school.learners[1].pk, "client_id": uuid.uuid4()}

    said = as_learner.post(url("say", school), {"text": "好", **fields})
    beat = as_learner.post(url("beat", school), {"device": uuid.uuid4(), **fields})

    for answer in (said, beat):
        assert answer.status_code == 422
        assert "换了人" in answer.json()["error"]
    assert not RoomEvent.objects.exists()
    assert not Visit.objects.exists()


def test_nothing_is_said_in_a_room_whose_door_is_closed(as_learner, school):
    move(school, minutes=-60)

    said = as_learner.post(url("say", school), {"text": "好", "client_id": uuid.uuid4()})

    assert said.status_code == 422
    assert "还没有开门" in said.json()["error"]
