"""The branch's records: listed, completed, printed, and what the absent make up."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from branches import doors, papers, printing, queries, records, snapshots
from branches.activities import making_up
from branches.overtaken import theirs
from branches.record_forms import MakeUpForm, RecordForm, SignForm, moment
from branches.sheets import Sheet, away_from, reasons_known, sheet_of, sheet_signed
from branches.views.branches import head_of
from common import typed
from common.errors import DomainError

RECORDS_ON_A_PAGE = 30
PRINTS_SHOWN = 3
MOST_REASONS = 200


@login_required
@require_GET
def record_list(request, pk):
    branch = queries.branch_led_by(request.user, pk)
    page = Paginator(queries.records(branch), RECORDS_ON_A_PAGE).get_page(request.GET.get("page"))
    for each in page:
        each.title = queries.title_of_record(each)
    context = head_of(request, branch) | {
        "page": page,
        "with_branches": not branch.is_leaf(),
        "years": printing.years_of(branch, on=timezone.localdate()),
        "prints": printing.prints_of(request.user).filter(branch=branch)[:PRINTS_SHOWN],
    }
    return render(request, "branches/record_list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def record(request, branch_pk, pk):
    found = queries.record_led_by(request.user, branch_pk=branch_pk, pk=pk)
    shown = head_of(request, found.branch)
    if request.method == "GET":
        form = None if found.signed_on else form_of(RecordForm, found)
        return record_page(request, found, shown, form)
    if not shown["keeps"]:
        raise Http404
    form = form_of(RecordForm, found, request.POST)
    alone = "autosave" in request.POST
    if form.is_valid() and (saved := _completed(found, form, request.user)):
        if alone:
            return JsonResponse({"seen_at": moment(saved)})
        if gaps := sheet_of(saved).gaps:
            words = _("存好了。还差：%(gaps)s。补上就可以打印签字。")
            messages.success(request, words % {"gaps": "、".join(gaps)})
        else:
            messages.success(request, _("存好了。可以打印签字。"))
        return redirect("branches:record", branch_pk, pk)
    if alone:
        return JsonResponse({}, status=409)
    return record_page(request, found, shown, form)


def form_of(kind, found, data=None):
    members = records.may_be_named(found)
    away = away_from(found)
    return kind(
        data,
        record=found,
        members=members,
        # Nobody writes thousands of reasons on one page.
        away=away if len(away) <= MOST_REASONS else (),
        reasons=reasons_known(found),
    )


def record_page(request, found, shown, form, sign_form=None):
    version = found.versions.select_related("made_by__person").order_by("number").last()
    sheet = sheet_signed(version) if version else sheet_of(found)
    wrong = (form and form.errors) or (sign_form and sign_form.errors)
    context = shown | {
        "record": found,
        "form": form,
        "sign_form": sign_form or SignForm(record=found),
        "sheet": sheet,
        "version": version,
        "since": since_signed(found, version) if found.facts_changed_at else [],
        "away": _away(found, form) if shown["keeps"] else [],
        "phrases": queries.phrases_of(found.branch) if shown["keeps"] and form else [],
        "parts_url": _parts_url(request.user, found),
    }
    return render(request, "branches/record.html", context, status=422 if wrong else 200)


def since_signed(found, version):
    """What happened otherwise than the newest signed version says."""
    now = sheet_of(found).snapshot()
    return snapshots.changes(version.snapshot, now, only=snapshots.FACTS)


def _parts_url(user, found) -> str:
    """Where the host sees who came from which branch."""
    if found.activity:
        host = found.activity.branch_id == found.branch_id and found.activity.is_study
        address = reverse("branches:activity_parts", args=[found.branch_id, found.activity_id])
        return address if host else ""
    try:
        doors.session_hosted_by(user, found.session_id)
    except Http404:
        return ""
    return reverse("branches:session_parts", args=[found.session_id])


def _away(found, form):
    absences = {absence.person_id: absence for absence in found.absences.all()}
    return [
        (person, absences.get(person.pk)) for person in (form.away if form else away_from(found))
    ]


def _completed(found, form, user):
    try:
        return records.complete(record=found, by=user, **form.written())
    except DomainError as error:
        form.add_error(None, str(error))
        form.theirs = theirs(form, error)
        form.take_as_seen(found)
        return None


@login_required
@never_cache
@require_GET
def record_pdf(request, branch_pk, pk):
    """The sheet as A4; ?version=2 is that version, without it the newest."""
    found = queries.record_led_by(request.user, branch_pk=branch_pk, pk=pk)
    asked = request.GET.get("version", "")
    versions = found.versions.order_by("number")
    version = versions.last()
    if asked:
        version = versions.filter(number=typed.number_of(asked) or 0).first()
        if not version:
            raise Http404
    sheet = sheet_signed(version) if version else sheet_of(found)
    note = _("第 %(number)s 版") % {"number": version.number} if version else _("未签字")
    data = papers.records_pdf([(sheet, number_of(found), note)])
    return pdf(data, _named(found, sheet))


@login_required
@require_http_methods(["GET", "POST"])
def make_up(request, branch_pk, pk, person_pk):
    """What somebody who was away makes up."""
    found = queries.record_kept_by(request.user, branch_pk=branch_pk, pk=pk)
    person = next((each for each in away_from(found) if each.pk == person_pk), None)
    if person is None:
        raise Http404
    absence = found.absences.filter(person=person).first()
    names = ("how", "material", "made_up_on", "minutes")
    initial = {name: getattr(absence, name) for name in names} if absence else {}
    form = MakeUpForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            making_up.make_up(record=found, person=person, by=request.user, **form.cleaned_data)
        except DomainError as error:
            form.add_error(getattr(error, "field", None), str(error))
        else:
            messages.success(request, _("补学写好了。"))
            return redirect("branches:record", branch_pk, pk)
    context = head_of(request, found.branch) | {"record": found, "person": person, "form": form}
    status = 422 if form.errors else 200
    return render(request, "branches/make_up.html", context, status=status)


def number_of(found) -> str:
    return _("编号 %(branch)s-%(day)s-%(record)s") % {
        "branch": found.branch_id,
        "day": found.held_on,
        "record": found.pk,
    }


def pdf(data: bytes, name: str) -> HttpResponse:
    shown = content_disposition_header(as_attachment=False, filename=name)
    headers = {"Content-Disposition": shown}
    return HttpResponse(data, content_type="application/pdf", headers=headers)


def _named(found, sheet: Sheet) -> str:
    return f"{sheet.branch} {found.held_on}.pdf"
