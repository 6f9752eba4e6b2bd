"""The branches somebody leads."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from branches import doors, queries
from branches.models import Branch
from branches.quarters import Quarter
from common.typed import words_in

# Of those that are no more the newest: whose books one still looks for.
GONE_SHOWN = 100
BRANCHES_ON_A_PAGE = 100

# Branches


@login_required
@require_GET
def branch_list(request):
    today = timezone.localdate()
    words = words_in(request.GET, "q")[:100]
    found = queries.branch_list(request.user, on=today, words=words)
    page = Paginator(found, BRANCHES_ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "words": words,
        # Whoever leads a handful sees them all and needs no search.
        "searches": bool(words) or page.paginator.num_pages > 1,
        "gone": queries.branches_ended(request.user, on=today)[:GONE_SHOWN],
        "unread": doors.notices_read_by(request.user).filter(read_at=None).count(),
        "keeps_any": queries.branches_kept_by(request.user).exists(),
        "rules": doors.rule_organisations(request.user).exists(),
    }
    return render(request, "branches/branch_list.html", context)


def head_of(request, branch: Branch) -> dict:
    """What every page of a branch knows: where else to go, whose branch it is."""
    secretary = queries.secretary_on(branch, timezone.localdate())
    return {
        "branch": branch,
        "keeps": queries.branches_kept_by(request.user).filter(pk=branch.pk).exists(),
        "links": [
            (reverse("branches:list"), _("全部支部")),
            (reverse("branches:branch", args=[branch.pk]), _("支部")),
            (reverse("branches:members", args=[branch.pk]), _("成员")),
            (reverse("branches:activities", args=[branch.pk]), _("支部活动")),
            (reverse("branches:records", args=[branch.pk]), _("学习记录")),
            (reverse("branches:ledger", args=[branch.pk]), _("学习台账")),
            (
                reverse(
                    "branches:branch_quarter",
                    args=[branch.pk, Quarter.of(timezone.localdate()).previous.code],
                ),
                _("季度确认"),
            ),
            *_forms_above(branch),
        ],
        "who": _("%(branch)s · %(secretary)s书记")
        % {"branch": branch.name, "secretary": secretary.name}
        if secretary
        else branch.name,
    }


def _forms_above(branch):
    if branch.level != Branch.Level.BRANCH or branch.kind != Branch.Kind.HOME:
        return []
    return [(reverse("branches:branch_forms", args=[branch.pk]), _("上级要的表"))]
