"""The address in an invitation by SMS: it answers that one invitation, without a login."""

from datetime import datetime

from django.conf import settings
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from branches.models import Participation
from courses import signed

_KIND = "activity"


def make(row: Participation) -> str:
    return signed.make(_KIND, row.pk)


def read(token: str, *, now: datetime | None = None) -> Participation:
    """The invitation. The only door to it for who has no login.

    Raises Http404 for a forged one, when the activity is over, and once its person is not
    asked any more or their file is closed.
    """
    found = Participation.objects.filter(
        pk=signed.read(_KIND, token),
        is_due=True,
        activity__told__gte=1,
        activity__closed_at=None,
        activity__ends_at__gt=now or timezone.now(),
        person__merged_into=None,
        person__erased_at=None,
        person__frozen_at=None,
    )
    if row := found.select_related("person", "activity__branch").first():
        return row
    raise Http404


def address(row: Participation) -> str:
    """Where whoever was asked answers, as it stands in a message."""
    return settings.PUBLIC_URL + reverse("branches:answer_link", args=[make(row)])
