"""Words under the picture: sent by who helps, and all of them for the replay."""

from django.http import Http404, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from live import captions, library, queries, replays, services
from live.errors import NoSeat
from live.views.doors import admitted, refusals, uuid_sent


@require_POST
def caption(request, pk):
    with refusals() as answer:
        session = queries.room_helped_by(user=request.user, pk=pk)
        captions.caption(
            classroom=services.open_room(session=session),
            text=request.POST.get("text", ""),
            by=request.user,
            client_id=uuid_sent(request, "client_id"),
        )
    return answer.response


@never_cache
@require_GET
def caption_file(request, pk):
    """The captions of a class as its replay shows them (WebVTT); with ?whole, uncut."""
    try:
        admission = admitted(request, pk)
    except NoSeat:
        raise Http404 from None
    is_whole = "whole" in request.GET
    classroom = queries.room_of(admission.session)
    found = replays.of(classroom) if classroom else None
    if not library.may_see(admission) or (is_whole and not admission.may_teach):
        raise Http404
    cues = captions.cues_of(classroom, captions.in_replay(found, whole=is_whole)) if found else []
    return HttpResponse(captions.as_vtt(cues), content_type="text/vtt; charset=utf-8")
