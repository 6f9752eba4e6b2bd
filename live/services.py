"""What happens in a room: entering, being there, speaking, beginning, ending, closing.

Everything said or done becomes a numbered RoomEvent in the same transaction; open pages
are told after commit (live.events). The database is the truth, telling is a nudge.
"""

import contextlib
import unicodedata
import uuid
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Person, User
from courses.models import ClassSession
from live import attendance, moderation, queries, recordings, rooms
from live.attendance import GONE_AFTER
from live.errors import RoomClosed
from live.logbook import lock as _lock
from live.logbook import write as _record
from live.models import Attendance, Classroom, HeldMessage, RoomEvent, StudyMode, Visit
from live.signals import session_closed

Kind = RoomEvent.Kind

LONGEST_MESSAGE = 200
# Of one learner; nobody who types by hand gets there.
MOST_MESSAGES, PER = 5, timedelta(seconds=10)


def is_writable(char: str) -> bool:
    """Control characters and lone surrogates cannot be stored or sent everywhere."""
    return char.isspace() or unicodedata.category(char) not in {"Cc", "Cs"}


def open_room(*, session: ClassSession) -> Classroom:
    """The room of a session, made when the first person comes; harmless to repeat."""
    room, _created = Classroom.objects.get_or_create(session=session)
    return room


def arrive(
    *,
    classroom: Classroom,
    admission: queries.Admission,
    together: Iterable[int],
    device: uuid.UUID,
    by: User,
    now: datetime | None = None,
) -> dict[int, int]:
    """`enter` for the learner of a page, with those of `together` who may be counted there.

    Nobody is there who only teaches, or before the door opens, or after the end: then it
    returns nothing.
    """
    now = now or timezone.now()
    session = admission.session
    if not (admission.is_learner and queries.is_open(session, now=now)):
        return {}
    return enter(
        classroom=classroom,
        persons=queries.on_device(admission.person.pk, session.pk, together),
        device=device,
        by=by,
        now=now,
    )


@transaction.atomic
def enter(
    *,
    classroom: Classroom,
    persons: Iterable[Person],
    device: uuid.UUID,
    by: User | None = None,
    mode: str = StudyMode.LIVE,
    now: datetime | None = None,
) -> dict[int, int]:
    """These persons, and nobody else, are on this device from now on.

    Returns the visit to go on with of each, by person: the one still alive, or a new one.
    Whoever was on the device and is not any more leaves now. A page that lost its line for
    less than GONE_AFTER was there all the time; after a longer silence a new visit begins,
    so that a tablet waking from sleep is not credited with the hours it slept.
    """
    now = now or timezone.now()
    pks = [person.pk for person in persons]
    seen_lately = Visit.objects.filter(
        classroom=classroom,
        device=device,
        mode=mode,
        is_over=False,
        last_seen_at__gte=now - GONE_AFTER,
    ).order_by("last_seen_at")
    alive = dict(seen_lately.values_list("person_id", "pk"))
    Visit.objects.filter(pk__in=alive.values(), last_seen_at__lt=now).update(last_seen_at=now)
    if gone := [visit for person, visit in alive.items() if person not in pks]:
        Visit.objects.filter(pk__in=gone).update(is_over=True)
    new = [
        Visit(
            classroom=classroom,
            person_id=pk,
            device=device,
            mode=mode,
            by=by,
            entered_at=now,
            last_seen_at=now,
        )
        for pk in pks
        if pk not in alive
    ]
    alive |= {visit.person_id: visit.pk for visit in Visit.objects.bulk_create(new)}
    return {pk: alive[pk] for pk in pks}


def record_beats(*, visits: Iterable[int], now: datetime | None = None) -> set[int]:
    """All these visits are still alive: one UPDATE. Returns those that were too old, or over.

    For the rare visit that had been silent too long the page has to `enter` again.
    """
    now = now or timezone.now()
    visits = set(visits)
    fresh = Visit.objects.filter(pk__in=visits, is_over=False, last_seen_at__gte=now - GONE_AFTER)
    alive = fresh.filter(last_seen_at__lte=now)
    if alive.update(last_seen_at=now) == len(visits):
        return set()
    return visits - set(fresh.values_list("pk", flat=True))


