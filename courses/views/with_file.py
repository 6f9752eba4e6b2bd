"""What every page about somebody begins with."""

from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache

from accounts.queries import own_file, persons_acted_for


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


def with_place(find):
    """For pages about one thing of somebody, which `find` fetches by person and number.

    Opened while acting for another whom this login may act for as well, the page says whose
    it is and leads on; nothing is answered for the wrong one.
    """

    def decorate(view):
        @with_file
        @wraps(view)
        def checked(request, pk):
            try:
                found = find(person=request.person, pk=pk)
            except Http404:
                theirs = None if request.limited else _whose(request.user, find, pk)
                if theirs is None:
                    raise
                context = {"theirs": theirs, "is_own": theirs == own_file(request.user)}
                return render(request, "courses/of_another.html", context, status=409)
            return view(request, found)

        return checked

    return decorate


def _whose(user, find, pk):
    """Of whom among those `user` may act for it is; None if of nobody."""
    for person in filter(None, [own_file(user), *persons_acted_for(user)]):
        try:
            find(person=person, pk=pk)
        except Http404:
            continue
        return person
    return None
