"""Pages of the live classroom, and the POSTs that speak in it."""

import uuid
from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from common.errors import DomainError
from courses import queries as courses
from live import queries, rooms, services
from live.attendance import BEAT_EVERY
from live.errors import NoSeat, RoomClosed
from live.hub import event_as_dict
from live.recordings import address_of
from live.video.tokens import LIVE, REPLAY

LATE = timedelta(minutes=3)


def admitted(request, pk):
    return queries.room_for(user=request.user, person=request.person, pk=pk)


def speaking(request, pk):
    """The admission of somebody who says or does something in an open room.

    Raises RoomClosed outside its time, and for a page that was opened as somebody else:
    what a wife's tab sends must not be her husband's because he logged in beside it.
    """
    admission = admitted(request, pk)
    opened_as = request.POST.get("opened_as", "")
    if admission.person and opened_as not in ("", str(admission.person.pk)):
        raise RoomClosed(_("这一页打开以后换了人。请刷新这一页再用。"))
    door = queries.door_of(admission.session, now=timezone.now())
    if door is rooms.Door.NOT_YET and not admission.may_teach:
        raise RoomClosed(_("教室还没有开门，上课前 15 分钟开。"))
    if door is rooms.Door.ENDED:
        raise RoomClosed(_("这节课已经下课了。"))
    return admission


@login_required
@never_cache
@require_GET
def room(request, pk):
    """The room: waiting, then the class, without the learner doing anything."""
    try:
        admission = admitted(request, pk)
    except NoSeat as refusal:
        return _no_seat(request, refusal)
    session, now = admission.session, timezone.now()
    door = queries.door_of(session, now=now)
    if door is rooms.Door.ENDED:
        return redirect("live:replay", pk)
    context = {"session": session, "door": door, "opens_at": rooms.opens_at(session.starts_at)}
    if door is rooms.Door.NOT_YET:
        return render(request, "live/not_yet.html", context)
    classroom = services.open_room(session=session)
    hands = queries.hands_up(classroom.pk)
    context |= {
        "classroom": classroom,
        "admission": admission,
        "facts": _facts(session, classroom, admission.person, picture=True),
        "stream": address_of(classroom, kind=LIVE, person=admission.person, user=request.user),
        "here": queries.here_now(classroom, now=now),
        "hand_is_up": hands.filter(person=admission.person).exists(),
    }
    return render(request, "live/room.html", context)


def _facts(session, classroom, person, *, picture):
    """What the page's script starts from; `told` is read before the events it stands for."""
    told = classroom.last_number
    happened = queries.latest_events(classroom.pk)
    return {
        "base": reverse("live:room", args=[session.pk]),
        "person": person.pk if person else None,
        "state": classroom.state,
        "picture": queries.is_picture_on(classroom.pk) if picture else False,
        # When a learner who waits is told that the teacher is late.
        "late_ms": max(int((session.starts_at + LATE - timezone.now()).total_seconds() * 1000), 0),
        "happened": [event_as_dict(event) for event in happened if event.number <= told],
        "line": {
            "socket": f"/ws/sessions/{session.pk}/",
            "events": reverse("live:events", args=[session.pk]),
            "beat": reverse("live:beat", args=[session.pk]),
            "told": told,
            "beatMs": int(BEAT_EVERY.total_seconds() * 1000),
        },
    }


def _no_seat(request, refusal):
    """Somebody without a seat: say so, and where their own class is, if it is now."""
    own = []
    if request.person:
        own = [
            session
            for session in queries.sessions_around(request.person, timezone.now())
            if session.door in {rooms.Door.OPEN, rooms.Door.TEACHING}
        ]
    context = {"session": refusal.session, "sentence": str(refusal), "own_sessions": own}
    return render(request, "live/no_seat.html", context, status=403)


@login_required
@never_cache
@require_GET
def replay(request, pk):
    """The class once more, from the same segments."""
    try:
        admission = admitted(request, pk)
    except NoSeat as refusal:
        return _no_seat(request, refusal)
    session, now = admission.session, timezone.now()
    if queries.door_of(session, now=now) is not rooms.Door.ENDED:
        return redirect("live:room", pk)
    classroom = queries.room_of(session)
    context = {"session": session, "classroom": classroom}
    if classroom and classroom.started_at:
        context["stream"] = address_of(
            classroom, kind=REPLAY, person=admission.person, user=request.user
        )
    return render(request, "live/replay.html", context)


@require_GET
@never_cache
def events(request, pk):
    """What happened after `after`: for a page that opens, returns or noticed a gap."""
    with _refusals() as answer:
        classroom = services.open_room(session=admitted(request, pk).session)
        after = request.GET.get("after", "")
        if not after.isdecimal() or len(after) > 9:
            raise Http404
        happened = [
            event_as_dict(event) for event in queries.events_after(classroom.pk, int(after))
        ]
        answer.content = {"events": happened, "more": len(happened) == queries.EVENTS_AT_MOST}
    return answer.response


@require_POST
def beat(request, pk):
    """A sign of life from a page whose socket is down."""
    with _refusals() as answer:
        admission = admitted(request, pk)
        session = admission.session
        classroom = services.open_room(session=session)
        door = queries.door_of(session, now=timezone.now())
        opened_as = request.POST.get("opened_as", "")
        is_same = admission.person and opened_as in ("", str(admission.person.pk))
        if admission.is_learner and is_same and door in {rooms.Door.OPEN, rooms.Door.TEACHING}:
            services.enter(
                classroom=classroom, person=admission.person, device=_uuid(request, "device")
            )
        answer.content = {"told": queries.last_numbers([classroom.pk])[classroom.pk]}
    return answer.response


