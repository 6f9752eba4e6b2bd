"""What a page sends while the class goes on."""

import time

from django.http import Http404
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from courses import queries as courses
from live import presence, queries, services, voices
from live.hub import event_as_dict
from live.models import HeldMessage
from live.video.voices import LARGEST
from live.views.doors import (
    admitted,
    keep_logged_in,
    missed_sent,
    numbers_sent,
    page_of,
    reception_sent,
    refusals,
    speaking,
    uuid_sent,
)


@require_GET
@never_cache
def events(request, pk):
    """What happened after `after`: for a page that opens, returns or noticed a gap."""
    with refusals() as answer:
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
    with refusals() as answer:
        admission = queries.admission_of_page(**page_of(request, pk))
        classroom = services.open_room(session=admission.session)
        asked = numbers_sent(request, "with")
        visits = services.arrive(
            classroom=classroom,
            admission=admission,
            together=asked,
            device=uuid_sent(request, "device"),
            by=request.user,
        )
        keep_logged_in(request, classroom)
        if reception := reception_sent(request):
            presence.note_receptions(dict.fromkeys(visits.values(), reception))
        if sent := missed_sent(request):
            moments, says_now = sent
            presence.hand_in(
                classroom=classroom,
                device=uuid_sent(request, "device"),
                by=request.user,
                moments=moments,
                says_now=says_now,
            )
        answer.content = {
            "at": round(time.time() * 1000),
            "told": queries.last_numbers([classroom.pk])[classroom.pk],
        }
        if visits:
            answer.content["with"] = sorted(visits.keys() - {admission.person.pk})
            answer.content["asked"] = sorted(asked)
    return answer.response


@require_POST
def say(request, pk):
    with refusals() as answer:
        admission = speaking(request, pk)
        said = services.say(
            classroom=services.open_room(session=admission.session),
            person=admission.person or request.user.person,
            by=request.user,
            text=request.POST.get("text", ""),
            client_id=uuid_sent(request, "client_id"),
            by_teacher=admission.may_teach,
            is_limited=not admission.may_teach,
        )
        if isinstance(said, HeldMessage):
            answer.content = {"held": _("收到了。老师看过以后大家就能看到。")}
        else:
            answer.content = {"number": said.number}
    return answer.response


@require_POST
def speak(request, pk):
    """A spoken question, as the browser recorded it."""
    with refusals() as answer:
        admission = speaking(request, pk)
        if not admission.is_learner:
            raise Http404
        sound = request.FILES.get("sound")
        event = voices.speak(
            classroom=services.open_room(session=admission.session),
            person=admission.person,
            by=request.user,
            sound=sound.read(LARGEST + 1) if sound else b"",
            client_id=uuid_sent(request, "client_id"),
        )
        answer.content = {"number": event.number}
    return answer.response


@require_POST
def hand(request, pk):
    """Raise one's hand, or lower it with up=0; the teacher lowers anybody's."""
    with refusals() as answer:
        admission = speaking(request, pk)
        classroom = services.open_room(session=admission.session)
        if (admission.may_teach or admission.may_help) and (
            chosen := request.POST.get("person", "")
        ):
            learner = courses.roster_at(admission.session).filter(
                person=int(chosen) if chosen.isdecimal() and len(chosen) < 18 else None
            )
            if not learner:
                raise Http404
            services.lower_hand(
                classroom=classroom, person=learner[0].person, by=request.user, by_teacher=True
            )
        elif not admission.is_learner:
            raise Http404
        elif request.POST.get("up") == "0":
            services.lower_hand(classroom=classroom, person=admission.person, by=request.user)
        else:
            services.raise_hand(
                classroom=classroom,
                person=admission.person,
                by=request.user,
                client_id=uuid_sent(request, "client_id"),
            )
    return answer.response


@require_POST
def no_sound(request, pk):
    with refusals() as answer:
        admission = speaking(request, pk)
        if not admission.is_learner:
            raise Http404
        services.cannot_hear(
            classroom=services.open_room(session=admission.session),
            person=admission.person,
            by=request.user,
            client_id=uuid_sent(request, "client_id"),
        )
    return answer.response
