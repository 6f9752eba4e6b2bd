"""What a visitor brings, street by street, and the slips that come back."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import audit
from branches.home_study import codes, delivering, lists, printing, reading, slips
from branches.home_study_forms import (
    CodeForm,
    CorrectSlipForm,
    HandForm,
    ReasonForm,
    SendForm,
    SlipForm,
)
from branches.views.home_study import desk_head
from common import dates, excel
from common.errors import DomainError
from common.typed import number_of

PACKS_ON_A_PAGE = 60
PRINTS_SHOWN = 3
# For a name to be offered while it is typed.
NAMES_OFFERED = 200


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def delivery_list(request):
    """By street; asked by POST with the telephone numbers, which is written down."""
    return _list_page(request, SendForm(people=reading.visitors_for(request.user)))


@login_required
@require_GET
def delivery_excel(request):
    packs, _chosen = _packs(request)
    title = _("送学单 %(day)s") % {"day": timezone.localdate()}
    packs = list(packs)
    _write_down(request, packs)
    return excel.download(data=lists.sheet(packs, title=title), name=title)


@login_required
@require_POST
def send(request):
    """Who brings the chosen packs."""
    if not reading.keeps_any(request.user):
        raise Http404
    kept = reading.deliveries_listed_for(request.user).filter(
        order__in=reading.orders_kept_by(request.user).values("pk")
    )
    keys = [number_of(text) for text in request.POST.getlist("delivery")]
    form = SendForm(request.POST, people=reading.visitors_for(request.user))
    chosen = list(kept.filter(pk__in=[key for key in keys if key]))
    if not chosen:
        form.add_error(None, _("请先选要送的。"))
    if not form.is_valid():
        return _list_page(request, form, status=422)
    count = delivering.send(deliveries=chosen, **form.cleaned_data)
    messages.success(request, _("%(count)s 份安排好了。") % {"count": count})
    return redirect("branches:deliveries")


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def hand(request, pk):
    """It arrived, or it did not and why."""
    found = reading.delivery_handled_by(request.user, pk)
    day = found.handed_on or timezone.localdate()
    form = HandForm(request.POST or None, initial={"handed_on": day, "note": found.note})
    if request.method == "POST" and form.is_valid():
        try:
            delivering.hand(delivery=found, by=request.user, **form.cleaned_data)
        except DomainError as error:
            _say(form, error)
        else:
            messages.success(request, _("记好了。"))
            return redirect("branches:deliveries")
    context = desk_head(request.user) | {"delivery": found, "order": found.order, "form": form}
    status = 422 if form.errors else 200
    return render(request, "branches/home_study/hand.html", context, status=status)


# Slips


@never_cache
@login_required
@require_GET
def find_slip(request):
    """A slip by the number typed from it."""
    form = CodeForm(request.GET if "code" in request.GET else None)
    if form.is_bound and form.is_valid():
        code = form.cleaned_data["code"]
        try:
            reading.delivery_with_slip(request.user, code)
        except Http404:
            form.add_error("code", _("没有找到这张回执。是不是别的支部的？"))
        else:
            return redirect("branches:return_slip", code)
    context = desk_head(request.user) | {"form": form}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "branches/home_study/find_slip.html", context, status=status)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def return_slip(request, code):
    """What the code on the slip opens: it is put down here, and corrected by the keeper."""
    found = reading.delivery_with_slip(request.user, code)
    keeps = reading.keeps_order(request.user, found.order)
    last = reading.newest_slip(found)
    may_write = keeps or last is None
    if request.method == "POST" and not may_write:
        raise Http404
    kind = CorrectSlipForm if last else SlipForm
    initial = {"studied_on": timezone.localdate(), "words": found.words}
    if last and last.minutes:
        initial |= {"studied_on": last.studied_on, "minutes": last.minutes}
    form = kind(request.POST or None, initial=initial) if may_write else None
    if request.method == "POST" and form.is_valid():
        try:
            done = slips.record(delivery=found, by=request.user, **form.cleaned_data)
        except DomainError as error:
            _say(form, error)
        else:
            _tell(request, done)
            return redirect("branches:return_slip", code)
    return _slip_page(request, found, keeps, form, ReasonForm())


@login_required
@require_POST
def take_slip_back(request, code):
    found = reading.delivery_with_slip(request.user, code)
    if not reading.keeps_order(request.user, found.order):
        raise Http404
    form = ReasonForm(request.POST)
    if form.is_valid():
        try:
            slips.take_back(delivery=found, by=request.user, **form.cleaned_data)
        except DomainError as error:
            _say(form, error)
        else:
            messages.success(request, _("回执撤回了，台账里另写了一行更正。"))
            return redirect("branches:return_slip", code)
    return _slip_page(request, found, True, CorrectSlipForm(), form)


def _slip_page(request, found, keeps, form, take_back_form):
    last = reading.newest_slip(found)
    line = slips.line_of(found)
    context = desk_head(request.user) | {
        "delivery": found,
        "order": found.order,
        "code": codes.spoken(found.code),
        "slip": last if last and last.minutes else None,
        "history": sorted(found.slips.all(), key=lambda slip: slip.number),
        "line": line,
        "sees_line": keeps and line and line.branch_id and line.branch_id == found.order.branch_id,
        "keeps": keeps,
        "form": form,
        "take_back_form": take_back_form,
    }
    wrong = (form and form.errors) or take_back_form.errors
    return render(request, "branches/home_study/slip.html", context, status=422 if wrong else 200)


def _tell(request, done):
    if done.is_posted:
        messages.success(request, _("记好了，台账里有了这一行。"))
    else:
        messages.warning(
            request, _("回执记好了。这个单位还没有学时规则，等定了规则，台账会自己补上。")
        )


# Parts


def _packs(request):
    """What of one's packs was chosen, for who has or may have any."""
    chosen = lists.choice(request.GET or request.POST)
    if not reading.lists_deliveries(request.user):
        raise Http404
    return lists.chosen(reading.deliveries_listed_for(request.user), **chosen), chosen


def _list_page(request, form, status=200):
    packs, chosen = _packs(request)
    everything = request.GET.get("rows") == "all"
    page = Paginator(packs, 1000 if everything else PACKS_ON_A_PAGE).get_page(
        request.GET.get("page")
    )
    with_numbers = request.method == "POST" and "numbers" in request.POST
    if with_numbers:
        _write_down(request, page.object_list)
    keeps = reading.keeps_any(request.user)
    carried = {pack.visitor for pack in page if pack.visitor}
    context = desk_head(request.user) | {
        "page": page,
        "streets": lists.by_street(page),
        "chosen": chosen,
        "query": urlencode({**chosen, "visitor_pk": chosen["visitor"]}),
        "visitors": sorted(carried, key=lambda person: (person.pinyin, person.pk)),
        "names": list(
            reading.visitors_for(request.user).values_list("name", flat=True)[:NAMES_OFFERED]
        )
        if keeps
        else [],
        "form": form,
        "keeps": keeps,
        "prints": printing.prints_of(request.user)[:PRINTS_SHOWN] if keeps else [],
        "with_numbers": with_numbers,
        "printed": dates.in_words(timezone.localdate()),
    }
    return render(request, "branches/home_study/deliveries.html", context, status=status)


def _write_down(request, packs):
    """Numbers and doors of people went out of the house."""
    audit.record(audit.Action.FILES_EXPORTED, by=request.user, list="deliveries", count=len(packs))


def _say(form, error):
    field = getattr(error, "field", None)
    form.add_error(field if field in form.fields else None, str(error))
