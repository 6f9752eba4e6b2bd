"""A year's records as one PDF: asked for, waited for, kept, cancelled."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from branches import printing, queries
from branches.models import YearPrint
from branches.reports import reading
from common.errors import DomainError
from common.excel import safe_file_name
from common.typed import number_of

PRINTS_SHOWN = 20


@login_required
@require_POST
def print_branch(request, pk):
    branch = queries.branch_led_by(request.user, pk)
    back = reverse("branches:records", args=[pk])
    return _asked(request, back, branch=branch)


@login_required
@require_POST
def print_organisation(request, pk):
    organisation = reading.organisation_led_by(request.user, pk)
    return _asked(request, reverse("branches:reports"), organisation=organisation)


@never_cache
@login_required
@require_GET
def year_print(request, pk):
    """How far it is; the page looks again by itself until there is something to keep."""
    found = printing.print_of(request.user, pk)
    return render(request, "branches/print.html", {"job": found, "back_url": _back(found)})


@login_required
@require_POST
def cancel_print(request, pk):
    printing.cancel(job=printing.print_of(request.user, pk))
    return redirect("branches:year_print", pk)


@never_cache
@login_required
@require_GET
def print_file(request, pk):
    found = printing.print_of(request.user, pk)
    if found.state != YearPrint.State.DONE:
        raise Http404
    try:
        with found.file.open("rb") as file:
            data = file.read()
    except FileNotFoundError as error:
        raise Http404 from error
    name = _("%(what)s %(year)s 年学习记录") % {
        "what": found.branch or found.organisation,
        "year": found.year,
    }
    shown = content_disposition_header(as_attachment=True, filename=f"{safe_file_name(name)}.pdf")
    return HttpResponse(
        data, content_type="application/pdf", headers={"Content-Disposition": shown}
    )


def _asked(request, back, **what):
    year = number_of(request.POST.get("year", "")) or 0
    if not 2000 <= year < 2200:
        raise Http404
    try:
        made = printing.ask(year=year, by=request.user, **what)
    except DomainError as error:
        messages.error(request, str(error))
        return redirect(back)
    return redirect("branches:year_print", made.pk)


def _back(found: YearPrint) -> str:
    if found.branch_id:
        return reverse("branches:records", args=[found.branch_id])
    return reverse("branches:reports")