@transaction.atomic
def say(
    *,
    classroom: Classroom,
    person: Person,
    text: str,
    client_id: uuid.UUID,
    by: User | None = None,
    by_teacher: bool = False,
    is_limited: bool = False,
    now: datetime | None = None,
) -> RoomEvent | HeldMessage:
    """Put a message of `person` into the room, written by the login `by`.

    The same `client_id` again is the same message. With a word of the school's list in it a
    learner's message waits for the moderator: a HeldMessage. `is_limited` is for what a page
    of a learner sends: MOST_MESSAGES in PER. Raises RoomClosed when the class has ended or
    messages are paused, to somebody who is muted, for an empty or too long text, and beyond
    that limit.
    """
    text = " ".join("".join(char for char in text if is_writable(char)).split())
    if not text:
        raise RoomClosed(_("请先写几个字。"))
    if len(text) > LONGEST_MESSAGE:
        raise RoomClosed(_("一次最多写 %(most)s 个字，请分两次发。") % {"most": LONGEST_MESSAGE})
    now = now or timezone.now()
    if is_limited and queries.said_within(classroom.pk, person, PER, now=now) >= MOST_MESSAGES:
        raise RoomClosed(_("您写得很快，大家来不及看。请等几秒再发。"))
    if not by_teacher:
        room = _lock(classroom)
        if not (room.ended_at or room.messages_paused):
            moderation.check_not_muted(room.pk, person)
            written = {"person": person, "text": text, "client_id": client_id}
            held = moderation.held_or_none(
                classroom=room, session=room.session, by=by, now=now, **written
            )
            if held:
                return held.event or held
    body = {"text": text, "teacher": by_teacher}
    return _record(
        classroom,
        Kind.MESSAGE,
        person=person,
        by=by,
        body=body,
        client_id=client_id,
        now=now,
        unless_paused=not by_teacher,
    )


@transaction.atomic
def raise_hand(
    *,
    classroom: Classroom,
    person: Person,
    by: User | None = None,
    client_id: uuid.UUID | None = None,
    now: datetime | None = None,
) -> RoomEvent:
    """Raise a hand; a hand that is up stays up, with its first event."""
    _lock(classroom)
    if up := queries.hands_up(classroom.pk).filter(person=person).first():
        return up
    return _record(classroom, Kind.HAND_UP, person=person, by=by, client_id=client_id, now=now)


@transaction.atomic
def lower_hand(
    *,
    classroom: Classroom,
    person: Person,
    by: User | None = None,
    by_teacher: bool = False,
    now: datetime | None = None,
) -> RoomEvent | None:
    """Lower a hand, if it is up."""
    _lock(classroom)
    if not queries.hands_up(classroom.pk).filter(person=person).exists():
        return None
    body = {"teacher": by_teacher}
    return _record(classroom, Kind.HAND_DOWN, person=person, by=by, body=body, now=now)


@transaction.atomic
def cannot_hear(
    *,
    classroom: Classroom,
    person: Person,
    by: User | None = None,
    client_id: uuid.UUID | None = None,
    now: datetime | None = None,
) -> RoomEvent:
    """Tell the teacher's side that somebody hears nothing."""
    return _record(classroom, Kind.NO_SOUND, person=person, by=by, client_id=client_id, now=now)


@transaction.atomic
def pause_messages(
    *, classroom: Classroom, paused: bool, now: datetime | None = None
) -> RoomEvent | None:
    """Pause or resume messages; harmless to repeat."""
    room = _lock(classroom)
    if room.messages_paused == paused:
        return None
    Classroom.objects.filter(pk=room.pk).update(messages_paused=paused)
    return _record(classroom, Kind.PAUSED, body={"paused": paused}, now=now)


@transaction.atomic
def begin(*, classroom: Classroom, now: datetime | None = None) -> None:
    """The teacher begins. Beginning again, after a lost line, changes nothing.

    Raises RoomClosed for a class that has ended or whose door is not open yet.
    """
    now = now or timezone.now()
    room = _lock(classroom)
    if room.started_at and not room.ended_at:
        return
    door = queries.door_of(room.session, now=now)
    if door is rooms.Door.ENDED:
        raise RoomClosed(_("这节课已经结束了，不能再开始。"))
    if door is rooms.Door.NOT_YET:
        raise RoomClosed(_("还没到时间，上课前 15 分钟可以开始。"))
    Classroom.objects.filter(pk=room.pk).update(started_at=now)
    _record(classroom, Kind.STATE, body={"state": Classroom.State.TEACHING}, now=now)


