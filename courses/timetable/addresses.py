"""The private address of a person's timetable: whoever knows it can read the timetable."""

import secrets
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from accounts import queries as accounts
from accounts.models import Person
from courses.models import CalendarAddress

# 256 bits: 43 signs, which nobody guesses and nobody reads over the telephone.
_BYTES = 32


def address_of(person: Person) -> CalendarAddress | None:
    """The address of `person`; of a merged file where their own has none."""
    files = accounts.files_of(person)
    found = {one.person_id: one for one in CalendarAddress.objects.filter(person__in=files)}
    return next((found[file.pk] for file in files if file.pk in found), None)


@transaction.atomic
def open_address(*, person: Person, now: datetime | None = None) -> CalendarAddress:
    """Give `person` an address. Twice is harmless: it stays the same."""
    facts = {"token": secrets.token_urlsafe(_BYTES), "made_at": now or timezone.now()}
    return CalendarAddress.objects.get_or_create(person=person, defaults=facts)[0]


@transaction.atomic
def renew_address(*, person: Person, now: datetime | None = None) -> CalendarAddress:
    """Give `person` another address; those before lead nowhere from now on."""
    others = accounts.files_of(person)[1:]
    CalendarAddress.objects.filter(person__in=others).delete()
    facts = {"token": secrets.token_urlsafe(_BYTES), "made_at": now or timezone.now()}
    return CalendarAddress.objects.update_or_create(person=person, defaults=facts)[0]


@transaction.atomic
def close_address(*, person: Person) -> None:
    """Take the address away, of merged files too; it leads nowhere from now on. Twice is
    harmless."""
    CalendarAddress.objects.filter(person__in=accounts.files_of(person)).delete()


def person_behind(token: str) -> Person:
    """Whose timetable it is. The only door to a feed.

    Raises Http404 for an unknown address and for a file that is not in use.
    """
    # No address has a NUL, and the database refuses to look for one.
    token = token.replace("\0", "")
    found = CalendarAddress.objects.filter(token=token).select_related("person").first()
    if found and (person := accounts.file_in_use(found.person)):
        return person
    raise Http404


def link_to(address: CalendarAddress) -> str:
    """The whole address, as it is typed into a calendar."""
    return settings.PUBLIC_URL + reverse("courses:calendar_feed", args=[address.token])