@require_POST
def say(request, pk):
    with _refusals() as answer:
        admission = speaking(request, pk)
        event = services.say(
            classroom=services.open_room(session=admission.session),
            person=admission.person or request.user.person,
            text=request.POST.get("text", ""),
            client_id=_uuid(request, "client_id"),
            by_teacher=admission.may_teach,
            is_limited=not admission.may_teach,
        )
        answer.content = {"number": event.number}
    return answer.response


@require_POST
def hand(request, pk):
    """Raise one's hand, or lower it with up=0; the teacher lowers anybody's."""
    with _refusals() as answer:
        admission = speaking(request, pk)
        classroom = services.open_room(session=admission.session)
        if admission.may_teach and (chosen := request.POST.get("person", "")):
            learner = courses.roster(admission.session.class_group).filter(
                person=int(chosen) if chosen.isdecimal() and len(chosen) < 18 else None
            )
            if not learner:
                raise Http404
            services.lower_hand(classroom=classroom, person=learner[0].person, by_teacher=True)
        elif not admission.is_learner:
            raise Http404
        elif request.POST.get("up") == "0":
            services.lower_hand(classroom=classroom, person=admission.person)
        else:
            services.raise_hand(
                classroom=classroom,
                person=admission.person,
                client_id=_uuid(request, "client_id"),
            )
    return answer.response


@require_POST
def no_sound(request, pk):
    with _refusals() as answer:
        admission = speaking(request, pk)
        if not admission.is_learner:
            raise Http404
        services.cannot_hear(
            classroom=services.open_room(session=admission.session),
            person=admission.person,
            client_id=_uuid(request, "client_id"),
        )
    return answer.response


@login_required
@require_GET
def teaching(request):
    """A teacher's sessions of today and the next two weeks."""
    person = request.user.person
    if person is None:
        return redirect(f"{reverse('accounts:welcome')}?next={request.path}")
    now = timezone.now()
    today = timezone.localdate(now)
    sessions = queries.sessions_to_teach(person, now)
    context = {
        "today": [s for s in sessions if timezone.localdate(s.starts_at) == today],
        "later": [s for s in sessions if timezone.localdate(s.starts_at) > today],
    }
    return render(request, "live/teaching.html", context)


@login_required
@never_cache
@require_GET
def console(request, pk):
    """The teacher's page: try the camera, begin, teach, end."""
    session = queries.room_taught_by(user=request.user, pk=pk)
    now = timezone.now()
    classroom = services.open_room(session=session)
    door = queries.door_of(session, now=now)
    context = {
        "session": session,
        "classroom": classroom,
        "door": door,
        "opens_at": rooms.opens_at(session.starts_at),
        "facts": _facts(session, classroom, request.user.person, picture=False),
        "due": len(courses.due_at(session)),
        "opens_in_ms": max(
            int((rooms.opens_at(session.starts_at) - now).total_seconds() * 1000) + 1000, 0
        ),
        "minutes_taught": classroom.started_at
        and int((now - classroom.started_at).total_seconds() // 60),
    }
    if door is rooms.Door.ENDED:
        context["here"] = session.attendances.count()
    return render(request, "live/console.html", context)


@require_GET
@never_cache
def here(request, pk):
    """Who is in the room now, and whose hand is up: a fragment the console asks for."""
    session = queries.room_taught_by(user=request.user, pk=pk)
    classroom = services.open_room(session=session)
    now = timezone.now()
    context = {
        "session": session,
        "here": queries.here_now(classroom, now=now),
        "due": len(courses.due_at(session)),
        "hands": queries.hands_up(classroom.pk),
        "cannot_hear": queries.cannot_hear_lately(classroom.pk, now=now),
    }
    return render(request, "live/_here.html", context)


@require_POST
def pause(request, pk):
    with _refusals() as answer:
        session = queries.room_taught_by(user=request.user, pk=pk)
        services.pause_messages(
            classroom=services.open_room(session=session),
            paused=request.POST.get("paused") == "1",
        )
    return answer.response


@login_required
@require_POST
def end(request, pk):
    """End the class and close its attendance; ending twice is harmless."""
    session = queries.room_taught_by(user=request.user, pk=pk)
    classroom = services.open_room(session=session)
    try:
        services.end(classroom=classroom)
        services.close(classroom=classroom)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("下课了。到课已经记好，回放马上可以看。"))
    return redirect("live:console", pk)


class _refusals:
    """Answer JSON: the content, or the sentence of a rule that said no."""

    def __init__(self):
        self.content = {}
        self.status = 200

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if isinstance(error, NoSeat):
            self.status, self.content = 403, {"error": str(error)}
        elif isinstance(error, DomainError):
            self.status, self.content = 422, {"error": str(error)}
        else:
            return False
        return True

    @property
    def response(self):
        return JsonResponse(self.content, status=self.status)


def _uuid(request, name):
    try:
        return uuid.UUID(request.POST.get(name, ""))
    except ValueError:
        raise Http404 from None
