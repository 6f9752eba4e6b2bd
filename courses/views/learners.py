"""A class and one's place in it: looking, registering, the slip, giving up."""

from datetime import timedelta
from functools import wraps
from math import ceil
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from accounts.queries import persons_acted_for
from common.errors import DomainError
from common.typed import TooLong, check_length, words_in
from courses import clips, fees, queries, registration, relatives
from courses.errors import ReasonMissing, WayNotChosen, WrongPerson
from courses.forms.learners import RelativeForm
from courses.models import Enrolment
from courses.registration import leaving, moving, rules

COMING = timedelta(weeks=2)
CLASSES_ON_A_PAGE = 8
PEOPLE_TO_CHOOSE = 6
CLOSED_TO_ALL = {"cancelled", "closed"}
# Reasons that time alone takes away: the page looks again when the next round opens.
PASSING = {"not_open_yet", "not_your_round"}


def with_file(view):
    """For pages about somebody: log in first, then say who one is, then come back.

    They are kept by no cache: a device is often shared, and its back button works.
    """

    @never_cache
    @wraps(view)
    def checked(request, *args, **kwargs):
        if request.user.is_authenticated and request.person:
            return view(request, *args, **kwargs)
        back = request.get_full_path()
        if not request.user.is_authenticated:
            return redirect_to_login(back)
        return redirect(f"{reverse('accounts:welcome')}?{urlencode({'next': back})}")

    return checked


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
    class_group = queries.class_asked_for(pk)
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
    except DomainError as error:
        class_group = queries.class_shown(pk)
        return _class_page(request, class_group, problem=str(error), status=422)
    return redirect(place)


@require_http_methods(["GET", "POST"])
@with_file
def relative(request, pk):
    """A relative agrees here, or is asked by SMS, that somebody older may learn."""
    class_group = queries.class_shown(pk)
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


# Like the link of an offer: the address itself is the key.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def relative_link(request, token):
    """The relative who was asked by SMS says yes or no."""
    question = relatives.request_of_link(token)
    problem = ""
    if request.method == "POST":
        try:
            if request.POST.get("answer") not in {"yes", "no"}:
                raise ReasonMissing(_("请按“同意”或“不同意”。"))
            relatives.answer(request=question, agrees=request.POST["answer"] == "yes")
        except DomainError as error:
            problem = str(error)
        else:
            return redirect("courses:relative_link", token)
    context = {
        "question": question,
        "is_over": relatives.is_over(question, now=timezone.now()),
        "problem": problem,
    }
    return render(request, "courses/offers/relative.html", context, status=422 if problem else 200)


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


@require_GET
@with_file
def seat(request, pk):
    """The slip of a seat, to be kept or printed."""
    enrolment = queries.seat_for(person=request.person, pk=pk)
    now = timezone.now()
    upcoming = enrolment.class_group.sessions.filter(ends_at__gt=now)
    context = {
        "enrolment": enrolment,
        "account": fees.account_of(enrolment),
        "next_session": upcoming.first(),
        "can_undo": leaving.can_undo(enrolment, now=now),
        "can_transfer": moving.may_still_transfer(enrolment, now=now),
    }
    return render(request, "courses/seat.html", context)


@require_GET
@with_file
def waiting_place(request, pk):
    """The slip of a waiting place, with how many are before it now."""
    entry = queries.waiting_place_for(person=request.person, pk=pk)
    offers = queries.offers_open_to(request.person)
    context = {
        "entry": entry,
        "ahead": queries.ahead_of(entry),
        "offer": offers.filter(entry__class_group=entry.class_group_id).first(),
    }
    return render(request, "courses/waiting_place.html", context)


