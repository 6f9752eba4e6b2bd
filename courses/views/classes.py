"""A class as everybody sees it, and asking for a place in it."""

from math import ceil
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.queries import persons_acted_for
from common.errors import DomainError
from courses import queries, registration, relatives
from courses.errors import ClassGone, WrongPerson
from courses.forms.learners import RelativeForm
from courses.models import Enrolment
from courses.registration import rules
from courses.views.with_file import with_file

PEOPLE_TO_CHOOSE = 6
CLOSED_TO_ALL = {"cancelled", "closed"}
# Reasons that time alone takes away: the page looks again when the next round opens.
PASSING = {"not_open_yet", "not_your_round"}


@never_cache
@require_GET
def class_page(request, pk):
    return _class_page(request, queries.class_shown(pk))


@require_http_methods(["GET", "POST"])
@with_file
def register(request, pk):
    """Ask for a seat; a rule that says no is said beside the button, and nothing is lost.

    Who had to log in between comes back by GET, and sees the class before deciding.
    """
    key = _key(request)
    answered = registration.answered(person=request.person, class_group=pk, key=key)
    if answered and _is_for(request.person, request):
        return redirect(answered)
    try:
        class_group = queries.class_asked_for(pk)
    except Http404:
        if request.method == "GET":
            raise
        return _gone(request)
    if request.method == "GET":
        return redirect(class_group)
    partner = _partner_asked(request)
    try:
        _check_person(request)
        place = registration.register(
            person=request.person,
            class_group=class_group,
            pool=_pool_asked(request, class_group),
            partner=partner,
            by=request.user,
            key=key,
        )
    except ClassGone:
        return _gone(request)
    except DomainError as error:
        class_group = queries.class_shown(pk)
        return _class_page(request, class_group, problem=str(error), status=422)
    return redirect(place)


def _gone(request):
    """The class was taken out since the page was opened: on to the others."""
    messages.warning(request, str(ClassGone()))
    return redirect(queries.catalogue_url())


@require_http_methods(["GET", "POST"])
@with_file
def relative(request, pk):
    """A relative agrees here, or is asked by SMS, that somebody older may learn."""
    try:
        class_group = queries.class_shown(pk)
    except Http404:
        if request.method == "GET":
            raise
        return _gone(request)
    if request.method == "GET":
        return redirect(class_group)
    about = {"person": request.person, "term": class_group.term, "by": request.user}
    if relatives.kinship(user=request.user, person=request.person):
        try:
            _check_person(request)
            relatives.agree(**about)
        except DomainError as error:
            return _class_page(request, class_group, problem=str(error), status=422)
        messages.success(
            request, _("记下了：您同意%(name)s报名。") % {"name": request.person.name}
        )
        return redirect(class_group)
    form = RelativeForm(request.POST)
    if form.is_valid():
        try:
            _check_person(request)
            asked = relatives.ask(**about, **form.cleaned_data)
        except DomainError as error:
            form.add_error("phone", str(error))
        else:
            messages.success(
                request, _("已经发短信问%(name)s，同意以后就能报。") % {"name": asked.relative}
            )
            return redirect(class_group)
    return _class_page(request, class_group, form=form, status=422)


def _check_person(request) -> None:
    """The page was opened for whom is acted for now. Raises WrongPerson."""
    if not _is_for(request.person, request):
        raise WrongPerson(
            _("这一页打开以后换了人办理。现在是给%(name)s报名，请看清楚再按一次。")
            % {"name": request.person.name}
        )


def _is_for(person, request) -> bool:
    return request.POST.get("person") == str(person.pk)


def _class_page(request, class_group, *, problem="", form=None, status=200):
    now = timezone.now()
    person = request.person or None
    sessions = list(class_group.sessions.select_related("lesson", "substitute"))
    standing = _standing(person, class_group, now)
    context = {
        "class_group": class_group,
        "sessions": sessions,
        "next_session": next((one for one in sessions if one.ends_at > now), None),
        "now": now,
        "waiting": class_group.waiting.filter(left_at=None).count(),
        "pools": _pools(class_group),
        "conditions": rules.conditions(class_group),
        "key": uuid4(),
        "asked": {name: request.POST.get(name, "") for name in ("pool", "partner")},
        "problem": problem,
        "standing": standing,
        **_before_registering(request, class_group, standing, form, now),
        **_others(request, standing),
    }
    return render(request, "courses/class.html", context, status=status)


