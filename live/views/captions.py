"""Words under the picture: sent by who helps, and all of them for the replay."""

from django.http import Http404, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from live import captions, queries, services
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
    """All captions of a class, as its replay shows them (WebVTT)."""
    try:
        session = admitted(request, pk).session
    except NoSeat:
        raise Http404 from None
    classroom = queries.room_of(session)
    cues = []
    if classroom:
        cues = captions.cues_of(classroom, captions.since_the_start(classroom))
    return HttpResponse(captions.as_vtt(cues), content_type="text/vtt; charset=utf-8")