@require_http_methods(["GET", "POST"])
@with_file
def withdraw(request, pk):
    """Ask once more, then give up a seat."""
    enrolment = queries.seat_for(person=request.person, pk=pk)
    can_undo = leaving.can_undo(enrolment, now=timezone.now())
    context = {
        "enrolment": enrolment,
        "can_undo": can_undo,
        "reasons": leaving.REASONS,
        "because": words_in(request.POST, "because"),
    }
    if request.method == "GET":
        return render(request, "courses/withdraw.html", context)
    try:
        check_length(context["because"])
        registration.withdraw(enrolment=enrolment, by=request.user, because=context["because"])
    except (ReasonMissing, TooLong) as error:
        context["problem"] = str(error)
        return render(request, "courses/withdraw.html", context, status=422)
    said = _("“%(name)s”取消了，就当没有报过。") if can_undo else _("已经退了“%(name)s”。")
    messages.success(request, said % {"name": enrolment.class_group.name})
    return redirect("courses:my_classes")


@require_http_methods(["GET", "POST"])
@with_file
def transfer(request, pk):
    """The classes of the term with a free seat; change to one of them."""
    enrolment = queries.seat_for(person=request.person, pk=pk)
    now = timezone.now()
    problem = ""
    if request.method == "POST":
        try:
            to = queries.pool_shown(request.POST.get("pool", ""))
            if to is None:
                raise WayNotChosen(_("请先选转到哪个班。"))
            made = registration.transfer(enrolment=enrolment, to=to, by=request.user)
        except DomainError as error:
            problem = str(error)
        else:
            name = made.class_group.name
            messages.success(request, _("已经转到“%(name)s”。") % {"name": name})
            return redirect(made)
    words = request.GET.get("text", "").replace("\x00", "")
    found = moving.choices(enrolment=enrolment, now=now, text=words)
    context = {
        "enrolment": enrolment,
        "last_day": moving.last_day_to_transfer(enrolment),
        "can_transfer": moving.may_still_transfer(enrolment, now=now),
        "pools": Paginator(found, CLASSES_ON_A_PAGE).get_page(request.GET.get("page")),
        "words": words,
        "asked": request.POST.get("pool", ""),
        "problem": problem,
    }
    return render(request, "courses/transfer.html", context, status=422 if problem else 200)


@require_http_methods(["GET", "POST"])
@with_file
def leave_queue(request, pk):
    """Ask once more, then give up a waiting place."""
    entry = queries.waiting_place_for(person=request.person, pk=pk)
    if request.method == "GET":
        return render(
            request,
            "courses/leave_queue.html",
            {
                "entry": entry,
                "ahead": queries.ahead_of(entry),
                "offer": queries.offers_open_to(request.person)
                .filter(entry__class_group=entry.class_group_id)
                .first(),
            },
        )
    try:
        registration.leave_queue(entry=entry, by=request.user)
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("courses:my_classes")
    name = entry.class_group.name
    messages.success(request, _("不再候补“%(name)s”了。") % {"name": name})
    return redirect("courses:my_classes")


@require_GET
@with_file
def my_classes(request):
    """What I asked for and what I have: offers, seats, numbers, wishes; when I meet next."""
    now = timezone.now()
    today = timezone.localdate(now)
    seats, waiting = queries.seats_of(request.person), queries.waiting_of(request.person)
    context = {
        "seats": seats.filter(class_group__term__ends_on__gte=today),
        "past": seats.filter(class_group__term__ends_on__lt=today),
        "waiting": waiting.filter(class_group__term__ends_on__gte=today),
        "offers": queries.offers_open_to(request.person).filter(expires_at__gt=now),
        "applications": queries.applications_of(request.person, now=now),
        "coming": queries.sessions_of(request.person, start=now, end=now + COMING),
        "today": today,
        "catalogue_url": queries.catalogue_url(),
    }
    return render(request, "courses/my_classes.html", context)


@require_GET
def clip(request, pk):
    """The film of a lesson, in the pieces a player asks for (iPhones play nothing else)."""
    lesson = queries.lesson_shown(pk)
    if not lesson.clip or not all(
        restriction.accept_request(request) for restriction in lesson.get_view_restrictions()
    ):
        raise Http404
    film = lesson.clip.file
    return clips.answer(film.open("rb"), size=film.size, asked=request.headers.get("Range", ""))
