"""Meetings that others join (联训), and links for who stands in at one (代课)."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.queries import has_role
from common.errors import DomainError
from courses import joining, queries
from courses.planning import standing_in


@login_required
@never_cache
@require_GET
def invitations(request):
    """Meetings that this office is invited to."""
    if not has_role(request.user, *queries.LEADS_CLASSES):
        raise Http404
    offered = list(joining.offered_to(request.user, now=timezone.now()))
    for one in offered:
        one.classes = [] if one.class_group else joining.classes_to_come(one, user=request.user)
    return render(request, "courses/joining/invitations.html", {"offered": offered})


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def together(request, pk):
    """Who joins a meeting; POST invites an organisation."""
    session = joining.meeting_led_by(user=request.user, pk=pk)
    if request.method == "POST":
        invited = get_object_or_404(
            joining.may_be_invited(session), pk=_number(request, "organisation")
        )
        return _done(
            request,
            lambda: joining.offer(session=session, organisation=invited, by=request.user),
            _("请了%(name)s一起上课，等那边答应。") % {"name": invited.name},
            ("courses:together", session.pk),
        )
    context = {
        "session": session,
        "joined": joining.of_meeting(session),
        "organisations": joining.may_be_invited(session),
        "is_over": session.ends_at <= timezone.now(),
    }
    return render(request, "courses/joining/together.html", context)


@login_required
@require_POST
def join(request, pk):
    """Come to a meeting with one of one's own classes."""
    joined = joining.joined_led_by(user=request.user, pk=pk)
    group = get_object_or_404(
        queries.classes_led_by(request.user), pk=_number(request, "class_group")
    )
    return _done(
        request,
        lambda: joining.accept(joined=joined, class_group=group, by=request.user),
        _("%(name)s一起上这次课，学员的课表里已经有了。") % {"name": group.name},
        ("courses:invitations",),
    )


@login_required
@require_POST
def leave(request, pk):
    """Take an invitation back, or stay away after all."""
    joined = joining.joined_led_by(user=request.user, pk=pk)
    to = ("courses:invitations",)
    if request.POST.get("back") == "meeting":
        to = ("courses:together", joined.session_id)
    return _done(
        request,
        lambda: joining.end(joined=joined, by=request.user),
        _("取消了，不一起上这次课。"),
        to,
    )


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def substitute_link(request, pk):
    """The link for who stands in: shown with its code, made, revoked."""
    session = standing_in.meeting_of(user=request.user, pk=pk)
    if request.method == "POST":
        act = standing_in.revoke if request.POST.get("revoke") else standing_in.make
        said = _("收回了，链接打不开了。") if request.POST.get("revoke") else ""
        return _done(
            request,
            lambda: act(session=session, by=request.user),
            said,
            ("courses:substitute_link", session.pk),
        )
    link = standing_in.working_link(session)
    context = {
        "session": session,
        "link": link,
        "address": standing_in.address_of(link) if link else "",
        "is_over": session.ends_at <= timezone.now(),
    }
    return render(request, "courses/joining/substitute_link.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def stand_in(request, token):
    """Who got the link sees which meeting, and takes it."""
    try:
        link = standing_in.read(token, now=timezone.now())
        if request.method == "POST":
            standing_in.take(link=link, by=request.user)
            messages.success(request, _("好，这次课由您来讲。"))
            return redirect("live:console", link.session_id)
    except DomainError as refusal:
        context = {"sentence": str(refusal)}
        return render(request, "courses/joining/stand_in.html", context, status=404)
    return render(
        request, "courses/joining/stand_in.html", {"link": link, "session": link.session}
    )


def _done(request, act, said, to):
    try:
        act()
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        if said:
            messages.success(request, said)
    return redirect(*to)


def _number(request, name) -> int:
    sent = request.POST.get(name, "")
    if not (sent.isascii() and sent.isdecimal() and len(sent) < 18):
        raise Http404
    return int(sent)
