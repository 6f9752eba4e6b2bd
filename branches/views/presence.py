"""Who was at an activity: ticked from the list, or typed from a signed sheet; corrected."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from branches import queries
from branches.activities import closing, planning
from branches.activity_forms import NamesForm, PresenceForm
from branches.overtaken import theirs
from branches.presence import match
from branches.views.branches import head_of
from common.errors import DomainError
from common.typed import number_of


@login_required
@require_http_methods(["GET", "POST"])
def presence(request, branch_pk, pk):
    """The list to tick: it closes the activity, or corrects what was closed."""
    found = queries.activity_kept_by(request.user, branch_pk=branch_pk, pk=pk)
    if found.cancelled_at:
        raise Http404
    form = PresenceForm(
        request.POST or None,
        activity=found,
        ticked=[pk for pk in map(number_of, request.GET.getlist("there")) if pk],
        everybody="all" in request.GET,
    )
    if request.method == "POST":
        act = closing.correct if found.closed_at else closing.close
        try:
            if not form.is_valid():
                # Also who was to give a reason for a list that somebody closed meanwhile.
                planning.check_seen(found, form.cleaned_data.get("seen_at"))
                return _list_page(request, found, form)
            posted = act(activity=found, by=request.user, **form.written())
        except DomainError as error:
            field = getattr(error, "field", None)
            form.add_error(field if field in form.fields else None, str(error))
            form.theirs = theirs(form, error)
            form.take_as_seen(queries.activity_kept_by(request.user, branch_pk=branch_pk, pk=pk))
        else:
            messages.success(request, _done(found, posted))
            return redirect("branches:activity", branch_pk, pk)
    return _list_page(request, found, form)


def _list_page(request, found, form):
    context = head_of(request, found.branch) | {
        "form": form,
        "activity": found,
        "waits": found.starts_at > timezone.now(),
    }
    status = 422 if form.errors else 200
    return render(request, "branches/activities/presence.html", context, status=status)


def _done(activity, posted):
    if not posted:
        return _("到会写好了，记录也写好了。这里还没有学时规则，定了规则学时会自己补上。")
    if activity.closed_at:
        return _("更正好了，台账和记录都跟着改了。")
    if not activity.is_study:
        return _("到会写好了，记录也写好了。志愿服务的时间另外记着，不算学时。")
    return _("到会写好了，学时记上了，记录也写好了。")


@login_required
@require_http_methods(["GET", "POST"])
def paper(request, branch_pk, pk):
    """Names from a signed sheet, matched to members; what is doubtful is asked."""
    found = queries.activity_kept_by(request.user, branch_pk=branch_pk, pk=pk)
    if found.cancelled_at:
        raise Http404
    form = NamesForm(request.POST or None)
    matched = None
    if request.method == "POST" and form.is_valid():
        matched = match(found, form.cleaned_data["names"])
    context = head_of(request, found.branch) | {
        "form": form,
        "activity": found,
        "matched": matched,
    }
    status = 422 if form.errors else 200
    return render(request, "branches/activities/paper.html", context, status=status)
