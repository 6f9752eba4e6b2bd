"""The floor: asked for by the teacher, taken by the learner, arranged by their pages."""

import uuid

from django.http import Http404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from courses import queries as courses
from live import calls, queries, services
from live.views.doors import admitted, refusals, speaking


@require_POST
def floor(request, pk):
    """Let a learner speak."""
    with refusals() as answer:
        session = queries.room_taught_by(user=request.user, pk=pk)
        chosen = request.POST.get("person", "")
        is_number = chosen.isascii() and chosen.isdecimal() and len(chosen) < 18
        roster = courses.roster_at(session)
        learner = roster.filter(person=int(chosen) if is_number else 0).first()
        if learner is None:
            raise Http404
        call = calls.give_floor(
            classroom=services.open_room(session=session), person=learner.person, by=request.user
        )
        answer.content = {"call": str(call.key)}
    return answer.response


@require_GET
@never_cache
def call(request, pk, key):
    """How the two pages find each other: the offer for the teacher, the answer for the learner."""
    with refusals() as answer:
        found, is_teacher = _floor_of(admitted(request, pk), key)
        other = {"offer": found.offer} if is_teacher else {"answer": found.answer}
        servers = calls.ice_servers(f"{pk}-{request.user.pk}")
        answer.content = {"state": found.state, "ice": servers, **other}
    return answer.response


@require_POST
def take(request, pk, key):
    with refusals() as answer:
        found, is_teacher = _floor_of(speaking(request, pk), key)
        if is_teacher:
            raise Http404
        calls.take_floor(call=found, offer=request.POST.get("offer", ""), by=request.user)
    return answer.response


@require_POST
def reply(request, pk, key):
    with refusals() as answer:
        found, is_teacher = _floor_of(speaking(request, pk), key)
        if not is_teacher:
            raise Http404
        calls.answer(call=found, answer=request.POST.get("answer", ""))
    return answer.response


@require_POST
def end(request, pk, key):
    with refusals() as answer:
        found, _is_teacher = _floor_of(admitted(request, pk), key)
        calls.end_floor(call=found, by=request.user)
    return answer.response


def _floor_of(admission, key: uuid.UUID):
    classroom = services.open_room(session=admission.session)
    found = calls.floor_for(admission=admission, classroom=classroom, key=key)
    return found, found.given.person != admission.person
