import io
import re
import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from live import calls, phone_links, services
from live.errors import RoomClosed
from live.models import Call, RoomEvent
from tests import factories

OFFER, ANSWER = "v=0 offer", "v=0 answer"


@pytest.fixture
def hand(school):
    """The class is on, and a learner's hand is up."""
    services.begin(classroom=school.room)
    services.raise_hand(classroom=school.room, person=school.learner)
    return school


@pytest.fixture
def call(hand):
    return calls.give_floor(classroom=hand.room, person=hand.learner, by=None)


def told(school):
    floors = RoomEvent.objects.filter(kind="floor").order_by("number")
    return [(event.body["state"], event.person) for event in floors]


def test_a_raised_hand_is_given_the_floor_once(hand):
    first = calls.give_floor(classroom=hand.room, person=hand.learner, by=None)
    again = calls.give_floor(classroom=hand.room, person=hand.learner, by=None)

    assert first == again
    assert told(hand) == [("offered", hand.learner)]


def test_nobody_is_given_the_floor_before_the_class(school):
    services.raise_hand(classroom=school.room, person=school.learner)

    with pytest.raises(RoomClosed, match="上课以后"):
        calls.give_floor(classroom=school.room, person=school.learner, by=None)


def test_a_hand_that_is_down_is_not_given_the_floor(hand):
    with pytest.raises(RoomClosed, match="李国强已经把手放下"):
        calls.give_floor(classroom=hand.room, person=hand.learners[1], by=None)


def test_one_speaks_at_a_time(hand, call):
    services.raise_hand(classroom=hand.room, person=hand.learners[1])

    with pytest.raises(RoomClosed, match="已经请了王秀兰"):
        calls.give_floor(classroom=hand.room, person=hand.learners[1], by=None)


def test_taking_the_floor_lowers_the_hand_and_is_told(hand, call):
    calls.take_floor(call=call, offer=OFFER, by=None)
    calls.take_floor(call=call, offer=OFFER, by=None)

    assert told(hand) == [("offered", hand.learner), ("speaking", hand.learner)]
    assert services.lower_hand(classroom=hand.room, person=hand.learner) is None


def test_a_second_device_does_not_take_the_floor_too(hand, call):
    calls.take_floor(call=call, offer=OFFER, by=None)

    with pytest.raises(RoomClosed, match="另一台设备"):
        calls.take_floor(call=call, offer=OFFER + " other", by=None)


@pytest.mark.parametrize(
    "offer", ["", "hello", "v=0" + "x" * 20_000], ids=["none", "text", "long"]
)
def test_what_is_no_description_is_refused(call, offer):
    with pytest.raises(RoomClosed, match="没有接通"):
        calls.take_floor(call=call, offer=offer, by=None)


def test_the_floor_ends_once_and_forgets_the_addresses(hand, call):
    calls.take_floor(call=call, offer=OFFER, by=None)
    calls.answer(call=call, answer=ANSWER)

    calls.end_floor(call=call)
    calls.end_floor(call=call)

    assert [state for state, _person in told(hand)] == ["offered", "speaking", "ended"]
    assert Call.objects.filter(offer="", answer="", ended_at__isnull=False).count() == 1
    with pytest.raises(RoomClosed, match="发言已经结束"):
        calls.answer(call=call, answer=ANSWER)


def test_calls_end_with_the_class(hand, call, django_capture_on_commit_callbacks):
    calls.ring(classroom=hand.room, offer=OFFER)
    services.end(classroom=hand.room)
    with django_capture_on_commit_callbacks(execute=True):
        services.close(classroom=hand.room)

    assert not Call.objects.filter(ended_at=None).exists()
    with pytest.raises(RoomClosed, match="已经下课"):
        calls.ring(classroom=hand.room, offer=OFFER)


def test_a_phone_that_rings_again_takes_the_place_of_itself(school):
    first = calls.ring(classroom=school.room, offer=OFFER)
    second = calls.ring(classroom=school.room, offer=OFFER)

    assert calls.open_call(school.room, Call.Kind.CAMERA) == second
    first.refresh_from_db()
    assert (first.state, first.offer) == ("ended", "")


def test_only_the_two_of_a_call_find_each_other(client, hand, call):
    calls.take_floor(call=call, offer=OFFER, by=None)
    url = reverse("live:floor_call", args=[hand.session.pk, call.key])
    logins = {person: factories.login(person) for person in (*hand.learners, hand.teacher)}

    def asked(person, name="floor_call", **fields):
        client.force_login(logins[person])
        address = reverse(f"live:{name}", args=[hand.session.pk, call.key])
        return client.post(address, fields) if fields else client.get(address)

    assert asked(hand.teacher).json() == {"state": "speaking", "ice": [], "offer": OFFER}
    assert asked(hand.learner, "floor_reply", answer=ANSWER).status_code == 404
    assert asked(hand.teacher, "floor_take", offer=OFFER).status_code == 404
    assert asked(hand.teacher, "floor_reply", answer=ANSWER).status_code == 200
    assert asked(hand.learner).json() == {"state": "speaking", "ice": [], "answer": ANSWER}
    for name, fields in {
        "floor_call": {},
        "floor_take": {"offer": OFFER},
        "floor_reply": {"answer": ANSWER},
        "floor_end": {"x": 1},
    }.items():
        assert asked(hand.learners[1], name, **fields).status_code == 404
    client.logout()
    assert client.get(url).status_code == 403


