import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from live import forgetting, moderation, recordings, services, voices
from live.errors import RoomClosed
from live.models import RoomEvent
from live.video.voices import VOICE_NAME
from tests import factories
from tests.live.video.test_voices import recorded


@pytest.fixture
def sound():
    return recorded(2)


def speak(school, sound, **fields):
    fields = {"person": school.learner, "client_id": uuid.uuid4(), **fields}
    return voices.speak(classroom=school.room, sound=sound, **fields)


def files(school):
    return sorted(path.name for path in recordings.folder_of(school.room).path.glob("voice-*"))


def test_what_was_spoken_is_a_message_with_a_sound_and_no_words(school, sound):
    event = speak(school, sound)

    assert event.kind == RoomEvent.Kind.MESSAGE
    assert event.body == {
        "text": "",
        "teacher": False,
        "voice": event.body["voice"],
        "seconds": 2,
    }
    assert files(school) == [f"voice-{event.body['voice']}.m4a"]


def test_sent_twice_it_is_said_once(school, sound):
    name = uuid.uuid4()

    first, second = [speak(school, sound, client_id=name) for _ in range(2)]

    assert first.pk == second.pk
    assert len(files(school)) == 1


@pytest.mark.parametrize(
    ("sound", "sentence"),
    [(b"", "没有录到声音"), (b"text", "没有录到声音"), (bytes(4 * 1024 * 1024), "一分钟")],
    ids=["nothing", "no sound", "too large"],
)
def test_what_cannot_be_played_is_refused_in_words_and_leaves_nothing(school, sound, sentence):
    with pytest.raises(RoomClosed, match=sentence):
        speak(school, sound)

    assert (files(school), RoomEvent.objects.exists()) == ([], False)


def test_while_messages_are_paused_nothing_is_spoken_and_no_file_stays(school, sound):
    services.pause_messages(classroom=school.room, paused=True)

    with pytest.raises(RoomClosed, match="暂停"):
        speak(school, sound)

    assert files(school) == []


def test_after_the_end_nothing_is_spoken(school, sound):
    services.begin(classroom=school.room)
    services.end(classroom=school.room)

    with pytest.raises(RoomClosed, match="下课"):
        speak(school, sound)

    assert files(school) == []


def test_who_speaks_too_often_is_asked_to_wait_and_others_are_not(school, sound):
    for _ in range(voices.MOST):
        speak(school, sound)

    with pytest.raises(RoomClosed, match="等一分钟"):
        speak(school, sound)
    speak(school, sound, person=school.learners[1])

    assert len(files(school)) == voices.MOST + 1


def test_whose_file_is_erased_is_heard_no_more(school, sound, django_capture_on_commit_callbacks):
    speak(school, sound)
    kept = speak(school, sound, person=school.learners[1])

    with django_capture_on_commit_callbacks(execute=True):
        assert forgetting.forget_messages(person=school.learner) == 1

    assert files(school) == [f"voice-{kept.body['voice']}.m4a"]
    assert RoomEvent.objects.order_by("number")[0].body["voice"] == ""


def test_a_page_sends_what_its_browser_recorded(client, school, sound):
    client.force_login(factories.login(school.learner))
    url = reverse("live:speak", args=[school.session.pk])
    fields = {"client_id": str(uuid.uuid4()), "opened_as": school.learner.pk}

    answer = client.post(url, {**fields, "sound": SimpleUploadedFile("blob", sound)})
    empty = client.post(url, {**fields, "client_id": str(uuid.uuid4())})

    assert (answer.status_code, answer.json()) == (200, {"number": 1})
    assert (empty.status_code, empty.json()["error"]) == (422, "没有录到声音，请再录一次。")
    assert len(files(school)) == 1


def test_a_teacher_does_not_speak_here(client, school, sound):
    client.force_login(factories.login(school.teacher))
    url = reverse("live:speak", args=[school.session.pk])

    fields = {"client_id": str(uuid.uuid4()), "sound": SimpleUploadedFile("blob", sound)}
    answer = client.post(url, fields)

    assert answer.status_code == 404
    assert files(school) == []


def test_a_hidden_question_is_heard_by_nobody_and_goes_with_its_file(
    school, sound, django_capture_on_commit_callbacks
):
    spoken = speak(school, sound)
    by = factories.login(school.teacher)

    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            moderation.hide(classroom=school.room, number=spoken.number, by=by)

    folder = recordings.folder_of(school.room).path
    assert files(school) == []
    (trace,) = folder.glob("*.m4a")
    assert VOICE_NAME.fullmatch(trace.name) is None

    with django_capture_on_commit_callbacks(execute=True):
        forgetting.forget_messages(person=school.learner)
    assert not list(folder.glob("*.m4a"))
