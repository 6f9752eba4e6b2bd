"""What somebody has already, at the counter: slips, giving up, changing, answering offers."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from common.errors import DomainError
from common.typed import check_length, words_in
from courses import queries, registration
from courses.desk import changing, doors
from courses.models import SeatPool
from courses.registration import leaving, moving, offering
from courses.views.at_desk import at_desk, number_in, way_of


@at_desk
@require_GET
def seat_slip(request, pk):
    """The slip of a seat, large, to be printed and handed over; of a couple both."""
    place = doors.seat_led_by(user=request.user, pk=pk)
    return _slip(request, place, place.withdrawn_at, place.seated_at, place.seated_by)


@at_desk
@require_GET
def waiting_slip(request, pk):
    """The slip of a waiting place, of a couple both."""
    place = doors.entry_led_by(user=request.user, pk=pk)
    context = {"entry": place, "ahead": queries.ahead_of(place)}
    return _slip(request, place, place.left_at, place.asked_at, place.asked_by, **context)


def _slip(request, place, ended_at, made_at, made_by, **context):
    context |= {
        "places": [place, place.partner] if _is_pair(place) else [place],
        "place": place,
        "class_group": place.class_group,
        "ended_at": ended_at,
        "made_at": made_at,
        "made_by": made_by,
        "several_ways": place.class_group.pools.count() > 1,
        "way": way_of(request),
        "today": timezone.localdate(),
    }
    return render(request, "courses/counter/slip.html", context)


def _is_pair(place) -> bool:
    """Whether both of a couple have what the slip says."""
    other = place.partner
    ended = "left_at" if hasattr(place, "left_at") else "withdrawn_at"
    return bool(other) and getattr(other, ended) == getattr(place, ended)


@at_desk
@require_http_methods(["GET", "POST"])
def withdraw(request, pk):
    """Ask why, then give up a seat; it is offered to the next in line."""
    seat = doors.seat_led_by(user=request.user, pk=pk)
    way = way_of(request)
    context = {
        "seat": seat,
        "file": seat.person,
        "can_undo": leaving.can_undo(seat, now=timezone.now()),
        "reasons": leaving.REASONS,
        "way": way,
        "because": words_in(request.POST, "because"),
    }
    if request.method == "GET":
        return render(request, "courses/counter/withdraw.html", context)
    try:
        check_length(context["because"])
        registration.withdraw(enrolment=seat, by=request.user, because=context["because"])
    except DomainError as error:
        context["problem"] = str(error)
        return render(request, "courses/counter/withdraw.html", context, status=422)
    messages.success(
        request,
        _("%(name)s退了“%(class)s”。") % {"name": seat.person.name, "class": seat.class_group},
    )
    return _to_person(request, seat.person, way)


@at_desk
@require_http_methods(["GET", "POST"])
def transfer(request, pk):
    """To a free seat of another class of the term."""
    seat = doors.seat_led_by(user=request.user, pk=pk)
    way = way_of(request)
    context = {
        "seat": seat,
        "file": seat.person,
        "pools": changing.seats_to_change_to(seat, user=request.user),
        "last_day": moving.last_day_to_transfer(seat),
        "way": way,
        "chosen": number_in(request.POST, "to"),
        "because": words_in(request.POST, "because"),
    }
    if request.method == "GET":
        return render(request, "courses/counter/transfer.html", context)
    try:
        check_length(context["because"])
        # Of all pools: one that filled up meanwhile is refused in words, not a missing page.
        pool = _pool_led(request, context["chosen"])
        made = registration.transfer(
            enrolment=seat, to=pool, by=request.user, because=context["because"]
        )
    except DomainError as error:
        context["problem"] = str(error)
        return render(request, "courses/counter/transfer.html", context, status=422)
    return redirect(way.address("counter_seat", made.pk))


def _pool_led(request, pk):
    if pk is None:
        raise changing.nothing_chosen()
    pools = SeatPool.objects.filter(class_group__in=doors.classes_led(request.user))
    return get_object_or_404(pools, pk=pk)


@at_desk
@require_POST
def leave(request, pk):
    """Leave the line; the page has asked once more."""
    entry = doors.entry_led_by(user=request.user, pk=pk)
    names = {"name": entry.person.name, "class": entry.class_group}
    try:
        registration.leave_queue(entry=entry, by=request.user)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("%(name)s不再候补“%(class)s”了。") % names)
    return _to_person(request, entry.person, way_of(request))


@at_desk
@require_POST
def answer(request, pk):
    """Somebody at the counter says yes or no to a seat that is kept for them."""
    offer = doors.offer_led_by(user=request.user, pk=pk)
    way = way_of(request)
    said = {"offer": offer, "channel": way.channel, "by": request.user}
    if request.POST.get("answer") not in ("yes", "no"):
        raise Http404
    try:
        if request.POST["answer"] == "yes":
            return redirect(way.address("counter_seat", offering.accept(**said).pk))
        offering.refuse(**said)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request,
            _("记下了：%(name)s不要“%(class)s”的座位。")
            % {"name": offer.entry.person.name, "class": offer.entry.class_group},
        )
    return _to_person(request, offer.entry.person, way)


def _to_person(request, person, way):
    """Back to the counter page of somebody whose file this registrar may write, else to the
    empty field."""
    if doors.is_file_led(user=request.user, person=person):
        return redirect(way.address("counter_person", person.pk))
    return redirect(way.address("counter"))
