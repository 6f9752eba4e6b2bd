"""The class once more: its page, and what that page says was seen."""

import math

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from live import captions, library, queries, replays, rewatching, rooms
from live.errors import NoSeat, ReplayRefused
from live.library import Standing
from live.recordings import address_of
from live.rewatching import Shown
from live.video.tokens import REPLAY
from live.views.doors import admitted, no_seat, numbers_sent, page_of, refusals, uuid_sent

# Who stopped so near the end has seen it, and begins anew.
NEAR_THE_END_SECONDS = 20
NEAR_THE_START_SECONDS = 10

_NOT_NOW = {
    Standing.WITHHELD: gettext_lazy("老师暂时不放这个回放了。看过的已经记上。"),
    Standing.IN_REVIEW: gettext_lazy("这个回放还没有放出来。"),
    Standing.DELETED: gettext_lazy("这个回放已经过了保留期。看过的已经记上。"),
    Standing.NOTHING: gettext_lazy("这节课没有回放。"),
}


@login_required
@never_cache
@require_GET
def replay(request, pk):
    """The class once more, from the same segments, where this person stopped."""
    try:
        admission = admitted(request, pk)
    except NoSeat as refusal:
        return no_seat(request, refusal)
    session, now = admission.session, timezone.now()
    if queries.door_of(session, now=now) is not rooms.Door.ENDED:
        return redirect("live:room", pk)
    classroom = queries.room_of(session)
    found = replays.of(classroom) if classroom else None
    standing = library.standing(found, session)
    context = {
        "session": session,
        "classroom": classroom,
        "admission": admission,
        "standing": standing,
        "replay": found,
    }
    if found and library.may_see(admission):
        context |= _player(request, admission, found)
    return render(request, "live/replay.html", context)


def _player(request, admission, found):
    person = admission.person if admission.is_learner else None
    study = library.study_of(person, found.classroom_id)
    resume = (study.position if study else 0) - found.cut_start
    if not NEAR_THE_START_SECONDS <= resume <= found.seconds - NEAR_THE_END_SECONDS:
        resume = 0
    return {
        "stream": address_of(
            found.classroom, kind=REPLAY, person=admission.person, user=request.user
        ),
        "study": study,
        "has_captions": captions.are_there(found.classroom),
        "resume": resume,
        "speed": study.speed_percent if study else library.last_speed(person),
        "chapters": [
            (chapter, chapter.start - found.cut_start) for chapter in library.chapters_of(found)
        ],
        "household": queries.household_in(admission.person, admission.session)
        if admission.is_learner
        else [],
    }


@require_POST
def watched(request, pk):
    """A stretch that this page has shown; it answers how much has been seen by now."""
    with refusals() as answer:
        admission = queries.admission_of_page(**page_of(request, pk))
        classroom = queries.room_of(admission.session)
        found = library.replay_of(classroom.pk) if classroom else None
        if found is None or not admission.is_learner:
            raise Http404
        if not library.may_see(admission):
            raise ReplayRefused(str(_NOT_NOW[library.standing(found, admission.session)]))
        studies = rewatching.watch(
            replay=found,
            persons=queries.on_device(
                admission.person.pk, admission.session.pk, numbers_sent(request, "with")
            ),
            device=uuid_sent(request, "device"),
            by=request.user,
            shown=Shown(
                start=_seconds(request, "from"),
                end=_seconds(request, "to"),
                position=_seconds(request, "at"),
                speed_percent=round(_seconds(request, "speed")),
            ),
        )
        own = studies[0]
        answer.content = {
            "minutes": own.minutes,
            "enough": own.enough_at is not None,
            "with": [study.person_id for study in studies[1:]],
        }
    return answer.response


def _seconds(request, name) -> float:
    try:
        value = float(request.POST.get(name, "")[:24])
    except ValueError:
        raise Http404 from None
    if not (math.isfinite(value) and 0 <= value < 10**6):
        raise Http404
    return value
