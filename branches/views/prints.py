"""Long PDFs, a year's records or the packs of a round: asked for, waited for, kept, cancelled."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from branches import print_jobs, printing, queries
from branches.home_study import lists
from branches.home_study import printing as packs
from branches.home_study.reading import keeps_any
from branches.models import PackPrint, Print, YearPrint
from branches.reports import reading
from common.errors import DomainError
from common.excel import safe_file_name
from common.typed import number_of

# A year's records


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
    if found.branch_id:
        again = reverse("branches:print_branch", args=[found.branch_id])
    else:
        again = reverse("branches:print_office", args=[found.organisation_id])
    return _print_page(
        request,
        found,
        title=_("%(year)s 年学习记录") % {"year": found.year},
        over=found.branch or found.organisation,
        back_url=_back(found),
        again_url=again,
        again={"year": found.year},
    )


@login_required
@require_POST
def cancel_print(request, pk):
    print_jobs.cancel(printing.print_of(request.user, pk))
    return redirect("branches:year_print", pk)


@never_cache
@login_required
@require_GET
def print_file(request, pk):
    found = printing.print_of(request.user, pk)
    name = _("%(what)s %(year)s 年学习记录") % {
        "what": found.branch or found.organisation,
        "year": found.year,
    }
    return _file_of(found, name)


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


# The packs of a round


@login_required
@require_POST
def print_packs(request):
    """What the delivery list shows, as it was filtered there; or the same as before."""
    if not keeps_any(request.user):
        raise Http404
    chosen = packs.packs_printed_by(request.user)
    if again := number_of(request.POST.get("again", "")):
        chosen = chosen.filter(pk__in=packs.print_of(request.user, again).packs)
    else:
        chosen = lists.chosen(chosen, **lists.choice(request.POST))
    try:
        made = packs.ask(packs=chosen.defer("content"), by=request.user)
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("branches:deliveries")
    return redirect("branches:pack_print", made.pk)


@never_cache
@login_required
@require_GET
def pack_print(request, pk):
    found = packs.print_of(request.user, pk)
    return _print_page(
        request,
        found,
        title=_("读本和回执"),
        over=_day_of(found),
        back_url=reverse("branches:deliveries"),
        again_url=reverse("branches:print_packs"),
        again={"again": found.pk},
    )


@login_required
@require_POST
def cancel_pack_print(request, pk):
    print_jobs.cancel(packs.print_of(request.user, pk))
    return redirect("branches:pack_print", pk)


@never_cache
@login_required
@require_GET
def pack_print_file(request, pk):
    found = packs.print_of(request.user, pk)
    return _file_of(found, _("读本和回执 %(day)s") % {"day": _day_of(found)})


def _day_of(found: PackPrint) -> str:
    return str(timezone.localdate(found.asked_at))


# Both


def _print_page(request, found: Print, **context):
    context |= {"job": found, "is_packs": isinstance(found, PackPrint)}
    return render(request, "branches/print.html", context)


def _file_of(found: Print, name: str):
    if found.state != Print.State.DONE:
        raise Http404
    try:
        with found.file.open("rb") as file:
            data = file.read()
    except FileNotFoundError as error:
        raise Http404 from error
    shown = content_disposition_header(as_attachment=True, filename=f"{safe_file_name(name)}.pdf")
    return HttpResponse(
        data, content_type="application/pdf", headers={"Content-Disposition": shown}
    )
