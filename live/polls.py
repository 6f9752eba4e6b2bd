"""Questions to the room: asked, answered, counted.

Learners' pages are told the question, and the counts when it is closed; never whose vote
was which. Meanwhile only those who hold the class see how it stands.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Person, User
from live import logbook
from live.errors import RoomClosed
from live.models import Classroom, Poll, RoomEvent, Vote

Kind = RoomEvent.Kind

FEWEST, MOST = 2, 5
LONGEST_QUESTION, LONGEST_ANSWER = 60, 20


@dataclass(frozen=True)
class Bar:
    """One answer, how many chose it, and how long its bar is, of 100."""

    answer: str
    count: int
    percent: int


def latest(classroom_pk: int) -> Poll | None:
    """The poll that is open, or the one closed last."""
    return Poll.objects.filter(classroom=classroom_pk).order_by("-asked_at", "-pk").first()


def counts_of(poll: Poll) -> list[int]:
    """How many chose each answer: of everybody the latest vote."""
    choices: dict[int, int] = {}
    for person, choice in poll.votes.order_by("pk").values_list("person_id", "choice"):
        choices[person] = choice
    cast = list(choices.values())
    return [cast.count(place) for place in range(len(poll.answers))]


def bars_of(poll: Poll) -> list[Bar]:
    counts = counts_of(poll)
    most = max(sum(counts), 1)
    return [
        Bar(answer, count, round(100 * count / most))
        for answer, count in zip(poll.answers, counts, strict=True)
    ]


def choice_of(poll: Poll, person: Person) -> int | None:
    vote = poll.votes.filter(person=person).order_by("-pk").first()
    return vote.choice if vote else None


@transaction.atomic
def ask(
    *,
    classroom: Classroom,
    question: str,
    answers: list[str],
    key: uuid.UUID,
    by: User,
    now: datetime | None = None,
) -> Poll:
    """Ask the room. The same `key` again is the same poll; one still open is closed first.

    Raises RoomClosed in words for a question or answers that cannot be asked, and after the
    end of the class.
    """
    now = now or timezone.now()
    question = " ".join(question.split())
    answers = [line for line in (" ".join(answer.split()) for answer in answers) if line]
    if not question:
        raise RoomClosed(_("请先写上要问什么。"))
    if len(question) > LONGEST_QUESTION:
        raise RoomClosed(_("问题最多写 %(most)s 个字。") % {"most": LONGEST_QUESTION})
    if not FEWEST <= len(answers) <= MOST:
        raise RoomClosed(_("请写 2 到 5 个答案，一行一个。"))
    if any(len(answer) > LONGEST_ANSWER for answer in answers):
        raise RoomClosed(_("一个答案最多写 %(most)s 个字。") % {"most": LONGEST_ANSWER})
    if len(set(answers)) < len(answers):
        raise RoomClosed(_("有两个答案一样，请改一个。"))
    room = logbook.lock(classroom)
    if same := room.polls.filter(key=key).first():
        return same
    if open_still := room.polls.filter(closed_at=None).first():
        _close(room, open_still, by, now)
    poll = Poll.objects.create(
        classroom=room, key=key, question=question, answers=answers, asked_at=now, asked_by=by
    )
    body = {"poll": poll.pk, "question": question, "answers": answers, "open": True}
    logbook.write(classroom, Kind.POLL, by=by, body=body, now=now)
    return poll


@transaction.atomic
def vote(
    *,
    poll: Poll,
    person: Person,
    choice: int,
    client_id: uuid.UUID,
    by: User | None = None,
    now: datetime | None = None,
) -> None:
    """`person` chooses answer number `choice`; until the end they may choose another.

    The same `client_id` again changes nothing. Raises RoomClosed when the poll is over.
    """
    if not 0 <= choice < len(poll.answers):
        raise RoomClosed(_("没有这个答案，请再选一次。"))
    # The room is locked, so that nobody's vote comes after the counting.
    room = logbook.lock(poll.classroom)
    if poll.votes.filter(person=person, client_id=client_id).exists():
        return
    if room.ended_at or not room.polls.filter(pk=poll.pk, closed_at=None).exists():
        raise RoomClosed(_("这次投票已经结束了。"))
    Vote.objects.create(
        poll=poll,
        person=person,
        by=by,
        choice=choice,
        client_id=client_id,
        cast_at=now or timezone.now(),
    )


@transaction.atomic
def close(*, poll: Poll, by: User | None, now: datetime | None = None) -> None:
    """End a poll and show everybody the counts; again is harmless."""
    room = logbook.lock(poll.classroom)
    if still := room.polls.filter(pk=poll.pk, closed_at=None).first():
        _close(room, still, by, now or timezone.now())


def _close(room: Classroom, poll: Poll, by: User | None, now: datetime) -> None:
    poll.closed_at, poll.closed_by = now, by
    poll.save(update_fields=["closed_at", "closed_by"])
    body = {
        "poll": poll.pk,
        "question": poll.question,
        "answers": poll.answers,
        "open": False,
        "counts": counts_of(poll),
    }
    # A poll that was open at the end may still be counted.
    logbook.write(room, Kind.POLL, by=by, body=body, now=now, even_after_the_end=True)
