"""The quarter's report of an organisation, for the bureau."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.files import keeping
from accounts.queries import phones_of
from branches import printing, queries
from branches.models import Branch
from branches.quarters import Quarter
from branches.reports import (
    catalogue,
    errata,
    freezing,
    meetings,
    papers,
    reading,
    workbook,
)
from branches.reports.catalogue import Source
from branches.reports.reporting import report_of
from common import excel
from common.errors import DomainError
from common.typed import number_of

OFFICES_ON_A_PAGE = 50
BRANCHES_ON_A_PAGE = 100
LINES_ON_A_PAGE = 50
PRINTS_SHOWN = 3


@login_required
@require_GET
def report_list(request):
    """The organisations one reports for, each with its last quarters."""
    offices = reading.offices_with_branches(request.user)
    if not offices and not reading.organisations_reported_by(request.user).exists():
        raise Http404
    shown = Paginator(offices, OFFICES_ON_A_PAGE).get_page(request.GET.get("page"))
    quarters = reading.last_quarters(timezone.localdate())
    context = {
        "page": shown,
        "quarters": quarters,
        "rows": reading.with_states(shown.object_list, quarters),
        "prints": printing.prints_of(request.user).exclude(organisation=None)[:PRINTS_SHOWN],
    }
    return render(request, "branches/reports/list.html", context)


@login_required
@require_GET
def report(request, organisation_pk, code):
    organisation, quarter = _asked(request, organisation_pk, code)
    return _report_page(request, organisation, quarter)


def _report_page(request, organisation, quarter, problem="", status=200):
    shown = report_of(organisation, quarter)
    if shown.is_spoilt:
        problem = _(
            "这份定稿后来在数据库里被改过，和定稿时的指纹对不上，下面的数字不能用。"
            "请让系统管理员和备份核对。"
        )
    today = timezone.localdate()
    context = _head(organisation, quarter) | {
        "report": shown,
        "page": Paginator(shown.branches, BRANCHES_ON_A_PAGE).get_page(request.GET.get("page")),
        "errata": shown.frozen and errata.errata_of(shown.frozen),
        "may_freeze": not shown.frozen and today >= quarter.ends_before,
        "quarters": [
            each for each in reading.quarters_of(organisation, on=today) if each != quarter
        ],
        "problem": problem,
    }
    return render(request, "branches/reports/report.html", context, status=status)


@login_required
@require_GET
def report_branch(request, organisation_pk, code, pk):
    """Every figure of one branch in the report."""
    organisation, quarter = _asked(request, organisation_pk, code)
    shown = report_of(organisation, quarter)
    row = shown.branch(pk)
    if row is None:
        raise Http404
    context = _head(organisation, quarter) | {"report": shown, "row": row}
    return render(request, "branches/reports/branch.html", context)


@login_required
@require_GET
def report_lines(request, organisation_pk, code):
    """The lines of the ledger that a figure was counted from, or that came later; of records
    and activities these themselves."""
    organisation, quarter = _asked(request, organisation_pk, code)
    frozen = freezing.frozen_of(organisation, quarter)
    scope = reading.scope_of_report(organisation, frozen)
    branch = _branch_asked(request, scope)
    figure = catalogue.FIGURES.get(request.GET.get("figure", "times"))
    if figure and figure.source in catalogue.OF_MEETINGS:
        return _meetings_page(request, organisation, quarter, scope, figure, branch)
    if figure is None or figure.source != Source.LEDGER:
        raise Http404
    late = bool(frozen and request.GET.get("late"))
    if late:
        lines = reading.with_names(errata.late_lines(frozen))
        lines = lines.filter(branch=branch) if branch else lines
    else:
        lines = reading.lines_behind(
            organisation, quarter, report=frozen, figure=figure, branch=branch
        )
    page = Paginator(lines.order_by("studied_on", "pk"), LINES_ON_A_PAGE).get_page(
        request.GET.get("page")
    )
    context = _head(organisation, quarter) | {
        "figure": figure,
        "branch": branch,
        "late": late,
        "figures": queries.figures(lines, stands=Q()),
        "page": page,
        "rows": reading.with_books(page.object_list, user=request.user),
    }
    return render(request, "branches/reports/lines.html", context)


def _meetings_page(request, organisation, quarter, scope, figure, branch):
    shown = report_of(organisation, quarter)
    row = shown.branch(branch.pk) if branch else None
    if branch and row is None:
        raise Http404
    items = {item.figure.code: item for item in (row.all if row else shown.everything)}
    found = meetings.behind(scope, quarter, report=shown.frozen, figure=figure, branch=branch)
    page = Paginator(found, LINES_ON_A_PAGE).get_page(request.GET.get("page"))
    context = _head(organisation, quarter) | {
        "figure": figure,
        "branch": branch,
        "item": items[figure.code],
        "page": page,
        "rows": reading.with_books(page.object_list, user=request.user),
    }
    return render(request, "branches/reports/meetings.html", context)


def _branch_asked(request, scope) -> Branch | None:
    asked = request.GET.get("branch", "")
    if not asked:
        return None
    branch = scope.branches.filter(pk=number_of(asked)).first()
    if branch is None:
        raise Http404
    return branch


@login_required
@require_POST
def freeze(request, organisation_pk, code):
    organisation, quarter = _asked(request, organisation_pk, code)
    try:
        freezing.freeze(organisation=organisation, quarter=quarter, by=request.user)
    except DomainError as error:
        return _report_page(request, organisation, quarter, problem=str(error), status=422)
    messages.success(request, _("定稿了。这些数字不再变，以后的更正写在勘误里。"))
    return redirect("branches:report", organisation.pk, quarter.code)


# Files


@login_required
@require_GET
def report_excel(request, organisation_pk, code):
    organisation, quarter = _asked(request, organisation_pk, code)
    shown = report_of(organisation, quarter)
    if shown.is_spoilt:
        return _report_page(request, organisation, quarter, status=409)
    return excel.download(data=workbook.workbook_of(shown), name=_file_name(shown))


@login_required
@require_GET
def report_pdf(request, organisation_pk, code):
    organisation, quarter = _asked(request, organisation_pk, code)
    shown = report_of(organisation, quarter)
    if shown.is_spoilt:
        return _report_page(request, organisation, quarter, status=409)
    return pdf_answer(papers.pdf_of(shown), name=_file_name(shown))


def _file_name(shown) -> str:
    return f"{shown.organisation} {shown.title}"


def pdf_answer(data: bytes, *, name: str) -> HttpResponse:
    disposition = content_disposition_header(
        as_attachment=False, filename=f"{excel.safe_file_name(name)}.pdf"
    )
    return HttpResponse(
        data, content_type="application/pdf", headers={"Content-Disposition": disposition}
    )


# Who has not confirmed yet


@never_cache
@login_required
@require_GET
def report_calls(request, organisation_pk, code):
    organisation, quarter = _asked(request, organisation_pk, code)
    return _calls_page(request, organisation, quarter)


@never_cache
@login_required
@require_POST
def report_number(request, organisation_pk, code):
    """The same page with one secretary's numbers in full, which no address keeps."""
    organisation, quarter = _asked(request, organisation_pk, code)
    asked = request.POST.get("branch", "")
    calls = _calls(organisation, quarter)
    found = [each for each in calls if str(each.branch.pk) == asked and each.secretary]
    if not found:
        raise Http404
    person = found[0].secretary
    keeping.reveal(person=person, names=["phone"], by=request.user)
    return _calls_page(
        request, organisation, quarter, opened=found[0].branch.pk, numbers=phones_of(person)
    )


def _calls(organisation, quarter):
    content = report_of(organisation, quarter).content
    confirmed = reading.confirmed_since(content, quarter)
    calls = reading.calls_to_make(content, on=timezone.localdate())
    return [call for call in calls if call.branch.pk not in confirmed]


def _calls_page(request, organisation, quarter, opened=None, numbers=()):
    calls = _calls(organisation, quarter)
    pages = Paginator(calls, BRANCHES_ON_A_PAGE)
    places = [place for place, call in enumerate(calls) if call.branch.pk == opened]
    number = places[0] // pages.per_page + 1 if places else request.GET.get("page")
    context = _head(organisation, quarter) | {
        "page": pages.get_page(number),
        "opened": opened,
        "numbers": numbers,
    }
    return render(request, "branches/reports/calls.html", context)


def _asked(request, organisation_pk, code):
    organisation = reading.organisation_led_by(request.user, organisation_pk)
    quarter = Quarter.begun(code, on=timezone.localdate())
    if quarter is None:
        raise Http404
    return organisation, quarter


def _head(organisation, quarter) -> dict:
    return {
        "organisation": organisation,
        "quarter": quarter,
        "who": organisation.name,
    }
