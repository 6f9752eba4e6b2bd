"""The slides of a room: which there are, which page is shown, and showing another."""

import uuid
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from live import logbook, recordings
from live.errors import RoomClosed, SlidesRefused
from live.models import Classroom, RoomEvent, SlideDeck
from live.slides import opening
from live.video.slides import slide_name

PUT_AWAY = {"deck": "", "page": 0, "of": 0, "title": ""}
MOST_DECKS = 20


def add(
    *,
    classroom: Classroom,
    files: Sequence[UploadedFile],
    key: uuid.UUID,
    now: datetime | None = None,
) -> SlideDeck:
    """Draw the pages of a PDF or of pictures and keep them as one deck of the room.

    The same `key` again is the same deck. Raises RoomClosed after the end and for a room with
    MOST_DECKS, SlidesRefused for a file that cannot be taken; then nothing is kept.
    """
    if deck := classroom.decks.filter(key=key).first():
        return deck
    if classroom.ended_at:
        raise RoomClosed(_("这节课已经下课了。"))
    if classroom.decks.count() >= MOST_DECKS:
        raise RoomClosed(_("这节课的课件已经有 %(most)s 份，不能再加了。") % {"most": MOST_DECKS})
    folder = recordings.folder_of(classroom).path
    titles: list[str] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for page in opening.pages(files):
            titles.append(page.title)
            _put(folder / slide_name(key, len(titles)), page.picture)
        deck, _made = SlideDeck.objects.get_or_create(
            key=key,
            classroom=classroom,
            defaults={
                "name": _name(files[0].name),
                "pages": len(titles),
                "titles": titles,
                "added_at": now or timezone.now(),
            },
        )
        return deck
    except BaseException as error:
        for page in range(1, len(titles) + 1):
            (folder / slide_name(key, page)).unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise SlidesRefused(_("服务器的硬盘满了，课件没有存下。请告诉管理员。")) from error
        raise


def _put(path: Path, data: bytes) -> None:
    unfinished = path.with_suffix(".unfinished")
    try:
        unfinished.write_bytes(data)
        unfinished.rename(path)
    except OSError:
        with suppress(OSError):
            unfinished.unlink()
        raise


def _name(name: str | None) -> str:
    stem = "".join(char for char in Path(name or "").stem if char.isprintable())
    return stem.strip()[:80] or _("课件")


def decks_of(classroom: Classroom) -> list[SlideDeck]:
    return list(classroom.decks.order_by("added_at", "pk"))


def slide_shown(classroom_pk: int) -> dict:
    """The body of the latest slide event: what a page that opens now shows."""
    slides = RoomEvent.objects.filter(classroom=classroom_pk, kind=RoomEvent.Kind.SLIDE)
    latest = slides.order_by("-number").first()
    return latest.body if latest else PUT_AWAY


@transaction.atomic
def show(
    *, classroom: Classroom, deck: SlideDeck | None, page: int = 1, now: datetime | None = None
) -> RoomEvent | None:
    """Show a page of `deck` to the room, or put the slides away (None).

    What is shown already is not shown again: returns None. Raises RoomClosed before and
    after the class, and for a page that the deck has not.
    """
    if deck and not 1 <= page <= deck.pages:
        raise RoomClosed(_("课件没有这一页。"))
    room = logbook.lock(classroom)
    if room.state == Classroom.State.WAITING:
        raise RoomClosed(_("这节课还没有开始。"))
    body = PUT_AWAY
    if deck:
        title = deck.title(page)
        body = {"deck": deck.key.hex, "page": page, "of": deck.pages, "title": title}
    if slide_shown(classroom.pk) == body:
        return None
    return logbook.write(classroom, RoomEvent.Kind.SLIDE, body=body, now=now)
