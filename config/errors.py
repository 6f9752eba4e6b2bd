"""Error pages that are not an app's own."""

import sys
from urllib.parse import urlsplit

from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme

AWAY = (OperationalError, InterfaceError)
AGAIN_IN_S = 60


def csrf_failure(request, reason=""):
    """A form that was open too long: say what to do, not what went wrong inside.

    A link leads to the page it stood on: the browser's own way back shows the old form again.
    """
    before = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(before, {request.get_host()}, request.is_secure())
    context = {"page_before": urlsplit(before).path if is_ours else ""}
    return render(request, "403_csrf.html", context, status=403)


def server_error(request):
    """Something broke: 500; where the database is away or its disk is full, 503.

    Made without the request: what it would ask for may be what is away.
    """
    # Django calls this while it handles the error.
    if isinstance(sys.exc_info()[1], AWAY):
        page = render_to_string("503.html")
        return HttpResponse(page, status=503, headers={"Retry-After": AGAIN_IN_S})
    return HttpResponse(render_to_string("500.html"), status=500)
