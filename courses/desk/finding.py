"""The two search fields of the counter: who it is, and which class they want."""

import unicodedata
from datetime import datetime

from django.db.models import Case, Count, F, Q, Value, When
from django.db.models.functions import Lower, Replace

from accounts import queries as accounts
from accounts.acting import households
from accounts.files import finding
from accounts.models import Person, User
from courses.desk import doors
from courses.models import ClassGroup

# As many as there are number keys to choose one by.
SHOWN = 9


def people(user: User, text: str) -> list[Person]:
    """The first files that `text` fits, one more than SHOWN where there are more."""
    return list(finding.matching(accounts.files_led_by(user), text)[: SHOWN + 1])


def family_of(person: Person, *, user: User) -> list[Person]:
    """With whom `person` studies on one device: the likeliest to come along."""
    led = accounts.files_led_by(user)
    return list(led.filter(pk__in=households.companions_of(person).values("pk")))


def classes(user: User, text: str, *, now: datetime) -> list[ClassGroup]:
    """The first classes for which `user` registers and that every word of `text` fits: in the
    code, the name, the teacher, or in pinyin or its initials; each with `waiting_now`.

    One more than SHOWN where there are more; a code written in full comes first.
    """
    words = unicodedata.normalize("NFKC", text).lower().split()
    if not words:
        return []
    found = doors.classes_led_now(user, now).annotate(
        short_code=Replace(Lower("code"), Value("-"), Value("")),
        letters=_squeezed("pinyin"),
        teacher_letters=_squeezed("teacher__pinyin"),
        waiting_now=Count("waiting", filter=Q(waiting__left_at=None)),
    )
    for word in words:
        found = found.filter(
            Q(code__icontains=word)
            | Q(short_code__contains=word)
            | Q(name__icontains=word)
            | Q(letters__contains=word)
            | Q(pinyin_initials__contains=word)
            | Q(teacher__name__icontains=word)
            | Q(teacher_letters__contains=word)
            | Q(teacher__pinyin_initials=word)
        )
    meant = Case(
        When(Q(code__iexact=words[0]) | Q(short_code=words[0]), then=0),
        When(pinyin_initials=words[0], then=1),
        default=2,
    )
    return list(found.order_by(meant, "-term__starts_on", "code")[: SHOWN + 1])


def _squeezed(name: str) -> Replace:
    """Pinyin without its spaces: people type it together."""
    return Replace(F(name), Value(" "), Value(""))
