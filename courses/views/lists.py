"""Lists of classes and of the places in one; on paper and as workbooks."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.files import keeping
from accounts.queries import has_role
from common import asked, excel
from courses import queries
from courses.forms.lists import ClassFilter, PlaceFilter
from courses.lists import classes, papers, places, sheets

ROWS_ON_A_PAGE = 50


def _classes(request):
    """The filter and what it chooses. 404 for who leads no classes."""
    if not has_role(request.user, *queries.LEADS_CLASSES):
        raise Http404
    form_data = request.GET.copy()
    if "term" not in form_data and (newest := classes.newest_term(request.user, timezone.now())):
        form_data["term"] = newest.pk
    form = ClassFilter(
        form_data,
        terms=classes.terms_seen(request.user),
        points=classes.points_seen(request.user),
    )
    weekday = form.chosen("weekday")
    choice = classes.Choice(
        text=form.chosen("q").strip(),
        term=form.chosen("term") or None,
        subject=form.chosen("subject"),
        weekday=int(weekday) if weekday else None,
        point=form.chosen("point") or None,
        state=form.chosen("state"),
        sort=request.GET.get("sort", ""),
    )
    return form, choice, classes.chosen(request.user, choice)


@never_cache
@login_required
@require_GET
def class_list(request):
    form, choice, found = _classes(request)
    totals = classes.totals(found)
    paginator = Paginator(found, ROWS_ON_A_PAGE)
    paginator.count = totals.classes
    context = {
        "form": form,
        "choice": choice,
        "totals": totals,
        "page": paginator.get_page(request.GET.get("page")),
        "query": request.GET.urlencode(),
        "is_filtered": bool(set(form.used()) - {"term"}),
    }
    return render(request, "courses/lists/classes.html", context)


@never_cache
@login_required
@require_GET
def class_list_excel(request):
    _form, choice, found = _classes(request)
    title = _("班级表 %(term)s %(day)s") % {
        "term": choice.term or "",
        "day": timezone.localdate(),
    }
    data = sheets.of_classes(title, found, classes.totals(found))
    return excel.download(data=data, name=title)


def _places(request, pk):
    """The class, the filter, and the rows of the part that is asked for."""
    class_group = queries.class_led_by(user=request.user, pk=pk)
    shown = request.GET.get("show", places.SEATS)
    if shown not in places.SHOWN:
        raise Http404
    form = PlaceFilter(asked.opened(request.GET), class_group=class_group, shown=shown)
    choice = places.Choice(
        shown=shown,
        text=form.chosen("q").strip(),
        pool=form.chosen("pool") or None,
        source=form.chosen("source"),
        fees=form.chosen("fees"),
        sort=request.GET.get("sort", ""),
    )
    return class_group, form, choice, places.chosen(class_group, choice)


@never_cache
@login_required
@asked.by_post
@require_GET
def class_roster(request, pk):
    """Who has which place in the class."""
    class_group, form, choice, found = _places(request, pk)
    context = {
        "class_group": class_group,
        "form": form,
        "choice": choice,
        "counts": places.counts(class_group),
        "totals": places.money(found) if choice.shown == places.SEATS else None,
        "page": Paginator(found, ROWS_ON_A_PAGE).get_page(request.GET.get("page")),
        "query": request.GET.urlencode(),
        "is_filtered": bool(form.used()),
        "part": sheets.part_name(choice.shown),
    }
    return render(request, "courses/lists/roster.html", context)


@never_cache
@login_required
@require_GET
def class_roster_excel(request, pk):
    class_group, form, choice, found = _places(request, pk)
    rows = list(found)
    data = sheets.of_places(class_group, choice.shown, rows)
    _note_kept(request, class_group, len(rows), form.used())
    name = f"{class_group.code} {class_group} {sheets.part_name(choice.shown)}"
    return excel.download(data=data, name=name)


@never_cache
@login_required
@require_GET
def roster_pdf(request, pk):
    class_group = queries.class_led_by(user=request.user, pk=pk)
    seats = list(places.chosen(class_group, places.Choice()))
    data = papers.roster(class_group, seats=seats)
    _note_kept(request, class_group, len(seats), ["roster"])
    return _pdf(data, f"{class_group.code} {class_group} {_('学员名单')}")


@never_cache
@login_required
@require_GET
def sign_in_pdf(request, pk):
    class_group = queries.class_led_by(user=request.user, pk=pk)
    seats = list(places.chosen(class_group, places.Choice()))
    sessions = class_group.sessions.order_by("number")
    data = papers.sign_in_sheet(class_group, seats=seats, sessions=sessions)
    _note_kept(request, class_group, len(seats), ["sign_in"])
    return _pdf(data, f"{class_group.code} {class_group} {_('签到表')}")


def _pdf(data: bytes, name: str) -> HttpResponse:
    """Shown in the browser, from where it is printed."""
    shown = content_disposition_header(
        as_attachment=False, filename=f"{excel.safe_file_name(name)}.pdf"
    )
    return HttpResponse(
        data, content_type="application/pdf", headers={"Content-Disposition": shown}
    )


def _note_kept(request, class_group, count, filters) -> None:
    """A list of people left the house: that is a line of the audit log."""
    keeping.note_list_kept(
        organisation=class_group.organisation, by=request.user, count=count, filters=filters
    )
