"""Terms, their rounds, the school calendar and the timetable of a week."""

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Prefetch, Q
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.queries import has_role
from common import dates, excel
from common.errors import DomainError
from common.excel import Column, Kind
from courses import queries
from courses.forms.planning.calendar import BoardFilter, DaysForm
from courses.forms.planning.terms import CopyForm, RoundForm, TermForm
from courses.models import RegistrationRound, Term
from courses.planning import board, holidays, scope, terms


def _check_office(request):
    if not has_role(request.user, *queries.LEADS_CLASSES):
        raise Http404


# Terms


@never_cache
@login_required
@require_GET
def term_list(request):
    _check_office(request)
    found = scope.terms(request.user).annotate(
        classes=Count("class_groups", filter=Q(class_groups__cancelled_at=None), distinct=True)
    )
    rounds = Prefetch("rounds", RegistrationRound.objects.order_by("opens_at"))
    now = timezone.now()
    context = {"terms": found.prefetch_related(rounds), "today": timezone.localdate(now)}
    return render(request, "courses/planning/term_list.html", context)


@never_cache
@login_required
@require_GET
def term(request, pk):
    """A term with its rounds; changed by who leads its school."""
    found = scope.term(user=request.user, pk=pk)
    classes = queries.classes_led_by(request.user).filter(term=found)
    rounds = found.rounds.with_draw().prefetch_related("classes")
    context = {
        "term": found,
        "rounds": rounds.annotate(applied=Count("applications")),
        "classes": classes.order_by("weekday", "starts_at_time", "code"),
        "changes": queries.terms_led_by(request.user).filter(pk=pk).exists(),
        "now": timezone.now(),
    }
    return render(request, "courses/planning/term.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def term_new(request):
    """The school is that of the last term: most offices have one."""
    _check_office(request)
    last = queries.terms_led_by(request.user).order_by("-starts_on", "-pk").first()
    new = Term(organisation=last.organisation) if last else Term()
    return _term_form(request, new, title=_("新学期"))


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def term_edit(request, pk):
    found = queries.term_led_by(user=request.user, pk=pk)
    return _term_form(request, found, title=_("改学期"))


def _term_form(request, found, *, title):
    form = TermForm(request.POST or None, instance=found, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            terms.save_term(term=form.instance, by=request.user)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("保存好了。"))
            return redirect("courses:term", form.instance.pk)
    context = {"form": form, "title": title, "is_new": found.pk is None}
    return render(request, "courses/planning/term_form.html", context, status=_status(form))


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def term_copy(request, pk):
    """Ask, show what will be made, make it: each step an ordinary POST of the same fields."""
    source = queries.term_led_by(user=request.user, pk=pk)
    form = CopyForm(request.POST or None, source=source)
    context = {"form": form, "term": source, "outlook": None}
    if request.method == "POST" and "change" not in request.POST and form.is_valid():
        try:
            if "confirmed" in request.POST:
                made = terms.copy_term(source=source, by=request.user, **form.cleaned_data)
                messages.success(request, _("“%(term)s”建好了。") % {"term": made})
                return redirect("courses:term", made.pk)
            context["outlook"] = terms.copy_outlook(source=source, **form.cleaned_data)
        except DomainError as error:
            form.add_error(None, str(error))
    return render(request, "courses/planning/term_copy.html", context, status=_status(form))


def _status(form) -> int:
    return 422 if form.is_bound and form.errors else 200


# Rounds


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def round_new(request, pk):
    found = queries.term_led_by(user=request.user, pk=pk)
    return _round_form(request, RegistrationRound(term=found))


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def round_edit(request, pk):
    return _round_form(request, scope.round_led_by(user=request.user, pk=pk))


def _round_form(request, opened):
    form = RoundForm(request.POST or None, instance=opened, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            terms.save_round(
                opened=form.instance,
                classes=list(form.cleaned_data["classes"]),
                by=request.user,
            )
        except terms.RoundPromised as error:
            form.add_error(error.field, str(error))
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("保存好了。"))
            return redirect("courses:term", opened.term_id)
    context = {"form": form, "round": opened, "term": opened.term}
    return render(request, "courses/planning/round_form.html", context, status=_status(form))


@login_required
@require_POST
def round_remove(request, pk):
    opened = scope.round_led_by(user=request.user, pk=pk)
    try:
        terms.remove_round(opened=opened, by=request.user)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("删去了。"))
    return redirect("courses:term", opened.term_id)


