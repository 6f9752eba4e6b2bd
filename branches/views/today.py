"""The secretary's start page: what waits today, and where it is done."""

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from branches import today as work

# Whoever holds more offices than these looks at the list of branches.
BRANCHES_AT_MOST = 8


@never_cache
@login_required
@require_GET
def start(request):
    now = timezone.now()
    on = timezone.localdate(now)
    branches = list(work.offices_held(request.user, on=on)[:BRANCHES_AT_MOST])
    if not branches:
        raise Http404
    context = {
        "now": now,
        "days": [
            work.today_of(branch, on=on, reader=request.user.person_id) for branch in branches
        ],
        "several": len(branches) > 1,
        "links": [
            (reverse("branches:today"), _("今天的事")),
            (reverse("branches:list"), _("全部支部")),
            (reverse("branches:home_study"), _("送学上门")),
            (reverse("branches:notices"), _("外出学习通知")),
        ],
        "who": str(request.user),
    }
    return render(request, "branches/today.html", context)
