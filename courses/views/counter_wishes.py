"""Wishes for a round that is drawn, at the counter. The list lives in the page's address
until it is handed in; every button works without a script."""

from uuid import uuid4

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from common.errors import DomainError
from common.typed import number_of, words_in
from courses.desk import doors, finding, wishing
from courses.draws import applying
from courses.registration import rules
from courses.views.at_desk import (
    at_desk,
    file_of,
    guests_of,
    is_fetched,
    key_of,
    number_in,
    way_of,
)


@at_desk
@require_http_methods(["GET", "POST"])
def wishes(request, pk, round_pk):
    """Put classes in order, hand them in, and a slip with the number comes out."""
    person = file_of(request, pk)
    opened = wishing.round_led_by(user=request.user, pk=round_pk)
    data = request.POST or request.GET
    standing = wishing.application_of(person, opened)
    if "wish" in data or "add" in data or "changed" in data:
        numbers = [number_of(one) for one in data.getlist("wish")]
        chosen = [one for one in numbers if one is not None]
    else:
        chosen = [wish.pool_id for wish in standing.wishes.all()] if standing else []
    pools = wishing.pools_in_order(chosen, user=request.user, standing=standing)
    partner = _partner(request, person, standing)
    if request.method == "GET":
        return _page(request, person, opened, pools, partner, standing)
    way = way_of(request)
    try:
        made = applying.apply(
            person=person,
            round=opened,
            pools=pools,
            partner=partner,
            by=request.user,
            source=way.source,
            key=key_of(request),
        )
    except DomainError as error:
        return _page(request, person, opened, pools, partner, standing, problem=str(error))
    return redirect(way.address("counter_application", made.pk))


def _page(request, person, opened, pools, partner, standing, *, problem=""):
    now, text = timezone.now(), words_in(request.GET, "q")
    way = way_of(request)
    adding = wishing.ways_to_attend(number_in(request.GET, "add"), user=request.user, chosen=pools)
    if len(adding) == 1:
        pools, adding = [*pools, *adding], []
    classes = finding.classes(request.user, text, now=now)
    address = wishing.Address(way.address("counter_wishes", person.pk, opened.pk), pools, partner)
    context = {
        "file": person,
        "round": opened,
        "refusal": applying.closed(round=opened, person=person, now=now) or rules.unusable(person),
        "lines": address.lines(),
        "pools": pools,
        "adding": [{"pool": pool, "url": address.of([*pools, pool])} for pool in adding],
        "classes": [
            {"class_group": one, "url": address.of(pools, add=one.pk)}
            for one in classes[: finding.SHOWN]
        ],
        "room": len(pools) < opened.max_wishes,
        "partner": partner,
        "without_partner": wishing.Address(address.base, pools, None).of(pools),
        "standing": standing,
        "way": way,
        "key": uuid4(),
        "text": text,
        "problem": problem,
        # So that the search keeps the list.
        "carried": [
            ("changed", 1),
            *(("wish", pool.pk) for pool in pools),
            *([("partner", partner.pk)] if partner else []),
        ],
    }
    if is_fetched(request):
        return render(request, "courses/counter/_wish_classes.html", context)
    status = 422 if problem else 200
    return render(request, "courses/counter/wishes.html", context, status=status)


def _partner(request, person, standing):
    data = request.POST or request.GET
    pk = number_in(data, "partner")
    if pk is None and "changed" not in data and standing and standing.partner:
        pk = standing.partner.person_id
    if pk is None or pk == person.pk:
        return None
    return file_of(request, pk)


@at_desk
@require_GET
def application_slip(request, pk):
    """The slip of wishes for a draw, with its number; of a couple both."""
    application = doors.application_led_by(user=request.user, pk=pk, guests=guests_of(request))
    if application.withdrawn_at:
        raise Http404
    pair = [application, application.partner] if application.partner else [application]
    context = {
        "application": application,
        "places": pair,
        "way": way_of(request),
        "today": timezone.localdate(),
    }
    return render(request, "courses/counter/application.html", context)
