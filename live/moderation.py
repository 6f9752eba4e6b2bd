"""Keeping the talk friendly: words that hold a message, hiding one, muting somebody.

The teacher and whoever helps do the same here. Nothing is deleted: what was hidden or held
stays with who did it and when. Learners' pages are told no names: each knows by a mark of
its own whether it is meant (`mark_of`).
"""

import uuid
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import F, Q, QuerySet, Value
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from accounts.models import Organisation, Person, User
from courses.models import ClassSession
from live import logbook, recordings, words
from live.errors import RoomClosed, WordRefused
from live.models import Classroom, HeldMessage, HeldWord, Muting, RoomEvent
from live.video import voices

Kind = RoomEvent.Kind

LONGEST_WORD = 40
WORDS_AT_ONCE = 500


# Words


def words_of(organisation: Organisation) -> words.WordList:
    """The words that hold a message in classes of `organisation`: its own, and those of
    everything above it."""
    rows = (
        HeldWord.objects.filter(removed_at=None)
        .annotate(here=Value(organisation.path))
        .filter(here__startswith=F("organisation__path"))
        .order_by()
        .values_list("folded", "is_fine")
    )
    rows = list(rows)
    return words.WordList(
        held=frozenset(word for word, is_fine in rows if not is_fine),
        fine=frozenset(word for word, is_fine in rows if is_fine),
    )


def list_of(organisation: Organisation) -> QuerySet[HeldWord]:
    return organisation.held_words.filter(removed_at=None).select_related("added_by__person")


@transaction.atomic
def add_words(
    *,
    organisation: Organisation,
    text: str,
    is_fine: bool = False,
    by: User,
    now: datetime | None = None,
) -> int:
    """Put words, one a line, on the list of `organisation`; return how many are new.

    What is on it already is harmless; a word that was fine is held from now on, or the
    other way round. Raises WordRefused in words and adds none then.
    """
    now = now or timezone.now()
    lines = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not (word := " ".join(line.split())):
            continue
        if len(word) > LONGEST_WORD:
            raise WordRefused(
                _("第 %(number)s 行太长了，一个词最多 %(most)s 个字。")
                % {"number": number, "most": LONGEST_WORD}
            )
        if not (folded := words.fold(word)):
            raise WordRefused(
                _("第 %(number)s 行只有符号，没有字。请写上字再保存。") % {"number": number}
            )
        lines.setdefault(folded, word)
    if not lines:
        raise WordRefused(_("请先写上词，一行一个。"))
    if len(lines) > WORDS_AT_ONCE:
        raise WordRefused(_("一次最多加 %(most)s 个词，请分几次。") % {"most": WORDS_AT_ONCE})
    # Two who add the same word at once wait for each other here.
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    there = HeldWord.objects.filter(organisation=organisation, removed_at=None, folded__in=lines)
    there.exclude(is_fine=is_fine).update(removed_at=now, removed_by=by)
    same = set(there.filter(is_fine=is_fine).values_list("folded", flat=True))
    new = [
        HeldWord(
            organisation=organisation,
            word=word,
            folded=folded,
            is_fine=is_fine,
            added_at=now,
            added_by=by,
        )
        for folded, word in lines.items()
        if folded not in same
    ]
    return len(HeldWord.objects.bulk_create(new))


def remove_word(*, word: HeldWord, by: User, now: datetime | None = None) -> None:
    """Take a word from its list; twice is harmless."""
    HeldWord.objects.filter(pk=word.pk, removed_at=None).update(
        removed_at=now or timezone.now(), removed_by=by
    )


# Messages


def held_or_none(
    *,
    classroom: Classroom,
    session: ClassSession,
    person: Person,
    text: str,
    client_id: uuid.UUID,
    by: User | None = None,
    now: datetime | None = None,
) -> HeldMessage | None:
    """The message as one that waits for the moderator, if it has to; the same one again for
    the same `client_id`. Locks the room: whoever looks at it meanwhile does so once."""
    logbook.lock(classroom)
    held = HeldMessage.objects.filter(classroom=classroom, person=person, client_id=client_id)
    if same := held.select_related("event").first():
        return same
    said = RoomEvent.objects.filter(classroom=classroom, person=person, client_id=client_id)
    if said.exists():
        return None  # It was through before the word was on the list.
    if not (found := words.words_in(text, words_of(session.class_group.organisation))):
        return None
    message = HeldMessage.objects.create(
        classroom=classroom,
        person=person,
        by=by,
        client_id=client_id,
        text=text,
        words=found,
        held_at=now or timezone.now(),
    )
    logbook.write(classroom, Kind.HELD, now=now)
    return message


