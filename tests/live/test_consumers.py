import asyncio
import json
import uuid
from datetime import timedelta

import pytest
from channels.db import database_sync_to_async
from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.db.models import F

from courses.registration import withdraw
from live import events, services
from live import hub as hubs
from live.consumers import (
    BAD_MESSAGE,
    NOT_ALLOWED,
    SILENT,
    TAKEN,
    TOO_LARGE,
    TOO_MANY,
    TRY_LATER,
    console,
)
from live.consumers.base import WORDS
from live.models import Classroom, RoomEvent, Visit
from live.routing import websocket_urlpatterns
from tests import factories
from tests.live.video.streams import chunks, matroska, pictures, sounds

# The communicator's own limit of 1 s is too short for a busy machine.
PATIENCE = 20

pytestmark = pytest.mark.django_db(transaction=True)


def in_database(function, **arguments):
    return database_sync_to_async(function)(**arguments)


def login_with_session(person):
    user = getattr(person, "login", None) or factories.login(person)
    session = SessionStore()
    session.create()
    return user, session


class Page(WebsocketCommunicator):
    """A page with a login of its own, on one of the two sockets."""

    def __init__(self, session, user, login_session, *, path="", **query):
        query.setdefault("device", uuid.uuid4())
        query.setdefault("console", uuid.uuid4())
        text = "&".join(f"{name}={value}" for name, value in query.items())
        super().__init__(
            URLRouter(websocket_urlpatterns), f"/ws/sessions/{session.pk}/{path}?{text}"
        )
        self.scope |= {"user": user, "session": login_session, "cookies": {}}

    async def hello(self):
        connected, code = await self.connect(PATIENCE)
        assert connected, code
        return await self.hear()

    async def hear(self):
        told = json.loads(await self.receive_from(PATIENCE))
        self.at = told.pop("at", None)  # The school's clock.
        return told

    async def refusal(self):
        """The sentence and the code that close the page."""
        await self.connect(PATIENCE)
        told = await self.hear()
        closed = await self.receive_output(PATIENCE)
        assert (told["type"], closed["type"]) == ("refused", "websocket.close")
        assert told["code"] == closed["code"]
        return closed["code"], told["text"]

    async def closing(self):
        """The code of a page that is open and gets closed; `told` is what it heard last."""
        while (message := await self.receive_output(PATIENCE))["type"] != "websocket.close":
            self.told = json.loads(message["text"])
        return message["code"]

    async def leave(self):
        await self.disconnect(timeout=PATIENCE)


async def open_page(school, person, **query):
    user, login_session = await in_database(login_with_session, person=person)
    return Page(school.session, user, login_session, **query)


async def say(school, person, text):
    return await in_database(
        services.say, classroom=school.room, person=person, text=text, client_id=uuid.uuid4()
    )


async def test_everyone_in_the_room_hears_the_same_and_in_order(school):
    pages = [await open_page(school, learner) for learner in school.learners]
    for page in pages:
        assert await page.hello() == {"type": "hello", "told": 0}

    for text in "一二三四五":
        await say(school, school.learner, text)

    for page in pages:
        heard = []
        while len(heard) < 5:
            heard += (await page.hear())["events"]
        assert [(event["number"], event["text"]) for event in heard] == [
            *enumerate("一二三四五", start=1)
        ]
        await page.leave()


async def test_a_page_is_told_what_it_missed_before_it_came(school):
    await say(school, school.learner, "早")
    page = await open_page(school, school.learners[1])

    assert await page.hello() == {"type": "hello", "told": 1}
    await page.leave()


async def test_a_lost_nudge_costs_seconds_and_no_event(school, monkeypatch):
    monkeypatch.setattr(hubs, "LOOK_EVERY_S", 0.05)
    monkeypatch.setattr(events, "nudge", lambda pk, number: None)
    page = await open_page(school, school.learner)
    await page.hello()

    await say(school, school.learner, "听得到吗")

    assert [event["text"] for event in (await page.hear())["events"]] == ["听得到吗"]
    await page.leave()


