"""What every page about somebody begins with."""

from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache


def with_file(view):
    """For pages about somebody: log in first, then say who one is, then come back.

    They are kept by no cache: a device is often shared, and its back button works.
    """

    @never_cache
    @wraps(view)
    def checked(request, *args, **kwargs):
        if request.user.is_authenticated and request.person:
            return view(request, *args, **kwargs)
        back = request.get_full_path()
        if not request.user.is_authenticated:
            return redirect_to_login(back)
        return redirect(f"{reverse('accounts:welcome')}?{urlencode({'next': back})}")

    return checked
