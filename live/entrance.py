"""Into a class by one tap: the link of a message, and staff who send it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import queries as accounts
from accounts.acting import proxies
from accounts.logins.limited import begin_by_link, visitor_here
from accounts.middleware import ACTING_FOR
from common.errors import DomainError
from live import invitations, links
from live.errors import LinkRefused


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def link(request, token):
    """Straight into the room, as the person whom the message was for.

    A program that looks at links before people do (HEAD, or GET without coming back) gets
    a session of its own at most: presence is counted in the room only. Whoever else is
    logged in here is asked before they are logged out.
    """
    try:
        opened = links.read_token(token, now=timezone.now())
    except LinkRefused as refusal:
        return render(request, "live/link_refused.html", {"sentence": str(refusal)}, status=404)
    if request.method == "HEAD":
        return HttpResponse()
    here = visitor_here(request)
    if request.method == "POST" or here is None or here.is_just_passing:
        begin_by_link(request, person=opened.person, session=opened.session.pk, until=opened.until)
    elif not _lets_be(request, here, opened.person):
        return render(request, "live/link_other.html", {"link": opened, "here": here})
    return redirect("live:room", opened.session.pk)


def _lets_be(request, here, person) -> bool:
    """Whether who is here is `person`, or may act for them and does so from now on."""
    if here.person == person:
        request.session.pop(ACTING_FOR, None)
        return True
    if here.user.is_limited:
        return False
    try:
        accounts.person_acted_for(user=here.user, pk=person.pk)
    except Http404:
        return False
    if request.session.get(ACTING_FOR) != person.pk:
        proxies.begin(user=here.user, person=person)
        request.session[ACTING_FOR] = person.pk
    return True


@login_required
@require_POST
def send_links(request, pk):
    """Staff send somebody the links of today's classes."""
    person = accounts.file_led_by(user=request.user, pk=pk)
    try:
        count = invitations.send_today(person=person, by=request.user)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request,
            ngettext("发了 %(count)s 节课的链接。", "发了 %(count)s 节课的链接。", count)
            % {"count": count},
        )
    return redirect("entrance:person_card", pk)
