"""Handing over a secretary's office: drafted, signed by both, printed."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.queries import own_file
from branches import doors, handing, queries
from branches.office_forms import HandoverForm
from branches.views.branches import head_of
from common.errors import DomainError


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def new_handover(request, pk):
    branch = doors.branch_managed_by(request.user, pk)
    today = timezone.localdate()
    form = HandoverForm(
        request.POST or None,
        people=queries.members_on(branch, today),
        initial={"takes_over_on": today},
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = handing.begin(branch=branch, by=request.user, **form.cleaned_data)
        except DomainError as error:
            field = getattr(error, "field", None)
            form.add_error(field if field in form.fields else None, str(error))
        else:
            return redirect("branches:handover", branch.pk, made.pk)
    context = head_of(request, branch) | {
        "form": form,
        "title": _("书记交接"),
        "lead": _("没办完的事系统会列好。两个人都签了字，新书记上任，什么也不会丢。"),
        "back_url": reverse("branches:branch", args=[branch.pk]),
        "back_text": branch.name,
    }
    status = 422 if form.errors else 200
    return render(request, "branches/branch_form.html", context, status=status)


@never_cache
@login_required
@require_GET
def handover(request, branch_pk, pk):
    """The list with both signatures, on A4."""
    found = handing.handover_for(request.user, branch_pk=branch_pk, pk=pk)
    own = own_file(request.user)
    context = {
        "handover": found,
        "branch": found.branch,
        "papers": handing.papers_of(found, on=timezone.localdate()),
        "gives": own is not None and own == found.outgoing,
        "takes": own == found.incoming,
        "manages": doors.branches_managed_by(request.user).filter(pk=branch_pk).exists(),
        "is_open": not found.is_done and not found.dropped_at,
    }
    return render(request, "branches/handover.html", context)


@login_required
@require_POST
def sign_handover(request, branch_pk, pk):
    found = handing.handover_for(request.user, branch_pk=branch_pk, pk=pk)
    side = request.POST.get("side")
    if side not in (handing.GIVES, handing.TAKES):
        raise Http404
    try:
        found = handing.sign(
            handover=found,
            side=side,
            by=request.user,
            on_paper=request.POST.get("paper") == "yes",
        )
    except DomainError as error:
        messages.error(request, str(error))
    else:
        if found.is_done:
            messages.success(request, _("交接办完了，清单留底，可以打印。"))
        else:
            messages.success(request, _("签好了，等另一位签。"))
    return redirect("branches:handover", branch_pk, pk)


@login_required
@require_POST
def drop_handover(request, branch_pk, pk):
    branch = doors.branch_managed_by(request.user, branch_pk)
    found = handing.handover_for(request.user, branch_pk=branch.pk, pk=pk)
    try:
        handing.drop(handover=found)
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("branches:handover", branch_pk, pk)
    messages.success(request, _("这份交接作罢了。"))
    return redirect("branches:branch", branch_pk)
