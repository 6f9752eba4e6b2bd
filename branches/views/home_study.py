"""The desk of study at home: orders, packs, the booklet and its sounds; one's own orders."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from branches.home_study import booklets, orders, packing, reading, sounds
from branches.home_study_forms import (
    SHOWN,
    OrderForm,
    ReasonForm,
    StaffOrderForm,
    initial_of,
)
from branches.models import StudyOrder
from common import asked
from common.errors import DomainError
from common.excel import safe_file_name
from common.typed import number_of, words_in

ORDERS_ON_A_PAGE = 30
PEOPLE_SHOWN = 20
CARD_LINES = 20


# The desk


@never_cache
@login_required
@asked.by_post
@require_GET
def desk(request):
    if not reading.sees_any(request.user):
        raise Http404
    state = request.GET.get("state", reading.NEW)
    seen = reading.orders_seen_by(request.user)
    found = reading.orders_in(seen, state)
    if q := words_in(asked.opened(request.GET), "q")[:40]:
        found = found.filter(person__name__icontains=q)
    page = Paginator(reading.whole(found), ORDERS_ON_A_PAGE).get_page(request.GET.get("page"))
    counts = reading.counts(seen)
    context = desk_head(request.user) | {
        "page": page,
        "rows": [(order, reading.state_of(order)) for order in page],
        "state": state,
        "q": q,
        "states": [(each, word, counts[each]) for each, word in _state_words()],
        "keeps": reading.keeps_any(request.user),
    }
    return render(request, "branches/home_study/desk.html", context)


@never_cache
@login_required
@require_GET
def card(request):
    """The paper card to order by: what can be read, numbered, with boxes to tick."""
    if not reading.sees_any(request.user):
        raise Http404
    q = words_in(request.GET, "q")[:40]
    pages = list(reading.shelf(q)[:CARD_LINES])
    names = reading.titles(pages)
    context = desk_head(request.user) | {
        "lines": [(page.pk, names[page.pk]) for page in pages],
        "q": q,
    }
    return render(request, "branches/home_study/card.html", context)


@never_cache
@login_required
@asked.by_post
@require_GET
def choose_person(request):
    """For whom: found by name among those one may write an order for."""
    people = reading.people_ordered_for(request.user)
    if not reading.keeps_any(request.user) and not people.exists():
        raise Http404
    q = words_in(asked.opened(request.GET), "q")[:40]
    if q:
        people = people.filter(name__icontains=q)
    found = list(people.select_related("organisation")[: PEOPLE_SHOWN + 1])
    context = desk_head(request.user) | {
        "people": found[:PEOPLE_SHOWN],
        "more": len(found) > PEOPLE_SHOWN,
        "q": q,
    }
    return render(request, "branches/home_study/people.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def new_order(request, person_pk):
    person = reading.person_ordered_for(request.user, person_pk)
    form = _order_form(request, StaffOrderForm, person)
    if _is_ordered(request, form):
        try:
            made = orders.order(person=person, by=request.user, **form.written())
        except DomainError as error:
            _say(form, error)
        else:
            messages.success(request, _("%(name)s的点单记好了。") % {"name": person})
            if reading.keeps_order(request.user, made):
                return redirect("branches:study_order", made.pk)
            return redirect("branches:deliveries")
    context = desk_head(request.user) | {"person": person, "form": form}
    return _answer(request, "branches/home_study/new_order.html", context, form)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def order(request, pk):
    """An order with what becomes of it; until it is packed it can be changed here."""
    found = reading.order_seen_by(request.user, pk)
    keeps = reading.keeps_order(request.user, found)
    if request.method == "POST" and not keeps:
        raise Http404
    state = reading.state_of(found)
    form = None
    if keeps and state == reading.NEW:
        form = _order_form(request, OrderForm, found.person, order=found)
        if _is_ordered(request, form):
            facts = form.written()
            facts.pop("key")
            try:
                orders.change(order=found, **facts)
            except DomainError as error:
                _say(form, error)
            else:
                messages.success(request, _("改好了。"))
                return redirect("branches:study_order", pk)
    return _order_page(request, found, keeps, form)


@login_required
@require_POST
def pack(request):
    """Pack the chosen orders; what cannot be packed is named, the others are packed."""
    keys = [number_of(text) for text in request.POST.getlist("order")]
    found = reading.whole(reading.orders_kept_by(request.user))
    chosen = list(found.filter(pk__in=[key for key in keys if key]))
    if not chosen and not reading.keeps_any(request.user):
        raise Http404
    packed = 0
    for each in chosen:
        try:
            packing.pack(
                order=each,
                by=request.user,
                is_branch_study=request.POST.get("apart") != "yes",
            )
            packed += 1
        except DomainError as error:
            messages.error(request, f"{each.person}：{error}")
    if packed:
        messages.success(request, _("%(count)s 份装好了，可以打印。") % {"count": packed})
    elif not chosen:
        messages.error(request, _("请先选点单。"))
    if len(chosen) == 1:
        return redirect("branches:study_order", chosen[0].pk)
    return redirect("branches:deliveries" if packed else "branches:home_study")


@login_required
@require_POST
def cancel(request, pk):
    found = reading.order_kept_by(request.user, pk)
    form = ReasonForm(request.POST)
    if form.is_valid():
        try:
            orders.cancel(order=found, by=request.user, reason=form.cleaned_data["reason"])
        except DomainError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("这份点单取消了。"))
    else:
        messages.error(request, _("取消要写一句为什么。"))
    return redirect("branches:study_order", pk)


@never_cache
@login_required
@require_GET
def booklet(request, pk):
    delivery = _delivery_of(reading.order_seen_by(request.user, pk))
    return _file(booklets.booklet(delivery), f"{delivery.order.person.name} {delivery.title}.pdf")


@never_cache
@login_required
@require_GET
def order_sounds(request, pk):
    delivery = _delivery_of(reading.order_seen_by(request.user, pk))
    box = sounds.archive(delivery)
    if box is None:
        messages.error(request, _("这一份里没有声音。"))
        return redirect("branches:study_order", pk)
    name = safe_file_name(f"{delivery.order.person.name} {delivery.code}") + ".zip"
    return FileResponse(box, as_attachment=True, filename=name, content_type="application/zip")


# One's own


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def my_orders(request):
    """What one has ordered, and the card to order by."""
    person = request.person
    if not person:
        query = urlencode({"next": request.get_full_path()})
        return redirect(f"{reverse('accounts:welcome')}?{query}")
    form = _order_form(request, OrderForm, person)
    if _is_ordered(request, form):
        try:
            orders.order(person=person, way=StudyOrder.Way.PAGE, by=request.user, **form.written())
        except DomainError as error:
            _say(form, error)
        else:
            messages.success(request, _("点好了。装好以后有人给您送去。"))
            return redirect("branches:my_home_study")
    mine = reading.whole(person.study_orders.all())[:PEOPLE_SHOWN]
    context = {
        "form": form,
        "person": person,
        "rows": [(each, reading.state_of(each)) for each in mine],
    }
    return _answer(request, "branches/home_study/mine.html", context, form)


@login_required
@require_POST
def cancel_my_order(request, pk):
    if not request.person:
        raise Http404
    found = reading.order_of(request.person, pk)
    try:
        orders.cancel(order=found, by=request.user, reason=_("本人不要了"))
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("这份点单取消了。"))
    return redirect("branches:my_home_study")


# Parts of the pages


def desk_head(user) -> dict:
    """The desk's own navigation; who reads only has no packs to bring."""
    packs = [(reverse("branches:deliveries"), _("送学单"))]
    return {
        "links": [
            (reverse("branches:list"), _("支部")),
            (reverse("branches:home_study"), _("点单")),
            *(packs if reading.lists_deliveries(user) else []),
            (reverse("branches:find_slip"), _("登记回执")),
            (reverse("branches:order_card"), _("点单卡")),
        ],
        "who": _("送学上门"),
    }


