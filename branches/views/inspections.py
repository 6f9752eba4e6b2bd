"""Inspections: an office lets somebody look, and what they see of the sampled records."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from branches import inspecting, scans
from branches.learning import evidence_of
from branches.office_forms import ExtensionForm, InspectionForm
from branches.sheets import sheet_of, sheet_signed
from common import dates
from common.errors import DomainError

INSPECTIONS_SHOWN = 50


@never_cache
@login_required
@require_GET
def inspection_list(request):
    """What one may look at, and for an office what it has granted."""
    grants = inspecting.organisations_inspected_by(request.user).exists()
    mine = list(inspecting.inspections_open_to(request.user))
    if not grants and not mine:
        raise Http404
    today = timezone.localdate()
    context = {
        "mine": mine,
        "granted": [
            (each, each.ended_at is None and each.closes_on >= today)
            for each in inspecting.inspections_granted_by(request.user)[:INSPECTIONS_SHOWN]
        ],
        "grants": grants,
    }
    return render(request, "branches/inspections/list.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def new_inspection(request):
    organisations = inspecting.organisations_inspected_by(request.user).filter(ended_on=None)
    if not organisations.exists():
        raise Http404
    today = timezone.localdate()
    form = InspectionForm(
        request.POST or None,
        organisations=organisations.order_by("path"),
        initial={"opens_on": today},
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = inspecting.grant(by=request.user, **form.written())
        except DomainError as error:
            field = getattr(error, "field", None)
            form.add_error(field if field in form.fields else None, str(error))
        else:
            messages.success(request, _("开放了。到期以后自己关上，也可以提前结束。"))
            return redirect("branches:inspection", made.pk)
    context = {
        "form": form,
        "title": _("开放检查"),
        "lead": _("只能看抽到的记录和它们的依据，不能改；看过什么都会记下来。"),
        "back_url": reverse("branches:inspections"),
        "back_text": _("检查"),
    }
    status = 422 if form.errors else 200
    return render(request, "branches/branch_form.html", context, status=status)


@never_cache
@login_required
@require_GET
def inspection(request, pk):
    """The sample: for the auditor to read, for the office to see what was read."""
    found, audits = _open(request, pk)
    drawn = found.drawn.select_related("record__branch", "record__session__class_group").order_by(
        "place"
    )
    if audits:
        inspecting.note(inspection=found, by=request.user)
    context = {
        "inspection": found,
        "audits": audits,
        "drawn": drawn,
        "is_same": not audits
        and [each.record_id for each in drawn] == inspecting.drawn_again(found),
        "is_open": found.ended_at is None and found.closes_on >= timezone.localdate(),
        "may_extend": not audits and found.ended_at is None,
    }
    return render(request, "branches/inspections/inspection.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def extend_inspection(request, pk):
    found = inspecting.inspection_granted_by(request.user, pk)
    form = ExtensionForm(request.POST or None, initial={"closes_on": found.closes_on})
    if request.method == "POST" and form.is_valid():
        try:
            inspecting.extend(inspection=found, by=request.user, **form.cleaned_data)
        except DomainError as error:
            form.add_error(getattr(error, "field", None), str(error))
        else:
            messages.success(request, _("延长了，看的还是那几份记录。"))
            return redirect("branches:inspection", pk)
    context = {
        "form": form,
        "title": _("延长检查"),
        "lead": _("%(name)s现在能看到 %(day)s。看的还是抽到的那几份。")
        % {"name": found.auditor, "day": dates.in_words(found.closes_on)},
        "back_url": reverse("branches:inspection", args=[pk]),
        "back_text": found.organisation.name,
    }
    status = 422 if form.errors else 200
    return render(request, "branches/branch_form.html", context, status=status)


@login_required
@require_POST
def end_inspection(request, pk):
    found = inspecting.inspection_granted_by(request.user, pk)
    inspecting.end(inspection=found, by=request.user)
    messages.success(request, _("检查结束了，那边已经打不开。"))
    return redirect("branches:inspection", pk)


@never_cache
@login_required
@require_GET
def inspected_record(request, pk, record_pk):
    """A drawn record as it is, its signed versions, and every line it rests on."""
    found = inspecting.inspection_open_to(request.user, pk)
    record = inspecting.record_of(found, record_pk)
    versions = list(record.versions.prefetch_related("scans").order_by("number"))
    version = versions[-1] if versions else None
    inspecting.note(inspection=found, by=request.user, record=record)
    context = {
        "inspection": found,
        "record": record,
        "version": version,
        "versions": versions,
        "sheet": sheet_signed(version) if version else sheet_of(record),
        "lines": inspecting.lines_of(record),
    }
    return render(request, "branches/inspections/record.html", context)


@never_cache
@login_required
@require_GET
def inspected_line(request, pk, record_pk, line_pk):
    """What a line rests on, as the branch sees it."""
    found = inspecting.inspection_open_to(request.user, pk)
    record = inspecting.record_of(found, record_pk)
    line = inspecting.line_of(record, line_pk)
    inspecting.note(inspection=found, by=request.user, record=record, line=line)
    context = {"inspection": found, "record": record, "evidence": evidence_of(line)}
    return render(request, "branches/inspections/line.html", context)


@never_cache
@login_required
@require_GET
def inspected_scan(request, pk, record_pk, scan_pk):
    """The signed paper of a drawn record."""
    found = inspecting.inspection_open_to(request.user, pk)
    record = inspecting.record_of(found, record_pk)
    scan = inspecting.scan_of(record, scan_pk)
    try:
        with scan.file.open() as file:
            data = file.read()
    except FileNotFoundError as error:
        raise Http404 from error
    inspecting.note(inspection=found, by=request.user, record=record, scan=scan.pk)
    name = f"{record.pk}-{scan.version.number}.{scans.ENDINGS[scan.content_type]}"
    shown = content_disposition_header(as_attachment=True, filename=name)
    return HttpResponse(
        data, content_type=scan.content_type, headers={"Content-Disposition": shown}
    )


def _open(request, pk):
    """The inspection, and whether it is read as its auditor."""
    if mine := inspecting.inspections_open_to(request.user).filter(pk=pk).first():
        return mine, True
    return inspecting.inspection_granted_by(request.user, pk), False
