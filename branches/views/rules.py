"""Rules of 学时 and yearly targets: read, tried out, put in force."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from branches import doors, excel, ruling
from branches.models import StudyTarget
from branches.office_forms import RuleForm, TargetForm
from common.errors import DomainError

# Of those who would change, so many are shown on the page; all are in the Excel file.
PEOPLE_SHOWN = 200


@login_required
@require_GET
def rule_list(request):
    organisations = _organisations(request)
    context = {
        "rules": doors.rules_led_by(request.user).select_related("made_by__person"),
        "targets": StudyTarget.objects.filter(organisation__in=organisations)
        .select_related("organisation")
        .order_by("organisation__path", "-valid_from"),
    }
    return render(request, "branches/rules.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def new_rule(request):
    """Write a version; on POST see what it would change; confirmed, put it in force."""
    form = _rule_form(request)
    if request.method == "GET" or "change" in request.POST or not form.is_valid():
        status = 422 if request.method == "POST" and form.errors else 200
        return render(request, "branches/rule_form.html", {"form": form}, status=status)
    rule = form.rule()
    try:
        ruling.check(rule)
        if "confirmed" in request.POST:
            lines = ruling.put_in_force(rule=rule, by=request.user)
            said = _("规则已经生效，重新算了 %(count)s 行。") % {"count": lines}
            if ruling.reaches_far(rule):
                said += _("那时还没有规则可算的学习，过一会儿自己补记上。")
            messages.success(request, said)
            return redirect("branches:rules")
    except DomainError as error:
        form.add_error(None, str(error))
        return render(request, "branches/rule_form.html", {"form": form}, status=422)
    outlook = ruling.outlook(rule)
    context = {
        "form": form,
        "rule": rule,
        "outlook": outlook,
        "people": outlook.people[:PEOPLE_SHOWN],
        "shown": PEOPLE_SHOWN,
    }
    return render(request, "branches/rule_check.html", context)


@login_required
@require_POST
def rule_excel(request):
    """Everybody whose 学时 would change under what was typed."""
    form = _rule_form(request)
    if not form.is_valid():
        return render(request, "branches/rule_form.html", {"form": form}, status=422)
    rule = form.rule()
    return excel.outlook_file(rule=rule, outlook=ruling.outlook(rule))


@login_required
@require_http_methods(["GET", "POST"])
def new_target(request):
    form = TargetForm(request.POST or None, organisations=_organisations(request))
    if request.method == "POST" and form.is_valid():
        try:
            ruling.aim(**form.cleaned_data)
        except DomainError as error:
            form.add_error("valid_from", str(error))
        else:
            messages.success(request, _("目标已经写好。"))
            return redirect("branches:rules")
    context = {
        "form": form,
        "title": _("全年学时目标"),
        "lead": _("只给本人和书记看进度，不排名次。"),
        "back_url": reverse("branches:rules"),
        "back_text": _("学时规则"),
    }
    status = 422 if form.errors else 200
    return render(request, "branches/branch_form.html", context, status=status)


def _rule_form(request) -> RuleForm:
    first = {
        "way": "each",
        "minutes_per_hour": 45,
        "step": "0.5",
        "grace_minutes": 5,
        "cap_per_half_day": 4,
    }
    return RuleForm(request.POST or None, organisations=_organisations(request), initial=first)


def _organisations(request):
    organisations = doors.rule_organisations(request.user).order_by("path")
    if not organisations.exists():
        raise Http404
    return organisations
