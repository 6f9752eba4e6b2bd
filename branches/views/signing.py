"""Records signed on paper: signing, correcting by a new version, what changed, the scans."""

from itertools import pairwise

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from branches import queries, scans, signing, snapshots
from branches.errors import NotAScan
from branches.overtaken import theirs
from branches.record_forms import CorrectionForm, RecordForm, ScanForm, SignForm
from branches.views.branches import head_of
from branches.views.records import form_of, record_page, since_signed
from common.errors import DomainError


@login_required
@require_POST
def sign(request, branch_pk, pk):
    """The paper is signed: the record is locked, with the scan if there is one."""
    found = queries.record_kept_by(request.user, branch_pk=branch_pk, pk=pk)
    form = SignForm(request.POST, request.FILES, record=found)
    if form.is_valid():
        facts = dict(form.cleaned_data)
        scan = facts.pop("scan")
        try:
            signing.sign(record=found, by=request.user, scan=scan and scan.read(), **facts)
        except DomainError as error:
            form.add_error(_field(error), str(error))
            form.take_as_seen(found)
        else:
            messages.success(request, _("已经签字，记录锁好了。要改就用“更正”。"))
            return redirect("branches:record", branch_pk, pk)
    written = None if found.signed_on else form_of(RecordForm, found)
    return record_page(request, found, head_of(request, found.branch), written, form)


@login_required
@require_http_methods(["GET", "POST"])
def correct(request, branch_pk, pk):
    """What was signed is corrected by a new version."""
    found = queries.record_kept_by(request.user, branch_pk=branch_pk, pk=pk)
    if not found.signed_on:
        return redirect("branches:record", branch_pk, pk)
    form = form_of(CorrectionForm, found, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            signing.correct(record=found, by=request.user, **form.written())
        except DomainError as error:
            form.add_error(getattr(error, "field", None), str(error))
            form.theirs = theirs(form, error)
            form.take_as_seen(queries.record_kept_by(request.user, branch_pk=branch_pk, pk=pk))
        else:
            messages.success(request, _("新的一版存好了，请打印签字。原来那一版还在。"))
            return redirect("branches:record", branch_pk, pk)
    context = head_of(request, found.branch) | {
        "record": found,
        "form": form,
        "phrases": queries.phrases_of(found.branch),
    }
    status = 422 if form.errors else 200
    return render(request, "branches/correction.html", context, status=status)


@login_required
@require_POST
def follow_facts(request, branch_pk, pk):
    """A new version with the facts as they are now."""
    found = queries.record_kept_by(request.user, branch_pk=branch_pk, pk=pk)
    try:
        signing.follow_facts(record=found, by=request.user)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("新的一版存好了，请打印签字。原来那一版还在。"))
    return redirect("branches:record", branch_pk, pk)


@login_required
@require_GET
def versions(request, branch_pk, pk):
    """Every version, and field by field what changed from the one before."""
    found = queries.record_led_by(request.user, branch_pk=branch_pk, pk=pk)
    return _versions_page(request, found)


def _versions_page(request, found, sent=None):
    """`sent` is a scan that was refused: the number of its version, and its form."""
    kept = list(
        found.versions.select_related("made_by__person")
        .prefetch_related("scans")
        .order_by("number")
    )
    differences = {
        after.number: snapshots.changes(before.snapshot, after.snapshot)
        for before, after in pairwise(kept)
    }
    forms = {version.number: ScanForm(auto_id=f"scan_{version.number}_%s") for version in kept}
    if sent:
        forms |= dict([sent])
    context = head_of(request, found.branch) | {
        "record": found,
        "versions": [
            (version, differences.get(version.number), forms[version.number])
            for version in reversed(kept)
        ],
        "since": since_signed(found, kept[-1]) if kept else [],
    }
    return render(request, "branches/versions.html", context, status=422 if sent else 200)


@login_required
@require_POST
def add_scan(request, branch_pk, pk, number):
    queries.branch_kept_by(request.user, branch_pk)
    version = queries.version_led_by(
        request.user, branch_pk=branch_pk, record_pk=pk, number=number
    )
    form = ScanForm(request.POST, request.FILES, auto_id=f"scan_{number}_%s")
    if form.is_valid():
        data = form.cleaned_data["scan"].read()
        try:
            signing.add_scan(version=version, data=data, by=request.user)
        except DomainError as error:
            form.add_error("scan", str(error))
        else:
            messages.success(request, _("扫描件存好了。"))
            return redirect("branches:versions", branch_pk, pk)
    found = queries.record_led_by(request.user, branch_pk=branch_pk, pk=pk)
    return _versions_page(request, found, sent=(number, form))


@login_required
@never_cache
@require_GET
def scan(request, branch_pk, pk, scan_pk):
    """The signed paper, for who may read the branch's books."""
    found = queries.scan_led_by(request.user, branch_pk=branch_pk, record_pk=pk, pk=scan_pk)
    try:
        with found.file.open() as file:
            data = file.read()
    except FileNotFoundError as error:
        raise Http404 from error
    name = f"{pk}-{found.version.number}.{scans.ENDINGS[found.content_type]}"
    shown = content_disposition_header(as_attachment=True, filename=name)
    return HttpResponse(
        data, content_type=found.content_type, headers={"Content-Disposition": shown}
    )


def _field(error) -> str | None:
    if isinstance(error, NotAScan):
        return "scan"
    return getattr(error, "field", None)
