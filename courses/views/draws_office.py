"""Draws, for the registrar's office: applications, freezing the list, drawing, results."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts import queries as accounts
from accounts.files import keeping
from common import asked, excel
from common.errors import DomainError
from common.excel import Column, Kind
from common.typed import words_in
from courses.draws import arithmetic, drawing, freezing, reading
from courses.forms.draws import DrawForm, FreezeForm
from courses.queries import LEADS_CLASSES
from courses.templatetags.class_words import when

ROWS_ON_A_PAGE = 50


def for_office(view):
    return never_cache(login_required(view))


@for_office
@require_GET
def rounds(request):
    if not accounts.has_role(request.user, *LEADS_CLASSES):
        raise Http404
    page = Paginator(reading.rounds_led_by(request.user), ROWS_ON_A_PAGE)
    context = {"page": page.get_page(request.GET.get("page")), "now": timezone.now()}
    return render(request, "courses/draws/rounds.html", context)


# One round


@for_office
@require_GET
def round_page(request, pk):
    return _round_page(request, reading.round_led_by(user=request.user, pk=pk))


SORTS = {
    "class": lambda row: row.pool.class_group.code,
    "seats": lambda row: row.seats,
    "first": lambda row: row.first,
    "all": lambda row: row.all,
    "ratio": lambda row: row.for_a_seat or 0,
}


def _progress(request, round):
    rows = reading.progress(round)
    asked = request.GET.get("sort", "")
    if key := SORTS.get(asked.removeprefix("-")):
        rows.sort(key=key, reverse=asked.startswith("-"))
    totals = {
        "seats": sum(row.seats for row in rows),
        "first": sum(row.first for row in rows),
        "all": sum(row.all for row in rows),
    }
    return rows, totals


def _round_page(request, round, *, form=None, status=200):
    rows, totals = _progress(request, round)
    now = timezone.now()
    context = {
        "round": round,
        "draw": getattr(round, "draw", None),
        "rows": rows,
        "totals": totals,
        "now": now,
        "is_over": now >= round.closes_at,
        "form": form or FreezeForm(),
    }
    return render(request, "courses/draws/round.html", context, status=status)


@for_office
@require_GET
def progress_excel(request, pk):
    round = reading.round_led_by(user=request.user, pk=pk)
    rows, totals = _progress(request, round)
    title = _("%(round)s 志愿统计") % {"round": round}
    data = excel.workbook(
        title=title,
        columns=[
            Column(_("班号"), width=8),
            Column(_("班"), width=14),
            Column(_("上课时间"), width=14),
            Column(_("名额"), width=8),
            Column(_("可抽的座位"), Kind.NUMBER, width=6, number_format="0"),
            Column(_("第一志愿"), Kind.NUMBER, width=6, number_format="0"),
            Column(_("所有志愿"), Kind.NUMBER, width=6, number_format="0"),
        ],
        rows=(
            [
                row.pool.class_group.code,
                row.pool.class_group.name,
                when(row.pool.class_group),
                str(row.pool),
                row.seats,
                row.first,
                row.all,
            ]
            for row in rows
        ),
        totals=[_("合计"), "", "", "", totals["seats"], totals["first"], totals["all"]],
    )
    return excel.download(data=data, name=title)


@for_office
@asked.by_post
@require_GET
def applications(request, pk):
    round = reading.round_led_by(user=request.user, pk=pk)
    text = words_in(asked.opened(request.GET), "q")
    found = reading.applications_of(round, text=text)
    page = Paginator(found, ROWS_ON_A_PAGE).get_page(request.GET.get("page"))
    context = {"round": round, "page": page, "text": text}
    return render(request, "courses/draws/applications.html", context)


@for_office
@require_GET
def applications_excel(request, pk):
    round = reading.round_led_by(user=request.user, pk=pk)
    found = list(reading.applications_of(round, text=words_in(asked.opened(request.GET), "q")))
    title = _("%(round)s 抽签报名") % {"round": round}
    data = excel.workbook(
        title=title,
        columns=[
            Column(_("报名号"), Kind.NUMBER, width=5, number_format="0"),
            Column(_("姓名"), width=6),
            Column(_("合报"), width=6),
            Column(_("志愿"), width=40),
            Column(_("怎样报的名"), width=7),
            Column(_("报名时间"), width=10),
        ],
        rows=(
            [
                one.number,
                one.person.name,
                one.partner.person.name if one.partner else "",
                "；".join(
                    f"{wish.rank} {wish.pool.class_group.name}" for wish in one.wishes.all()
                ),
                one.get_source_display(),
                timezone.localtime(one.asked_at).strftime("%Y-%m-%d %H:%M"),
            ]
            for one in found
        ),
        totals=[_("合计"), _("%(count)s 份") % {"count": len(found)}, "", "", "", ""],
    )
    _note_kept(request, round, count=len(found))
    return excel.download(data=data, name=title)


def _note_kept(request, round, *, count):
    """A list of names left the house: that is a line of the audit log."""
    keeping.note_list_kept(
        organisation=round.term.organisation, by=request.user, count=count, filters=[str(round)]
    )


# Freezing and drawing


@for_office
@require_http_methods(["GET", "POST"])
def freeze(request, pk):
    round = reading.round_led_by(user=request.user, pk=pk)
    if request.method == "GET":
        return redirect("courses:draw_round", pk)
    form = FreezeForm(request.POST)
    if form.is_valid():
        try:
            freezing.freeze(
                round=round, number_source=form.cleaned_data["number_source"], by=request.user
            )
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("名单定了。请把名单和种子的指纹公布出去。"))
            return redirect("courses:draw_round", pk)
    return _round_page(request, round, form=form, status=422)


@for_office
@require_http_methods(["GET", "POST"])
def make(request, pk):
    """Type the public number before witnesses; look once more; draw."""
    round = reading.round_led_by(user=request.user, pk=pk)
    draw = getattr(round, "draw", None)
    if draw is None or draw.asked_at or draw.drawn_at:
        return redirect("courses:draw_round", pk)
    form = DrawForm(request.POST or None)
    context = {"round": round, "draw": draw, "form": form}
    if request.method == "GET":
        return render(request, "courses/draws/make.html", context)
    if not form.is_valid():
        return render(request, "courses/draws/make.html", context, status=422)
    number = arithmetic.normal(form.cleaned_data["public_number"])
    if "again" in request.POST:
        return render(request, "courses/draws/make.html", context)
    # What was looked at is what is drawn: changed behind the question, it is asked again.
    if request.POST.get("checked") != number:
        return render(request, "courses/draws/make.html", context | {"number": number})
    try:
        begun = drawing.begin(
            draw=draw,
            public_number=number,
            witnesses=form.cleaned_data["witnesses"],
            by=request.user,
        )
    except DomainError as error:
        form.add_error(None, str(error))
        return render(request, "courses/draws/make.html", context, status=422)
    begun.refresh_from_db()
    if begun.drawn_at is None:
        return redirect("courses:draw_round", pk)
    messages.success(request, _("抽好了。结果已经公布，座位和候补号都排好了。"))
    return redirect("courses:draw_results", pk)


# Results


def _results(request, pk):
    round = reading.round_led_by(user=request.user, pk=pk)
    draw = getattr(round, "draw", None)
    if draw is None or not draw.drawn_at:
        raise Http404
    asked = request.GET.get("pool", "")
    pools = [
        {"pk": facts["pool"], "code": code, "name": facts["name"]}
        for code, facts in sorted(reading.result_of(draw).by_pool.items())
    ]
    chosen = next((one for one in pools if str(one["pk"]) == asked), None)
    rows = reading.placed_by(draw, pool=chosen["pk"] if chosen else None)
    return round, draw, pools, chosen, rows


@for_office
@require_GET
def results(request, pk):
    round, draw, pools, chosen, rows = _results(request, pk)
    page = Paginator(rows, ROWS_ON_A_PAGE).get_page(request.GET.get("page"))
    seats = sum(row.waits is None for row in rows)
    context = {
        "round": round,
        "draw": draw,
        "pools": pools,
        "chosen": chosen,
        "page": page,
        "seats": seats,
        "waiting": len(rows) - seats,
        "query": request.GET.urlencode(),
    }
    return render(request, "courses/draws/results.html", context)


@for_office
@require_GET
def results_excel(request, pk):
    round, _draw, _pools, _chosen, rows = _results(request, pk)
    title = _("%(round)s 抽签结果") % {"round": round}
    seats = sum(row.waits is None for row in rows)
    data = excel.workbook(
        title=title,
        columns=[
            Column(_("班号"), width=8),
            Column(_("班"), width=14),
            Column(_("名额"), width=8),
            Column(_("报名号"), Kind.NUMBER, width=5, number_format="0"),
            Column(_("姓名"), width=6),
            Column(_("手机号"), width=8),
            Column(_("结果"), width=8),
            Column(_("后来"), width=8),
        ],
        rows=(
            [
                row.pool.class_group.code,
                row.pool.class_group.name,
                str(row.pool),
                row.number,
                row.person.name,
                row.person.masked_phone,
                _("抽中") if row.waits is None else _("候补 %(n)s 号") % {"n": row.waits},
                _("已经退了或用掉了") if row.is_over else "",
            ]
            for row in rows
        ),
        totals=[
            _("合计"),
            "",
            "",
            len(rows),
            "",
            "",
            _("抽中 %(seats)s 个") % {"seats": seats},
            _("候补 %(count)s 个") % {"count": len(rows) - seats},
        ],
    )
    _note_kept(request, round, count=len(rows))
    return excel.download(data=data, name=title)
