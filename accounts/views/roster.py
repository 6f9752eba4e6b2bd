"""Name lists of offices: bringing one, telling its columns, its preview, what is in doubt."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import audit
from accounts.forms.roster import (
    ColumnsForm,
    ReviewFilter,
    RosterFilter,
    SettleForm,
    SettleManyForm,
    UploadForm,
)
from accounts.models import RosterImport
from accounts.queries import WRITES_FILES, has_role
from accounts.roster import applying, keeping, previewing, queries, settling, showing, wording
from accounts.roster import template as empty_roster
from accounts.roster.applying import marks_of
from accounts.roster.entries import CHOSEN, Choice, Verdict, counted, waiting
from common import asked, excel
from common.errors import DomainError

State = RosterImport.State

ROSTERS_ON_A_PAGE = 30
ROWS_ON_A_PAGE = 50
DOUBTFUL_ON_A_PAGE = 30
# More than that takes minutes: the report of one verdict is shorter.
ROWS_IN_A_REPORT = 20_000


# The verdicts in the order in which people ask.
PICKS = (Verdict.NEW, Verdict.CHANGED, Verdict.SAME, Verdict.REVIEW, Verdict.REFUSED)


# All of them


@never_cache
@login_required
@require_GET
def rosters(request):
    _check_may(request)
    form = RosterFilter(request.GET)
    found = queries.rosters_led_by(request.user).annotate(
        in_doubt=Count("rows", filter=Q(rows__decision=""))
    )
    if words := form.chosen("q").strip():
        found = found.filter(Q(file_name__contains=words) | Q(organisation__name__contains=words))
    if state := form.chosen("state"):
        found = found.filter(state=state)
    context = {
        "form": form,
        "page": Paginator(found, ROSTERS_ON_A_PAGE).get_page(request.GET.get("page")),
        "in_doubt": queries.rows_to_settle(request.user).count(),
        "query": request.GET.urlencode(),
    }
    return render(request, "roster/list.html", context)


def _sent(request):
    return request.POST if request.method == "POST" else None


def _check_may(request):
    if not has_role(request.user, *WRITES_FILES):
        raise Http404


@login_required
@require_http_methods(["GET", "POST"])
def upload(request):
    """Choose the organisation and the file."""
    _check_may(request)
    organisations = queries.organisations_for(request.user)
    form = UploadForm(_sent(request), request.FILES or None, organisations=organisations)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = previewing.receive(
                file=data["file"],
                file_name=data["file"].name,
                organisation=data["organisation"],
                with_consent=data["with_consent"],
                by=request.user,
            )
        except DomainError as error:
            form.add_error("file", str(error))
        else:
            return redirect("roster:roster", made.pk)
    status = 422 if form.errors else 200
    return render(request, "roster/upload.html", {"form": form}, status=status)


@login_required
@require_GET
def template(request):
    """An empty roster to fill in."""
    _check_may(request)
    return excel.download(data=empty_roster.workbook(), name=_("名册模板"))


# One of them


@never_cache
@login_required
@asked.by_post
@require_GET
def roster(request, pk):
    """Where the roster is on its way, and what can be done now."""
    found = queries.roster_led_by(user=request.user, pk=pk)
    if found.is_working:
        return render(request, "roster/working.html", _of_roster(found))
    if found.state == State.MAPPING:
        return _columns_page(request, found, _columns_form(found))
    if found.state in (State.PREVIEWED, State.APPLIED) and found.chunks.exists():
        return _preview_page(request, found)
    return render(request, "roster/ended.html", _of_roster(found))


def _of_roster(found: RosterImport) -> dict:
    step = {State.READING: 2, State.MAPPING: 2, State.APPLYING: 4, State.APPLIED: 4}
    return {"roster": found, "step": step.get(found.state, 3)}


@login_required
@require_http_methods(["GET", "POST"])
def columns(request, pk):
    """Confirm what the columns say; from the preview back to them."""
    found = queries.roster_led_by(user=request.user, pk=pk)
    form = _columns_form(found, _sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            previewing.confirm_columns(
                roster=found, fields=form.chosen, with_consent=form.cleaned_data["with_consent"]
            )
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            return redirect("roster:roster", pk)
    return _columns_page(request, found, form, status=422 if form.errors else 200)


def _columns_form(found: RosterImport, data=None) -> ColumnsForm:
    return ColumnsForm(data, roster=found, samples=previewing.samples(found))


def _columns_page(request, found, form, status=200):
    if not previewing.can_change_columns(found):
        raise Http404
    context = _of_roster(found) | {"form": form}
    return render(request, "roster/columns.html", context, status=status)


@login_required
@require_POST
def sheet(request, pk):
    """Read another sheet of the file."""
    found = queries.roster_led_by(user=request.user, pk=pk)
    chosen = request.POST.get("sheet", "")
    return _done(request, pk, lambda: previewing.choose_sheet(roster=found, sheet=chosen))


@login_required
@require_POST
def apply(request, pk):
    """Write the chosen clean rows."""
    found = queries.roster_led_by(user=request.user, pk=pk)
    choice = request.POST.get("choice")
    if choice not in Choice:
        raise Http404
    return _done(request, pk, lambda: applying.begin(roster=found, choice=choice, by=request.user))


@login_required
@require_POST
def drop(request, pk):
    """Give up what is not written."""
    found = queries.roster_led_by(user=request.user, pk=pk)
    return _done(request, pk, lambda: keeping.drop(roster=found))


def _done(request, pk, act):
    try:
        act()
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("roster:roster", pk)


def _name_asked(request) -> str:
    return asked.opened(request.GET).get("q", "").strip()[:40]


def _preview_page(request, found):
    verdict, name = request.GET.get("verdict", ""), _name_asked(request)
    if verdict not in Verdict:
        verdict = ""
    rows = showing.Rows(found, verdict=verdict, name=name)
    marks = marks_of(found)
    counts = counted(marks)
    context = _of_roster(found) | {
        "page": Paginator(rows, ROWS_ON_A_PAGE).get_page(request.GET.get("page")),
        "verdict": verdict,
        "name": name,
        "picks": [(one.value, one.label, counts[one]) for one in PICKS],
        "counts": counts,
        "waiting": {choice.value: waiting(marks, choice) for choice in CHOSEN},
        "written": sum(map(str.isupper, "".join(marks))),
        "in_doubt": found.rows.filter(decision="").count(),
        "can_change_columns": previewing.can_change_columns(found),
        "query": request.GET.urlencode(),
    }
    return render(request, "roster/preview.html", context)


@never_cache
@login_required
@require_GET
def report(request, pk):
    """The roster with its verdicts as a file; names leave the school by it: a line itself."""
    found = queries.roster_led_by(user=request.user, pk=pk)
    verdict = request.GET.get("verdict", "")
    rows = showing.Rows(found, verdict=verdict if verdict in Verdict else "")
    if not rows:
        raise Http404
    if len(rows) > ROWS_IN_A_REPORT:
        messages.error(
            request,
            _("一次最多导出 %(most)s 行，请先按结论选一种。") % {"most": ROWS_IN_A_REPORT},
        )
        return redirect("roster:roster", pk)
    data = showing.report(rows, language=get_language() or "zh-hans")
    audit.record(
        audit.Action.FILES_EXPORTED,
        by=request.user,
        organisation=found.organisation,
        roster=found.pk,
        count=len(rows),
    )
    return excel.download(data=data, name=_("%(file)s 核对结果") % {"file": found.file_name})


# In doubt


@never_cache
@login_required
@asked.by_post
@require_GET
def review(request):
    _check_may(request)
    return _review_page(request, _settle_many_form(request))


def _settle_many_form(request, data=None) -> SettleManyForm:
    return SettleManyForm(
        data,
        rows=queries.rows_to_settle(request.user),
        organisations=queries.organisations_for(request.user),
    )


def _review_page(request, form, status=200):
    rows = queries.rows_to_settle(request.user)
    chosen = ReviewFilter(asked.opened(request.GET), rows=rows)
    page = Paginator(chosen.chosen(rows), DOUBTFUL_ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "filter": chosen,
        "page": page,
        "rows": [_in_words(one) for one in settling.doubtful(page.object_list, user=request.user)],
        "query": request.GET.urlencode(),
    }
    return render(request, "roster/review.html", context, status=status)


def _in_words(doubtful: settling.Doubtful) -> dict:
    """What the pages say about a doubtful row."""
    roster, entry = doubtful.row.roster, doubtful.entry
    names = wording.Columns(roster.mapping.get("headings", []), roster.mapping.get("fields", {}))
    return {
        "row": doubtful.row,
        "born": wording.birth(entry.row.values),
        "said": wording.facts(entry),
        "problems": wording.problem_sentences(entry, names),
        "cleaned": wording.cleaned(entry, names),
        "typed": wording.typed(entry, names),
        "candidates": [
            (person, [wording.change(one) for one in changes])
            for person, changes in doubtful.candidates
        ],
        "has_hidden": doubtful.has_hidden,
        "can_be_new": doubtful.can_be_new,
        "is_unplaced": doubtful.is_unplaced,
    }


@login_required
@require_POST
def settle_many(request):
    """The same decision for every ticked row."""
    _check_may(request)
    form = _settle_many_form(request, request.POST)
    if not form.is_valid():
        return _review_page(request, form, status=422)
    data = form.cleaned_data
    settled = settling.settle_many(
        rows=data["rows"],
        decision=data["decision"],
        organisation=data["organisation"],
        by=request.user,
    )
    if settled.done:
        messages.success(request, _("办好了 %(count)s 行。") % {"count": settled.done})
    for number, why in settled.refused:
        messages.error(request, _("第 %(row)s 行没有办：%(why)s") % {"row": number, "why": why})
    query = request.GET.urlencode()
    return redirect(f"{reverse('roster:review')}{'?' if query else ''}{query}")


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def row(request, pk):
    """One doubtful row: what it says, the files it may be about, the decision."""
    found = queries.row_led_by(user=request.user, pk=pk)
    [doubtful] = settling.doubtful([found], user=request.user)
    form = SettleForm(
        _sent(request),
        persons=[person for person, _changes in doubtful.candidates],
        can_be_new=doubtful.can_be_new,
        organisations=queries.organisations_for(request.user),
    )
    if request.method == "POST" and form.is_valid():
        decision, person = form.meant
        try:
            settling.settle(
                row=found,
                decision=decision,
                person=person,
                organisation=form.cleaned_data["organisation"],
                by=request.user,
            )
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("办好了。"))
            return redirect("roster:review")
    context = _in_words(doubtful) | {"form": form}
    return render(request, "roster/row.html", context, status=422 if form.errors else 200)
