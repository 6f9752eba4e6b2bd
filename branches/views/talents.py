"""我愿意教: a member's own cards, and those of a branch by name; where it is switched on."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from branches import talents
from branches.citation_forms import TalentForm
from branches.views.branches import head_of
from branches.views.learning import who_are_you
from common.errors import DomainError

ON_A_PAGE = 50


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def my_talents(request):
    """A member's own cards, and a form for the next one."""
    if not request.person:
        return who_are_you(request)
    if not talents.may_write(request.person):
        raise Http404
    form = TalentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            talents.write(person=request.person, by=request.user, **form.cleaned_data)
        except DomainError as error:
            form.add_error(getattr(error, "field", None), str(error))
        else:
            messages.success(request, _("写好了，支部看得到。"))
            return redirect("branches:my_talents")
    cards = list(talents.standing_cards_of(request.person))
    context = {
        "form": form,
        "cards": cards,
        "most": talents.STANDING_AT_MOST,
        "is_full": len(cards) >= talents.STANDING_AT_MOST,
    }
    status = 422 if form.errors else 200
    return render(request, "branches/talents/mine.html", context, status=status)


@login_required
@require_POST
def withdraw_talent(request, pk):
    if not request.person:
        return who_are_you(request)
    talents.withdraw(card=talents.card_of(request.person, pk), by=request.user)
    messages.success(request, _("撤下了，支部看不到了。"))
    on = talents.may_write(request.person)
    return redirect("branches:my_talents" if on else "branches:my_activities")


@never_cache
@login_required
@require_GET
def branch_talents(request, pk):
    """The standing cards of the branch and all beneath, by name."""
    branch = talents.branch_with_talents(request.user, pk)
    cards = talents.cards_beneath(branch, on=timezone.localdate())
    context = head_of(request, branch) | {
        "page": Paginator(cards, ON_A_PAGE).get_page(request.GET.get("page"))
    }
    return render(request, "branches/talents/list.html", context)
