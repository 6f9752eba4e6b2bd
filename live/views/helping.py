"""The page of those who help, and what they and the teacher do to keep the talk friendly."""

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from courses import queries as courses
from live import helping, moderation, queries, services
from live.recordings import address_of
from live.video.tokens import LIVE
from live.views.doors import facts_of, keep_logged_in, refusals


@login_required
@never_cache
@require_GET
def today(request):
    """Today's classes to help in."""
    sessions = queries.sessions_to_help(request.user, timezone.now())
    return render(request, "live/helping.html", {"sessions": sessions})


@login_required
@never_cache
@require_GET
def help_page(request, pk):
    """Who is here, who is stuck, what waits for the moderator."""
    session, classroom = _helped(request, pk)
    context = _now(request, session, classroom)
    stream = address_of(classroom, kind=LIVE, person=None, user=request.user)
    context |= {
        "facts": facts_of(session, classroom, None, stream=stream, picture=False),
        "teaches": courses.may_teach(
            user=request.user, class_group=session.class_group, session=session
        ),
    }
    return render(request, "live/help.html", context)


@never_cache
@require_GET
def help_now(request, pk):
    """The same again, as a fragment."""
    session, classroom = _helped(request, pk)
    keep_logged_in(request, classroom)
    return render(request, "live/_help_now.html", _now(request, session, classroom))


@never_cache
@require_GET
def moderation_now(request, pk):
    """What waits for the moderator, and who hears: the console's fragment."""
    session, classroom = _helped(request, pk)
    return render(request, "live/_moderation.html", _moderation(session, classroom))


@never_cache
@require_POST
def numbers(request, pk):
    """The numbers of somebody who is stuck, in full; written down each time."""
    session, classroom = _helped(request, pk)
    person = helping.learner_in(session, _number(request, "person"))
    found = helping.numbers_of(
        session=session, classroom=classroom, person=person, by=request.user
    )
    return render(request, "live/_numbers.html", {"person": person, "numbers": found})


@require_POST
def helped(request, pk):
    with refusals() as answer:
        session, classroom = _helped(request, pk)
        person = helping.learner_in(session, _number(request, "person"))
        helping.done(session=session, classroom=classroom, person=person, by=request.user)
    return answer.response


@require_POST
def begin(request, pk):
    """A helper says that the teacher, who has no page open, has begun."""
    with refusals() as answer:
        _session, classroom = _helped(request, pk)
        services.begin(classroom=classroom)
    return answer.response


@require_POST
def look(request, pk):
    """Let a held message through (through=1) or keep it back."""
    with refusals() as answer:
        _session, classroom = _helped(request, pk)
        held = moderation.look_at(
            classroom=classroom,
            message_pk=_number(request, "message"),
            let_through=request.POST.get("through") == "1",
            by=request.user,
        )
        if held is None:
            raise Http404
    return answer.response


@require_POST
def hide(request, pk):
    with refusals() as answer:
        _session, classroom = _helped(request, pk)
        number = _number(request, "number")
        if moderation.hide(classroom=classroom, number=number, by=request.user) is None:
            raise Http404
    return answer.response


@require_POST
def mute(request, pk):
    """Somebody writes no messages in this class; with muted=0 they do again."""
    with refusals() as answer:
        session, classroom = _helped(request, pk)
        person = helping.learner_in(session, _number(request, "person"))
        act = moderation.unmute if request.POST.get("muted") == "0" else moderation.mute
        act(classroom=classroom, person=person, by=request.user)
    return answer.response


def _helped(request, pk):
    session = queries.room_helped_by(user=request.user, pk=pk)
    return session, services.open_room(session=session)


def _now(request, session, classroom):
    now = timezone.now()
    return _moderation(session, classroom) | {
        "here": queries.here_now(classroom, now=now),
        "due": courses.due_at(session).count(),
        "door": queries.door_of(session, now=now),
        "is_late": classroom.started_at is None and now >= session.starts_at,
        "stuck": helping.stuck(session, classroom, now=now),
        "hands": queries.hands_up(classroom.pk),
        "may_call": helping.may_call(user=request.user, session=session, now=now),
    }


def _moderation(session, classroom):
    return {
        "session": session,
        "classroom": classroom,
        "hearing": helping.hearing(classroom, now=timezone.now()),
        "held": moderation.waiting(classroom.pk),
        "muted": moderation.muted(classroom.pk),
    }


def _number(request, name) -> int:
    sent = request.POST.get(name, "")
    if not (sent.isascii() and sent.isdecimal() and len(sent) < 18):
        raise Http404
    return int(sent)
