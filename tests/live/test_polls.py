"""A question to the room: one vote a person, counted, and nobody's told."""

import uuid

import pytest

from live import polls, services
from live.errors import RoomClosed
from live.hub import event_as_dict
from live.models import Poll, Vote
from tests import factories


@pytest.fixture
def clerk(school):
    return factories.login(school.teacher)


@pytest.fixture
def poll(school, clerk):
    return ask(school, clerk)


def ask(school, by, *, question="听得清吗？", answers=("清楚", "不清楚"), key=None):
    return polls.ask(
        classroom=school.room,
        question=question,
        answers=list(answers),
        key=key or uuid.uuid4(),
        by=by,
    )


def vote(poll, person, choice, *, client_id=None):
    polls.vote(poll=poll, person=person, choice=choice, client_id=client_id or uuid.uuid4())


def told(school):
    return [event_as_dict(event) for event in school.room.events.order_by("number")]


def test_a_question_is_told_once_however_often_it_is_sent(school, clerk):
    key = uuid.uuid4()

    first, again = [ask(school, clerk, key=key) for _ in range(2)]

    assert first == again
    [event] = told(school)
    assert (event["question"], event["answers"], event["open"]) == (
        "听得清吗？",
        ["清楚", "不清楚"],
        True,
    )


@pytest.mark.parametrize(
    ("question", "answers", "sentence"),
    [
        (" ", ["好", "不好"], "请先写上要问什么"),
        ("问" * 61, ["好", "不好"], "最多写 60"),
        ("好吗", ["好"], "2 到 5 个"),
        ("好吗", ["一", "二", "三", "四", "五", "六"], "2 到 5 个"),
        ("好吗", ["好", " 好 "], "一样"),
        ("好吗", ["好", "长" * 21], "最多写 20"),
    ],
    ids=["none", "long", "one", "six", "same", "long answer"],
)
def test_what_cannot_be_asked_is_refused_in_words(school, clerk, question, answers, sentence):
    with pytest.raises(RoomClosed, match=sentence):
        ask(school, clerk, question=question, answers=answers)
    assert not Poll.objects.exists()


def test_of_everybody_the_latest_vote_counts(school, poll):
    wang, li = school.learners
    vote(poll, wang, 0)
    vote(poll, li, 0)
    vote(poll, wang, 1)

    assert polls.counts_of(poll) == [1, 1]
    assert (polls.choice_of(poll, wang), polls.choice_of(poll, li)) == (1, 0)


def test_a_repeated_vote_does_not_undo_a_later_one(school, poll):
    name = uuid.uuid4()
    vote(poll, school.learner, 0, client_id=name)
    vote(poll, school.learner, 1)

    vote(poll, school.learner, 0, client_id=name)

    assert polls.choice_of(poll, school.learner) == 1
    assert Vote.objects.count() == 2


def test_votes_are_told_to_nobody_and_the_end_tells_numbers_alone(school, poll, clerk):
    vote(poll, school.learner, 1)
    assert len(told(school)) == 1

    for _ in range(2):
        polls.close(poll=poll, by=clerk)

    [_asked, closed] = told(school)
    assert (closed["open"], closed["counts"]) == (False, [0, 1])
    assert (closed["person"], closed["name"]) == (None, "")


def test_after_the_end_nobody_votes(school, poll, clerk):
    polls.close(poll=poll, by=clerk)

    with pytest.raises(RoomClosed, match="已经结束"):
        vote(poll, school.learner, 0)


def test_with_the_class_the_voting_ends_and_can_still_be_counted(school, poll, clerk):
    vote(poll, school.learner, 0)
    services.begin(classroom=school.room)
    services.end(classroom=school.room)

    with pytest.raises(RoomClosed, match="已经结束"):
        vote(poll, school.learner, 1)
    polls.close(poll=poll, by=clerk)
    assert polls.counts_of(poll) == [1, 0]


@pytest.mark.parametrize("choice", [-1, 2, 99])
def test_an_answer_that_is_not_there_is_refused(school, poll, choice):
    with pytest.raises(RoomClosed, match="没有这个答案"):
        vote(poll, school.learner, choice)


def test_a_new_question_closes_the_one_before(school, poll, clerk):
    second = ask(school, clerk, question="再写一遍吗？", answers=["写", "不写"])

    poll.refresh_from_db()
    assert poll.closed_at
    assert polls.latest(school.room.pk) == second
    assert [event["open"] for event in told(school)] == [True, False, True]


def test_bars_add_up_to_those_who_voted(school, poll):
    assert [bar.percent for bar in polls.bars_of(poll)] == [0, 0]
    for learner in school.learners:
        vote(poll, learner, 1)

    assert [(bar.count, bar.percent) for bar in polls.bars_of(poll)] == [(0, 0), (2, 100)]
