"""The floor for one learner, and a phone as second camera: who calls whom, until when.

The voice and the picture go from page to page (WebRTC); here the two only find each other.
Each call is one offer of the other page and one answer of the teacher's, left here and
fetched by the two, and by nobody else. The room is told by events of kind `floor` with the
body `{"call": key, "state": "offered" | "speaking" | "ended"}` and the learner's name.
"""

import uuid
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Person, User
from live import ice, logbook, queries
from live.errors import RoomClosed
from live.models import Call, Classroom, RoomEvent

# A page's offer has two or three kilobytes.
LONGEST_DESCRIPTION = 16_000


def ice_servers(name: str) -> list:
    return ice.servers(settings.ICE_SERVERS, secret=settings.TURN_SECRET, name=name)


def open_call(classroom: Classroom, kind: str) -> Call | None:
    calls = classroom.calls.filter(kind=kind, ended_at=None, classroom__ended_at=None)
    return calls.select_related("given__person").first()


def floor_for(*, admission: queries.Admission, classroom: Classroom, key: uuid.UUID) -> Call:
    """A call of the floor, for the two between whom it is. Raises Http404 for anybody else."""
    calls = Call.objects.filter(classroom=classroom, kind=Call.Kind.FLOOR, key=key)
    call = calls.select_related("given__person", "classroom").first()
    if call is None:
        raise Http404
    if not (admission.may_teach or call.given.person == admission.person):
        raise Http404
    return call


@transaction.atomic
def give_floor(
    *, classroom: Classroom, person: Person, by: User, now: datetime | None = None
) -> Call:
    """Ask `person`, whose hand is up, to speak. Asking again is the same call.

    Raises RoomClosed while no class is on, while somebody else has the floor, and for
    somebody whose hand is not up (any more).
    """
    now = now or timezone.now()
    room = logbook.lock(classroom)
    if room.state != Classroom.State.TEACHING:
        raise RoomClosed(_("上课以后才能请学员发言。"))
    if call := open_call(room, Call.Kind.FLOOR):
        if call.given.person_id == person.pk:
            return call
        raise RoomClosed(
            _("已经请了%(name)s发言，请先结束，再请下一位。") % {"name": call.given.person.name}
        )
    if not queries.hands_up(room.pk).filter(person=person).exists():
        raise RoomClosed(_("%(name)s已经把手放下了。") % {"name": person.name})
    call = Call(classroom=room, kind=Call.Kind.FLOOR, asked_at=now)
    call.given = _tell(call, person=person, state=Call.State.OFFERED, by=by, now=now)
    call.save()
    return call


@transaction.atomic
def take_floor(*, call: Call, offer: str, by: User, now: datetime | None = None) -> Call:
    """The learner speaks: `offer` is what their page proposes. Their hand goes down.

    Raises RoomClosed when the call has ended, or another page of theirs took it.
    """
    now = now or timezone.now()
    _check(offer)
    call = _locked(call)
    if call.begun_at and call.offer == offer:
        return call
    if call.begun_at:
        raise RoomClosed(_("您在另一台设备上已经开始发言了。"))
    call.offer, call.begun_at = offer, now
    call.save(update_fields=["offer", "begun_at"])
    person = call.given.person
    if queries.hands_up(call.classroom_id).filter(person=person).exists():
        body = {"teacher": True}
        logbook.write(call.classroom, RoomEvent.Kind.HAND_DOWN, person=person, body=body, now=now)
    _tell(call, person=person, state=Call.State.SPEAKING, by=by, now=now)
    return call


@transaction.atomic
def ring(*, classroom: Classroom, offer: str, now: datetime | None = None) -> Call:
    """A phone proposes its picture; it takes the place of the one before.

    Raises RoomClosed after the end of the class.
    """
    now = now or timezone.now()
    _check(offer)
    room = logbook.lock(classroom)
    if room.ended_at:
        raise RoomClosed(_("这节课已经下课了。"))
    _clear(room.calls.filter(kind=Call.Kind.CAMERA, ended_at=None), now)
    return Call.objects.create(
        classroom=room, kind=Call.Kind.CAMERA, offer=offer, asked_at=now, begun_at=now
    )


@transaction.atomic
def answer(*, call: Call, answer: str) -> None:
    """What the teacher's page replies to the offer. Raises RoomClosed if the call has ended."""
    _check(answer)
    call = _locked(call)
    Call.objects.filter(pk=call.pk).update(answer=answer)


@transaction.atomic
def end_floor(*, call: Call, by: User | None = None, now: datetime | None = None) -> None:
    """Either side ends it, or the learner would rather not. Ending twice is harmless."""
    now = now or timezone.now()
    room = logbook.lock(call.classroom)
    if _clear(Call.objects.filter(pk=call.pk, ended_at=None), now) and not room.ended_at:
        _tell(call, person=call.given.person, state=Call.State.ENDED, by=by, now=now)


def end_all(*, classroom: Classroom, now: datetime | None = None) -> int:
    """The class has ended, and with it its calls; returns how many. Safe to repeat."""
    return _clear(classroom.calls.filter(ended_at=None), now or timezone.now())


def _clear(calls, now: datetime) -> int:
    return calls.update(ended_at=now, offer="", answer="")


def _locked(call: Call) -> Call:
    room = logbook.lock(call.classroom)
    call = Call.objects.select_related("given__person", "classroom").get(pk=call.pk)
    if call.ended_at or room.ended_at:
        raise RoomClosed(_("这节课已经下课了。") if room.ended_at else _("发言已经结束了。"))
    return call


def _tell(call: Call, *, person: Person, state: str, by: User | None, now: datetime) -> RoomEvent:
    body = {"call": str(call.key), "state": state}
    return logbook.write(
        call.classroom, RoomEvent.Kind.FLOOR, person=person, by=by, body=body, now=now
    )


def _check(description: str) -> None:
    if not description.startswith("v=0") or len(description) > LONGEST_DESCRIPTION:
        raise RoomClosed(_("没有接通。请刷新这一页，再试一次。"))
