"""Two files of one person, for registrars: suggestions, comparing, merging, taking apart."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import queries
from accounts.files import duplicates, merging
from common.errors import DomainError

MERGES_SHOWN = 30


def _two_files(request, one, other):
    return [queries.file_led_by(user=request.user, pk=pk) for pk in (one, other)]


@never_cache
@login_required
@require_GET
def suggestions(request):
    """Pairs that may be one person, and the last merges with a way back."""
    if not queries.has_role(request.user, *queries.WRITES_FILES):
        raise Http404
    now = timezone.now()
    merges = list(queries.merges_led_by(request.user)[:MERGES_SHOWN])
    for merge in merges:
        merge.may_be_undone = merging.may_be_undone(merge, now=now)
    context = {
        "pairs": duplicates.pairs(queries.files_led_by(request.user)),
        "merges": merges,
        "at_most": duplicates.AT_MOST,
    }
    return render(request, "merging/duplicates.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def compare(request, kept, dropped):
    """Two files side by side; POST makes one of them."""
    kept, dropped = _two_files(request, kept, dropped)
    refusal = ""
    if request.method == "POST":
        try:
            merging.merge(
                kept=kept, dropped=dropped, taken=request.POST.getlist("take"), by=request.user
            )
        except DomainError as error:
            refusal = str(error)
        else:
            messages.success(request, _("两份档案合成一份了。一天之内可以在“疑似重复”页上撤销。"))
            return redirect(reverse("people:person", args=[kept.pk]))
    context = {
        "kept": kept,
        "dropped": dropped,
        "facts": merging.compare(kept, dropped),
        "objections": merging.objections(kept, dropped),
    }
    return render(request, "merging/compare.html", context, status=422 if refusal else 200)


@login_required
@require_POST
def not_same(request, kept, dropped):
    one, other = _two_files(request, kept, dropped)
    merging.say_not_same(one=one, other=other, by=request.user)
    messages.success(request, _("记下了：这是两个人，以后不再提示。"))
    return redirect("merging:duplicates")


@login_required
@require_POST
def undo(request, pk):
    merge = queries.merge_led_by(user=request.user, pk=pk)
    try:
        merging.undo(merge=merge, by=request.user)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("撤销了，两份档案各是各的。"))
    return redirect("merging:duplicates")
