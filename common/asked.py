"""Words looked for, kept out of addresses, histories and logs of servers.

The form of a list is posted; the answer leads back to the same address with the words sealed,
so that its pages, its orders and its workbook are still addresses.
"""

from functools import wraps

from django.http import QueryDict
from django.shortcuts import redirect

from common.sealed import seal, unseal

# The fields that may hold a name or a number of somebody.
NAMES = ("q",)
# The name of the button that looks, where other buttons of the page act.
LOOK = "look"
LONGEST = 100


def by_post(view):
    """What is posted to the list comes back as its address, the words sealed in it."""

    @wraps(view)
    def checked(request, *args, **kwargs):
        if request.method != "POST":
            return view(request, *args, **kwargs)
        return _led_back(request)

    return checked


def look_by_post(view):
    """The same for a page that takes other posts too: only what its button LOOK sends."""

    @wraps(view)
    def checked(request, *args, **kwargs):
        if request.method == "POST" and LOOK in request.POST:
            return _led_back(request)
        return view(request, *args, **kwargs)

    return checked


def _led_back(request):
    asked = request.POST.copy()
    for name in ("csrfmiddlewaretoken", LOOK):
        asked.pop(name, None)
    for name in NAMES:
        if words := asked.get(name, "").replace("\0", "").strip():
            asked[name] = seal(words[:LONGEST])
    return redirect(f"{request.path}?{asked.urlencode()}")


def opened(data: QueryDict) -> QueryDict:
    """The same with its words readable; what was never sealed stays as it is."""
    found = data.copy()
    for name in NAMES:
        if name in found:
            try:
                found[name] = unseal(found[name])
            except ValueError:
                continue
    return found
