"""Pages about oneself: first login, acting for somebody, letters, the demo inbox."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import consents, queries, services
from accounts.acting import households, proposals, proxies
from accounts.demo import logins
from accounts.forms.me import NewFileForm
from accounts.middleware import ACTING_FOR
from accounts.models import InboxMessage, User
from common import asked
from common.errors import DomainError

COOKIE_AGE_S = 60 * 60 * 24 * 365


def safe_next(request) -> str:
    """Where the person came from, if it is a page of ours."""
    target = request.POST.get("next") or request.GET.get("next") or "/"
    if target.startswith("/") and url_has_allowed_host_and_scheme(
        target, {request.get_host()}, request.is_secure()
    ):
        return target
    return "/"


@require_POST
def reading(request):
    """Keep the text step or theme; the page that asks by script wants no page back."""
    step, theme = request.POST.get("step"), request.POST.get("theme")
    quiet = request.headers.get("X-Requested-With") == "fetch"
    response = HttpResponse(status=204) if quiet else redirect(safe_next(request))
    if request.user.is_authenticated:
        services.set_reading(user=request.user, step=step, theme=theme)
    for name, value, known in (("step", step, User.Step), ("theme", theme, User.Theme)):
        if value in known:
            response.set_cookie(
                name, value, max_age=COOKIE_AGE_S, samesite="Lax", secure=settings.HTTPS
            )
    return response


@login_required
@require_http_methods(["GET", "POST"])
def welcome(request):
    """The first login: "are you …?", or the few facts of a new file."""
    user = request.user
    if user.person_id:
        return redirect(safe_next(request))
    candidates = queries.files_to_take(user)
    form = NewFileForm()
    if request.method == "POST" and "person" in request.POST:
        chosen = request.POST["person"]
        person = (
            candidates.filter(pk=chosen).first()
            if chosen.isdecimal() and len(chosen) < 18
            else None
        )
        if person is None:
            raise Http404
        try:
            consents.take_own_file(user=user, person=person)
        except DomainError as error:
            messages.error(request, str(error))
        return redirect(safe_next(request))
    if request.method == "POST":
        form = NewFileForm(request.POST)
        if form.is_valid():
            facts = {name: form.cleaned_data[name] for name in ("name", "sex", "born_on")}
            try:
                consents.open_own_file(
                    user=user, organisation=form.cleaned_data["organisation"], **facts
                )
            except DomainError as error:
                form.add_error(None, str(error))
            else:
                return redirect(safe_next(request))
    context = {"candidates": candidates, "form": form, "next": safe_next(request)}
    return render(request, "accounts/welcome.html", context, status=422 if form.errors else 200)


@never_cache
@login_required
@asked.by_post
@require_GET
def me(request):
    """My file, for whom I may act, who may act for me, and what I am here."""
    user = request.user
    own = queries.own_file(user)
    words = asked.opened(request.GET).get("q", "").replace("\x00", "")
    everybody = proxies.held_by(user).count()
    context = {
        "own": own,
        "asked_again": consents.asked_again(own) if own else [],
        "held": proxies.held_by(user, words=words),
        "is_searched": everybody > proxies.MANY,
        "words": words,
        "given": queries.proxies_of(own) if own else [],
        "companions": households.companions_of(own) if own else [],
        "received": proposals.proposals_for(user),
        "roles": queries.roles_of(own) if own else [],
    }
    return render(request, "accounts/me.html", context)


@login_required
@require_POST
def revoke(request, pk):
    """End a proxy that I gave or hold."""
    proxy = queries.proxy_for(user=request.user, pk=pk)
    services.revoke_proxy(proxy=proxy, by=request.user)
    messages.success(request, _("已经取消，马上起作用。"))
    return redirect("accounts:me")


@login_required
@require_POST
def act_for(request):
    """Begin to act for somebody, or, without a person, be oneself again."""
    chosen = request.POST.get("person", "")
    request.session.pop(ACTING_FOR, None)
    if chosen.isdecimal() and len(chosen) < 18:
        person = queries.person_acted_for(user=request.user, pk=int(chosen))
        if person != queries.own_file(request.user):
            proxies.begin(user=request.user, person=person)
            request.session[ACTING_FOR] = person.pk
    return redirect(safe_next(request))


@require_GET
def demo_inbox(request):
    """The messages of the demo school and who may log in; 404 outside demo mode."""
    if not settings.DEMO:
        raise Http404
    context = {
        "messages_sent": InboxMessage.objects.all()[:20],
        "logins": logins.who(),
        "title": _("演示收件箱"),
    }
    return render(request, "accounts/demo_inbox.html", context)
