"""The telephone desk: one call after the other until every free seat has its answer."""

from datetime import datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.files import keeping
from accounts.queries import organisations_led_by
from common import asked, excel
from common.errors import DomainError
from common.excel import Column
from common.typed import check_length, is_near, words_in
from courses import queries
from courses.desk import calling, doors
from courses.models import CallAttempt
from courses.registration import offering
from courses.views.at_desk import at_desk, number_in

ON_A_PAGE = 30
HOURS_LONGER = (24, 48)


@at_desk
@require_GET
def phone_desk(request):
    """The next call on top, beneath it all that are open, in the order of calling."""
    return _desk(request)


@at_desk
@require_POST
def begin(request, pk):
    """The same page with the numbers to dial, which no address and no browser keeps."""
    offer = doors.offer_led_by(user=request.user, pk=pk)
    try:
        callees = calling.begin_call(offer=offer, by=request.user)
    except DomainError as error:
        return _desk(request, problem=str(error))
    return _desk(request, offer=offer, callees=callees)


@at_desk
@require_POST
def log(request, pk):
    """How the call went."""
    offer = doors.offer_led_by(user=request.user, pk=pk)
    outcome = request.POST.get("outcome", "")
    if outcome == "put_down":
        calling.put_down(offer=offer, by=request.user)
        return redirect("courses:phone_desk")
    if outcome not in CallAttempt.Outcome.values:
        raise Http404
    note = words_in(request.POST, "note")
    try:
        check_length(note)
        calling.log_call(offer=offer, outcome=outcome, note=note, by=request.user)
    except DomainError as error:
        return _desk(request, offer=offer, problem=str(error), note=note)
    messages.success(request, _said(offer, outcome))
    return redirect("courses:phone_desk")


@at_desk
@require_POST
def extend(request, pk):
    """Keep the seat longer for somebody who wants to think or is on the way."""
    offer = doors.offer_led_by(user=request.user, pk=pk)
    hours, seen = number_in(request.POST, "hours"), _moment(request.POST.get("seen", ""))
    if hours not in HOURS_LONGER or seen is None:
        raise Http404
    try:
        calling.extend(offer=offer, hours=hours, seen=seen, by=request.user)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        name = offer.entry.person.name
        messages.success(request, _("给%(name)s的座位留得久一些了。") % {"name": name})
    return redirect("courses:phone_desk")


@at_desk
@asked.by_post
@require_GET
def missed(request):
    """Who said no or was not reached in time, and may be put back in line."""
    found, only, text = _missed(request)
    counts = calling.by_answer(found)
    if only:
        found = found.filter(answer=only)
    page = Paginator(found, ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "only": only,
        "text": text,
        "sealed": request.GET.get("q", ""),
        "counts": counts,
        "total": sum(counts.values()),
        "query": request.GET.urlencode(),
    }
    return render(request, "courses/phone_desk/missed.html", context)


@at_desk
@require_GET
def missed_excel(request):
    """The same list as a workbook."""
    found, only, text = _missed(request)
    rows = list(found.filter(answer=only) if only else found)
    filters = {"q": text, "only": only}
    _note_kept(request, len(rows), [name for name, value in filters.items() if value])
    title = _("候补过期和不要的 %(day)s") % {"day": timezone.localdate()}
    data = excel.workbook(
        title=title,
        sheet_name=_("过期和不要的"),
        notes=[_("座位已经给了后面的人。可以在“候补电话”里恢复候补。")],
        columns=[
            Column(_("班"), width=14),
            Column(_("候补号"), excel.Kind.NUMBER, width=4, number_format="0"),
            Column(_("姓名"), width=8),
            Column(_("结果"), width=8),
            Column(_("什么时候"), width=10),
            Column(_("打了几次"), excel.Kind.NUMBER, width=5, number_format="0"),
        ],
        rows=(_missed_row(offer) for offer in rows),
        totals=[_("合计 %(count)s 个") % {"count": len(rows)}, *[""] * 5],
    )
    return excel.download(data=data, name=title)


def _missed(request):
    """What was missed and fits the words typed, and which answer alone is asked for."""
    text, only = words_in(asked.opened(request.GET), "q"), request.GET.get("only", "")
    found = calling.missed(request.user, now=timezone.now(), text=text)
    return found, only if only in calling.MISSED else "", text


