"""Notices to secretaries: their members have studied at another branch."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from branches import doors, membership, queries

NOTICES_ON_A_PAGE = 20


@login_required
@require_GET
def notice_list(request):
    found = doors.notices_read_by(request.user).select_related(
        "branch", "at_branch", "read_by__person"
    )
    page = Paginator(found, NOTICES_ON_A_PAGE).get_page(request.GET.get("page"))
    lines = membership.lines_of_notices(page.object_list)
    context = {
        "page": page,
        "rows": [(notice, lines[notice.pk]) for notice in page.object_list],
        "recorded": {each.pk for each in page.object_list if queries.record_of_notice(each)},
        "unread": found.filter(read_at=None).count(),
    }
    return render(request, "branches/notices.html", context)


@login_required
@require_POST
def read_notice(request, pk):
    """Put it down as read; once read it stays so."""
    notice = doors.notice_read_by(request.user, pk)
    if notice.read_at is None:
        notice.read_at, notice.read_by = timezone.now(), request.user
        notice.save(update_fields=["read_at", "read_by"])
    return redirect("branches:notices")
