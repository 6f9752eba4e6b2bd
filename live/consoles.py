"""The pages to teach from: which of them holds the class, and that one is open."""

import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from live.errors import ConsoleTaken
from live.logbook import lock
from live.models import Classroom

# A console that was silent this long has lost its line; another page may take the class
# without asking.
GONE_AFTER = timedelta(seconds=10)


@transaction.atomic
def hold(
    *, classroom: Classroom, console: uuid.UUID, take: bool = False, now: datetime | None = None
) -> None:
    """Let the teacher's page `console` hold the class, or say that it still does.

    Raises ConsoleTaken while another page holds it, unless this one takes it over.
    """
    now = now or timezone.now()
    room = lock(classroom)
    held_by_another = room.console not in (None, console)
    is_alive = room.console_seen_at and now - room.console_seen_at < GONE_AFTER
    if held_by_another and is_alive and not take:
        raise ConsoleTaken(_("这节课正在另一个页面上讲。要在这里讲，请按“换到这里上课”。"))
    Classroom.objects.filter(pk=room.pk).update(console=console, console_seen_at=now)


def still_holds(*, classroom: Classroom, console: uuid.UUID, now: datetime | None = None) -> bool:
    """A sign of life from the teacher's page; False once another page took the class."""
    held = Classroom.objects.filter(pk=classroom.pk, console=console)
    return bool(held.update(console_seen_at=now or timezone.now()))


def seen(*, classroom: Classroom, now: datetime | None = None) -> None:
    """A page to teach from is open in this room."""
    Classroom.objects.filter(pk=classroom.pk).update(teacher_seen_at=now or timezone.now())
