"""Letting somebody act for oneself, and studying on one device: one's own pages and staff's."""

from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import queries, services
from accounts.acting import households, proposals, proxies
from accounts.files import finding
from accounts.forms.acting import (
    GrantForm,
    PaperGrantForm,
    PaperHouseholdForm,
    ProposalForm,
)
from common import asked, masks
from common.errors import DomainError

FOUND_AT_MOST = 8


def with_file(view):
    """For pages about somebody: log in, say who one is, then come back. Kept by no cache."""

    @never_cache
    @login_required
    @wraps(view)
    def checked(request, *args, **kwargs):
        if request.person:
            return view(request, *args, **kwargs)
        query = urlencode({"next": request.get_full_path()})
        return redirect(f"{reverse('accounts:welcome')}?{query}")

    return checked


# One's own


@require_http_methods(["GET", "POST"])
@with_file
def grant(request):
    """Whose number, then once more in plain words what they may do, then it holds."""
    if request.acting:
        messages.error(request, _("请谁代办，要本人自己来定。请先按“办自己的事”。"))
        return redirect("accounts:me")
    form = GrantForm(_posted(request))
    if request.method == "GET" or not form.is_valid():
        return _page(request, "acting/grant.html", form)
    phone, relation = form.cleaned_data["phone"], form.cleaned_data["relation"]
    if request.POST.get("sure") != "yes":
        context = {
            "form": form,
            "phone": phone,
            "relation": relation,
            "words": dict(form.fields["relation"].choices)[relation],
        }
        return render(request, "acting/grant_sure.html", context)
    try:
        proxies.grant(person=request.person, phone=phone, relation=relation, by=request.user)
    except DomainError as error:
        form.add_error(None, str(error))
        return _page(request, "acting/grant.html", form)
    messages.success(
        request,
        _("好了。%(phone)s 可以替您办理了，我们给他发了短信。") % {"phone": masks.phone(phone)},
    )
    return redirect("accounts:me")


@require_http_methods(["GET"])
@with_file
def household(request):
    """With whom this person studies on one device, and who has not answered yet."""
    return _household_page(request, ProposalForm())


@require_POST
@with_file
def propose(request):
    """Ask somebody by number, or one of those who act for each other already."""
    chosen = request.POST.get("person", "")
    form = ProposalForm(request.POST)
    try:
        if chosen:
            known = proposals.candidates(user=request.user, person=request.person)
            person = next((one for one in known if str(one.pk) == chosen), None)
            if person is None:
                return redirect("acting:household")
            proposals.propose(proposer=request.person, person=person, by=request.user)
            who = person.name
        elif form.is_valid():
            phone = form.cleaned_data["phone"]
            proposals.propose(proposer=request.person, phone=phone, by=request.user)
            who = masks.phone(phone)
        else:
            return _household_page(request, form)
    except DomainError as error:
        if chosen:
            messages.error(request, str(error))
            return redirect("acting:household")
        form.add_error(None, str(error))
        return _household_page(request, form)
    messages.success(request, _("问过 %(who)s 了。对方同意以后才算。") % {"who": who})
    return redirect("acting:household")


@require_POST
@with_file
def answer(request, pk):
    """Agree or not, for oneself or for somebody one may act for."""
    received = proposals.proposal_for(user=request.user, pk=pk)
    facts = {"proposal": received.proposal, "person": received.person, "by": request.user}
    name = received.proposal.proposer.name
    if request.POST.get("agrees") != "yes":
        proposals.decline(**facts)
        messages.success(request, _("回了%(name)s：这次不一起。") % {"name": name})
        return redirect("acting:household")
    try:
        proposals.agree(**facts)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request,
            _("好了。%(person)s和%(name)s可以在一台设备上一起上课了，两个人都算到课。")
            % {"person": received.person.name, "name": name},
        )
    return redirect("acting:household")


@require_POST
@with_file
def take_back(request, pk):
    proposal = proposals.proposal_made_by(person=request.person, pk=pk)
    proposals.take_back(proposal=proposal, by=request.user)
    messages.success(request, _("收回了。"))
    return redirect("acting:household")


@require_POST
@with_file
def leave(request):
    households.leave(person=request.person, by=request.user)
    messages.success(request, _("已经退出同机，马上起作用。"))
    return redirect("acting:household")


def _household_page(request, form):
    context = {
        "form": form,
        "companions": households.companions_of(request.person),
        "membership": households.membership_of(request.person),
        "proposed": proposals.proposals_of(request.person),
        "received": proposals.proposals_for(request.user),
        "candidates": proposals.candidates(user=request.user, person=request.person),
        "most": households.MOST_MEMBERS,
    }
    status = 422 if form.errors else 200
    return render(request, "acting/household.html", context, status=status)


def _posted(request):
    """What was sent, also if it was nothing; None for a page that is only looked at."""
    return request.POST if request.method == "POST" else None


def _page(request, template, form):
    return render(request, template, {"form": form}, status=422 if form.errors else 200)


# Staff, with a signed paper before them


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def agents(request, pk):
    """Who may act for somebody; one more, from a paper."""
    person = queries.file_led_by(user=request.user, pk=pk)
    form = PaperGrantForm(_posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            proxies.record_paper(person=person, by=request.user, **form.cleaned_data)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("登记好了，已发短信告诉代办人。"))
            return redirect("acting:proxies", person.pk)
    context = {
        "person": person,
        "form": form,
        "proxies": proxies.proxies_for_staff(user=request.user, person=person),
        "most": services.MOST_AGENTS,
    }
    return render(request, "acting/proxies.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def revoke_for(request, pk, proxy_pk):
    person = queries.file_led_by(user=request.user, pk=pk)
    proxy = get_object_or_404(queries.proxies_of(person), pk=proxy_pk)
    services.revoke_proxy(proxy=proxy, by=request.user)
    messages.success(request, _("已经取消，马上起作用。"))
    return redirect("acting:proxies", person.pk)


@never_cache
@login_required
@asked.look_by_post
@require_http_methods(["GET", "POST"])
def household_of(request, pk):
    """With whom somebody studies on one device; one more, from a paper both have signed."""
    person = queries.file_led_by(user=request.user, pk=pk)
    words = asked.opened(request.GET).get("q", "")[:100].strip()
    led = queries.files_led_by(request.user).exclude(pk=person.pk).filter(frozen_at=None)
    found = list(finding.matching(led, words)[:FOUND_AT_MOST]) if words else []
    files = led.filter(pk__in=[one.pk for one in found])
    form = PaperHouseholdForm(_posted(request), files=files)
    if request.method == "POST" and form.is_valid():
        other, paper = form.cleaned_data["person"], form.cleaned_data["paper"]
        try:
            households.record_paper(persons=(person, other), paper=paper, by=request.user)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("登记好了，两个人在一台设备上都算到课。"))
            return redirect("acting:household_of", person.pk)
    context = {
        "person": person,
        "form": form,
        "words": words,
        "query": request.GET.urlencode(),
        "found": found,
        "companions": households.companions_for_staff(user=request.user, person=person),
        "membership": households.membership_of(person),
    }
    return render(request, "acting/household_of.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def leave_for(request, pk):
    person = queries.file_led_by(user=request.user, pk=pk)
    households.leave(person=person, by=request.user)
    messages.success(request, _("已经退出同机，马上起作用。"))
    return redirect("acting:household_of", person.pk)
