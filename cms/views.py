"""Pages of the site that are not Wagtail's, and its pictures where no nginx stands in front."""

import mimetypes

from django.core.files.storage import default_storage
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_safe

from cms import queries
from common.search import QUERY_SIGNS

A_DAY_S = 60 * 60 * 24


@require_GET
def search(request):
    query = request.GET.get("q", "").strip()[:QUERY_SIGNS]
    found = queries.found(query, now=timezone.now())
    return render(request, "cms/search.html", {"query": query, "found": found})


@require_safe
@cache_control(public=True, max_age=A_DAY_S)
def picture(request, name):
    """A picture as pages show it; never the file somebody uploaded, nor anybody's portrait."""
    kind, _encoding = mimetypes.guess_type(name)
    if not (kind or "").startswith("image/") or kind == "image/svg+xml":
        raise Http404
    try:
        with default_storage.open(f"images/{name}") as file:
            # Read whole: an iterator would be run in a thread of its own, piece by piece.
            return HttpResponse(file.read(), content_type=kind)
    except (OSError, ValueError) as error:
        raise Http404 from error