def _state_words():
    return [
        (reading.NEW, _("等装")),
        (reading.TO_BRING, _("等送")),
        (reading.BROUGHT, _("等回执")),
        (reading.BACK, _("回执回来了")),
        (reading.CANCELLED, _("取消了")),
    ]


def _order_form(request, kind, person, *, order=None):
    """The card, with what is looked for and what was ticked before."""
    data = request.POST if request.method == "POST" else None
    ticked = [number_of(text) for text in data.getlist("pages")] if data else []
    initial = initial_of(person, order or reading.last_order_of(person))
    if order:
        ticked += [one.page_id for one in order.readings.all()]
        initial |= {
            "pages": [one.page_id for one in order.readings.all()],
            "wants": order.wants,
            "key": order.key,
        }
    q = words_in(data or request.GET, "q")[:40]
    pages = list(reading.shelf(q)[:SHOWN])
    known = {page.pk for page in pages}
    kept = reading.shelf().filter(pk__in=[key for key in ticked if key and key not in known])
    pages = [*kept, *pages]
    names = reading.titles(pages)
    shown = [(page.pk, f"{names[page.pk]}（{page.pk}）") for page in pages]
    # Looking for something sends what was filled in along: nothing of it is wrong yet.
    if data is not None and "look" in data:
        initial |= data.dict() | {"pages": [key for key in ticked if key]}
        initial["with_sound"] = "with_sound" in data
        data = None
    form = kind(data, initial=initial, shown=shown)
    form.q = q
    return form


def _is_ordered(request, form) -> bool:
    return request.method == "POST" and form.is_bound and form.is_valid()


def _say(form, error):
    field = getattr(error, "field", None)
    form.add_error(field if field in form.fields else None, str(error))


def _answer(request, template, context, form):
    status = 422 if form is not None and form.errors else 200
    return render(request, template, context, status=status)


def _order_page(request, found, keeps, form):
    delivery = getattr(found, "delivery", None)
    context = desk_head(request.user) | {
        "order": found,
        "state": reading.state_of(found),
        "delivery": delivery,
        "slip": delivery and reading.newest_slip(delivery),
        "has_sounds": bool(delivery and packing.documents_of(delivery)),
        "keeps": keeps,
        "form": form,
        "cancel_form": ReasonForm(),
    }
    return _answer(request, "branches/home_study/order.html", context, form)


def _delivery_of(found: StudyOrder):
    if delivery := getattr(found, "delivery", None):
        return delivery
    raise Http404


def _file(data: bytes, name: str) -> HttpResponse:
    shown = content_disposition_header(as_attachment=False, filename=safe_file_name(name))
    return HttpResponse(
        data, content_type="application/pdf", headers={"Content-Disposition": shown}
    )
