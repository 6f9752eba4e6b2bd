"""Words hold a message, a message is hidden, somebody is muted: the same for all who help."""

import uuid

import pytest

from live import moderation, queries, services, voices
from live.errors import RoomClosed, WordRefused
from live.hub import event_as_dict
from live.models import HeldMessage, HeldWord, RoomEvent
from tests import factories

Kind = RoomEvent.Kind


@pytest.fixture
def clerk(school):
    return factories.login(factories.person("周敏"))


@pytest.fixture
def words(school, clerk):
    moderation.add_words(organisation=school.group.organisation, text="加微信\n赌博", by=clerk)


def say(school, text, *, client_id=None, **more):
    return services.say(
        classroom=school.room,
        person=school.learner,
        text=text,
        client_id=client_id or uuid.uuid4(),
        **more,
    )


def kinds(school):
    return list(school.room.events.values_list("kind", flat=True))


# Words


def test_words_are_kept_once_whatever_they_look_like(school, clerk):
    unit = school.group.organisation

    assert moderation.add_words(organisation=unit, text="赌博\n赌 博\n\n ＳＢ", by=clerk) == 2
    assert moderation.add_words(organisation=unit, text="sb", by=clerk) == 0

    assert {word.word for word in moderation.list_of(unit)} == {"赌博", "ＳＢ"}


def test_a_word_becomes_fine_and_is_held_no_more(school, clerk):
    unit = school.group.organisation
    moderation.add_words(organisation=unit, text="体操", by=clerk)

    moderation.add_words(organisation=unit, text="体操", is_fine=True, by=clerk)

    assert moderation.words_of(unit).held == frozenset()
    assert moderation.words_of(unit).fine == {"体操"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [(" \n", "请先写上词"), ("好\n***", "第 2 行只有符号"), ("长" * 41, "第 1 行太长")],
    ids=["nothing", "signs", "long"],
)
def test_what_is_no_word_is_refused_and_nothing_is_added(school, clerk, text, sentence):
    with pytest.raises(WordRefused, match=sentence):
        moderation.add_words(organisation=school.group.organisation, text=text, by=clerk)
    assert not HeldWord.objects.exists()


def test_words_hold_beneath_their_organisation_and_not_beside_it(db, clerk):
    city = factories.organisation("青岚市")
    district, other = [factories.organisation(name, parent=city) for name in ("望湖区", "海滨区")]
    moderation.add_words(organisation=city, text="赌博", by=clerk)
    moderation.add_words(organisation=district, text="加微信", by=clerk)

    held = [moderation.words_of(unit).held for unit in (city, district, other)]

    assert held == [{"赌博"}, {"赌博", "加微信"}, {"赌博"}]


def test_a_word_taken_from_the_list_holds_nothing_and_stays_as_a_trace(school, clerk, words):
    word = HeldWord.objects.get(folded="赌博")

    moderation.remove_word(word=word, by=clerk)
    moderation.remove_word(word=word, by=None)

    word.refresh_from_db()
    assert moderation.words_of(school.group.organisation).held == {"加微信"}
    assert word.removed_by == clerk


# Held messages


def test_a_message_with_a_word_waits_and_nobody_is_told_who_wrote_it(school, words):
    held = say(school, "请加 微\u200b信")

    assert isinstance(held, HeldMessage)
    assert (held.text, held.words) == ("请加 微\u200b信", ["加微信"])
    [event] = school.room.events.all()
    assert (event.kind, event.person, event.body) == (Kind.HELD, None, {})


def test_the_teachers_own_words_are_not_held(school, words):
    assert say(school, "不要加微信", by_teacher=True).kind == Kind.MESSAGE


def test_a_repeated_message_is_held_once(school, words):
    name = uuid.uuid4()

    first, again = [say(school, "赌博", client_id=name) for _ in range(2)]

    assert first == again
    assert kinds(school) == [Kind.HELD]


def test_a_message_let_through_is_said_once_by_its_author(school, words, clerk):
    name = uuid.uuid4()
    held = say(school, "赌博不好", client_id=name)

    for _ in range(2):
        moderation.look_at(classroom=school.room, message_pk=held.pk, let_through=True, by=clerk)

    assert kinds(school) == [Kind.HELD, Kind.MESSAGE]
    said = school.room.events.get(kind=Kind.MESSAGE)
    assert (said.person, said.body["text"]) == (school.learner, "赌博不好")
    assert say(school, "赌博不好", client_id=name) == said
    assert list(moderation.waiting(school.room.pk)) == []


