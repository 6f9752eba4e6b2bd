"""A branch's own quarter: its figures, and the button that confirms them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from branches import queries
from branches.models import Branch
from branches.quarters import Quarter
from branches.reports import catalogue, counting, freezing
from branches.reports.layout import items_of
from branches.views.branches import head_of
from common.errors import DomainError


@login_required
@require_GET
def branch_quarter(request, pk, code):
    branch, quarter = queries.branch_led_by(request.user, pk), _quarter(code)
    return _quarter_page(request, branch, quarter)


@login_required
@require_POST
def confirm_quarter(request, pk, code):
    branch, quarter = queries.branch_kept_by(request.user, pk), _quarter(code)
    if branch.level != Branch.Level.BRANCH or branch.kind != Branch.Kind.HOME:
        raise Http404
    try:
        freezing.confirm(
            branch=branch, quarter=quarter, seen=request.POST.get("seen", ""), by=request.user
        )
    except DomainError as error:
        return _quarter_page(request, branch, quarter, problem=str(error), status=422)
    messages.success(request, _("确认好了，上级能看到。以后数字有变化，可以再来确认一次。"))
    return redirect("branches:branch_quarter", branch.pk, quarter.code)


def _quarter(code) -> Quarter:
    if quarter := Quarter.begun(code, on=timezone.localdate()):
        return quarter
    raise Http404


def _quarter_page(request, branch, quarter, problem="", status=200):
    today = timezone.localdate()
    figures = freezing.figures_of(branch, quarter)
    last = freezing.last_confirmation(branch, quarter)
    context = head_of(request, branch) | {
        "quarter": quarter,
        "quarters": [each for each in queries.quarters_of(branch, on=today) if each != quarter],
        "items": items_of(figures, catalogue.OF_A_BRANCH),
        "main": items_of(figures, catalogue.MAIN),
        "seen": freezing.print_of(figures),
        "last": last,
        "changed": last and last.figures != figures,
        "reports": branch.level == Branch.Level.BRANCH and branch.kind == Branch.Kind.HOME,
        "stood": counting.was_there(branch, quarter),
        "is_over": today >= quarter.ends_before,
        "problem": problem,
    }
    return render(request, "branches/reports/branch_quarter.html", context, status=status)
