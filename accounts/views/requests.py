"""What people ask about their files, for staff: deciding, paper, a death, a mistake."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import consents, queries
from accounts.forms.rights import (
    ConsentPaperForm,
    DeathForm,
    DecisionForm,
    PaperForm,
    PaperRelativeForm,
    PaperRequestForm,
    RequestFilter,
)
from accounts.models import RightsRequest, RoleGrant, Way
from accounts.rights import asking, erasing, exporting, freezing
from accounts.views.rights import answer_with
from common import asked, excel
from common.errors import DomainError
from common.excel import Column

REQUESTS_ON_A_PAGE = 30
REQUESTS_IN_A_FILE = 5000

Kind, State = RightsRequest.Kind, RightsRequest.State


# The requests


def _chosen(request):
    """The filter and what it chooses. 404 for who decides nothing."""
    if not queries.has_role(request.user, *queries.WRITES_FILES):
        raise Http404
    form = RequestFilter(asked.opened(request.GET) or {"state": State.OPEN})
    return form, asking.chosen(asking.requests_led_by(request.user), form.choice())


@never_cache
@login_required
@asked.by_post
@require_GET
def request_list(request):
    form, found = _chosen(request)
    context = {
        "form": form,
        "page": Paginator(found, REQUESTS_ON_A_PAGE).get_page(request.GET.get("page")),
        "query": request.GET.urlencode(),
    }
    return render(request, "requests/list.html", context)


@never_cache
@login_required
@require_GET
def request_list_excel(request):
    """The chosen requests as a workbook; what people wrote stays where it is decided."""
    _form, found = _chosen(request)
    title = _("个人信息申请 %(day)s") % {"day": timezone.localdate()}
    data = excel.workbook(
        title=title,
        columns=[
            Column(_("提出时间"), width=8),
            Column(_("姓名"), width=6),
            Column(_("地区或单位"), width=14),
            Column(_("事项"), width=10),
            Column(_("方式"), width=6),
            Column(_("状态"), width=6),
            Column(_("办理时间"), width=8),
        ],
        rows=(_row(one) for one in found[:REQUESTS_IN_A_FILE]),
    )
    return excel.download(data=data, name=title)


def _row(one):
    return [
        _minute(one.asked_at),
        str(one.person or one.about_name),
        str(one.person.organisation) if one.person else "",
        one.get_kind_display(),
        one.get_way_display(),
        one.get_state_display(),
        _minute(one.decided_at),
    ]


def _minute(moment):
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M") if moment else ""


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def decide(request, pk):
    """One request, and the answer to it."""
    found = asking.request_led_by(user=request.user, pk=pk)
    form = DecisionForm(request.POST or None, needs_sure=found.kind == Kind.ERASURE)
    if request.method == "POST" and form.is_valid():
        try:
            asking.decide(
                request=found,
                granted=form.cleaned_data["decision"] == "grant",
                answer=form.cleaned_data["answer"],
                until=form.cleaned_data["until"],
                by=request.user,
            )
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("办好了，答复本人看得到。"))
            return redirect("requests:list")
    about = found.person
    asks_to_erase = found.kind == Kind.ERASURE and found.state == State.OPEN
    context = {
        "found": found,
        "form": form,
        "objections": erasing.objections(about) if asks_to_erase else [],
        "until": timezone.localdate() + asking.READS_FOR,
    }
    status = 422 if form.errors else 200
    return render(request, "requests/decide.html", context, status=status)


# One person's rights, as staff record them


@never_cache
@login_required
@require_GET
def person(request, pk):
    """What somebody agreed to and asked for, and what staff may write down from a paper."""
    return _person_page(request, queries.file_led_by(user=request.user, pk=pk))


def _person_page(request, found, **forms):
    shown = {
        "consent_form": ConsentPaperForm(),
        "export_form": PaperForm(prefix="export"),
        "request_form": PaperRequestForm(prefix="request"),
        "relative_form": PaperRelativeForm(prefix="relative"),
    } | forms
    context = shown | {
        "person": found,
        "standings": consents.standing(found),
        "requests": RightsRequest.objects.filter(person=found).order_by("-asked_at", "-pk"),
        "may_thaw": may_thaw(request.user, found),
    }
    status = 422 if any(form.errors for form in shown.values()) else 200
    return render(request, "requests/person.html", context, status=status)


def may_thaw(user, found) -> bool:
    """A death is taken back by the administrator alone."""
    led = queries.organisations_led_by(user, RoleGrant.Role.ADMINISTRATOR)
    return led.filter(pk=found.organisation_id).exists()


@login_required
@require_POST
def consent(request, pk):
    """A consent on paper, given or taken back."""
    found = queries.file_led_by(user=request.user, pk=pk)
    form = ConsentPaperForm(request.POST)
    if form.is_valid():
        said = consents.give if form.cleaned_data["answer"] == "give" else consents.withdraw
        try:
            said(
                person=found,
                kind=form.cleaned_data["kind"],
                way=Way.PAPER,
                paper=form.cleaned_data["paper"],
                by=request.user,
            )
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("登记好了。"))
            return redirect("requests:person", pk)
    return _person_page(request, found, consent_form=form)


@never_cache
@login_required
@require_POST
def export(request, pk):
    """A copy of everything for somebody who asked for it on paper."""
    found = queries.file_led_by(user=request.user, pk=pk)
    form = PaperForm(request.POST, prefix="export")
    if not form.is_valid():
        return _person_page(request, found, export_form=form)
    made = exporting.export(
        person=found, by=request.user, paper=form.cleaned_data["paper"].strip()
    )
    return answer_with(made, "json" if request.POST.get("form") == "json" else "xlsx")


@login_required
@require_POST
def ask(request, pk):
    """A correction or an erasure that somebody asked for on paper."""
    found = queries.file_led_by(user=request.user, pk=pk)
    form = PaperRequestForm(request.POST, prefix="request")
    if form.is_valid():
        try:
            made = asking.ask(person=found, way=Way.PAPER, by=request.user, **form.cleaned_data)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("登记好了，请办理。"))
            return redirect("requests:decide", made.pk)
    return _person_page(request, found, request_form=form)


@login_required
@require_POST
def ask_as_relative(request, pk):
    """A relative who asked on paper to read the file of somebody who died."""
    found = queries.file_led_by(user=request.user, pk=pk)
    form = PaperRelativeForm(request.POST, prefix="relative")
    if form.is_valid():
        try:
            made = asking.record_relatives_paper(
                person=found, by=request.user, **form.cleaned_data
            )
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("登记好了，请办理。"))
            return redirect("requests:decide", made.pk)
    return _person_page(request, found, relative_form=form)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def death(request, pk):
    """Write down that somebody has died."""
    found = queries.file_led_by(user=request.user, pk=pk)
    form = DeathForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            freezing.freeze_file(
                person=found, deceased_on=form.cleaned_data["deceased_on"], by=request.user
            )
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("登记好了，档案已经冻结。"))
            return redirect("requests:person", pk)
    context = {"person": found, "form": form}
    return render(request, "requests/death.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def thaw(request, pk):
    """The death was written down by mistake."""
    found = queries.file_led_by(user=request.user, pk=pk)
    if not may_thaw(request.user, found):
        raise Http404
    freezing.thaw_file(person=found, by=request.user)
    messages.success(request, _("已经解除冻结。退掉的座位、收回的角色要重新办。"))
    return redirect("requests:person", pk)
