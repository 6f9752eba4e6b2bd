"""What nginx asks when a stream of professional gear begins, lasts and ends."""

from django.http import Http404, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from common.errors import DomainError
from live import gear


@csrf_exempt
@require_POST
def published(request):
    """204 lets the stream begin or go on, 403 ends it. The key in `name` is all the proof."""
    if not gear.is_offered():
        raise Http404
    key, call = request.POST.get("name", ""), request.POST.get("call", "")
    try:
        if call == "publish":
            gear.begin(key)
        elif call == "update_publish":
            gear.go_on(key)
        elif call == "publish_done":
            gear.end(key)
        # Of our own playing, which nginx asks about just so.
        elif call != "update_play":
            return HttpResponse(status=403)
    except DomainError:
        return HttpResponse(status=403)
    return HttpResponse(status=204)
