"""What somebody holds: the slips of a seat and of a number, giving up, moving, all of it."""

from datetime import timedelta

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from common.errors import DomainError
from common.typed import TooLong, check_length, words_in
from courses import fees, queries, registration
from courses.errors import ReasonMissing, WayNotChosen
from courses.registration import leaving, moving
from courses.views.with_file import with_file, with_place

COMING = timedelta(weeks=2)
CLASSES_ON_A_PAGE = 8


@require_GET
@with_place(queries.seat_for)
def seat(request, enrolment):
    """The slip of a seat, to be kept or printed."""
    now = timezone.now()
    upcoming = enrolment.class_group.sessions.filter(ends_at__gt=now)
    context = {
        "enrolment": enrolment,
        "account": fees.account_of(enrolment),
        "next_session": upcoming.first(),
        "can_undo": leaving.can_undo(enrolment, now=now),
        "can_transfer": moving.may_still_transfer(enrolment, now=now),
    }
    return render(request, "courses/seat.html", context)


@require_GET
@with_place(queries.waiting_place_for)
def waiting_place(request, entry):
    """The slip of a waiting place, with how many are before it now."""
    offers = queries.offers_open_to(request.person)
    context = {
        "entry": entry,
        "ahead": queries.ahead_of(entry),
        "offer": offers.filter(entry__class_group=entry.class_group_id).first(),
    }
    return render(request, "courses/waiting_place.html", context)


@require_http_methods(["GET", "POST"])
@with_place(queries.seat_for)
def withdraw(request, enrolment):
    """Ask once more, then give up a seat."""
    can_undo = leaving.can_undo(enrolment, now=timezone.now())
    context = {
        "enrolment": enrolment,
        "can_undo": can_undo,
        "reasons": leaving.REASONS,
        "because": words_in(request.POST, "because"),
    }
    if request.method == "GET":
        return render(request, "courses/withdraw.html", context)
    try:
        check_length(context["because"])
        registration.withdraw(enrolment=enrolment, by=request.user, because=context["because"])
    except (ReasonMissing, TooLong) as error:
        context["problem"] = str(error)
        return render(request, "courses/withdraw.html", context, status=422)
    said = _("“%(name)s”取消了，就当没有报过。") if can_undo else _("已经退了“%(name)s”。")
    messages.success(request, said % {"name": enrolment.class_group.name})
    return redirect("courses:my_classes")


@require_http_methods(["GET", "POST"])
@with_place(queries.seat_for)
def transfer(request, enrolment):
    """The classes of the term with a free seat; change to one of them."""
    now = timezone.now()
    problem = ""
    if request.method == "POST":
        try:
            to = queries.pool_shown(request.POST.get("pool", ""))
            if to is None:
                raise WayNotChosen(_("请先选转到哪个班。"))
            made = registration.transfer(enrolment=enrolment, to=to, by=request.user)
        except DomainError as error:
            problem = str(error)
        else:
            name = made.class_group.name
            messages.success(request, _("已经转到“%(name)s”。") % {"name": name})
            return redirect(made)
    words = request.GET.get("text", "").replace("\x00", "")
    found = moving.choices(enrolment=enrolment, now=now, text=words)
    context = {
        "enrolment": enrolment,
        "last_day": moving.last_day_to_transfer(enrolment),
        "can_transfer": moving.may_still_transfer(enrolment, now=now),
        "pools": Paginator(found, CLASSES_ON_A_PAGE).get_page(request.GET.get("page")),
        "words": words,
        "asked": request.POST.get("pool", ""),
        "problem": problem,
    }
    return render(request, "courses/transfer.html", context, status=422 if problem else 200)


@require_http_methods(["GET", "POST"])
@with_place(queries.waiting_place_for)
def leave_queue(request, entry):
    """Ask once more, then give up a waiting place."""
    if request.method == "GET":
        return render(
            request,
            "courses/leave_queue.html",
            {
                "entry": entry,
                "ahead": queries.ahead_of(entry),
                "offer": queries.offers_open_to(request.person)
                .filter(entry__class_group=entry.class_group_id)
                .first(),
            },
        )
    try:
        registration.leave_queue(entry=entry, by=request.user)
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("courses:my_classes")
    name = entry.class_group.name
    messages.success(request, _("不再候补“%(name)s”了。") % {"name": name})
    return redirect("courses:my_classes")


@require_GET
@with_file
def my_classes(request):
    """What I asked for and what I have: offers, seats, numbers, wishes; when I meet next."""
    now = timezone.now()
    today = timezone.localdate(now)
    seats, waiting = queries.seats_of(request.person), queries.waiting_of(request.person)
    context = {
        "seats": seats.filter(class_group__term__ends_on__gte=today),
        "past": seats.filter(class_group__term__ends_on__lt=today),
        "waiting": waiting.filter(class_group__term__ends_on__gte=today),
        "offers": queries.offers_open_to(request.person).filter(expires_at__gt=now),
        "applications": queries.applications_of(request.person, now=now),
        "coming": queries.sessions_of(request.person, start=now, end=now + COMING),
        "today": today,
        "catalogue_url": queries.catalogue_url(),
    }
    return render(request, "courses/my_classes.html", context)
