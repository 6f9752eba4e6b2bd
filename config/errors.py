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


# What is never written into a page again.
UNSAID = {"password", "code", "answer_code"}
# More is no form of ours.
MOST_FIELDS, MOST_SIGNS = 300, 100_000


def typed_in(request) -> dict:
    """The form that was sent, to be sent once more as it was, with the key of its page: who
    was answered before gets the same answer again. Nothing for a file or a password."""
    nothing = {"again": [], "address": ""}
    if request.method != "POST":
        return nothing
    try:
        fields = [(name, value) for name in request.POST for value in request.POST.getlist(name)]
        has_files = bool(request.FILES)
    except Exception:
        # Half a request, or one too large: then there is nothing to keep.
        return nothing
    size = sum(len(name) + len(value) for name, value in fields)
    is_secret = any(name in UNSAID or "password" in name for name, _value in fields)
    if has_files or is_secret or len(fields) > MOST_FIELDS or size > MOST_SIGNS:
        return nothing
    return {"again": fields, "address": request.get_full_path()}


def server_error(request):
    """Something broke: 500; where the database is away or its disk is full, 503.

    Made without what the request would ask the database for: that may be what is away.
    """
    # Django calls this while it handles the error.
    if isinstance(sys.exc_info()[1], AWAY):
        page = render_to_string("503.html", typed_in(request))
        return HttpResponse(page, status=503, headers={"Retry-After": AGAIN_IN_S})
    return HttpResponse(render_to_string("500.html"), status=500)
