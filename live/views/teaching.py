"""A teacher's pages, and what the console asks for and sends."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from common.errors import DomainError
from courses import queries as courses
from live import calls, consoles, gear, queries, rooms, services
from live.models import Call
from live.recordings import address_of
from live.slides import decks
from live.video.tokens import LIVE
from live.views.doors import facts_of, keep_logged_in, refusals
from live.views.slides import deck_as_dict


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
        "facts": facts_of(
            session,
            classroom,
            request.user.person,
            stream=address_of(classroom, kind=LIVE, person=None, user=request.user),
            picture=False,
        ),
        "due": len(courses.due_at(session)),
        "opens_in_ms": max(
            int((rooms.opens_at(session.starts_at) - now).total_seconds() * 1000) + 1000, 0
        ),
        "minutes_taught": classroom.started_at
        and int((now - classroom.started_at).total_seconds() // 60),
    }
    if door is not rooms.Door.ENDED:
        stream = address_of(classroom, kind=LIVE, person=None, user=request.user)
        context["console_facts"] = {
            "base": context["facts"]["base"],
            "media": stream.rpartition("/")[0] + "/",
            "decks": [deck_as_dict(deck) for deck in decks.decks_of(classroom)],
            "shown": decks.slide_shown(classroom.pk),
        }
        if gear.is_offered():
            context["gear"] = {"address": gear.address(), "key": gear.key_of(session)}
        context["floor"] = calls.open_call(classroom, Call.Kind.FLOOR)
        context["had_phone"] = calls.open_call(classroom, Call.Kind.CAMERA)
    else:
        context["here"] = session.attendances.count()
    return render(request, "live/console.html", context)


@require_GET
@never_cache
def here(request, pk):
    """Who is in the room now, and whose hand is up: a fragment the console asks for."""
    session = queries.room_taught_by(user=request.user, pk=pk)
    classroom = services.open_room(session=session)
    keep_logged_in(request, classroom)
    consoles.seen(classroom=classroom)
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
    with refusals() as answer:
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
