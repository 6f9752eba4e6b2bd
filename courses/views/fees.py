"""Money at the desk: the fees of a seat, receipts, the cash report, what is still open."""

from datetime import date, timedelta
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.files import keeping
from accounts.queries import has_role, organisations_led_by
from common import asked, dates, excel
from common.errors import DomainError
from courses import fees, queries
from courses.desk import doors
from courses.fees import accounts, cash, owing
from courses.forms.fees import CashFilter, KeepForm, OpenFeesFilter, PayForm, RefundForm, WaiveForm
from courses.lists import classes, sheets
from courses.models import FeeLine

ROWS_ON_A_PAGE = 50


# The fees of a seat


@never_cache
@login_required
@require_GET
def seat_fees(request, pk):
    return _seat_page(request, doors.seat_led_by(user=request.user, pk=pk))


@never_cache
@login_required
@require_POST
def pay(request, pk):
    """Write down money that came in; on to the receipt."""
    return _write_down(request, pk, PayForm, fees.pay)


@never_cache
@login_required
@require_POST
def waive(request, pk):
    return _write_down(request, pk, WaiveForm, fees.waive)


@never_cache
@login_required
@require_POST
def refund(request, pk):
    return _write_down(request, pk, RefundForm, fees.refund)


@never_cache
@login_required
@require_POST
def keep(request, pk):
    """Write down that the money of a seat given up stays with the school."""
    return _write_down(request, pk, KeepForm, fees.keep)


def _write_down(request, pk, form_class, service):
    seat = doors.seat_led_by(user=request.user, pk=pk)
    form = form_class(request.POST)
    if form.is_valid():
        try:
            line = service(enrolment=seat, by=request.user, **form.facts())
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            if line.receipt_number:
                return redirect("courses:receipt", line.pk)
            messages.success(request, _("记下了。"))
            return redirect("courses:seat_fees", pk)
    return _seat_page(request, seat, **{form.prefix: form})


def _seat_page(request, seat, **typed):
    account = fees.account_of(seat)
    most = {"pay": account.owed, "waive": account.owed, "refund": account.held}
    if account.owed < 0:
        most["refund"] = account.to_give_back
    forms = {}
    for form_class in (PayForm, WaiveForm, RefundForm):
        name = form_class.prefix
        if most[name] > 0 or name in typed:
            initial = {"amount": dates.plain_number(most[name])}
            forms[name] = typed.get(name) or form_class(initial=initial)
    to_decide = bool(seat.withdrawn_at) and owing.waits_for_a_decision(seat)
    if to_decide or "keep" in typed:
        forms["keep"] = typed.get("keep") or KeepForm()
    context = {
        "seat": seat,
        "class_group": seat.class_group,
        "account": account,
        "to_decide": to_decide,
        "lines": seat.fee_lines.select_related("made_by__person"),
        "forms": forms,
        # Whoever sees what is owed now may press again, also after a refusal.
        "key": uuid4(),
        "methods": FeeLine.Method,
    }
    status = 422 if typed else 200
    return render(request, "courses/fees/seat.html", context, status=status)


@never_cache
@login_required
@require_GET
def receipt(request, pk):
    """One receipt, to be printed."""
    line = accounts.receipt_led_by(user=request.user, pk=pk)
    return render(
        request,
        "courses/fees/receipt.html",
        {"line": line, "seat": line.enrolment, "class_group": line.enrolment.class_group},
    )


# The cash report


def _cash(request):
    """The filter, the receipts it chooses, and the tills. 404 for who leads no classes."""
    _check_leads(request)
    led = organisations_led_by(request.user, *queries.LEADS_CLASSES)
    today = timezone.localdate()
    wanted = request.GET.copy()
    if not (wanted.get("first") or wanted.get("last")):
        wanted["first"] = wanted["last"] = today.isoformat()
    form = CashFilter(
        wanted, cashiers=cash.cashiers_of(request.user), organisations=led.order_by("path")
    )
    first = form.chosen("first") or form.chosen("last") or today
    last = form.chosen("last") or max(first, today)
    # Two days the wrong way round are the same span.
    first, last = sorted((first, last))
    choice = cash.Choice(
        first=first,
        last=last,
        method=form.chosen("method"),
        kind=form.chosen("kind"),
        cashier=form.chosen("cashier") or None,
        organisation=form.chosen("organisation") or None,
    )
    found = cash.receipts(request.user, choice)
    return form, choice, found, cash.tills(found)


