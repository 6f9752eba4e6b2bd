"""Who may have a file now: the ticket, and the answer of the database to it.

The answer is kept for a short while, so that the hundreds of requests a player
makes in a minute cost one question.
"""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from live.video.tokens import BadToken, Claims, read_token

logger = logging.getLogger(__name__)

Permits = Callable[[Claims], Awaitable[bool]]

# An answer is renewed in the background before it is too old, and waited for after
# that: somebody who was removed is out within a minute, half of what is promised.
RENEW_SECONDS = 40
YES_SECONDS = 60
# Somebody who was let in again does not wait for it.
NO_SECONDS = 5
# While the database is away, those inside stay for the rest of what is promised: its
# restart does not stop a class.  So long is it waited for:
YES_WITHOUT_DATABASE_SECONDS = 110
PATIENCE_SECONDS = 2

# Ten full rooms; whoever falls out is asked about again.
MOST_ANSWERS = 5000


class Refused(Exception):
    """No.  The message may be shown."""

    def __init__(self, message: str, status: int = 403):
        super().__init__(message)
        self.status = status


@dataclass(slots=True)
class Answer:
    claims: Claims
    is_yes: bool
    given_at: float


class Admission:
    """Remembers answers for this process.  Used from one event loop."""

    def __init__(self, permits: Permits, *, clock: Callable[[], float] = time.monotonic):
        self._permits = permits
        self._clock = clock
        self._answers: OrderedDict[str, Answer] = OrderedDict()
        self._asking: dict[str, asyncio.Task] = {}

    async def admit(self, token: str) -> Claims:
        """The claims of a ticket that is good now.  Raises Refused."""
        old = self._answers.get(token)
        claims = old.claims if old else _read(token)
        if claims.expires_at <= time.time():
            raise Refused("This address has expired.")
        answer = await self._answer(token, claims, old)
        if answer is None:
            raise Refused("Please try again in a moment.", status=503)
        if not answer.is_yes:
            raise Refused("You cannot watch this class.")
        return claims

    async def _answer(self, token: str, claims: Claims, old: Answer | None) -> Answer | None:
        age = self._clock() - old.given_at if old else 0
        if old and age < (RENEW_SECONDS if old.is_yes else NO_SECONDS):
            return old
        asking = self._ask(token, claims)
        may_stay = old is not None and old.is_yes and age < YES_WITHOUT_DATABASE_SECONDS
        if may_stay and age < YES_SECONDS:
            return old
        # Not cancelled by a timeout, nor by a player that goes away.
        await asyncio.wait({asking}, timeout=PATIENCE_SECONDS if may_stay else None)
        new = asking.result() if asking.done() else None
        return old if new is None and may_stay else new

    def _ask(self, token: str, claims: Claims) -> asyncio.Task:
        """One question at a time for a token, however many requests wait for it."""
        if token not in self._asking:
            task = asyncio.ensure_future(self._ask_once(token, claims))
            task.add_done_callback(lambda _: self._asking.pop(token))
            self._asking[token] = task
        return self._asking[token]

    async def _ask_once(self, token: str, claims: Claims) -> Answer | None:
        asked_at = self._clock()
        try:
            is_yes = await self._permits(claims)
        except Exception:
            logger.exception("Nobody says who may watch session %s", claims.session)
            return None
        answer = self._answers[token] = Answer(claims, is_yes, asked_at)
        self._answers.move_to_end(token)
        while len(self._answers) > MOST_ANSWERS:
            self._answers.popitem(last=False)
        return answer


def _read(token: str) -> Claims:
    try:
        return read_token(token)
    except BadToken as error:
        raise Refused(str(error)) from error