def _missed_row(offer):
    return [
        str(offer.entry.class_group),
        offer.entry.number,
        _("、").join(person.name for person in calling.persons_of(offer)),
        offer.get_answer_display(),
        f"{timezone.localtime(offer.answered_at):%Y-%m-%d %H:%M}",
        offer.attempts,
    ]


@at_desk
@require_POST
def reinstate(request, pk):
    """Back in line under the old number."""
    offer = doors.offer_led_by(user=request.user, pk=pk)
    names = {"name": offer.entry.person.name, "number": offer.entry.number}
    try:
        offering.reinstate(entry=offer.entry, by=request.user)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("%(name)s又排在候补 %(number)s 号了。") % names)
    return redirect("courses:phone_desk_missed")


@at_desk
@require_GET
def calls_excel(request):
    """The calls to make as a workbook; telephone numbers masked."""
    now = timezone.now()
    calls = list(calling.calls_to_make(request.user, now=now))
    _note_kept(request, len(calls), [])
    title = _("候补电话 %(day)s") % {"day": timezone.localdate(now)}
    data = excel.workbook(
        title=title,
        sheet_name=_("候补电话"),
        notes=[_("手机号遮住中间四位。要完整的号码，请在“候补电话”里按“开始打”。")],
        columns=[
            Column(_("班"), width=14),
            Column(_("候补号"), excel.Kind.NUMBER, width=4, number_format="0"),
            Column(_("姓名"), width=8),
            Column(_("手机号"), width=8),
            Column(_("留到"), width=10),
            Column(_("打了几次"), excel.Kind.NUMBER, width=5, number_format="0"),
            Column(_("最近一次"), width=16),
        ],
        rows=(_row(offer) for offer in calls),
        totals=[_("合计 %(count)s 个电话") % {"count": len(calls)}, *[""] * 6],
    )
    return excel.download(data=data, name=title)


def _note_kept(request, count, filters) -> None:
    """A list of people left the house: that is a line of the audit log."""
    led = organisations_led_by(request.user, *queries.LEADS_CLASSES)
    root = led.order_by("depth", "path").first()
    keeping.note_list_kept(organisation=root, by=request.user, count=count, filters=filters)


def _row(offer):
    calls = list(offer.calls.all())
    people = calling.persons_of(offer)
    return [
        str(offer.entry.class_group),
        offer.entry.number,
        _("、").join(person.name for person in people),
        _("、").join(person.masked_phone for person in people if person.phone),
        f"{timezone.localtime(offer.expires_at):%Y-%m-%d %H:%M}",
        len(calls),
        calls[-1].get_outcome_display() if calls else "",
    ]


def _desk(request, *, offer=None, callees=None, problem="", note=""):
    now = timezone.now()
    calls = list(calling.calls_to_make(request.user, now=now))
    offer = offer or calling.next_of(calls, user=request.user, now=now)
    if offer is not None:
        # The same row as in the list, with its attempts; one that is over is not in it.
        offer = next((one for one in calls if one.pk == offer.pk), offer)
    page = Paginator(calls, ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "offer": offer,
        "persons": calling.persons_of(offer) if offer else [],
        "callees": callees,
        "is_mine": offer is not None and calling.is_taken_by(offer, request.user, now),
        "problem": problem,
        "note": note,
        "page": page,
        "total": len(calls),
        "now": now,
        "attempts_wanted": calling.ATTEMPTS,
        "hours_longer": HOURS_LONGER,
        "missed": calling.missed(request.user, now=now).count(),
        "today": timezone.localdate(now),
    }
    status = 422 if problem else 200
    return render(request, "courses/phone_desk/desk.html", context, status=status)


def _moment(text: str) -> datetime | None:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found and timezone.is_aware(found) and is_near(found) else None


def _said(offer, outcome) -> str:
    names = {"name": offer.entry.person.name, "class": offer.entry.class_group}
    if outcome == CallAttempt.Outcome.ACCEPTED:
        return _("%(name)s要了，“%(class)s”的座位定下来了。") % names
    if outcome == CallAttempt.Outcome.REFUSED:
        return _("记下了：%(name)s不要，座位接着给后面的人。") % names
    names["outcome"] = CallAttempt.Outcome(outcome).label
    return _("记下了：%(name)s，%(outcome)s。") % names
