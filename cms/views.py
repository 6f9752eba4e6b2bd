"""Pages of the site that are not Wagtail's."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from cms import queries
from common.search import QUERY_SIGNS


@require_GET
def search(request):
    query = request.GET.get("q", "").strip()[:QUERY_SIGNS]
    found = queries.found(query, now=timezone.now())
    return render(request, "cms/search.html", {"query": query, "found": found})
