"""What every request knows: who is acting for whom, and how large the letters are."""

from dataclasses import dataclass

from django.http import Http404
from django.utils.functional import SimpleLazyObject

from accounts import queries
from accounts.models import User

# Where the session keeps the file that somebody is acting for (accounts.views.act_for).
ACTING_FOR = "acting_for"


class WhoIsActing:
    """`request.person`: the file this request is about, or None.

    The login's own file, or the one it is acting for, which is `request.acting` then; the
    right to act is looked up anew on every request, so revoking it works at once.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        # Looked up at once: a lazy object that stands for None is not None.
        request.person = person_of(request.user, request.session)
        is_acting = request.user.is_authenticated and ACTING_FOR in request.session
        request.acting = request.person if is_acting else None
        return self.get_response(request)


def person_of(user, session):
    """The file that `user` acts on in this session, or None."""
    if not user.is_authenticated:
        return None
    if pk := session.get(ACTING_FOR):
        try:
            return queries.person_acted_for(user=user, pk=pk)
        except Http404:
            del session[ACTING_FOR]
    return queries.own_file(user)


@dataclass(frozen=True)
class ReadingStyle:
    step: str
    theme: str


class Reading:
    """`request.reading`: the text step and theme, kept for the login or in a cookie."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.reading = SimpleLazyObject(lambda: reading_of(request))
        return self.get_response(request)


def reading_of(request) -> ReadingStyle:
    if request.user.is_authenticated:
        return ReadingStyle(request.user.text_step, request.user.theme)
    step, theme = request.COOKIES.get("step"), request.COOKIES.get("theme")
    return ReadingStyle(
        step if step in User.Step else User.Step.STANDARD,
        theme if theme in User.Theme else User.Theme.LIGHT,
    )
