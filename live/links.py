"""The link of a class (课堂链接): one tap in a message leads one person into one room.

The address is as short as a message wants it, `/c/<session>-<person>-<mark>/`, and is kept
nowhere: the mark is made of the other two with the school's key. It opens the room until
the class is over; what else it opens: nothing (accounts.logins.limited).
"""

import string
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.http import Http404
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from accounts.models import Person
from accounts.queries import file_in_use
from courses import queries as courses
from courses.models import ClassSession
from live import queries, rooms
from live.errors import LinkRefused

DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
# 16 of 62 signs are 95 bits: nobody guesses one.
MARK_SIGNS = 16

SALT = "live.links"


@dataclass(frozen=True)
class Link:
    """Who may enter which room, and until when."""

    session: ClassSession
    person: Person

    @property
    def until(self) -> datetime:
        return self.session.ends_at + rooms.RUNS_OVER


def make_link(*, person: Person, session: ClassSession) -> str:
    """The address that leads `person` into the room of `session`, for a message."""
    return settings.PUBLIC_URL + reverse("live:link", args=[make_token(person, session)])


def make_token(person: Person, session: ClassSession) -> str:
    numbers = f"{_written(session.pk)}-{_written(person.pk)}"
    return f"{numbers}-{_mark(numbers)}"


def read_token(token: str, *, now: datetime) -> Link:
    """What a link opens now. Raises LinkRefused in words: it was not made here or came in
    pieces, the class is over, or its person has no seat in it any more."""
    numbers, _dash, mark = token.rpartition("-")
    if not constant_time_compare(mark, _mark(numbers)):
        raise LinkRefused(_("这个链接不完整，进不去。请回到短信里，再按一次那个链接。"))
    # Only we can have marked these, so they are numbers.
    session_pk, person_pk = map(_read, numbers.split("-"))
    person = file_in_use(Person.objects.filter(pk=person_pk).first())
    try:
        session = queries.session_shown(session_pk)
    except Http404:
        session = None
    if session is None or person is None:
        raise LinkRefused(_("这个链接不能用了。"))
    if queries.door_of(session, now=now) is rooms.Door.ENDED:
        raise LinkRefused(_("这节课已经下课了，链接不能再用。登录以后可以看回放。"))
    if not courses.seat_at(person=person, session=session):
        raise LinkRefused(_("您现在不在这个班里，从这个链接进不去。"))
    return Link(session, person)


def _mark(numbers: str) -> str:
    digest = salted_hmac(SALT, numbers, algorithm="sha256").digest()
    return _written(int.from_bytes(digest))[-MARK_SIGNS:]


def _written(number: int) -> str:
    signs = ""
    while number:
        number, rest = divmod(number, len(DIGITS))
        signs = DIGITS[rest] + signs
    return signs


def _read(signs: str) -> int:
    number = 0
    for sign in signs:
        number = number * len(DIGITS) + DIGITS.index(sign)
    return number
