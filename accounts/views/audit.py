"""The audit log, for auditors: look, find, keep."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts import audit, queries
from accounts.audit import reading
from accounts.forms.audit import LogFilter
from accounts.models import RoleGrant
from common import asked, excel
from common.excel import Column, Kind

LINES_ON_A_PAGE = 50
# More than that is a request of minutes: the auditor chooses a shorter time.
LINES_IN_A_FILE = 20_000


def _lines(request):
    """The lines this login may read, the filter, and those chosen. 404 for all others."""
    if not queries.has_role(request.user, RoleGrant.Role.AUDITOR):
        raise Http404
    form = LogFilter(asked.opened(request.GET))
    return form, reading.chosen(reading.lines_read_by(request.user), form.choice())


@never_cache
@login_required
@asked.by_post
@require_GET
def log(request):
    form, lines = _lines(request)
    page = Paginator(lines, LINES_ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "lines": list(reading.with_words(page.object_list)),
        "too_many": page.paginator.count > LINES_IN_A_FILE,
        "at_most": LINES_IN_A_FILE,
        "query": request.GET.urlencode(),
    }
    return render(request, "audit/log.html", context)


@never_cache
@login_required
@require_GET
def log_excel(request):
    """The chosen lines as a file, at most LINES_IN_A_FILE of them; that is a line itself."""
    _form, lines = _lines(request)
    kept = list(lines[:LINES_IN_A_FILE])
    title = _("审计日志 %(day)s") % {"day": timezone.localdate()}
    data = excel.workbook(
        title=title,
        sheet_name=_("审计日志"),
        notes=[_("哈希把每一行和前一行连在一起；manage.py verify_audit 可以核对。")],
        columns=[
            Column(_("编号"), Kind.NUMBER, width=5, number_format="0"),
            Column(_("时间"), width=10),
            Column(_("谁"), width=7),
            Column(_("替谁"), width=7),
            Column(_("事项"), width=8),
            Column(_("关于谁"), width=7),
            Column(_("组织机构"), width=12),
            Column(_("详情"), width=24),
            Column(_("哈希"), width=32),
        ],
        rows=(_row(line) for line in reading.with_words(kept)),
    )
    audit.record(audit.Action.LOG_EXPORTED, by=request.user, count=len(kept))
    return excel.download(data=data, name=title)


def _row(line):
    return [
        line.number,
        timezone.localtime(line.at).strftime("%Y-%m-%d %H:%M:%S"),
        reading.actor_of(line),
        str(line.on_behalf_of or ""),
        line.get_action_display(),
        str(line.person or ""),
        str(line.organisation or ""),
        line.words,
        line.hash,
    ]
