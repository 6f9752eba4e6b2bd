"""A class and one's place in it: looking, registering, the slip, giving up."""

from datetime import timedelta
from functools import wraps

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from common.errors import DomainError
from courses import clips, queries, registration
from courses.errors import WrongPerson
from courses.models import Enrolment

COMING = timedelta(weeks=2)


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


@never_cache
@require_GET
def class_page(request, pk):
    return _class_page(request, queries.class_shown(pk))


@require_http_methods(["GET", "POST"])
@with_file
def register(request, pk):
    """Ask for a seat; a rule that says no is said beside the button, and nothing is lost.

    Who had to log in between comes back by GET, and sees the class before deciding.
    """
    class_group = queries.class_shown(pk)
    if request.method == "GET":
        return redirect(class_group)
    try:
        if request.POST.get("person") != str(request.person.pk):
            raise WrongPerson(
                _("这一页打开以后换了人办理。现在是给%(name)s报名，请看清楚再按一次。")
                % {"name": request.person.name}
            )
        place = registration.register(
            person=request.person, class_group=class_group, by=request.user
        )
    except DomainError as error:
        return _class_page(request, class_group, problem=str(error), status=422)
    return redirect(place)


def _class_page(request, class_group, *, problem="", status=200):
    now = timezone.now()
    sessions = list(class_group.sessions.select_related("lesson"))
    context = {
        "class_group": class_group,
        "sessions": sessions,
        "next_session": next((one for one in sessions if one.ends_at > now), None),
        "now": now,
        "waiting": class_group.waiting.filter(left_at=None).count(),
        "next_number": class_group.last_waiting_number + 1,
        "problem": problem,
        "standing": _standing(request.person or None, class_group, now),
    }
    return render(request, "courses/class.html", context, status=status)


def _standing(person, class_group, now) -> dict:
    """How `person` stands to the class: what they hold, or why not, or how many they may."""
    if person is None:
        return {"refusal": queries.closed(class_group=class_group, now=now)}
    held = queries.place_held(person=person, class_group=class_group)
    if isinstance(held, Enrolment):
        return {"seat": held}
    if held:
        return {"entry": held, "ahead": queries.ahead_of(held)}
    if refusal := queries.refusal(person=person, class_group=class_group, now=now):
        return {"refusal": refusal}
    return {
        "age": person.age_on(class_group.term.starts_on),
        "left": queries.places_left(person=person, term=class_group.term, now=now),
    }


@require_GET
@with_file
def seat(request, pk):
    """The slip of a seat, to be kept or printed."""
    enrolment = queries.seat_for(person=request.person, pk=pk)
    upcoming = enrolment.class_group.sessions.filter(ends_at__gt=timezone.now())
    context = {"enrolment": enrolment, "next_session": upcoming.first()}
    return render(request, "courses/seat.html", context)


@require_GET
@with_file
def waiting_place(request, pk):
    """The slip of a waiting place, with how many are before it now."""
    entry = queries.waiting_place_for(person=request.person, pk=pk)
    return render(
        request, "courses/waiting_place.html", {"entry": entry, "ahead": queries.ahead_of(entry)}
    )


@require_http_methods(["GET", "POST"])
@with_file
def withdraw(request, pk):
    """Ask once more, then give up a seat."""
    enrolment = queries.seat_for(person=request.person, pk=pk)
    if request.method == "GET":
        return render(request, "courses/withdraw.html", {"enrolment": enrolment})
    registration.withdraw(enrolment=enrolment, by=request.user)
    name = enrolment.class_group.name
    messages.success(request, _("已经退了“%(name)s”。") % {"name": name})
    return redirect("courses:my_classes")


@require_http_methods(["GET", "POST"])
@with_file
def leave_queue(request, pk):
    """Ask once more, then give up a waiting place."""
    entry = queries.waiting_place_for(person=request.person, pk=pk)
    if request.method == "GET":
        return render(
            request, "courses/leave_queue.html", {"entry": entry, "ahead": queries.ahead_of(entry)}
        )
    registration.leave_queue(entry=entry, by=request.user)
    name = entry.class_group.name
    messages.success(request, _("不再候补“%(name)s”了。") % {"name": name})
    return redirect("courses:my_classes")


@require_GET
@with_file
def my_classes(request):
    """My classes, my waiting numbers, and when I meet next."""
    now = timezone.now()
    today = timezone.localdate(now)
    seats, waiting = queries.seats_of(request.person), queries.waiting_of(request.person)
    context = {
        "seats": seats.filter(class_group__term__ends_on__gte=today),
        "past": seats.filter(class_group__term__ends_on__lt=today),
        "waiting": waiting.filter(class_group__term__ends_on__gte=today),
        "coming": queries.sessions_of(request.person, start=now, end=now + COMING),
        "today": today,
        "catalogue_url": queries.catalogue_url(),
    }
    return render(request, "courses/my_classes.html", context)


@require_GET
def clip(request, pk):
    """The film of a lesson, in the pieces a player asks for (iPhones play nothing else)."""
    lesson = queries.lesson_shown(pk)
    if not lesson.clip or not all(
        restriction.accept_request(request) for restriction in lesson.get_view_restrictions()
    ):
        raise Http404
    film = lesson.clip.file
    return clips.answer(film.open("rb"), size=film.size, asked=request.headers.get("Range", ""))