# Days off


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def day_list(request):
    """The days that are different; a new one shows what it moves before it is written."""
    _check_office(request)
    form = DaysForm(request.POST or None, user=request.user)
    now = timezone.now()
    outlook, status = None, 200
    if request.method == "POST" and "change" not in request.POST:
        status = 422
        if form.is_valid():
            try:
                facts = form.facts()
                if "confirmed" in request.POST:
                    moved = holidays.add_days(
                        **facts, seen=request.POST.get("seen", ""), by=request.user, now=now
                    )
                    messages.success(request, _said(moved))
                    return redirect("courses:day_list")
                del facts["name"]
                outlook, status = holidays.outlook(**facts, now=now), 200
            except DomainError as error:
                form.add_error(None, str(error))
    context = {
        "form": form,
        "outlook": outlook,
        "days": scope.calendar_days(request.user).filter(
            on__gte=timezone.localdate(now) - timedelta(days=30)
        ),
        "mine": set(scope.organisations(request.user).values_list("pk", flat=True)),
        "today": timezone.localdate(now),
    }
    return render(request, "courses/planning/day_list.html", context, status=status)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def day_remove(request, pk):
    day = scope.calendar_day_led_by(user=request.user, pk=pk)
    now, problem = timezone.now(), ""
    if request.method == "POST":
        try:
            moved = holidays.remove_day(
                day=day, seen=request.POST.get("seen", ""), by=request.user, now=now
            )
        except DomainError as error:
            problem = str(error)
        else:
            messages.success(request, _said(moved))
            return redirect("courses:day_list")
    context = {
        "day": day,
        "outlook": holidays.outlook_without(day=day, now=now),
        "problem": problem,
    }
    status = 422 if problem else 200
    return render(request, "courses/planning/day_remove.html", context, status=status)


def _said(moved) -> str:
    count = len(moved.moves)
    if not count:
        return _("写好了，没有课要移。")
    return ngettext(
        "写好了，移了 %(count)s 次课，学员会收到通知。",
        "写好了，移了 %(count)s 次课，学员会收到通知。",
        count,
    ) % {"count": count}


# The timetable of a week


@never_cache
@login_required
@require_GET
def timetable_board(request):
    form, shown = _board(request)
    context = {
        "form": form,
        "board": shown,
        "before": shown.monday - timedelta(days=7),
        "after": shown.monday + timedelta(days=7),
        "days": list(zip(shown.days, shown.totals, strict=True)),
        "by": dict(BoardFilter.BY)[form.chosen_by],
        "today": timezone.localdate(),
        "query": request.GET.urlencode(),
    }
    return render(request, "courses/planning/board.html", context)


@never_cache
@login_required
@require_GET
def timetable_excel(request):
    form, shown = _board(request)
    language = get_language() or "zh-hans"
    title = _("课表 %(first)s 到 %(last)s") % {"first": shown.days[0], "last": shown.days[-1]}
    by = str(dict(BoardFilter.BY)[form.chosen_by])
    data = excel.workbook(
        title=title,
        sheet_name=_("课表"),
        columns=[
            Column(by, width=12),
            *(
                Column(
                    f"{dates.short_day(day, language)} {dates.weekday(day, language)}", width=12
                )
                for day in shown.days
            ),
            Column(_("一共"), Kind.NUMBER, width=4, number_format="0"),
        ],
        rows=([row.name, *map(_cell, row.days), row.count] for row in shown.rows),
        totals=[_("合计"), *map(str, shown.totals), shown.count],
    )
    return excel.download(data=data, name=title)


def _cell(sessions) -> str:
    return "；".join(
        f"{timezone.localtime(one.starts_at):%H:%M} {one.class_group.name}（{one.teacher.name}）"
        for one in sessions
    )


def _board(request):
    _check_office(request)
    now = timezone.now()
    form = BoardFilter(request.GET, terms=scope.terms(request.user), on=timezone.localdate(now))
    shown = board.week(
        queries.classes_led_by(request.user),
        on=form.chosen_on,
        by=form.chosen_by,
        term=form.chosen_term,
        now=now,
    )
    return form, shown
