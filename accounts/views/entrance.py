"""Printed cards: issued by staff or by oneself, opened by whoever holds one."""

from contextlib import suppress

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import queries, services
from accounts.logins import cards
from accounts.logins.limited import begin_by_card, visitor_here
from common.errors import DomainError

# Nobody mistypes so many addresses; a scanner that does gets no answer worth having.
WRONG_AT_MOST, WITHIN_S = 30, 60


# Whoever holds a card


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def open_card(request, token):
    """ "Are you …?", and one button. Every card that does not work is answered alike."""
    counted = f"wrong-cards-from-{get_adapter().get_client_ip(request)}"
    card = cards.card_with(token)
    if card is None:
        _count(counted)
    if card is None or cache.get(counted, 0) > WRONG_AT_MOST:
        refusal = render(request, "entrance/card_refused.html", status=404)
        # Django logs addresses it answers like this, and this one may open a card.
        refusal._has_been_logged = True
        return refusal
    person, here = queries.file_in_use(card.person), visitor_here(request)
    if here and here.opening is None and here.person == person:
        return redirect("/")
    if request.method == "POST":
        begin_by_card(request, card=card)
        return redirect("/")
    if here and (here.is_just_passing or here.person == person):
        here = None
    return render(request, "entrance/open_card.html", {"card_person": person, "here": here})


def _count(key):
    if not cache.add(key, 1, WITHIN_S):
        with suppress(ValueError):  # Its minute ended between the two.
            cache.incr(key)


# One's own card


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def my_card(request):
    """What card I have; a new one, to be printed at once."""
    own = _own_file(request)
    if request.method == "POST":
        return _printed(request, own, back=reverse("entrance:my_card"))
    return render(request, "entrance/my_card.html", {"own": own, "card": cards.card_of(own)})


@login_required
@require_POST
def revoke_mine(request):
    cards.revoke_card(person=_own_file(request), by=request.user)
    messages.success(request, _("这张卡作废了，谁捡到都进不来。"))
    return redirect("entrance:my_card")


def _own_file(request):
    # Not that of somebody one acts for: a card would go on when the right to act has ended.
    own = queries.own_file(request.user)
    if own is None:
        raise Http404
    return own


@login_required
@require_POST
def class_sms(request):
    """Whether somebody wants the link of each class by SMS: oneself, or who one acts for."""
    chosen = request.POST.get("person", "")
    if not chosen.isdecimal() or len(chosen) > 17:
        raise Http404
    person = queries.person_acted_for(user=request.user, pk=int(chosen))
    wants = request.POST.get("wants") == "1"
    try:
        services.want_class_sms(person=person, wants=wants, by=request.user)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("好，上课前半小时发短信。") if wants else _("好，不发了。"))
    return redirect("accounts:me")


# Staff


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def person_card(request, pk):
    """Somebody's card, and the links of today's classes, for staff."""
    person = queries.file_led_by(user=request.user, pk=pk)
    if request.method == "POST":
        return _printed(request, person, back=reverse("entrance:person_card", args=[pk]))
    context = {
        "file": person,
        "card": cards.card_of(person),
        "phones": queries.phones_of(person),
    }
    return render(request, "entrance/person_card.html", context)


@login_required
@require_POST
def revoke_of(request, pk):
    person = queries.file_led_by(user=request.user, pk=pk)
    cards.revoke_card(person=person, by=request.user)
    messages.success(request, _("这张卡作废了，谁捡到都进不来。"))
    return redirect("entrance:person_card", pk)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def sheet(request):
    """Cards for everybody of an organisation who has none, on sheets to be cut."""
    led = queries.organisations_led_by(request.user, *queries.WRITES_FILES)
    if not led.exists():
        raise Http404
    asked = request.POST if request.method == "POST" else request.GET
    organisation = _chosen(led, asked.get("organisation", ""))
    if request.method == "POST" and organisation:
        issued = cards.issue_missing(organisation=organisation, by=request.user)
        context = {"cards": issued, "organisation": organisation}
        return render(request, "entrance/sheet.html", context)
    context = {
        "organisations": led.order_by("path"),
        "organisation": organisation,
        "without": organisation and cards.without_card(request.user, organisation).count(),
        "most": cards.MOST_ON_A_SHEET,
    }
    return render(request, "entrance/sheet_choice.html", context)


def _chosen(led, pk):
    return led.filter(pk=pk).first() if pk.isdecimal() and len(pk) < 18 else None


def _printed(request, person, *, back):
    """The only page that ever shows the address of a card: the answer to issuing it."""
    try:
        token = cards.issue_card(person=person, by=request.user)
    except DomainError as error:
        messages.error(request, str(error))
        return redirect(back)
    context = {"file": person, "token": token, "back": back}
    return render(request, "entrance/printed.html", context)