@never_cache
@login_required
@require_GET
def cash_report(request):
    form, choice, found, tills = _cash(request)
    paginator = Paginator(found, ROWS_ON_A_PAGE)
    whole = cash.together(tills)
    paginator.count = whole.receipts
    context = {
        "form": form,
        "choice": choice,
        "tills": tills,
        "whole": whole,
        "methods": FeeLine.Method,
        "page": paginator.get_page(request.GET.get("page")),
        "query": request.GET.urlencode(),
        "spans": _spans(timezone.localdate(), choice),
        "waits": _waits(request.user),
    }
    return render(request, "courses/fees/cash.html", context)


@never_cache
@login_required
@require_GET
def cash_report_excel(request):
    _form, choice, found, tills = _cash(request)
    title = _("收费日报 %(days)s") % {"days": _days(choice.first, choice.last)}
    rows = found.iterator(chunk_size=500)
    data = sheets.of_cash(title, tills, rows, _waits(request.user))
    _note_kept(request, cash.together(tills).receipts, ["cash"])
    return excel.download(data=data, name=title)


def _waits(user) -> dict[str, owing.Totals]:
    """What still has to be given back, and of what that has to be decided; as of now."""
    return {
        state: owing.totals(owing.chosen(user, owing.Choice(state)), state)
        for state in (owing.BACK, owing.GONE)
    }


def _spans(today: date, choice: cash.Choice) -> list[tuple]:
    """(words, first day, last day, whether it is shown) of what is asked for daily."""
    yesterday = today - timedelta(days=1)
    spans = [
        (_("今天"), today, today),
        (_("昨天"), yesterday, yesterday),
        (_("这个月"), today.replace(day=1), today),
        (_("今年"), today.replace(month=1, day=1), today),
    ]
    return [(*span, span[1:] == (choice.first, choice.last)) for span in spans]


def _days(first: date, last: date) -> str:
    return first.isoformat() if first == last else f"{first} {last}"


# What is still open


def _open(request):
    _check_leads(request)
    terms = classes.terms_seen(request.user)
    groups = queries.classes_led_by(request.user).filter(fee__gt=0).order_by("code")
    form = OpenFeesFilter(asked.opened(request.GET), terms=terms, classes=groups)
    choice = owing.Choice(
        state=form.chosen("state") or owing.OWED,
        text=form.chosen("q").strip(),
        term=form.chosen("term") or None,
        class_group=form.chosen("class_group") or None,
        sort=request.GET.get("sort", ""),
    )
    found = owing.chosen(request.user, choice)
    return form, choice, found, owing.totals(found, choice.state)


@never_cache
@login_required
@asked.by_post
@require_GET
def open_fees(request):
    """Seats whose money is not settled."""
    form, choice, found, totals = _open(request)
    paginator = Paginator(found, ROWS_ON_A_PAGE)
    paginator.count = totals.seats
    context = {
        "form": form,
        "choice": choice,
        "totals": totals,
        "page": paginator.get_page(request.GET.get("page")),
        "query": request.GET.urlencode(),
    }
    return render(request, "courses/fees/open.html", context)


@never_cache
@login_required
@require_GET
def open_fees_excel(request):
    form, choice, found, totals = _open(request)
    words = dict(form.fields["state"].choices)[choice.state]
    title = f"{words} {timezone.localdate()}"
    data = sheets.of_open_fees(title, found, totals)
    _note_kept(request, totals.seats, form.used())
    return excel.download(data=data, name=title)


def _check_leads(request) -> None:
    if not has_role(request.user, *queries.LEADS_CLASSES):
        raise Http404


def _note_kept(request, count, filters) -> None:
    """A list of people left the house: that is a line of the audit log."""
    led = organisations_led_by(request.user, *queries.LEADS_CLASSES)
    root = led.order_by("depth", "path").first()
    keeping.note_list_kept(organisation=root, by=request.user, count=count, filters=filters)
