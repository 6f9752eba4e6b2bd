"""What every view of a room begins and ends with: admission, facts, refusals."""

import uuid
from datetime import datetime, timedelta

from django.http import Http404, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from common.errors import DomainError
from live import missed, queries, rooms, watching
from live.attendance import BEAT_EVERY
from live.errors import NoSeat
from live.hub import event_as_dict
from live.reception import Reception, reading
from live.slides import decks

LATE = timedelta(minutes=3)


def admitted(request, pk):
    return queries.room_for(user=request.user, person=request.person, pk=pk)


def speaking(request, pk):
    return queries.admission_to_speak(**page_of(request, pk))


def page_of(request, pk):
    return {
        "user": request.user,
        "person": request.person,
        "pk": pk,
        "opened_as": request.POST.get("opened_as", ""),
        "now": timezone.now(),
    }


def facts_of(session, classroom, person, *, stream, picture):
    """What the page's script starts from; `told` is read before the events it stands for."""
    told = classroom.last_number
    happened = queries.latest_events(classroom.pk)
    return {
        "base": reverse("live:room", args=[session.pk]),
        "person": person.pk if person else None,
        "state": classroom.state,
        # Beside the playlist lie the pages of slides and spoken questions.
        "media": f"{stream.rpartition('/')[0]}/",
        "slide": decks.slide_shown(classroom.pk),
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


def no_seat(request, refusal):
    """Somebody without a seat: say so, and where their own class is, if it is now."""
    own = open_elsewhere(request.person, refusal.session)
    context = {"session": refusal.session, "sentence": str(refusal), "own_sessions": own}
    return render(request, "live/no_seat.html", context, status=403)


def open_elsewhere(person, session):
    """The classes of `person` whose room is open now, other than `session`."""
    if person is None:
        return []
    return [
        other
        for other in queries.sessions_around(person, timezone.now())
        if other.pk != session.pk and other.door in {rooms.Door.OPEN, rooms.Door.TEACHING}
    ]


def keep_logged_in(request, classroom):
    if request.user.is_authenticated and request.session.session_key:
        logins = {request.session.session_key: request.user.pk}
        watching.keep_logged_in(classroom_pk=classroom.pk, logins=logins)


class refusals:
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


def uuid_sent(request, name):
    try:
        return uuid.UUID(request.POST.get(name, ""))
    except ValueError:
        raise Http404 from None


def numbers_sent(request, name) -> set[int]:
    """Numbers of persons with points between them; a page sends nothing else."""
    parts = [part for part in request.POST.get(name, "")[:200].split(".") if part]
    if not all(part.isascii() and part.isdecimal() and len(part) < 18 for part in parts):
        raise Http404
    return {int(part) for part in parts}


def reception_sent(request) -> Reception | None:
    """How the class arrives at a page whose socket is down, if it says so."""
    sent = request.POST
    how = {name: sent[name] for name in ("sound", "mode") if name in sent}
    if not how:
        return None
    try:
        return reading({**how, "stalled": sent.get("stalled") == "true"})
    except ValueError:
        raise Http404 from None


def missed_sent(request) -> tuple[list, datetime] | None:
    """Beats that the page could not send, and what its watch says; None for none."""
    parts = [part for part in request.POST.get("missed", "").split(".") if part]
    if not parts:
        return None
    try:
        moments = missed.moments([int(part[:15]) for part in parts])
        (says_now,) = missed.moments([int(request.POST.get("at", "")[:15])])
    except ValueError:
        raise Http404 from None
    return moments, says_now