async def test_a_beat_keeps_the_visit_alive(school):
    page = await open_page(school, school.learner)
    await page.hello()
    before = await in_database(Visit.objects.get)

    await page.send_to(text_data='{"type": "beat", "seen": 0}')
    assert await page.hear() == {"type": "heard", "told": 0}
    await hubs.hub().write_beats()

    after = await in_database(Visit.objects.get)
    assert after.pk == before.pk
    assert after.last_seen_at > before.last_seen_at
    await page.leave()


async def test_a_beat_tells_how_the_class_arrives_and_the_next_one_only_what_changed(
    school,
):
    page = await open_page(school, school.learner)
    await page.hello()
    how = {"sound": "no", "mode": "sound", "stalled": True}

    await page.send_to(text_data=json.dumps({"type": "beat", "how": how}))
    await page.hear()
    await hubs.hub().write_beats()
    visit = await in_database(Visit.objects.get)
    assert (visit.sound, visit.shows, visit.is_stalled) == ("no", "sound", True)

    await in_database(Visit.objects.update, sound="ok")  # Written again, it would be "no".
    await page.send_to(text_data=json.dumps({"type": "beat", "how": how}))
    await page.hear()
    await hubs.hub().write_beats()
    assert (await in_database(Visit.objects.get)).sound == "ok"
    await page.leave()


async def test_a_page_that_beats_after_a_long_sleep_gets_a_new_visit(school):
    page = await open_page(school, school.learner)
    await page.hello()
    long_ago = school.now - timedelta(hours=1)
    await in_database(Visit.objects.all().update, entered_at=long_ago, last_seen_at=long_ago)

    await page.send_to(text_data='{"type": "beat", "seen": 0}')
    await page.hear()
    await hubs.hub().write_beats()

    seen = await in_database(lambda: list(Visit.objects.values_list("last_seen_at", flat=True)))
    assert seen[0] == long_ago
    assert len(seen) == 2
    await page.leave()


async def test_a_page_that_returns_hands_in_the_beats_it_could_not_send(school):
    device = uuid.uuid4()
    page = await open_page(school, school.learner, device=device)
    await page.hello()
    gone = timedelta(minutes=5)
    await in_database(
        Visit.objects.update,
        entered_at=F("entered_at") - gone,
        last_seen_at=F("last_seen_at") - gone,
    )
    missed = list(range(page.at - 285_000, page.at, 15_000))

    await page.send_to(text_data=json.dumps({"type": "beat", "missed": missed, "at": page.at}))

    assert await page.hear() == {"type": "heard", "told": 0, "handed_in": True}
    visit = await in_database(Visit.objects.get)
    assert visit.last_seen_at - visit.entered_at == pytest.approx(
        timedelta(seconds=285), abs=timedelta(seconds=5)
    )
    await page.leave()


async def _stranger(school, kind):
    if kind == "signed out":
        return Page(school.session, AnonymousUser(), SessionStore())
    if kind == "without a seat":
        return await open_page(school, await in_database(factories.person, name="陈志明"))
    enrolment = await in_database(
        school.group.enrolments.select_related("person").get, person=school.learner
    )
    await in_database(withdraw, enrolment=enrolment, because="换了别的班")
    return await open_page(school, school.learner)


@pytest.mark.parametrize("kind", ["signed out", "without a seat", "withdrawn"])
async def test_strangers_are_turned_away_in_words_and_leave_no_visit(school, kind):
    page = await _stranger(school, kind)

    code, text = await page.refusal()

    assert code == NOT_ALLOWED
    assert ("登录" if kind == "signed out" else "报") in text
    assert not await in_database(Visit.objects.exists)


async def test_a_page_opened_as_somebody_else_is_closed_for_good(school):
    page = await open_page(school, school.learner, **{"as": school.learners[1].pk})

    code, text = await page.refusal()

    assert code == NOT_ALLOWED
    assert "换了人" in text
    assert not await in_database(Visit.objects.exists)


