"""三级联训: a session or an activity of several branches, split by organisation and branch; and
what a home branch is shown of the record of another one."""

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from branches import doors, membership, queries
from branches.sheets import sheet_of, sheet_signed
from branches.views.branches import head_of


@login_required
@require_GET
def activity_parts(request, branch_pk, pk):
    found = queries.activity_led_by(request.user, branch_pk=branch_pk, pk=pk)
    back = reverse("branches:activity", args=[branch_pk, pk])
    head = head_of(request, found.branch)
    return _page(request, queries.lines_of_activity(found), found, back, head, found.branch)


@login_required
@require_GET
def session_parts(request, pk):
    session = doors.session_hosted_by(request.user, pk)
    lines = queries.lines_of_session(session)
    back = reverse("branches:list")
    return _page(request, lines, queries.title_of(session), back, {}, None)


def _page(request, lines, title, back, head, host):
    parts = membership.parts_of(lines)
    context = head | {
        "title": title,
        "back_url": back,
        "parts": parts,
        "figures": queries.figures(lines),
        "organisations": len({part.organisation for part in parts}),
        "branches": len({part.branch_pk for part in parts if part.branch_pk}),
        "host": host,
    }
    return render(request, "branches/activities/parts.html", context)


@login_required
@require_GET
def notice_record(request, pk):
    """The record of the branch where members studied; of its names only those of one's own."""
    notice = doors.notice_read_by(request.user, pk)
    record = queries.record_of_notice(notice)
    if record is None:
        raise Http404
    version = record.versions.order_by("number").last()
    sheet = sheet_signed(version) if version else sheet_of(record)
    own = set(queries.members_on(notice.branch, record.held_on).values_list("name", flat=True))
    present = [(mode, [name for name in names if name in own]) for mode, names in sheet.by_mode]
    context = {
        "notice": notice,
        "record": record,
        "version": version,
        "sheet": sheet,
        "present": [(mode, _("、").join(names)) for mode, names in present if names],
    }
    return render(request, "branches/activities/notice_record.html", context)
