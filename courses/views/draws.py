"""Wishes for a draw, the draw as everybody sees it, and its checking by anybody."""

from pathlib import Path
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.cache import cache
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from common.errors import DomainError
from courses import queries
from courses.draws import applying, arithmetic, checking, reading
from courses.errors import WrongPerson
from courses.forms.draws import (
    NumberForm,
    WishesForm,
    moved,
    standing_wishes,
    typed_wishes,
)
from courses.views.with_file import with_file, with_place

CLASSES_ON_A_PAGE = 30
# Anybody may have a draw of thousands computed again; not every second.
SECONDS_CHECKED = 60


# Wishes


@require_http_methods(["GET", "POST"])
@with_file
def apply(request, pk):
    """Choose and rank classes; a rule that says no is said above, and nothing is lost."""
    try:
        round, now = reading.round_shown(pk), timezone.now()
    except Http404:
        if request.method == "GET":
            raise
        # Since the page was opened.
        messages.warning(
            request, _("这一批不用填志愿了，或者已经撤掉，没有记下来。请看看别的班。")
        )
        return redirect(queries.catalogue_url())
    mine = reading.live_application(person=request.person, round=round)
    choice = reading.choice_of(person=request.person, round=round)
    shape = {
        "pools": choice.pools,
        "most": round.max_wishes,
        "partners": reading.partners_of(user=request.user, person=request.person),
    }
    context = {
        "round": round,
        "application": mine,
        "refusal": applying.closed(round=round, person=request.person, now=now),
        "key": uuid4(),
        "choices": len(choice.pools),
        "with_consent": choice.with_consent,
        "most": reading.seats_to_get(person=request.person, round=round),
    }
    if request.method == "GET":
        partner = str(mine.partner.person_id) if mine and mine.partner else ""
        wishes = _with_asked(standing_wishes(mine), request.GET.get("class", ""), shape["pools"])
        form = WishesForm(**shape, wishes=wishes, partner=partner)
        return render(request, "courses/draws/apply.html", context | {"form": form})
    if move := request.POST.get("move", ""):
        wishes = moved(typed_wishes(request.POST, round.max_wishes), move)
        form = WishesForm(**shape, wishes=wishes, partner=request.POST.get("partner", ""))
        return render(request, "courses/draws/apply.html", context | {"form": form})
    form = WishesForm(request.POST, **shape)
    try:
        _check_same_person(request)
        if form.is_valid():
            made = applying.apply(
                person=request.person,
                round=round,
                pools=form.wishes(),
                partner=form.partner(),
                by=request.user,
                key=_key(request),
                now=now,
            )
            return redirect(made)
    except DomainError as error:
        form.is_valid()
        form.add_error(None, str(error))
    return render(request, "courses/draws/apply.html", context | {"form": form}, status=422)


def _with_asked(wishes, asked, pools):
    """The wishes and, behind them, the class whose page led here."""
    found = [pool for pool in pools if str(pool.class_group_id) == asked]
    if found and not any(str(pool.pk) in wishes for pool in found):
        return [*wishes, str(found[0].pk)]
    return wishes


def _check_same_person(request):
    if request.POST.get("person") != str(request.person.pk):
        raise WrongPerson(
            _("这一页打开以后换了人办理。现在是给%(name)s报名，请看清楚再按一次。")
            % {"name": request.person.name}
        )


def _key(request) -> UUID | None:
    """The name that the page gave to its request; a forged one is as good as none."""
    try:
        return UUID(request.POST.get("key", ""))
    except ValueError:
        return None


@require_GET
@with_place(reading.application_for)
def application(request, found):
    """The slip of wishes, with what the draw said of them."""
    draw = getattr(found.round, "draw", None)
    context = {
        "application": found,
        "draw": draw,
        "lot": reading.lot_of(draw, found.number) if draw and draw.drawn_at else None,
        "open": applying.closed(round=found.round, now=timezone.now()) is None,
    }
    return render(request, "courses/draws/application.html", context)


@require_POST
@with_place(reading.application_for)
def withdraw_application(request, found):
    try:
        applying.withdraw_application(application=found, by=request.user)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("抽签报名取消了。截止以前想再报，重新填就行。"))
    return redirect(found)


# The public draw


@require_GET
@never_cache
def draw(request, pk):
    """Before: what will happen. After: what did, one's own number, how to check it."""
    return _draw_page(request, reading.draw_shown(pk))


@require_http_methods(["GET", "POST"])
@never_cache
def check(request, pk):
    """Compute the draw again on the server and say what was found; who comes back to the
    address of the answer is led to the draw."""
    found = reading.draw_shown(pk)
    if request.method == "GET":
        return redirect(found)
    if not found.drawn_at:
        raise Http404
    findings = cache.get_or_set(
        f"draw-check-{found.pk}", lambda: checking.check(found), SECONDS_CHECKED
    )
    return _draw_page(request, found, checked=True, findings=findings)


def _draw_page(request, draw, **context):
    context |= {"draw": draw, "round": draw.round, "method": arithmetic.METHOD}
    if draw.drawn_at:
        mine = request.person and reading.live_application(person=request.person, round=draw.round)
        form = NumberForm(
            request.GET if "number" in request.GET else None,
            initial={"number": mine.number} if mine else None,
        )
        result = reading.result_of(draw)
        context |= {"form": form, "people": result.people, "lots": result.count}
        if form.is_bound and form.is_valid():
            number = form.cleaned_data["number"]
            context["lot"] = reading.lot_of(draw, number)
            context["asked"] = number
    return render(request, "courses/draws/draw.html", context)


@require_GET
def numbers(request, pk):
    """Class by class the numbers that were drawn and those that wait: for the notice board."""
    found = reading.draw_shown(pk)
    if not found.drawn_at:
        raise Http404
    classes = sorted(reading.result_of(found).by_pool.items())
    page = Paginator(classes, CLASSES_ON_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "courses/draws/numbers.html", {"draw": found, "page": page})


@require_GET
def list_file(request, pk):
    found = reading.draw_shown(pk)
    return _file(found.list_text, f"draw-{found.pk}-list.json", "application/json")


@require_GET
def result_file(request, pk):
    found = reading.draw_shown(pk)
    if not found.drawn_at:
        raise Http404
    return _file(found.result_text, f"draw-{found.pk}-result.json", "application/json")


@require_GET
def script(request):
    """The arithmetic itself, to be run by anybody."""
    source = Path(arithmetic.__file__).read_text(encoding="utf-8")
    return _file(source, "check_draw.py", "text/x-python")


def _file(text, name, content_type):
    return HttpResponse(
        text.encode(),
        content_type=f"{content_type}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
