"""Error pages that are not an app's own."""

import sys
from urllib.parse import urlsplit

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve
from django.utils.http import url_has_allowed_host_and_scheme

from common.typed_again import typed_in

AWAY = (OperationalError, InterfaceError)
AGAIN_IN_S = 60


def csrf_failure(request, reason=""):
    """A form that was open too long: say what to do, not what went wrong inside.

    What was typed can be sent once more, where the browser says that a page of ours sent it:
    of another's form nobody is asked to press the button. A link leads to the page it stood
    on: the browser's own way back shows the old form again.
    """
    context = {"page_before": _page_before(request)}
    ours = f"{request.scheme}://{request.get_host()}"
    if request.headers.get("Origin") == ours:
        context |= typed_in(request)
    return render(request, "403_csrf.html", context, status=403)


def not_found(request, exception):
    """404. Who pressed a button hears that the thing is gone, not that an address is wrong."""
    context = {"is_pressed": request.method == "POST", "page_before": _page_before(request)}
    return render(request, "404.html", context, status=404)


def _page_before(request) -> str:
    """The page of ours whose button was pressed, if the browser says which."""
    before = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(before, {request.get_host()}, request.is_secure())
    return urlsplit(before).path if is_ours else ""


def bad_request(request, exception):
    """400: a broken address, or a form larger than any of ours."""
    is_long = isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent)
    return HttpResponse(render_to_string("400.html", {"is_long": is_long}), status=400)


class Unpressed:
    """An address that only a button leads to, opened without it, says so in words (405).

    A browser that opens its pages anew the next day asks for them, and a copied one too.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if response.status_code != 405 or response.content or request.method != "GET":
            return response
        page = render(request, "405.html", {"above": _above(request.path)}, status=405)
        page["Allow"] = response["Allow"]
        return page


def _above(path: str) -> str:
    """The page whose button it is, as far as the address tells."""
    above = path.rstrip("/").rpartition("/")[0] + "/"
    try:
        found = resolve(above).view_name
    except Resolver404:
        return ""
    # Of Wagtail every address is one, whether there is a page or not.
    return "" if found == "wagtail_serve" else above


def server_error(request):
    """Something broke: 500; where the database is away or its disk is full, 503.

    Made without what the request would ask the database for: that may be what is away.
    """
    # Django calls this while it handles the error.
    if isinstance(sys.exc_info()[1], AWAY):
        page = render_to_string("503.html", typed_in(request))
        return HttpResponse(page, status=503, headers={"Retry-After": AGAIN_IN_S})
    return HttpResponse(render_to_string("500.html"), status=500)
