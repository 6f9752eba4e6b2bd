"""A page in the room: beats come up, events go down."""

import contextlib
import time
import uuid
from datetime import datetime

from django.db import DatabaseError
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.logins.limited import visitor_of
from accounts.middleware import person_of
from accounts.models import User
from common.errors import DomainError
from live import missed, presence, queries, services
from live.consumers.base import BAD_MESSAGE, NOT_ALLOWED, TRY_LATER, Refused, Socket, in_database
from live.errors import NotYetOpen
from live.hub import Seat, beside, hub
from live.models import Classroom
from live.reception import Reception, reading
from live.wire import Wire

# Nobody sits with more people in front of one page, and no file has such a number.
MOST_BESIDE, LARGEST_NUMBER = 10, 1 << 63


class RoomSocket(Socket):
    """A page in the room: beats come up, events go down."""

    seat: Seat | None = None

    async def enter(self) -> None:
        device = self.uuid_of("device")
        asked = whole_numbers(self.asked("with").split("."))
        admission, room, visits = await in_database(lambda: self._admit(device, asked))
        self.seat = Seat(
            room=room.pk,
            user=self.scope["user"].pk,
            person=admission.person.pk if admission.person else None,
            session_key=self.scope["session"].session_key,
            is_learner=admission.is_learner,
            wire=Wire(self.send),
            device=device,
            visits=visits,
            together=frozenset(visits) - {admission.person and admission.person.pk},
            asked=asked,
            opened_by=self.scope["user"].opened_by,
        )
        # Accepted before the hub knows the seat: a frame may only follow the accept. The
        # page learns from `hello` what it missed until then and fetches it.
        await self.send({"type": "websocket.accept"})
        told = await hub().join(self.seat)
        counted = beside(self.seat) if asked else {}
        await self.tell({"type": "hello", "told": told, "at": school_time(), **counted})

    def _admit(self, device: uuid.UUID, asked: frozenset[int]):
        user, person = self._who()
        if not user.is_authenticated:
            raise Refused(NOT_ALLOWED, _("您已经退出登录，请重新登录，再进教室。"))
        try:
            admission = queries.admission_of_page(
                user=user,
                person=person,
                pk=self.session_pk,
                opened_as=self.asked("as"),
                now=timezone.now(),
            )
        except Http404:
            raise Refused(NOT_ALLOWED, _("没有这节课。")) from None
        except NotYetOpen as error:
            raise Refused(TRY_LATER, str(error)) from error
        except DomainError as error:
            raise Refused(NOT_ALLOWED, str(error)) from error
        room = services.open_room(session=admission.session)
        visits = services.arrive(
            classroom=room, admission=admission, together=asked, device=device, by=user
        )
        return admission, room, visits

    def _who(self):
        """Login and file of this page: proven by a code, or opened by a card or a link."""
        user, session = self.scope["user"], self.scope["session"]
        if not user.is_authenticated and (visitor := visitor_of(session)):
            self.scope["user"] = visitor.user
            return visitor.user, visitor.person
        return user, person_of(user, session)

    def verbs(self) -> dict:
        return {"beat": self.beat}

    async def beat(self, content: dict) -> None:
        hub().beat(self.seat, reception_in(content))
        await self.seat.has_read()
        if "with" in content and self.seat.visits:
            await self.sit(whole_numbers(content["with"]))
        # An answer, so that the page notices a line that is dead without being closed.
        answer = {"type": "heard", "told": hub().told(self.seat.room), "at": school_time()}
        if "missed" in content:
            answer["handed_in"] = await self.hand_in(content)
        if "with" in content:
            answer |= beside(self.seat)
        await self.tell(answer)

    async def hand_in(self, content: dict) -> bool:
        """What the page could not send; False if the database is away: it keeps it."""
        moments = moments_of(content["missed"])
        (says_now,) = moments_of([content.get("at")])
        if not self.seat.is_learner:
            return True
        try:
            await in_database(
                lambda: presence.hand_in(
                    classroom=Classroom(pk=self.seat.room),
                    device=self.seat.device,
                    by=User(pk=self.seat.user),
                    moments=moments,
                    says_now=says_now,
                )
            )
        except DatabaseError:
            return False
        return True

    async def sit(self, asked: frozenset[int]) -> None:
        """Every beat says who else is in front of this device; mostly the same people."""
        if asked == self.seat.asked:
            return
        with contextlib.suppress(DatabaseError):  # The next beat asks again.
            await hub().sit(self.seat, asked)
            self.seat.asked = asked

    async def leave(self) -> None:
        if self.seat:
            await hub().leave(self.seat)


def whole_numbers(asked) -> frozenset[int]:
    """Persons as a page names them: in a list, or as parts of an address."""
    if not isinstance(asked, list) or len(asked) > MOST_BESIDE:
        raise Refused(BAD_MESSAGE)
    try:
        numbers = frozenset(int(number) for number in asked if number != "")
    except (TypeError, ValueError):
        raise Refused(BAD_MESSAGE) from None
    if not all(0 < number < LARGEST_NUMBER for number in numbers):
        raise Refused(BAD_MESSAGE)
    return numbers


def moments_of(told) -> list[datetime]:
    """Moments by the school's clock, in milliseconds since 1970."""
    try:
        return missed.moments(told)
    except (TypeError, ValueError):
        raise Refused(BAD_MESSAGE) from None


def school_time() -> int:
    return round(time.time() * 1000)


def reception_in(content: dict) -> Reception | None:
    """How the class arrives at the page: {sound, mode, stalled}, if it says so."""
    if "how" not in content:
        return None
    try:
        return reading(content["how"])
    except (TypeError, ValueError):
        raise Refused(BAD_MESSAGE) from None
