"""Forms above: the office edits and collects them, a branch confirms them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from branches import form_periods, queries, statements
from branches.errors import StatementChanged, StatementNotWhole
from branches.form_files import collected_file, statement_file, statement_pdf
from branches.form_rows import read_rows
from branches.forms import FormForm
from branches.models import Statement
from branches.reports import reading
from branches.views.branches import head_of
from branches.views.reports import pdf_answer
from common.errors import DomainError
from common.typed import number_of

BRANCHES_ON_A_PAGE = 100

# The office


@login_required
@require_GET
def form_list(request):
    _check_office(request)
    today = timezone.localdate()
    context = {
        "rows": [
            (form, form_periods.last_period(form, on=today))
            for form in statements.forms_led_by(request.user).order_by(
                "organisation__path", "name"
            )
        ],
    }
    return render(request, "branches/statements/form_list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def new_form(request):
    _check_office(request)
    return _edit(request, None)


@login_required
@require_http_methods(["GET", "POST"])
def edit_form(request, pk):
    return _edit(request, statements.form_led_by(request.user, pk))


def _edit(request, found):
    offices = reading.organisations_reported_by(request.user).order_by("path")
    version = found and found.versions.order_by("-number").first()
    form = FormForm(request.POST or None, found=found, offices=offices)
    rows, problem = version.rows if version else [], ""
    if request.method == "POST":
        rows, problem = read_rows(request.POST)
    if request.method == "POST" and form.is_valid():
        try:
            if problem:
                raise StatementNotWhole(problem)
            saved = statements.edit_form(
                form=found,
                organisation=found.organisation if found else form.cleaned_data["organisation"],
                name=form.cleaned_data["name"],
                every=form.cleaned_data["every"],
                valid_from=form.cleaned_data["valid_from"],
                rows=rows,
                seen=number_of(request.POST.get("seen", "")),
                by=request.user,
            )
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("表存好了。已经填过的还是原来那一版。"))
            return redirect("branches:edit_statement_form", saved.pk)
    context = {
        "found": found,
        "version": version,
        "form": form,
        "rows": [*rows, *({"kind": "figure", "label": ""} for _more in range(4))],
        "figures": statements.figure_choices(),
    }
    status = 422 if form.errors else 200
    return render(request, "branches/statements/edit.html", context, status=status)


def _check_office(request):
    if not reading.organisations_reported_by(request.user).exists():
        raise Http404


@login_required
@require_GET
def collected(request, pk, code):
    form = statements.form_led_by(request.user, pk)
    return _collected_page(request, form, form_periods.period_of(form, code))


def _collected_page(request, form, period, problem="", status=200):
    rows = statements.collected(form, period)
    context = {
        "form": form,
        "period": period,
        "asked": len(rows),
        "page": Paginator(rows, BRANCHES_ON_A_PAGE).get_page(request.GET.get("page")),
        "periods": [
            each
            for each in form_periods.last_periods(form, on=timezone.localdate())
            if each != period
        ],
        "confirmed": sum(
            1 for _b, said in rows if said and said.state == Statement.State.CONFIRMED
        ),
        "who": form.organisation.name,
        "problem": problem,
    }
    return render(request, "branches/statements/collected.html", context, status=status)


@login_required
@require_GET
def collected_excel(request, pk, code):
    form = statements.form_led_by(request.user, pk)
    return collected_file(form, form_periods.period_of(form, code))


@login_required
@require_POST
def send_back(request, pk, code):
    form = statements.form_led_by(request.user, pk)
    period = form_periods.period_of(form, code)
    asked = request.POST.get("statement", "")
    found = statements.statement_led_by(request.user, form, number_of(asked) or 0)
    try:
        statements.send_back(
            statement=found, reason=request.POST.get("reason", ""), by=request.user
        )
    except DomainError as error:
        return _collected_page(request, form, period, problem=str(error), status=422)
    messages.success(request, _("退回了，支部会看到原因。"))
    return redirect("branches:collected_statements", form.pk, period.code)


# The branch


@login_required
@require_GET
def branch_forms(request, pk):
    branch = statements.branch_asked(request.user, pk)
    rows = statements.asked_of(branch, on=timezone.localdate())
    context = head_of(request, branch) | {"rows": rows}
    return render(request, "branches/statements/branch_forms.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def statement(request, branch_pk, pk, code):
    """What the branch says on a form; POST keeps what was written, or confirms it."""
    branch, found = _statement(request, branch_pk, pk, code)
    if request.method != "POST":
        return _statement_page(request, branch, found)
    if not queries.branches_kept_by(request.user).filter(pk=branch.pk).exists():
        raise Http404
    texts = {
        name.removeprefix("row-"): value
        for name, value in request.POST.items()
        if name.startswith("row-")
    }
    begun = number_of(request.POST.get("version", ""))
    facts = {"statement": found, "texts": texts, "seen": request.POST.get("seen")}
    try:
        if begun and begun != found.version.number:
            raise StatementChanged(_("上级改了这张表的栏目，您写的没有存，抄在下面。"))
        if "confirm" in request.POST:
            statements.confirm(**facts, by=request.user)
            messages.success(request, _("确认好了，上级能看到。"))
        else:
            statements.write(**facts)
            messages.success(request, _("存好了，还没有确认。"))
    except DomainError as error:
        return _statement_page(
            request, branch, found, problem=str(error), typed=texts, begun=begun, status=422
        )
    return redirect("branches:statement", branch.pk, pk, code)


def _statement_page(request, branch, found, problem="", typed=None, begun=None, status=200):
    """`typed` are texts that were not kept: they stand in their fields, or are copied out."""
    period = form_periods.period_of(found.form, found.period)
    current = statements.statement_of(found.form, branch, period, begun=begun)
    is_open = current.state != Statement.State.CONFIRMED
    fits = typed is not None and is_open and begun in (None, current.version.number)
    rows = [
        (row, typed.get(str(row.place), "") if fits else row.text)
        for row in statements.rows_of(current)
    ]
    context = head_of(request, branch) | {
        "statement": current,
        "period": period,
        "rows": rows,
        "is_open": is_open,
        "seen": statements.stamp(current),
        "copied": [] if fits else statements.with_labels(found.form, begun, typed or {}),
        "problem": problem,
    }
    return render(request, "branches/statements/statement.html", context, status=status)


@login_required
@require_GET
def statement_excel(request, branch_pk, pk, code):
    _branch, found = _statement(request, branch_pk, pk, code)
    return statement_file(found)


@login_required
@require_GET
def statement_paper(request, branch_pk, pk, code):
    _branch, found = _statement(request, branch_pk, pk, code)
    return pdf_answer(statement_pdf(found), name=f"{found.branch} {found.form}")


def _statement(request, branch_pk, pk, code):
    branch = statements.branch_asked(request.user, branch_pk)
    form = statements.form_for(branch, pk)
    period = form_periods.period_of(form, code)
    begun = number_of(request.POST.get("version", ""))
    return branch, statements.statement_of(form, branch, period, begun=begun)
