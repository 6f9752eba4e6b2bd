"""The ledger of a branch, its lines and their evidence."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from branches import excel, ledger, queries
from branches.choice import ALL, PEOPLE
from branches.forms import LedgerFilter, ReversalForm
from branches.learning import evidence_of
from branches.quarters import Quarter
from branches.views.branches import head_of
from common.errors import DomainError

LINES_ON_A_PAGE = 50

# For printing: everything on one page, within reason.
LINES_AT_MOST = 2_000


# The ledger


@login_required
@require_GET
def branch_ledger(request, pk):
    branch = queries.branch_led_by(request.user, pk)
    form, choice, lines = _chosen_lines(request, branch)
    figures = queries.figures(lines)
    everything = request.GET.get("rows") == "all"
    rows = queries.people_of(lines) if choice.show == PEOPLE else lines.order_by(*choice.order)
    context = head_of(request, branch) | {
        "form": form,
        "words": form.words(),
        "choice": choice,
        "figures": figures,
        "page": Paginator(rows, LINES_AT_MOST if everything else LINES_ON_A_PAGE).get_page(
            request.GET.get("page")
        ),
        "everything": everything,
        "with_branches": not branch.is_leaf(),
        "query": _query(choice),
        "query_counted": _query(choice, mode=choice.mode or queries.ALL_COUNTED),
        "query_apart": _query(choice, mode=queries.ALL_APART),
        "rules": queries.rules_of(lines),
    }
    return render(request, "branches/ledger.html", context)


@login_required
@require_GET
def ledger_excel(request, pk):
    branch = queries.branch_led_by(request.user, pk)
    form, choice, lines = _chosen_lines(request, branch)
    return excel.ledger_file(branch=branch, choice=choice, words=form.words(), lines=lines)


def _chosen_lines(request, branch):
    form = LedgerFilter(request.GET, branch=branch, on=timezone.localdate())
    choice = form.choice()
    lines = queries.ledger(branch, quarter=choice.quarter, person=choice.person, mode=choice.mode)
    if choice.show != ALL:
        lines = lines.filter(queries.STANDS)
    return form, choice, lines


def _query(choice, **change) -> str:
    """The address of what is shown, with something changed."""
    chosen = {"quarter": choice.quarter.code, "person": choice.person, "mode": choice.mode}
    return urlencode({name: value for name, value in (chosen | change).items() if value})


@login_required
@require_GET
def entry(request, branch_pk, pk):
    return _entry_page(request, branch_pk, pk, ReversalForm())


@login_required
@require_POST
def reverse_entry(request, branch_pk, pk):
    """Take a line back; only those who keep the branch's books may."""
    queries.branch_kept_by(request.user, branch_pk)
    line = queries.entry_led_by(request.user, branch_pk=branch_pk, pk=pk)
    form = ReversalForm(request.POST)
    if not form.is_valid():
        return _entry_page(request, branch_pk, pk, form, status=422)
    try:
        ledger.reverse(entry=line, by=request.user, reason=form.cleaned_data["reason"])
    except DomainError as error:
        form.add_error(None, str(error))
        return _entry_page(request, branch_pk, pk, form, status=422)
    messages.success(request, _("更正已经写进台账，原来那一行不再计数。"))
    return redirect("branches:entry", branch_pk, pk)


def _entry_page(request, branch_pk, pk, form, status=200):
    line = queries.entry_led_by(request.user, branch_pk=branch_pk, pk=pk)
    branch = queries.branch_led_by(request.user, branch_pk)
    context = head_of(request, branch) | {
        "evidence": evidence_of(line),
        "form": form,
        "quarter": Quarter.of(line.studied_on),
    }
    return render(request, "branches/entry.html", context, status=status)
