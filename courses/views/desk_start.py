"""The registrar's start page: what has to be done today."""

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.queries import has_role
from courses import queries
from courses.lists import today


@never_cache
@login_required
@require_GET
def desk_start(request):
    if not has_role(request.user, *queries.LEADS_CLASSES):
        raise Http404
    now = timezone.now()
    context = {
        "now": now,
        "work": today.work_of(request.user, now=now),
        "rounds": today.rounds_of_these_days(request.user, now=now),
        "figures": today.figures(request.user, now=now),
        "counter_url": today.address("courses:counter"),
    }
    return render(request, "courses/desk_start.html", context)
