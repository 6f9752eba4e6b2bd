"""Stars, points and volunteering: where they are switched on; elsewhere there is no such page."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from branches import citations, doors, queries
from branches.citation_forms import ExtrasForm, PointsForm, StarForm, WithdrawForm
from branches.models import Citation
from branches.views.branches import head_of
from branches.views.learning import who_are_you
from common.errors import DomainError
from common.typed import number_of

Kind = Citation.Kind
ON_A_PAGE = 50
FORMS = {Kind.STAR: StarForm, Kind.POINTS: PointsForm}


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def extras(request):
    """What is used at all, organisation by organisation."""
    organisations = doors.rule_organisations(request.user).order_by("path")
    if not organisations.exists():
        raise Http404
    rows = citations.switches_led_by(request.user)
    # What an organisation uses already stands in the boxes: a box left empty switches it off.
    at = rows.filter(organisation=number_of(request.GET.get("at", "")) or 0).first()
    first = at and {name: getattr(at, name) for name in ("organisation", *citations.SWITCHES)}
    form = ExtrasForm(request.POST or None, organisations=organisations, initial=first)
    if request.method == "POST" and form.is_valid():
        citations.switch(by=request.user, **form.cleaned_data)
        messages.success(request, _("已经记下，马上生效。"))
        return redirect("branches:extras")
    context = {"form": form, "rows": rows}
    status = 422 if form.errors else 200
    return render(request, "branches/citations/extras.html", context, status=status)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def branch_citations(request, pk, kind):
    """The lines of a year by name, and for who keeps the books a form for the next one."""
    if kind not in FORMS:
        raise Http404
    switch = citations.SWITCH_OF[kind]
    writes = request.method == "POST"
    branch = citations.branch_cited_by(request.user, pk, switch, writes=writes)
    today = timezone.localdate()
    year = _year(request, today)
    context = head_of(request, branch)
    form = None
    if context["keeps"]:
        form = FORMS[kind](
            request.POST or None,
            people=queries.members_on(branch, today),
            meetings=citations.meetings_of(branch),
            initial={"year": today.year, "happened_on": today},
        )
    if writes and form.is_valid():
        try:
            line = citations.cite(branch=branch, kind=kind, by=request.user, **form.cleaned_data)
        except DomainError as error:
            form.add_error(getattr(error, "field", None), str(error))
        else:
            words = _("%(name)s：%(what)s，写好了。")
            messages.success(request, words % {"name": line.person, "what": line.in_words()})
            address = reverse("branches:citations", args=[pk, kind])
            return redirect(f"{address}?year={line.year}")
    lines = citations.citations_of_branch(branch, kind, year=year)
    context |= {
        "kind": kind,
        "title": Kind(kind).label,
        "page": _page(request, citations.by_member(lines)),
        "form": form,
        "year": year,
        "others": [other for other in range(today.year, today.year - 5, -1) if other != year],
    }
    status = 422 if form and form.errors else 200
    return render(request, "branches/citations/list.html", context, status=status)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def withdraw_citation(request, branch_pk, pk):
    line = citations.citation_kept_by(request.user, branch_pk=branch_pk, pk=pk)
    back = reverse("branches:citations", args=[branch_pk, line.kind])
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            citations.withdraw(line=line, by=request.user, **form.cleaned_data)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("已经撤回，原来的一行和原因都留着。"))
            return redirect(f"{back}?year={line.year}")
    facts = {"name": line.person, "what": line.in_words(), "basis": line.basis_in_words()}
    context = head_of(request, line.branch) | {
        "form": form,
        "title": _("撤回"),
        "lead": _("%(name)s：%(what)s（%(basis)s）") % facts,
        "back_url": back,
        "back_text": line.get_kind_display(),
    }
    status = 422 if form.errors else 200
    return render(request, "branches/branch_form.html", context, status=status)


@never_cache
@login_required
@require_GET
def volunteering(request, pk):
    """How long each one volunteered in a year, by name."""
    branch = citations.branch_cited_by(request.user, pk, "volunteering")
    today = timezone.localdate()
    year = _year(request, today)
    context = head_of(request, branch) | {
        "page": _page(request, citations.volunteers_of(branch, year=year)),
        "year": year,
        "others": [other for other in range(today.year, today.year - 5, -1) if other != year],
    }
    return render(request, "branches/citations/volunteering.html", context)


@never_cache
@login_required
@require_GET
def my_citations(request):
    """A member's own stars and points, where their branch uses them."""
    if not request.person:
        return who_are_you(request)
    on = citations.switches_of(request.person) & {"stars", "points"}
    if not on:
        raise Http404
    year = timezone.localdate().year
    points = list(citations.citations_of(request.person, Kind.POINTS)) if "points" in on else []
    context = {
        "on": on,
        "year": year,
        "stars": citations.citations_of(request.person, Kind.STAR) if "stars" in on else (),
        "points": points,
        "sum": citations.points_of(line for line in points if line.year == year),
    }
    return render(request, "branches/citations/mine.html", context)


def _page(request, rows):
    return Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))


def _year(request, today) -> int:
    asked = number_of(request.GET.get("year", "")) or today.year
    return asked if 2000 <= asked <= today.year else today.year