def _standing(person, class_group, now) -> dict:
    """How `person` stands to the class: what they hold, or why not, or how many they may."""
    if person is None:
        return {
            "refusal": rules.closed(class_group=class_group, now=now),
            "round": rules.open_round(class_group, now),
        }
    held = queries.place_held(person=person, class_group=class_group)
    if isinstance(held, Enrolment):
        return {"seat": held}
    if held:
        offer = queries.offers_open_to(person).filter(entry__class_group=class_group).first()
        return {"entry": held, "ahead": queries.ahead_of(held), "offer": offer}
    if refusal := rules.refusal(person=person, class_group=class_group, now=now):
        return {"refusal": refusal}
    opened = rules.open_round(class_group, now, person=person)
    return {
        "age": person.age_on(class_group.term.starts_on),
        "left": rules.places_left(person=person, class_group=class_group, now=now),
        "round": opened,
        "application": opened.is_draw and queries.application_in(person=person, round=opened),
    }


def _before_registering(request, class_group, standing, form, now) -> dict:
    """What else the page needs to know of who may register now, or not yet."""
    refusal = standing.get("refusal")
    if refusal is None:
        first_come = standing.get("left") and not standing["round"].is_draw
        return {
            "partners": queries.partners_for(user=request.user, person=request.person)
            if first_come and not request.limited
            else [],
        }
    if refusal.reason in PASSING:
        return {"opens_in": _seconds_to_opening(class_group, now)}
    if refusal.reason == "relative" and request.person and not request.limited:
        term = class_group.term
        return {
            "kinship": relatives.kinship(user=request.user, person=request.person),
            "relative_asked": relatives.last_request(person=request.person, term=term),
            "relative_form": form or RelativeForm(),
        }
    return {}


def _others(request, standing) -> dict:
    """Whom else this login may register, while it acts for nobody and the class is open."""
    if not request.user.is_authenticated or request.acting or request.limited:
        return {}
    refusal = standing.get("refusal")
    if refusal.reason in CLOSED_TO_ALL if refusal else "left" not in standing:
        return {}
    found = list(persons_acted_for(request.user).order_by("pinyin", "pk")[: PEOPLE_TO_CHOOSE + 1])
    return {
        "others": found[:PEOPLE_TO_CHOOSE],
        "has_more": len(found) > PEOPLE_TO_CHOOSE,
    }


def _seconds_to_opening(class_group, now) -> int | None:
    """Until the next round opens, by the server's clock; nothing if there is none."""
    coming = (one.opens_at for one in rules.rounds_of(class_group) if one.opens_at > now)
    return next((ceil((opens_at - now).total_seconds()) for opens_at in coming), None)


def _pools(class_group) -> list[dict]:
    """The seats one may ask for, with how many wait for them."""
    waiting = queries.waiting_by_pool(class_group)
    return [
        {
            "pool": pool,
            "waiting": waiting.get(pool.pk, 0),
            "next_number": pool.last_waiting_number + 1,
        }
        for pool in class_group.pools.all()
    ]


def _pool_asked(request, class_group):
    asked = request.POST.get("pool", "")
    return next((pool for pool in class_group.pools.all() if str(pool.pk) == asked), None)


def _partner_asked(request):
    """With whom together. Raises Http404 for somebody they may not register."""
    asked = request.POST.get("partner", "")
    if not asked:
        return None
    for one in queries.partners_for(user=request.user, person=request.person):
        if str(one.pk) == asked:
            return one
    raise Http404


def _key(request) -> UUID | None:
    """The name that the page gave to its request; a forged one is as good as none."""
    try:
        return UUID(request.POST.get("key", ""))
    except ValueError:
        return None
