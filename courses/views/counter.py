"""The counter: who it is, which class, the answer. Every step is one field and Enter."""

import hashlib
from uuid import uuid4

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import queries as accounts
from accounts.files import finding as files
from accounts.files import keeping
from common import masks
from common.errors import DomainError
from common.typed import check_length, words_in
from courses import queries, registration
from courses.desk import doors, finding, guests, holdings, relatives, standing
from courses.forms.counter import GuestForm, NewFile, RelativeConsentForm
from courses.models import Enrolment
from courses.registration import rules, seats
from courses.views.at_desk import (
    at_desk,
    file_of,
    is_fetched,
    key_of,
    number_in,
    remember_guest,
    way_of,
)

LIKELY_SHOWN = 5


@at_desk
@require_http_methods(["GET", "POST"])
def counter(request):
    """One field for anybody; one who is meant beyond doubt is opened at once.

    Asked by POST: no name stands in an address.
    """
    way, text = way_of(request), words_in(request.POST, "q")
    found = finding.people(request.user, text)
    if not is_fetched(request) and len(found) == 1:
        return redirect(way.address("counter_person", found[0].pk))
    context = {
        "way": way,
        "text": text,
        "people": found[: finding.SHOWN],
        "more": len(found) > finding.SHOWN,
        "too_short": files.is_too_short(text),
        "elsewhere": [] if found else _masked(request, guests.elsewhere(request.user, text)),
        "fetched": is_fetched(request),
        "today": timezone.localdate(),
    }
    template = "_people" if is_fetched(request) else "counter"
    return render(request, f"courses/counter/{template}.html", context)


@at_desk
@require_http_methods(["GET", "POST"])
def new_file(request):
    """A file made in passing; the way goes on with it."""
    way, goes_on = way_of(request), _goes_on(request)
    organisations = _organisations(request.user)
    home = organisations.order_by("depth", "path").first()
    # What was looked for in vain comes along; it stands in no address.
    is_begun = request.method == "GET" or "begin" in request.POST
    form = NewFile(
        None if is_begun else request.POST,
        organisations=organisations,
        initial={"organisation": home, **_typed(words_in(request.POST, "begin"))},
    )
    context = {"form": form, "way": way, "goes_on": goes_on}
    if is_begun:
        return render(request, "courses/counter/new.html", context)
    back_to = _back_to(request, goes_on)
    if form.is_valid():
        doubts = form.doubts()
        same = files.likely_same(accounts.files_led_by(request.user), **form.known())
        likely = list(same[:LIKELY_SHOWN])
        others = guests.same_elsewhere(request.user, **form.known())
        asked = _answer_to(doubts, [*likely, *others])
        if not asked or request.POST.get("checked") == asked:
            try:
                person = keeping.open_file(facts=form.facts(), by=request.user)
            except DomainError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("%(name)s的档案建好了。") % {"name": person.name})
                return redirect(_onwards(back_to, person, way))
        context |= {"doubts": doubts, "likely": likely, "asked": asked}
        context["elsewhere"] = _masked(request, others)
    return render(request, "courses/counter/new.html", context, status=422)


@at_desk
@require_GET
def person(request, pk):
    """What somebody has now, and one field for the class they want."""
    found = file_of(request, pk)
    now, text = timezone.now(), words_in(request.GET, "q")
    classes = finding.classes(request.user, text, now=now)
    way = way_of(request)
    if not is_fetched(request) and len(classes) == 1:
        return redirect(way.address("counter_class", found.pk, classes[0].pk))
    context = {
        "file": found,
        "way": way,
        "text": text,
        "classes": classes[: finding.SHOWN],
        "more": len(classes) > finding.SHOWN,
        "fetched": is_fetched(request),
        "places": queries.places_by_class(found) if text else {},
    }
    if is_fetched(request):
        return render(request, "courses/counter/_classes.html", context)
    keeping.note_seen(person=found, by=request.user)
    context |= {
        "held": holdings.of(found, user=request.user, now=now),
        "now": now,
        "today": timezone.localdate(now),
        "unusable": rules.unusable(found),
        "is_guest": not doors.is_file_led(user=request.user, person=found),
    }
    return render(request, "courses/counter/person.html", context)


@at_desk
@require_http_methods(["GET", "POST"])
def class_for(request, pk, class_pk):
    """The class as it stands for this person; Enter registers, and a slip comes out."""
    person, class_group = _both(request, pk, class_pk)
    partner = _partner(request, person)
    if request.method == "GET":
        return _class_page(request, person, class_group, partner)
    way = way_of(request)
    try:
        place = registration.register(
            person=person,
            class_group=class_group,
            pool=_pool_asked(request, class_group),
            partner=partner,
            by=request.user,
            source=way.source,
            key=key_of(request),
        )
    except DomainError as error:
        return _class_page(request, person, class_group, partner, problem=str(error))
    return redirect(_slip(place, way))


@at_desk
@require_POST
def admit(request, pk, class_pk):
    """A free seat outside of every round, with a reason."""
    person, class_group = _both(request, pk, class_pk)
    pool = _pool_asked(request, class_group)
    late = {"because": words_in(request.POST, "because")}
    if pool is None:
        late["problem"] = _("请先选怎样上课。")
        return _class_page(request, person, class_group, None, late=late, status=422)
    try:
        check_length(late["because"])
        seat = registration.admit(person=person, pool=pool, by=request.user, **late)
    except DomainError as error:
        late["problem"] = str(error)
        return _class_page(request, person, class_group, None, late=late, status=422)
    return redirect(_slip(seat, way_of(request)))


