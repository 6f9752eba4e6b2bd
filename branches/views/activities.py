"""A branch's activities: listed, planned, changed, called off, invited to."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Sum
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from branches import excel, queries
from branches.activities import inviting, planning
from branches.activity_forms import ActivityForm, CancelForm
from branches.models import BranchActivity, Participation
from branches.overtaken import theirs
from branches.views.branches import head_of
from common.errors import DomainError
from common.typed import number_of, words_in

ON_A_PAGE = 30


@login_required
@require_GET
def activity_list(request, pk):
    branch = queries.branch_led_by(request.user, pk)
    chosen, found = _chosen(request, branch)
    closed = found.filter(closed_at__isnull=False)
    people = closed.aggregate(all_due=Sum("due"), all_present=Sum("present"))
    context = head_of(request, branch) | {
        "chosen": chosen,
        "query": urlencode({name: value for name, value in chosen.items() if value}),
        "kinds": BranchActivity.Kind.choices,
        "page": Paginator(found, ON_A_PAGE).get_page(request.GET.get("page")),
        "with_branches": not branch.is_leaf(),
        "closed": closed.count(),
        "due": people["all_due"] or 0,
        "present": people["all_present"] or 0,
        "volunteer_minutes": queries.volunteer_minutes(found),
        "now": timezone.now(),
    }
    return render(request, "branches/activities/list.html", context)


@login_required
@require_GET
def activity_excel(request, pk):
    branch = queries.branch_led_by(request.user, pk)
    chosen, found = _chosen(request, branch)
    kind = dict(BranchActivity.Kind.choices).get(chosen["kind"], "")
    words = " ".join(str(each) for each in (chosen["year"], kind, chosen["q"]) if each)
    return excel.activities_file(branch=branch, found=found, words=words)


def _chosen(request, branch):
    kind, year = request.GET.get("kind", ""), number_of(request.GET.get("year", "")) or 0
    chosen = {
        "kind": kind if kind in BranchActivity.Kind.values else "",
        "q": words_in(request.GET, "q")[:100],
        "year": year if 2000 <= year <= 2100 else "",
    }
    found = queries.activities(
        branch, kind=chosen["kind"], words=chosen["q"], year=chosen["year"] or None
    )
    return chosen, found


@login_required
@require_http_methods(["GET", "POST"])
def plan(request, pk):
    branch = queries.branch_kept_by(request.user, pk)
    form = ActivityForm(request.POST or None, branch=branch, today=timezone.localdate())
    if request.method == "POST" and form.is_valid():
        try:
            made = planning.plan(branch=branch, by=request.user, **form.written())
        except DomainError as error:
            form.add_error(_field(error, form), str(error))
        else:
            if made.starts_at > timezone.now():
                messages.success(request, _("安排好了。看一看没有错，就可以发通知请大家。"))
            else:
                messages.success(request, _("写好了。接着写谁到了。"))
            return redirect("branches:activity", pk, made.pk)
    return _plan_page(request, branch, form)


@login_required
@require_http_methods(["GET", "POST"])
def change(request, branch_pk, pk):
    found = queries.activity_kept_by(request.user, branch_pk=branch_pk, pk=pk)
    if found.cancelled_at:
        raise Http404
    today = timezone.localdate()
    form = ActivityForm(request.POST or None, branch=found.branch, activity=found, today=today)
    if request.method == "POST" and form.is_valid():
        try:
            planning.change(activity=found, by=request.user, **form.written())
        except DomainError as error:
            form.add_error(_field(error, form), str(error))
            form.theirs = theirs(form, error)
            form.take_as_seen(queries.activity_kept_by(request.user, branch_pk=branch_pk, pk=pk))
        else:
            messages.success(request, _("改好了。"))
            return redirect("branches:activity", branch_pk, pk)
    return _plan_page(request, found.branch, form, found)


def _plan_page(request, branch, form, activity=None):
    context = head_of(request, branch) | {"form": form, "activity": activity}
    status = 422 if form.errors else 200
    return render(request, "branches/activities/plan.html", context, status=status)


def _field(error, form):
    field = getattr(error, "field", None)
    return field if field in form.fields else None


@login_required
@require_GET
def activity(request, branch_pk, pk):
    found = queries.activity_led_by(request.user, branch_pk=branch_pk, pk=pk)
    rows = list(queries.people_of_activity(found))
    now = timezone.now()
    answers = Participation.Answer
    due = queries.due_rows(found, rows)
    context = head_of(request, found.branch) | {
        "activity": found,
        "is_over": found.starts_at <= now,
        "due": due,
        "coming": [row for row in due if row.answer == answers.COMES],
        "staying_away": [row for row in due if row.answer == answers.STAYS_AWAY],
        "silent": [row for row in due if not row.answer],
        "present": [row for row in rows if row.is_present],
        "away": [row for row in due if not row.is_present],
        "record": found.records.filter(branch=found.branch_id).first(),
    }
    return render(request, "branches/activities/activity.html", context)


@login_required
@require_POST
def invite(request, branch_pk, pk):
    found = queries.activity_kept_by(request.user, branch_pk=branch_pk, pk=pk)
    try:
        count = inviting.invite(activity=found)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request,
            _("已经请了 %(count)s 位。每人一封来信，有手机号的还有短信；请过的不会再收到。")
            % {"count": count},
        )
    return redirect("branches:activity", branch_pk, pk)


@login_required
@require_http_methods(["GET", "POST"])
def cancel(request, branch_pk, pk):
    found = queries.activity_kept_by(request.user, branch_pk=branch_pk, pk=pk)
    form = CancelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            planning.cancel(activity=found, by=request.user, **form.cleaned_data)
        except DomainError as error:
            form.add_error(_field(error, form), str(error))
        else:
            messages.success(request, _("取消了，请过的人会收到通知。"))
            return redirect("branches:activity", branch_pk, pk)
    context = head_of(request, found.branch) | {"form": form, "activity": found}
    status = 422 if form.errors else 200
    return render(request, "branches/activities/cancel.html", context, status=status)
