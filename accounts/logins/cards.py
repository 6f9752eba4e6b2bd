"""Printed cards (学员卡): a QR code that lets its person into class, and no further.

Issuing gives the token of the card's address in clear, once; kept is only its hash. What a
session that was opened by a card may do, accounts.logins.limited says.
"""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts import audit, queries, services
from accounts.models import Organisation, Person, PersonalCard, User

# 144 bits: nobody guesses an address.
TOKEN_BYTES = 18
# One sheet of a whole unit is printed, cut and handed out in a day.
MOST_ON_A_SHEET = 200
# A learner who comes daily is not a write a page.
USE_NOTED_EVERY = timedelta(days=1)


@transaction.atomic
def issue_card(*, person: Person, by: User | None, now: datetime | None = None) -> str:
    """A new card for `person`: the token of its address, told here and nowhere else.

    The card they had works no more from then on. Raises FileFrozen.
    """
    now = now or timezone.now()
    # no_key: two cards issued at once come one after the other; SQLite ignores the lock, and
    # its transactions do.
    person = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    services.check_not_frozen(person)
    revoke_card(person=person, by=by, now=now)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    card = PersonalCard.objects.create(
        person=person, token_hash=_hash(token), issued_at=now, issued_by=by
    )
    audit.record(audit.Action.CARD_ISSUED, by=by, person=person, now=now, card=card.pk)
    return token


@transaction.atomic
def issue_missing(
    *, organisation: Organisation, by: User, now: datetime | None = None
) -> list[tuple[Person, str]]:
    """Cards for learners of `organisation` who have none, at most MOST_ON_A_SHEET, by name.

    Cards that work are left alone, so asking again goes on where the last sheet ended.
    """
    persons = without_card(by, organisation).order_by("pinyin", "pk")[:MOST_ON_A_SHEET]
    # Locked at once: after the first line of the log nobody is waited for.
    pks = sorted(person.pk for person in persons)
    list(Person.objects.select_for_update(no_key=True).filter(pk__in=pks).order_by("pk"))
    return [(person, issue_card(person=person, by=by, now=now)) for person in persons]


@transaction.atomic
def revoke_card(*, person: Person, by: User | None = None, now: datetime | None = None) -> bool:
    """End the card of `person` and every session that was opened by it; whether there was one.

    Twice is harmless.
    """
    moment = now or timezone.now()
    ended = []
    for card in _cards_of(person):
        # Clocks of two servers differ; nothing ends before it began.
        at = max(moment, card.issued_at)
        working = PersonalCard.objects.filter(pk=card.pk, revoked_at=None)
        if working.update(revoked_at=at, revoked_by=by):
            ended.append(card)
    audit.record_many(
        [
            audit.Line(audit.Action.CARD_REVOKED, by, card.person, details={"card": card.pk})
            for card in ended
        ],
        now=now,
    )
    return bool(ended)


@transaction.atomic
def use_card(*, card: PersonalCard, now: datetime | None = None) -> User:
    """Somebody holds the card and says that they are its person: the login to go on with."""
    now = now or timezone.now()
    person = queries.file_in_use(card.person)
    user = services.login_without_phone(person=person)
    note_use(card=card, now=now)
    audit.record(audit.Action.CARD_USED, by=user, person=person, now=now, card=card.pk)
    return user


def note_use(*, card: PersonalCard, now: datetime) -> None:
    """Keep on which day the card was last used."""
    PersonalCard.objects.filter(pk=card.pk).exclude(last_used_at__gt=now - USE_NOTED_EVERY).update(
        last_used_at=now
    )


def card_with(token: str) -> PersonalCard | None:
    """The working card with this token.

    None for every other token, after the same work: one that never was, one that was
    revoked, one of somebody whose file is frozen or erased.
    """
    return _opening(token_hash=_hash(token))


def working_card(pk: int) -> PersonalCard | None:
    """The card, while it works."""
    return _opening(pk=pk)


def still_working(pks: Iterable[int]) -> set[int]:
    """Which of these cards nobody has revoked, in one query."""
    return set(_working().filter(pk__in=list(pks)).values_list("pk", flat=True))


def card_of(person: Person) -> PersonalCard | None:
    """The card of `person` that works now."""
    return next(iter(_cards_of(person)), None)


def without_card(user: User, organisation: Organisation) -> QuerySet[Person]:
    """The learners of `organisation` itself whose files `user` may write and who have no card."""
    card = PersonalCard.objects.filter(person=OuterRef("pk"), revoked_at=None)
    files = queries.files_led_by(user).filter(organisation=organisation, frozen_at=None)
    return files.filter(~Exists(card)).exclude(kind=Person.Kind.STAFF)


def _cards_of(person: Person) -> QuerySet[PersonalCard]:
    """The working cards of `person`: also those of files that were merged into theirs."""
    files, found = set(), {person.pk}
    while found:
        files |= found
        found = set(Person.objects.filter(merged_into__in=found).values_list("pk", flat=True))
    cards = PersonalCard.objects.filter(person__in=files, revoked_at=None)
    return cards.select_related("person", "issued_by__person")


def _working() -> QuerySet[PersonalCard]:
    return PersonalCard.objects.filter(
        revoked_at=None, person__frozen_at=None, person__erased_at=None
    )


def _opening(**which) -> PersonalCard | None:
    card = _working().filter(**which).select_related("person__merged_into").first()
    person = card and queries.file_in_use(card.person)
    if not person or User.objects.filter(person=person, is_active=False).exists():
        return None
    return card


def _hash(token: str) -> str:
    # The token is random and long: neither key nor salt would make it harder to find.
    return hashlib.sha256(token.encode()).hexdigest()
