"""Pages of one's own study, of the branch's ledger and of its records."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from branches import excel, ledger, queries, records
from branches.choice import ALL, PEOPLE
from branches.forms import LedgerFilter, RecordForm, ReversalForm
from branches.learning import evidence_of, learning_of, year_of
from branches.models import Branch
from branches.quarters import Quarter
from branches.sheets import sheet_of
from common.errors import DomainError

LINES_ON_A_PAGE = 50
# For printing: everything on one page, within reason.
LINES_AT_MOST = 2_000
RECORDS_ON_A_PAGE = 30


# One's own


@login_required
@require_GET
def my_learning(request):
    if not request.person:
        return _who_are_you(request)
    now = timezone.now()
    this_year = year_of(now)
    first = queries.first_year_of(request.person) or this_year
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isdecimal() and first <= int(asked) <= this_year else this_year
    context = {
        "learning": learning_of(request.person, year=year, now=now),
        "other_years": [other for other in range(this_year, first - 1, -1) if other != year],
    }
    return render(request, "branches/my_learning.html", context)


@login_required
@require_GET
def my_entry(request, pk):
    if not request.person:
        return _who_are_you(request)
    entry = queries.entry_of(request.person, pk)
    return render(request, "branches/my_entry.html", {"evidence": evidence_of(entry)})


def _who_are_you(request):
    query = urlencode({"next": request.get_full_path()})
    return redirect(f"{reverse('accounts:welcome')}?{query}")


# Branches


@login_required
@require_GET
def branch_list(request):
    today = timezone.localdate()
    context = {
        "branches": queries.branch_list(request.user, on=today),
        "quarter": Quarter.of(today),
    }
    return render(request, "branches/branch_list.html", context)


# The ledger


@login_required
@require_GET
def branch_ledger(request, pk):
    branch = queries.branch_led_by(request.user, pk)
    form, choice, lines = _chosen_lines(request, branch)
    figures = queries.figures(lines)
    everything = request.GET.get("rows") == "all"
    rows = queries.people_of(lines) if choice.show == PEOPLE else lines.order_by(*choice.order)
    context = _of_branch(request, branch) | {
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
    context = _of_branch(request, branch) | {
        "evidence": evidence_of(line),
        "form": form,
        "quarter": Quarter.of(line.studied_on),
    }
    return render(request, "branches/entry.html", context, status=status)


# Records


@login_required
@require_GET
def record_list(request, pk):
    branch = queries.branch_led_by(request.user, pk)
    page = Paginator(queries.records(branch), RECORDS_ON_A_PAGE).get_page(request.GET.get("page"))
    context = _of_branch(request, branch) | {
        "page": page,
        "with_branches": not branch.is_leaf(),
    }
    return render(request, "branches/record_list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def record(request, branch_pk, session_pk):
    found = queries.record_led_by(request.user, branch_pk=branch_pk, session_pk=session_pk)
    shown = _of_branch(request, found.branch)
    members = queries.members_on(found.branch, ledger.studied_on(found.session))
    form = RecordForm(record=found, members=members)
    if request.method == "POST":
        if not shown["keeps"]:
            raise Http404
        form = RecordForm(request.POST, record=found, members=members)
        if form.is_valid() and _completed(request, found, form):
            return redirect("branches:record", branch_pk, session_pk)
    context = shown | {"form": form, "sheet": sheet_of(found)}
    return render(request, "branches/record.html", context, status=422 if form.errors else 200)


def _completed(request, found, form) -> bool:
    try:
        records.complete(record=found, by=request.user, **form.cleaned_data)
    except DomainError as error:
        form.add_error(None, str(error))
        form.take_as_seen(found)
        return False
    messages.success(request, _("存好了。可以打印签字。"))
    return True


def _of_branch(request, branch: Branch) -> dict:
    """What every page of a branch knows: where else to go, whose branch it is."""
    secretary = queries.secretary_on(branch, timezone.localdate())
    return {
        "branch": branch,
        "keeps": queries.branches_kept_by(request.user).filter(pk=branch.pk).exists(),
        "links": [
            (reverse("branches:list"), _("支部")),
            (reverse("branches:records", args=[branch.pk]), _("学习记录")),
            (reverse("branches:ledger", args=[branch.pk]), _("学习台账")),
        ],
        "who": _("%(branch)s · %(secretary)s书记")
        % {"branch": branch.name, "secretary": secretary.name}
        if secretary
        else branch.name,
    }
