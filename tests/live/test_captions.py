"""Words under the picture: sent, kept for late pages and the replay; speech is optional."""

import sys
import uuid
from datetime import timedelta

import pytest
from django.urls import reverse

from live import captions, logbook, replays, services
from live.errors import RoomClosed
from live.models import RoomEvent
from tests import factories


@pytest.fixture
def clerk(school):
    services.begin(classroom=school.room, now=school.now)
    return factories.login(school.teacher)


def say(school, text, *, after=0, client_id=None, by=None):
    return captions.caption(
        classroom=school.room,
        text=text,
        by=by,
        client_id=client_id or uuid.uuid4(),
        now=school.now + timedelta(seconds=after),
    )


def test_a_caption_is_an_event_once(school, clerk):
    name = uuid.uuid4()

    first, again = [say(school, " 横平\n竖直 ", client_id=name) for _ in range(2)]

    assert first == again
    assert (first.kind, first.body["text"]) == ("caption", "横平 竖直")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [(" \u0000 ", "先写几个字"), ("长" * 81, "最多 80")],
    ids=["none", "long"],
)
def test_nothing_and_too_much_are_refused(school, clerk, text, sentence):
    with pytest.raises(RoomClosed, match=sentence):
        say(school, text)


def test_before_the_class_there_is_no_picture_to_write_under(school):
    with pytest.raises(RoomClosed, match="还没有上课"):
        say(school, "横平竖直")


def test_a_late_page_shows_the_last_words_for_a_while(school, clerk):
    say(school, "先写横", after=0)
    say(school, "再写竖", after=5)
    room = school.room

    shown = [
        captions.shown_now(room, now=school.now + timedelta(seconds=after)) for after in (6, 30)
    ]

    assert shown == ["再写竖", ""]


def was_said(school, text, *, after):
    logbook.write(
        school.room,
        RoomEvent.Kind.CAPTION,
        body={"text": text, "heard": False},
        now=school.now + timedelta(seconds=after),
        even_after_the_end=True,
    )


def test_the_replay_has_them_where_they_were_said(school, recorded, client):
    was_said(school, "先写横 <b>&", after=5)
    was_said(school, "再写竖", after=9)
    # The recording has nothing of its sixth minute.
    was_said(school, "接着写", after=360 + 30)
    client.force_login(factories.login(school.learner))
    url = reverse("live:captions", args=[school.session.pk])

    assert client.get(url).content.decode() == (
        "WEBVTT\n\n"
        "00:00:05.000 --> 00:00:09.000\n先写横 &lt;b&gt;&amp;\n\n"
        "00:00:09.000 --> 00:00:21.000\n再写竖\n\n"
        "00:05:30.000 --> 00:05:42.000\n接着写\n"
    )


def test_what_was_cut_away_has_no_words_and_the_rest_moves(school, recorded, client):
    for after in (5, 390):
        was_said(school, f"第{after}秒", after=after)
    replays.cut(replay=recorded, start=300, end=None)
    url = reverse("live:captions", args=[school.session.pk])

    client.force_login(factories.login(school.learner))
    assert client.get(url).content.decode() == (
        "WEBVTT\n\n00:00:30.000 --> 00:00:42.000\n第390秒\n"
    )
    assert client.get(url, {"whole": ""}).status_code == 404
    client.force_login(factories.login(school.teacher))
    assert "第5秒" in client.get(url, {"whole": ""}).content.decode()


def test_the_words_of_a_replay_that_is_withheld_are_withheld_too(school, recorded, client):
    was_said(school, "横平竖直", after=5)
    by = factories.login(school.teacher)
    replays.withhold(replay=recorded, reason="再看看", by=by)
    client.force_login(factories.login(school.learner))

    assert client.get(reverse("live:captions", args=[school.session.pk])).status_code == 404


def test_words_outside_the_recording_are_left_out(school, clerk):
    say(school, "先写横", after=5)

    assert captions.cues_of(school.room, lambda _moment: None) == []


def test_without_a_model_there_is_no_engine(settings):
    settings.SPEECH_MODEL = ""

    assert captions.speech_engine() is None


def test_a_folder_that_is_not_there_is_named(settings, tmp_path):
    settings.SPEECH_MODEL = str(tmp_path / "model")

    with pytest.raises(captions.SpeechUnavailable, match="model does not exist"):
        captions.speech_engine()


def test_a_package_that_is_missing_is_named(settings, tmp_path):
    settings.SPEECH_MODEL = str(tmp_path)

    with pytest.raises(captions.SpeechUnavailable, match="vosk is not installed"):
        captions.speech_engine()


# What the package offers, with a model that hears every third piece as the end of a sentence.
VOSK = """
import json

class Model:
    def __init__(self, path):
        self.path = path

class KaldiRecognizer:
    def __init__(self, model, rate):
        self.heard, self.facts = 0, f"{model.path} {rate}"

    def AcceptWaveform(self, sound):
        self.heard += 1
        return self.heard % 3 == 0

    def Result(self):
        return json.dumps({"text": "横 平 竖 直" if self.heard == 3 else ""})

    def FinalResult(self):
        return json.dumps({"text": self.facts})
"""


def test_an_engine_says_whole_sentences_as_they_end(settings, tmp_path, monkeypatch):
    settings.SPEECH_MODEL = str(tmp_path)
    (tmp_path / "vosk.py").write_text(VOSK)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "vosk", raising=False)

    engine = captions.speech_engine()

    heard = [engine.hear(bytes(3200)) for _ in range(6)]
    # Not by monkeypatch, which would put it back for the tests after this one.
    del sys.modules["vosk"]
    assert heard == [[], [], ["横平竖直"], [], [], []]
    assert engine.finish() == [f"{tmp_path}16000"]