def waiting(classroom_pk: int) -> QuerySet[HeldMessage]:
    """The messages that wait for somebody to look, oldest first."""
    held = HeldMessage.objects.filter(classroom=classroom_pk, looked_at=None)
    return held.select_related("person", "by__person").order_by("held_at", "pk")


@transaction.atomic
def look_at(
    *,
    classroom: Classroom,
    message_pk: int,
    let_through: bool,
    by: User,
    now: datetime | None = None,
) -> HeldMessage | None:
    """Let a held message through, or keep it back. The first to look decides; again is
    harmless. None for one that is not of this room."""
    now = now or timezone.now()
    logbook.lock(classroom)
    held = HeldMessage.objects.filter(classroom=classroom, pk=message_pk).first()
    if held is None or held.looked_at:
        return held
    held.looked_at, held.looked_by = now, by
    if let_through:
        held.event = logbook.write(
            classroom,
            Kind.MESSAGE,
            person=held.person,
            by=held.by,
            body={"text": held.text, "teacher": False},
            client_id=held.client_id,
            now=now,
        )
    else:
        logbook.write(classroom, Kind.HELD, by=by, now=now, even_after_the_end=True)
    held.save(update_fields=["looked_at", "looked_by", "event"])
    return held


@transaction.atomic
def hide(
    *, classroom: Classroom, number: int, by: User, now: datetime | None = None
) -> RoomEvent | None:
    """Take message `number` from all pages and from the replay; again is harmless.

    Also after the end: what is in the replay can be hidden then. None where there is no such
    message.
    """
    now = now or timezone.now()
    logbook.lock(classroom)
    found = RoomEvent.objects.filter(classroom=classroom, kind=Kind.MESSAGE, number=number)
    message = found.first()
    if message is None or message.hidden_at:
        return message
    found.update(hidden_at=now)
    logbook.write(
        classroom, Kind.HIDDEN, by=by, body={"of": number}, now=now, even_after_the_end=True
    )
    message.hidden_at = now
    if key := message.body.get("voice"):
        folder = recordings.folder_of(classroom).path
        transaction.on_commit(partial(voices.put_aside, folder, uuid.UUID(key)), robust=True)
    return message


# People


def mark_of(classroom: Classroom, person: Person) -> str:
    """By what the page of `person` knows that it is meant, and nobody else's who."""
    return salted_hmac("live.mark", f"{classroom.recording}-{person.pk}").hexdigest()[:16]


def muted(classroom_pk: int) -> QuerySet[Muting]:
    found = Muting.objects.filter(classroom=classroom_pk, ended_at=None)
    return found.select_related("person")


def is_muted(classroom_pk: int, person: Person) -> bool:
    return muted(classroom_pk).filter(person=person).exists()


@transaction.atomic
def mute(*, classroom: Classroom, person: Person, by: User, now: datetime | None = None) -> None:
    """`person` writes no messages in this class from now on; they are told, kindly."""
    now = now or timezone.now()
    logbook.lock(classroom)
    if is_muted(classroom.pk, person):
        return
    Muting.objects.create(classroom=classroom, person=person, began_at=now, began_by=by)
    body = {"mark": mark_of(classroom, person), "muted": True}
    logbook.write(classroom, Kind.MUTED, by=by, body=body, now=now)


@transaction.atomic
def unmute(*, classroom: Classroom, person: Person, by: User, now: datetime | None = None) -> None:
    now = now or timezone.now()
    logbook.lock(classroom)
    if not muted(classroom.pk).filter(person=person).update(ended_at=now, ended_by=by):
        return
    body = {"mark": mark_of(classroom, person), "muted": False}
    logbook.write(classroom, Kind.MUTED, by=by, body=body, now=now)


def check_not_muted(classroom_pk: int, person: Person) -> None:
    """Raise RoomClosed, kindly, for somebody who is muted in this class."""
    if Muting.objects.filter(Q(ended_at=None), classroom=classroom_pk, person=person).exists():
        raise RoomClosed(_("老师请您这节课先听讲，不写留言。有话要说，请按“举手”。"))