async def test_who_comes_before_the_door_opens_may_try_again(school):
    school.session.starts_at += timedelta(hours=1)
    school.session.ends_at += timedelta(hours=1)
    await in_database(school.session.save)
    page = await open_page(school, school.learner)

    assert await page.refusal() == (TRY_LATER, "教室还没有开门，上课前 15 分钟开。")
    assert not await in_database(Visit.objects.exists)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("not json", BAD_MESSAGE),
        ("[" * 5000, BAD_MESSAGE),
        ('"beat"', BAD_MESSAGE),
        ('{"type": "websocket.close"}', BAD_MESSAGE),
        ('{"type": ["beat"]}', BAD_MESSAGE),
        ('{"type": "start"}', BAD_MESSAGE),
        ('{"type": "beat", "how": {"sound": "loud"}}', BAD_MESSAGE),
        ('{"type": "beat", "missed": [1], "at": "now"}', BAD_MESSAGE),
        ('{"type": "beat", "x": "' + "y" * 17000 + '"}', TOO_LARGE),
    ],
    ids=[
        "no json",
        "deep",
        "a word",
        "handler name",
        "a list",
        "teacher's verb",
        "odd",
        "odd time",
        "too large",
    ],
)
async def test_what_no_page_of_ours_sends_closes_that_page_only(school, message, code):
    good, bad = [await open_page(school, learner) for learner in school.learners]
    await good.hello()
    await bad.hello()

    await bad.send_to(text_data=message)

    assert await bad.closing() == code
    assert bad.told == {"type": "refused", "code": code, "text": str(WORDS[code])}
    await say(school, school.learner, "好")
    assert [event["text"] for event in (await good.hear())["events"]] == ["好"]
    await good.leave()


async def test_a_learner_sending_video_is_closed(school):
    page = await open_page(school, school.learner)
    await page.hello()

    await page.send_to(bytes_data=b"\x1a\x45\xdf\xa3")

    assert await page.closing() == BAD_MESSAGE


async def test_a_flood_of_messages_is_closed(school):
    page = await open_page(school, school.learner)
    await page.hello()

    for _ in range(30):
        await page.send_to(text_data='{"type": "beat", "seen": 0}')

    assert await page.closing() == TOO_MANY


async def test_a_page_that_never_reads_is_left_behind_and_told_to_catch_up(school, monkeypatch):
    monkeypatch.setattr(hubs, "UNREAD_AT_MOST", 200)
    page = await open_page(school, school.learner)
    await page.hello()
    for _ in range(6):
        await say(school, school.learner, "很长的一句话" * 10)
        await asyncio.sleep(hubs.TICK_S * 2)  # One frame each: frames of a tick are joined.
    received = []
    while not await page.receive_nothing(timeout=0.2):
        received.append(await page.hear())

    assert 0 < len(received) < 6
    await page.send_to(text_data='{"type": "beat", "seen": 1}')
    assert {(await page.hear())["type"], (await page.hear())["type"]} == {"resync", "heard"}
    await page.leave()


async def _log_out(school, user, login_session):
    await in_database(SessionStore(login_session.session_key).delete)


async def _withdraw(school, user, login_session):
    enrolment = await in_database(school.group.enrolments.get, person=school.learner)
    await in_database(withdraw, enrolment=enrolment, because="换了别的班")


async def _switch_off(school, user, login_session):
    user.is_active = False
    await in_database(user.save)


@pytest.mark.parametrize("loss", [_log_out, _withdraw, _switch_off])
async def test_who_lost_the_right_to_be_here_is_closed_at_the_next_check(school, loss):
    user, login_session = await in_database(login_with_session, person=school.learner)
    page = Page(school.session, user, login_session)
    await page.hello()
    other = await open_page(school, school.learners[1])
    await other.hello()

    await loss(school, user, login_session)
    await hubs.hub().check_seats()

    assert await page.closing() == hubs.GONE
    assert await other.receive_nothing(timeout=0.1)
    await other.leave()


@pytest.mark.parametrize("loss", [_log_out, _switch_off])
async def test_a_console_whose_login_ended_is_closed_at_the_next_beat(school, loss):
    user, login_session = await in_database(login_with_session, person=school.teacher)
    page = Page(school.session, user, login_session, path="console/")
    await page.hello()

    await loss(school, user, login_session)
    await page.send_to(text_data='{"type": "beat"}')

    assert await page.closing() == NOT_ALLOWED


