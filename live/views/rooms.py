"""A learner's page: the room."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from live import captions, moderation, queries, rooms, services
from live.errors import NoSeat
from live.recordings import address_of
from live.video.tokens import LIVE
from live.views.doors import admitted, facts_of, no_seat, open_elsewhere
from live.views.polls import poll_of_learner


@login_required
@never_cache
@require_GET
def room(request, pk):
    """The room: waiting, then the class, without the learner doing anything."""
    try:
        admission = admitted(request, pk)
    except NoSeat as refusal:
        return no_seat(request, refusal)
    if admission.may_help:
        return redirect("live:help", pk)
    session, now = admission.session, timezone.now()
    door = queries.door_of(session, now=now)
    if door is rooms.Door.ENDED:
        return redirect("live:replay", pk)
    context = {"session": session, "door": door, "opens_at": rooms.opens_at(session.starts_at)}
    if door is not rooms.Door.TEACHING:
        context["own_sessions"] = open_elsewhere(admission.person, session)
        context["opens_in"] = (context["opens_at"] - now).total_seconds()
    if door is rooms.Door.NOT_YET:
        return render(request, "live/not_yet.html", context)
    classroom = services.open_room(session=session)
    stream = address_of(classroom, kind=LIVE, person=admission.person, user=request.user)
    hands = queries.hands_up(classroom.pk)
    context |= {
        "classroom": classroom,
        "admission": admission,
        "facts": facts_of(session, classroom, admission.person, stream=stream, picture=True),
        "stream": stream,
        "starts_in_ms": int((session.starts_at - now).total_seconds() * 1000),
        "is_tv": "tv" in request.GET,
        "here": queries.here_now(classroom, now=now),
        "household": queries.household_in(admission.person, session)
        if admission.is_learner
        else [],
        **muting_of(admission, classroom),
        **poll_of_learner(classroom, admission.person),
        "caption": captions.shown_now(classroom, now=now),
        "hand_is_up": hands.filter(person=admission.person).exists(),
    }
    return render(request, "live/room.html", context)


def muting_of(admission, classroom):
    if not admission.is_learner:
        return {}
    return {
        "mark": moderation.mark_of(classroom, admission.person),
        "is_muted": moderation.is_muted(classroom.pk, admission.person),
    }