def test_a_message_kept_back_stays_so_whoever_looks_next(school, words, clerk):
    held = say(school, "去赌博")

    moderation.look_at(classroom=school.room, message_pk=held.pk, let_through=False, by=clerk)
    moderation.look_at(classroom=school.room, message_pk=held.pk, let_through=True, by=clerk)

    held.refresh_from_db()
    assert (held.event, held.looked_by, held.text) == (None, clerk, "去赌博")
    assert Kind.MESSAGE not in kinds(school)


def test_a_held_message_of_another_room_is_not_looked_at(school, words, clerk):
    held = say(school, "去赌博")
    other = services.open_room(session=factories.session(school.group, starts_at=school.now))

    looked = moderation.look_at(classroom=other, message_pk=held.pk, let_through=True, by=clerk)

    assert looked is None


def test_what_was_through_before_its_word_was_listed_is_not_held_by_a_repetition(school, clerk):
    name = uuid.uuid4()
    said = say(school, "赌博", client_id=name)
    moderation.add_words(organisation=school.group.organisation, text="赌博", by=clerk)

    assert say(school, "赌博", client_id=name) == said


def test_held_messages_count_as_written(school, words):
    for _ in range(services.MOST_MESSAGES):
        say(school, "赌博", is_limited=True)

    with pytest.raises(RoomClosed, match="写得很快"):
        say(school, "好", is_limited=True)


# Hiding


def test_a_hidden_message_leaves_the_house_no_more_and_keeps_its_trace(school, clerk):
    said = say(school, "不好听的话")

    hidden = [
        moderation.hide(classroom=school.room, number=said.number, by=clerk) for _ in range(2)
    ]

    assert hidden == [said, said]
    assert kinds(school) == [Kind.MESSAGE, Kind.HIDDEN]
    told = [event_as_dict(event) for event in queries.events_after(school.room.pk, 0)]
    assert [event.get("text") for event in told] == ["", None]
    assert (told[0]["hidden"], told[1]["of"]) == (True, said.number)
    said.refresh_from_db()
    assert said.body["text"] == "不好听的话"


def test_a_message_is_hidden_after_the_end_too(school, clerk):
    said = say(school, "不好听的话")
    services.begin(classroom=school.room)
    services.end(classroom=school.room)

    assert moderation.hide(classroom=school.room, number=said.number, by=clerk).hidden_at


def test_only_messages_are_hidden(school, clerk):
    hand = services.raise_hand(classroom=school.room, person=school.learner)

    assert moderation.hide(classroom=school.room, number=hand.number, by=clerk) is None
    assert moderation.hide(classroom=school.room, number=99, by=clerk) is None


# Muting


def test_somebody_muted_is_told_kindly_and_may_still_raise_a_hand(school, clerk):
    for _ in range(2):
        moderation.mute(classroom=school.room, person=school.learner, by=clerk)

    with pytest.raises(RoomClosed, match="先听讲"):
        say(school, "好")
    assert services.raise_hand(classroom=school.room, person=school.learner).number == 2


def test_somebody_muted_speaks_no_question_either(school, clerk):
    moderation.mute(classroom=school.room, person=school.learner, by=clerk)

    with pytest.raises(RoomClosed, match="先听讲"):
        voices._say(school.room, school.learner, None, uuid.uuid4(), 3, uuid.uuid4(), school.now)


def test_somebody_else_and_another_meeting_are_not_muted(school, clerk):
    moderation.mute(classroom=school.room, person=school.learner, by=clerk)
    other = services.open_room(session=factories.session(school.group, starts_at=school.now))

    assert not moderation.is_muted(other.pk, school.learner)
    assert not moderation.is_muted(school.room.pk, school.learners[1])


def test_who_is_muted_no_more_writes_again(school, clerk):
    moderation.mute(classroom=school.room, person=school.learner, by=clerk)

    for _ in range(2):
        moderation.unmute(classroom=school.room, person=school.learner, by=clerk)

    assert say(school, "好").number == 3


def test_pages_are_told_by_a_mark_that_is_nobodys_name(school, clerk):
    moderation.mute(classroom=school.room, person=school.learner, by=clerk)

    [told] = [event_as_dict(event) for event in school.room.events.all()]
    marks = [moderation.mark_of(school.room, one) for one in school.learners]
    assert (told["person"], told["name"], told["mark"]) == (None, "", marks[0])
    assert marks[0] != marks[1]