def scanned(school, user, kind=phone_links.CODE):
    return phone_links.make(
        session=school.session, user_pk=user.pk, epoch=user.session_epoch, kind=kind
    )


def test_a_phone_films_without_a_login_and_comes_back_later(client, school):
    user = factories.login(school.teacher)

    page = client.get(reverse("live:phone", args=[scanned(school, user)]), follow=True)
    address = page.redirect_chain[0][0]
    call = client.post(address, {"offer": OFFER}).json()["call"]

    assert "第二摄像头" in page.content.decode()
    assert client.get(f"{address}answer/", {"call": call}).json()["answer"] == ""
    calls.answer(call=Call.objects.get(), answer=ANSWER)
    assert client.get(f"{address}answer/", {"call": call}).json()["answer"] == ANSWER
    assert client.get(address).status_code == 200


def test_a_code_opens_nothing_once_it_should_not(client, school):
    user = factories.login(school.teacher)
    stranger = factories.login(school.learner)
    good = scanned(school, user, phone_links.PASS)
    assert phone_links.opened(good)[0] == school.session

    for token in (good + "x", scanned(school, stranger), "nonsense"):
        assert client.get(reverse("live:phone", args=[token])).status_code == 404
    type(user).objects.filter(pk=user.pk).update(session_epoch=user.session_epoch + 1)
    with pytest.raises(Http404):
        phone_links.opened(good)
    type(user).objects.filter(pk=user.pk).update(session_epoch=user.session_epoch)
    services.begin(classroom=school.room, now=school.now)
    services.end(classroom=school.room, now=school.now)
    with pytest.raises(Http404):
        phone_links.opened(good)


def test_the_console_brings_slides_and_shows_them(client, school, settings, tmp_path, picture):
    settings.RECORDINGS_ROOT = tmp_path
    client.force_login(factories.login(school.teacher))
    services.begin(classroom=school.room)
    name = uuid.uuid4()

    def bring(*files):
        fields = {"client_id": name, "files": list(files)}
        return client.post(reverse("live:slides", args=[school.session.pk]), fields)

    refused = bring(SimpleUploadedFile("课.ppt", b"\xd0\xcf\x11\xe0 old"))
    deck = bring(SimpleUploadedFile("临帖.png", picture), SimpleUploadedFile("2.png", picture))
    again = bring(SimpleUploadedFile("临帖.png", picture))

    assert (refused.status_code, "另存为 PDF" in refused.json()["error"]) == (422, True)
    assert deck.json() == {"deck": {"key": name.hex, "name": "临帖", "pages": 2}} == again.json()
    pages = {file.name for file in (tmp_path / school.room.recording.hex).iterdir()}
    assert pages == {f"slide-{name.hex}-1.webp", f"slide-{name.hex}-2.webp"}
    shown = client.post(
        reverse("live:slide", args=[school.session.pk]), {"deck": name.hex, "page": 2}
    )
    assert shown.status_code == 200
    assert RoomEvent.objects.get(kind="slide").body["page"] == 2
    missing = {"deck": uuid.uuid4().hex, "page": 1}
    assert client.post(shown.wsgi_request.path, missing).status_code == 404


@pytest.fixture
def picture():
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "red").save(out, "PNG")
    return out.getvalue()


def test_a_code_is_good_for_minutes(school, monkeypatch):
    user = factories.login(school.teacher)
    old = scanned(school, user)
    monkeypatch.setitem(phone_links.VALID_FOR, phone_links.CODE, timedelta(seconds=-1))

    assert timezone.now() > school.now
    with pytest.raises(Http404):
        phone_links.opened(old)


def test_the_teacher_shows_a_code_and_answers_the_phone(client, school):
    session = school.session.pk
    teacher = factories.login(school.teacher)
    client.force_login(teacher)

    shown = client.get(reverse("live:camera_code", args=[session])).content.decode()
    (token,) = re.findall(r"/camera/([^/\"<]+)/", shown)[:1]
    opened, by, kind = phone_links.opened(token)
    assert (opened, by, kind) == (school.session, teacher, phone_links.CODE)
    assert "<svg" in shown

    phone = Client()
    page = phone.get(reverse("live:phone", args=[token])).url
    passed = page.split("/")[-2]
    answer_at = reverse("live:phone_answer", args=[passed])
    call = phone.post(page, {"offer": OFFER}).json()["call"]
    assert phone.get(answer_at, {"call": call}).json() == {"state": "speaking", "answer": ""}

    reply_at = reverse("live:camera_reply", args=[session])
    waiting = client.get(reverse("live:camera", args=[session])).json()
    assert (waiting["call"], waiting["offer"]) == (call, OFFER)
    assert client.post(reply_at, {"call": call, "answer": ANSWER}).status_code == 200
    assert phone.get(answer_at, {"call": call}).json()["answer"] == ANSWER

    # Neither a code that was not taken up, nor another call, nor a learner.
    assert phone.get(reverse("live:phone_answer", args=[token]), {"call": call}).status_code == 404
    for stranger in ("", "x", uuid.uuid4().hex):
        assert phone.get(answer_at, {"call": stranger}).status_code == 404
        assert client.post(reply_at, {"call": stranger, "answer": ANSWER}).status_code == 404
    client.force_login(factories.login(school.learner))
    assert client.get(reverse("live:camera_code", args=[session])).status_code == 404
    assert client.post(reply_at, {"call": call, "answer": ANSWER}).status_code == 404
