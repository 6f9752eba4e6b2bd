"""Questions to the room: asking, voting, closing."""

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from live import polls, queries, services
from live.views.doors import refusals, speaking, uuid_sent


@never_cache
@require_GET
def poll_now(request, pk):
    """How the poll stands, for those who hold the class: a fragment."""
    session = queries.room_helped_by(user=request.user, pk=pk)
    return render(request, "live/_poll_now.html", poll_facts(services.open_room(session=session)))


@require_POST
def ask_poll(request, pk):
    with refusals() as answer:
        session = queries.room_helped_by(user=request.user, pk=pk)
        poll = polls.ask(
            classroom=services.open_room(session=session),
            question=request.POST.get("question", ""),
            answers=request.POST.get("answers", "")[:2000].splitlines(),
            key=uuid_sent(request, "client_id"),
            by=request.user,
        )
        answer.content = {"poll": poll.pk}
    return answer.response


@require_POST
def close_poll(request, pk):
    with refusals() as answer:
        session = queries.room_helped_by(user=request.user, pk=pk)
        polls.close(poll=_poll(request, session), by=request.user)
    return answer.response


@require_POST
def vote(request, pk):
    with refusals() as answer:
        admission = speaking(request, pk)
        if not admission.is_learner:
            raise Http404
        choice = request.POST.get("choice", "")
        polls.vote(
            poll=_poll(request, admission.session),
            person=admission.person,
            choice=int(choice)
            if choice.isascii() and choice.isdecimal() and len(choice) < 3
            else -1,
            client_id=uuid_sent(request, "client_id"),
            by=request.user,
        )
    return answer.response


def poll_facts(classroom):
    poll = polls.latest(classroom.pk)
    return {"poll": poll, "bars": polls.bars_of(poll) if poll else [], "now": timezone.now()}


def poll_of_learner(classroom, person):
    """What a learner's page that opens now shows: no counts while the poll is open."""
    poll = polls.latest(classroom.pk)
    if poll is None:
        return {"poll": None}
    return {
        "poll": poll,
        "bars": polls.bars_of(poll) if poll.closed_at else [],
        "choice": polls.choice_of(poll, person) if person else None,
    }


def _poll(request, session):
    sent = request.POST.get("poll", "")
    if not (sent.isascii() and sent.isdecimal() and len(sent) < 18):
        raise Http404
    return get_object_or_404(session.classroom.polls, pk=int(sent))
