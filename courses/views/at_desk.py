"""What every page of the registrar's desk begins with."""

from dataclasses import dataclass
from functools import wraps
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from accounts.queries import has_role
from common.typed import number_of
from courses.desk import guests
from courses.errors import ClassGone
from courses.models import Offer, Source
from courses.queries import LEADS_CLASSES

# Where the session keeps whose files of elsewhere are open, and until when.
GUESTS = "desk_guests"


def at_desk(view):
    """For registrars and administrators only; everybody else gets 404. Kept by no cache."""

    @never_cache
    @login_required
    @wraps(view)
    def checked(request, *args, **kwargs):
        if not has_role(request.user, *LEADS_CLASSES):
            raise Http404
        try:
            return view(request, *args, **kwargs)
        except ClassGone as gone:
            messages.error(request, str(gone))
            back = ("counter_person", kwargs["pk"]) if "class_pk" in kwargs else ("counter",)
            return redirect(way_of(request).address(*back))

    return checked


@dataclass(frozen=True)
class Way:
    """How the person came to the registrar: to the window, or by telephone."""

    source: str

    @property
    def is_phone(self) -> bool:
        return self.source == Source.PHONE

    @property
    def query(self) -> str:
        """What addresses carry along."""
        return f"?way={self.source}" if self.is_phone else ""

    @property
    def channel(self) -> str:
        return Offer.Channel.PHONE if self.is_phone else Offer.Channel.COUNTER

    def address(self, name: str, *args) -> str:
        return reverse(f"courses:{name}", args=args) + self.query


def way_of(request) -> Way:
    asked = request.POST.get("way") or request.GET.get("way")
    return Way(Source.PHONE if asked == Source.PHONE else Source.COUNTER)


def guests_of(request) -> set[int]:
    """The files of others that were opened in this session and still are (desk.guests)."""
    now, kept = timezone.now().timestamp(), request.session.get(GUESTS, {})
    return {int(pk) for pk, until in kept.items() if until > now}


def remember_guest(request, person) -> None:
    until = (timezone.now() + guests.OPEN_FOR).timestamp()
    request.session[GUESTS] = request.session.get(GUESTS, {}) | {str(person.pk): until}


def file_of(request, pk):
    """The file of somebody at the counter. Raises Http404 for all others."""
    return guests.file_at_desk(user=request.user, pk=pk, guests=guests_of(request))


def is_fetched(request) -> bool:
    """Whether a script asks for the results alone (static/js/pick-one.js)."""
    return request.headers.get("X-Requested-With") == "fetch"


def key_of(request) -> UUID | None:
    """The name that the page gave to its request; a forged one is as good as none."""
    try:
        return UUID(request.POST.get("key", ""))
    except ValueError:
        return None


def number_in(data, name: str) -> int | None:
    """A key among what was sent; nonsense chooses nothing."""
    return number_of(data.get(name, ""))
