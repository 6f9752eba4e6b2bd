"""A seat that is kept for somebody: taken or not, on their own page or by the link of an SMS."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from common import masks
from common.errors import DomainError
from courses import offers_links, queries
from courses.models import Offer
from courses.registration import offering
from courses.views.with_file import with_place

Answer, Channel = Offer.Answer, Offer.Channel


@require_http_methods(["GET", "POST"])
@with_place(queries.offer_for)
def offer(request, found):
    """The seat that is kept for whom this login acts for, and their answer."""
    problem = ""
    if request.method == "POST":
        problem = _answer(request, found, channel=Channel.PAGE, by=request.user)
        found.refresh_from_db(fields=["answer"])
    group = found.entry.class_group
    if problem:
        return _page(request, found, problem=problem)
    seat = queries.seat_of(person=request.person, class_group=group)
    if seat and found.answer == Answer.ACCEPTED:
        return redirect(seat)
    if request.method == "POST":
        messages.success(request, _("好，“%(name)s”的座位给后面的人了。") % {"name": group.name})
        return redirect("courses:my_classes")
    return _page(request, found)


# The address itself is the key, which no other site knows; and the page may have lain open
# while somebody logged in beside it.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def offer_link(request, token):
    """The same for whoever has the SMS: this one answer and nothing else."""
    found = offers_links.read(token)
    if request.method == "GET":
        return _page(request, found, is_link=True)
    if problem := _answer(request, found, channel=Channel.LINK, by=None):
        found.refresh_from_db(fields=["answer"])
        return _page(request, found, is_link=True, problem=problem)
    return redirect("courses:offer_link", token)


def _answer(request, found, *, channel, by) -> str:
    """Write the answer down; what went wrong, in words."""
    try:
        match request.POST.get("answer"):
            case "yes":
                offering.accept(offer=found, channel=channel, by=by)
            case "no":
                offering.refuse(offer=found, channel=channel, by=by)
            case _other:
                return _("请按“要”或“不要”。")
    except DomainError as error:
        return str(error)
    return ""


def _page(request, found, *, is_link=False, problem=""):
    now = timezone.now()
    entry = found.entry
    persons = [entry.person, entry.partner.person] if found.seats == 2 else [entry.person]
    context = {
        "offer": found,
        "state": found.answer or ("expired" if now >= found.expires_at else "open"),
        "entry": entry,
        "class_group": queries.class_shown(entry.class_group_id),
        "names": [masks.name(one.name) if is_link else one.name for one in persons],
        "next_session": entry.class_group.sessions.filter(ends_at__gt=now).first(),
        "is_link": is_link,
        "problem": problem,
    }
    return render(request, "courses/offers/offer.html", context, status=422 if problem else 200)