async def test_the_hub_stops_working_when_the_last_page_leaves(school):
    page = await open_page(school, school.learner)
    await page.hello()
    tasks = list(hubs.hub().tasks)
    assert tasks

    await page.leave()
    await asyncio.sleep(0)

    assert (hubs.hub().tasks, hubs.hub().rooms) == ([], {})
    assert all(task.cancelled() or task.cancelling() for task in tasks)


async def test_a_learner_does_not_get_the_console(school):
    page = await open_page(school, school.learner, path="console/")

    assert await page.refusal() == (NOT_ALLOWED, "这节课不是您来讲。")
    assert (await in_database(Classroom.objects.get)).console is None


async def test_a_second_console_is_told_so_and_may_take_over(school):
    first = await open_page(school, school.teacher, path="console/")
    await first.hello()

    second = await open_page(school, school.teacher, path="console/")
    code, text = await second.refusal()
    assert code == TAKEN
    assert "换到这里上课" in text

    third = await open_page(school, school.teacher, path="console/", take=1)
    await third.hello()
    await first.send_to(text_data='{"type": "beat"}')
    assert await first.closing() == TAKEN
    await third.leave()


async def test_a_stream_that_is_none_gets_a_sentence_and_the_class_goes_on(school):
    page = await open_page(school, school.teacher, path="console/")
    await page.hello()
    await page.send_to(text_data='{"type": "start"}')
    assert await page.hear() == {"type": "started"}

    for _ in range(70):
        await page.send_to(bytes_data=b"this is no recording" * 4096)

    problem = await page.hear()
    assert (problem["type"], problem["code"]) == ("problem", "not_a_recording")
    assert "重新" in problem["text"]
    room = await in_database(Classroom.objects.get)
    assert room.state == Classroom.State.TEACHING
    await page.leave()


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(console, "QUIET_AFTER_S", 0.2)
    monkeypatch.setattr(console, "SILENT_AFTER_S", 1.5)
    monkeypatch.setattr(console, "LOOK_S", 0.05)


@pytest.fixture
async def teaching(school, impatient):
    page = await open_page(school, school.teacher, path="console/")
    await page.hello()
    await page.send_to(text_data='{"type": "start"}')
    assert await page.hear() == {"type": "started"}
    return page


@database_sync_to_async
def told_of_the_picture():
    pictures = RoomEvent.objects.filter(kind="picture").order_by("number")
    return list(pictures.values_list("body__on", flat=True))


async def told(*expected):
    async with asyncio.timeout(PATIENCE):
        while await told_of_the_picture() != [*expected]:
            await asyncio.sleep(0.05)


async def test_a_quiet_stream_is_told_and_goes_on_by_itself(teaching):
    async def beats():
        while True:
            await teaching.send_to(text_data='{"type": "beat"}')
            await asyncio.sleep(0.7)

    alive = asyncio.ensure_future(beats())
    await told(True, False)
    await teaching.send_to(bytes_data=chunks(matroska(pictures(), sounds()))[0])
    await told(True, False, True)
    alive.cancel()

    # The same socket, until nothing comes at all.
    assert await teaching.closing() == SILENT
    await teaching.wait(PATIENCE)
    assert await told_of_the_picture() == [True, False, True, False]


async def test_what_lies_unread_while_the_server_is_busy_is_no_silence(teaching, monkeypatch):
    monkeypatch.setattr(console, "QUIET_AFTER_S", 1)
    busy = asyncio.Event()

    async def beat(self, content):
        await asyncio.sleep(2)
        busy.set()

    monkeypatch.setattr(console.ConsoleSocket, "beat", beat)
    await teaching.send_to(text_data='{"type": "beat"}')
    await teaching.send_to(bytes_data=chunks(matroska(pictures(), sounds()))[0])
    await busy.wait()

    assert await told_of_the_picture() == [True]
    await teaching.leave()