@at_desk
@require_POST
def consent(request, pk, class_pk):
    """A relative's word for somebody past the age, given on paper or by telephone."""
    person, class_group = _both(request, pk, class_pk)
    partner = _partner(request, person)
    form = RelativeConsentForm(request.POST)
    whose = partner if partner and request.POST.get("whose") == str(partner.pk) else person
    if form.is_valid():
        try:
            relatives.record(
                person=whose, term=class_group.term, by=request.user, **form.cleaned_data
            )
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("家属同意记下了，现在可以报。"))
            return redirect(_class_address(person, class_group, partner, way_of(request)))
    return _class_page(request, person, class_group, partner, form=form, status=422)


def _class_page(
    request, person, class_group, partner, *, problem="", late=None, form=None, status=None
):
    now = timezone.now()
    stands = standing.of(person=person, class_group=class_group, now=now)
    other = standing.of(person=partner, class_group=class_group, now=now) if partner else None
    text = words_in(request.POST, "q")
    people = finding.people(request.user, text)
    context = {
        "file": person,
        "class_group": class_group,
        "conditions": rules.conditions(class_group),
        "stands": stands,
        "partner": partner,
        "other": other,
        "may_ask": stands.may_ask and (other is None or other.may_ask),
        "pool_asked": number_in(request.POST, "pool"),
        "way": way_of(request),
        "key": uuid4(),
        "problem": problem,
        "late": late or {},
        "form": form or RelativeConsentForm(),
        "text": text,
        "people": [one for one in people if one != person][: finding.SHOWN],
        "family": finding.family_of(person, user=request.user),
        "today": timezone.localdate(now),
    }
    status = status or (422 if problem else 200)
    return render(request, "courses/counter/class.html", context, status=status)


@at_desk
@require_POST
def partners(request, pk, class_pk):
    """Who could register together with somebody, looked for by name."""
    person, class_group = _both(request, pk, class_pk)
    if not is_fetched(request):
        return _class_page(request, person, class_group, None)
    text = words_in(request.POST, "q")
    people = [one for one in finding.people(request.user, text) if one != person]
    context = {
        "file": person,
        "class_group": class_group,
        "people": people[: finding.SHOWN],
        "text": text,
        "fetched": True,
        "way": way_of(request),
        "today": timezone.localdate(),
    }
    return render(request, "courses/counter/_partners.html", context)


def _both(request, pk, class_pk):
    """The file and the class. Raises ClassGone for one taken out since the page was opened."""
    person = file_of(request, pk)
    try:
        return person, queries.class_led_by(user=request.user, pk=class_pk)
    except Http404:
        if request.method == "POST":
            seats.class_now(class_pk)
        raise


def _partner(request, person):
    pk = number_in(request.POST, "partner") or number_in(request.GET, "partner")
    if pk is None or pk == person.pk:
        return None
    return file_of(request, pk)


def _pool_asked(request, class_group):
    asked = number_in(request.POST, "pool")
    pools = list(class_group.pools.all())
    if asked is None and len(pools) == 1:
        return pools[0]
    return next((pool for pool in pools if pool.pk == asked), None)


def _slip(place, way) -> str:
    name = "counter_seat" if isinstance(place, Enrolment) else "counter_waiting"
    return way.address(name, place.pk)


def _class_address(person, class_group, partner, way) -> str:
    address = way.address("counter_class", person.pk, class_group.pk)
    if partner is None:
        return address
    return f"{address}{'&' if way.query else '?'}partner={partner.pk}"


# A file of elsewhere


@at_desk
@require_POST
def guest(request):
    """Name and birth date as the person tells them; then the way goes on with their file."""
    way, goes_on = way_of(request), _goes_on(request)
    found = guests.meant(request.POST.get("token", ""), user=request.user)
    form = GuestForm(request.POST if "name" in request.POST else None)
    if form.is_valid():
        try:
            guests.open_file(person=found, by=request.user, **form.cleaned_data)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            remember_guest(request, found)
            return redirect(_onwards(_back_to(request, goes_on), found, way))
    context = {
        "form": form,
        "way": way,
        "goes_on": goes_on,
        "one": _masked(request, [found])[0],
    }
    status = 422 if form.errors else 200
    return render(request, "courses/counter/guest.html", context, status=status)


def _masked(request, found) -> list[dict]:
    """As much of others' files as tells that there is one."""
    return [
        {
            "name": masks.name(one.name),
            "organisation": one.organisation,
            "token": guests.token_of(one, user=request.user),
        }
        for one in found
    ]


# A new file


def _organisations(user):
    led = accounts.organisations_led_by(user, *accounts.WRITES_FILES)
    return led.filter(ended_on=None)


def _typed(text: str) -> dict:
    """What was looked for in vain is the beginning of the new file."""
    if text.isascii() and text.isdigit():
        return {"phone": text} if len(text) == 11 else {}
    return {} if text.isascii() else {"name": text}


def _goes_on(request) -> dict:
    """For whom and which class a partner's file is made, if it is."""
    data = request.POST or request.GET
    return {name: number_in(data, name) for name in ("with", "class")}


def _back_to(request, goes_on):
    """Whose class for two the way goes back to, if it does. Raises Http404 for strangers."""
    if goes_on["with"] and goes_on["class"]:
        return _both(request, goes_on["with"], goes_on["class"])
    return None


def _onwards(back_to, person, way) -> str:
    """Where the way goes on: to the new file, or back to the class for two."""
    if back_to:
        first, class_group = back_to
        return _class_address(first, class_group, person, way)
    return way.address("counter_person", person.pk)


def _answer_to(doubts, likely) -> str:
    """What the box sends: it holds for these questions alone."""
    said = "|".join([*doubts, *(str(one.pk) for one in likely)])
    return hashlib.sha256(said.encode()).hexdigest()[:16] if said else ""
