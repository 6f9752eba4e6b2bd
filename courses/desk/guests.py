"""Somebody of another school or point who comes to the counter.

Their file is found by the whole of a telephone or ID number, or by everything a new file would
say, and shown masked; it is opened once the person has told name and birth date, for this
registrar, for a while, and each time is a line in the audit log of their own office. So nobody
gets a second file, and nobody looks through the files of others.
"""

from collections.abc import Collection
from datetime import date, timedelta

from django.core import signing
from django.core.cache import cache
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit
from accounts import queries as accounts
from accounts.audit import reading
from accounts.files import finding
from accounts.models import Person, User
from common.errors import DomainError

# How the audit log says it.
BY_TELLING = "counter"
reading.name_details(values={BY_TELLING: gettext_lazy("来窗口的别处学员，核对过身份")})

SALT = "courses.desk.guests"
# How long a file that was opened stays open.
OPEN_FOR = timedelta(hours=2)
# How long the masked line may be answered.
ANSWERED_WITHIN_S = 15 * 60
MOST_WRONG = 5
WRONG_FOR_S = 60 * 60
WHOLE = (11, 15, 18)
SHOWN = 3


class NotThem(DomainError):
    """What was told does not fit the file."""


def elsewhere(user: User, text: str) -> list[Person]:
    """Files of others with exactly this telephone or ID number; none for anything less."""
    words = list(finding.words_of(text))
    if len(words) != 1 or words[0].kind != "number" or len(words[0].text) not in WHOLE:
        return []
    return list(finding.matching(_others(user), text)[:SHOWN])


def same_elsewhere(user: User, **known) -> list[Person]:
    """Files of others that are likely to be of whom a new file is made for."""
    return list(finding.likely_same(_others(user), **known)[:SHOWN])


def token_of(person: Person, *, user: User) -> str:
    """What the page sends back to mean this file; it opens nothing by itself."""
    return signing.dumps([user.pk, person.pk], salt=SALT)


def meant(token: str, *, user: User) -> Person:
    """The file that a page of `user` meant. Raises Http404 for any other token."""
    try:
        by, pk = signing.loads(token, salt=SALT, max_age=ANSWERED_WITHIN_S)
    except (signing.BadSignature, ValueError):
        raise Http404 from None
    if by == user.pk and (person := _others(user).filter(pk=pk).first()):
        return person
    raise Http404


def open_file(*, person: Person, name: str, born: tuple[date, bool], by: User) -> None:
    """Raises NotThem where name and birth date are not those of the file, and after five
    wrong answers in an hour. What was opened is written down."""
    key = f"guests.wrong.{by.pk}"
    if cache.get(key, 0) >= MOST_WRONG:
        raise NotThem(_("核对错了好几次。请过一个小时再试，或打电话请那边的教务核对。"))
    if "".join(name.split()) != "".join(person.name.split()) or not _is_born(person, born):
        cache.add(key, 0, WRONG_FOR_S)
        cache.incr(key)
        raise NotThem(_("姓名或出生日期和那份档案对不上。请看看身份证，再核对一次。"))
    audit.record(audit.Action.FILE_SEEN, by=by, person=person, kind=BY_TELLING)


def file_at_desk(*, user: User, pk: int, guests: Collection[int] = ()) -> Person:
    """The file, if `user` may write it or it was opened for them. Raises Http404 otherwise."""
    if pk in guests and (person := _others(user).filter(pk=pk).first()):
        return person
    return accounts.file_led_by(user=user, pk=pk)


def _others(user: User):
    led = accounts.files_led_by(user).order_by().values("pk")
    files = Person.objects.kept().filter(frozen_at=None).exclude(pk__in=led)
    return files.select_related("organisation")


def _is_born(person: Person, born: tuple[date, bool]) -> bool:
    told, is_known = born
    if is_known and person.born_day_known:
        return told == person.born_on
    return (told.year, told.month) == (person.born_on.year, person.born_on.month)
