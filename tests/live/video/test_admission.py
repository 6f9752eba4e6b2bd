import asyncio

import pytest

from live.video import admission as admission_module
from live.video.admission import (
    NO_SECONDS,
    RENEW_SECONDS,
    YES_SECONDS,
    YES_WITHOUT_DATABASE_SECONDS,
    Admission,
    Refused,
)
from live.video.tokens import LIVE, make_token


class School:
    """A database of who may watch, a clock, and how often it was asked."""

    def __init__(self):
        self.now = 1000.0
        self.removed = set()
        self.asked = 0
        self.is_away = False
        self.answers = asyncio.Event()
        self.answers.set()

    async def permits(self, claims) -> bool:
        self.asked += 1
        await self.answers.wait()
        if self.is_away:
            raise ConnectionError("the database is away")
        return claims.person not in self.removed

    def admission(self) -> Admission:
        return Admission(self.permits, clock=lambda: self.now)


def token(person: int = 5) -> str:
    return make_token(recording="ab" * 16, session=3, person=person, kind=LIVE)


async def is_in(admission: Admission, ticket: str) -> bool:
    try:
        await admission.admit(ticket)
    except Refused as refused:
        if refused.status != 403:
            raise
        return False
    return True


async def settle():
    for _ in range(5):
        await asyncio.sleep(0)


async def test_hundreds_of_requests_of_a_minute_cost_one_question():
    school = School()
    admission = school.admission()
    ticket = token()

    school.answers.clear()
    requests = [asyncio.ensure_future(admission.admit(ticket)) for _ in range(100)]
    await settle()
    school.answers.set()
    claims = await asyncio.gather(*requests)
    school.now += RENEW_SECONDS - 1
    await admission.admit(ticket)

    assert {each.person for each in claims} == {5}
    assert school.asked == 1


async def test_a_removed_learner_is_out_within_a_minute_and_nobody_else():
    school = School()
    admission = school.admission()
    mine, yours = token(5), token(6)
    assert await is_in(admission, mine)
    assert await is_in(admission, yours)

    school.removed.add(5)
    school.now += YES_SECONDS

    assert not await is_in(admission, mine)
    assert await is_in(admission, yours)


async def test_an_answer_is_renewed_before_it_is_too_old_without_a_wait():
    school = School()
    admission = school.admission()
    ticket = token()
    await admission.admit(ticket)
    school.answers.clear()
    school.now += RENEW_SECONDS

    at_once = asyncio.ensure_future(is_in(admission, ticket))
    await settle()
    assert at_once.done()
    assert at_once.result()
    school.removed.add(5)
    school.answers.set()
    await settle()

    assert school.asked == 2
    assert not await is_in(admission, ticket)


async def test_who_is_let_in_again_is_in_after_seconds():
    school = School()
    admission = school.admission()
    school.removed.add(5)
    ticket = token()
    assert not await is_in(admission, ticket)
    school.removed.clear()

    assert not await is_in(admission, ticket)
    school.now += NO_SECONDS

    assert await is_in(admission, ticket)


async def test_the_class_goes_on_while_the_database_is_away_but_not_for_ever():
    school = School()
    admission = school.admission()
    ticket = token()
    await admission.admit(ticket)
    school.is_away = True

    school.now += YES_WITHOUT_DATABASE_SECONDS - 1
    assert await is_in(admission, ticket)
    school.now += 1
    with pytest.raises(Refused) as refused:
        await admission.admit(ticket)

    assert refused.value.status == 503


async def test_a_database_that_hangs_stops_nobody_who_is_in(monkeypatch):
    monkeypatch.setattr(admission_module, "PATIENCE_SECONDS", 0.01)
    school = School()
    admission = school.admission()
    ticket = token()
    await admission.admit(ticket)
    school.answers.clear()
    school.now += YES_SECONDS

    assert await is_in(admission, ticket)
    school.answers.set()
    await settle()


async def test_a_newcomer_waits_for_the_database_or_is_asked_to_try_again():
    school = School()
    school.is_away = True

    with pytest.raises(Refused) as refused:
        await school.admission().admit(token())

    assert refused.value.status == 503


async def test_an_answer_does_not_outlive_its_token(monkeypatch):
    school = School()
    admission = school.admission()
    ticket = token()
    claims = await admission.admit(ticket)

    monkeypatch.setattr(admission_module.time, "time", lambda: claims.expires_at)

    assert not await is_in(admission, ticket)
    assert school.asked == 1


async def test_only_so_many_answers_are_kept(monkeypatch):
    monkeypatch.setattr(admission_module, "MOST_ANSWERS", 10)
    school = School()
    admission = school.admission()
    tickets = [token(person) for person in range(30)]

    for ticket in tickets:
        await admission.admit(ticket)

    await admission.admit(tickets[-1])
    assert school.asked == 30
    await admission.admit(tickets[0])
    assert school.asked == 31
    assert len(admission._answers) == 10