@transaction.atomic
def show_picture(
    *, classroom: Classroom, on: bool, stream: str = "", now: datetime | None = None
) -> RoomEvent | None:
    """Tell the room that the teacher's stream runs, or that its line is lost.

    A stream that ended after another one began (a new page, a changed network) says
    nothing: the picture is there.
    """
    if _lock(classroom).ended_at:
        return None
    latest = queries.latest_picture(classroom.pk)
    if not on and latest and latest.body.get("stream", "") != stream:
        return None
    return _record(classroom, Kind.PICTURE, body={"on": on, "stream": stream}, now=now)


@transaction.atomic
def end(*, classroom: Classroom, now: datetime | None = None) -> None:
    """The teacher ends the class. Ending twice keeps the first end.

    Attendance is closed by `close` right after; a crash in between is mended by the
    scheduler. Raises RoomClosed if the class never began.
    """
    now = now or timezone.now()
    room = _lock(classroom)
    if room.ended_at:
        return
    if not room.started_at:
        raise RoomClosed(_("这节课还没有开始。"))
    Classroom.objects.filter(pk=room.pk).update(ended_at=max(now, room.started_at))
    _record(classroom, Kind.STATE, body={"state": Classroom.State.ENDED}, now=now)
    transaction.on_commit(recordings.folder_of(room).end, robust=True)


@transaction.atomic
def close(*, classroom: Classroom, now: datetime | None = None) -> int:
    """Turn the visits of an ended class into one attendance per person.

    Returns how many attendances stand. Running it again computes the same rows again and
    sends the news again: whatever was lost on the way up is repaired by repeating.
    """
    now = now or timezone.now()
    room = _lock(classroom)
    session = room.session
    if not (room.started_at and room.ended_at):
        raise RoomClosed(_("这节课还没有结束。"))
    opens, closes = rooms.counted_window(
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        started_at=room.started_at,
        ended_at=room.ended_at,
    )
    percent = session.class_group.term.present_from_percent
    rows = [
        _attendance(session, key, spans, opens, closes, percent)
        for key, spans in _spans_by_person(room).items()
    ]
    Attendance.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["session", "person"],
        update_fields=["mode", "seconds", "session_seconds", "spans", "is_present"],
    )
    Classroom.objects.filter(pk=room.pk, closed_at=None).update(closed_at=now)
    # How it arrived at each page was for those who helped meanwhile.
    room.visits.update(sound="unknown", shows="picture", is_stalled=False)
    transaction.on_commit(
        lambda: session_closed.send_robust(ClassSession, session=session), robust=True
    )
    return len(rows)


def begin_forgotten(*, now: datetime | None = None) -> int:
    """Begin the classes whose teachers sit at their page and forgot to; returns how many.

    Without a teacher nothing begins by itself: nobody is credited with a class that was not
    held. Safe to repeat.
    """
    now = now or timezone.now()
    begun = 0
    for room in queries.rooms_not_begun(now=now):
        with contextlib.suppress(RoomClosed):  # It ended at this very moment.
            begin(classroom=room, now=now)
            begun += 1
    return begun


def end_forgotten(*, now: datetime | None = None) -> int:
    """End the classes whose teachers forgot to; returns how many. Safe to repeat."""
    now = now or timezone.now()
    forgotten = list(queries.rooms_forgotten(now=now))
    for room in forgotten:
        end(classroom=room, now=room.planned_end + rooms.RUNS_OVER)
    return len(forgotten)


def close_ended(*, now: datetime | None = None) -> int:
    """Close what ended and was not closed, after a crash; returns how many. Repeatable."""
    open_still = list(queries.rooms_to_close())
    for room in open_still:
        close(classroom=room, now=now)
    return len(open_still)


def _spans_by_person(room: Classroom) -> dict[int, list]:
    spans = defaultdict(list)
    live_visits = room.visits.exclude(mode=StudyMode.REPLAY)
    for visit in live_visits.values_list("person_id", "mode", "entered_at", "last_seen_at"):
        spans[visit[0]].append(visit[1:])
    return spans


def _attendance(session, person_id, visits, opens, closes, percent) -> Attendance:
    united = attendance.unite(
        [(entered, left) for _mode, entered, left in visits], opens=opens, closes=closes
    )
    present = attendance.time_present(united)
    return Attendance(
        session=session,
        person_id=person_id,
        mode=visits[0][0],
        seconds=round(present.total_seconds()),
        session_seconds=round((closes - opens).total_seconds()),
        spans=[[start.isoformat(), end.isoformat()] for start, end in united],
        is_present=attendance.is_enough(present, of=closes - opens, percent=percent),
    )
